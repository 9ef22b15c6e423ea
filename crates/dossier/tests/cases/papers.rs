//! Materials: which way of having one fits which means, whose data is used, what may be asked for.

use catalogue::DocumentPurpose;
use catalogue::key::FieldName;
use catalogue::matter::{Material, Means};
use dossier::card::{CardGround, Colour};
use dossier::event::{Asked, CaseEvent, Filing, Happening};
use dossier::material::{Because, Ground, Having, How, Item, Standing};
use dossier::number::MandateNumber;
use dossier::person::Role;
use dossier::stage::{acceptance_notice, decision, delivery_receipt, supplement_request};
use dossier::{Effect, Fate, Refused};
use time::UtcDateTime;
use time::macros::{date, utc_datetime};

use crate::office::{
    LATER, Office, actor, after, applicant, body, business_licence, case, clerk, fetched, filing,
    firm, handed_in, kind, paper, platform, promised, representative, until_accepted,
    until_decided, words,
};

const AT: UtcDateTime = utc_datetime!(2026-06-08 01:14);

fn means() -> Vec<Means> {
    vec![
        Means::Licence(kind("BL")),
        Means::Derived(kind("BL"), FieldName::parse("address").expect("name")),
        Means::DataSharing,
        Means::InternalCheck,
        Means::Commitment,
        Means::Applicant,
        Means::Cancelled,
    ]
}

fn law() -> Ground {
    Ground::Law(words("行政许可法"))
}

fn ways() -> Vec<How> {
    let derived = |of: &str, field: &str| How::Derived {
        licence: business_licence(),
        licence_type: kind(of),
        field: FieldName::parse(field).expect("name"),
        ground: law(),
    };
    let of = |of: &str| How::Fetched {
        licence: business_licence(),
        licence_type: kind(of),
        ground: law(),
    };
    vec![
        of("BL"),
        of("ID"),
        derived("BL", "address"),
        derived("BL", "name"),
        How::Shared {
            reference: words("CX-1"),
            ground: law(),
        },
        How::Checked { by: body("Q-APR") },
        How::HandedIn { paper: paper(3) },
        How::Reused {
            paper: paper(3),
            from: case(),
            ground: law(),
        },
    ]
}

fn item(means: &Means) -> Item {
    let office = Office::sample();
    let mut material: Material = office
        .catalogue
        .matters()
        .find_map(|matter| matter.materials.first())
        .expect("matters have materials")
        .clone();
    material.number = 1;
    material.means = means.clone();
    material.may_follow = false;
    Item::open(&material).expect("named")
}

#[test]
fn each_means_is_satisfied_by_its_own_ways_alone() {
    // Rows: means; columns: the ways above.
    let fits = [
        [true, false, false, false, false, false, false, false],
        [false, false, true, false, false, false, false, false],
        [false, false, false, false, true, false, false, false],
        [false, false, false, false, false, true, false, false],
        [false, false, false, false, false, false, true, true],
        [false, false, false, false, false, false, true, true],
        [false; 8],
    ];
    for (means, row) in means().iter().zip(fits) {
        for (how, fits) in ways().into_iter().zip(row) {
            let open = item(means);
            let having = Having { how, at: AT };
            let got = open.have(having.clone());
            assert_eq!(got.is_ok(), fits, "{means:?} {having:?}");
            if let Ok(had) = got {
                assert_eq!(had.standing, Standing::Had(having.clone()));
                assert_eq!(
                    had.have(having).expect_err("once").code(),
                    "material.had-already"
                );
            }
        }
    }
}

#[test]
fn what_the_government_has_is_taken_from_the_applicant_only_when_it_cannot_be_had() {
    let by_hand = || Having {
        how: How::HandedIn { paper: paper(3) },
        at: AT,
    };
    for means in means() {
        let open = item(&means);
        let exempt = dossier::material::exempt(&means);
        let missed = open.miss(words("登记系统无此证照"));
        assert_eq!(
            missed.is_ok(),
            exempt && means != Means::Cancelled,
            "{means:?}"
        );
        if let Ok(missed) = missed {
            assert_eq!(
                open.have(by_hand()).expect_err("R14").code(),
                "material.can-be-had"
            );
            assert_eq!(
                open.ask(Because::Missing).expect_err("R14").code(),
                "material.can-be-had"
            );
            assert!(missed.ask(Because::Missing).is_ok());
            assert!(missed.have(by_hand()).is_ok());
        }
    }
}

