-- What a seal's jobs left in the public log is counted beside its ledger.

CREATE INDEX job_seal ON job (seal, id);
