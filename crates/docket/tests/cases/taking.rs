//! Taken once, in order or not; refused whole, with an entry of the trace; sealed at rest.

use dossier::event::CaseEvent;
use dossier::number::EventId;
use dossier::person::Role;
use dossier::state::State;
use registry::asked::{By, IdempotencyKey};
use registry::callers::NewCaller;
use registry::cases::{Colour, Listed};
use zeroize::Zeroizing;

use crate::office::{
    actor, after, body, case, certificate, clerk, person, release, until_accepted, until_decided,
    words,
};
use crate::room::{NOW, all_applied, answer, fold, kept, refusal, room, sender, sent, trace};
use crate::stage::on_each_store;

#[test]
fn the_stored_case_is_the_fold_of_its_history_whatever_the_order_of_arrival() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        let events = until_decided();
        // The last first: each waits until the first one comes.
        for event in events.iter().skip(1).rev() {
            let told = answer(&room, event).await;
            assert_eq!(
                (&told["fate"], &told["waits_for"]),
                (&"parked".into(), &1.into())
            );
        }
        let told = answer(&room, &events[0]).await;
        assert_eq!(told["fate"], "applied");
        assert_eq!(
            told["late"].as_array().map(Vec::len),
            Some(events.len() - 1)
        );
        let file = kept(&room).await;
        assert_eq!(file, fold(file.history()));
        assert_eq!(file.history(), events);
        assert!(file.parked().is_empty());
        let cases = room.registry.cases();
        let record = cases.find(&case()).await.expect("answers").expect("kept");
        assert_eq!(record.department, body("Q-APR"));
    });
}

#[test]
fn the_same_event_answers_the_same_and_another_under_its_id_is_refused() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        let events = until_accepted();
        all_applied(&room, &events).await;
        let before = kept(&room).await;
        let entries = trace(&room, "Q-APR").await.len();
        // Under its key: the very answer. Under another: repeated, and nothing more happens.
        let again = answer(&room, &events[12]).await;
        assert_eq!(
            (&again["fate"], &again["state"]),
            (&"applied".into(), &"accepted".into())
        );
        let mut other = sender("Q-APR", &events[12], NOW);
        other.asked.key = IdempotencyKey::parse("another-key-of-the-caller").expect("long");
        let told =
            docket::take::take(&room, other, (&case(), events[12].clone()), Vec::new(), NOW).await;
        let docket::take::Outcome::Taken(response) = told.expect("answers") else {
            unreachable!("known");
        };
        let told: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
        assert_eq!(told["fate"], "repeated");
        let mut changed = events[12].clone();
        changed.actor = actor("somebody.else", "Q-APR", Role::Clerk);
        let mut from = sender("Q-APR", &changed, NOW);
        from.asked.key = IdempotencyKey::parse("a-third-key-of-the-caller").expect("long");
        let told = docket::take::take(&room, from, (&case(), changed), Vec::new(), NOW).await;
        let docket::take::Outcome::Refused(refused) = told.expect("answers") else {
            unreachable!("another event");
        };
        assert_eq!(refused.code, "case.id-used");
        assert_eq!(kept(&room).await, before);
        let all = trace(&room, "Q-APR").await;
        assert_eq!(all.len(), entries + 1, "the refusal alone left an entry");
    });
}

#[test]
fn a_refused_event_leaves_an_entry_and_the_cards_it_earned_and_nothing_else() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        let events = until_decided();
        all_applied(&room, &events[..12]).await;
        let before = kept(&room).await;
        let asking = dossier::event::Happening::SupplementAsked {
            asked: vec![dossier::event::Asked::Unlisted {
                name: words("其他证明"),
            }],
            conditions: Vec::new(),
            by: time::macros::date!(2026 - 06 - 20),
        };
        let forbidden = after(&events[..12], (events[12].at, clerk()), asking);
        let refused = refusal(&room, &forbidden).await;
        assert_eq!(
            (refused.code, refused.rule),
            ("case.asked-forbidden", Some("R14"))
        );
        assert_eq!(refused.cards, ["red"]);
        let file = kept(&room).await;
        let cards = file.dossier().expect("open").cards().to_vec();
        assert_eq!(cards.len(), 1);
        assert_eq!(file, before.carded(cards));
        let last = trace(&room, "Q-APR").await.pop().expect("an entry");
        assert_eq!(
            (last.deed.as_str(), last.ground.as_str()),
            ("deny", "case.asked-forbidden")
        );
        assert_eq!(last.object, case().as_str());
        // Its number was not used up, and its key may be used again.
        let told = answer(
            &room,
            &CaseEvent {
                id: forbidden.id.clone(),
                ..events[12].clone()
            },
        )
        .await;
        assert_eq!(told["state"], "accepted");
        let own = body("Q-APR");
        let cases = room.registry.cases();
        let red = cases
            .list(&own, None, Listed::Carded(Colour::Red), 10)
            .await
            .expect("answers");
        assert_eq!((red.len(), red[0].red, red[0].yellow), (1, 1, 0));
        let yellow = cases
            .list(&own, None, Listed::Carded(Colour::Yellow), 10)
            .await;
        assert!(yellow.expect("answers").is_empty());
        // What the register holds no release of was not released.
        all_applied(&room, &events[13..]).await;
        let refused = refusal(&room, &release()[0]).await;
        assert_eq!(
            (refused.code, refused.rule),
            ("case.not-released", Some("R1"))
        );
        let state = kept(&room).await.dossier().map(dossier::Dossier::state);
        assert_eq!(state, Some(State::Decided));
    });
}

