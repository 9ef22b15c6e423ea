//! Who and what is refused: by its code, with an entry of the trace, and nothing changed.

use std::sync::Arc;

use catalogue::key::{DepartmentKey, PersonKey};
use crypto::{StoredKey, SystemRandom};
use duties::Roles;
use issuance::accounts::{self, SignIn};
use issuance::{FixedClock, Office};
use registry::accounts::AccountKey;
use registry::asked::By;
use registry::trace::Entry;
use rusqlite::Connection;
use succession::{Order, Step, SuccessionError};
use tests::installation::{CUSTODIAN, DECIDER, Installation, NOW, STRANGER};
use time::Duration;

use super::{Two, certificates, entries, entries_of, office};

/// What the trace of the service has, where nobody known asked.
async fn of_service(office: &Office, object: &str) -> Vec<Entry> {
    let department = DepartmentKey::parse("S-SERVICE").expect("a name");
    entries_of(office, &department, object).await
}

async fn standing(office: &Office) -> (Vec<StoredKey>, usize) {
    (
        office.keys().list(),
        certificates(office, "tsa").await.len(),
    )
}

/// Refused by this code, in this trace, and nothing came of it.
async fn is_refused(office: &Office, (two, of): (&Two, &str), (code, object): (&str, &str)) {
    let before = standing(office).await;
    let told = async || {
        let mut all = entries(office, object).await;
        all.extend(of_service(office, object).await);
        all.retain(|one| one.deed == "deny" && one.ground == code);
        all.len()
    };
    let acts = async || {
        let mut all = entries(office, of).await;
        all.retain(|one| one.deed != "deny");
        all.len()
    };
    let (denied, done) = (told().await, acts().await);
    let refused = two.run(office, of, Step::Succeeded).await;
    let refused = refused.expect_err("not so");
    assert_eq!(refused.code(), code, "{refused}");
    assert_eq!(told().await, denied + 1, "{code}: one entry");
    assert_eq!(acts().await, done, "{code}: no other entry");
    assert_eq!(standing(office).await, before, "{code}");
}

async fn refused_each(database: Option<&str>) {
    let folder = tempfile::tempdir().expect("a folder");
    let founded = Installation::found(folder.path(), database, NOW).await;
    let installation = founded.expect("founded");
    let office = office(&installation, NOW).await;
    let ended = PersonKey::parse(STRANGER).expect("a name");
    let callers = office.registry().callers();
    let department = callers.person(&ended).await.expect("a store");
    let department = department.expect("enrolled").department;
    let by = By::new("P-FOUNDER", NOW);
    callers
        .end_person(&department, &ended, by)
        .await
        .expect("ended");

    for (people, code) in [
        ([DECIDER, DECIDER], "rekey.same-person"),
        ([DECIDER, STRANGER], "rekey.person"),
        ([STRANGER, DECIDER], "rekey.person"),
        ([DECIDER, "P-NOBODY"], "rekey.person"),
        (["P-NOBODY", "P-NOBODY-ELSE"], "rekey.person"),
    ] {
        is_refused(&office, (&Two::of(people), "tsa"), (code, "tsa")).await;
    }
    let two = Two::usual();
    // What was typed does not stand in the trace unless it is the name of a key.
    for of in ["", "TSA", "tsa.next", "seal-990102-SPZYZ-01", "a\nb"] {
        is_refused(&office, (&two, of), ("rekey.use-unknown", "rekey")).await;
    }
    for of in [
        "root", "ca", "log", "trace", "sm-root", "sm-ca", "sm-log", "sm-trace",
    ] {
        is_refused(&office, (&two, of), ("rekey.ceremony", of)).await;
    }
    for of in ["sm-tsa", "sm-ocsp", "sm-credential", "sm-maker"] {
        is_refused(&office, (&two, of), ("rekey.suite-absent", of)).await;
    }
    let beside = Two {
        alone: false,
        ..Two::usual()
    };
    is_refused(&office, (&beside, "tsa"), ("rekey.in-use", "tsa")).await;
    for keep in [
        Duration::ZERO,
        Order::LEAST - Duration::SECOND,
        Order::MOST + Duration::SECOND,
    ] {
        let two = Two {
            keep,
            ..Two::usual()
        };
        is_refused(&office, (&two, "tsa"), ("rekey.period", "tsa")).await;
    }
    office.keys().lock();
    is_refused(&office, (&two, "tsa"), ("rekey.locked", "tsa")).await;
}

