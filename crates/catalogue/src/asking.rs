//! What an applicant may be asked for (R14), and what nobody may ask for any more.

use time::Date;

use crate::matter::{Matter, Means};

/// A document that was cancelled: no matter may ask for it from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelledDocument {
    /// Its name, as materials call it.
    pub name_zh: String,
    /// The first day on which nobody may ask for it.
    pub cancelled_from: Date,
    /// What cancels it.
    pub legal_basis: String,
}

/// Names that say nothing: a material has a name of its own (其他材料 is none).
pub(crate) fn is_nameless(name: &str) -> bool {
    const OTHER: [&str; 4] = ["其他", "其它", "相关", "有关"];
    const PAPERS: [&str; 4] = ["材料", "资料", "文件", "证明"];
    const AND_SO_ON: [&str; 2] = ["等材料", "等相关材料"];
    let name: String = name.split_whitespace().collect();
    let other = OTHER.iter().any(|word| name.starts_with(word))
        && PAPERS.iter().any(|word| name.ends_with(word));
    other || AND_SO_ON.iter().any(|word| name.ends_with(word))
}

/// How many materials there are, by how they are had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MaterialFigures {
    /// Handed in by the applicant.
    pub to_hand_in: usize,
    /// Promised instead.
    pub promised: usize,
    /// Had otherwise (免提交), or not asked for any more.
    pub exempt: usize,
}

impl MaterialFigures {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        self.to_hand_in + self.promised + self.exempt
    }

    /// The figures of these matters.
    #[must_use]
    pub fn of<'a>(matters: impl IntoIterator<Item = &'a Matter>) -> Self {
        let mut figures = Self::default();
        for material in matters.into_iter().flat_map(|matter| &matter.materials) {
            match material.means {
                Means::Applicant => figures.to_hand_in += 1,
                Means::Commitment => figures.promised += 1,
                Means::Licence(_)
                | Means::Derived(..)
                | Means::DataSharing
                | Means::InternalCheck
                | Means::Cancelled => figures.exempt += 1,
            }
        }
        figures
    }
}
