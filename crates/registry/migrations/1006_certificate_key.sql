-- SHA-256 of the key that a certificate is about; those of before have none, and are read whole.
ALTER TABLE certificate ADD COLUMN subject_key BYTEA;
CREATE INDEX certificate_key ON certificate (issuer, profile, subject_key) WHERE der IS NOT NULL;
CREATE INDEX certificate_profile ON certificate (issuer, profile, intended) WHERE der IS NOT NULL;
