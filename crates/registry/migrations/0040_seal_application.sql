-- What was asked for when a seal was asked for, sealed, with the digest that review, approval and making name; and the scopes that a
-- seal has had, each with its ground and its people (domain.md 4.2).

CREATE TABLE seal_application (
    code TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    digest BYTEA NOT NULL,
    content BYTEA NOT NULL,
    replaces TEXT,
    applied BIGINT NOT NULL,
    FOREIGN KEY (department, code) REFERENCES seal (department, code)
);
CREATE INDEX seal_application_department ON seal_application (department, code);

CREATE TABLE seal_scope (
    code TEXT NOT NULL,
    number BIGINT NOT NULL,
    department TEXT NOT NULL,
    content TEXT NOT NULL,
    ground TEXT NOT NULL,
    people TEXT NOT NULL,
    decided BIGINT NOT NULL,
    PRIMARY KEY (code, number),
    FOREIGN KEY (department, code) REFERENCES seal (department, code)
);

-- The version of its scope that a seal has; 0 where the catalogue alone gives it one.
ALTER TABLE seal ADD COLUMN scope BIGINT NOT NULL DEFAULT 0;
