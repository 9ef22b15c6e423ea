-- What hangs on a licence beside its versions (domain.md 3, 4.1): the first consent to voiding one, its paper copies
-- whose numbers are kept for ever, the numbers of merged papers that lead to it; and the restrictions of holders (R13).

CREATE TABLE void_consent (
    identifier TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    person TEXT NOT NULL,
    terms BYTEA NOT NULL,
    until_moment BIGINT NOT NULL,
    FOREIGN KEY (department, identifier) REFERENCES version (department, identifier)
);

CREATE TABLE paper (
    licence TEXT NOT NULL PRIMARY KEY,
    copies TEXT NOT NULL,
    FOREIGN KEY (licence) REFERENCES licence (id)
);
CREATE TABLE paper_number (
    number TEXT NOT NULL,
    licence TEXT NOT NULL,
    PRIMARY KEY (number, licence),
    FOREIGN KEY (licence) REFERENCES licence (id)
);

CREATE TABLE alias (
    paper TEXT NOT NULL,
    number TEXT NOT NULL,
    licence TEXT NOT NULL,
    PRIMARY KEY (paper, number),
    FOREIGN KEY (licence) REFERENCES licence (id)
);
CREATE INDEX alias_number ON alias (number);

CREATE TABLE restriction (
    number TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    holder_digest BYTEA NOT NULL,
    holder_masked TEXT NOT NULL,
    content TEXT NOT NULL,
    recorded BIGINT NOT NULL,
    lifted BIGINT
);
CREATE INDEX restriction_holder ON restriction (holder_digest);
