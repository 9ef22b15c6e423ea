//! A caller's content of any kind, sealed as a signature beside it, around it, or as a package with it.

use catalogue::kind::Envelope;
use crypto::{Signature, WrongForm};
use envelope::{Laid, LayOut, Signer, lay};
use registry::jobs::Job;
use time::UtcDateTime;
use verify::facts::Described;

use crate::answers::whole;
use crate::level::Level;
use crate::means::Means;
use crate::office::Office;
use crate::sealing::fault::SealingError;
use crate::sealing::finished::Signed;
use crate::sealing::proof;
use crate::waiting::WaitingFile;

/// An envelope laid out.
pub(super) struct LaidAround {
    pub(super) form: Envelope,
    pub(super) laid: Laid,
    /// What waited.
    waited: std::sync::Arc<Vec<u8>>,
}

impl LaidAround {
    pub(super) fn value(&self, signature: &Signature) -> Result<Vec<u8>, WrongForm> {
        self.laid.value(signature)
    }
}

/// What a signature is over where that lies beside it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beside {
    /// Content, by name.
    pub(crate) contents: Vec<(String, Vec<u8>)>,
    /// What is known of content that was not sent.
    pub(crate) described: Vec<Described>,
}

impl Beside {
    fn of(form: Envelope, waited: &[u8]) -> Result<Beside, LayOut> {
        let mut beside = Beside::default();
        if form.is_of_digest() {
            beside.described = envelope::described(form, waited)?;
        } else if form.is_detached() {
            let items = envelope::unpack(form, waited)?.into_iter();
            beside.contents = items.map(|item| (item.name, item.octets)).collect();
        }
        Ok(beside)
    }
}

/// A finished envelope.
pub(super) struct Finished {
    pub(super) file: Vec<u8>,
    pub(super) beside: Beside,
    /// The signature of the time-stamp over all of it, where the level has one.
    pub(super) archive: Option<Signature>,
}

/// 7: what is signed. The signing time stands in it, in whole seconds.
pub(super) fn prepare(
    means: &Means<'_>,
    form: Envelope,
    waiting: &WaitingFile,
    now: UtcDateTime,
) -> Result<LaidAround, SealingError> {
    let signer = Signer {
        certificate: means.certificate,
        authority: means.authority,
        algorithm: means.algorithm,
    };
    let waited = waiting.file.clone();
    let laid = lay(form, &waited, &signer, whole(now))?;
    Ok(LaidAround { form, laid, waited })
}

/// 12: time-stamp and receipt, then chain and status, then the time-stamp over all of it, as far as the level goes.
pub(super) async fn finish(
    (office, means): (&Office, &Means<'_>),
    laid: LaidAround,
    signed: Signed<'_>,
    (level, job): (Level, &Job),
) -> Result<Finished, SealingError> {
    let LaidAround { form, laid, waited } = laid;
    let token = signed.stamp.map(|stamp| stamp.token(&[]));
    let mut sealed = laid.finish(
        signed.signature,
        token.as_deref(),
        signed.receipt.as_bytes(),
    )?;
    let kept = proof::of((office, means), level).await?;
    if let Some(kept) = &kept {
        sealed = sealed.keep(kept)?;
    }
    let beside = Beside::of(form, &waited)?;
    let (file, archive) = match (level, kept) {
        (Level::Archived, Some(kept)) => {
            let archiving = sealed.archive()?;
            let stamp = proof::archive((office, means), archiving.imprint(), job).await?;
            let signature = stamp.signature.clone();
            // Nothing comes after this token that could hold what proves its unit.
            let token = stamp.token_keeping(&[], &kept.crls);
            (archiving.finish(&token)?, Some(signature))
        }
        _ => (sealed.encode()?, None),
    };
    Ok(Finished {
        file,
        beside,
        archive,
    })
}
