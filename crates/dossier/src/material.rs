//! Materials of a case and how each is had: what may be asked for, what counts as having it (R14).

use catalogue::key::{DepartmentKey, FieldName, TypeKey};
use catalogue::matter::{Material, Means};
use licence::Identifier;
use serde::{Deserialize, Serialize};
use time::{Date, UtcDateTime};

use crate::number::{CaseNumber, CommitmentNumber, MandateNumber, PaperDigest};
use crate::text::{Words, day, moment};

/// A material of a case: what the matter's list says of it, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its place in the matter's list.
    pub number: u16,
    /// Its Chinese name.
    pub name: Words,
    /// How the matter says that it is had.
    #[serde(with = "means_text")]
    pub means: Means,
    /// Whether it may follow later (R21).
    pub may_follow: bool,
    /// Where it stands.
    pub standing: Standing,
    /// How often the applicant was asked for it after applying.
    pub asked: u16,
    /// Why it cannot be had as `means` says, if that was found.
    pub unavailable: Option<Words>,
}

/// Where a material stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not had.
    Open,
    /// Had.
    Had(Having),
    /// Promised instead (R19).
    Promised(CommitmentNumber),
    /// To follow by this day (R21).
    Deferred(#[serde(with = "day")] Date),
    /// May not be asked for.
    NotNeeded,
}

/// A material that is had: how, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Having {
    /// How.
    pub how: How,
    /// Since this moment.
    #[serde(with = "moment")]
    pub at: UtcDateTime,
}

/// How a material is had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum How {
    /// Handed in by the applicant.
    HandedIn {
        /// Digest of the paper.
        paper: PaperDigest,
    },
    /// Given in an earlier case and taken from the library (R14: not asked for again).
    Reused {
        /// Digest of the paper.
        paper: PaperDigest,
        /// The case it was given in.
        from: CaseNumber,
        /// Whose data it is, and why it may be used (R15).
        ground: Ground,
    },
    /// A licence of the register.
    Fetched {
        /// The licence.
        licence: Identifier,
        /// Its type.
        licence_type: TypeKey,
        /// Why it may be used (R15).
        ground: Ground,
    },
    /// A fact in a licence of the register.
    Derived {
        /// The licence.
        licence: Identifier,
        /// Its type.
        licence_type: TypeKey,
        /// The field that says it.
        field: FieldName,
        /// Why it may be used (R15).
        ground: Ground,
    },
    /// Answered by another system.
    Shared {
        /// Which system, under which number.
        reference: Words,
        /// Why it may be used (R15).
        ground: Ground,
    },
    /// The authority answered yes itself.
    Checked {
        /// The authority.
        by: DepartmentKey,
    },
}

/// Why another's data may be used (R15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The holder's consent.
    Consent(MandateNumber),
    /// A law, as it is cited.
    Law(Words),
}

impl How {
    /// The ground it names, where another's data is used.
    #[must_use]
    pub fn ground(&self) -> Option<&Ground> {
        match self {
            Self::Reused { ground, .. }
            | Self::Fetched { ground, .. }
            | Self::Derived { ground, .. }
            | Self::Shared { ground, .. } => Some(ground),
            Self::HandedIn { .. } | Self::Checked { .. } => None,
        }
    }

    /// The licence it comes from, if it comes from one.
    #[must_use]
    pub fn licence(&self) -> Option<&Identifier> {
        match self {
            Self::Fetched { licence, .. } | Self::Derived { licence, .. } => Some(licence),
            _ => None,
        }
    }

    /// The type of that licence.
    #[must_use]
    pub fn licence_type(&self) -> Option<&TypeKey> {
        match self {
            Self::Fetched { licence_type, .. } | Self::Derived { licence_type, .. } => {
                Some(licence_type)
            }
            _ => None,
        }
    }

    /// Whether a material of `means` is had in this way.
    fn satisfies(&self, means: &Means) -> bool {
        match (means, self) {
            (Means::Licence(wanted), Self::Fetched { licence_type, .. }) => wanted == licence_type,
            (
                Means::Derived(wanted, name),
                Self::Derived {
                    licence_type,
                    field,
                    ..
                },
            ) => wanted == licence_type && name == field,
            (Means::DataSharing, Self::Shared { .. })
            | (Means::InternalCheck, Self::Checked { .. })
            // Who may promise may also give the thing itself: a commitment is a choice.
            | (
                Means::Commitment | Means::Applicant,
                Self::HandedIn { .. } | Self::Reused { .. },
            ) => true,
            _ => false,
        }
    }
}

