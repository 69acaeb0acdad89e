-- The memory of the hub. The same text runs on SQLite and on PostgreSQL, so
-- only TEXT and BIGINT appear: instants are UTC milliseconds (0 = never), ids
-- are UUIDs made by the hub, nouns are JSON beside the columns we search by.

-- +goose Up
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('number', 0);

CREATE TABLE leads (
    number        BIGINT NOT NULL PRIMARY KEY,
    id            TEXT   NOT NULL,
    revision      BIGINT NOT NULL,
    owner         TEXT   NOT NULL,
    status        TEXT   NOT NULL,
    phone         TEXT   NOT NULL,
    email         TEXT   NOT NULL,
    company_key   TEXT   NOT NULL,
    company_head  TEXT   NOT NULL,
    rules_version BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    data          TEXT   NOT NULL
);

CREATE INDEX leads_phone ON leads (phone) WHERE phone <> '';
CREATE INDEX leads_email ON leads (email) WHERE email <> '';
CREATE INDEX leads_company ON leads (company_head) WHERE company_head <> '';
CREATE INDEX leads_open ON leads (owner, number) WHERE status = 'open';

CREATE TABLE deals (
    number      BIGINT NOT NULL PRIMARY KEY,
    id          TEXT   NOT NULL,
    revision    BIGINT NOT NULL,
    owner       TEXT   NOT NULL,
    status      TEXT   NOT NULL,
    stage       TEXT   NOT NULL,
    lead_number BIGINT NOT NULL,
    company_key TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    data        TEXT   NOT NULL
);

CREATE INDEX deals_open ON deals (owner, number) WHERE status = 'open';

CREATE TABLE files (
    id         TEXT   NOT NULL PRIMARY KEY,
    revision   BIGINT NOT NULL,
    person     TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    sent_at    BIGINT NOT NULL,
    bot        TEXT   NOT NULL,
    message_id TEXT   NOT NULL,
    file_key   TEXT   NOT NULL,
    sha256     TEXT   NOT NULL,
    data       TEXT   NOT NULL
);

CREATE INDEX files_person ON files (person, sent_at);
CREATE INDEX files_platform ON files (bot, message_id) WHERE message_id <> '';

CREATE TABLE approvals (
    number      BIGINT NOT NULL PRIMARY KEY,
    id          TEXT   NOT NULL,
    revision    BIGINT NOT NULL,
    status      TEXT   NOT NULL,
    requester   TEXT   NOT NULL,
    deal_number BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    data        TEXT   NOT NULL
);

CREATE INDEX approvals_deal ON approvals (deal_number);
CREATE INDEX approvals_pending ON approvals (created_at) WHERE status = 'pending';

-- Every event that was answered, for ever: the second copy finds its answer here.
CREATE TABLE inbox (
    bot         TEXT   NOT NULL,
    event_key   TEXT   NOT NULL,
    event_type  TEXT   NOT NULL,
    usr         TEXT   NOT NULL,
    person      TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    hash        TEXT   NOT NULL,
    outcome     TEXT   NOT NULL,
    answer      TEXT   NOT NULL,
    PRIMARY KEY (bot, event_key)
);

-- The ledger: a row is open until the transaction that did its work closes it.
CREATE TABLE jobs (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    job_key     TEXT   NOT NULL UNIQUE,
    lane        TEXT   NOT NULL,
    state       TEXT   NOT NULL, -- open, done, dead
    run_at      BIGINT NOT NULL,
    payload     TEXT   NOT NULL,
    tries       BIGINT NOT NULL,
    fence       BIGINT NOT NULL, -- grows with every claim, also over a replay
    owner       TEXT   NOT NULL,
    lease_until BIGINT NOT NULL,
    queued_at   BIGINT NOT NULL,
    epoch       TEXT   NOT NULL,
    last_error  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    closed_at   BIGINT NOT NULL
);

CREATE INDEX jobs_open ON jobs (run_at, id) WHERE state = 'open';
CREATE INDEX jobs_lane ON jobs (lane, id) WHERE state = 'open' AND lane <> '';
CREATE INDEX jobs_dead ON jobs (closed_at) WHERE state = 'dead';

CREATE TABLE lanes (
    lane        TEXT   NOT NULL PRIMARY KEY,
    holder      TEXT   NOT NULL, -- a job, or a process
    lease_until BIGINT NOT NULL
);

CREATE TABLE messages (
    id           TEXT   NOT NULL PRIMARY KEY,
    bot          TEXT   NOT NULL,
    usr          TEXT   NOT NULL,
    chat         TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    updates      TEXT   NOT NULL, -- the message whose card this one replaces
    root         TEXT   NOT NULL, -- the first message of that card
    not_before   BIGINT NOT NULL,
    state        TEXT   NOT NULL, -- pending, sent, uncertain, failed, dropped
    ref          TEXT   NOT NULL,
    tries        BIGINT NOT NULL,
    first_try_at BIGINT NOT NULL,
    doubt_since  BIGINT NOT NULL, -- first try whose outcome is not known
    sent_at      BIGINT NOT NULL,
    last_error   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);

CREATE INDEX messages_open ON messages (state, id) WHERE state IN ('pending', 'uncertain', 'failed');
CREATE INDEX messages_subject ON messages (subject, id) WHERE subject <> '';

CREATE TABLE cards (
    nonce      TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    person     TEXT   NOT NULL,
    bot        TEXT   NOT NULL,
    message_id TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at  BIGINT NOT NULL
);

CREATE INDEX cards_number ON cards (number, kind) WHERE closed_at = 0;
CREATE INDEX cards_message ON cards (message_id);
CREATE INDEX cards_person ON cards (person, kind) WHERE closed_at = 0;

CREATE TABLE people_state (
    person   TEXT   NOT NULL PRIMARY KEY,
    bot      TEXT   NOT NULL,
    chat     TEXT   NOT NULL,
    wrote_at BIGINT NOT NULL
);

CREATE TABLE drafts (
    person     TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL,
    data       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE delegations (
    person   TEXT   NOT NULL PRIMARY KEY,
    delegate TEXT   NOT NULL,
    from_at  BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);

-- Each text of rules.yaml and org.yaml that was ever in force.
CREATE TABLE versions (
    kind      TEXT   NOT NULL, -- rules, org
    version   BIGINT NOT NULL,
    hash      TEXT   NOT NULL,
    body      TEXT   NOT NULL,
    loaded_by TEXT   NOT NULL,
    loaded_at BIGINT NOT NULL,
    PRIMARY KEY (kind, version)
);

-- Keys of what was said once and must not be said again.
CREATE TABLE said (
    said_key TEXT   NOT NULL PRIMARY KEY,
    said_at  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE said;
DROP TABLE versions;
DROP TABLE delegations;
DROP TABLE drafts;
DROP TABLE people_state;
DROP TABLE cards;
DROP TABLE messages;
DROP TABLE lanes;
DROP TABLE jobs;
DROP TABLE inbox;
DROP TABLE approvals;
DROP TABLE files;
DROP TABLE deals;
DROP TABLE leads;
DROP TABLE counters;
DROP TABLE meta;
