-- name: InboxByKey :one
SELECT * FROM inbox WHERE bot = @bot AND event_key = @event_key;

-- name: InsertInbox :execrows
INSERT INTO inbox (bot, event_key, event_type, usr, person, received_at, hash, outcome, answer)
VALUES (@bot, @event_key, @event_type, @usr, @person, @received_at, @hash, @outcome, @answer)
ON CONFLICT DO NOTHING;

-- name: InsertMessage :execrows
INSERT INTO messages (id, bot, usr, chat, person, kind, subject, body, updates, root, not_before, state, ref, tries, first_try_at, doubt_since, sent_at, last_error, created_at, try_at, counted)
VALUES (@id, @bot, @usr, @chat, @person, @kind, @subject, @body, @updates, @root, @not_before, 'pending', '', 0, 0, 0, 0, '', @created_at, 0, '')
ON CONFLICT DO NOTHING;

-- name: MessageByID :one
SELECT * FROM messages WHERE id = @id;

-- name: MessageRoot :one
SELECT root FROM messages WHERE id = @id;

-- name: MarkMessage :execrows
UPDATE messages SET state = @state, ref = CASE WHEN CAST(@ref AS TEXT) = '' THEN ref ELSE @ref END, sent_at = @sent_at, last_error = @last_error,
    first_try_at = CASE WHEN first_try_at = 0 THEN @now ELSE first_try_at END,
    try_at = CASE WHEN try_at = 0 OR CAST(@seen AS BIGINT) = 0 THEN 0 ELSE @now END
WHERE id = @id;

-- name: LearnRef :execrows
UPDATE messages SET ref = @ref, state = @state, sent_at = @sent_at, last_error = @last_error
WHERE id = @id AND ref = @old_ref AND state = @old_state;

-- name: BeginTry :execrows
UPDATE messages SET try_at = @now, counted = @counted WHERE id = @id AND state = 'pending';

-- name: ForgetTry :exec
UPDATE messages SET try_at = 0 WHERE id = @id AND state = 'pending' AND doubt_since = 0;

-- The second condition is that of the index.
-- name: TriesTo :many
SELECT try_at FROM messages
WHERE bot = @bot AND counted = @counted AND try_at > 0 AND try_at > @since AND id <> @id
ORDER BY try_at DESC LIMIT @most;

-- What is to be seen of a card, as far as we know: its root or its newest change.
-- name: LatestOfCard :one
SELECT * FROM messages WHERE root = @root AND state IN ('pending', 'sent', 'uncertain')
ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: NoteTry :execrows
UPDATE messages SET tries = tries + 1, last_error = @last_error,
    first_try_at = CASE WHEN first_try_at = 0 THEN @now ELSE first_try_at END,
    doubt_since = CASE WHEN doubt_since = 0 THEN @doubt_since ELSE doubt_since END,
    try_at = CASE WHEN doubt_since = 0 AND @doubt_since = 0 THEN 0 ELSE try_at END
WHERE id = @id;

-- name: FailPendingMessage :execrows
UPDATE messages SET state = 'failed', last_error = @last_error WHERE id = @id AND state = 'pending';

-- name: ReviveMessage :execrows
UPDATE messages SET state = 'pending', tries = 0, first_try_at = 0, doubt_since = 0, last_error = '', try_at = 0
WHERE id = @id AND state IN ('pending', 'failed', 'uncertain');

-- name: ListMessages :many
SELECT * FROM messages
WHERE (CAST(@state AS TEXT) = '' OR state = @state)
  AND (CAST(@subject AS TEXT) = '' OR subject = @subject)
  AND (CAST(@person AS TEXT) = '' OR person = @person)
  AND id > @after
ORDER BY id LIMIT @most;

-- The second condition is that of the index.
-- name: DeadMessages :many
SELECT * FROM messages WHERE state IN ('failed', 'uncertain') AND state IN ('pending', 'uncertain', 'failed') ORDER BY id DESC LIMIT @most;

-- name: CountMessages :many
SELECT state, COUNT(*) AS n FROM messages WHERE state IN ('pending', 'uncertain', 'failed') GROUP BY state;