#[test]
fn an_event_for_nothing_leaves_no_case_behind() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        let mut early = until_accepted().remove(0);
        early.at = time::macros::utc_datetime!(2026-06-07 01:12);
        assert_eq!(refusal(&room, &early).await.code, "case.event-before-case");
        let found = room.registry.cases().find(&case()).await.expect("answers");
        assert!(found.is_none());
        let mut far = until_accepted().remove(3);
        far.number = 70;
        assert_eq!(refusal(&room, &far).await.code, "case.full");
        assert!(
            room.registry
                .cases()
                .find(&case())
                .await
                .expect("answers")
                .is_none()
        );
        assert_eq!(trace(&room, "Q-APR").await.len(), 2);
        // One body cannot fill the room of what waits before a case is opened.
        for number in 2..=17 {
            let waiting = CaseEvent {
                number,
                id: EventId::parse(&format!("w-{number}")).expect("an id"),
                actor: actor("somebody", "C-FIRE", Role::Industry),
                ..far.clone()
            };
            assert_eq!(answer(&room, &waiting).await["fate"], "parked");
        }
        let more = CaseEvent {
            number: 18,
            id: EventId::parse("w-18").expect("an id"),
            actor: actor("somebody", "C-FIRE", Role::Industry),
            ..far
        };
        assert_eq!(refusal(&room, &more).await.code, "case.full");
        all_applied(&room, &until_accepted()[..1]).await;
    });
}

#[test]
fn a_body_without_concern_finds_no_case() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        let events = until_accepted();
        all_applied(&room, &events).await;
        let before = kept(&room).await;
        let stranger = after(
            &events,
            (NOW, actor("some.clerk", "N-APR", Role::Clerk)),
            dossier::event::Happening::ReviewBegan,
        );
        assert_eq!(sent(&room, &stranger).await, docket::take::Outcome::Hidden);
        let found = |of: &'static str| {
            let room = room.clone();
            async move {
                docket::look::find(&room, &case(), &body(of), NOW)
                    .await
                    .expect("answers")
            }
        };
        for (of, sees) in [
            ("Q-APR", true),
            ("C-FIRE", true),
            ("C-SAMR", true),
            ("Q-ENF", true),
            ("C-SUP", true),
            ("N-APR", false),
            ("C-TOB", false),
        ] {
            assert_eq!(found(of).await.is_some(), sees, "{of}");
        }
        assert_eq!(kept(&room).await, before);
    });
}

