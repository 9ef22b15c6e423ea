//! `credentials/list` and `credentials/info` (CSC 2.1 11.4, 11.5).

use axum::Json;
use issuance::Office;
use serde::Serialize;

use crate::counter::Shown;
use crate::credential::{Told, Wanted, standing};
use crate::fault::Fault;
use crate::fields::Fields;
use crate::whose::{Credential, asker_of, count, find, machine};

/// Credentials of one answer, at most.
const PAGE: usize = 100;

/// The credentials of who calls.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed {
    #[serde(rename = "credentialIDs")]
    ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_infos: Option<Vec<Told>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    only_valid: Option<bool>,
    /// To be sent as `pageToken` for what comes after.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// The credentials of who calls: their signature identities, or the seals that their machine may ask for.
#[utoipa::path(post, path = "/csc/v2/credentials/list", tag = "csc",
    request_body(content_type = "application/json", description = "CSC 2.1 11.4: `credentialInfo`, `certificates`, `certInfo`, `authInfo`, `onlyValid`, `maxResults`, `pageToken`"),
    responses((status = 200, description = "`credentialIDs`, `credentialInfos`, `nextPageToken`"), (status = 401, description = "no access token of the provider")))]
pub(crate) async fn list(shown: Shown, fields: Fields) -> Result<Json<Listed>, Fault> {
    let office = shown.counter.office();
    serve(&shown).await?;
    if fields.find("userID").is_some() {
        return Err(Fault::request("userID parameter MUST be null"));
    }
    let (only, told) = (fields.flag("onlyValid")?, fields.flag("credentialInfo")?);
    let wanted = Wanted::read(&fields)?;
    let most = most(&fields)?;
    let after = fields.text("pageToken")?.unwrap_or_default();
    let mut found = own(&shown, (after, most + 1)).await?;
    let next = (found.len() > most).then(|| {
        found.truncate(most);
        found.last().map(|last| last.id().to_owned())
    });
    let (mut ids, mut infos) = (Vec::new(), Vec::new());
    for credential in &found {
        let Some(standing) = standing(office, credential).await? else {
            continue;
        };
        if only && !standing.is_enabled() {
            continue;
        }
        ids.push(credential.id().to_owned());
        if told {
            let mut info = standing.told(office, wanted)?;
            info.id = Some(credential.id().to_owned());
            infos.push(info);
        }
    }
    Ok(Json(Listed {
        ids,
        credential_infos: told.then_some(infos),
        only_valid: only.then_some(true),
        next_page_token: next.flatten(),
    }))
}

/// One credential of who calls.
#[utoipa::path(post, path = "/csc/v2/credentials/info", tag = "csc",
    request_body(content_type = "application/json", description = "CSC 2.1 11.5: `credentialID`, `certificates`, `certInfo`, `authInfo`"),
    responses((status = 200, description = "key, certificate, how it is authorised"), (status = 400, description = "`invalid_request`: no credential of who calls"), (status = 401, description = "no access token of the provider")))]
pub(crate) async fn info(shown: Shown, fields: Fields) -> Result<Json<Told>, Fault> {
    let office = shown.counter.office();
    serve(&shown).await?;
    let wanted = Wanted::read(&fields)?;
    let credential = find(&shown, fields.needed("credentialID")?).await?;
    let standing = standing(office, &credential).await?;
    let standing = standing.ok_or_else(|| Fault::invalid("credentialID"))?;
    standing.told(office, wanted).map(Json)
}

/// 8.2: a token for the service, or for a credential of it; of a machine within its quota.
pub(crate) async fn serve(shown: &Shown) -> Result<(), Fault> {
    if !shown.bearer.service && shown.bearer.credential.is_none() {
        let why = "The access token has neither scope service nor an authorized credential";
        return Err(Fault::denied(why));
    }
    count(shown.counter.office(), &shown.bearer).await
}

pub(crate) fn most(fields: &Fields) -> Result<usize, Fault> {
    let Some(value) = fields.find("maxResults") else {
        return Ok(PAGE);
    };
    let wanted = value.as_u64().and_then(|value| usize::try_from(value).ok());
    match wanted {
        Some(wanted) if wanted > 0 => Ok(wanted.min(PAGE)),
        _ => Err(Fault::invalid("maxResults")),
    }
}

/// In the order of their names, after one.
async fn own(shown: &Shown, (after, limit): (&str, usize)) -> Result<Vec<Credential>, Fault> {
    let office = shown.counter.office();
    if let Some(asker) = machine(office, &shown.bearer).await? {
        let desk = office.desk();
        let seals = desk.catalogue.seals();
        let own =
            seals.filter(|seal| seal.holder == asker.department && seal.seal.as_str() > after);
        let own = own.take(limit);
        return Ok(own
            .map(|seal| Credential::Seal(seal.seal.clone(), asker.clone()))
            .collect());
    }
    persons(office, &shown.bearer.user, (after, limit)).await
}

async fn persons(
    office: &Office,
    user: &str,
    (after, limit): (&str, usize),
) -> Result<Vec<Credential>, Fault> {
    let server = |error: registry::StoreError| Fault::server(&error);
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let book = office.registry.activations();
    let bound = book.of_user(user, (after, limit)).await.map_err(server)?;
    let mut found = Vec::with_capacity(bound.len());
    for (signer, department) in bound {
        let record = office.registry.signers().find(&department, &signer).await;
        if let Some(record) = record.map_err(server)? {
            let asker = asker_of(&record);
            found.push(Credential::Person(Box::new(record), asker));
        }
    }
    Ok(found)
}
