-- How many leaves each log had when its checkpoints began to be signed in SM2, too: those of larger trees have that
-- signature.
CREATE TABLE log_suite (
    log    BIGINT PRIMARY KEY,
    leaves BIGINT NOT NULL
);
