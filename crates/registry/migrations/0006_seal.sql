-- Where each seal stands (domain.md 4.2), what happened to it, and the first consent of an act of two people.

CREATE TABLE seal (
    code TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    stage TEXT NOT NULL,
    since BIGINT NOT NULL,
    events BIGINT NOT NULL,
    last_person TEXT NOT NULL,
    last_duty TEXT NOT NULL,
    pending_event TEXT,
    pending_person TEXT,
    pending_duty TEXT,
    pending_until BIGINT,
    UNIQUE (department, code)
);

CREATE TABLE seal_event (
    code TEXT NOT NULL,
    number BIGINT NOT NULL,
    department TEXT NOT NULL,
    event TEXT NOT NULL,
    stage TEXT NOT NULL,
    moment BIGINT NOT NULL,
    people TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (code, number),
    FOREIGN KEY (department, code) REFERENCES seal (department, code)
);
