//! Who acts: a person in a capacity, never twice where two people are asked for (R3).

use std::fmt;

use catalogue::key::{DepartmentKey, PersonKey};
use catalogue::{HolderKind, Rule};
use licence::{Holder, HolderCode, ReadHolder};
use serde::{Deserialize, Serialize};

use crate::number::AccountKey;

/// In which capacity somebody acts (domain.md 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 申请人, or who lawfully stands for them.
    Applicant,
    /// 委托代办
    Agent,
    /// 窗口人员
    Clerk,
    /// 承办、审核
    Officer,
    /// 审批、核准
    Approver,
    /// 印章管理员
    Custodian,
    /// Approves applications for seals.
    SealAdministrator,
    /// 行业主管部门
    Industry,
    /// 执法人员
    Inspector,
    /// 效能监察
    Supervisor,
    /// 档案人员
    Archivist,
    /// 接入系统, or the service itself.
    System,
}

impl Role {
    /// Every capacity.
    pub const ALL: [Self; 12] = [
        Self::Applicant,
        Self::Agent,
        Self::Clerk,
        Self::Officer,
        Self::Approver,
        Self::Custodian,
        Self::SealAdministrator,
        Self::Industry,
        Self::Inspector,
        Self::Supervisor,
        Self::Archivist,
        Self::System,
    ];

    /// Whether the capacity belongs to the applicant's side, which no department answers for.
    #[must_use]
    pub fn applies(self) -> bool {
        matches!(self, Self::Applicant | Self::Agent)
    }
}

/// Somebody who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The account used.
    pub account: AccountKey,
    /// Whose account it is: R3 counts people, not accounts.
    pub person: PersonKey,
    /// The department that the account belongs to.
    pub body: DepartmentKey,
    /// The capacity.
    pub role: Role,
}

/// A duty in one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Received or accepted the application.
    Receive,
    /// Examined it.
    Examine,
    /// Decided it, or a part of it.
    Decide,
    /// Released the seal.
    Release,
    /// Administers the seal.
    Administer,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Self; 5] = [
        Self::Receive,
        Self::Examine,
        Self::Decide,
        Self::Release,
        Self::Administer,
    ];

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Examine => "examine",
            Self::Decide => "decide",
            Self::Release => "release",
            Self::Administer => "administer",
        }
    }
}

/// Two duties of one case that one person may not have both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apart {
    /// The one.
    pub one: Duty,
    /// The other.
    pub other: Duty,
    /// What lifts the ban.
    pub unless: Unless,
    /// The rule.
    pub rule: Rule,
}

/// What lifts a ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unless {
    /// Nothing.
    Never,
    /// A second person did the first duty, too.
    SecondPerson,
}

/// Every pair. The order of the two duties in time does not matter.
pub const APART: &[Apart] = &[
    // R3: decide, release and administer are three people; receive and decide are two.
    apart(Duty::Decide, Duty::Release, Unless::Never),
    apart(Duty::Decide, Duty::Administer, Unless::Never),
    apart(Duty::Release, Duty::Administer, Unless::Never),
    apart(Duty::Receive, Duty::Decide, Unless::Never),
    // domain.md 3: an officer never decides what they examined alone.
    apart(Duty::Examine, Duty::Decide, Unless::SecondPerson),
];

const fn apart(one: Duty, other: Duty, unless: Unless) -> Apart {
    Apart {
        one,
        other,
        unless,
        rule: Rule::R3,
    }
}

/// One person would have two duties that belong to two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("who had the duty to {} may not {} in the same case", had.code(), wanted.code())]
pub struct SamePerson {
    /// The duty the person had.
    pub had: Duty,
    /// The duty asked for.
    pub wanted: Duty,
}

/// Who had which duty in one case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duties(Vec<(Duty, PersonKey)>);

impl Duties {
    /// These duties, with one more person's; the same value when the person had it before.
    ///
    /// # Errors
    /// [`SamePerson`] when R3 wants two people for it and for a duty that the person had.
    pub fn with(&self, wanted: Duty, person: &PersonKey) -> Result<Self, SamePerson> {
        if let Some(had) = self.in_the_way(wanted, person) {
            return Err(SamePerson { had, wanted });
        }
        let mut duties = self.clone();
        if !duties
            .0
            .iter()
            .any(|(duty, who)| *duty == wanted && who == person)
        {
            duties.0.push((wanted, person.clone()));
        }
        Ok(duties)
    }

