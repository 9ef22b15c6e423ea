//! Who holds a power on a day, and how the scope of a seal follows (R2, domain.md 4.2).

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use crate::department::Duty;
use crate::holdings::Catalogue;
use crate::key::{DepartmentKey, MatterCode, SealCode, TransferKey};
use crate::matter::{Matter, MatterStatus};
use crate::scope::SealKind;
use crate::transfer::{Holding, ListedPower, ScopeGround, ScopeVersion, Transfer};

impl Catalogue {
    /// The transfer of this key.
    #[must_use]
    pub fn transfer(&self, key: &TransferKey) -> Option<&Transfer> {
        self.transfers.get(key)
    }

    /// Every transfer, by key.
    pub fn transfers(&self) -> impl ExactSizeIterator<Item = &Transfer> {
        self.transfers.values()
    }

    /// The power list of a body, by matter; nothing when it has published none.
    #[must_use]
    pub fn power_list(&self, body: &DepartmentKey) -> Option<&BTreeMap<MatterCode, ListedPower>> {
        self.power_lists.get(body)
    }

    /// Whether the power list of `body` names `matter` on `day`; a body without a list is not
    /// bound by one.
    #[must_use]
    pub fn is_listed(&self, body: &DepartmentKey, matter: &MatterCode, day: Date) -> bool {
        self.power_lists.get(body).is_none_or(|list| {
            list.get(matter)
                .is_some_and(|power| power.days.contains(day))
        })
    }

    /// Who decides `matter` on `day`.
    #[must_use]
    pub fn holding<'a>(&'a self, matter: &'a Matter, day: Date) -> Holding<'a> {
        let moved = self.moved.get(&matter.code).into_iter().flatten().rev();
        let moved = moved
            .filter_map(|key| self.transfers.get(key))
            .find(|transfer| transfer.on <= day);
        match (moved, matter.transferred_from) {
            (Some(transfer), _) => self.moved_by(transfer),
            (None, Some(from)) if day < from => Holding {
                body: &matter.industry_authority,
                from: Date::MIN,
                seal: SealKind::Department,
                by: None,
            },
            (None, from) => Holding {
                body: &matter.exercised_by,
                from: from.unwrap_or(Date::MIN),
                seal: matter.seal,
                by: None,
            },
        }
    }

    /// Everybody who decides `matter`, from the first on.
    #[must_use]
    pub fn holdings<'a>(&'a self, matter: &'a Matter) -> Vec<Holding<'a>> {
        let mut all = vec![self.holding(matter, Date::MIN)];
        if let Some(from) = matter.transferred_from
            && from > Date::MIN
        {
            all.push(self.holding(matter, from));
        }
        let moved = self.moved.get(&matter.code).into_iter().flatten();
        all.extend(
            moved
                .filter_map(|key| self.transfers.get(key))
                .map(|transfer| self.moved_by(transfer)),
        );
        all
    }

    fn moved_by<'a>(&'a self, transfer: &'a Transfer) -> Holding<'a> {
        let bureau = self
            .departments
            .get(&transfer.to)
            .is_some_and(|department| department.has(Duty::Approval));
        Holding {
            body: &transfer.to,
            from: transfer.on,
            seal: if bureau {
                SealKind::Approval
            } else {
                SealKind::Department
            },
            by: Some(&transfer.key),
        }
    }

    /// How the scope of a seal followed the powers of its body, day by day, each change with its
    /// ground. Nothing for a seal that the catalogue does not have.
    #[must_use]
    pub fn scope_versions(&self, seal: &SealCode) -> Vec<ScopeVersion> {
        let Some(scope) = self.seals.get(seal) else {
            return Vec::new();
        };
        let begun = scope.days.first();
        let mut versions = BTreeMap::new();
        version(&mut versions, begun)
            .grounds
            .insert(ScopeGround::Begun);
        for matter in self.matters.values() {
            if !scope.matters.covers(&matter.code) {
                continue;
            }
            let all = self.holdings(matter);
            for (at, held) in all.iter().enumerate() {
                if *held.body != scope.holder || !serves(scope.kind, held.seal) {
                    continue;
                }
                let until = all.get(at + 1);
                let ground = |by: Option<&TransferKey>| {
                    by.map_or(ScopeGround::Entry, |key| ScopeGround::Transfer(key.clone()))
                };
                if until.is_some_and(|next| next.from <= begun) {
                    continue;
                }
                let gained = version(&mut versions, held.from.max(begun));
                gained.gained.insert(matter.code.clone());
                if held.from > begun {
                    gained.grounds.insert(ground(held.by));
                }
                if let Some(next) = until {
                    let lost = version(&mut versions, next.from);
                    lost.lost.insert(matter.code.clone());
                    lost.grounds.insert(ground(next.by));
                } else if let (MatterStatus::Abolished, Some(from)) =
                    (matter.status, matter.status_from)
                {
                    let lost = version(&mut versions, from.max(begun));
                    lost.lost.insert(matter.code.clone());
                    lost.grounds.insert(ScopeGround::Abolished);
                }
            }
        }
        (1..)
            .zip(versions.into_values())
            .map(|(number, version)| ScopeVersion {
                version: number,
                ..version
            })
            .collect()
    }
}

/// Acceptance and conversion seals stand on papers of every matter of their body.
fn serves(kind: SealKind, results: SealKind) -> bool {
    match kind {
        SealKind::Approval | SealKind::Department => kind == results,
        SealKind::Acceptance | SealKind::Conversion => true,
    }
}

fn version(versions: &mut BTreeMap<Date, ScopeVersion>, from: Date) -> &mut ScopeVersion {
    versions.entry(from).or_insert_with(|| ScopeVersion {
        version: 0,
        from,
        gained: BTreeSet::new(),
        lost: BTreeSet::new(),
        grounds: BTreeSet::new(),
    })
}
