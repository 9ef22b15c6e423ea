//! Seals, persons, uses and certificates as rows.

use sqlx::{Connection, PgConnection};

use crate::stage::{Stage, secrets};
use crate::{DEPARTMENTS, citizen, code, department, signer};
use trail::secrets::{Place, Secrets};

/// Uses of each seal.
pub(crate) const USES: u64 = 100;
/// Rows that travel together.
const TOGETHER: u32 = 10_000;

const SEAL: &str = "INSERT INTO seal (code, department, stage, since, events, last_person, last_duty, scope) \
     VALUES ($1, $2, 'in_use', 1780000000, 1, 'a', 'custodian', 1)";
const HAPPENED: &str = "INSERT INTO seal_event (code, number, department, event, stage, moment, people, reason) \
     SELECT code, 1, department, 'establish', 'in_use', since, 'a', '' FROM seal";
const SCOPE: &str = "INSERT INTO seal_scope (code, number, department, content, ground, people, decided) \
     SELECT code, 1, department, '{}', 'application', 'a', since FROM seal";
const PERSON: &str = "INSERT INTO signer (id, department, state, level, person, person_digest, until_moment, since, events) \
     VALUES ($1, $2, $3, 'L2', $4, $5, 1800000000, 1780000000, 3)";

/// After the others, by the database itself: uses, numbers from 1 in each department, and a certificate for each person.
fn others((random, serial): (&str, &str), series: &str) -> [String; 4] {
    [
        format!(
            "INSERT INTO trace (department, number, moment, actor, act, object, ground, detail, signing_key, previous, digest, leaf) \
             SELECT department, ROW_NUMBER() OVER (PARTITION BY department ORDER BY use, code), 1780000000 + use, 'a', 'sign', code, '', '', \
             'seal-' || code, {random}, {random}, 0 FROM seal, ({series}) AS uses"
        ),
        "INSERT INTO key_total (signing_key, department, uses) \
         SELECT signing_key, department, COUNT(*) FROM trace GROUP BY signing_key, department"
            .to_owned(),
        "INSERT INTO certificate (issuer, serial, profile, department, shard, tbs_digest, intended, der) \
             SELECT 'ca', person_digest, 'signer', department, 0, person_digest, since, person_digest FROM signer".to_owned(),
        format!(
            "INSERT INTO certificate (issuer, serial, profile, department, shard, tbs_digest, intended, der) \
             SELECT 'ca', {serial}, 'ocsp-responder', '', 0, {random}, 1780000000, {random}"
        ),
    ]
}

struct Person {
    id: String,
    department: String,
    state: &'static str,
    sealed: Vec<u8>,
    digest: [u8; 32],
}

/// Who all of them are.
fn party() -> Vec<u8> {
    let party = dossier::person::Party::parse("person", "何守正", "99010219810705031X");
    serde_json::to_vec(&party.expect("a person")).expect("writes")
}

fn person((secrets, party): (&Secrets, &[u8]), number: u32) -> Person {
    let (id, department) = (signer(number), department(number).to_string());
    let place = Place {
        table: "signer",
        column: "person",
        row: &id,
        department: &department,
    };
    Person {
        sealed: secrets.seal(party, place).expect("sealed"),
        digest: secrets.lookup("signer", &citizen(number)),
        state: match number % 5 {
            3 => "suspended",
            4 => "cancelled",
            _ => "active",
        },
        id,
        department,
    }
}

/// So many seals, and persons.
pub(crate) async fn fill(stage: &Stage, (seals, persons): (u32, u32)) {
    let secrets = secrets(stage.address());
    match stage.address().strip_prefix("sqlite:") {
        Some(file) => here(file, &secrets, (seals, persons)),
        None => there(stage.address(), &secrets, (seals, persons)).await,
    }
}

fn here(file: &str, secrets: &Secrets, (seals, persons): (u32, u32)) {
    let party = party();
    let connection = rusqlite::Connection::open(file).expect("opens");
    let begin = "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN IMMEDIATE";
    connection.execute_batch(begin).expect("begins");
    for number in 0..seals {
        let values = (code(number).to_string(), department(number).to_string());
        connection
            .prepare_cached(SEAL)
            .expect("made")
            .execute(values)
            .expect("filled");
    }
    for number in 0..persons {
        let one = person((secrets, &party), number);
        let values = (one.id, one.department, one.state, one.sealed, one.digest);
        connection
            .prepare_cached(PERSON)
            .expect("made")
            .execute(values)
            .expect("filled");
    }
    let series = format!(
        "WITH RECURSIVE n(use) AS (SELECT 1 UNION ALL SELECT use + 1 FROM n WHERE use < {USES}) SELECT use FROM n"
    );
    let others = others(("randomblob(32)", "X'4D01'"), &series);
    for statement in [HAPPENED, SCOPE]
        .into_iter()
        .chain(others.iter().map(String::as_str))
    {
        connection.execute_batch(statement).expect("filled");
    }
    let end = "COMMIT; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)";
    connection.execute_batch(end).expect("ends");
}

async fn there(address: &str, secrets: &Secrets, (seals, persons): (u32, u32)) {
    let party = party();
    let mut connection = PgConnection::connect(address).await.expect("opens");
    let made = format!(
        "INSERT INTO seal (code, department, stage, since, events, last_person, last_duty, scope) \
         SELECT '990102-SPZYZ-' || LPAD(n::text, 6, '0'), 'D-' || LPAD((n % {DEPARTMENTS})::text, 2, '0'), 'in_use', 1780000000, 1, 'a', \
         'custodian', 1 FROM generate_series(0, {seals} - 1) AS n"
    );
    let mut statements = vec![made, HAPPENED.to_owned(), SCOPE.to_owned()];
    for first in (0..persons).step_by(TOGETHER as usize) {
        let last = persons.min(first + TOGETHER);
        let some: Vec<Person> = (first..last)
            .map(|number| person((secrets, &party), number))
            .collect();
        let texts = |of: fn(&Person) -> &str| {
            some.iter()
                .map(|one| of(one).to_owned())
                .collect::<Vec<_>>()
        };
        let octets =
            |of: fn(&Person) -> &[u8]| some.iter().map(|one| of(one).to_vec()).collect::<Vec<_>>();
        sqlx::query(
            "INSERT INTO signer (id, department, state, level, person, person_digest, until_moment, since, events) \
             SELECT id, department, state, 'L2', person, digest, 1800000000, 1780000000, 3 \
             FROM UNNEST($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS f(id, department, state, person, digest)",
        )
        .bind(texts(|one| &one.id))
        .bind(texts(|one| &one.department))
        .bind(texts(|one| one.state))
        .bind(octets(|one| &one.sealed))
        .bind(octets(|one| &one.digest))
        .execute(&mut connection)
        .await
        .expect("filled");
    }
    let series = format!("SELECT generate_series(1, {USES}) AS use");
    statements.extend(others(("sha256('a')", r"'\x4D01'"), &series));
    // As a database stands that its own upkeep has been over.
    statements.extend(["VACUUM (ANALYZE)", "CHECKPOINT"].map(str::to_owned));
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("filled");
    }
}
