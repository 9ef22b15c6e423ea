//! An application is taken.

use backoffice::custody::{self, CustodyError};
use backoffice::face;
use backoffice::office::Office;
use backoffice::said::{hex, response};
use catalogue::{SealScope, wire};
use issuance::{Asker, Once};
use registry::applications::NewApplication;
use registry::asked::Response;
use registry::seals::{Acting, SealRefused};
use seal::life::Stage;
use serde_json::json;

use crate::fault::MakingError;
use crate::kept::{Kept, KeptFile};
use crate::order::Order;

/// Takes an application for a seal of the asker's own department: its documents and its picture are kept, the picture decoded and
/// written anew (T-I10); what is kept never changes. The answer has its digest, which every later step names.
///
/// # Errors
/// `Order` with everything that is wrong, `Picture`; `Custody` with `Taken` where there is, or was, a seal of this code, and with
/// `Unknown` where the one that is to be replaced is none of the department's. What is refused by a rule stands in the trace.
pub async fn apply(
    office: &Office,
    asker: &Asker,
    once: &Once,
    order: &Order,
) -> Result<Response, MakingError> {
    let entry = order.scope(&asker.department);
    let entry_text = serde_json::to_string(&entry).unwrap_or_default();
    let desk = office.desk();
    let mut wrong = order.inspect();
    let scope = match desk.catalogue.read_seal(entry_text.as_bytes()) {
        Ok(scope) => scope,
        Err(error) => {
            if let MakingError::Order(more) = error.into() {
                wrong.extend(more);
            }
            return Err(MakingError::Order(wrong));
        }
    };
    if !wrong.is_empty() {
        return Err(MakingError::Order(wrong));
    }
    let replaces = order.replaced()?;
    let kept = kept(office, (&scope, entry), order).await?;
    let content = serde_json::to_vec(&kept).unwrap_or_default();
    let digest = hex(&crypto::sha256(&content));
    let told = json!({"seal": order.seal, "state": Stage::Applied.code(), "digest": digest});
    let new = NewApplication {
        leaf: custody::leaf(office, &scope, ("apply", &digest))?,
        seal: scope.seal,
        department: asker.department.clone(),
        replaces,
        content,
        scope: entry_text,
        by: asker.by(office.now()),
    };
    let book = office.registry.applications();
    let applied = book
        .apply(new, asker.asked(once), response(201, &told))
        .await;
    // It was refused, or asked for before with files of its own. What the store did not answer may have been written.
    if !matches!(applied, Ok(Acting::Acted(_)) | Err(SealRefused::Store(_))) {
        removed(office, &kept).await?;
    }
    match applied {
        Ok(Acting::Acted(response)) => {
            office.log.wake();
            Ok(response)
        }
        Ok(Acting::Repeated(response)) => response.ok_or(MakingError::Unknown),
        Err(SealRefused::Store(error)) => Err(error.into()),
        Err(refused) => {
            let on = (order.seal.as_str(), "apply");
            let refused = CustodyError::from(refused);
            Err(custody::deny(office, asker, on, refused).await?.into())
        }
    }
}

/// Everything that came with it, kept.
async fn kept(
    office: &Office,
    (scope, entry): (&SealScope, wire::Seal),
    order: &Order,
) -> Result<Kept, MakingError> {
    let picture = order.picture.as_deref();
    let picture = picture.map(|octets| face::imported(office, (scope, octets)));
    let picture = match picture.transpose()? {
        Some(png) => Some(keep(office, ("", "image/png"), png).await?),
        None => None,
    };
    let mut documents = Vec::with_capacity(order.documents.len());
    for one in &order.documents {
        let named = (one.name.as_str(), one.kind.as_str());
        documents.push(keep(office, named, one.content.clone()).await?);
    }
    Ok(Kept {
        scope: entry,
        replaces: order.replaces.clone(),
        ground: order.ground.clone(),
        picture,
        documents,
        list: None,
    })
}

/// Files that nothing names.
async fn removed(office: &Office, kept: &Kept) -> Result<(), MakingError> {
    for file in kept.picture.iter().chain(&kept.documents) {
        if let Ok(object) = file.object.parse() {
            office.objects.remove(&object).await?;
        }
    }
    Ok(())
}

pub(crate) async fn keep(
    office: &Office,
    (name, kind): (&str, &str),
    octets: Vec<u8>,
) -> Result<KeptFile, MakingError> {
    let sha256 = hex(&crypto::sha256(&octets));
    let length = u64::try_from(octets.len()).unwrap_or(u64::MAX);
    let object = office.objects.put(octets).await?;
    Ok(KeptFile {
        name: name.to_owned(),
        kind: kind.to_owned(),
        sha256,
        length,
        object: object.to_string(),
    })
}
