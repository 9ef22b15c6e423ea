-- What stands beside the signature of a passkey that released: the key store reads it again before it signs (T-S3).
ALTER TABLE seal_release ADD COLUMN credential BYTEA;
ALTER TABLE seal_release ADD COLUMN authenticator BYTEA;
ALTER TABLE seal_release ADD COLUMN client BYTEA;
