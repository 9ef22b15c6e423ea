//! How long one licence holds: the type's rule applied to one first day.

use catalogue::validity::{AgeBand, Term, ValidityRule};
use catalogue::{Days, Period, Zone};
use time::{Date, Month};

/// The last day of a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValidTo {
    /// 长期
    LongTerm,
    /// This day, inclusive (D23).
    Day(Date),
    /// When this has happened; no calendar knows the day.
    Event(String),
}

impl ValidTo {
    /// The words for no end.
    pub const LONG_TERM: &'static str = "长期";

    /// Reads `YYYY-MM-DD`, `长期`, or the words of an event.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text == Self::LONG_TERM {
            Self::LongTerm
        } else {
            parse_date(text).map_or_else(|| Self::Event(text.to_owned()), Self::Day)
        }
    }

    /// As it stands in the data and on the page.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::LongTerm => Self::LONG_TERM.to_owned(),
            Self::Day(day) => date_text(*day),
            Self::Event(words) => words.clone(),
        }
    }
}

/// `YYYY-MM-DD` and nothing else.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    let date = Date::parse(text, form).ok()?;
    (text.len() == 10 && text.is_ascii()).then_some(date)
}

/// `YYYY-MM-DD`.
pub(crate) fn date_text(day: Date) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        day.year(),
        u8::from(day.month()),
        day.day()
    )
}

/// First and last day of a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    from: Date,
    to: ValidTo,
}

impl Validity {
    /// From this day to that end; `None` when it ends before it begins.
    #[must_use]
    pub fn new(from: Date, to: ValidTo) -> Option<Self> {
        match to {
            ValidTo::Day(day) if day < from => None,
            _ => Some(Self { from, to }),
        }
    }

    /// The first day.
    #[must_use]
    pub fn from(&self) -> Date {
        self.from
    }

    /// The end.
    #[must_use]
    pub fn to(&self) -> &ValidTo {
        &self.to
    }

    /// The validity of a licence that lasts until an event, once the event has happened: its last
    /// day is `on`. `None` where no event is awaited, or it lies before the first day.
    #[must_use]
    pub fn happened(&self, on: Date) -> Option<Self> {
        match self.to {
            ValidTo::Event(_) => Self::new(self.from, ValidTo::Day(on)),
            ValidTo::LongTerm | ValidTo::Day(_) => None,
        }
    }

    /// Its moments in the office's zone: `until` is the midnight after the last day (D23). A
    /// licence that lasts until an event has no end before the event is recorded.
    #[must_use]
    pub fn period(&self, zone: Zone) -> Period {
        let last = match self.to {
            ValidTo::Day(day) => Some(day),
            ValidTo::LongTerm | ValidTo::Event(_) => None,
        };
        match Days::new(self.from, last) {
            Some(days) => zone.period(days),
            None => Period {
                from: zone.start_of(self.from),
                until: Some(zone.start_of(self.from)),
            },
        }
    }
}

/// What the rule of a type needs to know about one licence.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    /// The end that the decision names, where the decision has a say.
    pub decided: Option<&'a ValidTo>,
    /// The holder's date of birth.
    pub born_on: Option<Date>,
    /// The first day of the first licence of this kind.
    pub first_issued_on: Option<Date>,
    /// The ends of the parts of a composite licence.
    pub parts: &'a [ValidTo],
}

/// The rule and the facts make no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValidityError {
    /// The decided end is not the one that the rule gives.
    #[error("the end is not the one that the type's rule gives")]
    AgainstRule,
    /// The rule needs an end from the decision, and there is none.
    #[error("the decision must name the last day")]
    EndMissing,
    /// The rule needs the date of birth.
    #[error("the rule needs the holder's date of birth")]
    BirthMissing,
    /// The holder is born, or the first licence issued, after the first day.
    #[error("the first day lies before the facts it rests on")]
    TooEarly,
    /// The rule needs at least one part.
    #[error("a composite licence has at least one part")]
    NoParts,
    /// It ends before it begins.
    #[error("ends before it begins")]
    Order,
    /// The day lies outside the calendar.
    #[error("the last day lies outside the calendar")]
    Calendar,
}

/// Longest term of land use (years), for residential land, and a year of grace for its
/// beginning.
const MAX_LAND_YEARS: i32 = 71;

