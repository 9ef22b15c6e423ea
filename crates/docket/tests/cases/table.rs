//! The tables of a case and of its commitments through the store: what a table lists is kept, what it does not list is
//! refused, changes nothing and leaves its entry in the trace (R10).

use catalogue::key::MatterCode;
use crypto::{Release, Signature, SignatureAlgorithm};
use dossier::CaseFile;
use dossier::commitment::{COMMITMENT, CommitmentAct, CommitmentState};
use dossier::decision::Mode;
use dossier::event::{Application, Asked, CaseEvent, Following, Happening};
use dossier::material::{Because, Ground, How};
use dossier::number::{CaseNumber, EventId};
use dossier::person::{Actor, Role};
use dossier::state::{Act, CASE, Competence, State};
use dossier::table::{Goes, Row};
use registry::asked::By;
use registry::jobs::Jobs;
use registry::licences::Reserving;
use registry::trace::Entry;
use time::macros::{date, utc_datetime};
use time::{Duration, UtcDateTime};

use crate::office::{
    accepted, actor, after, application, approver, body, business_licence, case, certificate,
    clerk, custodian, filing, granted, had, handed_in, kind, numbered, paper, part_decided, parts,
    person, platform, promise, release, representative, signed, supervisor, until_accepted,
    until_decided, words,
};
use crate::register;
use crate::room::{all_applied, answer, refusal, room, sent};
use crate::stage::on_each_store;
use docket::Room;
use docket::take::Outcome;

/// When a case that came further is taken on.
const ON: UtcDateTime = utc_datetime!(2026-06-18 02:30);
/// The last day of the deferred item.
const BEFORE: UtcDateTime = utc_datetime!(2026-06-23 02:00);
/// After every day that anything waits for.
const LATE: UtcDateTime = utc_datetime!(2026-08-01 02:00);

fn officer(of: &str) -> Actor {
    actor("some.officer", of, Role::Officer)
}

fn more(mut events: Vec<CaseEvent>, who: Actor, what: Happening) -> Vec<CaseEvent> {
    let next = after(&events, (ON, who), what);
    events.push(next);
    events
}

/// A case that is forwarded upward, accepted.
fn upward() -> Vec<CaseEvent> {
    let who = || actor("some.clerk", "C-APR", Role::Clerk);
    let law = |licence_type: &str, material| {
        let how = How::Fetched {
            licence: business_licence(),
            licence_type: kind(licence_type),
            ground: Ground::Law(words("民办教育促进法")),
        };
        had(material, how)
    };
    let received = Happening::Received(Application {
        package: None,
        matter: MatterCode::parse("990100-XK-0025").expect("a code"),
        applicant: representative(),
        represented_by: None,
        form: paper(1),
        signed: signed(1, "同意提交"),
    });
    let whole = Happening::Accepted {
        parts: Vec::new(),
        deferred: Vec::new(),
    };
    let what = [
        received,
        handed_in(1, 1),
        law("ID", 2),
        law("REAL", 3),
        law("BL", 4),
        whole,
    ];
    let at = utc_datetime!(2026-06-08 01:15);
    numbered(1, what.map(|what| (at, who(), what)))
}

fn asking() -> Happening {
    Happening::SupplementAsked {
        asked: vec![Asked::Listed {
            material: 7,
            because: Because::Defective,
        }],
        conditions: Vec::new(),
        by: date!(2026 - 06 - 20),
    }
}

fn stopping() -> Happening {
    Happening::Stopped {
        reason: words("超时"),
    }
}

