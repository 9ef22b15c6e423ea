//! The sequences of abuse that follow from threat-model 6 and 13, as one table: each is played through the HTTP API on both stores, is
//! refused with its code, leaves the entry of the trace that is named here, and changes neither signatures, nor ledger, nor public log.

mod between;
mod often;
mod people;
mod rows;
mod scene;
mod swaps;
mod together;

use std::future::Future;
use std::pin::Pin;

use scene::{Count, Scene};

/// What was answered in the end: the code of the problem, and of its first defect.
type Played<'a> = Pin<Box<dyn Future<Output = String> + 'a>>;

/// A sequence: its name, the clause that forbids it, how it is played, what is answered, what the trace has of the refusal, and how many
/// signatures there are afterwards that were not there before.
struct Abuse {
    name: &'static str,
    clause: &'static str,
    play: for<'a> fn(&'a Scene) -> Played<'a>,
    answer: &'static str,
    trace: &'static [(&'static str, &'static str)],
    signatures: u64,
}

const fn abuse(
    (name, clause): (&'static str, &'static str),
    play: for<'a> fn(&'a Scene) -> Played<'a>,
    (answer, trace): (&'static str, &'static [(&'static str, &'static str)]),
) -> Abuse {
    Abuse {
        name,
        clause,
        play,
        answer,
        trace,
        signatures: 0,
    }
}

/// One of all that race gets its signature.
const fn race(
    names: (&'static str, &'static str),
    play: for<'a> fn(&'a Scene) -> Played<'a>,
    (answer, trace): (&'static str, &'static [(&'static str, &'static str)]),
) -> Abuse {
    Abuse {
        signatures: 1,
        ..abuse(names, play, (answer, trace))
    }
}

/// As many as the limit, and one, get theirs.
const fn over(
    names: (&'static str, &'static str),
    play: for<'a> fn(&'a Scene) -> Played<'a>,
    (answer, trace): (&'static str, &'static [(&'static str, &'static str)]),
) -> Abuse {
    Abuse {
        signatures: 4,
        ..abuse(names, play, (answer, trace))
    }
}

const REFUSED: &str = "release.refused";
const ROLE: (&str, &[(&str, &str)]) = ("caller.not-allowed", &[("deny", "account.role")]);
const SIGNATURE: (&str, &[(&str, &str)]) = (REFUSED, &[("deny", "release.signature")]);
const EXPIRY: (&str, &[(&str, &str)]) = (REFUSED, &[("deny", "release.expiry")]);
const NOT_NOW: (&str, &[(&str, &str)]) = (REFUSED, &[("deny", "release.not-now")]);
const APART: (&str, &[(&str, &str)]) = (
    "release.duties-not-separate",
    &[("deny", "release.same-person")],
);
const STOPPED: (&str, &[(&str, &str)]) = (
    "release.refused release.stopped",
    &[("deny", "release.stopped")],
);
const NOT_GIVEN: (&str, &[(&str, &str)]) = (
    "release.refused release.not-given",
    &[("deny", "release.not-given")],
);
const BEHIND: (&str, &[(&str, &str)]) = ("store.unavailable log.behind", &[("deny", "log.behind")]);
const LACKING: (&str, &[(&str, &str)]) = ("pending_seal 1 of 2", &[("release", "release.lacking")]);
/// What belongs to others is answered as what is not there (T-P3): it leaves nothing here, and its entry in the trace of who asked, as the
/// play itself sees.
const HIDDEN: (&str, &[(&str, &str)]) = ("not-found", &[]);

