-- Trust by two people, whole: what they agreed on about a region beside its list; the proposal that waits, so that the second
-- person sees what the first one said; anchors of our own that were added or dated; and the lists that we published, each as it
-- was signed.
ALTER TABLE region_trust ADD COLUMN agreed TEXT;
CREATE TABLE trust_word (
    subject TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    proposal TEXT NOT NULL,
    until_moment BIGINT NOT NULL
);
CREATE TABLE own_anchor (
    anchor TEXT NOT NULL PRIMARY KEY,
    certificate BYTEA NOT NULL,
    purposes TEXT NOT NULL,
    begins BIGINT,
    ends BIGINT,
    people TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided BIGINT NOT NULL
);
CREATE TABLE own_list (
    number BIGINT NOT NULL PRIMARY KEY,
    issued BIGINT NOT NULL,
    next_update BIGINT NOT NULL,
    content BYTEA NOT NULL,
    document BYTEA NOT NULL
);
