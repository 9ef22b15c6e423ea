//! The evidence in a PDF: its signatures, what each covers and what came after, the data and status material
//! that it carries.

use crypto::{Digest, DigestAlgorithm, sha256};
use evidence::cms::{ReadCms, SignedData};
use evidence::tsp::{ReadToken, Token};
use pdf::{
    Change, File, Level, ReadPdf, SignatureField, SignatureValue, Source, Standing, SubFilter,
};
use time::UtcDateTime;

use crate::told::{ChangeTold, Covers, Refused};

/// Signatures that are judged in one file (T-I3).
pub const MAX_SIGNATURES: usize = 32;
/// Certificates, lists and answers of each kind that are taken from a file (T-I8).
pub const MAX_MATERIAL: usize = 64;
/// Octets of embedded data that are kept.
const MAX_EMBEDDED: usize = 1 << 20;
/// Name of the embedded data of a licence (D17).
pub const LICENCE: &str = "licence.json";
/// Name of the embedded reference to its status (D20).
pub const STATUS: &str = "status.json";

/// The evidence in a PDF.
#[derive(Debug, Clone)]
pub struct DocumentFacts {
    /// Signatures, oldest first.
    pub signatures: Vec<SignatureFacts>,
    /// Whether there are more than are judged.
    pub too_many: bool,
    /// Which of them seals: the first that is no document time-stamp.
    pub sealing: Option<usize>,
    /// The data of a licence in the revision that it signs.
    pub sealed: Embedded,
    /// The data of a licence in the last revision.
    pub latest: Embedded,
    /// Certificates of the document security store, DER.
    pub certificates: Vec<Vec<u8>>,
    /// OCSP responses of the store.
    pub ocsps: Vec<Vec<u8>>,
    /// CRLs of the store.
    pub crls: Vec<Vec<u8>>,
}

/// The data that a licence carries, as of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Embedded {
    /// `licence.json`.
    pub licence: Option<Vec<u8>>,
    /// `status.json`.
    pub status: Option<Vec<u8>>,
}

/// One signature or document time-stamp.
#[derive(Debug, Clone)]
pub struct SignatureFacts {
    /// Name of its field.
    pub field: String,
    /// The revision that it signs, from 0.
    pub revision: usize,
    /// What became of it in the last revision.
    pub standing: Standing,
    /// How far it reaches.
    pub covers: Covers,
    /// What came after it.
    pub changes: Vec<ChangeTold>,
    /// Its content, or the rule of form that it breaks.
    pub lines: Result<Lines, Refused>,
    /// Of a document time-stamp: the SHA-256 of each certificate, answer and list of the store as its revision has it.
    pub store: Vec<[u8; 32]>,
}

/// What the dictionary says and what was recomputed.
#[derive(Debug, Clone)]
pub struct Lines {
    /// How the message is to be read.
    pub sub_filter: SubFilter,
    /// /ByteRange.
    pub byte_range: [u64; 4],
    /// /Contents, as they stand.
    pub contents: Vec<u8>,
    /// The message of a signature.
    pub message: Result<SignedData, ReadCms>,
    /// The token of a document time-stamp.
    pub token: Option<Result<Token, ReadToken>>,
    /// Digests over the byte ranges: by the message's own algorithm and by SHA-256.
    pub digests: Vec<Digest>,
    /// /M.
    pub claimed: Option<UtcDateTime>,
    /// /Reason: what was meant by signing, in the signer's words.
    pub intent: Option<String>,
}

impl DocumentFacts {
    /// Reads a file, revision by revision.
    pub(crate) fn read(source: &dyn Source) -> Result<DocumentFacts, ReadPdf> {
        let file = pdf::read(source)?;
        let fields = file.signatures()?;
        let too_many = fields.len() > MAX_SIGNATURES;
        // What came after the first signature is what came after each later one and what came before that:
        // compared once, whatever the number of signatures (T-I3).
        let changes = fields
            .first()
            .map(|first| file.changes_after(first, &fields))
            .unwrap_or_default();
        let mut signatures = Vec::new();
        for field in fields.iter().take(MAX_SIGNATURES) {
            signatures.push(SignatureFacts::read(&file, field, &changes)?);
        }
        digest(&file, &fields, &mut signatures)?;
        let sealing = fields
            .iter()
            .position(|field| !field.value().is_ok_and(is_time_stamp));
        let sealed = match sealing.and_then(|place| fields.get(place)) {
            Some(field) => Embedded::read(&file, field.revision())?,
            None => Embedded::default(),
        };
        let latest = Embedded::read(&file, file.revisions().saturating_sub(1))?;
        let mut store = file.dss()?;
        store.certificates.truncate(MAX_MATERIAL);
        store.ocsps.truncate(MAX_MATERIAL);
        store.crls.truncate(MAX_MATERIAL);
        Ok(DocumentFacts {
            signatures,
            too_many,
            sealing,
            sealed,
            latest,
            certificates: store.certificates,
            ocsps: store.ocsps,
            crls: store.crls,
        })
    }
}

impl Embedded {
    fn read(file: &File<'_>, revision: usize) -> Result<Embedded, ReadPdf> {
        let mut found = Embedded::default();
        for attachment in file.attachments_at(revision)? {
            // D17, D20: the names are ours; two of one name are none, since readers would differ.
            let place = match attachment.name.as_str() {
                LICENCE => &mut found.licence,
                STATUS => &mut found.status,
                _ => continue,
            };
            if place.is_some() {
                return Err(ReadPdf::Limit {
                    what: "embedded files of one name",
                    limit: 1,
                });
            }
            // T-I3: one copy for each signature; what is larger than any licence is kept as something that
            // cannot be read.
            *place = Some(if attachment.bytes.len() > MAX_EMBEDDED {
                Vec::new()
            } else {
                attachment.bytes
            });
        }
        Ok(found)
    }
}

