-- One row a serial, from the intent on (T-C1: unique per issuer by the database).
CREATE TABLE certificate (
    issuer     TEXT NOT NULL,
    serial     BYTEA NOT NULL,
    profile    TEXT NOT NULL,
    department TEXT NOT NULL,
    shard      BIGINT NOT NULL,
    tbs_digest BYTEA NOT NULL,
    intended   BIGINT NOT NULL,
    der        BYTEA,
    voided     BIGINT,
    revoked    BIGINT,
    reason     BIGINT,
    invalid    BIGINT,
    PRIMARY KEY (issuer, serial),
    CHECK ((revoked IS NULL) = (reason IS NULL))
);
CREATE INDEX certificate_unfinished ON certificate (issuer, intended) WHERE der IS NULL AND voided IS NULL;
CREATE INDEX certificate_revoked ON certificate (issuer, shard, serial) WHERE revoked IS NOT NULL;

-- Answers signed in advance (RFC 9919); `renew` is when the next is to be made; `changes` counts changes
-- of status, so that an answer signed before one is not kept after it.
CREATE TABLE ocsp_answer (
    issuer      TEXT NOT NULL,
    serial      BYTEA NOT NULL,
    changes     BIGINT NOT NULL,
    renew       BIGINT NOT NULL,
    der         BYTEA,
    this_update BIGINT,
    next_update BIGINT,
    PRIMARY KEY (issuer, serial)
);
CREATE INDEX ocsp_answer_renew ON ocsp_answer (issuer, renew);

-- Lists of revoked certificates by scope: -1 is all of the issuer's, others are shards.
CREATE TABLE crl_scope (
    issuer            TEXT NOT NULL,
    scope             BIGINT NOT NULL,
    number            BIGINT NOT NULL DEFAULT 0,
    leased_until      BIGINT NOT NULL DEFAULT 0,
    changes           BIGINT NOT NULL DEFAULT 0,
    published         BIGINT NOT NULL DEFAULT 0,
    published_changes BIGINT NOT NULL DEFAULT 0,
    renew             BIGINT NOT NULL DEFAULT 0,
    der               BYTEA,
    this_update       BIGINT,
    next_update       BIGINT,
    PRIMARY KEY (issuer, scope)
);
