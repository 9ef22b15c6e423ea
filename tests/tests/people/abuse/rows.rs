//! Who holds the database changes rows of it, or puts an older one in its place (threat model 13, case 3).

use issuance::office::Office;
use registry::jobs::JobId;
use registry::log::Log;
use rusqlite::Connection;
use server::Call;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tests::customer::Customer;
use tests::installation::CUSTODIAN;

use super::super::stage::text;
use super::scene::{BUREAU, Scene, outcome};
use super::together;

/// Where the rows of before are kept.
const OLDER: &str = "older";

/// Has the database do something, behind the service's back.
pub(super) async fn behind(scene: &Scene, statement: &str) {
    let database = scene.service.installation.database();
    if let Some(file) = database.strip_prefix("sqlite:") {
        let one = Connection::open(file).expect("the file");
        one.busy_timeout(std::time::Duration::from_secs(30))
            .expect("set");
        one.execute_batch(statement).expect("done");
        return;
    }
    let mut one = PgConnection::connect(database).await.expect("the database");
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .execute(&mut one)
        .await
        .expect("done");
    one.close().await.expect("closed");
}

/// Upkeep goes on with what it finds; how the job stands then.
async fn upkept(scene: &Scene, job: &str) -> String {
    issuance::upkeep::round(&scene.service.office)
        .await
        .expect("upkeep");
    let look = Call::get(format!("/v1/jobs/{job}"));
    text(&scene.call("approvals", look).await.json(), "state")
}

/// A job with the row of a release that the custodian signed, and the signature in it is another one.
pub(super) async fn release_edited(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let office = &scene.service.office;
    let id = JobId::parse(&job).expect("a job");
    let installation = &scene.service.installation;
    let left = installation.leave_released(office, &id, scene.now()).await;
    left.expect("it is released");
    scene.mark().await;
    let other = "(SELECT signature FROM seal_release ORDER BY released LIMIT 1)";
    let edit = format!("UPDATE seal_release SET signature = {other} WHERE job = '{job}'");
    behind(scene, &edit).await;
    scene.service.wait(time::SignedDuration::minutes(2));
    upkept(scene, &job).await
}

/// The release of another job, copied behind this one, which is said to be released.
pub(super) async fn release_copied(scene: &Scene) -> String {
    let (from, job) = (scene.waiting().await, scene.waiting().await);
    let release = scene.signed(&from).await;
    let first = scene.post("custodian", &from, &release).await;
    scene.settled(&from, &first).await;
    scene.mark().await;
    let copy = format!(
        "INSERT INTO seal_release (job, department, statement_digest, algorithm, signature, releaser, copies, expires, released) \
         SELECT '{job}', department, signature, algorithm, signature, releaser, copies, expires, released FROM seal_release \
         WHERE job = '{from}'; UPDATE job SET state = 'released' WHERE id = '{job}'"
    );
    behind(scene, &copy).await;
    scene.service.wait(time::SignedDuration::minutes(2));
    upkept(scene, &job).await
}

/// One of the two approvals of a high-risk use is another person's signature.
pub(super) async fn approval_edited(scene: &Scene) -> String {
    let job = together::first(scene).await;
    let edit = format!(
        "UPDATE seal_approval SET signature = (SELECT signature FROM seal_release ORDER BY released LIMIT 1) WHERE job = '{job}'"
    );
    behind(scene, &edit).await;
    scene.mark().await;
    outcome(&together::second(scene, &job).await)
}

/// The public log is cut back by its last entry.
pub(super) async fn log_cut(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    scene.mark().await;
    behind(scene, "UPDATE log_head SET size = size - 1 WHERE log = 1").await;
    let answer = outcome(&scene.post("custodian", &job, &release).await);
    behind(scene, "UPDATE log_head SET size = size + 1 WHERE log = 1").await;
    answer
}

