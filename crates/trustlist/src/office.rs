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
    /// SHA-256 of the certificates of the anchors under which its seals and lists stand; empty is any. Where trust was
    /// exchanged, a region speaks for its own bodies and for no others (R32).
    pub under: Vec<[u8; 32]>,
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
    /// It is there, and its seals stand under other anchors.
    OfficeElsewhere,
    /// The office may not issue this type at this moment.
    TypeNotEntitled,
}

impl Entitlement {
    /// Whether one of `offices` with this code may issue licences of type `kind` (any, where none is named) at `at`
    /// (`domain` 4.6: at the time of signing), under a seal that leads to these anchors.
    #[must_use]
    pub fn of(
        offices: &[Office],
        code: &str,
        kind: Option<&str>,
        at: UtcDateTime,
        anchors: &[[u8; 32]],
    ) -> Entitlement {
        let mut answer = Entitlement::OfficeUnknown;
        // An office may stand there twice, for two periods, or in two regions.
        for office in offices.iter().filter(|office| office.code == code) {
            if !office.is_under(anchors) {
                if answer == Entitlement::OfficeUnknown {
                    answer = Entitlement::OfficeElsewhere;
                }
                continue;
            }
            let Some(kind) = kind else {
                return Entitlement::Entitled;
            };
            if !within(office.from, office.until, at) {
                if answer != Entitlement::TypeNotEntitled {
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

impl Office {
    /// Whether all of `anchors` are those of this office. Where a chain leads nowhere, that is found already.
    fn is_under(&self, anchors: &[[u8; 32]]) -> bool {
        self.under.is_empty() || anchors.iter().all(|one| self.under.contains(one))
    }

    /// Whether some office says that both anchors are its own, or no office says anything of anchors: of one region.
    #[must_use]
    pub fn of_one_region(offices: &[Office], one: &[u8; 32], other: &[u8; 32]) -> bool {
        let mut bound = offices.iter().filter(|office| !office.under.is_empty());
        bound.clone().next().is_none() || bound.any(|office| office.is_under(&[*one, *other]))
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
            under: Vec::new(),
        };
        let offices = [office];
        let of = |code, kind, at| Entitlement::of(&offices, code, Some(kind), moment(at), &[]);
        assert_eq!(of("A", "T", 100), Entitlement::Entitled);
        assert_eq!(of("A", "T", 149), Entitlement::Entitled);
        assert_eq!(of("A", "T", 150), Entitlement::TypeNotEntitled);
        assert_eq!(of("A", "U", 120), Entitlement::TypeNotEntitled);
        assert_eq!(of("A", "T", 99), Entitlement::OfficePeriod);
        assert_eq!(of("A", "T", 200), Entitlement::OfficePeriod);
        assert_eq!(of("B", "T", 120), Entitlement::OfficeUnknown);
    }

    #[test]
    fn a_region_speaks_for_its_own_bodies() {
        let office = |under: &[u8]| Office {
            code: "A".to_owned(),
            name: String::new(),
            from: None,
            until: None,
            types: vec![OfficeType {
                code: "T".to_owned(),
                from: None,
                until: None,
            }],
            under: under.iter().map(|one| [*one; 32]).collect(),
        };
        let of = |under: &[u8], anchors: &[u8]| {
            let anchors: Vec<[u8; 32]> = anchors.iter().map(|one| [*one; 32]).collect();
            Entitlement::of(&[office(under)], "A", Some("T"), moment(0), &anchors)
        };
        assert_eq!(of(&[], &[9]), Entitlement::Entitled);
        assert_eq!(of(&[1, 2], &[2]), Entitlement::Entitled);
        assert_eq!(of(&[1, 2], &[3]), Entitlement::OfficeElsewhere);
        assert_eq!(of(&[1, 2], &[1, 3]), Entitlement::OfficeElsewhere);
        assert_eq!(of(&[1, 2], &[]), Entitlement::Entitled);
        let regions = [office(&[1, 2]), office(&[3])];
        let together = |one, other| Office::of_one_region(&regions, &[one; 32], &[other; 32]);
        assert!(together(1, 2) && together(3, 3));
        assert!(!together(1, 3) && !together(4, 4));
        assert!(Office::of_one_region(&[office(&[])], &[1; 32], &[3; 32]));
    }
}
