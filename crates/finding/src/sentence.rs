//! One sentence for a person, in both languages: how it stands, what is wrong, and what the reader can do.

use words::{CHINESE, ENGLISH};

use crate::advice::Advice;
use crate::answer::{Answer, Verdict};
use crate::effect::Effect;
use crate::finding::Finding;

/// How the parts are joined: before what is wrong, before what to do, at the end.
struct Marks {
    text: &'static str,
    what: &'static str,
    then: &'static str,
    end: &'static str,
}

const ZH: Marks = Marks {
    text: CHINESE,
    what: "：",
    then: "；",
    end: "。",
};
const EN: Marks = Marks {
    text: ENGLISH,
    what: ": ",
    then: "; ",
    end: ".",
};

/// The words under `key`; none where there are none, which a test forbids.
fn words<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let lines = text.lines();
    let mut values = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    values.next()
}

/// The sentence about a verdict and its deciding finding, in Chinese and in English.
#[must_use]
pub fn sentence(
    (verdict, answer): (Verdict, Option<Answer>),
    deciding: Option<&Finding>,
) -> (String, String) {
    let (zh, en) = match answer {
        Some(answer) => (answer.chinese(), answer.english()),
        None => verdict.sentences(),
    };
    (joined(zh, deciding, &ZH), joined(en, deciding, &EN))
}

fn joined(lead: &str, deciding: Option<&Finding>, marks: &Marks) -> String {
    let mut out = lead.trim_end_matches(marks.end).to_owned();
    if let Some(finding) = deciding {
        // What is answered of a licence is said already.
        let what = what(finding, marks).filter(|_| finding.effect != Effect::Answered);
        push(&mut out, marks.what, what);
        let advice = Advice::about(finding.code, finding.effect);
        push(&mut out, marks.then, words(marks.text, advice.key()));
    }
    out.push_str(marks.end);
    out
}

fn what<'a>(finding: &Finding, marks: &Marks) -> Option<&'a str> {
    words(
        marks.text,
        &format!("finding-{}", finding.code.replace('.', "-")),
    )
}

fn push(out: &mut String, mark: &str, words: Option<&str>) {
    if let Some(words) = words {
        out.push_str(mark);
        out.push_str(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TABLE;
    use crate::effect::{Severity, SubIndication};

    #[test]
    fn every_finding_that_weighs_says_what_is_wrong_and_what_to_do_in_both_languages() {
        for row in TABLE {
            let advice = Advice::about(row.code, row.effect);
            let weighs = row.effect.severity() == Severity::Error;
            assert_eq!(weighs, Advice::ALL.contains(&advice), "{}", row.code);
            let finding = Finding::of(row.code);
            for marks in [ZH, EN] {
                assert!(what(&finding, &marks).is_some(), "{}", row.code);
                let said = words(marks.text, advice.key());
                assert_eq!(said.is_some(), weighs, "{}", row.code);
            }
        }
    }

    #[test]
    fn who_holds_an_ended_licence_is_sent_to_the_office_and_to_no_later_list() {
        for (code, answer) in [
            ("status.ended", Answer::Revoked),
            ("status.void", Answer::Void),
            ("status.unknown", Answer::Unknown),
            ("status.suspended", Answer::Suspended),
            ("status.superseded", Answer::Superseded),
        ] {
            let (zh, en) = sentence((Verdict::Invalid, Some(answer)), Some(&Finding::of(code)));
            assert!(zh.contains("请勿采信"), "{zh}");
            assert!(en.contains("ask the office"), "{en}");
            assert!(!en.contains("check again later"), "{en}");
        }
        let (_, en) = sentence(
            (Verdict::Indeterminate, None),
            Some(&Finding::of("status.stale")),
        );
        assert!(en.contains("check again later"), "{en}");
    }

    #[test]
    fn every_advice_is_given_by_some_finding_and_has_its_words() {
        for advice in Advice::ALL {
            let mut rows = TABLE.iter();
            let given = rows.any(|row| Advice::about(row.code, row.effect) == advice);
            assert!(given, "{advice:?}");
            let chinese = words(CHINESE, advice.key()).expect("Chinese");
            let english = words(ENGLISH, advice.key()).expect("English");
            assert!(!chinese.ends_with('。') && !english.ends_with('.'));
        }
    }

    #[test]
    fn the_effect_at_the_place_decides_and_not_the_row() {
        let path = |effect| Advice::about("path.revoked", effect);
        let open = |sub| Effect::Open(sub);
        assert_eq!(path(open(SubIndication::RevokedNoPoe)), Advice::OlderProof);
        assert_eq!(
            path(Effect::Fails(SubIndication::Revoked)),
            Advice::AskOffice
        );
        assert_eq!(path(Effect::Noted), Advice::Nothing);
    }

    #[test]
    fn a_sentence_says_how_it_stands_what_is_wrong_and_what_to_do() {
        let altered = Finding::of("cms.message-digest-differs");
        let (zh, en) = sentence((Verdict::Invalid, Some(Answer::Altered)), Some(&altered));
        assert_eq!(
            en,
            "This licence was changed after it was sealed; do not rely on it: what was signed has another digest; ask whoever gave it to you for the file as it was issued, and check that one."
        );
        assert!(
            zh.starts_with("该证照在签章之后被改动，不可采信：") && zh.ends_with("再行查验。"),
            "{zh}"
        );
        let (zh, en) = sentence((Verdict::Valid, Some(Answer::Valid)), None);
        assert_eq!(
            (zh.as_str(), en.as_str()),
            ("该证照有效。", "This licence is valid.")
        );
        let expired = Finding::of("licence.expired");
        let (_, en) = sentence((Verdict::Invalid, Some(Answer::Expired)), Some(&expired));
        assert_eq!(
            en,
            "This licence has expired; do not accept it, and ask the office that issued it what holds now."
        );
    }
}