impl SignatureFacts {
    fn read(
        file: &File<'_>,
        field: &SignatureField,
        changes: &[Change],
    ) -> Result<SignatureFacts, ReadPdf> {
        let lines = match field.value() {
            Err(fault) => Err(Refused::because(fault.code(), fault)),
            Ok(value) => {
                let (message, token) = Lines::parse(value.sub_filter(), value.contents());
                Ok(Lines {
                    sub_filter: value.sub_filter(),
                    byte_range: value.byte_range(),
                    contents: value.contents().to_vec(),
                    message,
                    token,
                    digests: Vec::new(),
                    claimed: value.claimed().map(UtcDateTime::from),
                    intent: value.reason().map(str::to_owned),
                })
            }
        };
        let stamp = lines.as_ref().is_ok_and(|lines| lines.token.is_some());
        let store = if stamp {
            stored(file, field.revision())?
        } else {
            Vec::new()
        };
        Ok(SignatureFacts {
            field: field.name().to_owned(),
            revision: field.revision(),
            standing: field.standing(),
            covers: match field.coverage() {
                pdf::Coverage::WholeFile => Covers::WholeFile,
                pdf::Coverage::Revision => Covers::Revision,
                pdf::Coverage::Part => Covers::Part,
            },
            changes: changes
                .iter()
                .filter(|change| change.revision > field.revision())
                // T-V3: validation material and time-stamps are allowed without remark.
                .filter(|change| !change.permitted || change.level() != Level::Upkeep)
                .map(told)
                .collect(),
            lines,
            store,
        })
    }
}

/// Digests what each signature covers, by its own algorithm and by SHA-256, all together in as few passes as there are
/// algorithms.
fn digest(
    file: &File<'_>,
    fields: &[SignatureField],
    signatures: &mut [SignatureFacts],
) -> Result<(), ReadPdf> {
    let mut wanted = Vec::new();
    let mut places = Vec::new();
    for (at, (field, facts)) in fields.iter().zip(&*signatures).enumerate() {
        let (Ok(value), Ok(lines)) = (field.value(), &facts.lines) else {
            continue;
        };
        let own = lines.own().filter(|own| *own != DigestAlgorithm::Sha256);
        for algorithm in [DigestAlgorithm::Sha256].into_iter().chain(own) {
            wanted.push((value, algorithm));
            places.push(at);
        }
    }
    for (at, digest) in places.into_iter().zip(file.digests(&wanted)?) {
        if let Some(Ok(lines)) = signatures.get_mut(at).map(|facts| &mut facts.lines) {
            lines.digests.push(digest);
        }
    }
    Ok(())
}

/// What a time-stamp over this revision covers of the store.
fn stored(file: &File<'_>, revision: usize) -> Result<Vec<[u8; 32]>, ReadPdf> {
    let store = file.dss_at(revision)?;
    let statuses = store.ocsps.iter().chain(&store.crls);
    let all = store.certificates.iter().chain(statuses);
    Ok(all.take(3 * MAX_MATERIAL).map(|der| sha256(der)).collect())
}

fn is_time_stamp(value: &SignatureValue) -> bool {
    value.sub_filter() == SubFilter::TimeStamp
}

fn told(change: &Change) -> ChangeTold {
    let mut text = format!("revision {}", change.revision.saturating_add(1));
    if !change.path.is_empty() {
        text.push_str(&format!(", {}", change.path));
    }
    if let Some(object) = change.object {
        text.push_str(&format!(", object {object}"));
    }
    if let Some(field) = &change.field {
        text.push_str(&format!(", field {field}"));
    }
    if !change.pages.is_empty() {
        let pages: Vec<String> = change.pages.iter().map(u32::to_string).collect();
        text.push_str(&format!(", pages {}", pages.join(" ")));
    }
    // ades-pki 7, 10: who is not told what a field said before, and says now, was deceived.
    if let Some(before) = &change.before {
        text.push_str(&format!(", before {before:?}"));
    }
    if let Some(after) = &change.after {
        text.push_str(&format!(", now {after:?}"));
    }
    if change.covers {
        text.push_str(", over what the page says");
    }
    ChangeTold {
        code: change.kind.code(),
        permitted: change.permitted,
        text,
    }
}

/// What stands in /Contents: the message, and the token where it is to be one.
type Parsed = (
    Result<SignedData, ReadCms>,
    Option<Result<Token, ReadToken>>,
);

impl Lines {
    /// What stands in /Contents.
    pub fn parse(sub_filter: SubFilter, contents: &[u8]) -> Parsed {
        let token = sub_filter == SubFilter::TimeStamp;
        (
            SignedData::parse(contents),
            token.then(|| Token::parse(contents)),
        )
    }

    /// The algorithm by which the message or the token digests what it signs.
    fn own(&self) -> Option<DigestAlgorithm> {
        match (&self.token, &self.message) {
            (Some(Ok(token)), _) => Some(token.info().imprint().algorithm()),
            (None, Ok(message)) => message
                .signer()
                .and_then(|signer| signer.digest_algorithm().ok()),
            _ => None,
        }
    }

    /// The digest over the byte ranges by `algorithm`, where it was computed.
    #[must_use]
    pub fn digest(&self, algorithm: DigestAlgorithm) -> Option<&Digest> {
        self.digests
            .iter()
            .find(|digest| digest.algorithm() == algorithm)
    }
}
