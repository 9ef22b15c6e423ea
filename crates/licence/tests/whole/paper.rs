//! Paper copies: every listed step works, every other is refused, and a number is never forgotten.

use catalogue::Rule;
use licence::Phase;
use licence::paper::{
    MAX_COPIES, PAPER_STEPS, PaperAct, PaperCopies, PaperEvent, PaperRefused, PaperState, PaperStep,
};
use proptest::prelude::*;
use time::UtcDateTime;
use time::macros::utc_datetime;

use crate::whole::stage::{catalogue, kind};

const AT: UtcDateTime = utc_datetime!(2026-06-10 00:00);

fn act(event: PaperEvent, reference: &str) -> PaperAct {
    PaperAct {
        event,
        at: AT,
        reference: reference.to_owned(),
    }
}

fn in_state(state: PaperState) -> PaperCopies {
    use PaperEvent::{DeclareLost, Destroy, Issue, Surrender};
    let events: &[PaperEvent] = match state {
        PaperState::None => &[],
        PaperState::Issued => &[Issue],
        PaperState::Lost => &[Issue, DeclareLost],
        PaperState::Surrendered => &[Issue, Surrender],
        PaperState::Destroyed => &[Issue, Surrender, Destroy],
    };
    let catalogue = catalogue();
    let bl = catalogue.licence_type(&kind("BL")).expect("type");
    events.iter().fold(PaperCopies::default(), |copies, event| {
        copies
            .step(&act(*event, "副本-1"), bl, Phase::Valid)
            .expect("listed")
    })
}

#[test]
fn every_listed_step_of_a_paper_copy_works_and_every_other_is_refused() {
    let catalogue = catalogue();
    let bl = catalogue.licence_type(&kind("BL")).expect("type");
    let mut listed = 0;
    for state in PaperState::ALL {
        for event in PaperEvent::ALL {
            let copies = in_state(state);
            assert_eq!(copies.state(), state);
            let stepped = copies.step(&act(event, "副本-2"), bl, Phase::Valid);
            match PaperStep::find(state, event) {
                Some(row) => {
                    assert_eq!(stepped.expect("listed").state(), row.to);
                    listed += 1;
                }
                None => {
                    let refused = stepped.expect_err("refused");
                    assert_eq!(refused, PaperRefused::NotListed { state, event });
                    assert_eq!(refused.rule(), Rule::R10);
                }
            }
        }
    }
    assert_eq!(listed, PAPER_STEPS.len());
}

#[test]
fn a_lost_copy_answers_lost_for_ever_and_its_number_is_never_used_again() {
    let catalogue = catalogue();
    let bl = catalogue.licence_type(&kind("BL")).expect("type");
    let lost = in_state(PaperState::Lost);
    assert_eq!(
        lost.step(&act(PaperEvent::Issue, "副本-1"), bl, Phase::Valid),
        Err(PaperRefused::NumberUsed)
    );
    let anew = lost
        .step(&act(PaperEvent::Issue, "副本-2"), bl, Phase::Valid)
        .expect("issued");
    let answer = |number: &str| anew.of(number).map(|copy| copy.state);
    assert_eq!(answer("副本-1"), Some(PaperState::Lost));
    assert_eq!(answer("副本-2"), Some(PaperState::Issued));
    assert_eq!(answer("副本-3"), None);
    assert!(anew.of("副本-1").is_some_and(|copy| copy.notice.is_some()));
    let text = serde_json::to_string(&anew).expect("written");
    assert_eq!(
        serde_json::from_str::<PaperCopies>(&text).expect("read"),
        anew
    );
}

#[test]
fn paper_needs_a_live_licence_whose_type_has_it() {
    let catalogue = catalogue();
    let of = |key| catalogue.licence_type(&kind(key)).expect("type");
    let none = PaperCopies::default();
    let issue = act(PaperEvent::Issue, "副本-1");
    // FOOD is electronic in the place of paper.
    let refused = none
        .step(&issue, of("FOOD"), Phase::Valid)
        .expect_err("refused");
    assert_eq!(
        (refused.rule(), &refused),
        (Rule::R9, &PaperRefused::NoPaper)
    );
    for phase in Phase::ALL {
        let live = matches!(phase, Phase::Valid | Phase::NotYetValid | Phase::Suspended);
        let issued = none.step(&issue, of("BL"), phase);
        let lost = in_state(PaperState::Issued).step(
            &act(PaperEvent::DeclareLost, "公告-1"),
            of("BL"),
            phase,
        );
        for stepped in [issued, lost] {
            match stepped {
                Ok(_) => assert!(live, "{phase:?}"),
                Err(refused) => {
                    assert!(!live, "{phase:?}");
                    assert_eq!(refused, PaperRefused::NotLive(phase));
                    assert_eq!(refused.rule(), Rule::R9);
                }
            }
        }
        // What is in hand can be handed in whatever became of the licence.
        let surrendered =
            in_state(PaperState::Issued).step(&act(PaperEvent::Surrender, "收-1"), of("BL"), phase);
        assert!(surrendered.is_ok(), "{phase:?}");
    }
    for (reference, refused) in [
        ("", PaperRefused::Reference),
        ("副\u{202E}本", PaperRefused::Reference),
    ] {
        let act = act(PaperEvent::Issue, reference);
        assert_eq!(none.step(&act, of("BL"), Phase::Valid), Err(refused));
    }
    let early = PaperAct {
        at: utc_datetime!(2026-06-09 00:00),
        ..act(PaperEvent::DeclareLost, "公告-1")
    };
    assert_eq!(
        in_state(PaperState::Issued).step(&early, of("BL"), Phase::Valid),
        Err(PaperRefused::OutOfOrder)
    );
}

proptest! {
    #[test]
    fn no_sequence_of_acts_leaves_the_table_or_forgets_a_number(
        events in proptest::collection::vec(proptest::sample::select(PaperEvent::ALL.to_vec()), 0..400)
    ) {
        let catalogue = catalogue();
        let bl = catalogue.licence_type(&kind("BL")).expect("type");
        let mut copies = PaperCopies::default();
        let mut numbers = Vec::new();
        for (at, event) in events.into_iter().enumerate() {
            let before = copies.state();
            let reference = format!("副本-{at}");
            match copies.step(&act(event, &reference), bl, Phase::Valid) {
                Ok(next) => {
                    let row = PaperStep::find(before, event);
                    prop_assert!(row.is_some_and(|row| row.to == next.state()));
                    if event == PaperEvent::Issue {
                        numbers.push(reference);
                    }
                    copies = next;
                }
                Err(PaperRefused::TooMany) => prop_assert_eq!(copies.copies().len(), MAX_COPIES),
                Err(refused) => {
                    prop_assert_eq!(refused, PaperRefused::NotListed { state: before, event });
                }
            }
            prop_assert!(numbers.iter().all(|number| copies.of(number).is_some()));
            let issued = copies.copies().iter().filter(|copy| copy.state == PaperState::Issued);
            prop_assert!(issued.count() <= 1);
        }
    }
}
