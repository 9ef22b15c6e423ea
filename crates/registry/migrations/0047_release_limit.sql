-- How often seals are released (T-S7): of each seal and person a running number, with one row for each release of the last days; the
-- first time over a limit is noted as `warned`, the second stops what exceeded it until two people lift that.

CREATE TABLE release_tally (
    about TEXT NOT NULL,
    subject TEXT NOT NULL,
    department TEXT NOT NULL,
    number BIGINT NOT NULL,
    counted_from BIGINT NOT NULL,
    warned BIGINT,
    stopped BIGINT,
    releaser TEXT,
    PRIMARY KEY (about, subject)
);
CREATE TABLE release_tick (
    about TEXT NOT NULL,
    subject TEXT NOT NULL,
    number BIGINT NOT NULL,
    department TEXT NOT NULL,
    uses BIGINT NOT NULL,
    moment BIGINT NOT NULL,
    PRIMARY KEY (about, subject, number)
);
CREATE INDEX release_tick_moment ON release_tick (about, subject, moment, number);

-- Other limits of one seal, as two people said.
CREATE TABLE release_limit (
    seal TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    per_day BIGINT NOT NULL,
    per_minute BIGINT NOT NULL,
    listed_per_day BIGINT NOT NULL,
    people TEXT NOT NULL,
    decided BIGINT NOT NULL
);

-- What somebody has to look at, until it is closed with a note.
CREATE TABLE alarm (
    id TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    kind TEXT NOT NULL,
    seal TEXT NOT NULL,
    person TEXT NOT NULL,
    moment BIGINT NOT NULL,
    cause TEXT NOT NULL,
    closed BIGINT,
    closed_by TEXT,
    note TEXT
);
CREATE INDEX alarm_department ON alarm (department, moment, id);
