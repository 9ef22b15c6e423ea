-- How often each key was used in the trace of each department: a total of the key journal (D13), kept in the fact that writes the
-- journal's line, under the chain of its department, so that nobody counts a ledger to tell how long it is.

CREATE TABLE key_total (
    signing_key TEXT NOT NULL,
    department TEXT NOT NULL,
    uses BIGINT NOT NULL,
    PRIMARY KEY (signing_key, department)
);
INSERT INTO key_total (signing_key, department, uses)
    SELECT signing_key, department, COUNT(*) FROM trace WHERE signing_key IS NOT NULL GROUP BY signing_key, department;
