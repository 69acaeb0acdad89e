-- Whom a platform that counts counts a try to: a member who is written to by
-- several roads, or all groups together.

-- +goose Up
ALTER TABLE messages ADD COLUMN counted TEXT NOT NULL DEFAULT ''; -- empty = nobody counts

DROP INDEX messages_tries;
CREATE INDEX messages_counted ON messages (bot, counted, try_at) WHERE try_at > 0;

-- +goose Down
DROP INDEX messages_counted;
CREATE INDEX messages_tries ON messages (bot, usr, chat, try_at) WHERE try_at > 0;
ALTER TABLE messages DROP COLUMN counted;
