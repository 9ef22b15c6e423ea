-- Drills: a seal's key was declared compromised as of a moment, by two people; what was sealed since is sealed anew (T-C6).

CREATE TABLE drill (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    seal TEXT NOT NULL,
    since BIGINT NOT NULL,
    declared BIGINT NOT NULL,
    administrator TEXT NOT NULL,
    custodian TEXT NOT NULL,
    ended BIGINT,
    report BYTEA,
    UNIQUE (department, id)
);
CREATE UNIQUE INDEX drill_open ON drill (seal) WHERE ended IS NULL;

-- The job that seals anew what another job sealed, once in each drill. `number` counts how often that was done; `sealed` is
-- when the signature that is replaced was made, by trusted time. The file in force stands under the first job; what it
-- replaced stands under the job that replaced it.
CREATE TABLE reseal (
    job TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    drill TEXT NOT NULL,
    of_job TEXT NOT NULL,
    number BIGINT NOT NULL,
    sealed BIGINT NOT NULL,
    UNIQUE (drill, of_job),
    UNIQUE (of_job, number),
    FOREIGN KEY (department, job) REFERENCES job (department, id),
    FOREIGN KEY (department, of_job) REFERENCES job (department, id),
    FOREIGN KEY (department, drill) REFERENCES drill (department, id)
);
