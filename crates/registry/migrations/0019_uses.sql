-- Uses of licences by bodies that are not asked by their holders (R15): one row for each, in the transaction in which it
-- was answered. What it was for and what was shown stand sealed; the case is the own department's, whose licence it is
-- is nobody's to be tied to.

CREATE TABLE licence_use (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    identifier TEXT NOT NULL,
    licence TEXT NOT NULL,
    holder_digest BYTEA NOT NULL,
    matter TEXT NOT NULL,
    case_number TEXT NOT NULL,
    material BIGINT NOT NULL,
    person TEXT NOT NULL,
    state TEXT NOT NULL,
    used BIGINT NOT NULL,
    content BYTEA NOT NULL,
    file_until BIGINT,
    file_taken BIGINT,
    UNIQUE (department, id),
    FOREIGN KEY (department, case_number) REFERENCES case_file (department, case_number)
);
CREATE INDEX licence_use_licence ON licence_use (licence, used);
CREATE INDEX licence_use_holder ON licence_use (holder_digest, used);
CREATE INDEX licence_use_listed ON licence_use (department, used, id);
