-- A catalogue may follow from the import before it by one entry: what was done to a version of a matter (domain.md 4.5).

ALTER TABLE catalogue_import ADD COLUMN base BIGINT;

CREATE TABLE matter_act (
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    number BIGINT NOT NULL,
    event TEXT NOT NULL,
    department TEXT NOT NULL,
    person TEXT NOT NULL,
    day TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    moment BIGINT NOT NULL,
    catalogue BIGINT NOT NULL UNIQUE,
    PRIMARY KEY (code, version, number)
);
