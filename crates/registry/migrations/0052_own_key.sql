-- Keys that persons hold themselves. `own_key` is the SHA-256 of the key of an identity whose key is not kept here; whose key it is, by the
-- keyed digest of the person's number, is written before it is certified: a key is one person's, in all departments and for ever.
ALTER TABLE signer ADD COLUMN own_key BYTEA;

CREATE TABLE own_key (
    key BYTEA NOT NULL PRIMARY KEY,
    person BYTEA NOT NULL,
    claimed BIGINT NOT NULL
);