/// The tables of the service.
async fn tables(scene: &Scene) -> Vec<String> {
    let database = scene.service.installation.database();
    if let Some(file) = database.strip_prefix("sqlite:") {
        let one = Connection::open(file).expect("the file");
        let names =
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
        let mut names = one.prepare(names).expect("made");
        let names = names.query_map([], |row| row.get(0)).expect("asked");
        return names.map(|name| name.expect("a name")).collect();
    }
    let mut one = PgConnection::connect(database).await.expect("the database");
    let names = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let names = sqlx::query(names).fetch_all(&mut one).await.expect("asked");
    names.iter().map(|row| row.get(0)).collect()
}

/// The database as it is now is put aside.
async fn kept(scene: &Scene) {
    let database = scene.service.installation.database();
    let begin = match database.strip_prefix("sqlite:") {
        Some(file) => format!("ATTACH '{file}.{OLDER}' AS {OLDER};"),
        None => format!("CREATE SCHEMA {OLDER};"),
    };
    let tables = tables(scene).await.into_iter();
    let copies =
        tables.map(|table| format!("CREATE TABLE {OLDER}.{table} AS SELECT * FROM {table};"));
    behind(scene, &(begin + &copies.collect::<String>())).await;
}

/// And comes back.
async fn restored(scene: &Scene) {
    let database = scene.service.installation.database();
    let (begin, overriding) = match database.strip_prefix("sqlite:") {
        Some(file) => (
            format!(
                "ATTACH '{file}.{OLDER}' AS {OLDER}; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;"
            ),
            "",
        ),
        None => (
            "SET session_replication_role = replica; BEGIN;".to_owned(),
            "OVERRIDING SYSTEM VALUE",
        ),
    };
    let tables = tables(scene).await;
    let drop = tables.iter().map(|table| format!("DELETE FROM {table};"));
    let fill = tables
        .iter()
        .map(|table| format!("INSERT INTO {table} {overriding} SELECT * FROM {OLDER}.{table};"));
    let all = [begin].into_iter().chain(drop).chain(fill);
    let all: String = all.chain(["COMMIT".to_owned()]).collect();
    behind(scene, &all).await;
}

/// What is kept of both logs beside the objects.
fn checkpoints(office: &Office) -> [Option<Vec<u8>>; 2] {
    let kept = |log: Log| office.objects().checkpoint(log.code());
    [Log::Public, Log::Trace].map(|log| kept(log).expect("the folder"))
}

/// An approval is used, and the database from before it was comes back: there it is unused.
pub(super) async fn older(scene: &Scene) -> String {
    let job = scene.waiting().await;
    let release = scene.signed(&job).await;
    kept(scene).await;
    let installation = &scene.service.installation;
    let other = installation.open(scene.service.clock()).await;
    let other = other.expect("it opens");
    let first = scene.post("custodian", &job, &release).await;
    scene.settled(&job, &first).await;
    issuance::upkeep::round(&scene.service.office)
        .await
        .expect("upkeep");
    restored(scene).await;
    // A node that has seen nothing of it does not keep its older word in the place of the newer one.
    let newest = checkpoints(&other);
    let _behind = issuance::upkeep::round(&other).await;
    assert_eq!(checkpoints(&other), newest);
    scene.tried("custodian", &job, &release).await
}

/// The same at a node that starts on it.
pub(super) async fn older_at_a_start(scene: &Scene) -> String {
    let installation = &scene.service.installation;
    let office = installation.open(scene.service.clock()).await;
    let office = std::sync::Arc::new(office.expect("it opens"));
    let base = installation.serve(office).await.expect("it serves");
    let node = Customer::new(installation, &base, BUREAU);
    let job = scene.waiting().await;
    let offer = Call::get(format!("/v1/releases/{job}"));
    let offer = node.call("custodian", offer, scene.now()).await;
    let offer = offer.expect("an answer").json();
    let release = node.release_of(CUSTODIAN, &offer, scene.now());
    scene.mark().await;
    let call = Call::post(format!("/v1/releases/{job}"), &release.expect("signed"));
    outcome(
        &node
            .call("custodian", call, scene.now())
            .await
            .expect("an answer"),
    )
}
