//! A session: admitted before any key exists or is opened, then held.

use crypto::{KeyId, PublicKey, Random, SignError, Signature, SignatureAlgorithm, ThrowAway};
use crypto::{ReadKey, ReadPrivateKey};
use pki::certificate::{Certificate, SerialNumber};
use pki::crl::{Crl, FinishCrl, PrepareCrl};
use pki::lint::{inspect_crl, stops_issue};
use pki::profile::{Draft, FinishCertificate, Issuer, LintRefused, PrepareCertificate};
use thiserror::Error;
use time::UtcDateTime;

use crate::account::{Account, issued_draft, list_draft, list_file, root_draft};
use crate::declaration::{Issued, serial};
use crate::judge::{Fault, judge};
use crate::rules::{inspect_numbers, inspect_presence, inspect_revoked, read_request};
use crate::signing::{BY_ROOT, signed, statement};
use crate::transcript::{Transcript, sessions};
use crate::{Broken, Declaration, Files, ROOT, Request, TRANSCRIPT, declaration_file};

/// What a session is held with.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    /// What is to be done.
    pub declaration: &'a Declaration,
    /// The digest that all signed off.
    pub signed_off: [u8; 32],
    /// Who is in the room.
    pub present: &'a [KeyId],
    /// What earlier sessions of this root left.
    pub folder: &'a Files,
    /// The requests that were brought in, `NAME.csr`.
    pub requests: &'a Files,
    /// What time it is; a drill has its own moment.
    pub now: UtcDateTime,
}

/// Signs octets with the root's key, at a moment.
pub type SignRoot<'a> = dyn Fn(&[u8], UtcDateTime) -> Result<Signature, SignError> + 'a;

/// The root's key, wherever it is.
#[derive(Clone, Copy)]
pub struct RootKey<'a> {
    /// Its public half.
    pub public: &'a PublicKey,
    /// How it signs.
    pub algorithm: SignatureAlgorithm,
    /// Its private half.
    pub sign: &'a SignRoot<'a>,
}

