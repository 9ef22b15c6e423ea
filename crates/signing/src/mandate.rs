//! By which power one person signs for another (domain.md 3 and 4.5, R4, R15, R18): as what, for what, from when until when.
//!
//! Beginning and end come by the day and are never stored. Whoever asks says on which day, and for what; what is not within is refused by
//! its name.

mod refused;

use std::collections::BTreeSet;

use time::{Date, Duration};

pub use refused::MandateRefused;

/// Most matters of one mandate.
const MAX_MATTERS: usize = 20;
/// Most wordings of one mandate.
const MAX_INTENTS: usize = 8;
/// The longest term (*default*): somebody who sends another looks at it again after five years.
const MAX_TERM: Duration = Duration::days(1_827);
/// The age at which a person acts alone (Civil Code of 2020, article 17).
const FULL_AGE: i32 = 18;
/// Between the words in two languages, where both are signed.
const LANGUAGES: &str = " / ";

/// As what somebody signs for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 监护人, of a minor.
    Guardian,
    /// 代理人, whom somebody named.
    Proxy,
    /// 委托代办
    Agent,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Guardian, Self::Proxy, Self::Agent];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Guardian => "guardian",
            Self::Proxy => "proxy",
            Self::Agent => "agent",
        }
    }

    /// The kind of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What a Chinese reader reads.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Guardian => "监护人",
            Self::Proxy => "代理人",
            Self::Agent => "受托代办人",
        }
    }
}

/// At whose wish a mandate is over before its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Who is signed for takes it back.
    Principal,
    /// Who signs gives it back.
    Representative,
    /// The department found that its ground does not hold.
    Department,
    /// Who is signed for has died.
    Death,
}

impl Ending {
    const ALL: [Self; 4] = [
        Self::Principal,
        Self::Representative,
        Self::Department,
        Self::Death,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Representative => "representative",
            Self::Department => "department",
            Self::Death => "death",
        }
    }

    /// The ending of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.code() == code)
    }
}

/// Where a mandate is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Written down; nobody has shown its ground yet.
    Recorded,
    /// Its ground is shown, it begins later.
    Given,
    /// Holds.
    Active,
    /// Its last day is over.
    Ended,
    /// Taken back.
    Revoked,
}

impl State {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Given => "given",
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        }
    }
}

/// What a mandate allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// As what.
    pub kind: Kind,
    /// The first day.
    pub first: Date,
    /// The last day; none for a guardian, whose power lasts until the person comes of age.
    pub last: Option<Date>,
    /// In these matters; none for a guardian: in all.
    pub matters: BTreeSet<String>,
    /// What may be meant by signing; none: anything.
    pub intents: BTreeSet<String>,
    /// When who is signed for was born, where their number says so.
    pub born: Option<Date>,
}

/// What happened to a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether its ground was shown.
    pub confirmed: bool,
    /// At whose wish it is over.
    pub ended: Option<Ending>,
    /// Whether the identity that authorised it is cancelled.
    pub cancelled: bool,
}

/// The two people and the number of a mandate, as the words of a signature name them.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The mandate.
    pub mandate: &'a str,
    /// Who is signed for, as their document has it.
    pub principal: &'a str,
    /// Who signs.
    pub representative: &'a str,
}

/// The day on which a person is of full age.
#[must_use]
pub fn of_age(born: Date) -> Date {
    let year = born.year().saturating_add(FULL_AGE);
    // Born on the 29th of February: of full age on the 1st of March of a year without one.
    born.replace_year(year)
        .or_else(|_| Date::from_calendar_date(year, time::Month::March, 1))
        .unwrap_or(Date::MAX)
}

fn is_minor(born: Option<Date>, day: Date) -> bool {
    born.is_some_and(|born| day < of_age(born))
}