/// The table. What changes things for good stands at its end.
#[rustfmt::skip]
const TABLE: &[Abuse] = &[
    abuse(("another document under an approval", "T-S2"), |s| Box::pin(swaps::member(s, "unsealed")), SIGNATURE),
    abuse(("another seal under an approval", "T-S2"), |s| Box::pin(swaps::member(s, "seal")), SIGNATURE),
    abuse(("another purpose under an approval", "T-S2"), |s| Box::pin(swaps::member(s, "purpose")), SIGNATURE),
    abuse(("another matter under an approval", "T-S2"), |s| Box::pin(swaps::member(s, "matter")), SIGNATURE),
    abuse(("another case under an approval", "T-S2"), |s| Box::pin(swaps::member(s, "case")), SIGNATURE),
    abuse(("another decision under an approval", "T-S2"), |s| Box::pin(swaps::member(s, "decision")), SIGNATURE),
    abuse(("two copies where one was approved", "T-S2"), |s| Box::pin(swaps::member(s, "copies")), SIGNATURE),
    abuse(("another requester under an approval", "T-S2"), |s| Box::pin(swaps::member(s, "requester")), SIGNATURE),
    abuse(("an approval in another person's name", "T-S3"), |s| Box::pin(swaps::member(s, "releaser")), SIGNATURE),
    abuse(("an approval signed by another person's key", "T-S3"), |s| Box::pin(swaps::other_key(s)), SIGNATURE),
    abuse(("the same document at another position", "T-S2"), |s| Box::pin(swaps::position(s)), SIGNATURE),
    abuse(("an approval made to last longer after it was signed", "T-S2"), |s| Box::pin(swaps::stretched(s)), SIGNATURE),
    abuse(("an approval for longer than a day", "T-S2"), |s| Box::pin(swaps::too_long(s)), EXPIRY),
    abuse(("an approval used one second late", "T-S2"), |s| Box::pin(swaps::late(s)), EXPIRY),
    abuse(("an approval used again for its own job", "T-S2"), |s| Box::pin(swaps::again(s)), NOT_NOW),
    abuse(("an approval used for another job", "T-S2"), |s| Box::pin(swaps::elsewhere(s)), SIGNATURE),
    abuse(("an approval of what was refused before", "T-S2"), |s| Box::pin(swaps::refused(s)), NOT_NOW),
    abuse(("a list of a batch with one added", "D19"), |s| Box::pin(swaps::list(s, swaps::Listed::Longer)), SIGNATURE),
    abuse(("a list of a batch with one left out", "D19"), |s| Box::pin(swaps::list(s, swaps::Listed::Shorter)), SIGNATURE),
    abuse(("a list of a batch in another order", "D19"), |s| Box::pin(swaps::list(s, swaps::Listed::Reordered)), SIGNATURE),
    abuse(("a key of a request used again with another content", "T-D3"), |s| Box::pin(swaps::key_again(s)), ("idempotency.reused", &[("deny", "idempotency.reused")])),
    abuse(("a signed request of a machine sent again", "T-P1"), |s| Box::pin(swaps::nonce_again(s)), ("caller.not-signed", &[("deny", "caller.nonce")])),
    race(("64 uses that race for one approval", "T-S2"), |s| Box::pin(swaps::raced(s)), NOT_NOW),
    race(("one approval at two nodes at once", "T-S2"), |s| Box::pin(swaps::two_nodes(s)), NOT_NOW),
    abuse(("who asked approves", "T-S1"), |s| Box::pin(people::requester(s)), APART),
    abuse(("who asked approves under a second account", "T-S1"), |s| Box::pin(people::second_account(s)), APART),
    abuse(("who decided approves under a second account", "R3"), |s| Box::pin(people::decider_s_account(s)), APART),
    abuse(("who decided approves", "R3"), |s| Box::pin(people::decider(s)), APART),
    abuse(("who is no releaser of the seal approves", "T-S3"), |s| Box::pin(people::stranger(s)), ("caller.not-allowed", &[("deny", "release.not-enrolled")])),
    abuse(("a machine approves", "T-S3"), |s| Box::pin(people::machine(s)), ("caller.not-allowed", &[("deny", "caller.scope")])),
    abuse(("an administrator of accounts approves", "T-S4"), |s| Box::pin(people::of_role(s, "administrator")), ROLE),
    abuse(("an administrator of seals approves", "T-S4"), |s| Box::pin(people::of_role(s, "seal-administrator")), ROLE),
    abuse(("who decides cases approves by that role", "R3"), |s| Box::pin(people::of_role(s, "approver")), ROLE),
    abuse(("a custodian who lost the role meanwhile approves", "T-S4"), |s| Box::pin(people::lost_role(s)), ROLE),
    abuse(("a custodian whom one administrator made today approves", "T-S4"), |s| Box::pin(people::early_role(s)), ROLE),
    abuse(("an administrator gives a role to their own account", "T-S4"), |s| Box::pin(people::own_role(s)), ("account.refused account.same-person", &[("deny", "account.same-person")])),
    abuse(("an administrator confirms their own change", "T-S4"), |s| Box::pin(people::own_change(s)), ("account.refused account.same-person", &[("deny", "account.same-person")])),
    abuse(("a custodian is given the role of who asks, on another account", "R3"), |s| Box::pin(people::apart_roles(s)), ("account.refused account.roles-apart", &[("deny", "account.roles-apart")])),
    abuse(("another department's person approves", "T-P3"), |s| Box::pin(people::other_department(s)), HIDDEN),
    abuse(("another department's key at every door of a seal", "T-P3"), |s| Box::pin(people::every_door(s)), HIDDEN),
    abuse(("a passkey's answer for another approval", "T-S3"), |s| Box::pin(people::passkey_elsewhere(s)), ("release.refused passkey.challenge", &[("deny", "passkey.challenge")])),
    abuse(("a passkey's answer that is five minutes old", "T-S3"), |s| Box::pin(people::passkey_old(s)), ("release.refused passkey.challenge", &[("deny", "passkey.challenge")])),
    abuse(("a copy of a passkey", "T-S3"), |s| Box::pin(people::passkey_copied(s)), ("release.refused passkey.counter", &[("deny", "passkey.counter")])),
    abuse(("another body's matter under the own seal", "R1"), |s| Box::pin(between::foreign_matter(s)), ("licence.not-admitted catalogue.not-the-result", &[("deny", "catalogue.not-the-result")])),
    abuse(("a police matter under the approval seal", "R1"), |s| Box::pin(between::foreign(s)), ("licence.not-admitted catalogue.not-an-issuer", &[("deny", "catalogue.not-an-issuer")])),
    abuse(("the acceptance seal for what it does not serve", "R1"), |s| Box::pin(between::foreign_purpose(s)), ("licence.not-admitted catalogue.purpose-out-of-scope", &[("deny", "catalogue.purpose-out-of-scope")])),
    abuse(("a case that turns out to be undecided", "R1"), |s| Box::pin(between::undecided(s)), ("release.refused seal.not-decided", &[("deny", "seal.not-decided")])),
    abuse(("a release by no door for a case that a supervisor stopped", "R6"), |s| Box::pin(between::stopped(s)), ("pending_seal", &[])),
    abuse(("the trace cannot be written", "T-S8"), |s| Box::pin(between::without_trace(s)), ("store.unavailable", &[])),
    over(("12 releases that race over a seal's limit at two nodes", "T-S7"), |s| Box::pin(often::raced(s)), ("release.refused release.limit, release.refused release.stopped", &[("seal", "alarm.seal-limit"), ("seal", "alarm.seal-stop"), ("deny", "release.limit"), ("deny", "release.stopped")])),
    abuse(("a release after the stop, a minute later", "T-S7"), |s| Box::pin(often::stopped(s)), STOPPED),
    abuse(("who was stopped lifts the stop", "T-S7"), |s| Box::pin(often::lifted_by_custodian(s)), ROLE),
    abuse(("one person lifts a stop twice", "T-S7"), |s| Box::pin(often::lifted_twice(s)), STOPPED),
    abuse(("two people lift a stop for different reasons", "T-S7"), |s| Box::pin(often::lifted_otherwise(s)), STOPPED),
    over(("one person raises a seal's limit", "T-S7"), |s| Box::pin(often::raised_by_one(s)), ("release.refused release.limit", &[("deny", "release.limit")])),
    abuse(("one of the two people whom a high-risk seal needs", "T-S1"), |s| Box::pin(together::one(s)), LACKING),
    abuse(("the same person approves a use of it twice", "T-S1"), |s| Box::pin(together::again(s)), ("release.refused release.again", &[("deny", "release.again")])),
    abuse(("who decided is the second to approve it", "R3"), |s| Box::pin(together::decider(s)), APART),
    abuse(("one of two approvals is taken back", "T-S1"), |s| Box::pin(together::withdrawn(s)), LACKING),
    abuse(("one administrator alone has it be released by one", "T-S4"), |s| Box::pin(together::changed_by_one(s)), LACKING),
    abuse(("an approver who was taken out after approving", "T-S4"), |s| Box::pin(together::taken_out(s)), LACKING),
    abuse(("a custodian who is none of its approvers", "T-S1"), |s| Box::pin(together::not_of_them(s)), ("release.refused release.not-of-them", &[("deny", "release.not-of-them")])),
    abuse(("an approval that who holds the database changed", "T-S3"), |s| Box::pin(rows::approval_edited(s)), NOT_GIVEN),
    race(("16 approvals of two people that race", "T-S1"), |s| Box::pin(together::raced(s)), NOT_NOW),
    abuse(("a release that who holds the database changed", "T-S3"), |s| Box::pin(rows::release_edited(s)), ("pending_seal", &[("deny", "release.not-given")])),
    abuse(("a release that who holds the database copied behind another job", "T-S3"), |s| Box::pin(rows::release_copied(s)), ("pending_seal", &[("deny", "release.not-given")])),
    abuse(("the public log cut back by its last entry", "T-L4"), |s| Box::pin(rows::log_cut(s)), BEHIND),
    abuse(("a matter that was stopped at the other node", "T-S6"), |s| Box::pin(between::matter_stopped_elsewhere(s)), ("release.refused catalogue.matter-not-published", &[("deny", "catalogue.matter-not-published")])),
    abuse(("a licence of a matter that was stopped at the other node", "T-S6"), |s| Box::pin(between::asked_elsewhere(s)), ("licence.not-admitted catalogue.matter-not-published", &[("deny", "catalogue.matter-not-published")])),
    abuse(("a document of a matter that was stopped at the other node", "T-S6"), |s| Box::pin(between::document_elsewhere(s)), ("licence.not-admitted catalogue.matter-not-published", &[("deny", "catalogue.matter-not-published")])),
    abuse(("a seal that was suspended meanwhile", "T-S6"), |s| Box::pin(between::suspended(s)), ("release.refused seal.not-in-use", &[("deny", "seal.not-in-use")])),
    abuse(("one custodian lifts a suspension twice", "T-S1"), |s| Box::pin(between::lifted_twice(s)), ("release.duties-not-separate", &[("deny", "seal.same-person")])),
    abuse(("one of two lifts a suspension", "T-S1"), |s| Box::pin(between::lifted_by_one(s)), ("release.refused seal.not-in-use", &[("deny", "seal.not-in-use")])),
    abuse(("a release by no door of a seal that was suspended meanwhile", "T-S6"), |s| Box::pin(between::released_before(s)), ("pending_seal", &[])),
    abuse(("a scope that two people took away meanwhile", "R1"), |s| Box::pin(between::other_scope(s)), ("release.refused catalogue.purpose-out-of-scope", &[("deny", "catalogue.purpose-out-of-scope")])),
    abuse(("a seal that was cancelled meanwhile", "T-S6"), |s| Box::pin(between::cancelled(s)), ("release.refused seal.not-in-use", &[("deny", "seal.not-in-use")])),
];