impl std::fmt::Debug for RootKey<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut told = formatter.debug_struct("RootKey");
        told.field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Why a session is not held.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// The declaration is not the one that all signed off.
    #[error(
        "the declaration is not the one that was signed off: it was changed since, or another was read out"
    )]
    NotSignedOff,
    /// A rule of the declaration that this session breaks.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The folder has something, and no transcript says what.
    #[error("the folder is not empty, and a first session begins with nothing")]
    NotEmpty,
    /// The clock is behind the last session's.
    #[error("the clock is behind the last session")]
    Clock,
    /// What earlier sessions left is not what they were declared to leave.
    #[error("what earlier sessions left cannot be gone on from")]
    Earlier(#[source] Box<Fault>),
    /// What was made does not pass who judges it: nothing of it leaves.
    #[error("what was made does not pass its own check")]
    Recheck(#[source] Box<Fault>),
    /// The key is not the root's.
    #[error("the key is not the root's")]
    OtherKey,
    /// No randomness.
    #[error("no randomness can be had")]
    NoRandomness,
    /// A certificate cannot be prepared.
    #[error("a certificate cannot be prepared")]
    Prepare(#[from] PrepareCertificate),
    /// The linter stops it (T-C2).
    #[error("the linter stops a certificate")]
    Lint(#[from] LintRefused),
    /// A throw-away key cannot be made.
    #[error("a throw-away key cannot be made")]
    ThrowAway(#[from] ReadPrivateKey),
    /// The key did not sign.
    #[error("the root's key did not sign")]
    Sign(#[from] SignError),
    /// A certificate cannot be finished.
    #[error("a certificate cannot be finished")]
    Finish(#[from] FinishCertificate),
    /// The root's certificate has a key that is none of ours.
    #[error("the root's key is refused")]
    Key(#[from] ReadKey),
    /// The list cannot be prepared.
    #[error("the list cannot be prepared")]
    PrepareList(#[from] PrepareCrl),
    /// The list cannot be finished.
    #[error("the list cannot be finished")]
    FinishList(#[from] FinishCrl),
}

/// A session that nothing speaks against: now the key is made, or opened by those who are present.
#[derive(Debug)]
pub struct Admitted<'a> {
    session: Session<'a>,
    transcript: Transcript,
    requests: Vec<Request>,
}

impl<'a> Session<'a> {
    /// Refuses whatever can be refused without the key.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn admit(self) -> Result<Admitted<'a>, Refused> {
        if self.declaration.digest() != self.signed_off {
            return Err(Refused::NotSignedOff);
        }
        inspect_presence(self.declaration, self.present)?;
        let transcript = self.earlier()?;
        let issued = self.declaration.certificates.iter();
        let requests: Result<_, Broken> = issued.map(|issued| self.request(issued)).collect();
        Ok(Admitted {
            session: self,
            transcript,
            requests: requests?,
        })
    }

    /// What there was before, if it can be gone on from.
    fn earlier(&self) -> Result<Transcript, Refused> {
        let declared = self.declaration.session;
        if declared == 1 {
            let fresh = Transcript::begin(self.declaration.drill.is_some());
            let empty = self.folder.is_empty().then_some(fresh);
            let known = empty.ok_or(Refused::NotEmpty)?;
            inspect_revoked(self.declaration, known.lines())?;
            return Ok(known);
        }
        let judged = judge(self.folder, None);
        let fault = judged.faults.into_iter().next();
        let earlier = |fault: Fault| Refused::Earlier(Box::new(fault));
        if let Some(fault) = fault {
            return Err(earlier(fault));
        }
        let octets = self.folder.get(TRANSCRIPT).map(Vec::as_slice);
        let transcript = Transcript::parse(octets.unwrap_or_default());
        let transcript = transcript.map_err(|broken| earlier(broken.into()))?;
        let next = sessions(transcript.lines()).len() + 1;
        if usize::try_from(declared) != Ok(next) {
            return Err(Broken::Session { declared, next }.into());
        }
        let last = transcript.lines().last().map(|line| line.at);
        // T-T2: nothing is dated before what was signed already.
        if last.is_some_and(|last| last > self.declaration.moment(self.now)) {
            return Err(Refused::Clock);
        }
        self.inspect_first()?;
        inspect_numbers(self.declaration, transcript.lines())?;
        inspect_revoked(self.declaration, transcript.lines())?;
        Ok(transcript)
    }

    fn inspect_first(&self) -> Result<(), Refused> {
        let octets = self.folder.get(&declaration_file(1));
        let text = octets.and_then(|octets| std::str::from_utf8(octets).ok());
        let first = text.and_then(|text| Declaration::parse(text).ok());
        let first = first.ok_or(Broken::Departs("ceremony"))?;
        match self.declaration.departs_from(&first) {
            Some(what) => Err(Broken::Departs(what).into()),
            None => Ok(()),
        }
    }

    fn request(&self, issued: &Issued) -> Result<Request, Broken> {
        let octets = self.requests.get(&format!("{}.csr", issued.name));
        read_request(issued, octets.map(Vec::as_slice))
    }
}

impl Admitted<'_> {
    /// Signs what is declared, and gives back the files that are new, the whole transcript among them.
    ///
    /// # Errors
    /// [`Refused`]; nothing is to be kept then.
    pub fn hold(self, root: &RootKey<'_>, random: &dyn Random) -> Result<Files, Refused> {
        let declaration = self.session.declaration;
        let holding = Holding {
            declaration,
            at: declaration.moment(self.session.now),
            root,
            random,
        };
        let own = self.root(&holding)?;
        let issuer = Issuer::of(&own, root.algorithm)?;
        let mut issued = Vec::new();
        for (wanted, request) in declaration.certificates.iter().zip(&self.requests) {
            let octets = self.session.requests.get(&format!("{}.csr", wanted.name));
            let made = holding.certificate(wanted, (&issuer, request))?;
            issued.push((octets.cloned().unwrap_or_default(), made));
        }
        let list = holding.list(&issuer, own.validity().from)?;
        let account = Account {
            declaration,
            present: self.session.present.to_vec(),
            root: own,
            issued,
            list,
        };
        let made = holding.close(self.transcript, &account)?;
        recheck(self.session.folder, &made)?;
        Ok(made)
    }

    fn root(&self, holding: &Holding<'_>) -> Result<Certificate, Refused> {
        if holding.declaration.session == 1 {
            return holding.own();
        }
        let octets = self.session.folder.get(ROOT);
        let known = octets.and_then(|octets| Certificate::parse(octets).ok());
        let of_key = |known: &Certificate| known.spki() == holding.root.public.spki();
        known.filter(of_key).ok_or(Refused::OtherKey)
    }
}

struct Holding<'a> {
    declaration: &'a Declaration,
    at: UtcDateTime,
    root: &'a RootKey<'a>,
    random: &'a dyn Random,
}

impl Holding<'_> {
    fn own(&self) -> Result<Certificate, Refused> {
        let key = (self.root.public, self.root.algorithm);
        if key.0.algorithm() != self.declaration.root.kind {
            return Err(Refused::OtherKey);
        }
        self.finish(root_draft(self.declaration, key, self.serial()?, self.at)?)
    }

    fn certificate(
        &self,
        issued: &Issued,
        by: (&Issuer, &Request),
    ) -> Result<Certificate, Refused> {
        let numbered = (self.serial()?, self.at);
        self.finish(issued_draft(self.declaration, issued, by, numbered)?)
    }

    fn serial(&self) -> Result<SerialNumber, Refused> {
        serial(self.random).ok_or(Refused::NoRandomness)
    }

    /// T-C2: the linter sees a copy under a throw-away signature before the root signs.
    fn finish(&self, draft: Draft) -> Result<Certificate, Refused> {
        let (algorithm, kind) = (self.root.algorithm, self.root.public.algorithm());
        let throw_away = ThrowAway::generate(algorithm, kind, self.random)?;
        let worthless = throw_away.sign(draft.to_be_signed())?;
        let linted = draft.lint(&worthless)?;
        let signature = (self.root.sign)(linted.to_be_signed(), self.at)?;
        Ok(linted.finish(&signature)?)
    }

    fn list(&self, issuer: &Issuer, since: UtcDateTime) -> Result<Crl, Refused> {
        let prepared = list_draft(self.declaration, issuer, (since, self.at))?;
        let signature = (self.root.sign)(prepared.to_be_signed(), self.at)?;
        let list = prepared.finish(&signature)?;
        let findings = inspect_crl(list.der());
        match stops_issue(&findings) {
            true => Err(LintRefused { findings }.into()),
            false => Ok(list),
        }
    }

    /// The files, and the transcript under the root's signature.
    fn close(&self, mut transcript: Transcript, account: &Account<'_>) -> Result<Files, Refused> {
        for entry in account.entries() {
            transcript.add(self.at, entry);
        }
        let number = usize::try_from(self.declaration.session).unwrap_or(usize::MAX);
        if let Some(end) = transcript.lines().last().cloned() {
            let octets = statement(&transcript, number, &end);
            let signature = (self.root.sign)(&octets, self.at)?;
            transcript.add(self.at, signed(BY_ROOT, &signature));
        }
        Ok(files(account, &transcript))
    }
}

/// Nothing leaves that whoever checks it would refuse.
fn recheck(folder: &Files, made: &Files) -> Result<(), Refused> {
    let mut all = folder.clone();
    all.extend(made.clone());
    let fault = judge(&all, None).faults.into_iter().next();
    fault.map_or(Ok(()), |fault| Err(Refused::Recheck(Box::new(fault))))
}

fn files(account: &Account<'_>, transcript: &Transcript) -> Files {
    let declaration = account.declaration;
    let mut files = Files::new();
    let mut add = |name: String, octets: &[u8]| files.insert(name, octets.to_vec());
    add(
        declaration_file(declaration.session),
        declaration.text.as_bytes(),
    );
    if declaration.session == 1 {
        add(ROOT.to_owned(), account.root.der());
    }
    for (issued, (request, certificate)) in declaration.certificates.iter().zip(&account.issued) {
        add(format!("{}.csr", issued.name), request);
        add(format!("{}.cer", issued.name), certificate.der());
    }
    add(list_file(declaration.list.number), account.list.der());
    add(TRANSCRIPT.to_owned(), transcript.text().as_bytes());
    files
}
