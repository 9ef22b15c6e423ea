-- Pages on which one person signs one document, once (domain.md 4.3). A link leads to one by a handle that is kept as a keyed digest, and its
-- code opens it, likewise. `ticket` is the SHA-256 of what the device that opened it shows until `ticket_until`; nobody else signs before
-- `turn_until`. `attempt` counts the keys that were made for it.

CREATE TABLE pad (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    state TEXT NOT NULL,
    proof TEXT NOT NULL,
    content BYTEA NOT NULL,
    handle BYTEA NOT NULL UNIQUE,
    code BYTEA NOT NULL,
    document BYTEA NOT NULL,
    object TEXT NOT NULL,
    length BIGINT NOT NULL,
    made BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    events BIGINT NOT NULL,
    ticket BYTEA,
    ticket_until BIGINT,
    turn_until BIGINT,
    signature TEXT,
    ended BIGINT,
    reason BYTEA,
    UNIQUE (department, id)
);
