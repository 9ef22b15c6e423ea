-- The same electronic seals in the edition of GM/T 0031-2014, for readers that know no other.

ALTER TABLE seal_object ADD COLUMN earlier BYTEA;
