-- What a person signs elsewhere: laid out here, with the octets to be signed, until a moment. `state` is `waits`, `taken` by `signature`, or
-- `lapsed`; when it is over, neither the document nor the words are kept here any more. `signing` and `role`: a part of what several sign.
CREATE TABLE prepared_signature (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    signer TEXT NOT NULL,
    case_number TEXT NOT NULL,
    document BYTEA NOT NULL,
    object TEXT,
    intent BYTEA,
    certificate BYTEA NOT NULL,
    algorithm TEXT NOT NULL,
    to_be_signed BYTEA NOT NULL,
    field TEXT NOT NULL,
    claimed BIGINT NOT NULL,
    reserve BIGINT NOT NULL,
    place TEXT NOT NULL,
    signing TEXT,
    role TEXT,
    until_moment BIGINT NOT NULL,
    state TEXT NOT NULL,
    signature TEXT,
    UNIQUE (department, id),
    FOREIGN KEY (department, signer) REFERENCES signer (department, id)
);
CREATE INDEX prepared_signature_until ON prepared_signature (state, until_moment);