/// Why a material is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MaterialRefused {
    /// The matter's list has no such number.
    #[error("the matter lists no material {number}")]
    NotListed {
        /// The number asked for.
        number: u16,
    },
    /// The material is not had in this way.
    #[error("material {number} is not had in this way")]
    OtherMeans {
        /// Which material.
        number: u16,
    },
    /// The government has it itself, and nobody recorded that it cannot be had.
    #[error("material {number} is had by the government itself")]
    CanBeHad {
        /// Which material.
        number: u16,
    },
    /// It is had already.
    #[error("material {number} is had already")]
    HadAlready {
        /// Which material.
        number: u16,
    },
    /// It may not be promised.
    #[error("material {number} may not be promised")]
    NotPromisable {
        /// Which material.
        number: u16,
    },
    /// It may not follow later.
    #[error("material {number} may not follow later")]
    NotDeferrable {
        /// Which material.
        number: u16,
    },
    /// It may not be asked for at all.
    #[error("material {number} may not be asked for")]
    Cancelled {
        /// Which material.
        number: u16,
    },
    /// It was asked for before, or is had.
    #[error("material {number} is asked for twice")]
    AskedTwice {
        /// Which material.
        number: u16,
    },
}

impl MaterialRefused {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotListed { .. } => "material.not-listed",
            Self::OtherMeans { .. } => "material.other-means",
            Self::CanBeHad { .. } => "material.can-be-had",
            Self::HadAlready { .. } => "material.had-already",
            Self::NotPromisable { .. } => "material.not-promisable",
            Self::NotDeferrable { .. } => "material.not-deferrable",
            Self::Cancelled { .. } => "material.cancelled",
            Self::AskedTwice { .. } => "material.asked-twice",
        }
    }
}

/// How the applicant comes off: the figures of a case or of the whole catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Materials the applicant has to hand in.
    pub hand_in: usize,
    /// Materials the applicant promises.
    pub promised: usize,
    /// Licences fetched from the register.
    pub fetched: usize,
    /// Facts derived from another licence.
    pub derived: usize,
    /// Asked from another system.
    pub shared: usize,
    /// Answered by the authority itself.
    pub checked: usize,
    /// May not be asked for.
    pub cancelled: usize,
}

impl Figures {
    /// Counts these means.
    pub fn of<'a>(means: impl IntoIterator<Item = &'a Means>) -> Self {
        let mut figures = Self::default();
        for means in means {
            let place = match means {
                Means::Applicant => &mut figures.hand_in,
                Means::Commitment => &mut figures.promised,
                Means::Licence(_) => &mut figures.fetched,
                Means::Derived(..) => &mut figures.derived,
                Means::DataSharing => &mut figures.shared,
                Means::InternalCheck => &mut figures.checked,
                Means::Cancelled => &mut figures.cancelled,
            };
            *place += 1;
        }
        figures
    }

    /// Materials that nobody asks the applicant for (免提交).
    #[must_use]
    pub fn exempt(&self) -> usize {
        self.fetched + self.derived + self.shared + self.checked + self.cancelled
    }
}

/// Whether the government has such a material itself (R14).
#[must_use]
pub fn exempt(means: &Means) -> bool {
    match means {
        Means::Licence(_)
        | Means::Derived(..)
        | Means::DataSharing
        | Means::InternalCheck
        | Means::Cancelled => true,
        Means::Commitment | Means::Applicant => false,
    }
}

impl Item {
    /// The material at the beginning of a case.
    #[must_use]
    pub fn open(material: &Material) -> Option<Self> {
        Some(Self {
            number: material.number,
            name: Words::parse(&material.name_zh).ok()?,
            means: material.means.clone(),
            may_follow: material.may_follow,
            standing: match material.means {
                Means::Cancelled => Standing::NotNeeded,
                _ => Standing::Open,
            },
            asked: 0,
            unavailable: None,
        })
    }

    /// With a document that nobody may ask for any more.
    #[must_use]
    pub fn cancel(&self) -> Self {
        self.at(Standing::NotNeeded)
    }

    /// As a package of several matters has it, where another of them asks for less.
    pub(crate) fn within(self, means: &Means, may_follow: bool) -> Self {
        let eased = Self {
            means: means.clone(),
            may_follow,
            ..self
        };
        match means {
            Means::Cancelled => eased.cancel(),
            _ => eased,
        }
    }

    /// Whether nothing is open.
    #[must_use]
    pub fn settled(&self) -> bool {
        !matches!(self.standing, Standing::Open)
    }

    /// With the material had.
    ///
    /// # Errors
    /// [`MaterialRefused`]: had already, or not in this way.
    pub fn have(&self, having: Having) -> Result<Self, MaterialRefused> {
        let number = self.number;
        match self.standing {
            Standing::NotNeeded => return Err(MaterialRefused::Cancelled { number }),
            // A second copy only where the first was asked to be mended: then it is open again.
            Standing::Had(_) => return Err(MaterialRefused::HadAlready { number }),
            _ => {}
        }
        let by_hand = matches!(having.how, How::HandedIn { .. } | How::Reused { .. });
        let instead = by_hand && self.unavailable.is_some();
        if !having.how.satisfies(&self.means) && !instead {
            return Err(if by_hand && exempt(&self.means) {
                // R14: what the government can have itself is not taken from the applicant.
                MaterialRefused::CanBeHad { number }
            } else {
                MaterialRefused::OtherMeans { number }
            });
        }
        Ok(self.at(Standing::Had(having)))
    }

