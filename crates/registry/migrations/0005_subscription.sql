-- Where a department is told of events, and of which; its secret is sealed. Deliveries are taken by receiver.

CREATE TABLE subscription (
    department TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    kinds TEXT NOT NULL,
    secret BYTEA NOT NULL,
    changed BIGINT NOT NULL
);

ALTER TABLE outbox ADD COLUMN reason TEXT;
DROP INDEX outbox_due;
CREATE INDEX outbox_due_receiver ON outbox (receiver, due, stream, number) WHERE state = 'due';
DROP INDEX outbox_parked;
CREATE INDEX outbox_parked_receiver ON outbox (receiver, recorded) WHERE state = 'parked';
