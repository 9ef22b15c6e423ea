-- Seals that are asked for at once: a list under an identifier of its department, kept sealed and whole under one digest, and whose word
-- on it was given. Each seal has its own application and its own life beside it (domain.md 4.2).

CREATE TABLE seal_list (
    department TEXT NOT NULL,
    id TEXT NOT NULL,
    digest BYTEA NOT NULL,
    content BYTEA NOT NULL,
    state TEXT NOT NULL,
    applicant TEXT NOT NULL,
    applied BIGINT NOT NULL,
    reviewer TEXT,
    approver TEXT,
    maker TEXT,
    changed BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (id, department)
);
CREATE INDEX seal_list_open ON seal_list (state, department, id);
