//! Offices of a bundle, and which licences each may issue.

use time::UtcDateTime;

/// A body that issues licences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Unified social credit code.
    pub code: String,
    /// Name.
    pub name: String,
    /// From when on it is trusted.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
    /// What it may issue.
    pub types: Vec<OfficeType>,
}

/// A type of licence that an office may issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeType {
    /// Type code of 21 characters.
    pub code: String,
    /// From when on.
    pub from: Option<UtcDateTime>,
    /// Until before when.
    pub until: Option<UtcDateTime>,
}

/// Whether an office may have issued something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entitlement {
    /// It may.
    Entitled,
    /// The bundle does not know the office.
    OfficeUnknown,
    /// It knows the office, and not at this moment.
    OfficePeriod,
    /// The office may not issue this type at this moment.
    TypeNotEntitled,
}

impl Entitlement {
    /// Whether one of `offices` with this code may issue licences of type `kind` at `at` (`domain` 4.6: at the
    /// time of signing).
    #[must_use]
    pub fn of(offices: &[Office], code: &str, kind: &str, at: UtcDateTime) -> Entitlement {
        let mut answer = Entitlement::OfficeUnknown;
        // An office may stand there twice, for two periods.
        for office in offices.iter().filter(|office| office.code == code) {
            if !within(office.from, office.until, at) {
                if answer == Entitlement::OfficeUnknown {
                    answer = Entitlement::OfficePeriod;
                }
                continue;
            }
            let entitled = office
                .types
                .iter()
                .any(|entry| entry.code == kind && within(entry.from, entry.until, at));
            if entitled {
                return Entitlement::Entitled;
            }
            answer = Entitlement::TypeNotEntitled;
        }
        answer
    }
}

fn within(from: Option<UtcDateTime>, until: Option<UtcDateTime>, at: UtcDateTime) -> bool {
    from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(seconds: i64) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp(seconds).expect("in range")
    }

    #[test]
    fn who_may_issue_what_depends_on_the_moment() {
        let office = Office {
            code: "A".to_owned(),
            name: "甲局".to_owned(),
            from: Some(moment(100)),
            until: Some(moment(200)),
            types: vec![OfficeType {
                code: "T".to_owned(),
                from: None,
                until: Some(moment(150)),
            }],
        };
        let offices = [office];
        let of = |code, kind, at| Entitlement::of(&offices, code, kind, moment(at));
        assert_eq!(of("A", "T", 100), Entitlement::Entitled);
        assert_eq!(of("A", "T", 149), Entitlement::Entitled);
        assert_eq!(of("A", "T", 150), Entitlement::TypeNotEntitled);
        assert_eq!(of("A", "U", 120), Entitlement::TypeNotEntitled);
        assert_eq!(of("A", "T", 99), Entitlement::OfficePeriod);
        assert_eq!(of("A", "T", 200), Entitlement::OfficePeriod);
        assert_eq!(of("B", "T", 120), Entitlement::OfficeUnknown);
    }
}
