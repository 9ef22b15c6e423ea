-- Licences, the jobs that make them, and what callers asked for. Every row names its department, which
-- is part of the keys that tie rows together (T-P4). Personal data stands in sealed columns only (D8).

CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

-- What a caller asked for under an idempotency key (T-D3). The response is sealed.
CREATE TABLE request (
    caller TEXT NOT NULL,
    request_key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    department TEXT NOT NULL,
    job TEXT,
    asked BIGINT NOT NULL,
    status BIGINT,
    response BYTEA,
    PRIMARY KEY (caller, request_key)
);
CREATE INDEX request_asked ON request (asked);
CREATE INDEX request_job ON request (job);

-- Its versions may be issued by different bodies, when a power was transferred (D17).
CREATE TABLE licence (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    type_code TEXT NOT NULL,
    issuer_code TEXT NOT NULL,
    number TEXT NOT NULL,
    serial TEXT NOT NULL,
    events BIGINT NOT NULL,
    UNIQUE (type_code, issuer_code, number)
);

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    caller TEXT NOT NULL,
    requester TEXT NOT NULL,
    begun BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    identifier TEXT,
    payload BYTEA NOT NULL,
    seal TEXT NOT NULL,
    purpose TEXT NOT NULL,
    matter TEXT NOT NULL,
    case_number TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    unsealed BYTEA,
    unsealed_object TEXT,
    expires BIGINT,
    attempts BIGINT NOT NULL,
    reason TEXT,
    UNIQUE (department, id)
);
CREATE INDEX job_waiting ON job (department, begun, id) WHERE state = 'waiting';
CREATE INDEX job_open ON job (state, begun, id)
    WHERE state IN ('reserved', 'waiting', 'released', 'journalled');

CREATE TABLE version (
    identifier TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    licence TEXT NOT NULL,
    version BIGINT NOT NULL,
    job TEXT NOT NULL,
    licence_type TEXT NOT NULL,
    issuer TEXT NOT NULL,
    matter TEXT NOT NULL,
    case_number TEXT NOT NULL,
    decision TEXT NOT NULL,
    reserved BIGINT NOT NULL,
    recorded BIGINT,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    content_digest BYTEA NOT NULL,
    content BYTEA NOT NULL,
    salts BYTEA NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_masked TEXT NOT NULL,
    holder_digest BYTEA NOT NULL,
    handle_digest BYTEA NOT NULL UNIQUE,
    handle BYTEA NOT NULL,
    status_list BIGINT NOT NULL,
    status_index BIGINT NOT NULL,
    life TEXT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (department, identifier),
    UNIQUE (licence, version),
    UNIQUE (status_list, status_index),
    FOREIGN KEY (licence) REFERENCES licence (id),
    FOREIGN KEY (department, job) REFERENCES job (department, id)
);
CREATE INDEX version_holder ON version (holder_digest, department);
CREATE INDEX version_listed ON version (department, reserved, identifier);
CREATE INDEX version_digest ON version (content_digest);

-- What happened to a version; its life is the fold, kept after each event.
CREATE TABLE event (
    identifier TEXT NOT NULL,
    revision BIGINT NOT NULL,
    department TEXT NOT NULL,
    kind TEXT NOT NULL,
    effective BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    actor TEXT NOT NULL,
    ground TEXT NOT NULL,
    life TEXT NOT NULL,
    PRIMARY KEY (identifier, revision),
    FOREIGN KEY (department, identifier) REFERENCES version (department, identifier)
);

-- Moments at which the status entry of a version has to be looked at again.
CREATE TABLE status_due (
    due BIGINT NOT NULL,
    identifier TEXT NOT NULL,
    department TEXT NOT NULL,
    PRIMARY KEY (due, identifier),
    FOREIGN KEY (department, identifier) REFERENCES version (department, identifier)
);

-- One release serves one job; a copy of its statement cannot serve another.
CREATE TABLE seal_release (
    job TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    statement_digest BYTEA NOT NULL UNIQUE,
    algorithm TEXT NOT NULL,
    signature BYTEA NOT NULL,
    releaser TEXT NOT NULL,
    copies BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    released BIGINT NOT NULL,
    consumed BIGINT,
    FOREIGN KEY (department, job) REFERENCES job (department, id)
);

-- The sealed file of a job, in the object store, with its receipt.
CREATE TABLE file (
    job TEXT NOT NULL,
    format TEXT NOT NULL,
    department TEXT NOT NULL,
    object TEXT NOT NULL,
    digest BYTEA NOT NULL,
    length BIGINT NOT NULL,
    receipt BYTEA NOT NULL,
    PRIMARY KEY (job, format),
    FOREIGN KEY (department, job) REFERENCES job (department, id)
);
