-- name: InsertLeaf :exec
INSERT INTO audit_leaves (id, seq, at, actor, action, object, before_value, after_value, reason, files, source, hash, mac)
VALUES (@id, -1, @at, @actor, @action, @object, @before_value, @after_value, @reason, @files, @source, @hash, @mac);

-- name: OpenLeaves :many
SELECT * FROM audit_leaves WHERE seq < 0 ORDER BY id LIMIT @most;

-- name: OpenLeavesAfter :many
SELECT * FROM audit_leaves WHERE seq < 0 AND id > @after ORDER BY id LIMIT @most;

-- name: CountOpenLeaves :one
SELECT COUNT(*) FROM audit_leaves WHERE seq < 0;

-- name: CountLeaves :one
SELECT COUNT(*) FROM audit_leaves;

-- name: AuditSize :one
SELECT CAST(COALESCE(MAX(seq), -1) + 1 AS BIGINT) FROM audit_leaves WHERE seq >= 0;

-- name: PlaceLeaf :execrows
UPDATE audit_leaves SET seq = @seq WHERE id = @id AND seq < 0;

-- SQLite uses the partial index for the second term and enters it by the first
-- one: the other way round each page would be sought from the start.
-- name: LeavesFrom :many
SELECT * FROM audit_leaves WHERE seq >= @first AND seq >= 0 ORDER BY seq LIMIT @most;

-- name: LeavesAround :many
SELECT * FROM audit_leaves WHERE at > @after ORDER BY at DESC, id DESC LIMIT @most;

-- name: InsertAuditHash :exec
INSERT INTO audit_hashes (position, hash) VALUES (@position, @hash);

-- name: AuditHash :one
SELECT hash FROM audit_hashes WHERE position = @position;

-- name: AuditHashesFrom :many
SELECT * FROM audit_hashes WHERE position >= @first ORDER BY position LIMIT @most;

-- name: InsertCheckpoint :execrows
INSERT INTO audit_checkpoints (size, at, body) VALUES (@size, @at, @body) ON CONFLICT DO NOTHING;

-- name: LastCheckpoint :one
SELECT CAST(COALESCE(MAX(size), 0) AS BIGINT) FROM audit_checkpoints;

-- name: CheckpointBody :one
SELECT body FROM audit_checkpoints WHERE size = @size;

-- name: Checkpoints :many
SELECT * FROM audit_checkpoints ORDER BY size;

-- name: KeptFiles :many
SELECT id, sha256, data FROM files WHERE id > @after ORDER BY id LIMIT @most;

-- name: CardByMessage :one
SELECT * FROM cards WHERE message_id = @message_id;
