-- The key of a seal that was given up is erased: ordered by two people, on a day, called off until then, seen by two witnesses; what
-- the record of it says, and the record as it was signed (domain.md 4.2, T-S9).

CREATE TABLE seal_destruction (
    code TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    state TEXT NOT NULL,
    due BIGINT NOT NULL,
    people TEXT NOT NULL,
    reason TEXT NOT NULL,
    scheduled BIGINT NOT NULL,
    witnesses TEXT,
    witnessed BIGINT,
    statement BYTEA,
    record BYTEA,
    FOREIGN KEY (department, code) REFERENCES seal (department, code)
);