#[test]
fn every_use_of_another_s_data_is_named_whole() {
    let office = Office::sample();
    let events = &filing()[..7];
    let file = office.file(events);
    let event = after(events, (AT, platform()), fetched(3, "ID", "SQ-2"));
    let took = file.take(event, &office.scene(LATER));
    let Fate::Applied(effects) = took.fate else {
        unreachable!("{:?}", took.fate);
    };
    let [Effect::DataUsed(entry)] = effects.as_slice() else {
        unreachable!("{effects:?}");
    };
    assert_eq!(entry.subject, representative());
    assert_eq!(entry.by, body("Q-APR"));
    assert_eq!(entry.person.as_str(), "platform");
    assert_eq!(entry.case, case());
    assert_eq!(entry.material, 3);
    assert!(entry.licence.is_some());
    assert_eq!(entry.ground, crate::office::by_consent("SQ-2"));
    // What the applicant hands in themselves is nobody's use.
    let event = after(events, (AT, applicant()), handed_in(1, 1));
    let took = file.take(event, &office.scene(LATER));
    assert_eq!(took.fate, Fate::Applied(Vec::new()));
}

fn revoked(number: &str) -> Happening {
    let mandate = MandateNumber::parse(number).expect("a number");
    Happening::Filed(Filing::Revoked { mandate })
}

#[test]
fn a_consent_that_its_subject_takes_back_serves_no_use_from_then_on() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    let mut events = filing()[..8].to_vec();
    let refused = |events: &[CaseEvent], who, what| {
        let took = office
            .file(events)
            .take(after(events, (AT, who), what), &scene);
        let Fate::Refused { why, .. } = took.fate else {
            unreachable!("{:?}", took.fate);
        };
        why.code()
    };
    // R4: whoever gave it, and nobody in their place; one that there is.
    assert_eq!(
        refused(&events, clerk(), revoked("SQ-2")),
        "case.wrong-capacity"
    );
    assert_eq!(
        refused(&events, applicant(), revoked("SQ-9")),
        "case.mandate-unknown"
    );
    events.push(after(&events, (AT, applicant()), revoked("SQ-2")));
    let file = office.file(&events);
    let dossier = file.dossier().expect("opened");
    let codes: Vec<bool> = dossier
        .mandates()
        .iter()
        .map(|mandate| mandate.revoked_from.is_some())
        .collect();
    assert_eq!(codes, [false, true]);
    assert_eq!(
        refused(&events, platform(), fetched(3, "ID", "SQ-2")),
        "mandate.not-active"
    );
    assert_eq!(
        refused(&events, applicant(), revoked("SQ-2")),
        "case.transition-not-listed"
    );
    // What the other one served remains good.
    let had = |number: usize| matches!(dossier.items()[number - 1].standing, Standing::Had(_));
    assert!(had(2) && !had(3));
    // Under the law it is the case's own people's data, whoever consented.
    let (by, day) = (body("Q-APR"), date!(2026 - 06 - 10));
    let law = Ground::Law(words("行政许可法第三十一条"));
    let own = dossier.usable((&law, None), (&by, day)).expect("a law");
    assert_eq!(own, [&firm(), &representative()]);
}

fn asked(material: u16, because: Because) -> Asked {
    Asked::Listed { material, because }
}

fn asking(asked: Vec<Asked>, conditions: Vec<dossier::Words>) -> Happening {
    Happening::SupplementAsked {
        asked,
        conditions,
        by: date!(2026 - 06 - 15),
    }
}

#[test]
fn an_unlisted_twice_asked_or_exempt_material_and_an_added_condition_raise_the_red_card() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    let events = filing();
    let file = office.file(&events);
    for (asked, conditions, ground) in [
        (
            vec![Asked::Unlisted {
                name: words("其他材料"),
            }],
            vec![],
            CardGround::Unlisted {
                name: words("其他材料"),
            },
        ),
        (
            vec![asked(6, Because::Missing), asked(7, Because::Missing)],
            vec![],
            CardGround::AskedTwice { material: 7 },
        ),
        (
            vec![asked(8, Because::Missing)],
            vec![],
            CardGround::AskedTwice { material: 8 },
        ),
        (
            vec![asked(6, Because::Missing)],
            vec![words("须加入行业协会")],
            CardGround::AddedCondition {
                words: words("须加入行业协会"),
            },
        ),
    ] {
        let event = after(&events, (AT, clerk()), asking(asked, conditions));
        let took = file.take(event, &scene);
        let Fate::Refused { why, cards } = took.fate else {
            unreachable!("{:?}", took.fate);
        };
        assert_eq!(why.code(), "case.asked-forbidden");
        assert_eq!(cards.len(), 1);
        assert_eq!((&cards[0].ground, cards[0].colour), (&ground, Colour::Red));
        // Nothing of it is applied, the card is given, the number is not used up.
        let dossier = took.file.dossier().expect("open");
        assert_eq!(dossier.cards(), cards);
        assert_eq!(dossier.items(), file.dossier().expect("open").items());
        assert_eq!(took.file.due(), file.due());
    }
}