#[test]
fn who_may_not_and_what_is_no_use_is_refused_by_its_code_and_changes_nothing() {
    tests::databases::on_each("key_refused", refused_each);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_whose_former_key_is_kept_is_not_changed_again_unless_it_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let founded = Installation::found(folder.path(), None, NOW).await;
    let installation = founded.expect("founded");
    let two = Two::usual();
    let office = office(&installation, NOW).await;
    let done = two.run(&office, "tsa", Step::Succeeded).await;
    done.expect("changed");
    is_refused(&office, (&two, "tsa"), ("rekey.under-way", "tsa")).await;
    // Another use is none of it.
    let done = two.run(&office, "ocsp", Step::Succeeded).await;
    done.expect("changed");
    let again = Two {
        again: true,
        ..Two::usual()
    };
    let opened = Arc::new(FixedClock::new(NOW + Duration::HOUR));
    let opened = installation.open(opened).await.expect("it opens");
    let done = again.run(&opened, "tsa", Step::Succeeded).await;
    let done = done.expect("it had to go");
    let until = NOW + Duration::HOUR + Order::USUAL;
    assert_eq!(done.former, Some((super::id("tsa.retired-2"), until)));
    let refused = two.run(&opened, "tsa", Step::Succeeded).await;
    assert!(
        matches!(&refused, Err(SuccessionError::UnderWay { former, until: told })
            if former.as_str() == "tsa.retired-2" && *told == until),
        "{refused:?}"
    );
    assert_eq!(certificates(&opened, "tsa").await.len(), 3);
}

async fn erased(database: Option<&str>) {
    let folder = tempfile::tempdir().expect("a folder");
    let founded = Installation::found(folder.path(), database, NOW).await;
    let installation = founded.expect("founded");
    let two = Two::usual();
    let erase = async |office: &Office, two: &Two| {
        let erased = succession::erase(office, &two.order("tsa")).await;
        erased.map_err(|refused| refused.code())
    };
    let early = office(&installation, NOW).await;
    assert_eq!(erase(&early, &two).await, Err("rekey.nothing"));
    let done = two.run(&early, "tsa", Step::Succeeded).await;
    done.expect("changed");
    let late = NOW + Order::USUAL;
    let nearly = office(&installation, late - Duration::SECOND).await;
    assert_eq!(erase(&nearly, &two).await, Err("rekey.not-yet"));
    let then = office(&installation, late).await;
    let one = Two::of([CUSTODIAN, CUSTODIAN]);
    assert_eq!(erase(&then, &one).await, Err("rekey.same-person"));
    let former = super::id("tsa.retired-1");
    let kept = then.keys().list().into_iter().find(|key| key.id == former);
    assert!(
        kept.is_some_and(|key| !key.erased),
        "nothing happens by itself"
    );
    assert_eq!(erase(&then, &two).await, Ok(vec![former.clone()]));
    assert_eq!(erase(&then, &two).await, Err("rekey.nothing"));
    let left = then.keys().list().into_iter().find(|key| key.id == former);
    assert!(left.is_some_and(|key| key.erased), "its public half stays");
    let acts = entries(&then, "tsa").await;
    let erased = acts.iter().filter(|one| one.ground == "rekey-erase");
    let erased: Vec<&Entry> = erased.collect();
    assert_eq!(erased.len(), 2);
    assert!(erased.iter().all(|one| {
        one.detail
            .lines()
            .any(|line| line == "former=tsa.retired-1")
    }));
    for code in ["rekey.nothing", "rekey.not-yet", "rekey.same-person"] {
        let denied = acts
            .iter()
            .filter(|one| one.deed == "deny" && one.ground == code);
        assert!(denied.count() > 0, "{code}");
    }
    // T-S9: never the certificate; and the place may be given again.
    let opened = office(&installation, late).await;
    assert_eq!(opened.hierarchy().time_stamps.others().len(), 1);
    let done = two
        .run(&opened, "tsa", Step::Succeeded)
        .await
        .expect("changed");
    let former = done.former.map(|(former, _)| former);
    assert_eq!(former, Some(super::id("tsa.retired-2")));
}

