//! How long a licence of a type holds, as the type's rule says it.

/// The rule of a licence type. The end of one licence is computed from it in `licence`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValidityRule {
    /// Without end (长期).
    LongTerm,
    /// This many years, the last day being the day before the anniversary.
    Years(u16),
    /// Until this has happened (such as 竣工验收合格), which no calendar knows.
    Event(String),
    /// Until the first part of a composite licence ends.
    EarliestComponent,
    /// As long as the land may be used; the day comes with the decision.
    LandTerm,
    /// By the holder's age on the first day.
    AgeBased(Vec<AgeBand>),
    /// By how often it was renewed: the first term, the second, and so on; the last one stays.
    Steps(Vec<Term>),
}

/// A length of validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// This many years.
    Years(u16),
    /// Without end.
    LongTerm,
}

/// From this age on, this term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeBand {
    /// The youngest age, in completed years.
    pub from: u16,
    /// The term.
    pub term: Term,
}

/// The longest term a rule may give.
pub(crate) const MAX_YEARS: u16 = 100;

impl Term {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "long term" {
            return Some(Self::LongTerm);
        }
        let years: u16 = text.parse().ok()?;
        (1..=MAX_YEARS)
            .contains(&years)
            .then_some(Self::Years(years))
    }
}

/// Reads `under 16: 5; 16-25: 10; 26-45: 20; 46+: long term`: bands without gap from age 0 on.
pub(crate) fn parse_bands(text: &str) -> Option<Vec<AgeBand>> {
    let mut bands = Vec::new();
    let mut next: Option<u16> = Some(0);
    for part in text.split(';') {
        let (ages, term) = part.split_once(':')?;
        let ages = ages.trim();
        let (from, after) = if let Some(limit) = ages.strip_prefix("under ") {
            (0, Some(limit.parse().ok()?))
        } else if let Some(from) = ages.strip_suffix('+') {
            (from.parse().ok()?, None)
        } else {
            let (from, to) = ages.split_once('-')?;
            let to: u16 = to.parse().ok()?;
            (from.parse().ok()?, Some(to.checked_add(1)?))
        };
        if next != Some(from) || after.is_some_and(|after| after <= from) {
            return None;
        }
        bands.push(AgeBand {
            from,
            term: Term::parse(term)?,
        });
        next = after;
    }
    next.is_none().then_some(bands)
}

/// Reads `6, 10, long term`.
pub(crate) fn parse_steps(text: &str) -> Option<Vec<Term>> {
    text.split(',').map(Term::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_every_age_once() {
        let bands =
            parse_bands("under 16: 5; 16-25: 10; 26-45: 20; 46+: long term").expect("sample");
        assert_eq!(
            bands
                .iter()
                .map(|band| (band.from, band.term))
                .collect::<Vec<_>>(),
            vec![
                (0, Term::Years(5)),
                (16, Term::Years(10)),
                (26, Term::Years(20)),
                (46, Term::LongTerm)
            ]
        );
        for wrong in [
            "",
            "under 16: 5",
            "under 16: 5; 17+: 10",
            "under 16: 5; 16-15: 3; 16+: 4",
            "under 16: 5; 16-25: 0; 26+: 1",
            "16+: 5",
            "under 0: 5; 0+: 1",
            "under 16: 5; 16-65535: 3; 0+: 4",
        ] {
            assert_eq!(parse_bands(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn steps_are_terms() {
        assert_eq!(
            parse_steps("6, 10, long term"),
            Some(vec![Term::Years(6), Term::Years(10), Term::LongTerm])
        );
        assert_eq!(parse_steps("6, forever"), None);
        assert_eq!(parse_steps(""), None);
        assert_eq!(parse_steps("101"), None);
    }
}
