-- By which names at the OpenID provider people come in (T-P1): the keyed digest of issuer and subject, one for an account. One
-- administrator links it, it lets in when another one has said the same (T-S4).
CREATE TABLE openid_name (
    name BYTEA NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    account TEXT NOT NULL,
    linked BIGINT NOT NULL,
    linked_by TEXT NOT NULL,
    confirmed BIGINT,
    confirmed_by TEXT,
    FOREIGN KEY (department, account) REFERENCES account (department, id)
);
CREATE UNIQUE INDEX openid_name_of_account ON openid_name (department, account);