-- A request is undelivered while somebody who must act on it was told neither by
-- a card nor by words that stand in for one, or while nobody has a card at all.
-- name: UndeliveredApprovals :many
SELECT approvals.number FROM approvals WHERE approvals.status = 'pending' AND approvals.updated_at < @before AND (
  NOT EXISTS (SELECT 1 FROM cards WHERE cards.number = approvals.number AND cards.kind = 'approval' AND cards.closed_at = 0)
  OR EXISTS (SELECT 1 FROM cards WHERE cards.number = approvals.number AND cards.kind = 'approval' AND cards.closed_at = 0
    AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.id = cards.message_id AND messages.state = 'sent')
    AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.subject = 'approval:' || CAST(approvals.number AS TEXT) AND messages.person = cards.person
      AND messages.kind IN ('approval', 'reminder') AND messages.state = 'sent')))
ORDER BY approvals.number;

-- name: InsertCard :exec
INSERT INTO cards (nonce, kind, number, person, bot, message_id, revision, created_at, closed_at)
VALUES (@nonce, @kind, @number, @person, @bot, @message_id, @revision, @created_at, @closed_at);

-- name: UpdateCard :execrows
UPDATE cards SET kind = @kind, number = @number, person = @person, bot = @bot, message_id = @message_id,
    revision = @revision, closed_at = @closed_at
WHERE nonce = @nonce;

-- name: CardByNonce :one
SELECT * FROM cards WHERE nonce = @nonce;

-- name: OpenCards :many
SELECT * FROM cards WHERE kind = @kind AND number = @number AND closed_at = 0 ORDER BY created_at, nonce;

-- name: OpenCardsOfPerson :many
SELECT * FROM cards WHERE kind = @kind AND person = @person AND closed_at = 0 ORDER BY created_at, nonce;

-- name: SetWrote :exec
INSERT INTO people_state (person, bot, chat, wrote_at) VALUES (@person, @bot, @chat, @wrote_at)
ON CONFLICT (person) DO UPDATE SET bot = excluded.bot, chat = excluded.chat, wrote_at = excluded.wrote_at;

-- name: LastWrote :one
SELECT * FROM people_state WHERE person = @person;

-- name: SetDraft :exec
INSERT INTO drafts (person, kind, data, expires_at) VALUES (@person, @kind, @data, @expires_at)
ON CONFLICT (person) DO UPDATE SET kind = excluded.kind, data = excluded.data, expires_at = excluded.expires_at;

-- name: DraftOf :one
SELECT * FROM drafts WHERE person = @person AND expires_at > @now;

-- name: DeleteDraft :exec
DELETE FROM drafts WHERE person = @person;

-- name: ListDelegations :many
SELECT * FROM delegations ORDER BY person;

-- name: SetDelegation :exec
INSERT INTO delegations (person, delegate, from_at, until_at) VALUES (@person, @delegate, @from_at, @until_at)
ON CONFLICT (person) DO UPDATE SET delegate = excluded.delegate, from_at = excluded.from_at, until_at = excluded.until_at;

-- name: LatestVersion :one
SELECT version, hash FROM versions WHERE kind = @kind ORDER BY version DESC LIMIT 1;

-- name: InsertVersion :execrows
INSERT INTO versions (kind, version, hash, body, loaded_by, loaded_at)
VALUES (@kind, @version, @hash, @body, @loaded_by, @loaded_at)
ON CONFLICT DO NOTHING;

-- name: InsertSaid :execrows
INSERT INTO said (said_key, said_at) VALUES (@said_key, @said_at) ON CONFLICT DO NOTHING;

-- name: SetMeta :exec
INSERT INTO meta (name, value) VALUES (@name, @value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: AddMeta :execrows
INSERT INTO meta (name, value) VALUES (@name, @value) ON CONFLICT DO NOTHING;

-- name: MetaByName :one
SELECT value FROM meta WHERE name = @name;

-- name: SweepDrafts :execrows
DELETE FROM drafts WHERE expires_at <= @now;

-- A person is welcomed once and a group is told its id once, however long ago.
-- name: SweepSaid :execrows
DELETE FROM said WHERE said_at <= @before AND said_key NOT LIKE 'welcome:%' AND said_key NOT LIKE 'group:%';

-- name: RecentInbox :many
SELECT * FROM inbox ORDER BY received_at DESC LIMIT @most;

-- name: RecentMessages :many
SELECT * FROM messages ORDER BY id DESC LIMIT @most;
