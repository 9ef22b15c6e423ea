-- Keys of certificates by which machines come in over TLS (T-P1): SHA-256 over the SubjectPublicKeyInfo, of one account. One
-- administrator binds it, it lets in when another one has said the same (T-S4). One that ended stays: it is never bound again.
CREATE UNIQUE INDEX caller_of_department ON caller (department, id);
CREATE TABLE caller_key (
    digest BYTEA NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    caller TEXT NOT NULL,
    bound BIGINT NOT NULL,
    bound_by TEXT NOT NULL,
    confirmed BIGINT,
    confirmed_by TEXT,
    ended BIGINT,
    FOREIGN KEY (department, caller) REFERENCES caller (department, id)
);
CREATE INDEX caller_key_of_caller ON caller_key (department, caller);