#[test]
fn an_account_acts_for_its_own_department_and_is_one_person_s() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        let events = until_accepted();
        all_applied(&room, &events).await;
        let before = kept(&room).await;
        let theirs = after(
            &events,
            (NOW, actor("fire.one", "C-FIRE", Role::Industry)),
            dossier::event::Happening::ReviewBegan,
        );
        let from = sender("Q-APR", &theirs, NOW);
        let told = docket::take::take(&room, from, (&case(), theirs), Vec::new(), NOW).await;
        let docket::take::Outcome::Refused(refused) = told.expect("answers") else {
            unreachable!("another department's");
        };
        assert_eq!(
            (refused.code, refused.rule),
            ("case.other-department", Some("R3"))
        );
        let account = NewCaller {
            id: "some.officer-1".to_owned(),
            name: "officer".to_owned(),
            department: body("Q-APR"),
            scopes: Vec::new(),
            quota: 10,
            person: Some(person("some.officer")),
            secret: Zeroizing::new(vec![7; 32]),
        };
        let enrolled = room
            .registry
            .callers()
            .enrol(account, By::new("founder", NOW))
            .await;
        enrolled.expect("enrolled");
        let mut borrowed = actor("other.officer", "Q-APR", Role::Officer);
        borrowed.account = dossier::number::AccountKey::parse("some.officer-1").expect("a key");
        let event = after(
            &events,
            (NOW, borrowed),
            dossier::event::Happening::ReviewBegan,
        );
        assert_eq!(refusal(&room, &event).await.code, "case.account-of-another");
        assert_eq!(kept(&room).await, before);
        let own = after(
            &events,
            (NOW, actor("some.officer", "Q-APR", Role::Officer)),
            dossier::event::Happening::ReviewBegan,
        );
        assert_eq!(answer(&room, &own).await["state"], "in_review");
    });
}

#[test]
fn of_two_processes_that_take_everything_at_once_each_event_is_applied_once() {
    on_each_store(|stage| async move {
        let (one, other) = (room(&stage).await, room(&stage).await);
        let mut tasks = tokio::task::JoinSet::new();
        for (turn, room) in [one.clone(), other, one.clone()].into_iter().enumerate() {
            tasks.spawn(async move {
                let mut events = until_decided();
                if turn == 1 {
                    events.reverse();
                }
                for event in events {
                    let from = sender(event.actor.body.as_str(), &event, NOW);
                    // Each process under a key of its own, as two callers would.
                    let key = format!("process-{turn}-event-{}-of-it", event.id);
                    let mut from = from;
                    from.asked.key = IdempotencyKey::parse(&key).expect("long");
                    // Another process's event came in beside it: it is sent again, as it is told.
                    let told = loop {
                        let (from, event) = (from.clone(), event.clone());
                        let case = case();
                        let told = docket::take::take(&room, from, (&case, event), Vec::new(), NOW);
                        match told.await.expect("answers") {
                            docket::take::Outcome::Refused(refused)
                                if refused.code == "case.busy" => {}
                            told => break told,
                        }
                    };
                    assert!(matches!(told, docket::take::Outcome::Taken(_)), "{told:?}");
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("no task falls");
        }
        let file = kept(&one).await;
        assert_eq!(file.history(), until_decided());
        assert_eq!(file, fold(file.history()));
        let record = one
            .registry
            .cases()
            .find(&case())
            .await
            .expect("answers")
            .expect("kept");
        assert!(record.revision >= 16, "{}", record.revision);
    });
}

#[test]
fn neither_number_nor_name_of_a_person_stands_in_the_clear() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        all_applied(&room, &until_decided()).await;
        let told = docket::look::find(&room, &case(), &body("Q-APR"), NOW).await;
        let told = serde_json::to_string(&told.expect("answers").expect("its own")).expect("JSON");
        let mut places = vec![told];
        for of in ["Q-APR", "C-FIRE", "C-URBAN"] {
            places.extend(
                trace(&room, of)
                    .await
                    .into_iter()
                    .map(|entry| format!("{entry:?}")),
            );
        }
        for receiver in ["C-SAMR", "Q-ENF", "C-FIRE", "CREDIT"] {
            let due = room
                .registry
                .outbox()
                .due(&body(receiver), NOW, 100)
                .await
                .expect("answers");
            places.extend(
                due.into_iter()
                    .map(|one| String::from_utf8_lossy(&one.payload).into_owned()),
            );
        }
        let stored = std::fs::read_dir(stage.folder()).expect("a folder");
        for entry in stored.flatten() {
            let octets = std::fs::read(entry.path()).unwrap_or_default();
            places.push(String::from_utf8_lossy(&octets).into_owned());
        }
        for place in places {
            for canary in ["990102198805210245", "林小满"] {
                assert!(
                    !place.contains(canary),
                    "{canary} in {} octets",
                    place.len()
                );
            }
        }
        // By its keyed digest it is found, in its own department alone.
        let code = crate::office::firm().code().clone();
        let cases = room.registry.cases();
        let own = cases
            .of_applicant(&code, &body("Q-APR"))
            .await
            .expect("answers");
        assert_eq!(own.len(), 1);
        assert!(
            cases
                .of_applicant(&code, &body("C-APR"))
                .await
                .expect("answers")
                .is_empty()
        );
        assert_eq!(certificate().len(), 2);
    });
}
