//! Installations of other sources than the sample's: of other types, with many seals more.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use catalogue::SealScope;
use crypto::{Cost, KeyAlgorithm, KeyId, KeyStore, Signer as _, SoftwareSigner, SystemRandom};
use serde_json::{Value, json};
use time::UtcDateTime;

use super::{Installation, PASSPHRASE, POWERS, TYPES};

/// The types of licences and the powers of a catalogue, as files.
pub(super) type Sources<'a> = (&'a [u8], &'a [u8]);
/// The sample's.
pub(super) const SAMPLE: Sources<'static> = (TYPES, POWERS);

/// What the codes of the seals begin with that come beside the sample's. Five digits follow: a drawn seal has 18 characters at most.
const CODES: &str = "990000-SPZYZ-";
/// The key of one of the sample's.
const SEAL: &str = "seal-990102-SPZYZ-01";

impl Installation {
    /// Founds one with so many seals beside the sample's, over its departments, each made like those: nobody is enrolled to release
    /// them, since each enrolment writes the key store anew.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn found_with_seals(
        (folder, database): (&Path, Option<&str>),
        (national, more): (bool, usize),
        now: UtcDateTime,
    ) -> anyhow::Result<Self> {
        let powers = powers(more)?;
        let files = (TYPES, powers.as_slice());
        Self::found_with(Self::at(folder, database), now, national, files).await
    }

    /// Founds one with the national suite where every type asks for its PDF in the national suite, too.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn found_national_alone(folder: &Path, now: UtcDateTime) -> anyhow::Result<Self> {
        let types = std::str::from_utf8(TYPES)?;
        let types = types.replace(r#""pdf": "international""#, r#""pdf": "sm""#);
        Self::found_with(
            Self::at(folder, None),
            now,
            true,
            (types.as_bytes(), POWERS),
        )
        .await
    }

    /// One person more may release one seal of the sample, as an operator has it done beside the service; how long it takes to write.
    ///
    /// # Errors
    /// As the key store has it.
    pub fn enrol_another(&self) -> anyhow::Result<Duration> {
        let random = SystemRandom::new();
        let keys = KeyStore::open_at_cost(&self.folder.join("keys"), Cost::FOR_TESTS)?;
        keys.unlock(PASSPHRASE)?;
        let pkcs8 = crypto::generate_pkcs8(KeyAlgorithm::EcP256, &random)?;
        let signer = SoftwareSigner::from_pkcs8(&pkcs8, None)?;
        let seal = KeyId::parse(SEAL).context("a name")?;
        let began = Instant::now();
        keys.enrol_releaser(&seal, "P-ANOTHER", signer.public_key(), &random)?;
        Ok(began.elapsed())
    }
}

/// Whether it is one of those that come beside the sample's.
pub(super) fn is_one(scope: &SealScope) -> bool {
    let code = scope.seal.as_str();
    code.starts_with(CODES) && code.len() == CODES.len() + 5
}

/// The sample's powers with so many seals more: each like one of those that seal licences, in turn.
fn powers(more: usize) -> anyhow::Result<Vec<u8>> {
    let mut powers: Value = serde_json::from_slice(POWERS)?;
    let seals = powers.get_mut("seals").and_then(Value::as_array_mut);
    let seals = seals.context("powers have seals")?;
    let alike: Vec<Value> = seals
        .iter()
        .filter(|seal| seal.get("kind") == Some(&json!("行政审批专用章")))
        .cloned()
        .collect();
    for (number, seal) in alike.iter().cycle().take(more).enumerate() {
        let mut seal = seal.clone();
        let code = seal.get_mut("seal_code").context("a seal has a code")?;
        *code = json!(format!("{CODES}{number:05}"));
        seals.push(seal);
    }
    Ok(serde_json::to_vec(&powers)?)
}
