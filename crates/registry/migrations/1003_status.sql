-- Token status lists (D20). `next_index` counts the slots given out; the slot itself is that counter
-- under the list's keyed permutation, whose key stands here encrypted.
CREATE TABLE status_list (
    list            BIGINT PRIMARY KEY,
    uri             TEXT NOT NULL UNIQUE,
    key_id          TEXT NOT NULL,
    permutation     BYTEA NOT NULL,
    capacity        BIGINT NOT NULL,
    next_index      BIGINT NOT NULL DEFAULT 0,
    changes         BIGINT NOT NULL DEFAULT 0,
    signed_changes  BIGINT NOT NULL DEFAULT 0,
    renew           BIGINT NOT NULL DEFAULT 0,
    token           BYTEA,
    issued          BIGINT,
    expires         BIGINT,
    CHECK (next_index BETWEEN 0 AND capacity)
);

-- Slots that are not *valid*; a slot without a row is. Few are, so a list is read in one short scan.
CREATE TABLE status_value (
    list  BIGINT NOT NULL,
    slot  BIGINT NOT NULL CHECK (slot BETWEEN 0 AND 1048575),
    value BIGINT NOT NULL CHECK (value BETWEEN 1 AND 3),
    PRIMARY KEY (list, slot)
);
