//! A seal is given another scope: on a ground, by two people, as a further version.

use backoffice::custody;
use backoffice::import;
use backoffice::office::Office;
use backoffice::said::{hex, moment};
use catalogue::key::{MatterCode, PersonKey, SealCode, TransferKey};
use catalogue::scope::MatterScope;
use catalogue::{SealScope, wire};
use issuance::Asker;
use registry::applications::{ScopeVersion, ScopeWord};
use registry::regions::Spoken;
use serde::Serialize;

use crate::fault::{MakingError, Wrong};
use crate::order::is_text;

/// The scope that a seal is to have, and why. Code, name, holder and kind stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeOrder {
    /// What it may stand on.
    pub purposes: Vec<String>,
    /// For which matters; every matter of the department's power where there are none.
    pub matters: Option<Vec<String>>,
    /// First day.
    pub valid_from: String,
    /// Last day.
    pub valid_to: Option<String>,
    /// `transfer` and the key of a transfer of the catalogue, `cancelled-power` and a matter, or `decision` and its number.
    pub ground: (String, String),
}

/// A scope that a seal had, has, or is to have.
#[derive(Debug, Clone, Serialize)]
pub struct Standing {
    /// From 1; none for what waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The scope.
    pub scope: wire::Seal,
    /// Why.
    pub ground: String,
    /// Who decided it, or the first of two who said it.
    pub people: Vec<String>,
    /// When it was decided, RFC 3339; or until when it waits.
    pub moment: String,
    /// SHA-256 of what waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
}

/// Every scope that a seal has had on application, in order, and then what waits for a second person.
///
/// # Errors
/// `Unknown`, `Store`.
pub async fn scopes(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<Vec<Standing>, MakingError> {
    let scope = in_sight(office, asker, seal).await?;
    let book = office.registry.applications();
    let mut told = Vec::new();
    for version in book.scopes(&scope.seal).await? {
        told.push(standing(version)?);
    }
    if let Some((content, ground, waiting)) = book.waiting(seal, office.now()).await? {
        told.push(Standing {
            number: None,
            scope: entry(&content)?,
            ground,
            people: vec![waiting.person.to_string()],
            moment: moment(waiting.until),
            terms: Some(hex(&waiting.terms)),
        });
    }
    Ok(told)
}

fn standing(version: ScopeVersion) -> Result<Standing, MakingError> {
    Ok(Standing {
        number: Some(version.number),
        scope: entry(&version.content)?,
        ground: version.ground,
        people: version.people,
        moment: moment(version.decided),
        terms: None,
    })
}

fn entry(content: &str) -> Result<wire::Seal, MakingError> {
    serde_json::from_str(content).map_err(|_| MakingError::Store(crate::kept::DAMAGED))
}

/// The scope in force, of a seal that the asker may see.
async fn in_sight(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
) -> Result<SealScope, MakingError> {
    let desk = import::desk_with(office, seal).await?;
    let scope = desk.catalogue.seal(seal);
    let seen =
        scope.filter(|scope| custody::sees(&desk.catalogue, &asker.department, &scope.holder));
    seen.cloned().ok_or(MakingError::Unknown)
}

/// One person's word on a seal's scope; the second person's, which says the same within a day, puts it in force. From then on
/// nothing is sealed under the scope before, releases that wait included: the rules are asked once more at the release and before
/// the journal.
///
/// # Errors
/// [`MakingError`]; then the scope before stays in force.
pub async fn change_scope(
    office: &Office,
    asker: &Asker,
    seal: &SealCode,
    order: &ScopeOrder,
) -> Result<Spoken, MakingError> {
    let before = in_sight(office, asker, seal).await?;
    let person = PersonKey::parse(&asker.person).ok();
    let person = person.filter(|_| asker.person != asker.account);
    let person = person.ok_or(MakingError::Machine)?;
    let entry = order.entry(&before);
    let content = serde_json::to_string(&entry).unwrap_or_default();
    let scope = office.desk().catalogue.read_seal(content.as_bytes())?;
    let word = ScopeWord {
        seal: seal.clone(),
        ground: order.ground(office, &scope)?,
        content,
        person,
        at: office.now(),
    };
    let spoken = office.registry.applications().say(word).await?;
    if spoken == Spoken::Holds {
        import::catch_up(office).await?;
    }
    Ok(spoken)
}

impl ScopeOrder {
    fn entry(&self, before: &SealScope) -> wire::Seal {
        wire::Seal {
            seal_code: before.seal.to_string(),
            name_zh: before.name_zh.clone(),
            holder: before.holder.to_string(),
            kind: before.kind.zh().to_owned(),
            purposes: self.purposes.clone(),
            matters: self.matters.clone(),
            valid_from: self.valid_from.clone(),
            valid_to: self.valid_to.clone(),
        }
    }

    /// domain.md 4.2: a version of a scope has a ground, and the ground is true.
    fn ground(&self, office: &Office, scope: &SealScope) -> Result<String, MakingError> {
        let (kind, named) = (self.ground.0.as_str(), self.ground.1.as_str());
        let desk = office.desk();
        let holds = match kind {
            // R2: the power goes from the seal's holder, or comes to it.
            "transfer" => TransferKey::parse(named).is_ok_and(|key| {
                let found = desk.catalogue.transfer(&key);
                found.is_some_and(|one| one.from == scope.holder || one.to == scope.holder)
            }),
            // What is cancelled is not in the scope any more.
            "cancelled-power" => MatterCode::parse(named).is_ok_and(|matter| {
                let known = desk.catalogue.matter(&matter).is_some();
                known && matches!(&scope.matters, MatterScope::Listed(listed) if !listed.contains(&matter))
            }),
            "decision" => is_text(named),
            _ => false,
        };
        match holds {
            true => Ok(format!("{kind} {named}")),
            false => Err(MakingError::Order(vec![Wrong {
                at: "ground".to_owned(),
                code: "seal.scope-ground",
                text: "no such transfer of the holder, a matter that is still in the scope, or no decision".to_owned(),
            }])),
        }
    }
}
