-- The trace: each act one entry, chained within its department (D13).

CREATE TABLE trace (
    department TEXT NOT NULL,
    number BIGINT NOT NULL,
    moment BIGINT NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    object TEXT NOT NULL,
    ground TEXT NOT NULL,
    detail TEXT NOT NULL,
    signing_key TEXT,
    previous BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    leaf BIGINT NOT NULL,
    PRIMARY KEY (department, number)
);
CREATE INDEX trace_object ON trace (object, department, number);
CREATE INDEX trace_key ON trace (signing_key, department, number) WHERE signing_key IS NOT NULL;
CREATE INDEX trace_key_moment ON trace (signing_key, moment) WHERE signing_key IS NOT NULL;

CREATE TABLE trace_head (
    department TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    digest BYTEA NOT NULL
);