/// Events that bring a case into a state.
fn path(state: State) -> Vec<CaseEvent> {
    let reason = || words("理由");
    match state {
        State::Received => filing(),
        State::SupplementAsked => more(filing(), clerk(), asking()),
        State::Returned => more(filing(), clerk(), Happening::Returned { reason: reason() }),
        State::Closed => {
            let mut events = path(State::SupplementAsked);
            let missed = after(&events, (BEFORE, clerk()), Happening::SupplementMissed);
            events.push(missed);
            events
        }
        State::Withdrawn => {
            let wish = actor("lin.xiaoman", "Q-APR", Role::Applicant);
            more(filing(), wish, Happening::Withdrawn)
        }
        State::Accepted => until_accepted(),
        State::InReview => more(until_accepted(), officer("Q-APR"), Happening::ReviewBegan),
        State::SpecialStep => {
            let step = words("现场核查");
            let begun = Happening::StepBegan { step };
            more(path(State::InReview), officer("Q-APR"), begun)
        }
        State::Forwarded => {
            let to = body("C-EDU");
            more(upward(), officer("C-APR"), Happening::Forwarded { to })
        }
        State::RolledBack => {
            let back = Happening::RolledBack { reason: reason() };
            more(until_accepted(), officer("Q-APR"), back)
        }
        State::Stopped => more(until_accepted(), supervisor(), stopping()),
        State::Decided => until_decided(),
        State::Sealing => [until_decided(), release()].concat(),
        State::Delivered => [path(State::Sealing), certificate()].concat(),
        State::Archived => more(path(State::Delivered), platform(), Happening::Archived),
    }
}

/// Something that is `act`.
fn happening(act: Act) -> Happening {
    let reason = || words("理由");
    match act {
        Act::Receive => application("990102-XK-0001"),
        Act::File => handed_in(6, 6),
        Act::Accept => accepted(),
        Act::Return => Happening::Returned { reason: reason() },
        Act::AskSupplement => asking(),
        Act::GiveSupplement => Happening::SupplementGiven,
        Act::Close => Happening::SupplementMissed,
        Act::Review => Happening::ReviewBegan,
        Act::BeginStep => Happening::StepBegan {
            step: words("现场核查"),
        },
        Act::EndStep => Happening::StepEnded,
        Act::Forward => Happening::Forwarded { to: body("C-EDU") },
        Act::AnswerForward => Happening::ForwardAnswered { answer: reason() },
        Act::DecidePart => part_decided("FIRE", "XF-1"),
        Act::Decide => Happening::Decided(granted("SP-2026-17", Mode::Commitment)),
        Act::RollBack => Happening::RolledBack { reason: reason() },
        Act::TakeUp => Happening::TakenUp,
        Act::Seal => Happening::Released {
            decision: words("SP-2026-17"),
        },
        Act::Deliver => Happening::Delivered { receipt: paper(9) },
        Act::Archive => Happening::Archived,
        Act::Stop => stopping(),
        Act::Lift => Happening::Lifted { reason: reason() },
        Act::Withdraw => Happening::Withdrawn,
        Act::FollowUp => Happening::Followed(Following::Overdue { material: 6 }),
    }
}

/// What has to be there before the act of a row can be done, beside the state.
fn prepared(row: &Row<State, Act>) -> Vec<CaseEvent> {
    let events = path(row.from);
    match (row.from, row.act) {
        (State::InReview, Act::Decide) => [until_accepted(), parts()].concat(),
        (State::InReview, Act::Forward) => more(upward(), officer("C-APR"), Happening::ReviewBegan),
        (State::SupplementAsked, Act::GiveSupplement) => more(events, clerk(), handed_in(7, 9)),
        (State::Decided | State::Sealing, Act::Lift) => more(events, supervisor(), stopping()),
        (State::Delivered, Act::FollowUp | Act::File) => path_without_certificate(),
        _ => events,
    }
}

fn path_without_certificate() -> Vec<CaseEvent> {
    [path(State::Sealing), certificate()[..1].to_vec()].concat()
}