impl Terms {
    /// Whether a mandate can be so, written down on `today`; `representative` is when who signs was born.
    ///
    /// # Errors
    /// `Term`, `Scope`, `Minor`, `OfAge`, `NoBirth`.
    pub fn plan(&self, representative: Option<Date>, today: Date) -> Result<(), MandateRefused> {
        let last = match (self.last, self.kind) {
            (Some(last), _) => Some(last),
            (None, Kind::Guardian) => None,
            (None, _) => return Err(MandateRefused::Term),
        };
        let lawful =
            |last: Date| self.first <= last && today <= last && last - self.first <= MAX_TERM;
        if last.is_some_and(|last| !lawful(last)) {
            return Err(MandateRefused::Term);
        }
        let none = self.matters.is_empty() && self.kind != Kind::Guardian;
        if none || self.matters.len() > MAX_MATTERS || self.intents.len() > MAX_INTENTS {
            return Err(MandateRefused::Scope);
        }
        if is_minor(representative, today) {
            return Err(MandateRefused::Minor);
        }
        match (self.kind, self.born) {
            (Kind::Guardian, None) => Err(MandateRefused::NoBirth),
            (Kind::Guardian, Some(born)) if of_age(born) <= self.first.max(today) => {
                Err(MandateRefused::OfAge)
            }
            (Kind::Proxy | Kind::Agent, born) if is_minor(born, today) => {
                Err(MandateRefused::Minor)
            }
            _ => Ok(()),
        }
    }

    /// From this day on a guardian's power is over.
    fn is_outgrown(&self, day: Date) -> bool {
        self.kind == Kind::Guardian && self.born.is_none_or(|born| of_age(born) <= day)
    }

    /// Where it is on a day.
    #[must_use]
    pub fn state(&self, standing: Standing, day: Date) -> State {
        match self.holds(standing, day) {
            Ok(()) => State::Active,
            Err(MandateRefused::NotConfirmed) => State::Recorded,
            Err(MandateRefused::NotBegun) => State::Given,
            Err(MandateRefused::Ended | MandateRefused::OfAge) => State::Ended,
            Err(_) => State::Revoked,
        }
    }

    /// Whether it holds on a day.
    ///
    /// # Errors
    /// Why not.
    pub fn holds(&self, standing: Standing, day: Date) -> Result<(), MandateRefused> {
        match standing.ended {
            Some(Ending::Death) => return Err(MandateRefused::PrincipalDead),
            Some(_) => return Err(MandateRefused::Revoked),
            None if standing.cancelled => return Err(MandateRefused::PrincipalCancelled),
            None => {}
        }
        if self.is_outgrown(day) {
            return Err(MandateRefused::OfAge);
        }
        if self.last.is_some_and(|last| last < day) {
            return Err(MandateRefused::Ended);
        }
        if !standing.confirmed {
            return Err(MandateRefused::NotConfirmed);
        }
        if day < self.first {
            return Err(MandateRefused::NotBegun);
        }
        Ok(())
    }

