-- Checkpoints of the trace in the public log (D13, D18): what each leaf committed to, and under which salt.
CREATE TABLE trace_anchor (
    size   BIGINT PRIMARY KEY,
    root   BYTEA NOT NULL,
    salt   BYTEA NOT NULL,
    leaf   BIGINT NOT NULL,
    moment BIGINT NOT NULL
);
