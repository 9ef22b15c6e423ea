-- Remote signing (CSC API 2.1). By which account at the provider a person signs: `subject` is a keyed digest of it.
CREATE TABLE signer_subject (
    signer TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    subject BYTEA NOT NULL,
    bound BIGINT NOT NULL,
    FOREIGN KEY (department, signer) REFERENCES signer (department, id)
);
CREATE INDEX signer_subject_of ON signer_subject (subject, signer);

-- What a user authorised: so many signatures of a credential over these hashes and no others, until a moment. `handle` is the SHA-256
-- of the activation data, which is nowhere.
CREATE TABLE activation (
    handle BYTEA NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    credential TEXT NOT NULL,
    subject BYTEA NOT NULL,
    algorithm TEXT NOT NULL,
    allowed BIGINT NOT NULL,
    used BIGINT NOT NULL,
    made BIGINT NOT NULL,
    until_moment BIGINT NOT NULL,
    UNIQUE (department, handle)
);
CREATE INDEX activation_until ON activation (until_moment);

CREATE TABLE activation_hash (
    handle BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    department TEXT NOT NULL,
    used BIGINT,
    PRIMARY KEY (handle, hash),
    FOREIGN KEY (department, handle) REFERENCES activation (department, handle)
);
