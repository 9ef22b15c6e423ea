-- Why there is a version, and which one it comes after; when the record of an ended one is due for retention
-- (domain.md 4.1). The default holds for what was written before.

ALTER TABLE version ADD COLUMN birth TEXT NOT NULL DEFAULT 'first';
ALTER TABLE version ADD COLUMN follows BIGINT;

CREATE TABLE archive_due (
    due BIGINT NOT NULL,
    identifier TEXT NOT NULL,
    department TEXT NOT NULL,
    PRIMARY KEY (due, identifier),
    FOREIGN KEY (department, identifier) REFERENCES version (department, identifier)
);
INSERT INTO archive_due (due, identifier, department)
    SELECT effective + 2592000, identifier, department FROM event
    WHERE kind IN ('deregistered', 'annulled', 'withdrawn', 'revoked');
