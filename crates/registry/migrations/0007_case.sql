-- Cases (domain.md 4.4): each one file, the fold of its events, sealed, since it names persons (D8). What lists
-- and upkeep ask for stands beside it.

CREATE TABLE case_file (
    case_number TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    state TEXT NOT NULL,
    stopped BIGINT NOT NULL,
    yellow BIGINT NOT NULL,
    red BIGINT NOT NULL,
    watched BIGINT NOT NULL,
    looked BIGINT NOT NULL,
    checked BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    told BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    applicant BYTEA,
    content BYTEA,
    UNIQUE (department, case_number)
);
CREATE INDEX case_watched ON case_file (looked, case_number) WHERE watched = 1;
CREATE INDEX case_applicant ON case_file (applicant, department);

-- What was made for a case.
CREATE INDEX job_case ON job (case_number);
