-- Accounts of people (D9, T-P1). The password is kept as Argon2id, sealed; the second factor and nothing of a person is
-- sealed too. Each person's accounts are counted in one row, which is locked while one is opened (R3).

CREATE TABLE account_person (
    person TEXT NOT NULL PRIMARY KEY,
    accounts BIGINT NOT NULL
);

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES account_person (person),
    roles TEXT NOT NULL,
    opened BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    begins BIGINT NOT NULL,
    invitation BYTEA,
    invited_until BIGINT,
    password BYTEA,
    factor BYTEA,
    factor_used BIGINT NOT NULL,
    ended BIGINT,
    UNIQUE (department, id)
);
CREATE INDEX account_of_person ON account (person);
CREATE INDEX account_department ON account (department, id);

-- What failed lately, by a keyed digest of the account's name or of the address it came from.
CREATE TABLE sign_in (
    subject BYTEA NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last BIGINT NOT NULL
);
CREATE INDEX sign_in_last ON sign_in (last);