/// The event of a row, by one of those for whom it is.
fn done(row: &Row<State, Act>, events: &[CaseEvent]) -> CaseEvent {
    let upward = row.from == State::Forwarded || row.act == Act::Forward;
    let of = match row.act.competence() {
        Competence::Part => "C-FIRE",
        Competence::Supervising => "C-SUP",
        _ if upward => "C-APR",
        _ => "Q-APR",
    };
    let who = match row.act {
        Act::Seal => custodian(),
        Act::Decide => approver(),
        Act::FollowUp if row.from == State::Archived => {
            actor("some.industry", "C-SAMR", Role::Industry)
        }
        _ => actor("somebody.new", of, row.by[0]),
    };
    let what = match (row.from, row.act) {
        (State::Forwarded, Act::File) => handed_in(1, 2),
        (State::Archived, Act::FollowUp) => Happening::Followed(Following::Kept {
            commitment: promise("CN-8"),
            finding: words("现场检查"),
        }),
        _ => happening(row.act),
    };
    let at = match row.act {
        Act::AskSupplement => ON,
        Act::File => BEFORE,
        _ => LATE,
    };
    after(events, (at, who), what)
}

/// The same events for another case, under names of their own.
fn renamed(events: &[CaseEvent], turn: usize) -> Vec<CaseEvent> {
    let text = serde_json::to_string(events).expect("JSON");
    let text = text.replace(case().as_str(), &number(turn));
    let text = text.replace("\"id\":\"e-", &format!("\"id\":\"t{turn}-"));
    serde_json::from_str(&text).expect("read back")
}

fn number(turn: usize) -> String {
    format!("BJ-990102-20260608-{:05}", turn + 100)
}

/// A store in which a seal may be released, as `he.shouzheng` does.
async fn opened(room: &Room) {
    let office = register::Office {
        registry: room.registry.clone(),
    };
    office.begin_list(1).await;
    let seals = vec![(register::grounds().seal, register::department())];
    let book = room.registry.seals();
    let established = book.establish(seals, register::by(0)).await;
    established.expect("a seal in use");
}

/// The register's release for the decision of a case.
async fn released(room: &Room, of: &CaseNumber) {
    let mut reservation = register::reservation(of.as_str());
    reservation.grounds.case = of.to_string();
    reservation.grounds.decision = "SP-2026-17".to_owned();
    reservation.grounds.decided_by = Some(person("chen.zhiyuan"));
    let reserving = room.registry.licences().reserve(reservation).await;
    let Reserving::Reserved(reserved) = reserving.expect("reserved") else {
        unreachable!("a fresh key");
    };
    let jobs = room.registry.jobs();
    let (unsealed, answer) = (register::unsealed(), register::accepted());
    let job = jobs.await_release(&reserved.job, unsealed, answer, register::by(1));
    let job = job.await.expect("reserved");
    let until = register::NOW + Duration::DAY;
    let release = Release {
        listing: None,
        statement: Jobs::statement(&job, "he.shouzheng", until).expect("rendered"),
        algorithm: SignatureAlgorithm::EcdsaP256Sha256,
        signature: Signature::new(vec![1, 2, 3]),
        passkey: None,
    };
    let by = By::new("he.shouzheng", register::NOW + Duration::seconds(2));
    let department = register::department();
    let given = jobs.release(&department, &job.id, release, by).await;
    given.expect("it waits");
}

/// A case of its own, brought along these events.
async fn brought(room: &Room, events: &[CaseEvent], turn: usize) -> Vec<CaseEvent> {
    let events = renamed(events, turn);
    for event in &events {
        if event.what.act() == Act::Seal {
            released(room, &event.case).await;
        }
        all_applied(room, std::slice::from_ref(event)).await;
    }
    events
}

/// The file of a case and how often it was written.
async fn held(room: &Room, of: &CaseNumber) -> (CaseFile, u64) {
    let record = room.registry.cases().find(of).await;
    let record = record.expect("answers").expect("a case");
    (record.file, record.revision)
}

/// What the program should obey: the state's own row, or for what reviews an accepted case the review's.
fn listed(state: State, act: Act) -> Option<&'static Row<State, Act>> {
    let from = match state {
        State::Accepted if act.reviews() => State::InReview,
        other => other,
    };
    Row::find(CASE, from, act)
}

