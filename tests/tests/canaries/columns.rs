//! Every column of the database that can hold text or octets, what it holds, and a look at each of its values.
//!
//! The list is compared with the database itself: a new column has to say here what it holds before anything passes.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::planted::{SIGNER, found_beside, found_in};

/// What a column may hold. Nothing else is lawful in the list.
const HOLDS: [&str; 9] = [
    // Encrypted, bound to its place.
    "sealed", // The same, where nothing is written any more.
    "past",
    // A digest, keyed where it is of something that can be guessed; a signature; a salt.
    "digest",
    // Codes, names of keys, accounts and states, days: nothing that a person brings.
    "word", // What everybody may read, persons masked.
    "masked",
    // What an officer writes of a decision or a ground: no field for anybody's data.
    "ground",
    // Certificates, those of persons among them, which name who signs: the name alone, and no other planted value.
    "named", // Sealed too, and no personal field: what an account signs in with.
    "secret",
    // Public as it is: certificates, lists, leaves, tiles, receipts, the published catalogue.
    "public",
];

/// Table by table, column by column.
const COLUMNS: &str = "
account: id=word department=word person=word roles=word opened_by=word invitation=digest password=secret factor=secret \
 next_roles=word next_by=word
account_person: person=word
activation: handle=digest department=word credential=word subject=digest algorithm=word
activation_hash: handle=digest hash=digest department=word
alarm: id=digest department=word kind=word seal=word person=word cause=word closed_by=word note=ground
alias: paper=word number=word licence=word
archive_due: identifier=word department=word
batch: id=word department=word caller=word requester=word seal=word package=word
batch_line: batch=word department=word job=word held=word
batch_release: digest=digest batch=word department=word listed=digest releaser=word
caller: id=word department=word name=word scopes=word person=word secret=sealed
caller_key: digest=digest department=word caller=word bound_by=word confirmed_by=word
case_file: case_number=word department=word state=word applicant=digest content=sealed
case_link: case_number=word department=word handle=past handle_digest=past
catalogue_import: digest=digest sources=public person=word
certificate: issuer=word serial=public profile=word department=word tbs_digest=digest der=named subject_key=digest
counter: name=word
crl_scope: issuer=word der=public
drill: id=word department=word seal=word administrator=word custodian=word report=public
event: identifier=word department=word kind=word actor=word ground=ground life=word
file: job=word format=word department=word object=word digest=digest receipt=public
job: id=word department=word kind=word state=word caller=word requester=word identifier=word payload=sealed \
 seal=word purpose=word matter=word case_number=word decision=ground decided_by=word unsealed=digest \
 unsealed_object=word unsealed_ofd=word unsealed_content=word unsealed_envelope=word reason=ground
own_anchor: anchor=digest certificate=public purposes=word people=word decision=ground
own_list: content=public document=public
package_case: package=word department=word case_number=word matter=word
openid_name: name=digest department=word account=word linked_by=word confirmed_by=word
passkey: credential=public department=word account=word public_key=public
passkey_answered: question=digest
release_limit: seal=word department=word people=word
release_tally: about=word subject=word department=word releaser=word
release_tick: about=word subject=word department=word
reseal: job=word department=word drill=word of_job=word
session: token=digest department=word account=word
sign_in: subject=digest
licence_use: id=word department=word identifier=word licence=word holder_digest=digest matter=word case_number=word \
 person=word state=word content=sealed
key_total: signing_key=word department=word
licence: id=word department=word type_code=word issuer_code=word number=word serial=word
log_head: root=public checkpoint=public witnessed_checkpoint=public
log_leaf: leaf=public job=word
log_tile: hashes=public
mandate: id=word department=word kind=word content=sealed principal=digest representative=digest signer=word evidence=digest \
 object=word recorded_by=word confirmed_by=word authorisation=word principal_signer=word ended_by=word ending=word reason=sealed
