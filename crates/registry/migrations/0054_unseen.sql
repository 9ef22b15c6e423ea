-- Seals that may be used on content that nobody here has seen, by its digest alone: as two people said.

CREATE TABLE seal_unseen (
    seal TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    people TEXT NOT NULL,
    decided BIGINT NOT NULL
);
