//! Notices: numbered where they are written, on the page while they are published, masked from the first octet on.

use catalogue::key::TypeKey;
use dossier::Words;
use dossier::notice::{Notice, NoticeAct, NoticeState, Says};
use dossier::number::NoticeNumber;
use dossier::person::Party;
use registry::asked::Response;
use registry::notices::{Acting, After, NoticeRefused, Shown, Writing};
use time::macros::date;

use super::office::{CANARY, NAME, asked, by, department, other_department};
use crate::stage::on_each_store;

pub(crate) fn number(text: &str) -> NoticeNumber {
    NoticeNumber::parse(text).expect("a number")
}

fn loss() -> Notice {
    let words = |text| Words::parse(text).expect("words");
    let party = Party::parse("person", NAME, CANARY).expect("a person");
    let says = Says::Loss {
        licence_type: TypeKey::parse("RQUAL").expect("a type"),
        licence: words("CY990100008412"),
        copy: words("A-0001"),
        on: date!(2026 - 06 - 10),
    };
    Notice::draft(number("draft"), department(), &party, says).expect("masked")
}

pub(crate) fn writing(key: &str) -> Writing {
    Writing {
        asked: asked(key),
        notice: loss(),
        by: by(0),
        respond: Box::new(answer),
    }
}

pub(crate) fn acting(key: &str, of: &str, act: NoticeAct) -> Acting {
    Acting {
        asked: asked(key),
        department: department(),
        number: number(of),
        act,
        day: date!(2026 - 06 - 11),
        by: by(1),
        respond: Box::new(answer),
    }
}

fn answer(notice: &Notice) -> Response {
    Response {
        status: 200,
        body: format!("{} {}", notice.number, notice.state.code()).into_bytes(),
    }
}

#[test]
fn a_notice_is_numbered_published_and_ended_and_each_request_has_one_effect() {
    on_each_store(|stage| async move {
        let registry = stage.open().await;
        let notices = registry.notices();
        let first = notices.write(writing("first")).await.expect("written");
        assert_eq!(first.body, b"GG-Q-APR-2026-000001 draft");
        let again = notices.write(writing("first")).await.expect("repeated");
        assert_eq!(again, first);
        let second = notices.write(writing("second")).await.expect("written");
        assert_eq!(second.body, b"GG-Q-APR-2026-000002 draft");
        let seen = notices.published(&Shown::default(), 10).await;
        assert!(seen.expect("answers").is_empty(), "a draft is nobody's");
        for place in 1..=2 {
            let of = format!("GG-Q-APR-2026-{place:06}");
            let act = acting(&format!("publish {place}"), &of, NoticeAct::Publish);
            notices.act(act).await.expect("published");
        }
        let seen = notices.published(&Shown::default(), 1).await;
        let seen = seen.expect("answers");
        assert_eq!(seen[0].number, number("GG-Q-APR-2026-000002"));
        assert_eq!(seen[0].published, Some(date!(2026 - 06 - 11)));
        let older = Shown {
            publisher: Some(department()),
            kind: Some("loss".to_owned()),
            after: Some(After {
                published: "2026-06-11".to_owned(),
                number: "GG-Q-APR-2026-000002".to_owned(),
            }),
        };
        let seen = notices.published(&older, 10).await.expect("answers");
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].number, number("GG-Q-APR-2026-000001"));
        let ended = acting("end 1", "GG-Q-APR-2026-000001", NoticeAct::End);
        notices.act(ended).await.expect("ended");
        let seen = notices.published(&older, 10).await.expect("answers");
        assert!(seen.is_empty(), "off the page");
        let kept = notices.find(&number("GG-Q-APR-2026-000001")).await;
        assert_eq!(
            kept.expect("answers").map(|notice| notice.state),
            Some(NoticeState::Ended)
        );
        let traced = registry.trace().check(&department()).await;
        assert!(traced.expect("answers").is_empty());
    });
}

#[test]
fn what_the_table_does_not_list_and_what_is_another_s_is_refused() {
    on_each_store(|stage| async move {
        let notices = stage.open().await.notices();
        notices.write(writing("first")).await.expect("written");
        let of = "GG-Q-APR-2026-000001";
        let early = notices.act(acting("early", of, NoticeAct::End)).await;
        assert!(matches!(early, Err(NoticeRefused::Life(_))));
        let other = Acting {
            department: other_department(),
            ..acting("other", of, NoticeAct::Publish)
        };
        let other = notices.act(other).await;
        assert!(matches!(other, Err(NoticeRefused::Unknown)));
        notices
            .act(acting("publish", of, NoticeAct::Publish))
            .await
            .expect("published");
        let twice = notices.act(acting("twice", of, NoticeAct::Publish)).await;
        assert!(matches!(twice, Err(NoticeRefused::Life(_))));
        notices
            .act(acting("end", of, NoticeAct::End))
            .await
            .expect("ended");
        for act in NoticeAct::ALL {
            let key = format!("after {}", act.code());
            let late = notices.act(acting(&key, of, act)).await;
            assert!(matches!(late, Err(NoticeRefused::Life(_))), "{act:?}");
        }
        let mut reused = writing("end");
        reused.asked.fingerprint = [9; 32];
        let reused = notices.write(reused).await;
        assert!(matches!(reused, Err(NoticeRefused::KeyReused)));
    });
}

#[test]
fn a_notice_is_stored_masked() {
    let content = serde_json::to_string(&loss()).expect("JSON");
    assert!(content.contains("990121********1350") && content.contains("高**"));
    assert!(!content.contains(CANARY) && !content.contains(NAME));
}
