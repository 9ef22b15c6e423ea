-- Documents that several persons sign, each in a role (domain.md 4.3). `digest` is of the file as it stands, `document` of the one that
-- was brought. `turn` is the signature that is being made, by whom `turn_seat` says, and nobody else's turn before `turn_until`.

CREATE TABLE signing (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    case_number TEXT NOT NULL,
    sequence TEXT NOT NULL,
    deadline BIGINT NOT NULL,
    document BYTEA NOT NULL,
    document_length BIGINT NOT NULL,
    object TEXT NOT NULL,
    digest BYTEA NOT NULL,
    length BIGINT NOT NULL,
    begun BIGINT NOT NULL,
    events BIGINT NOT NULL,
    turn TEXT,
    turn_seat BIGINT,
    turn_until BIGINT,
    UNIQUE (department, id)
);

CREATE TABLE signing_seat (
    signing TEXT NOT NULL,
    place BIGINT NOT NULL,
    department TEXT NOT NULL,
    role TEXT NOT NULL,
    signer TEXT NOT NULL,
    intent BYTEA NOT NULL,
    done TEXT NOT NULL,
    signature TEXT,
    moment BIGINT,
    reason BYTEA,
    PRIMARY KEY (signing, place),
    FOREIGN KEY (department, signing) REFERENCES signing (department, id),
    FOREIGN KEY (department, signer) REFERENCES signer (department, id)
);
