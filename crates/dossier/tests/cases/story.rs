//! Story 6.1, row by row: what the pure rooms can know of each row must be true.

use catalogue::key::{MatterCode, SealCode};
use catalogue::{DocumentPurpose, Ending, Rule, SealUse};
use dossier::clock::Going;
use dossier::commitment::CommitmentState;
use dossier::decision::Outcome;
use dossier::deferral::DeferredState;
use dossier::event::CaseEvent;
use dossier::material::{Figures, Standing};
use dossier::notice::{Notice, Says};
use dossier::number::NoticeNumber;
use dossier::progress::{StageName, What, progress};
use dossier::signed::Assurance;
use dossier::stage::{acceptance_notice, decision as decision_document};
use dossier::state::State;
use dossier::told::{Receiver, receivers};
use dossier::{CaseFile, Effect, Fate, Scene, TakeRefused};
use time::macros::{date, utc_datetime};

use crate::office::{
    Office, acceptance, body, broken, case, certificate, decision, filing, firm, kind, parts,
    promise, release, released, representative, story, until_accepted, until_decided, words,
};

fn effects(office: &Office, file: &CaseFile, event: &CaseEvent) -> (CaseFile, Vec<Effect>) {
    let releases = released(event);
    let scene = Scene {
        releases: &releases,
        ..office.scene(event.at)
    };
    let took = file.take(event.clone(), &scene);
    match took.fate {
        Fate::Applied(effects) => (took.file, effects),
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn at_09_12_the_signer_is_named_and_text_time_and_intent_are_bound() {
    let dossier = Office::sample().dossier(&filing());
    let (form, signed) = dossier.form();
    assert_eq!(signed.by.name(), "林小满");
    assert_eq!(signed.paper, *form);
    assert!(signed.level >= Assurance::L2);
    assert_eq!(signed.at, utc_datetime!(2026-06-08 01:12));
    assert!(!signed.intent.as_str().is_empty());
    assert_eq!(dossier.commitments().len(), 2);
    for commitment in dossier.commitments() {
        let signed = commitment.signed.as_ref().expect("signed");
        assert_eq!(signed.by, representative());
        assert_eq!(signed.paper, commitment.terms.paper);
        assert_eq!(commitment.state, CommitmentState::Signed);
    }
}

#[test]
fn at_09_13_of_8_materials_2_are_fetched_1_derived_2_promised_3_to_hand_in() {
    let office = Office::sample();
    let dossier = office.dossier(&filing());
    let figures = Figures::of(dossier.items().iter().map(|item| &item.means));
    assert_eq!(
        figures,
        Figures {
            hand_in: 3,
            promised: 2,
            fetched: 2,
            derived: 1,
            ..Figures::default()
        }
    );
    let open: Vec<&str> = dossier
        .items()
        .iter()
        .filter(|item| item.standing == Standing::Open)
        .map(|item| item.name.as_str())
        .collect();
    assert_eq!(open, ["从业人员健康证明"], "nothing else is asked for");
    // Nothing fetched is asked for from the applicant.
    let before = office.file(&filing()[..1]);
    let scene = office.scene(utc_datetime!(2026-06-08 01:12));
    let wanted = progress(&before, &scene, utc_datetime!(2026-06-08 01:12)).expect("open");
    let asked: Vec<(u16, What)> = wanted
        .wanted
        .iter()
        .map(|wanted| (wanted.material, wanted.what))
        .collect();
    assert_eq!(
        asked,
        [
            (1, What::HandIn),
            (5, What::Promise),
            (6, What::HandIn),
            (7, What::HandIn),
            (8, What::Promise),
        ]
    );
}

#[test]
fn at_09_15_it_is_accepted_with_the_health_certificate_deferred_to_23_june() {
    let office = Office::sample();
    let file = office.file(&filing());
    let (file, effects) = effects(&office, &file, &acceptance()[0]);
    let dossier = file.dossier().expect("open");
    assert_eq!(dossier.state(), State::Accepted);
    let [deferred] = dossier.deferred() else {
        unreachable!("one deferred item");
    };
    assert_eq!(
        (deferred.material, deferred.due, deferred.state),
        (6, date!(2026 - 06 - 23), DeferredState::Open)
    );
    assert!(effects.contains(&Effect::Document(DocumentPurpose::AcceptanceNotice)));
    assert!(effects.contains(&Effect::CommitmentNotice(promise("CN-8"))));
    // 受理通知书 sealed by the acceptance seal only.
    let scene = office.scene(utc_datetime!(2026-06-08 01:15));
    let notice = acceptance_notice(dossier, &scene).expect("accepted");
    for seal in office.catalogue.seals() {
        let allowed = office.catalogue.may_seal(
            &SealUse {
                seal: seal.seal.clone(),
                purpose: notice.purpose,
                matter: Some(notice.matter.clone()),
                by: body("Q-APR"),
            },
            notice.on,
        );
        assert_eq!(
            allowed.is_ok(),
            seal.seal.as_str() == "990102-SLZYZ-01",
            "{}",
            seal.seal
        );
    }
    assert_eq!(notice.title.0, "受理通知书");
    assert!(
        notice
            .lines
            .iter()
            .any(|line| line.value == "2026年6月15日")
    );
    let deferred = notice
        .lists
        .iter()
        .find(|list| list.name == "deferred")
        .expect("a list");
    assert_eq!(
        deferred.rows,
        [(
            "从业人员健康证明".to_owned(),
            "2026年6月23日前补交".to_owned()
        )]
    );
}

#[test]
fn at_09_15_05_another_bureau_s_matter_is_refused_the_seal() {
    let office = Office::sample();
    let refused = office
        .catalogue
        .may_seal(
            &SealUse {
                seal: SealCode::parse("990102-SPZYZ-01").expect("code"),
                purpose: DocumentPurpose::Licence,
                matter: Some(MatterCode::parse("990171-XK-0019").expect("code")),
                by: body("D-APR"),
            },
            date!(2026 - 06 - 08),
        )
        .expect_err("out of scope");
    assert_eq!(refused.code(), "catalogue.matter-out-of-scope");
    assert_eq!(refused.rule(), Rule::R1);
}

#[test]
fn on_9_june_two_entitled_bodies_decide_their_parts() {
    let office = Office::sample();
    let dossier = office.dossier(&[until_accepted(), parts()].concat());
    let decided: Vec<(&str, &str)> = dossier
        .parts()
        .iter()
        .filter_map(|part| {
            let decision = part.decision.as_ref()?;
            Some((part.licence_type.as_str(), decision.body.as_str()))
        })
        .collect();
    assert_eq!(decided, [("SIGN", "C-URBAN"), ("FIRE", "C-FIRE")]);
    assert_eq!(dossier.state(), State::InReview);
    assert!(dossier.grant().is_none(), "the whole is not decided");
}

#[test]
fn on_10_june_it_is_granted_on_day_2_of_5_and_then_released() {
    let office = Office::sample();
    let file = office.file(&[until_accepted(), parts()].concat());
    let (file, effects) = effects(&office, &file, &decision()[0]);
    assert!(effects.contains(&Effect::Document(DocumentPurpose::Decision)));
    let dossier = file.dossier().expect("open");
    let reading = dossier
        .clock()
        .expect("runs")
        .read(&office.calendar, date!(2026 - 06 - 30));
    assert_eq!((reading.day, reading.promised), (2, 5));
    assert_eq!(reading.going, Going::Stopped);
    let decided = dossier.decided().expect("decided");
    assert_eq!(decided.outcome, licence::sealing::Outcome::Granted);
    assert!(
        matches!(decided.by, licence::sealing::Decider::Person(who) if who.as_str() == "chen.zhiyuan")
    );
    assert_eq!(
        decided.received_by.map(|who| who.as_str()),
        Some("zhou.qinghe")
    );
    assert_eq!(dossier.sealing_stop(), licence::life::Stop::Clear);
    let grant = dossier.grant().expect("granted");
    assert_eq!(grant.decision.by.as_str(), "chen.zhiyuan");
    assert_eq!(*grant.holder, firm());
    assert_eq!(grant.decision.ruled.outcome, Outcome::Granted);
    let parts: Vec<&str> = grant
        .parts
        .iter()
        .map(|part| part.licence_type.as_str())
        .collect();
    assert_eq!(parts, ["FOOD", "SIGN", "FIRE"]);
    let scene = office.scene(utc_datetime!(2026-06-10 08:40));
    let document = decision_document(dossier, &scene).expect("decided");
    assert_eq!(document.title.0, "准予行政许可决定书");
    // Released by the custodian; the promises take effect and get the day of their check.
    let sealing = office.dossier(&[until_decided(), release()].concat());
    assert_eq!(sealing.state(), State::Sealing);
    for commitment in sealing.commitments() {
        assert_eq!(commitment.state, CommitmentState::InForce);
        assert_eq!(commitment.due, Some(date!(2026 - 08 - 09)));
    }
}

#[test]
fn at_16_42_10_five_receivers_are_told() {
    let office = Office::sample();
    let dossier = office.dossier(&[until_decided(), release()].concat());
    let mut told = receivers(&dossier, &office.catalogue);
    told.sort();
    assert_eq!(
        told,
        [
            Receiver::Body(body("C-FIRE")),
            Receiver::Body(body("C-SAMR")),
            Receiver::Body(body("C-URBAN")),
            Receiver::Body(body("Q-ENF")),
            Receiver::Credit,
        ]
    );
}

#[test]
fn on_18_june_the_deferred_item_is_closed_before_its_day() {
    let office = Office::sample();
    let dossier = office.dossier(&[until_decided(), release(), certificate()].concat());
    assert_eq!(dossier.deferred()[0].state, DeferredState::Given);
    assert!(!dossier.unanswered());
    assert!(dossier.items().iter().all(dossier::material::Item::settled));
}

#[test]
fn on_15_and_17_july_the_broken_promise_is_answered_with_a_credit_event_and_a_notice() {
    let office = Office::sample();
    let file = office.file(&[until_decided(), release(), certificate()].concat());
    let (file, effects) = effects(&office, &file, &broken()[0]);
    let [Effect::Credit(credit)] = effects.as_slice() else {
        unreachable!("a credit event: {effects:?}");
    };
    assert_eq!(credit.commitment, promise("CN-8"));
    let known = file.dossier().expect("open").commitment(&promise("CN-8"));
    assert_eq!(known.expect("known").state, CommitmentState::Broken);
    assert!(file.dossier().expect("open").unanswered());
    // R20: what nothing followed is not archived away.
    let early = CaseEvent {
        number: 21,
        ..broken()[2].clone()
    };
    let took = file.take(early, &office.scene(utc_datetime!(2026-07-17 03:05)));
    let Fate::Refused { why, .. } = took.fate else {
        unreachable!("refused");
    };
    assert_eq!(why.code(), "case.unanswered");
    let dossier = office.dossier(&story());
    assert_eq!(
        dossier.commitment(&promise("CN-8")).expect("known").state,
        CommitmentState::Annulled
    );
    // The food promise stands and waits for its check.
    let food = dossier.commitment(&promise("CN-5")).expect("known");
    assert_eq!(food.state, CommitmentState::InForce);
    assert!(food.check_due(date!(2026 - 08 - 09)) && !food.check_due(date!(2026 - 08 - 08)));
    // C-FIRE has the power to annul its part, another body has not.
    let end = |by: &str| {
        office.catalogue.may_end(
            &body(by),
            (&kind("FIRE"), &body("C-FIRE")),
            Ending::Annulled,
            date!(2026 - 07 - 17),
        )
    };
    assert!(end("C-FIRE").is_ok() && end("C-URBAN").is_err());
    let notice = Notice::draft(
        NoticeNumber::parse("GG-990102-2026-0001").expect("number"),
        body("Q-APR"),
        &representative(),
        Says::Ending {
            licence_type: kind("FIRE"),
            licence: words("XF990102-2026-0001"),
            ending: Ending::Annulled,
            decision: words("XF-CX-2026-3"),
            basis: words("行政许可法第六十九条"),
            on: date!(2026 - 07 - 17),
        },
    )
    .expect("masked")
    .publish(date!(2026 - 07 - 17))
    .expect("published");
    assert_eq!(notice.about.code, "990102********0245");
    assert_eq!(notice.about.name, "林**");
}

#[test]
fn the_applicant_sees_where_the_case_is_and_no_officer() {
    let office = Office::sample();
    let file = office.file(&[until_decided(), release()].concat());
    let now = utc_datetime!(2026-06-12 02:00);
    let view = progress(&file, &office.scene(now), now).expect("open");
    assert_eq!(view.case, case());
    let reached: Vec<StageName> = view
        .stages
        .iter()
        .filter(|stage| stage.reached.is_some())
        .map(|stage| stage.name)
        .collect();
    assert_eq!(
        reached,
        [
            StageName::Received,
            StageName::Accepted,
            StageName::Reviewed,
            StageName::Decided,
            StageName::Sealed,
        ]
    );
    let [wanted] = view.wanted.as_slice() else {
        unreachable!("one thing is wanted: {:?}", view.wanted);
    };
    assert_eq!(
        (wanted.material, wanted.by, wanted.what),
        (6, Some(date!(2026 - 06 - 23)), What::Deferred)
    );
    let told = format!("{view:?}");
    for officer in ["zhou.qinghe", "chen.zhiyuan", "he.shouzheng"] {
        assert!(!told.contains(officer), "{officer}");
    }
}

#[test]
fn the_whole_story_again_changes_nothing() {
    let office = Office::sample();
    let file = office.file(&story());
    for event in story() {
        let took = file.take(event, &office.scene(utc_datetime!(2026-12-01 00:00)));
        assert_eq!(took.fate, Fate::Repeated);
        assert_eq!(took.file, file);
    }
    let mut other = story().remove(0);
    other.at = utc_datetime!(2026-06-08 01:13);
    let took = file.take(other, &office.scene(utc_datetime!(2026-12-01 00:00)));
    let Fate::Refused { why, .. } = took.fate else {
        unreachable!("the id is used");
    };
    assert_eq!(why, TakeRefused::IdUsed);
}

const SCENARIOS: &str = include_str!("../../../../tests/fixtures/sample/scenarios.json");

#[test]
fn the_events_replayed_here_are_the_story_s_own() {
    let scenarios: serde_json::Value = serde_json::from_str(SCENARIOS).expect("JSON");
    let told = &scenarios["story_1_one_seal_restaurant"];
    let events = story();
    let dossier = Office::sample().dossier(&events);
    assert_eq!(told["application_no"], case().as_str());
    assert_eq!(told["matter"], dossier.terms().matter.as_str());
    assert_eq!(told["applicant"]["name"], dossier.applicant().name());
    assert_eq!(told["applicant"]["id"], dossier.applicant().code().reveal());
    let representative = dossier.represented_by().expect("a firm has one");
    assert_eq!(
        told["applicant"]["legal_rep"]["name"],
        representative.name()
    );
    // Each act that the story dates to the second stands at its moment, in the story's order.
    let moments: Vec<&str> = told["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(|step| step["at"].as_str())
        .collect();
    for (at, number) in [
        (0, 1),
        (1, 8),
        (2, 13),
        (4, 14),
        (5, 16),
        (6, 17),
        (8, 19),
        (9, 20),
        (10, 21),
    ] {
        let told = time::OffsetDateTime::parse(
            moments[at],
            &time::format_description::well_known::Rfc3339,
        )
        .expect("a moment");
        let event = &events[number - 1];
        assert_eq!(event.number as usize, number);
        assert_eq!(event.at, told.to_utc(), "step {at}");
    }
    // The parts are the licence's components, each granted on commitments.
    let components: Vec<&str> = told["licence"]["fields"]["components"]
        .as_array()
        .expect("components")
        .iter()
        .filter(|part| part["mode"] == "告知承诺")
        .filter_map(|part| part["type"].as_str())
        .collect();
    let parts: Vec<&str> = dossier
        .parts()
        .iter()
        .map(|part| part.licence_type.as_str())
        .collect();
    assert_eq!(parts, components);
}

#[test]
fn on_17_july_version_002_takes_the_place_of_001_and_the_old_code_says_so() {
    let scenarios: serde_json::Value = serde_json::from_str(SCENARIOS).expect("JSON");
    let told = &scenarios["story_1_one_seal_restaurant"]["licence"];
    let read = |name: &str| {
        licence::Identifier::parse(told[name].as_str().expect("text")).expect("an identifier")
    };
    let (first, second) = (read("identifier_v1"), read("identifier_v2"));
    assert_eq!(second.version(), first.version().next().expect("a next"));
    let days = catalogue::Days::new(date!(2026 - 06 - 10), Some(date!(2028 - 06 - 09)));
    let period = catalogue::Zone::SHANGHAI.period(days.expect("in order"));
    let grant = Office::sample().dossier(&until_decided());
    let decided_by = grant.grant().expect("granted").decision.by.clone();
    let at = utc_datetime!(2026-06-10 08:42);
    let change = utc_datetime!(2026-07-17 03:00);
    let life = licence::Life::draft()
        .step(&licence::Event::Complete { at }, &period, at)
        .and_then(|life| {
            let seal = licence::Event::Seal {
                at,
                decided_by,
                released_by: crate::office::person("he.shouzheng"),
                stop: licence::life::Stop::Clear,
            };
            life.step(&seal, &period, at)
        })
        .and_then(|life| {
            let later = licence::Event::Supersede {
                at: change,
                by: second.version(),
                ground: licence::life::Ground::Change,
            };
            life.step(&later, &period, change)
        })
        .expect("the story's life");
    // The wall code of 15 July still says valid, that of 17 July does not.
    let scan = utc_datetime!(2026-07-15 06:30);
    assert_eq!(life.status(&period, scan).answer(), "valid");
    assert_eq!(life.status(&period, change).answer(), "superseded");
}
