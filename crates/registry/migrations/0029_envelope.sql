-- A caller's own content, of whatever kind, that waits for its seal, and what the seal will become: a signature beside it,
-- around it, or a package with it.

ALTER TABLE job ADD COLUMN unsealed_content TEXT;
ALTER TABLE job ADD COLUMN unsealed_envelope TEXT;
