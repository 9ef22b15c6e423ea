-- Who may call: machines with their secrets (sealed), people with their public keys; nonces used once;
-- what was used of a quota.

CREATE TABLE caller (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    quota BIGINT NOT NULL,
    person TEXT,
    secret BYTEA NOT NULL,
    enrolled BIGINT NOT NULL,
    ended BIGINT
);
CREATE INDEX caller_department ON caller (department, id);

CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    roles TEXT NOT NULL,
    public_key BYTEA,
    enrolled BIGINT NOT NULL,
    ended BIGINT
);
CREATE INDEX person_department ON person (department, id);

CREATE TABLE nonce (
    caller TEXT NOT NULL,
    nonce TEXT NOT NULL,
    until_moment BIGINT NOT NULL,
    PRIMARY KEY (caller, nonce)
);
CREATE INDEX nonce_until ON nonce (until_moment);

CREATE TABLE quota_use (
    caller TEXT NOT NULL,
    window_start BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (caller, window_start)
);
