-- High-risk seals (T-S1): how many of which people release a use together, as two others said; and what they released of a job until
-- there are enough of them.

CREATE TABLE seal_quorum (
    seal TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    needed BIGINT NOT NULL,
    members TEXT NOT NULL,
    people TEXT NOT NULL,
    decided BIGINT NOT NULL
);
CREATE TABLE seal_approval (
    department TEXT NOT NULL,
    job TEXT NOT NULL,
    releaser TEXT NOT NULL,
    statement_digest BYTEA NOT NULL UNIQUE,
    algorithm TEXT NOT NULL,
    signature BYTEA NOT NULL,
    copies BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    given BIGINT NOT NULL,
    credential BYTEA,
    authenticator BYTEA,
    client BYTEA,
    PRIMARY KEY (department, job, releaser)
);