    /// Whether it reaches a matter, and what is meant by signing in it: words that name it, as [`Self::bound`] wrote them.
    ///
    /// # Errors
    /// `OutOfScope`, `Words`.
    pub fn reaches(
        &self,
        matter: &str,
        (words, named): (&str, Named<'_>),
    ) -> Result<(), MandateRefused> {
        if !self.matters.is_empty() && !self.matters.contains(matter) {
            return Err(MandateRefused::OutOfScope);
        }
        let clause = self.clause(named);
        if !words.contains(&clause) {
            return Err(MandateRefused::Words);
        }
        let meant = words
            .replace(&clause, "")
            .replace(&self.clause_en(named), "");
        // A page shows the words in two languages, and both are signed: neither says what the mandate does not name.
        let allowed = self.intents.is_empty()
            || self.intents.contains(&meant)
            || meant.split(LANGUAGES).all(|one| self.intents.contains(one));
        allowed.then_some(()).ok_or(MandateRefused::OutOfScope)
    }

    /// The words that are shown and signed: what is meant, and who signs for whom under which mandate as what.
    #[must_use]
    pub fn bound(&self, meant: &str, named: Named<'_>) -> String {
        let clause = self.clause(named);
        match meant.contains(&clause) {
            true => meant.to_owned(),
            false => format!("{meant}{clause}"),
        }
    }

    /// The same for words in English beside Chinese ones.
    #[must_use]
    pub fn bound_en(&self, meant: &str, named: Named<'_>) -> String {
        format!("{meant}{}", self.clause_en(named))
    }

    fn clause(&self, named: Named<'_>) -> String {
        let (by, of) = (named.representative, named.principal);
        let word = self.kind.word();
        format!(
            "（{by}作为{of}的{word}代为签署，授权编号{}）",
            named.mandate
        )
    }

    fn clause_en(&self, named: Named<'_>) -> String {
        let (by, of) = (named.representative, named.principal);
        let kind = self.kind.code();
        format!(
            " (signed by {by} as {kind} of {of}, mandate {})",
            named.mandate
        )
    }

    /// The role in which the representative says to sign (EN 319 122-1, 5.2.6.1).
    #[must_use]
    pub fn role(&self, named: Named<'_>) -> String {
        let of = named.principal;
        format!("{of}的{}，授权编号{}", self.kind.word(), named.mandate)
    }

    /// What who is signed for signs to give it: all of it, and nothing else. `numbers` are theirs and the representative's, starred.
    #[must_use]
    pub fn authorisation(&self, named: Named<'_>, numbers: (&str, &str)) -> String {
        let matters: Vec<&str> = self.matters.iter().map(String::as_str).collect();
        let intents: Vec<String> = self.intents.iter().map(|one| format!("“{one}”")).collect();
        let what = match intents.is_empty() {
            true => "文书".to_owned(),
            false => intents.join("、"),
        };
        let until = self.last.map(|last| last.to_string());
        format!(
            "本人{}（{}）授权{}（{}）作为本人的{}，自{}起至{}止，就事项{}代为签署{what}，授权编号{}",
            named.principal,
            numbers.0,
            named.representative,
            numbers.1,
            self.kind.word(),
            self.first,
            until.unwrap_or_default(),
            matters.join("、"),
            named.mandate,
        )
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const NAMED: Named<'_> = Named {
        mandate: "0123",
        principal: "林小满",
        representative: "陈知远",
    };
    const GIVEN: Standing = Standing {
        confirmed: true,
        ended: None,
        cancelled: false,
    };

    fn terms(kind: Kind) -> Terms {
        Terms {
            kind,
            first: date!(2026 - 06 - 10),
            last: Some(date!(2026 - 06 - 30)),
            matters: ["990102-XK-0001".to_owned()].into(),
            intents: BTreeSet::new(),
            born: Some(date!(1988 - 05 - 21)),
        }
    }

    fn minor() -> Terms {
        Terms {
            last: None,
            matters: BTreeSet::new(),
            born: Some(date!(2010 - 06 - 20)),
            ..terms(Kind::Guardian)
        }
    }

    #[test]
    fn first_and_last_day_count_and_the_days_around_do_not() {
        let terms = terms(Kind::Proxy);
        for (day, expected) in [
            (date!(2026 - 06 - 09), Err(MandateRefused::NotBegun)),
            (date!(2026 - 06 - 10), Ok(())),
            (date!(2026 - 06 - 30), Ok(())),
            (date!(2026 - 07 - 01), Err(MandateRefused::Ended)),
        ] {
            assert_eq!(terms.holds(GIVEN, day), expected, "{day}");
        }
    }

    #[test]
    fn whatever_happened_to_it_has_its_own_name() {
        let day = date!(2026 - 06 - 15);
        for (standing, expected) in [
            (
                Standing {
                    confirmed: false,
                    ..GIVEN
                },
                MandateRefused::NotConfirmed,
            ),
            (
                Standing {
                    ended: Some(Ending::Principal),
                    ..GIVEN
                },
                MandateRefused::Revoked,
            ),
            (
                Standing {
                    ended: Some(Ending::Death),
                    ..GIVEN
                },
                MandateRefused::PrincipalDead,
            ),
            (
                Standing {
                    cancelled: true,
                    ..GIVEN
                },
                MandateRefused::PrincipalCancelled,
            ),
        ] {
            assert_eq!(terms(Kind::Agent).holds(standing, day), Err(expected));
        }
    }

    #[test]
    fn a_guardian_s_power_ends_on_the_day_on_which_the_person_is_of_age() {
        let guardian = minor();
        let born = date!(2010 - 06 - 20);
        assert_eq!(of_age(born), date!(2028 - 06 - 20));
        assert_eq!(of_age(date!(2008 - 02 - 29)), date!(2026 - 03 - 01));
        assert_eq!(guardian.holds(GIVEN, date!(2028 - 06 - 19)), Ok(()));
        let refused = guardian.holds(GIVEN, date!(2028 - 06 - 20));
        assert_eq!(refused, Err(MandateRefused::OfAge));
        let adult = Terms {
            born: Some(date!(1988 - 05 - 21)),
            ..guardian.clone()
        };
        let today = date!(2026 - 06 - 08);
        assert_eq!(adult.plan(None, today), Err(MandateRefused::OfAge));
        let nobody_knows = Terms {
            born: None,
            ..guardian.clone()
        };
        assert_eq!(nobody_knows.plan(None, today), Err(MandateRefused::NoBirth));
        assert_eq!(guardian.plan(None, today), Ok(()));
    }

    #[test]
    fn what_cannot_be_planned_is_refused_by_name() {
        let today = date!(2026 - 06 - 08);
        let good = terms(Kind::Agent);
        assert_eq!(good.plan(Some(date!(1981 - 07 - 05)), today), Ok(()));
        let child = Some(date!(2010 - 06 - 20));
        assert_eq!(good.plan(child, today), Err(MandateRefused::Minor));
        for (bent, expected) in [
            (
                Terms {
                    last: None,
                    ..good.clone()
                },
                MandateRefused::Term,
            ),
            (
                Terms {
                    last: Some(date!(2026 - 06 - 09)),
                    ..good.clone()
                },
                MandateRefused::Term,
            ),
            (
                Terms {
                    last: Some(date!(2031 - 06 - 12)),
                    ..good.clone()
                },
                MandateRefused::Term,
            ),
            (
                Terms {
                    matters: BTreeSet::new(),
                    ..good.clone()
                },
                MandateRefused::Scope,
            ),
            (
                Terms {
                    born: child,
                    ..good.clone()
                },
                MandateRefused::Minor,
            ),
        ] {
            assert_eq!(bent.plan(None, today), Err(expected));
        }
    }

    #[test]
    fn it_reaches_its_matters_and_wordings_and_the_words_name_it() {
        let mut terms = terms(Kind::Proxy);
        terms.intents.insert("确认".to_owned());
        let words = terms.bound("确认", NAMED);
        assert_eq!(
            words,
            "确认（陈知远作为林小满的代理人代为签署，授权编号0123）"
        );
        assert_eq!(terms.bound(&words, NAMED), words, "once");
        let asked = |matter: &str, words: &str| terms.reaches(matter, (words, NAMED));
        assert_eq!(asked("990102-XK-0001", &words), Ok(()));
        let page = format!("{words} / {}", terms.bound_en("Confirmed", NAMED));
        let outside = Err(MandateRefused::OutOfScope);
        assert_eq!(asked("990102-XK-0001", &page), outside, "in one language");
        let mut both = terms.clone();
        both.intents.insert("Confirmed".to_owned());
        let reached = both.reaches("990102-XK-0001", (&page, NAMED));
        assert_eq!(reached, Ok(()));
        assert_eq!(asked("990102-XK-0002", &words), outside);
        let other = terms.bound("放弃", NAMED);
        assert_eq!(asked("990102-XK-0001", &other), outside);
        let bare = asked("990102-XK-0001", "确认");
        assert_eq!(bare, Err(MandateRefused::Words));
    }

    #[test]
    fn kinds_and_endings_have_codes_of_their_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::find(kind.code()), Some(kind));
        }
        for ending in Ending::ALL {
            assert_eq!(Ending::find(ending.code()), Some(ending));
        }
    }
}