/// The validity of a licence whose first day is `from`, by its type's rule.
///
/// # Errors
/// [`ValidityError`]; `AgainstRule` also when the decision names another end than the rule.
pub fn validity(
    rule: &ValidityRule,
    from: Date,
    facts: &Facts<'_>,
) -> Result<Validity, ValidityError> {
    let to = match rule {
        ValidityRule::LongTerm => ValidTo::LongTerm,
        ValidityRule::Years(years) => end_of(Term::Years(*years), from)?,
        ValidityRule::Event(words) => ValidTo::Event(words.clone()),
        ValidityRule::EarliestComponent => earliest(facts.parts)?,
        ValidityRule::LandTerm => land_term(from, facts.decided)?,
        ValidityRule::AgeBased(bands) => {
            let born_on = facts.born_on.ok_or(ValidityError::BirthMissing)?;
            end_of(term_at_age(bands, born_on, from)?, from)?
        }
        ValidityRule::Steps(terms) => {
            let first = facts.first_issued_on.unwrap_or(from);
            end_of(term_at_step(terms, first, from)?, from)?
        }
        _ => return Err(ValidityError::AgainstRule),
    };
    if facts.decided.is_some_and(|decided| *decided != to) {
        return Err(ValidityError::AgainstRule);
    }
    Validity::new(from, to).ok_or(ValidityError::Order)
}

fn end_of(term: Term, from: Date) -> Result<ValidTo, ValidityError> {
    match term {
        Term::LongTerm => Ok(ValidTo::LongTerm),
        Term::Years(years) => anniversary(from, i32::from(years))
            .and_then(Date::previous_day)
            .map(ValidTo::Day)
            .ok_or(ValidityError::Calendar),
    }
}

/// The same day `years` later. 29 February becomes 1 March, so that the day before it, the last
/// one, is the last of the month (Civil Code 202: where the month has no such day, its last).
fn anniversary(day: Date, years: i32) -> Option<Date> {
    let year = day.year().checked_add(years)?;
    day.replace_year(year)
        .or_else(|_| Date::from_calendar_date(year, Month::March, 1))
        .ok()
}

fn completed_years(since: Date, on: Date) -> Option<u16> {
    if on < since {
        return None;
    }
    let mut years = on.year() - since.year();
    if anniversary(since, years).is_none_or(|day| on < day) {
        years -= 1;
    }
    u16::try_from(years).ok()
}

fn earliest(parts: &[ValidTo]) -> Result<ValidTo, ValidityError> {
    if parts.is_empty() {
        return Err(ValidityError::NoParts);
    }
    let first = parts
        .iter()
        .filter_map(|part| match part {
            ValidTo::Day(day) => Some(*day),
            ValidTo::LongTerm | ValidTo::Event(_) => None,
        })
        .min();
    Ok(first.map_or(ValidTo::LongTerm, ValidTo::Day))
}

fn land_term(from: Date, decided: Option<&ValidTo>) -> Result<ValidTo, ValidityError> {
    match decided {
        Some(ValidTo::Day(day)) if day.year() - from.year() <= MAX_LAND_YEARS => {
            Ok(ValidTo::Day(*day))
        }
        Some(_) => Err(ValidityError::AgainstRule),
        None => Err(ValidityError::EndMissing),
    }
}

fn term_at_age(bands: &[AgeBand], born_on: Date, from: Date) -> Result<Term, ValidityError> {
    let age = completed_years(born_on, from).ok_or(ValidityError::TooEarly)?;
    bands
        .iter()
        .rev()
        .find(|band| band.from <= age)
        .map(|band| band.term)
        .ok_or(ValidityError::BirthMissing)
}

