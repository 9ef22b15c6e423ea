-- The published files of the catalogue, each import whole.
CREATE TABLE catalogue_import (
    version  BIGINT PRIMARY KEY,
    digest   BYTEA NOT NULL,
    sources  BYTEA NOT NULL,
    imported BIGINT NOT NULL,
    person   TEXT NOT NULL
);
