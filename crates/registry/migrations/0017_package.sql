-- Packages: cases of one application for several matters (dossier::package). What a case says of its package stands in
-- its file; here is only which cases belong together.

CREATE TABLE package_case (
    package TEXT NOT NULL,
    place BIGINT NOT NULL,
    department TEXT NOT NULL,
    case_number TEXT NOT NULL UNIQUE,
    matter TEXT NOT NULL,
    PRIMARY KEY (package, place)
);
