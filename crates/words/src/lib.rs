//! The words that people see, in Chinese and English, one file a language (D10).
//!
//! Texts alone, in the syntax of Fluent: who shows them looks them up, and tests that every key it uses is there.

/// 简体中文.
pub const CHINESE: &str = include_str!("../text/zh.ftl");
/// English; the same keys.
pub const ENGLISH: &str = include_str!("../text/en.ftl");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(source: &str) -> Vec<&str> {
        let lines = source.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once(" = "));
        pairs.map(|(key, _)| key).collect()
    }

    #[test]
    fn both_languages_say_the_same_things_once() {
        let (chinese, english) = (keys(CHINESE), keys(ENGLISH));
        assert!(chinese.len() > 50);
        let once: BTreeSet<&str> = chinese.iter().copied().collect();
        assert_eq!(once, english.iter().copied().collect());
        assert_eq!(once.len(), chinese.len(), "no key twice");
        assert_eq!(once.len(), english.len(), "no key twice");
    }
}
