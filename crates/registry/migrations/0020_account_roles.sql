-- Roles of an account that are to be others (T-S4): which, from when on, who said so. How many events were told of it.
ALTER TABLE account ADD COLUMN next_roles TEXT;
ALTER TABLE account ADD COLUMN next_from BIGINT;
ALTER TABLE account ADD COLUMN next_by TEXT;
ALTER TABLE account ADD COLUMN events BIGINT NOT NULL DEFAULT 0;
