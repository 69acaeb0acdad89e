-- name: InsertJob :execrows
INSERT INTO jobs (id, kind, job_key, lane, state, run_at, payload, tries, fence, owner, lease_until, queued_at, epoch, last_error, created_at, closed_at)
VALUES (@id, @kind, @job_key, @lane, 'open', @run_at, @payload, 0, 0, '', 0, 0, '', '', @created_at, 0)
ON CONFLICT DO NOTHING;

-- name: JobByID :one
SELECT * FROM jobs WHERE id = @id;

-- name: JobByKey :one
SELECT * FROM jobs WHERE job_key = @job_key;

-- A lane runs its jobs one at a time, oldest first: a job with an older open
-- one before it is not due.
-- name: DueJobs :many
SELECT * FROM jobs
WHERE jobs.state = 'open' AND jobs.run_at <= @now AND jobs.lease_until <= @now AND (jobs.queued_at <= @queued_before OR jobs.epoch <> @epoch)
  AND (jobs.lane = '' OR NOT EXISTS (
    SELECT 1 FROM jobs AS older WHERE older.lane = jobs.lane AND older.lane <> '' AND older.state = 'open' AND older.id < jobs.id))
ORDER BY jobs.run_at, jobs.id LIMIT @most;

-- name: MarkQueued :exec
UPDATE jobs SET queued_at = @queued_at, epoch = @epoch WHERE id = @id AND state = 'open';

-- name: ClaimJob :one
UPDATE jobs SET owner = @owner, lease_until = @lease_until, tries = tries + 1, fence = fence + 1
WHERE jobs.id = @id AND jobs.state = 'open' AND jobs.run_at <= @now AND jobs.lease_until <= @now
  AND (jobs.lane = '' OR NOT EXISTS (
    SELECT 1 FROM jobs AS older WHERE older.lane = jobs.lane AND older.lane <> '' AND older.state = 'open' AND older.id < jobs.id))
RETURNING *;

-- name: TakeLane :execrows
INSERT INTO lanes (lane, holder, lease_until) VALUES (@lane, @holder, @lease_until)
ON CONFLICT (lane) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
WHERE lanes.lease_until <= @now OR lanes.holder = excluded.holder;

-- Whoever touches the same lane at once waits for the end of our transaction.
-- name: TouchLane :exec
INSERT INTO lanes (lane, holder, lease_until) VALUES (@lane, '', 0)
ON CONFLICT (lane) DO UPDATE SET holder = excluded.holder;

-- name: ExtendLane :execrows
UPDATE lanes SET lease_until = @lease_until WHERE lane = @lane AND holder = @holder;

-- name: FreeLane :exec
DELETE FROM lanes WHERE lane = @lane AND holder = @holder;

-- A lane that nobody holds is taken as one that is not there.
-- name: SweepLanes :execrows
DELETE FROM lanes WHERE lease_until <= @before;

-- name: WakeLane :execrows
UPDATE jobs SET queued_at = 0 WHERE lane = @lane AND lane <> '' AND state = 'open' AND queued_at > 0;

-- name: ExtendJob :execrows
UPDATE jobs SET lease_until = @lease_until WHERE id = @id AND state = 'open' AND owner = @owner AND fence = @fence;

-- name: CloseJob :execrows
UPDATE jobs SET state = @new_state, closed_at = @closed_at, owner = '', lease_until = 0, last_error = @last_error
WHERE id = @id AND state = 'open' AND owner = @owner AND fence = @fence;

-- name: RetryJob :execrows
UPDATE jobs SET run_at = @run_at, tries = tries - @untried, owner = '', lease_until = 0, queued_at = 0, last_error = @last_error
WHERE id = @id AND state = 'open' AND owner = @owner AND fence = @fence;

-- name: ReopenJob :execrows
UPDATE jobs SET state = 'open', run_at = @run_at, tries = 0, owner = '', lease_until = 0, queued_at = 0, closed_at = 0
WHERE id = @id AND state <> 'open';

-- The key of a job that sends is "send:" and the message.
-- name: DeadJobs :many
SELECT * FROM jobs
WHERE jobs.state = 'dead' AND (jobs.kind <> 'send' OR NOT EXISTS (
    SELECT 1 FROM messages WHERE messages.id = SUBSTR(jobs.job_key, 6) AND messages.state IN ('failed', 'uncertain')))
ORDER BY jobs.closed_at DESC, jobs.id DESC LIMIT @most;

-- name: CountOpenJobs :one
SELECT COUNT(*) AS open,
    CAST(COALESCE(SUM(CASE WHEN lease_until > @now THEN 1 ELSE 0 END), 0) AS BIGINT) AS leased,
    CAST(COALESCE(SUM(CASE WHEN run_at <= @now AND lease_until <= @now THEN 1 ELSE 0 END), 0) AS BIGINT) AS due,
    CAST(COALESCE(MIN(CASE WHEN run_at <= @now AND lease_until <= @now THEN run_at END), 0) AS BIGINT) AS oldest
FROM jobs WHERE state = 'open';

-- name: CountDeadJobs :one
SELECT COUNT(*) FROM jobs WHERE state = 'dead';
