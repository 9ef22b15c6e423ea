//! The lives of commitments, deferred items, notices and mandates, generated from their tables.

use dossier::Words;
use dossier::commitment::{COMMITMENT, Commitment, CommitmentAct, CommitmentState, Finding};
use dossier::deferral::{DEFERRED, Deferred, DeferredAct, DeferredRefused, DeferredState};
use dossier::mandate::{DataUse, MANDATE, Mandate, MandateAct, MandateRefused, MandateState};
use dossier::notice::{NOTICE, Notice, NoticeAct, NoticeState, Says};
use dossier::number::NoticeNumber;
use dossier::person::Party;
use dossier::table::{Goes, NotListed, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::macros::{date, utc_datetime};

use crate::office::{
    body, case, consent, firm, kind, promise, representative, signed, terms, words,
};

/// `thing` as it would be in `state`, through its stored form.
fn in_state<T: Serialize + DeserializeOwned>(thing: &T, state: impl Serialize) -> T {
    let mut stored = serde_json::to_value(thing).expect("JSON");
    stored.as_object_mut().expect("an object").insert(
        "state".to_owned(),
        serde_json::to_value(state).expect("JSON"),
    );
    serde_json::from_value(stored).expect("read back")
}

fn wanted<S: Copy + Eq, A: Copy + Eq>(table: &'static [Row<S, A>], from: S, act: A) -> Option<S> {
    match Row::find(table, from, act)?.goes {
        Goes::To(state) => Some(state),
        Goes::Back => None,
    }
}

fn finding() -> Finding {
    Finding {
        words: words("现场检查"),
        at: utc_datetime!(2026-07-15 06:30),
    }
}

fn done(commitment: &Commitment, act: CommitmentAct) -> Result<Commitment, NotListed> {
    match act {
        CommitmentAct::Sign => commitment.sign(signed(8, "承诺")),
        CommitmentAct::Publicise => commitment.publicise(),
        CommitmentAct::TakeEffect => commitment.take_effect(date!(2026 - 06 - 10), 60),
        CommitmentAct::Keep => commitment.keep(finding()),
        CommitmentAct::Break => commitment.find_broken(finding()).map(|(broken, _)| broken),
        CommitmentAct::Correct => commitment.correct(),
        CommitmentAct::Annul => commitment.annul(),
    }
}

#[test]
fn every_pair_of_a_commitment_goes_as_its_table_says() {
    let offered = Commitment::offered(promise("CN-8"), (8, None), terms(8, "消防"));
    for state in CommitmentState::ALL {
        for act in CommitmentAct::ALL {
            let got = done(&in_state(&offered, state), act);
            match wanted(COMMITMENT, state, act) {
                Some(to) => assert_eq!(got.expect("listed").state, to),
                None => assert_eq!(
                    got.expect_err("not listed"),
                    NotListed {
                        life: "commitment",
                        state: state.code(),
                        act: act.code()
                    }
                ),
            }
        }
    }
}

#[test]
fn a_broken_commitment_gives_a_credit_event_and_is_unanswered_until_mended_or_annulled() {
    let offered = Commitment::offered(promise("CN-8"), (8, None), terms(8, "消防"));
    let in_force = in_state(&offered, CommitmentState::InForce);
    let (broken, credit) = in_force.find_broken(finding()).expect("listed");
    assert_eq!(credit.commitment, promise("CN-8"));
    assert_eq!(credit.duty, words("消防"));
    assert!(broken.unanswered());
    assert!(!broken.correct().expect("listed").unanswered());
    assert!(!broken.annul().expect("listed").unanswered());
}

#[test]
fn every_pair_of_a_deferred_item_goes_as_its_table_says() {
    let at = utc_datetime!(2026-06-18 02:00);
    let open = Deferred::open(6, date!(2026 - 06 - 23), at);
    for state in DeferredState::ALL {
        for act in DeferredAct::ALL {
            let item = in_state(&open, state);
            let got = match act {
                DeferredAct::Give => item.give(date!(2026 - 06 - 23), at),
                DeferredAct::RunOut => item.run_out(date!(2026 - 06 - 24), at),
                DeferredAct::Refer => item.refer(at),
            };
            match wanted(DEFERRED, state, act) {
                Some(to) => assert_eq!(got.expect("listed").state, to),
                None => assert!(
                    matches!(got, Err(DeferredRefused::NotListed(not)) if not.state == state.code())
                ),
            }
        }
    }
    assert!(matches!(
        open.give(date!(2026 - 06 - 24), at),
        Err(DeferredRefused::Late { .. })
    ));
    assert!(matches!(
        open.run_out(date!(2026 - 06 - 23), at),
        Err(DeferredRefused::Early { .. })
    ));
}

fn loss(party: &Party, copy: &str) -> Result<Notice, dossier::notice::NoticeRefused> {
    Notice::draft(
        NoticeNumber::parse("GG-1").expect("number"),
        body("Q-APR"),
        party,
        Says::Loss {
            licence_type: kind("FOOD"),
            licence: words("JY29901020000001"),
            copy: words(copy),
            on: date!(2026 - 06 - 12),
        },
    )
}

#[test]
fn every_pair_of_a_notice_goes_as_its_table_says() {
    let draft = loss(&firm(), "FB-1").expect("no person");
    let day = date!(2026 - 06 - 12);
    for state in NoticeState::ALL {
        for act in NoticeAct::ALL {
            let notice = in_state(&draft, state);
            let got = match act {
                NoticeAct::Publish => notice.publish(day),
                NoticeAct::End => notice.end(day),
            };
            match wanted(NOTICE, state, act) {
                Some(to) => assert_eq!(got.expect("listed").state, to),
                None => assert_eq!(got.expect_err("not listed").life, "notice"),
            }
        }
    }
}

#[test]
fn a_notice_holds_no_person_s_name_and_no_citizen_s_number() {
    let notice = loss(&representative(), "FB-1").expect("masked");
    let stored = serde_json::to_string(&notice).expect("JSON");
    for canary in ["林小满", "990102198805210245", "19880521"] {
        assert!(!stored.contains(canary), "{stored}");
    }
    assert!(stored.contains("990102********0245") && stored.contains("林**"));
    for telling in [
        "林小满的副本",
        "990102198805210245",
        "９９０１０２１９８８０５２１０２４５号副本",
        "99010219810705031X 的副本",
    ] {
        let refused = loss(&representative(), telling).expect_err("tells a person");
        assert_eq!(refused.code(), "notice.personal-data");
    }
    // A firm's name is no secret, a citizen's number in its notice is.
    assert!(loss(&firm(), "云上小馆的副本").is_ok());
    assert!(loss(&firm(), "990102198805210245").is_err());
}

#[test]
fn a_mandate_begins_ends_and_is_revoked_as_its_table_says() {
    let mandate = consent("SQ-1", firm());
    let (before, first) = (date!(2026 - 06 - 07), date!(2026 - 06 - 08));
    let (last, past) = (date!(2026 - 07 - 08), date!(2026 - 07 - 09));
    let revoked = mandate.revoke(date!(2026 - 06 - 20)).expect("active");
    for (mandate, day, state) in [
        (&mandate, before, MandateState::Given),
        (&mandate, first, MandateState::Active),
        (&mandate, last, MandateState::Active),
        (&mandate, past, MandateState::Ended),
        (&revoked, date!(2026 - 06 - 19), MandateState::Active),
        (&revoked, date!(2026 - 06 - 20), MandateState::Revoked),
    ] {
        assert_eq!(mandate.state(day), state, "{day}");
        let listed = Row::find(MANDATE, state, MandateAct::Revoke).is_some();
        assert_eq!(mandate.revoke(day).is_ok(), listed, "{day}");
    }
    // Time's rows: given becomes active, active ended, nothing else moves by itself.
    for row in MANDATE {
        let moves = match row.act {
            MandateAct::Begin => (before, first),
            MandateAct::End => (last, past),
            MandateAct::Revoke => continue,
        };
        assert_eq!(mandate.state(moves.0), row.from);
        assert_eq!(Goes::To(mandate.state(moves.1)), row.goes);
    }
}

#[test]
fn a_consent_reaches_one_body_one_matter_one_case_and_its_types() {
    let mandate = consent("SQ-1", firm());
    let asked = DataUse {
        subject: firm(),
        by: body("Q-APR"),
        matter: catalogue::key::MatterCode::parse("990102-XK-0001").expect("code"),
        case: case(),
        licence_type: kind("BL"),
        on: date!(2026 - 06 - 08),
    };
    assert_eq!(mandate.allows_use(&asked), Ok(()));
    let wrong: [fn(&mut DataUse); 5] = [
        |asked| asked.subject = representative(),
        |asked| asked.by = body("C-APR"),
        |asked| {
            asked.matter = catalogue::key::MatterCode::parse("990102-XK-0002").expect("code");
        },
        |asked| {
            asked.case =
                dossier::number::CaseNumber::parse("BJ-990102-20260608-00018").expect("number");
        },
        |asked| asked.licence_type = kind("FOOD"),
    ];
    for change in wrong {
        let mut other = asked.clone();
        change(&mut other);
        assert_eq!(mandate.allows_use(&other), Err(MandateRefused::OutOfScope));
    }
    let late = DataUse {
        on: date!(2026 - 07 - 09),
        ..asked
    };
    assert_eq!(
        mandate.allows_use(&late),
        Err(MandateRefused::NotActive {
            state: MandateState::Ended
        })
    );
}

#[test]
fn what_is_stored_is_read_back_the_same() {
    let mandate: Mandate = consent("SQ-1", firm());
    let text = serde_json::to_string(&mandate).expect("JSON");
    assert_eq!(
        serde_json::from_str::<Mandate>(&text).expect("read"),
        mandate
    );
    assert!(serde_json::from_str::<Words>("\" 空 \"").is_err());
}
