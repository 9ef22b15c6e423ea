-- Mandates by which one person signs for another (domain.md 4.5, R4, R18). `content` has both people and the terms; they are found by keyed
-- digests. `evidence` is the document that shows the ground, `authorisation` the signature by `principal_signer`, where it is one with a key of
-- their own. Beginning and end come by the day.
CREATE TABLE mandate (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    kind TEXT NOT NULL,
    content BYTEA NOT NULL,
    principal BYTEA NOT NULL,
    representative BYTEA NOT NULL,
    signer TEXT NOT NULL,
    evidence BYTEA,
    object TEXT,
    recorded BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    confirmed BIGINT,
    confirmed_by TEXT,
    authorisation TEXT,
    principal_signer TEXT,
    ended BIGINT,
    ended_by TEXT,
    ending TEXT,
    reason BYTEA,
    UNIQUE (department, id),
    FOREIGN KEY (department, signer) REFERENCES signer (department, id),
    FOREIGN KEY (department, authorisation) REFERENCES signature (department, id),
    FOREIGN KEY (department, principal_signer) REFERENCES signer (department, id)
);
CREATE INDEX mandate_of_principal ON mandate (department, principal, id);
CREATE INDEX mandate_of_representative ON mandate (department, representative, id);

-- What was signed under one: both people's history (R15).
CREATE TABLE mandate_use (
    signature TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    mandate TEXT NOT NULL,
    matter TEXT NOT NULL,
    used BIGINT NOT NULL,
    FOREIGN KEY (department, signature) REFERENCES signature (department, id),
    FOREIGN KEY (department, mandate) REFERENCES mandate (department, id)
);
CREATE INDEX mandate_use_of_mandate ON mandate_use (department, mandate, used, signature);

-- What is to be signed under one later: elsewhere, or in a role.
ALTER TABLE prepared_signature ADD COLUMN mandate TEXT;
ALTER TABLE prepared_signature ADD COLUMN matter TEXT;
ALTER TABLE signing_seat ADD COLUMN mandate TEXT;
ALTER TABLE signing_seat ADD COLUMN matter TEXT;
