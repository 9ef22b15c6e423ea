-- Batches: licences asked for at once, each a job like any other, and the releases that list many of them (D19).

CREATE TABLE batch (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    caller TEXT NOT NULL,
    requester TEXT NOT NULL,
    begun BIGINT NOT NULL,
    seal TEXT NOT NULL,
    size BIGINT NOT NULL,
    package TEXT NOT NULL,
    UNIQUE (department, id)
);
CREATE INDEX batch_listed ON batch (department, begun, id);

-- `entry` is the entry of the request that the licence comes from: licences of one entry belong together. `held` is why
-- a release did not reach the licence: `code: text`.
CREATE TABLE batch_line (
    batch TEXT NOT NULL,
    place BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    department TEXT NOT NULL,
    job TEXT NOT NULL UNIQUE,
    held TEXT,
    PRIMARY KEY (batch, place),
    FOREIGN KEY (department, batch) REFERENCES batch (department, id),
    FOREIGN KEY (department, job) REFERENCES job (department, id)
);

-- What one person released together: the digests of the statements, sorted. `digest` is over what was signed.
CREATE TABLE batch_release (
    digest BYTEA NOT NULL PRIMARY KEY,
    batch TEXT NOT NULL,
    department TEXT NOT NULL,
    listed BYTEA NOT NULL,
    releaser TEXT NOT NULL,
    expires BIGINT NOT NULL,
    released BIGINT NOT NULL,
    FOREIGN KEY (department, batch) REFERENCES batch (department, id)
);

-- The list under which a job was released; nothing where it was released alone.
ALTER TABLE seal_release ADD COLUMN list BYTEA;