/// The same in a database of their own, since what they do to it stays.
#[rustfmt::skip]
const OLDER: &[Abuse] = &[
    abuse(("an older database in the place of the newer one, and its approval used again", "T-D8"), |s| Box::pin(rows::older(s)), BEHIND),
    abuse(("a node that starts on the older database", "T-D8"), |s| Box::pin(rows::older_at_a_start(s)), BEHIND),
];

/// What is wrong with how a sequence was refused.
async fn judged(scene: &Scene, abuse: &Abuse) -> Vec<String> {
    let answer = (abuse.play)(scene).await;
    let (before, entries) = scene.marked();
    let after = scene.count().await;
    let mut wrong = Vec::new();
    if answer != abuse.answer {
        wrong.push(format!("answered {answer}"));
    }
    let expected = Count {
        signatures: before.signatures + abuse.signatures,
        lines: before.lines + abuse.signatures,
        leaves: before.leaves + abuse.signatures,
        recorded: before.recorded + abuse.signatures,
    };
    if after != expected {
        wrong.push(format!("{before:?}, and then {after:?}"));
    }
    let since = scene.since(entries).await;
    for wanted in abuse.trace {
        let found = since
            .iter()
            .any(|one| (one.0.as_str(), one.1.as_str()) == *wanted);
        if !found {
            wrong.push(format!("no {wanted:?} in {since:?}"));
        }
    }
    let named = |one: String| format!("{} ({}): {one}", abuse.name, abuse.clause);
    wrong.into_iter().map(named).collect()
}

#[test]
fn the_page_of_attacks_lists_every_sequence() {
    let page = include_str!("../../../docs/threats.md");
    for (place, abuse) in TABLE.iter().chain(OLDER).enumerate() {
        let row = format!("| {}. {} | {} | ", place + 1, abuse.name, abuse.clause);
        assert!(page.contains(&row), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_more_than_forty_abuses_is_refused_with_its_trace_and_signs_nothing() {
    let names: std::collections::BTreeSet<_> = TABLE.iter().map(|abuse| abuse.name).collect();
    assert!(names.len() == TABLE.len() && names.len() >= 40);
    for (name, table) in [("abuse", TABLE), ("older", OLDER)] {
        for database in super::stage::databases(name).await {
            let scene = Scene::start(database.as_deref()).await;
            let mut wrong = Vec::new();
            for abuse in table {
                wrong.extend(judged(&scene, abuse).await);
            }
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }
}