#[test]
fn an_exempt_material_that_is_open_is_not_asked_for() {
    let office = Office::sample();
    let events = &filing()[..1];
    let dossier = office.dossier(events);
    let event = after(
        events,
        (AT, clerk()),
        asking(vec![asked(2, Because::Missing)], Vec::new()),
    );
    let refused = dossier::step::step(&dossier, &event, &office.scene(LATER)).expect_err("R14");
    assert_eq!(
        refused,
        Refused::Forbidden {
            grounds: vec![CardGround::CanBeHad { material: 2 }]
        }
    );
}

#[test]
fn a_cancelled_document_is_not_asked_for_from_its_day_on() {
    let powers: serde_json::Value =
        serde_json::from_str(crate::office::POWERS).expect("the sample's file");
    let mut powers = powers;
    powers["cancelled_documents"] = serde_json::json!([{
        "name_zh": "场所平面布局图",
        "cancelled_from": "2026-06-09",
        "legal_basis": "证明事项取消清单"
    }]);
    let office = Office::with(&powers.to_string());
    let events = &filing()[..1];
    let open = office.dossier(events);
    assert_eq!(open.item(7).expect("listed").standing, Standing::Open);
    for (at, code) in [
        (utc_datetime!(2026-06-08 15:59), None),
        (
            utc_datetime!(2026-06-08 16:00),
            Some("case.asked-forbidden"),
        ),
    ] {
        let request = asking(vec![asked(7, Because::Missing)], Vec::new());
        let event = after(events, (at, clerk()), request);
        let got = dossier::step::step(&open, &event, &office.scene(LATER));
        assert_eq!(got.err().map(|why| why.code()), code, "{at}");
    }
    // A case of a later day does not want it at all.
    let mut later = events[0].clone();
    later.at = utc_datetime!(2026-06-09 01:00);
    let dossier = office.dossier(&[later]);
    assert_eq!(
        dossier.item(7).expect("listed").standing,
        Standing::NotNeeded
    );
}

#[test]
fn a_defect_is_asked_for_once_and_given_before_the_case_goes_on() {
    let office = Office::sample();
    let mut events = filing();
    let at = |hour| utc_datetime!(2026-06-09 00:00) + time::Duration::hours(hour);
    let request = asking(vec![asked(7, Because::Defective)], Vec::new());
    events.push(after(&events, (at(1), clerk()), request.clone()));
    let file = office.file(&events);
    let dossier = file.dossier().expect("open");
    let scene = office.scene(LATER);
    let document = supplement_request(dossier, &scene, date!(2026 - 06 - 09)).expect("asked for");
    assert_eq!(document.purpose, DocumentPurpose::SupplementRequest);
    assert_eq!(document.lists[0].rows.len(), 1);
    let early = after(&events, (at(2), applicant()), Happening::SupplementGiven);
    let took = file.take(early, &scene);
    assert!(matches!(&took.fate, Fate::Refused { why, .. } if why.code() == "case.materials-open"));
    events.push(after(&events, (at(3), applicant()), handed_in(7, 77)));
    events.push(after(
        &events,
        (at(4), applicant()),
        Happening::SupplementGiven,
    ));
    let file = office.file(&events);
    let took = file.take(after(&events, (at(5), clerk()), request), &scene);
    let Fate::Refused { cards, .. } = took.fate else {
        unreachable!("asked twice");
    };
    assert_eq!(cards[0].ground, CardGround::AskedTwice { material: 7 });
}

#[test]
fn a_supplement_that_is_not_given_closes_the_case_after_its_day_and_not_on_it() {
    let office = Office::sample();
    let mut events = filing();
    let request = asking(vec![asked(6, Because::Missing)], Vec::new());
    events.push(after(&events, (AT, clerk()), request));
    let file = office.file(&events);
    for (at, works) in [
        (utc_datetime!(2026-06-15 15:59), false),
        (utc_datetime!(2026-06-15 16:00), true),
    ] {
        let event = after(&events, (at, platform()), Happening::SupplementMissed);
        let took = file.take(event, &office.scene(LATER));
        assert_eq!(matches!(took.fate, Fate::Applied(_)), works, "{at}");
    }
}

