//! What time brings: cards of the clock once each, what ran out to the approver, checks of commitments.

use docket::due::round;
use time::UtcDateTime;
use time::macros::{date, utc_datetime};

use crate::office::{body, until_accepted, until_decided};
use crate::room::{all_applied_at, answer, fold, kept, room, trace};
use crate::stage::on_each_store;

/// When the story's acceptance is recorded.
const ACCEPTED: UtcDateTime = utc_datetime!(2026-06-08 01:15);
const FAR: UtcDateTime = utc_datetime!(2026-12-31 00:00);

async fn looked(room: &docket::Room, at: UtcDateTime) -> usize {
    let today = catalogue::Zone::SHANGHAI.date_at(at);
    round(room, today, at).await.expect("the store answers")
}

#[test]
fn the_clock_gives_each_card_once_and_what_ran_out_goes_to_the_approver() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        all_applied_at(&room, &until_accepted(), ACCEPTED).await;
        // Right after its last event it is left alone: more may be reported.
        let quiet = room
            .registry
            .cases()
            .unlooked(date!(2026 - 06 - 09), ACCEPTED, 10)
            .await;
        assert_eq!(quiet.expect("answers").len(), 1);
        let early = ACCEPTED - time::Duration::seconds(1);
        let busy = room
            .registry
            .cases()
            .unlooked(date!(2026 - 06 - 09), early, 10)
            .await;
        assert!(busy.expect("answers").is_empty());
        // Accepted on 8 June with 5 days promised: yellow from the last day on, red on the day after.
        assert_eq!(looked(&room, utc_datetime!(2026-06-12 02:00)).await, 0);
        assert_eq!(looked(&room, utc_datetime!(2026-06-15 02:00)).await, 1);
        assert_eq!(
            looked(&room, utc_datetime!(2026-06-15 03:00)).await,
            0,
            "looked at today"
        );
        assert_eq!(looked(&room, utc_datetime!(2026-06-16 02:00)).await, 1);
        let cards: Vec<_> = kept(&room)
            .await
            .dossier()
            .expect("open")
            .cards()
            .iter()
            .map(|card| card.colour)
            .collect();
        assert_eq!(
            cards,
            [
                registry::cases::Colour::Yellow,
                registry::cases::Colour::Red
            ]
        );
        // The health certificate was due on 23 June.
        assert_eq!(looked(&room, utc_datetime!(2026-06-23 15:00)).await, 0);
        assert_eq!(looked(&room, utc_datetime!(2026-06-23 16:00)).await, 1);
        let file = kept(&room).await;
        let dossier = file.dossier().expect("open");
        assert_eq!(dossier.deferred()[0].state.code(), "referred");
        assert_eq!(file.due(), 14, "the service used no number up");
        assert_eq!(file.history().len(), 15);
        let folded = fold(file.history()).carded(dossier.cards().to_vec());
        assert_eq!(folded, file);
        let deeds: Vec<String> = trace(&room, "Q-APR")
            .await
            .into_iter()
            .filter(|entry| entry.actor == "yinxin")
            .map(|entry| entry.ground)
            .collect();
        assert_eq!(deeds, ["card", "card", "follow_up", "follow_up"]);
        assert_eq!(looked(&room, utc_datetime!(2026-06-24 16:00)).await, 0);
        // The approval system's next event has its number as if nothing had been between.
        let part = until_decided().remove(13);
        assert_eq!(answer(&room, &part).await["fate"], "applied");
    });
}

#[test]
fn a_case_that_awaits_nothing_is_not_looked_at() {
    on_each_store(|stage| async move {
        let room = room(&stage).await;
        all_applied_at(&room, &until_accepted()[..12], ACCEPTED).await;
        let cases = room.registry.cases();
        assert!(
            cases
                .unlooked(date!(2026 - 12 - 01), FAR, 10)
                .await
                .expect("answers")
                .is_empty()
        );
        all_applied_at(&room, &until_accepted()[12..], ACCEPTED).await;
        assert_eq!(
            cases
                .unlooked(date!(2026 - 06 - 09), FAR, 10)
                .await
                .expect("answers")
                .len(),
            1
        );
        assert_eq!(looked(&room, utc_datetime!(2026-06-09 02:00)).await, 0);
        assert!(
            cases
                .unlooked(date!(2026 - 06 - 09), FAR, 10)
                .await
                .expect("answers")
                .is_empty()
        );
        // An event resets it: what arrives late may have been due already.
        all_applied_at(
            &room,
            &until_decided()[13..14],
            utc_datetime!(2026-06-09 09:05),
        )
        .await;
        assert_eq!(
            cases
                .unlooked(date!(2026 - 06 - 09), FAR, 10)
                .await
                .expect("answers")
                .len(),
            1
        );
        assert!(
            cases
                .list(&body("C-FIRE"), None, registry::cases::Listed::All, 5)
                .await
                .expect("answers")
                .is_empty()
        );
    });
}