    fn in_the_way(&self, wanted: Duty, person: &PersonKey) -> Option<Duty> {
        APART.iter().find_map(|pair| {
            let had = match wanted {
                duty if duty == pair.other => pair.one,
                duty if duty == pair.one => pair.other,
                _ => return None,
            };
            let by_person = self.of(had).any(|who| who == person);
            let by_another = self.of(had).any(|who| who != person);
            let lifted = pair.unless == Unless::SecondPerson && by_another;
            (by_person && !lifted).then_some(had)
        })
    }

    /// Who had this duty.
    pub fn of(&self, wanted: Duty) -> impl Iterator<Item = &PersonKey> {
        self.0
            .iter()
            .filter(move |(duty, _)| *duty == wanted)
            .map(|(_, who)| who)
    }
}

/// A person, firm or project of a case: who applies, who signs, whose data it is.
///
/// Serialised whole, for the encrypted store alone; `{:?}` shows no name (T-P8).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PartyText", into = "PartyText")]
pub struct Party(Holder);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyText {
    kind: String,
    name: String,
    code: String,
}

impl Party {
    /// Reads a party: `person`, `org` or `project`, name, code.
    ///
    /// # Errors
    /// [`ReadHolder`]: codes fail their check digits, names are no text.
    pub fn parse(kind: &str, name: &str, code: &str) -> Result<Self, ReadHolder> {
        let lawful = match kind {
            "project" => HolderKind::Project,
            _ => HolderKind::PersonOrOrganisation,
        };
        Holder::parse(lawful, kind, (name, code)).map(Self)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &HolderCode {
        self.0.code()
    }

    /// Whether it is a person.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.0.kind() == "person"
    }

    /// The name as others may read it: of a person the first character and a star for each
    /// further one, of a firm or project the whole (T-P6).
    #[must_use]
    pub fn masked_name(&self) -> String {
        if !self.is_person() {
            return self.name().to_owned();
        }
        self.name()
            .chars()
            .enumerate()
            .map(|(at, letter)| if at == 0 { letter } else { '*' })
            .collect()
    }

    /// The code as others may read it, such as `990102********0245`.
    #[must_use]
    pub fn masked_code(&self) -> String {
        self.code().masked()
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.kind(), self.masked_code())
    }
}

impl From<Party> for PartyText {
    fn from(party: Party) -> Self {
        Self {
            kind: party.0.kind().to_owned(),
            name: party.name().to_owned(),
            code: party.code().reveal().to_owned(),
        }
    }
}

impl TryFrom<PartyText> for Party {
    type Error = ReadHolder;

    fn try_from(text: PartyText) -> Result<Self, ReadHolder> {
        Self::parse(&text.kind, &text.name, &text.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(key: &str) -> PersonKey {
        PersonKey::parse(key).expect("key")
    }

    #[test]
    fn every_pair_of_duties_is_one_person_s_or_two_as_the_table_says() {
        for had in Duty::ALL {
            for wanted in Duty::ALL {
                let duties = Duties::default().with(had, &person("a")).expect("first");
                let listed = APART.iter().any(|pair| {
                    (pair.one, pair.other) == (had, wanted)
                        || (pair.other, pair.one) == (had, wanted)
                });
                assert_eq!(
                    duties.with(wanted, &person("a")).err(),
                    listed.then_some(SamePerson { had, wanted }),
                    "{had:?} then {wanted:?}"
                );
                assert!(duties.with(wanted, &person("b")).is_ok());
            }
        }
    }

    #[test]
    fn who_examined_alone_does_not_decide_and_with_another_may() {
        let alone = Duties::default()
            .with(Duty::Examine, &person("a"))
            .expect("first");
        assert!(alone.with(Duty::Decide, &person("a")).is_err());
        let two = alone.with(Duty::Examine, &person("b")).expect("second");
        assert!(two.with(Duty::Decide, &person("a")).is_ok());
    }

    #[test]
    fn persons_are_masked_and_firms_are_not() {
        let person = Party::parse("person", "林小满", "990102198805210245").expect("good");
        assert_eq!(person.masked_name(), "林**");
        assert_eq!(person.masked_code(), "990102********0245");
        assert_eq!(format!("{person:?}"), "person 990102********0245");
        let firm = Party::parse("org", "云上小馆", "91990102FAKE0A0109").expect("good");
        assert_eq!(firm.masked_name(), "云上小馆");
    }

    #[test]
    fn a_party_travels_whole_and_is_checked_when_read() {
        let party = Party::parse("org", "云上小馆", "91990102FAKE0A0109").expect("good");
        let text = serde_json::to_string(&party).expect("JSON");
        assert_eq!(serde_json::from_str::<Party>(&text).expect("read"), party);
        let wrong = text.replace("0109", "0108");
        assert!(serde_json::from_str::<Party>(&wrong).is_err());
    }
}
