//! The tables of seals and of notices through the store: each listed pair is kept, each other one is refused and leaves
//! the row, its history and the trace as they were. The entry of a refusal is its caller's.

use dossier::notice::{NOTICE, NoticeAct, NoticeState};
use dossier::table::{Goes, Row};
use registry::log::Log;
use registry::notices::NoticeRefused;
use registry::seals::{SealAct, SealRefused};
use seal::life::{Consent, Duty, Event, Hands, Refused, Stage, Transition};
use time::Duration;

use super::notices::{acting, number, writing};
use super::office::{NOW, Office, department, grounds, office};
use super::trace::tamper;
use crate::stage::on_each_store;

/// The people whom a row asks for, in the order in which they speak.
fn hands(row: Option<&Transition>) -> Vec<Duty> {
    match row.map(|row| row.hands) {
        Some(Hands::One(duties)) => duties.iter().copied().take(1).collect(),
        Some(Hands::Another(duty)) => vec![duty],
        Some(Hands::Two(one, other)) => vec![one, other],
        None => vec![Duty::Custodian],
    }
}

fn act(event: Event, (place, duty): (usize, Duty), seconds: i64) -> SealAct {
    SealAct {
        seal: grounds().seal,
        event,
        consent: Consent {
            person: format!("person-{place}-{seconds}"),
            duty,
        },
        reason: "依据〔2026〕第1号".to_owned(),
        leaf: vec![1, 2, 3],
        revokes: Vec::new(),
        application: None,
        at: NOW + Duration::seconds(seconds),
    }
}

/// How many events, entries and leaves there are.
async fn counted(office: &Office) -> (usize, usize, usize) {
    let registry = &office.registry;
    let history = registry.seals().history(&grounds().seal).await;
    let entries = registry.trace().entries(&department(), 0).await;
    let leaves = registry.logs().pending(Log::Public, 1_000).await;
    (
        history.expect("answers").len(),
        entries.expect("answers").len(),
        leaves.expect("answers").len(),
    )
}

#[test]
fn every_pair_of_a_seal_goes_through_the_store_as_its_table_says() {
    on_each_store(|stage| async move {
        let office = office(&stage).await;
        let seals = office.registry.seals();
        let (mut went, mut seconds) = (0, 0);
        for from in Stage::ALL {
            for event in Event::ALL {
                seconds += 1;
                let placed = format!(
                    "UPDATE seal SET stage = '{}', last_person = 'somebody', last_duty = 'administrator', \
                     pending_event = NULL, pending_person = NULL, pending_duty = NULL, pending_until = NULL \
                     WHERE code = '{}'",
                    from.code(),
                    grounds().seal
                );
                tamper(&stage, &placed).await;
                let before = (seals.find(&grounds().seal).await, counted(&office).await);
                let row = Transition::find(from, event);
                let mut last = None;
                for who in hands(row).into_iter().enumerate() {
                    last = Some(seals.act(act(event, who, seconds)).await);
                }
                let last = last.expect("somebody acts");
                let after = (seals.find(&grounds().seal).await, counted(&office).await);
                let (found, (events, entries, leaves)) = before;
                let pair = format!("{} {}", from.code(), event.code());
                let Some(row) = row else {
                    assert!(
                        matches!(last, Err(SealRefused::Life(Refused::NotListed { stage, .. })) if stage == from),
                        "{pair}: {last:?}"
                    );
                    assert_eq!(after.0.expect("answers"), found.expect("answers"), "{pair}");
                    assert_eq!(after.1, (events, entries, leaves), "{pair}");
                    continue;
                };
                let spoke = hands(Some(row)).len();
                let stands = after.0.expect("answers").expect("a seal");
                assert_eq!(last.expect(&pair), stands, "{pair}");
                assert_eq!(stands.stage, row.to, "{pair}");
                assert_eq!(after.1, (events + 1, entries + spoke, leaves + 1), "{pair}");
                went += 1;
            }
        }
        assert_eq!(went, seal::life::TRANSITIONS.len());
        let faults = office.registry.trace().check(&department()).await;
        assert!(faults.expect("answers").is_empty());
    });
}

/// What was done to a notice that is in this state.
fn lived(state: NoticeState) -> &'static [NoticeAct] {
    match state {
        NoticeState::Draft => &[],
        NoticeState::Published => &[NoticeAct::Publish],
        NoticeState::Ended => &[NoticeAct::Publish, NoticeAct::End],
    }
}

#[test]
fn every_pair_of_a_notice_goes_through_the_store_as_its_table_says() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let (notices, trace) = (registry.notices(), registry.trace());
        let (mut turn, mut went) = (0, 0);
        for state in NoticeState::ALL {
            for act in NoticeAct::ALL {
                turn += 1;
                let key = format!("table {turn}");
                notices.write(writing(&key)).await.expect("written");
                let of = format!("GG-Q-APR-2026-{turn:06}");
                for before in lived(state) {
                    let key = format!("{key} {}", before.code());
                    notices
                        .act(acting(&key, &of, *before))
                        .await
                        .expect("listed");
                }
                let before = notices.find(&number(&of)).await.expect("answers");
                assert_eq!(before.as_ref().map(|notice| notice.state), Some(state));
                let entries = trace.entries(&department(), 0).await.expect("answers");
                let done = notices.act(acting(&format!("{key} now"), &of, act)).await;
                let after = notices.find(&number(&of)).await.expect("answers");
                let written = trace.entries(&department(), 0).await.expect("answers");
                match Row::find(NOTICE, state, act).map(|row| row.goes) {
                    Some(Goes::To(to)) => {
                        done.expect("listed");
                        assert_eq!(after.map(|notice| notice.state), Some(to));
                        assert_eq!(written.len(), entries.len() + 1);
                        went += 1;
                    }
                    _ => {
                        assert!(matches!(done, Err(NoticeRefused::Life(_))), "{done:?}");
                        assert_eq!((after, written), (before, entries));
                    }
                }
            }
        }
        assert_eq!(went, NOTICE.len());
    });
}
