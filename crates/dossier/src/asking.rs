//! Supplements: what may be asked for once, and what raises a red card instead (R14).

use catalogue::Catalogue;
use time::Date;

use crate::card::CardGround;
use crate::dossier::{Dossier, Supplement};
use crate::event::Asked;
use crate::material::MaterialRefused;
use crate::refused::Refused;
use crate::text::Words;

/// Most materials or conditions in one request.
const MAX_ASKED: usize = 100;

/// The case after its applicant was asked for these materials.
pub(crate) fn ask(
    dossier: &Dossier,
    (asked, conditions): (&[Asked], &[Words]),
    (by, today, catalogue): (Date, Date, &Catalogue),
) -> Result<Dossier, Refused> {
    if asked.is_empty() {
        return Err(Refused::Open {
            numbers: Vec::new(),
        });
    }
    if asked.len() > MAX_ASKED || conditions.len() > MAX_ASKED {
        return Err(Refused::TooMany { limit: MAX_ASKED });
    }
    if by <= today {
        return Err(Refused::Day(by));
    }
    let mut next = dossier.clone();
    let mut grounds = Vec::new();
    let mut materials = Vec::new();
    for one in asked {
        match one {
            Asked::Unlisted { name } => {
                grounds.push(CardGround::Unlisted { name: name.clone() });
            }
            Asked::Listed { material, because } => {
                let Some(item) = next.items.iter_mut().find(|item| item.number == *material) else {
                    return Err(MaterialRefused::NotListed { number: *material }.into());
                };
                // A list of cancelled documents that can no longer be asked for.
                if catalogue.is_cancelled(item.name.as_str(), today) {
                    grounds.push(CardGround::Unlisted {
                        name: item.name.clone(),
                    });
                    continue;
                }
                match item.ask(*because) {
                    Ok(open) => {
                        *item = open;
                        materials.push(*material);
                    }
                    Err(refused) => match CardGround::of_request(&refused, &item.name) {
                        Some(ground) => grounds.push(ground),
                        None => return Err(refused.into()),
                    },
                }
            }
        }
    }
    for words in conditions {
        grounds.push(CardGround::AddedCondition {
            words: words.clone(),
        });
    }
    if !grounds.is_empty() {
        return Err(Refused::Forbidden { grounds });
    }
    next.supplement = Some(Supplement { materials, by });
    Ok(next)
}

/// The case after the supplement was given.
pub(crate) fn given(dossier: &Dossier) -> Result<Dossier, Refused> {
    let numbers: Vec<u16> = dossier
        .supplement
        .iter()
        .flat_map(|supplement| &supplement.materials)
        .copied()
        .filter(|number| dossier.item(*number).is_some_and(|item| !item.settled()))
        .collect();
    if numbers.is_empty() {
        Ok(dossier.clone())
    } else {
        Err(Refused::Open { numbers })
    }
}

/// The case after the supplement was not given by its day.
pub(crate) fn missed(dossier: &Dossier, today: Date) -> Result<Dossier, Refused> {
    match &dossier.supplement {
        Some(supplement) if today <= supplement.by => Err(Refused::Day(supplement.by)),
        _ => Ok(dossier.clone()),
    }
}