/// What the trace of the sender's body says of a case.
async fn about(room: &Room, event: &CaseEvent) -> Vec<Entry> {
    let trace = room.registry.trace();
    let entries = trace.about(&event.actor.body, event.case.as_str(), 0).await;
    entries.expect("answers")
}

/// An event that is refused, changes nothing of the case and leaves one entry; its code.
async fn refused_whole(room: &Room, event: &CaseEvent) -> &'static str {
    let before = (
        held(room, &event.case).await,
        about(room, event).await.len(),
    );
    let refused = refusal(room, event).await;
    let entries = about(room, event).await;
    let after = (held(room, &event.case).await, entries.len() - 1);
    assert_eq!(after, before, "{}", event.id);
    let last = entries.last().expect("an entry");
    let told = (
        last.deed.as_str(),
        last.ground.as_str(),
        last.object.as_str(),
    );
    assert_eq!(told, ("deny", refused.code, event.case.as_str()));
    refused.code
}

#[test]
fn an_act_that_no_row_lists_leaves_the_case_as_it_was_and_an_entry() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        opened(&room).await;
        let (mut refused, mut rows) = (0, 0);
        for (turn, state) in State::ALL.into_iter().enumerate() {
            let events = brought(&room, &path(state), turn).await;
            let (file, _) = held(&room, &events[0].case).await;
            assert_eq!(file.dossier().map(dossier::Dossier::state), Some(state));
            let of = if state == State::Forwarded {
                "C-APR"
            } else {
                "Q-APR"
            };
            for (place, act) in Act::ALL.into_iter().enumerate() {
                if listed(state, act).is_some() {
                    rows += 1;
                    continue;
                }
                let who = actor("somebody.new", of, Role::System);
                let event = after(&events, (LATE, who), happening(act));
                let mut event = renamed(&[event], turn).remove(0);
                event.id = EventId::parse(&format!("x{turn}-{place}")).expect("an id");
                let code = refused_whole(&room, &event).await;
                assert_eq!(code, "case.transition-not-listed", "{state:?} {act:?}");
                refused += 1;
            }
        }
        assert_eq!(refused + rows, State::ALL.len() * Act::ALL.len());
        let faults = room.registry.trace().check(&body("Q-APR")).await;
        assert!(faults.expect("answers").is_empty());
    });
}

#[test]
fn each_row_of_a_case_is_kept_as_the_table_says() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        opened(&room).await;
        let mut conditions = Vec::new();
        for (turn, row) in CASE.iter().enumerate() {
            let turn = turn + 100;
            let events = brought(&room, &prepared(row), turn).await;
            let event = renamed(&[done(row, &events)], turn).remove(0);
            if row.act == Act::Seal {
                released(&room, &event.case).await;
            }
            let (before, revision) = held(&room, &event.case).await;
            match sent(&room, &event).await {
                Outcome::Taken(_) => {
                    let (file, later) = held(&room, &event.case).await;
                    let wanted = match row.goes {
                        Goes::To(state) => state,
                        Goes::Back => State::Accepted,
                    };
                    let state = file.dossier().map(dossier::Dossier::state);
                    assert_eq!(state, Some(wanted), "{row:?}");
                    assert_eq!(later, revision + 1, "{row:?}");
                    assert_eq!(file.history().len(), before.history().len() + 1);
                    let last = about(&room, &event).await.pop().expect("an entry");
                    let told = (last.deed.as_str(), last.ground.as_str());
                    assert_eq!(told, ("case", row.act.code()), "{row:?}");
                }
                Outcome::Refused(refused) => {
                    assert_eq!(held(&room, &event.case).await, (before, revision));
                    conditions.push((row.from, row.act, refused.code));
                }
                Outcome::Hidden => unreachable!("{row:?}"),
            }
        }
        // The case that is forwarded upward has all its materials and defers none: the rows are there, and their
        // conditions say no.
        let expected = [
            (State::Forwarded, Act::File, "material.had-already"),
            (State::Forwarded, Act::FollowUp, "case.deferred-unknown"),
        ];
        assert_eq!(conditions, expected);
    });
}