mandate_use: signature=word department=word mandate=word matter=word
matter_act: code=word event=word department=word person=word day=word legal_basis=ground
nonce: caller=word nonce=word
notice: number=word department=word kind=word state=word published=word content=masked
ocsp_answer: issuer=word serial=public der=public
outbox: event=word receiver=word department=word stream=word kind=word payload=sealed state=word reason=word
pad: id=word department=word state=word proof=word content=sealed handle=digest code=digest document=digest object=word \
 ticket=digest signature=word reason=sealed
paper: licence=word copies=word
paper_number: number=word licence=word
person: id=word department=word roles=word public_key=public
person_link: kind=word object=word department=word handle=sealed handle_digest=digest
own_key: key=digest person=digest
portfolio_standing: department=word standing=word
portfolio_turn: name=word
prepared_signature: id=word department=word signer=word case_number=word document=digest object=word intent=sealed certificate=digest \
 algorithm=word to_be_signed=public field=word place=word signing=word role=word state=word signature=word mandate=word matter=word
quota_use: caller=word
region_trust: region=word bundle=public people=word decision=ground agreed=public
request: caller=word request_key=word fingerprint=digest department=word job=word response=sealed
restriction: number=word department=word holder_digest=digest holder_masked=masked content=ground
seal: code=word department=word stage=word last_person=word last_duty=word pending_event=word pending_person=word \
 pending_duty=word
seal_list: department=word id=word digest=digest content=sealed state=word applicant=word reviewer=word approver=word maker=word \
 reason=ground
seal_application: code=word department=word digest=digest content=sealed replaces=word
seal_approval: department=word job=word releaser=word statement_digest=digest algorithm=word signature=digest credential=public authenticator=public client=public
seal_destruction: code=word department=word state=word people=word reason=ground witnesses=word statement=ground record=ground
seal_event: code=word department=word event=word stage=word people=word reason=ground
seal_object: code=word department=word object=public earlier=public
seal_quorum: seal=word department=word members=word people=word
seal_release: job=word department=word statement_digest=digest algorithm=word signature=digest releaser=word list=digest \
 credential=public authenticator=digest client=digest
seal_scope: code=word department=word content=public ground=ground people=word
seal_unseen: seal=word department=word people=word
signature: id=word department=word signer=word case_number=word document=digest intent=sealed object=word digest=digest
signer: id=word department=word state=word level=word person=sealed person_digest=digest certificate=named document=digest own_key=digest
signer_handwriting: signer=word department=word strokes=sealed digest=digest signature=digest
signer_subject: signer=word department=word subject=digest
signer_event: signer=word department=word act=word state=word actor=word reason=ground
signing: id=word department=word case_number=word sequence=word document=digest object=word digest=digest turn=word
signing_seat: signing=word department=word role=word signer=word intent=sealed done=word signature=word reason=sealed \
 mandate=word matter=word
status_due: identifier=word department=word
status_list: uri=word key_id=word permutation=sealed token=public
subscription: department=word address=word kinds=word secret=sealed
trace: department=word actor=word act=word object=word ground=ground detail=word signing_key=word previous=digest \
 digest=digest
trace_anchor: root=digest salt=digest
trace_head: department=word digest=digest
trust_word: subject=word person=word proposal=ground
version: identifier=word department=word licence=word job=word licence_type=word issuer=word matter=word \
 case_number=word decision=ground content_digest=digest content=sealed salts=sealed holder_kind=word \
 holder_masked=masked holder_digest=digest handle_digest=digest handle=sealed life=word birth=word
void_consent: identifier=word department=word person=word terms=digest
";

/// The list, column by column: `table.column` and what it holds.
fn listed() -> BTreeMap<String, &'static str> {
    let mut listed = BTreeMap::new();
    for line in COLUMNS.lines().filter(|line| !line.is_empty()) {
        let (table, columns) = line.split_once(": ").expect("a table and its columns");
        for column in columns.split_whitespace() {
            let (column, holds) = column.split_once('=').expect("a column and what it holds");
            assert!(HOLDS.contains(&holds), "{table}.{column} holds {holds}");
            listed.insert(format!("{table}.{column}"), holds);
        }
    }
    listed
}

