-- Electronic seals of GB/T 38540 as their maker signed them, and the OFD file that waits for its seal, alone or beside
-- the PDF.

CREATE TABLE seal_object (
    code TEXT NOT NULL PRIMARY KEY,
    department TEXT NOT NULL,
    made BIGINT NOT NULL,
    object BYTEA NOT NULL CHECK (length(object) <= 5242880)
);

ALTER TABLE job ADD COLUMN unsealed_ofd TEXT;
