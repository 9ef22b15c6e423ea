-- What is still to be told to others, in order for each stream (R23). Payloads are sealed.

CREATE TABLE outbox (
    event TEXT NOT NULL,
    receiver TEXT NOT NULL,
    department TEXT NOT NULL,
    stream TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    payload BYTEA NOT NULL,
    recorded BIGINT NOT NULL,
    due BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (event, receiver),
    UNIQUE (receiver, stream, number)
);
CREATE INDEX outbox_due ON outbox (due, receiver, stream, number) WHERE state = 'due';
CREATE INDEX outbox_open ON outbox (receiver, stream, number) WHERE state <> 'done';
CREATE INDEX outbox_parked ON outbox (department, recorded) WHERE state = 'parked';
