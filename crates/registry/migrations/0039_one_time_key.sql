-- A key that is made for one document signs nothing else: the SHA-256 of that document.

ALTER TABLE signer ADD COLUMN document BYTEA;

-- How a person writes: sealed, signed by their key, found by nobody without the identity. `digest` is keyed.
CREATE TABLE signer_handwriting (
    signer TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    strokes BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    given BIGINT NOT NULL,
    FOREIGN KEY (department, signer) REFERENCES signer (department, id)
);