#[test]
fn a_case_is_not_accepted_while_an_offered_promise_is_unsigned() {
    let office = Office::sample();
    let events = &filing()[..6];
    let mut events = events.to_vec();
    for event in &filing()[7..] {
        events.push(after(
            &events,
            (event.at, event.actor.clone()),
            event.what.clone(),
        ));
    }
    let file = office.file(&events);
    let accept = after(&events, (AT, clerk()), crate::office::accepted());
    let took = file.take(accept, &office.scene(LATER));
    let Fate::Refused { why, .. } = took.fate else {
        unreachable!("{:?}", took.fate);
    };
    assert_eq!(
        why,
        dossier::TakeRefused::Case(Refused::Open { numbers: vec![8] })
    );
    let signing = after(&events, (AT, applicant()), promised("CN-8", 8));
    events.push(signing);
    events.push(after(&events, (AT, clerk()), crate::office::accepted()));
    assert_eq!(
        office.dossier(&events).state(),
        dossier::state::State::Accepted
    );
}

#[test]
fn stage_documents_say_what_was_recorded_and_mask_a_person_s_code() {
    let office = Office::sample();
    let scene = office.scene(LATER);
    let dossier = office.dossier(&until_accepted());
    let notice = acceptance_notice(&dossier, &scene).expect("accepted");
    assert_eq!(notice.issuer.0, body("Q-APR"));
    assert_eq!(notice.addressee, firm().name());
    let had = notice
        .lists
        .iter()
        .find(|list| list.name == "had")
        .expect("a list");
    assert_eq!(had.rows.len(), 5);
    assert!(had.rows.contains(&(
        "营业场所证明".to_owned(),
        "由电子证照信息核对，免提交".to_owned()
    )));
    assert_eq!(decision(&dossier, &scene), None, "nothing is decided yet");
    let dossier = office.dossier(&until_decided());
    let document = decision(&dossier, &scene).expect("decided");
    let parts = &document.lists[0];
    assert_eq!(parts.name, "parts");
    assert_eq!(parts.rows.len(), 3);
    assert!(document.sentences[0].ends_with("本机关决定准予许可。"));
    assert!(document.closing[0].contains("承诺不实的，依法撤销"), "R20");
    assert_eq!(notice.closing, ["特此通知。"]);
    let receipt = delivery_receipt(
        &dossier,
        &scene,
        (&["行业综合许可证".to_owned()], date!(2026 - 06 - 10)),
    )
    .expect("decided");
    assert_eq!(receipt.title.0, "送达回证");
    for seal in office.catalogue.seals() {
        let allowed = office.catalogue.may_seal(
            &catalogue::SealUse {
                seal: seal.seal.clone(),
                purpose: document.purpose,
                matter: Some(document.matter.clone()),
                by: body("Q-APR"),
            },
            document.on,
        );
        assert_eq!(allowed.is_ok(), seal.seal.as_str() == "990102-SPZYZ-01");
    }
}

#[test]
fn an_agent_with_a_proxy_signs_for_the_applicant_and_without_one_does_not() {
    let office = Office::sample();
    let agent =
        dossier::person::Party::parse("person", "秦长庚", "990103197911030573").expect("good");
    let events = &filing()[..5];
    let file = office.file(events);
    let mut signature = crate::office::signed(8, "受托承诺");
    signature.by = agent.clone();
    let signing = Happening::Filed(Filing::Promised {
        commitment: crate::office::promise("CN-8"),
        signed: signature,
    });
    let who = actor("agent.one", "Q-APR", Role::Agent);
    let took = file.take(
        after(events, (AT, who.clone()), signing.clone()),
        &office.scene(LATER),
    );
    assert!(matches!(&took.fate, Fate::Refused { why, .. } if why.code() == "signed.other-signer"));
    let mut proxy = crate::office::consent("WT-1", firm());
    proxy.scope = dossier::mandate::Scope::Act {
        proxy: agent,
        standing: dossier::mandate::ProxyKind::Named,
        matters: [catalogue::key::MatterCode::parse("990102-XK-0001").expect("code")].into(),
        acts: [dossier::state::Act::File].into(),
    };
    let mut events = events.to_vec();
    // A proxy to take papers back is none to hand them in.
    let mut other = proxy.clone();
    other.number = MandateNumber::parse("WT-0").expect("number");
    if let dossier::mandate::Scope::Act { acts, .. } = &mut other.scope {
        *acts = [dossier::state::Act::Withdraw].into();
    }
    events.push(after(
        &events,
        (AT, applicant()),
        Happening::Filed(Filing::Mandated(other)),
    ));
    let took = office.file(&events).take(
        after(&events, (AT, who.clone()), signing.clone()),
        &office.scene(LATER),
    );
    assert!(matches!(&took.fate, Fate::Refused { why, .. } if why.code() == "signed.other-signer"));
    events.push(after(
        &events,
        (AT, applicant()),
        Happening::Filed(Filing::Mandated(proxy)),
    ));
    let file = office.file(&events);
    let took = file.take(after(&events, (AT, who), signing), &office.scene(LATER));
    assert!(matches!(took.fate, Fate::Applied(_)), "{:?}", took.fate);
}
