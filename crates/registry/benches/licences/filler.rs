//! Licences that are rows alone: like one that was reserved, with keys of their own, made by the
//! database itself.

use std::sync::Arc;

use sqlx::{Connection, PgConnection};

use crate::stage::Stage;

/// Statements of both databases; `filler` holds a number, and two identifiers that jump.
const FILL: [&str; 3] = [
    "INSERT INTO job (id, department, kind, state, caller, requester, begun, changed, identifier, payload, \
     seal, purpose, matter, case_number, decision, decided_by, attempts) \
     SELECT f.job, m.department, m.kind, 'recorded', m.caller, m.requester, m.begun, m.changed, f.job, \
     m.payload, m.seal, m.purpose, m.matter, m.case_number, m.decision, m.decided_by, 1 \
     FROM filler AS f, (SELECT * FROM job LIMIT 1) AS m",
    "INSERT INTO licence (id, department, type_code, issuer_code, number, serial, events) \
     SELECT f.licence, m.department, m.type_code, m.issuer_code, substr(m.number, 1, 12) || f.job, f.job, 1 \
     FROM filler AS f, (SELECT * FROM licence LIMIT 1) AS m",
    "INSERT INTO version (identifier, department, licence, version, job, licence_type, issuer, matter, \
     case_number, decision, reserved, recorded, valid_from, valid_until, content_digest, content, salts, \
     holder_kind, holder_masked, holder_digest, handle_digest, handle, status_list, status_index, life, revision) \
     SELECT substr(m.identifier, 1, 50) || f.job, m.department, f.licence, 1, f.job, m.licence_type, m.issuer, \
     m.matter, m.case_number, m.decision, m.reserved, m.reserved, m.valid_from, m.valid_until, f.digest, \
     m.content, m.salts, m.holder_kind, m.holder_masked, f.digest, f.digest, m.handle, \
     1000 + f.number / 500000, f.number % 500000, m.life, m.revision \
     FROM filler AS f, (SELECT * FROM version LIMIT 1) AS m",
];

const SQLITE: &str = "CREATE TEMP TABLE filler AS \
     WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < {}) \
     SELECT number, lower(hex(randomblob(16))) AS job, lower(hex(randomblob(16))) AS licence, \
     randomblob(32) AS digest FROM n";
const POSTGRES: &str = "CREATE TEMP TABLE filler AS SELECT number, md5('job' || number) AS job, \
     md5('licence' || number) AS licence, sha256(CAST('digest' || number AS BYTEA)) AS digest \
     FROM generate_series(1, {}) AS number";

/// Adds so many.
pub(crate) async fn multiply(stage: &Arc<Stage>, many: u64) {
    if many == 0 {
        return;
    }
    if let Some(file) = stage.address().strip_prefix("sqlite:") {
        let connection = rusqlite::Connection::open(file).expect("opens");
        let begin = "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN IMMEDIATE";
        connection.execute_batch(begin).expect("begins");
        let filler = SQLITE.replace("{}", &many.to_string());
        connection.execute_batch(&filler).expect("made");
        for statement in FILL {
            connection.execute_batch(statement).expect("filled");
        }
        connection.execute_batch("COMMIT").expect("commits");
        let end = "PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)";
        connection.execute_batch(end).expect("ends");
        return;
    }
    let mut connection = PgConnection::connect(stage.address()).await.expect("opens");
    let filler = POSTGRES.replace("{}", &many.to_string());
    let mut statements = vec![filler];
    statements.extend(FILL.map(str::to_owned));
    statements.push("ANALYZE".to_owned());
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("filled");
    }
}