/// The columns that hold what opens under a field key.
pub(crate) fn sealed() -> BTreeSet<String> {
    let listed = listed().into_iter();
    let sealed = listed.filter(|(place, holds)| {
        ["sealed", "secret"].contains(holds) || place == "case_link.handle"
    });
    sealed.map(|(place, _)| place).collect()
}

/// Looks through every value of every column, at either database.
pub(crate) async fn values(address: &str, look: &mut dyn FnMut(&str, &[u8])) -> BTreeSet<String> {
    match address.strip_prefix("sqlite:") {
        Some(file) => in_file(file, look),
        None => in_server(address, look).await,
    }
}

fn in_file(file: &str, look: &mut dyn FnMut(&str, &[u8])) -> BTreeSet<String> {
    let book = Connection::open(file).expect("it opens");
    let texts = |question: &str| -> Vec<(String, String)> {
        let mut asked = book.prepare(question).expect("a question");
        let rows = asked.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let rows: Result<_, _> = rows.expect("answers").collect();
        rows.expect("texts")
    };
    let all = texts(
        "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_%' ESCAPE '\\' \
         AND p.type NOT IN ('BIGINT', 'INTEGER') ORDER BY m.name, p.cid",
    );
    let mut columns = BTreeSet::new();
    for (table, column) in all {
        let place = format!("{table}.{column}");
        let question = format!("SELECT \"{column}\" FROM \"{table}\"");
        let mut asked = book.prepare(&question).expect("a question");
        let mut rows = asked.query([]).expect("answers");
        while let Some(row) = rows.next().expect("a row") {
            match row.get_ref(0).expect("a value") {
                ValueRef::Text(octets) | ValueRef::Blob(octets) => look(&place, octets),
                ValueRef::Null => {}
                other => unreachable!("{place}: {other:?}"),
            }
        }
        columns.insert(place);
    }
    columns
}

async fn in_server(address: &str, look: &mut dyn FnMut(&str, &[u8])) -> BTreeSet<String> {
    let mut connection = PgConnection::connect(address).await.expect("it opens");
    let all: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%' AND data_type <> 'bigint' \
         ORDER BY table_name, ordinal_position",
    )
    .fetch_all(&mut connection)
    .await
    .expect("answers");
    let mut columns = BTreeSet::new();
    for (table, column, kind) in all {
        let place = format!("{table}.{column}");
        let value = match kind.as_str() {
            "text" => format!("convert_to(\"{column}\", 'UTF8')"),
            "bytea" => format!("\"{column}\""),
            other => unreachable!("{place} is {other}"),
        };
        let question = format!("SELECT {value} FROM \"{table}\"");
        let asked = sqlx::query_scalar(AssertSqlSafe(question));
        let found: Vec<Option<Vec<u8>>> = asked.fetch_all(&mut connection).await.expect("answers");
        for octets in found.into_iter().flatten() {
            look(&place, &octets);
        }
        columns.insert(place);
    }
    columns
}

/// Looks for planted values in every column; the list has to be the database's own, and what is sealed or masked has to
/// have been there to be looked at.
pub(crate) async fn search(address: &str, found: &mut Vec<String>) {
    let listed = listed();
    let mut looked: BTreeMap<String, usize> = BTreeMap::new();
    let mut planted = Vec::new();
    let columns = values(address, &mut |place, value| {
        *looked.entry(place.to_owned()).or_default() += 1;
        let found = match listed.get(place) {
            Some(&"named") => found_beside(value, SIGNER),
            _ => found_in(value),
        };
        planted.extend(found.map(|canary| format!("{place}: {canary}")));
    })
    .await;
    let known: BTreeSet<String> = listed.keys().cloned().collect();
    let new: Vec<&String> = columns.difference(&known).collect();
    let gone: Vec<&String> = known.difference(&columns).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "columns that are not listed here: {new:?}; that are not there any more: {gone:?}"
    );
    let unseen: Vec<&String> = listed
        .iter()
        .filter(|(place, holds)| {
            ["sealed", "masked"].contains(*holds) && !looked.contains_key(*place)
        })
        .map(|(place, _)| place)
        .collect();
    assert!(unseen.is_empty(), "nothing was planted in {unseen:?}");
    found.append(&mut planted);
}
