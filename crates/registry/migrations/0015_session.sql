-- Sessions of people (T-P2). The token is kept as its SHA-256: 256 random bits need no salt.

CREATE TABLE session (
    token BYTEA NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    account TEXT NOT NULL,
    begun BIGINT NOT NULL,
    used BIGINT NOT NULL,
    ended BIGINT,
    FOREIGN KEY (department, account) REFERENCES account (department, id)
);
CREATE INDEX session_account ON session (account, begun);
CREATE INDEX session_begun ON session (begun);
