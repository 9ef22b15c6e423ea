//! Status lists.

use crypto::KeyId;
use registry::Registry;
use registry::status::{
    CAPACITY, ListNumber, NewList, SLOTS, SignedStatus, StatusError, StatusValue,
};
use zeroize::Zeroizing;

use super::moment::at;
use crate::stage::on_each_store;

const LIST: ListNumber = ListNumber(1);

fn list(uri: &str, permutation: u8) -> NewList {
    NewList {
        list: LIST,
        uri: uri.to_owned(),
        key: KeyId::parse("status").expect("a key's name"),
        permutation: Zeroizing::new([permutation; 32]),
    }
}

async fn begun(registry: &Registry) {
    registry
        .status_lists()
        .begin(list("https://licences.example/status/1", 9))
        .await
        .expect("the first list");
}

fn token(issued: i64) -> SignedStatus {
    SignedStatus {
        token: format!("token of {issued}").into_bytes(),
        issued: at(issued),
        expires: at(issued + 3_600),
    }
}

#[test]
fn a_list_keeps_what_it_was_begun_with() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        let lists = registry.status_lists();
        assert!(lists.find(LIST).await.expect("readable").is_none());
        begun(&registry).await;
        begun(&registry).await; // again as it was
        for other in [
            list("https://licences.example/status/2", 9),
            list("https://licences.example/status/1", 8),
        ] {
            assert!(matches!(
                lists.begin(other).await,
                Err(StatusError::Taken(LIST))
            ));
        }
        let found = lists.find(LIST).await.expect("readable").expect("begun");
        assert_eq!(found.uri, "https://licences.example/status/1");
        assert_eq!((*found.permutation, found.given), ([9; 32], 0));
        assert_eq!(lists.list().await.expect("readable").len(), 1);
        assert_eq!(CAPACITY, 629_145);
    });
}

#[test]
fn values_are_set_and_cleared_and_an_ending_is_final() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        begun(&registry).await;
        let lists = registry.status_lists();
        let values = async || lists.values(LIST).await.expect("readable").values;
        assert_eq!(values().await, []);
        for (slot, value) in [
            (SLOTS - 1, StatusValue::Suspended),
            (5, StatusValue::Superseded),
            (7, StatusValue::Ended),
            (5, StatusValue::Ended),
            (7, StatusValue::Ended),
        ] {
            lists.set(LIST, slot, value).await.expect("set");
        }
        assert_eq!(
            values().await,
            [
                (5, StatusValue::Ended),
                (7, StatusValue::Ended),
                (SLOTS - 1, StatusValue::Suspended)
            ]
        );
        lists
            .set(LIST, SLOTS - 1, StatusValue::Valid)
            .await
            .expect("a suspension is lifted");
        for value in [
            StatusValue::Valid,
            StatusValue::Suspended,
            StatusValue::Superseded,
        ] {
            assert!(matches!(
                lists.set(LIST, 7, value).await,
                Err(StatusError::Ended { slot: 7 })
            ));
        }
        assert_eq!(
            values().await,
            [(5, StatusValue::Ended), (7, StatusValue::Ended)]
        );
        assert!(matches!(
            lists.set(LIST, SLOTS, StatusValue::Ended).await,
            Err(StatusError::NoSuchSlot(SLOTS))
        ));
        assert!(matches!(
            lists.set(ListNumber(2), 1, StatusValue::Ended).await,
            Err(StatusError::NoSuchList(ListNumber(2)))
        ));
        assert!(matches!(
            lists.values(ListNumber(2)).await,
            Err(StatusError::NoSuchList(ListNumber(2)))
        ));
    });
}

#[test]
fn a_list_is_due_when_never_signed_changed_or_half_over() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        begun(&registry).await;
        let lists = registry.status_lists();
        let due = async |seconds| lists.due(at(seconds)).await.expect("readable");
        assert_eq!(due(0).await, [LIST]);
        let values = lists.values(LIST).await.expect("readable");
        // Ended between reading the values and keeping the token over them.
        lists.set(LIST, 3, StatusValue::Ended).await.expect("set");
        lists.keep(LIST, &values, token(0)).await.expect("kept");
        assert_eq!(due(1).await, [LIST], "the token does not show it");

        let values = lists.values(LIST).await.expect("readable");
        lists.keep(LIST, &values, token(2)).await.expect("kept");
        assert_eq!(due(2).await, []);
        assert_eq!(due(1_801).await, []);
        assert_eq!(due(1_802).await, [LIST]);
        let kept = lists.signed(LIST).await.expect("readable");
        assert_eq!(kept, Some(token(2)));
    });
}

#[test]
fn an_older_token_never_takes_the_place_of_a_later_one() {
    on_each_store(async |stage| {
        let registry = stage.open().await;
        begun(&registry).await;
        let lists = registry.status_lists();
        let before = lists.values(LIST).await.expect("readable");
        lists.set(LIST, 3, StatusValue::Ended).await.expect("set");
        let after = lists.values(LIST).await.expect("readable");
        lists.keep(LIST, &after, token(10)).await.expect("kept");
        for (name, values, token) in [
            ("over earlier values", &before, token(11)),
            ("issued earlier", &after, token(9)),
        ] {
            let refused = lists.keep(LIST, values, token).await;
            assert!(matches!(refused, Err(StatusError::Overtaken)), "{name}");
        }
        let kept = lists.signed(LIST).await.expect("readable");
        assert_eq!(kept, Some(token(10)));
    });
}
