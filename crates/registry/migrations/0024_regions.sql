-- Trust that was exchanged with other regions (R32): each region's signed bundle as it came, from when until when it is
-- trusted, and the two people who decided that; and the first person's word until the second one's.
CREATE TABLE region_trust (
    region TEXT NOT NULL PRIMARY KEY,
    bundle TEXT NOT NULL,
    issued BIGINT NOT NULL,
    begins BIGINT,
    ends BIGINT,
    people TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided BIGINT NOT NULL
);
CREATE TABLE region_word (
    region TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    terms BYTEA NOT NULL,
    until_moment BIGINT NOT NULL
);
