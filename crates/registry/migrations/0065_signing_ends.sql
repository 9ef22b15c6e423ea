-- When a document that several sign lapses, while it is open: a round of upkeep looks for those whose day is over and tells
-- their department once. Nothing for one that has ended.
ALTER TABLE signing ADD COLUMN ends BIGINT;
UPDATE signing SET ends = deadline
 WHERE EXISTS (SELECT 1 FROM signing_seat s WHERE s.signing = signing.id AND s.department = signing.department AND s.done = 'waiting')
   AND NOT EXISTS (SELECT 1 FROM signing_seat s WHERE s.signing = signing.id AND s.department = signing.department AND s.done = 'declined');
CREATE INDEX signing_ends ON signing (ends) WHERE ends IS NOT NULL;
