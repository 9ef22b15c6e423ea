//! What a session's lines have to say: written by who holds it, and once more by who judges it.

use crypto::{KeyId, PublicKey, SignatureAlgorithm, sha256};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Coverage, Crl, CrlDraft, PrepareCrl, PreparedCrl, Revoked};
use pki::profile::{Addresses, Draft, Issuer, PrepareCertificate, Profile, Request as Wanted};
use time::{Duration, UtcDateTime};

use crate::declaration::{Issued, validity};
use crate::transcript::{BEGIN, END, Entry, told};
use crate::{Declaration, Duty, ROOT, Request, declaration_file, hex};

/// Everything of a session that its lines tell.
pub(crate) struct Account<'a> {
    pub(crate) declaration: &'a Declaration,
    pub(crate) present: Vec<KeyId>,
    pub(crate) root: Certificate,
    /// Request and certificate of each that is declared, in that order.
    pub(crate) issued: Vec<(Vec<u8>, Certificate)>,
    pub(crate) list: Crl,
}

impl Account<'_> {
    /// The lines of the session, signatures aside.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let mut entries = vec![self.begin()];
        entries.extend(self.present.iter().map(|name| self.presence(name)));
        entries.extend(self.opening());
        let issued = self.declaration.certificates.iter().zip(&self.issued);
        entries.extend(issued.flat_map(|(issued, made)| told_of(issued, made)));
        entries.extend(self.declaration.revoked.iter().map(told_revoked));
        entries.push(self.listed());
        entries.push(Entry::new(END));
        entries
    }

    fn begin(&self) -> Entry {
        let declaration = self.declaration;
        let session = declaration.session;
        let begin = Entry::new(BEGIN).with("ceremony", declaration.name.as_str());
        let begin = begin.with("session", session.to_string());
        file(
            begin,
            &declaration_file(session),
            declaration.text.as_bytes(),
        )
    }

    fn presence(&self, name: &KeyId) -> Entry {
        let duty = self.declaration.participant(name).map(|one| one.duty);
        let word = duty.map(Duty::word).unwrap_or_default();
        Entry::new("present")
            .with("name", name.as_str())
            .with("role", word)
    }

    /// The key made and its shares given out, or shares brought together.
    fn opening(&self) -> Vec<Entry> {
        let first = self.declaration.session == 1;
        let word = if first { "made" } else { "opened" };
        let key = Entry::new(word).with("spki", hex(&sha256(self.root.spki())));
        let keepers = self.declaration.keepers();
        let there = keepers.filter(|name| self.present.contains(name));
        let shares = there.map(|name| self.share(first, name));
        let own = first.then(|| certified("root", &self.root));
        std::iter::once(key).chain(shares).chain(own).collect()
    }

    fn share(&self, first: bool, keeper: &KeyId) -> Entry {
        let number = self.declaration.share_of(keeper).unwrap_or_default();
        let word = if first { "given" } else { "brought" };
        let entry = Entry::new(word).with("share", number.to_string());
        entry.with("keeper", keeper.as_str())
    }

    fn listed(&self) -> Entry {
        let number = self.declaration.list.number;
        let entry = Entry::new("list").with("number", number.to_string());
        file(entry, &list_file(number), self.list.der())
    }
}

pub(crate) fn list_file(number: u64) -> String {
    format!("root-{number}.crl")
}

fn file(entry: Entry, name: &str, octets: &[u8]) -> Entry {
    entry
        .with("file", name)
        .with("sha256", hex(&sha256(octets)))
}

fn certified(name: &str, certificate: &Certificate) -> Entry {
    let entry = Entry::new("certificate").with("serial", certificate.serial().to_string());
    file(entry, &format!("{name}.cer"), certificate.der())
}

fn told_of(issued: &Issued, (request, certificate): &(Vec<u8>, Certificate)) -> [Entry; 2] {
    let name = &issued.name;
    let asked = file(Entry::new("request"), &format!("{name}.csr"), request);
    [asked, certified(name.as_str(), certificate)]
}

fn told_revoked(one: &Revoked) -> Entry {
    let entry = Entry::new("revoked").with("serial", one.serial.to_string());
    let entry = entry.with("since", told(one.since));
    entry.with("reason", one.reason.code().to_string())
}

/// The octets of the root's own certificate.
pub(crate) fn root_draft(
    declaration: &Declaration,
    (key, algorithm): (&PublicKey, SignatureAlgorithm),
    serial: SerialNumber,
    at: UtcDateTime,
) -> Result<Draft, PrepareCertificate> {
    let root = &declaration.root;
    let issuer = Issuer::without_certificate(root.subject.clone(), key.clone(), algorithm);
    let wanted = Wanted {
        subject: &root.subject,
        key,
        serial,
        validity: validity(at, root.days),
        policies: &[],
        alternative_names: &[],
    };
    Profile::ROOT.prepare(&wanted, &issuer, &Addresses::default())
}

/// The octets of a certificate that the root signs.
pub(crate) fn issued_draft(
    declaration: &Declaration,
    issued: &Issued,
    (issuer, request): (&Issuer, &Request),
    (serial, at): (SerialNumber, UtcDateTime),
) -> Result<Draft, PrepareCertificate> {
    let base = &declaration.address;
    let (list, above) = (format!("{base}/root.crl"), format!("{base}/{ROOT}"));
    let addresses = Addresses {
        crl: Some(&list),
        ocsp: None,
        issuer: Some(&above),
    };
    let wanted = Wanted {
        subject: &issued.subject,
        key: &request.key,
        serial,
        validity: validity(at, issued.days),
        policies: &[declaration.policy],
        alternative_names: &[],
    };
    issued.profile.prepare(&wanted, issuer, &addresses)
}

/// The octets of the root's list.
pub(crate) fn list_draft(
    declaration: &Declaration,
    issuer: &Issuer,
    (since, at): (UtcDateTime, UtcDateTime),
) -> Result<PreparedCrl, PrepareCrl> {
    let list = declaration.list;
    let draft = CrlDraft {
        issuer,
        number: list.number,
        this_update: at,
        next_update: at.saturating_add(Duration::days(i64::from(list.days))),
        coverage: Coverage::Complete,
        expired_kept_since: Some(since),
    };
    draft.prepare(declaration.revoked.iter().copied())
}