#[test]
fn a_former_key_is_erased_by_two_people_when_its_time_has_come() {
    tests::databases::on_each("key_erased", erased);
}

/// An account of this person with these roles, whose invitation was used.
async fn activated(office: &Office, (person, role): (&str, &str)) {
    let who = (
        DepartmentKey::parse("Q-APR").expect("a name"),
        AccountKey::parse(&format!("{person}-account")).expect("a name"),
        PersonKey::parse(person).expect("a name"),
    );
    let by = By::new("operator", NOW);
    let roles = Roles::read(role).expect("roles");
    let opened = accounts::found(office.registry(), &SystemRandom::new(), who, (roles, by)).await;
    let opened = opened.expect("opened");
    let who = SignIn {
        account: opened.account.id.to_string(),
        password: "a passphrase that nobody guesses".to_owned().into(),
        code: String::new(),
        passkey: None,
        address: "192.0.2.1".to_owned(),
    };
    let done = accounts::activate(office, who, &opened.invitation).await;
    done.expect("activated");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_accounts_or_releases_seals_does_it_by_their_account_while_it_lets_them_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let founded = Installation::found(folder.path(), None, NOW).await;
    let installation = founded.expect("founded");
    let office = office(&installation, NOW).await;
    for (person, role) in [
        ("P-KEEPS", "administrator"),
        ("P-RELEASES", "custodian"),
        ("P-RECEIVES", "clerk"),
        ("P-ENDS", "administrator"),
        ("P-LATER", "administrator"),
    ] {
        activated(&office, (person, role)).await;
    }
    let invited = (
        DepartmentKey::parse("Q-APR").expect("a name"),
        AccountKey::parse("P-INVITED-account").expect("a name"),
        PersonKey::parse("P-INVITED").expect("a name"),
    );
    let by = By::new("operator", NOW);
    let roles = Roles::read("administrator").expect("roles");
    let random = SystemRandom::new();
    let opened = accounts::found(office.registry(), &random, invited, (roles, by)).await;
    opened.expect("opened");
    let database = Connection::open(folder.path().join("registry.db")).expect("a database");
    for change in [
        "UPDATE account SET ended = opened WHERE person = 'P-ENDS'",
        "UPDATE account SET begins = begins + 1000000000 WHERE person = 'P-LATER'",
    ] {
        assert_eq!(
            database.execute(change, []).expect("changed"),
            1,
            "{change}"
        );
    }
    for person in ["P-RECEIVES", "P-ENDS", "P-LATER", "P-INVITED"] {
        let two = Two::of([DECIDER, person]);
        is_refused(&office, (&two, "tsa"), ("rekey.person", "tsa")).await;
    }
    let two = Two::of(["P-KEEPS", "P-RELEASES"]);
    let done = two.run(&office, "tsa", Step::Succeeded).await;
    done.expect("by their accounts");
    let own = DepartmentKey::parse("Q-APR").expect("a name");
    let acts = office.registry().trace().about(&own, "tsa", 0).await;
    let acts = acts.expect("a store");
    for person in ["P-KEEPS", "P-RELEASES"] {
        let mut own = acts.iter().filter(|one| one.ground == "rekey");
        assert!(
            own.any(|one| one.actor == person),
            "{person}: in their department"
        );
    }
}
