//! The words that people see, in Chinese and English, one file a language (D10).

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use thiserror::Error;
use words::{CHINESE, ENGLISH};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// 简体中文.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Its tag (RFC 5646).
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The value of `lang` in a link.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// The one that is not this one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }

    /// What the reader asked for: the link says it, else the first of `Accept-Language` that we have, else
    /// Chinese.
    pub(crate) fn chosen(asked: Option<&str>, accepted: Option<&str>) -> Self {
        let known = |tag: &str| match tag.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("zh") => Some(Self::Chinese),
            Some("en") => Some(Self::English),
            _ => None,
        };
        asked
            .and_then(known)
            .or_else(|| accepted?.split(',').map(str::trim).find_map(known))
            .unwrap_or(Self::Chinese)
    }
}

/// Why the words of a language cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the words of {0} are damaged")]
pub struct ReadText(&'static str);

/// The words of both languages.
pub(crate) struct Texts {
    chinese: FluentBundle<FluentResource>,
    english: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Texts")
    }
}

impl Texts {
    /// The words that the binary carries.
    pub(crate) fn embedded() -> Result<Self, ReadText> {
        Ok(Self {
            chinese: bundle(Language::Chinese, CHINESE)?,
            english: bundle(Language::English, ENGLISH)?,
        })
    }

    /// The words under `key`, with one value set in; the key itself if there are none, which a test forbids.
    pub(crate) fn say(&self, language: Language, key: &str, value: Option<(&str, &str)>) -> String {
        let bundle = match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        };
        let pattern = bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            return key.to_owned();
        };
        let mut arguments = FluentArgs::new();
        if let Some((name, value)) = value {
            arguments.set(name, value);
        }
        let mut faults = Vec::new();
        bundle
            .format_pattern(pattern, Some(&arguments), &mut faults)
            .into_owned()
    }
}

fn bundle(language: Language, source: &str) -> Result<FluentBundle<FluentResource>, ReadText> {
    let damaged = ReadText(language.code());
    let resource = FluentResource::try_new(source.to_owned()).map_err(|_| damaged)?;
    let tag = language.tag().parse().map_err(|_| damaged)?;
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Pages are not of mixed direction: no marks around values.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|_| damaged)?;
    Ok(bundle)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_family_of_findings_has_its_words() {
        let findings = include_str!("../../../docs/findings.md");
        let codes = findings.lines().filter_map(|line| line.strip_prefix("| `"));
        let codes = codes.filter_map(|line| line.split_once('`'));
        let families: BTreeSet<&str> = codes
            .filter_map(|(code, _)| Some(code.split_once('.')?.0))
            .collect();
        assert!(families.len() > 20, "{families:?}");
        let texts = Texts::embedded().expect("the texts are sound");
        for family in families {
            let key = format!("reason-{family}");
            for language in [Language::Chinese, Language::English] {
                assert_ne!(texts.say(language, &key, None), key);
            }
        }
    }

    #[test]
    fn each_finding_has_its_words_in_both_languages() {
        let findings = include_str!("../../../docs/findings.md");
        let rows = findings.lines().filter_map(|line| line.strip_prefix("| `"));
        let codes: BTreeSet<&str> = rows
            .filter_map(|row| row.split_once('`'))
            .map(|(code, _)| code)
            .filter(|code| code.contains('.'))
            .collect();
        let table: BTreeSet<&str> = verify::TABLE.iter().map(|row| row.code).collect();
        assert_eq!(
            codes, table,
            "the page and the verifier list the same codes"
        );
        let texts = Texts::embedded().expect("the texts are sound");
        for row in verify::TABLE {
            let key = format!("finding-{}", row.code.replace('.', "-"));
            assert_eq!(texts.say(Language::English, &key, None), row.text, "{key}");
            let chinese = texts.say(Language::Chinese, &key, None);
            let is_chinese = |character| ('\u{4e00}'..='\u{9fff}').contains(&character);
            assert!(chinese.chars().any(is_chinese), "{key}: {chinese}");
        }
        let known = keys(CHINESE);
        let unknown = known.iter().filter_map(|key| key.strip_prefix("finding-"));
        assert_eq!(
            unknown.count(),
            table.len(),
            "no words for codes that are none"
        );
    }

    fn keys(source: &str) -> BTreeSet<&str> {
        source
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key)
            .collect()
    }

    #[test]
    fn each_key_that_a_page_names_is_there() {
        let pages = [
            include_str!("../console/pages/base.html"),
            include_str!("../console/pages/check.html"),
            include_str!("../console/pages/desk.html"),
            include_str!("../console/pages/licence.html"),
            include_str!("../console/pages/verdict.html"),
            include_str!("../console/pages/problem.html"),
        ];
        let known = keys(CHINESE);
        let mut seen = 0;
        for part in pages
            .iter()
            .flat_map(|page| page.split("frame.say").skip(1))
        {
            let key = part.split('"').nth(1).expect("a key in quotes");
            assert!(known.contains(key), "{key}");
            seen += 1;
        }
        assert!(seen > 15);
    }

    #[test]
    fn values_are_set_in_without_marks() {
        let texts = Texts::embedded().expect("the words are sound");
        let said = texts.say(Language::English, "verify-file", Some(("limit", "50 MiB")));
        assert_eq!(
            said,
            "Choose a file (PDF, OFD, CMS, JAdES, ASiC or a seal, at most 50 MiB)"
        );
    }

    #[test]
    fn the_reader_is_asked_before_the_browser() {
        assert_eq!(
            Language::chosen(Some("en"), Some("zh-CN")),
            Language::English
        );
        assert_eq!(
            Language::chosen(None, Some("fr, en-GB;q=0.8")),
            Language::English
        );
        assert_eq!(Language::chosen(Some("xx"), None), Language::Chinese);
    }
}
