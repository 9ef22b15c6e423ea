-- The two logs (D13). A leaf waits until the sequencer gives it an index; that is the only change it
-- ever sees.
CREATE TABLE log_leaf (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    log         BIGINT NOT NULL,
    leaf        BYTEA NOT NULL CHECK (length(leaf) <= 65535),
    job         TEXT,
    entry_index BIGINT
);
CREATE UNIQUE INDEX log_leaf_entry ON log_leaf (log, entry_index) WHERE entry_index IS NOT NULL;
CREATE INDEX log_leaf_pending ON log_leaf (log, id) WHERE entry_index IS NULL;
CREATE INDEX log_leaf_job ON log_leaf (job) WHERE job IS NOT NULL;

-- Where each log stands. One row a log; whoever extends it names size and root that it found (T-L5).
CREATE TABLE log_head (
    log                  BIGINT PRIMARY KEY,
    size                 BIGINT NOT NULL,
    root                 BYTEA NOT NULL,
    checkpoint           BYTEA NOT NULL,
    witnessed_size       BIGINT,
    witnessed_checkpoint BYTEA
);

-- The widest form of each tile; a narrower one is its beginning (C2SP tlog-tiles).
CREATE TABLE log_tile (
    log        BIGINT NOT NULL,
    level      BIGINT NOT NULL,
    tile_index BIGINT NOT NULL,
    hashes     BYTEA NOT NULL,
    PRIMARY KEY (log, level, tile_index)
);
