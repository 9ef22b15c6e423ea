-- Links for people who have no account: to the progress of a case, to a holder's own licence. One for each and
-- department; each runs out, and can be taken back (T-P6).
CREATE TABLE person_link (
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    department TEXT NOT NULL,
    handle BYTEA NOT NULL,
    handle_digest BYTEA NOT NULL UNIQUE,
    made BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (kind, object, department)
);

INSERT INTO person_link (kind, object, department, handle, handle_digest, made, expires)
    SELECT 'case', case_number, department, handle, handle_digest, made, made + 15552000 FROM case_link;
