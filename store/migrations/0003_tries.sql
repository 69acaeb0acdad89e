-- What a platform that counts, or forgets, must know of tries: when the last one
-- began. It is written before the platform hears of it, so that a try whose
-- process died is seen, by every replica and after a restart.

-- +goose Up
ALTER TABLE messages ADD COLUMN try_at BIGINT NOT NULL DEFAULT 0; -- 0 = none that may have been seen

CREATE INDEX messages_tries ON messages (bot, usr, chat, try_at) WHERE try_at > 0;
CREATE INDEX messages_root ON messages (root);

-- +goose Down
DROP INDEX messages_root;
DROP INDEX messages_tries;
ALTER TABLE messages DROP COLUMN try_at;