/// Each earlier term has run its course since the first licence.
fn term_at_step(terms: &[Term], first: Date, from: Date) -> Result<Term, ValidityError> {
    let mut passed = completed_years(first, from).ok_or(ValidityError::TooEarly)?;
    let mut term = None;
    for next in terms {
        term = Some(*next);
        match next {
            Term::Years(years) if *years <= passed => passed -= years,
            Term::Years(_) | Term::LongTerm => break,
        }
    }
    term.ok_or(ValidityError::AgainstRule)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, utc_datetime};

    use super::*;

    fn end(rule: &ValidityRule, from: Date, facts: &Facts<'_>) -> Result<String, ValidityError> {
        validity(rule, from, facts).map(|validity| validity.to().text())
    }

    #[test]
    fn years_end_on_the_day_before_the_anniversary() {
        let none = Facts::default();
        for (years, from, to) in [
            (5, date!(2026 - 06 - 10), "2031-06-09"),
            (4, date!(2024 - 03 - 01), "2028-02-29"),
            (6, date!(2026 - 07 - 02), "2032-07-01"),
            (1, date!(2024 - 02 - 29), "2025-02-28"),
            (4, date!(2024 - 02 - 29), "2028-02-28"),
            (1, date!(2026 - 01 - 01), "2026-12-31"),
        ] {
            assert_eq!(
                end(&ValidityRule::Years(years), from, &none).as_deref(),
                Ok(to)
            );
        }
        assert_eq!(
            end(&ValidityRule::Years(100), date!(9950 - 01 - 01), &none),
            Err(ValidityError::Calendar)
        );
    }

    #[test]
    fn a_decided_end_against_the_rule_is_refused() {
        let longer = ValidTo::parse("2031-06-10");
        let facts = Facts {
            decided: Some(&longer),
            ..Facts::default()
        };
        for rule in [
            ValidityRule::Years(5),
            ValidityRule::LongTerm,
            ValidityRule::Event("竣工验收合格".to_owned()),
        ] {
            assert_eq!(
                end(&rule, date!(2026 - 06 - 10), &facts),
                Err(ValidityError::AgainstRule)
            );
        }
    }

    #[test]
    fn an_event_has_words_and_no_end() {
        let rule = ValidityRule::Event("竣工验收合格".to_owned());
        let validity = validity(&rule, date!(2026 - 05 - 08), &Facts::default()).expect("event");
        assert_eq!(validity.to().text(), "竣工验收合格");
        assert_eq!(validity.period(Zone::SHANGHAI).until, None);
    }

    #[test]
    fn a_composite_licence_ends_with_its_first_part() {
        let parts = ["2031-06-09", "2028-06-09", "长期"].map(ValidTo::parse);
        let facts = Facts {
            parts: &parts,
            ..Facts::default()
        };
        let rule = ValidityRule::EarliestComponent;
        assert_eq!(
            end(&rule, date!(2026 - 06 - 10), &facts).as_deref(),
            Ok("2028-06-09")
        );
        assert_eq!(
            end(&rule, date!(2028 - 06 - 10), &facts),
            Err(ValidityError::Order)
        );
        let forever = [ValidTo::LongTerm];
        let facts = Facts {
            parts: &forever,
            ..Facts::default()
        };
        assert_eq!(
            end(&rule, date!(2026 - 06 - 10), &facts).as_deref(),
            Ok("长期")
        );
        assert_eq!(
            end(&rule, date!(2026 - 06 - 10), &Facts::default()),
            Err(ValidityError::NoParts)
        );
    }

    #[test]
    fn land_use_ends_on_the_decided_day_within_its_longest_term() {
        let rule = ValidityRule::LandTerm;
        let from = date!(2021 - 09 - 17);
        for (decided, expected) in [
            (Some("2089-12-31"), Ok("2089-12-31".to_owned())),
            (Some("2100-01-01"), Err(ValidityError::AgainstRule)),
            (Some("2021-09-16"), Err(ValidityError::Order)),
            (Some("长期"), Err(ValidityError::AgainstRule)),
            (None, Err(ValidityError::EndMissing)),
        ] {
            let decided = decided.map(ValidTo::parse);
            let facts = Facts {
                decided: decided.as_ref(),
                ..Facts::default()
            };
            assert_eq!(end(&rule, from, &facts), expected);
        }
    }

    #[test]
    fn age_decides_on_the_birthday() {
        let rule = ValidityRule::AgeBased(vec![
            AgeBand {
                from: 0,
                term: Term::Years(5),
            },
            AgeBand {
                from: 16,
                term: Term::Years(10),
            },
            AgeBand {
                from: 26,
                term: Term::Years(20),
            },
            AgeBand {
                from: 46,
                term: Term::LongTerm,
            },
        ]);
        let facts = Facts {
            born_on: Some(date!(2000 - 02 - 29)),
            ..Facts::default()
        };
        for (from, to) in [
            (date!(2016 - 02 - 28), "2021-02-27"),
            (date!(2016 - 02 - 29), "2026-02-28"),
            (date!(2026 - 02 - 28), "2036-02-27"),
            (date!(2026 - 03 - 01), "2046-02-28"),
            (date!(2046 - 03 - 01), "长期"),
        ] {
            assert_eq!(end(&rule, from, &facts).as_deref(), Ok(to), "{from}");
        }
        assert_eq!(
            end(&rule, date!(2000 - 02 - 28), &facts),
            Err(ValidityError::TooEarly)
        );
        assert_eq!(
            end(&rule, date!(2016 - 02 - 28), &Facts::default()),
            Err(ValidityError::BirthMissing)
        );
    }

    #[test]
    fn steps_follow_the_first_licence() {
        let rule = ValidityRule::Steps(vec![Term::Years(6), Term::Years(10), Term::LongTerm]);
        let facts = Facts {
            first_issued_on: Some(date!(2010 - 05 - 01)),
            ..Facts::default()
        };
        for (from, to) in [
            (date!(2010 - 05 - 01), "2016-04-30"),
            (date!(2016 - 05 - 01), "2026-04-30"),
            (date!(2026 - 04 - 30), "2036-04-29"),
            (date!(2026 - 05 - 01), "长期"),
        ] {
            assert_eq!(end(&rule, from, &facts).as_deref(), Ok(to), "{from}");
        }
        assert_eq!(
            end(&rule, date!(2010 - 04 - 30), &facts),
            Err(ValidityError::TooEarly)
        );
    }

    #[test]
    fn the_last_day_is_inclusive() {
        let validity =
            Validity::new(date!(2026 - 06 - 10), ValidTo::parse("2028-06-09")).expect("in order");
        let period = validity.period(Zone::SHANGHAI);
        assert_eq!(period.until, Some(utc_datetime!(2028-06-09 16:00)));
    }
}