/// What is reported of the fire promise.
fn following(act: CommitmentAct) -> Option<Following> {
    let (commitment, finding) = (promise("CN-8"), words("现场检查"));
    match act {
        CommitmentAct::Keep => Some(Following::Kept {
            commitment,
            finding,
        }),
        CommitmentAct::Break => Some(Following::Broken {
            commitment,
            finding,
        }),
        CommitmentAct::Correct => Some(Following::Corrected { commitment }),
        CommitmentAct::Annul => Some(Following::Annulled { commitment }),
        // These follow from other events of the case.
        CommitmentAct::Sign | CommitmentAct::Publicise | CommitmentAct::TakeEffect => None,
    }
}

/// The case in which the fire promise is in a state, and what was reported of it there.
fn lived(state: CommitmentState) -> (Vec<CaseEvent>, &'static [CommitmentAct]) {
    use CommitmentAct::{Annul, Break, Correct, Keep};
    let sealing = || path(State::Sealing);
    match state {
        CommitmentState::Offered => (filing()[..5].to_vec(), &[]),
        CommitmentState::Signed => (filing(), &[]),
        CommitmentState::Publicised => (until_accepted(), &[]),
        CommitmentState::InForce => (sealing(), &[]),
        CommitmentState::Kept => (sealing(), &[Keep]),
        CommitmentState::Broken => (sealing(), &[Break]),
        CommitmentState::Corrected => (sealing(), &[Break, Correct]),
        CommitmentState::Annulled => (sealing(), &[Break, Annul]),
    }
}

fn reported(events: &[CaseEvent], (turn, place): (usize, usize), what: Following) -> CaseEvent {
    // Before parts are known, the fire department has no concern.
    let is_accepted = events.iter().any(|event| event.what.act() == Act::Accept);
    let who = match is_accepted {
        true => actor("fire.one", "C-FIRE", Role::Industry),
        false => platform(),
    };
    let event = after(events, (LATE, who), Happening::Followed(what));
    let mut event = renamed(&[event], turn).remove(0);
    event.id = EventId::parse(&format!("y{turn}-{place}")).expect("an id");
    event
}

async fn promise_state(room: &Room, of: &CaseNumber) -> Option<CommitmentState> {
    let (file, _) = held(room, of).await;
    let promises = file.dossier()?.commitments().iter();
    let mut fire = promises.filter(|one| one.number == promise("CN-8"));
    fire.next().map(|one| one.state)
}

#[test]
fn every_pair_of_a_commitment_goes_through_the_store_as_its_table_says() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        opened(&room).await;
        let (mut turn, mut went) = (300, 0);
        for state in CommitmentState::ALL {
            for act in CommitmentAct::ALL {
                let Some(what) = following(act) else {
                    continue;
                };
                turn += 1;
                let (events, before) = lived(state);
                let mut events = brought(&room, &events, turn).await;
                for (place, act) in before.iter().enumerate() {
                    let what = following(*act).expect("reported");
                    let event = reported(&events, (turn, place), what);
                    answer(&room, &event).await;
                    events.push(event);
                }
                let event = reported(&events, (turn, 90), what);
                assert_eq!(promise_state(&room, &event.case).await, Some(state));
                match Row::find(COMMITMENT, state, act).map(|row| row.goes) {
                    Some(Goes::To(to)) => {
                        assert_eq!(answer(&room, &event).await["fate"], "applied");
                        assert_eq!(promise_state(&room, &event.case).await, Some(to));
                        went += 1;
                    }
                    _ => {
                        let code = refused_whole(&room, &event).await;
                        assert_eq!(code, "case.transition-not-listed", "{state:?} {act:?}");
                    }
                }
            }
        }
        assert!(went >= 4, "{went}");
    });
}
