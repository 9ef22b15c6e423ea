-- Passkeys of accounts (T-P1). An identifier is one account's and never enrolled again, also once it has ended.
CREATE TABLE passkey (
    credential BYTEA NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    account TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    counter BIGINT NOT NULL,
    enrolled BIGINT NOT NULL,
    used BIGINT,
    ended BIGINT,
    FOREIGN KEY (department, account) REFERENCES account (department, id)
);
CREATE INDEX passkey_of_account ON passkey (department, account);

-- Questions that were answered: each is, once.
CREATE TABLE passkey_answered (
    question BYTEA NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);
CREATE INDEX passkey_answered_until ON passkey_answered (until);