    /// With the finding that it cannot be had as the matter says: no such licence, no answer.
    ///
    /// # Errors
    /// [`MaterialRefused`]: it is not one that the government has itself, or is had.
    pub fn miss(&self, why: Words) -> Result<Self, MaterialRefused> {
        let number = self.number;
        match self.standing {
            Standing::NotNeeded => return Err(MaterialRefused::Cancelled { number }),
            Standing::Had(_) => return Err(MaterialRefused::HadAlready { number }),
            _ if !exempt(&self.means) => return Err(MaterialRefused::OtherMeans { number }),
            _ => {}
        }
        Ok(Self {
            unavailable: Some(why),
            ..self.clone()
        })
    }

    /// With a promise in its place (R19).
    ///
    /// # Errors
    /// [`MaterialRefused`]: not one that may be promised, or not open.
    pub fn promise(&self, commitment: CommitmentNumber) -> Result<Self, MaterialRefused> {
        let number = self.number;
        match (&self.means, &self.standing) {
            (Means::Commitment, Standing::Open) => Ok(self.at(Standing::Promised(commitment))),
            (Means::Commitment, _) => Err(MaterialRefused::HadAlready { number }),
            _ => Err(MaterialRefused::NotPromisable { number }),
        }
    }

    /// To follow by `due` (R21).
    ///
    /// # Errors
    /// [`MaterialRefused`]: not listed as one that may follow, or not open.
    pub fn defer(&self, due: Date) -> Result<Self, MaterialRefused> {
        let number = self.number;
        match self.standing {
            Standing::Open if self.may_follow => Ok(self.at(Standing::Deferred(due))),
            Standing::Open => Err(MaterialRefused::NotDeferrable { number }),
            _ => Err(MaterialRefused::HadAlready { number }),
        }
    }

    /// Asked for in a supplement.
    ///
    /// # Errors
    /// [`MaterialRefused`]: R14 forbids to ask for it.
    pub fn ask(&self, because: Because) -> Result<Self, MaterialRefused> {
        let number = self.number;
        match &self.standing {
            Standing::NotNeeded => return Err(MaterialRefused::Cancelled { number }),
            _ if self.asked > 0 => return Err(MaterialRefused::AskedTwice { number }),
            Standing::Had(_) if because == Because::Missing => {
                return Err(MaterialRefused::AskedTwice { number });
            }
            Standing::Promised(_) | Standing::Deferred(_) => {
                return Err(MaterialRefused::AskedTwice { number });
            }
            _ if exempt(&self.means) && self.unavailable.is_none() => {
                return Err(MaterialRefused::CanBeHad { number });
            }
            _ => {}
        }
        Ok(Self {
            asked: self.asked + 1,
            standing: Standing::Open,
            ..self.clone()
        })
    }

    fn at(&self, standing: Standing) -> Self {
        Self {
            standing,
            ..self.clone()
        }
    }
}

/// Why a material is asked for after the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// It was not given.
    Missing,
    /// What was given has a defect: illegible, out of date, of another person.
    Defective,
}

/// Serde form of means: the words of domain.md 3, with type and field after a colon.
mod means_text {
    use catalogue::key::{FieldName, TypeKey};
    use catalogue::matter::Means;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(
        means: &Means,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match means {
            Means::Licence(of) => serializer.collect_str(&format_args!("e_licence:{of}")),
            Means::Derived(of, field) => {
                serializer.collect_str(&format_args!("derived_from_field:{of}.{field}"))
            }
            Means::DataSharing => serializer.serialize_str("data_sharing"),
            Means::InternalCheck => serializer.serialize_str("internal_check"),
            Means::Commitment => serializer.serialize_str("commitment"),
            Means::Applicant => serializer.serialize_str("applicant"),
            Means::Cancelled => serializer.serialize_str("cancelled"),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Means, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).ok_or_else(|| de::Error::custom("no means of having a material"))
    }

    fn read(text: &str) -> Option<Means> {
        Some(match text.split_once(':') {
            Some(("e_licence", of)) => Means::Licence(TypeKey::parse(of).ok()?),
            Some(("derived_from_field", place)) => {
                let (of, field) = place.split_once('.')?;
                Means::Derived(TypeKey::parse(of).ok()?, FieldName::parse(field).ok()?)
            }
            Some(_) => return None,
            None => match text {
                "data_sharing" => Means::DataSharing,
                "internal_check" => Means::InternalCheck,
                "commitment" => Means::Commitment,
                "applicant" => Means::Applicant,
                "cancelled" => Means::Cancelled,
                _ => return None,
            },
        })
    }
}
