-- Persons who sign with a key of their own (domain.md 4.3), and what they signed. Who they are is sealed, and found
-- by a keyed digest (D8, R17).

CREATE TABLE signer (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    state TEXT NOT NULL,
    level TEXT,
    person BYTEA NOT NULL,
    person_digest BYTEA NOT NULL,
    certificate BYTEA,
    until_moment BIGINT,
    since BIGINT NOT NULL,
    events BIGINT NOT NULL,
    UNIQUE (department, id)
);
CREATE INDEX signer_person ON signer (person_digest, department);

CREATE TABLE signer_event (
    signer TEXT NOT NULL,
    number BIGINT NOT NULL,
    department TEXT NOT NULL,
    act TEXT NOT NULL,
    state TEXT NOT NULL,
    moment BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (signer, number),
    FOREIGN KEY (department, signer) REFERENCES signer (department, id)
);

-- A signature on a document: first the line of the key journal, then the signed file. The intent is sealed.
CREATE TABLE signature (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    signer TEXT NOT NULL,
    case_number TEXT NOT NULL,
    document BYTEA NOT NULL,
    intent BYTEA NOT NULL,
    begun BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    signed BIGINT,
    object TEXT,
    digest BYTEA,
    length BIGINT,
    UNIQUE (department, id),
    FOREIGN KEY (department, signer) REFERENCES signer (department, id)
);
CREATE INDEX signature_case ON signature (case_number, department, begun) WHERE case_number <> '';

-- The applicant's link to the progress of a case: nothing in it can be guessed or tells anything (T-P6).
CREATE TABLE case_link (
    case_number TEXT NOT NULL,
    department TEXT NOT NULL,
    handle BYTEA NOT NULL,
    handle_digest BYTEA NOT NULL UNIQUE,
    made BIGINT NOT NULL,
    PRIMARY KEY (case_number, department)
);
