-- The audit log: leaves are written by the transactions that decide, and get
-- their place (seq) in a Merkle log afterwards. Rows are only ever added, except
-- that a leaf's seq is set once.

-- +goose Up
CREATE TABLE audit_leaves (
    id           TEXT   NOT NULL PRIMARY KEY,
    seq          BIGINT NOT NULL, -- place in the log; -1 = none yet
    at           BIGINT NOT NULL,
    actor        TEXT   NOT NULL,
    action       TEXT   NOT NULL,
    object       TEXT   NOT NULL,
    before_value TEXT   NOT NULL, -- JSON, empty = nothing
    after_value  TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    files        TEXT   NOT NULL, -- JSON list of sha256
    source       TEXT   NOT NULL, -- JSON
    hash         TEXT   NOT NULL, -- RFC 6962 leaf hash
    mac          TEXT   NOT NULL  -- by the audit key: rows that the hub did not write have none
);

CREATE UNIQUE INDEX audit_leaves_seq ON audit_leaves (seq) WHERE seq >= 0;
CREATE INDEX audit_leaves_open ON audit_leaves (id) WHERE seq < 0;

CREATE TABLE audit_hashes (
    position BIGINT NOT NULL PRIMARY KEY,
    hash     TEXT   NOT NULL
);

CREATE TABLE audit_checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL,
    body TEXT   NOT NULL
);

-- +goose Down
DROP TABLE audit_checkpoints;
DROP TABLE audit_hashes;
DROP TABLE audit_leaves;
