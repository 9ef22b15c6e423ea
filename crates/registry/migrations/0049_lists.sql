-- What lists and look-ups among 10,000 seals and 1,000,000 persons go by, and what a start and each round ask.

CREATE INDEX seal_stage ON seal (stage, code);
CREATE INDEX seal_department_stage ON seal (department, stage, code);

-- How many versions of scopes the seals that were made have had, which every process asks in each round; nothing stands for none,
-- so that a new store is empty.
INSERT INTO counter (name, value)
    SELECT 'seal-scopes', COUNT(*) FROM seal_scope JOIN seal ON seal.code = seal_scope.code
    WHERE seal.stage NOT IN ('applied', 'reviewed', 'approved', 'rejected')
    HAVING COUNT(*) > 0;

CREATE INDEX signer_state ON signer (department, state, id);
CREATE INDEX signer_until ON signer (until_moment, id) WHERE state IN ('active', 'suspended');
