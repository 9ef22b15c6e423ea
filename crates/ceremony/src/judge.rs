//! A transcript replayed: from declarations and files follows what each line says and what each file is.

use std::collections::BTreeSet;

use crypto::{KeyId, PublicKey, Signature};
use pki::certificate::Certificate;
use pki::crl::Crl;
use pki::profile::Issuer;
use thiserror::Error;
use time::UtcDateTime;

use asn1::write::header_length;

use crate::account::{Account, issued_draft, list_draft, list_file, root_draft};
use crate::declaration::Issued;
use crate::rules::{inspect_numbers, inspect_presence, inspect_revoked, read_request};
use crate::signing::{BY_ROOT, statement};
use crate::transcript::{END, Entry, Line, SIGNED, Transcript, WhyNot, sessions};
use crate::{Broken, Declaration, Files, ROOT, ReadTranscript, TRANSCRIPT};
use crate::{algorithm_of, declaration_file, digest_in, unhex};

/// What came of a transcript and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whatever is not what was declared; nothing, where all of it is.
    pub faults: Vec<Fault>,
    /// Who was present in which session, has a key and has not signed.
    pub unsigned: Vec<(usize, KeyId)>,
    /// How many sessions there are.
    pub sessions: usize,
    /// SHA-256 of the transcript.
    pub head: [u8; 32],
    /// Whether it is a drill.
    pub drill: bool,
}

/// Something that is not what was declared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A line.
    #[error(transparent)]
    Line(#[from] ReadTranscript),
    /// A file that a line names.
    #[error("{file} is not there")]
    Absent {
        /// Which.
        file: String,
    },
    /// A file that is another than a line names.
    #[error("{file} is not the file that line {line} of the transcript names: its SHA-256 differs")]
    Digest {
        /// Which.
        file: String,
        /// By which line.
        line: usize,
    },
    /// An octet that is not what follows from the declaration.
    #[error("{file}: the octet at {at} is not what was declared")]
    Octet {
        /// In which file.
        file: String,
        /// Where, from 0.
        at: usize,
    },
    /// A file that cannot be read as what it has to be.
    #[error("{file} cannot be read: {why}")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        why: String,
    },
    /// A certificate or list that the root did not sign.
    #[error("{file} is not signed by the root")]
    NotSigned {
        /// Which.
        file: String,
    },
    /// A file of which no line speaks.
    #[error("{file} is named by no line of the transcript")]
    Unnamed {
        /// Which.
        file: String,
    },
    /// A session that should not have been held.
    #[error("session {session}: {why}")]
    Session {
        /// Which.
        session: usize,
        /// Why.
        why: Broken,
    },
    /// The transcript is another than was made public.
    #[error("the transcript is another than the one whose digest was made public")]
    OtherHead,
}

/// Judges a folder; `head` is the digest of the transcript that was made public, where one is at hand: without it, nobody sees
/// that whole sessions were cut off.
#[must_use]
pub fn judge(files: &Files, head: Option<[u8; 32]>) -> Judged {
    let octets = files.get(TRANSCRIPT).map(Vec::as_slice).unwrap_or_default();
    let (transcript, broken) = match Transcript::parse(octets) {
        Ok(transcript) => (transcript, None),
        Err(broken) => (Transcript::begin(false), Some(broken)),
    };
    let mut judging = Judging {
        files,
        transcript: &transcript,
        faults: Vec::new(),
        unsigned: Vec::new(),
    };
    match broken {
        None => judging.all(head),
        Some(_) if octets.is_empty() => judging.absent(TRANSCRIPT),
        Some(broken) => judging.faults.push(broken.into()),
    }
    Judged {
        faults: judging.faults,
        unsigned: judging.unsigned,
        sessions: sessions(transcript.lines()).len(),
        head: crypto::sha256(octets),
        drill: transcript.is_drill(),
    }
}

struct Judging<'a> {
    files: &'a Files,
    transcript: &'a Transcript,
    faults: Vec<Fault>,
    unsigned: Vec<(usize, KeyId)>,
}

impl<'a> Judging<'a> {
    fn all(&mut self, head: Option<[u8; 32]>) {
        if head.is_some_and(|head| head != self.transcript.head()) {
            self.faults.push(Fault::OtherHead);
        }
        self.digests();
        self.serials();
        let sessions = sessions(self.transcript.lines());
        let told: usize = sessions.iter().map(|lines| lines.len()).sum();
        let mut begin = self.transcript.lines().len() - told;
        if begin > 0 || told == 0 {
            self.line(0, WhyNot::Differs);
        }
        for (at, lines) in sessions.into_iter().enumerate() {
            self.session(at + 1, begin, lines);
            begin += lines.len();
        }
    }

    fn line(&mut self, at: usize, why: WhyNot) {
        self.faults
            .push(ReadTranscript { line: at + 1, why }.into());
    }

    fn absent(&mut self, file: &str) {
        self.faults.push(Fault::Absent {
            file: file.to_owned(),
        });
    }

    /// Every file that a line names, under its digest, and none besides.
    fn digests(&mut self) {
        let mut named = BTreeSet::from([TRANSCRIPT]);
        for (at, line) in self.transcript.lines().iter().enumerate() {
            let Some(file) = line.entry.member("file") else {
                continue;
            };
            named.insert(file);
            let digest = line.entry.member("sha256").and_then(digest_in);
            match self.files.get(file) {
                None => self.absent(file),
                Some(octets) if Some(crypto::sha256(octets)) == digest => {}
                Some(_) => self.faults.push(Fault::Digest {
                    file: file.to_owned(),
                    line: at + 1,
                }),
            }
        }
        let unnamed = self
            .files
            .keys()
            .filter(|file| !named.contains(file.as_str()));
        let unnamed = unnamed.map(|file| Fault::Unnamed { file: file.clone() });
        self.faults.extend(unnamed);
    }

    /// T-C1: a number names one certificate of the root.
    fn serials(&mut self) {
        let mut known = BTreeSet::new();
        let lines = self.transcript.lines().iter().enumerate();
        for (at, line) in lines.filter(|(_, line)| line.entry.word == "certificate") {
            if !known.insert(line.entry.member("serial")) {
                self.line(at, WhyNot::Serial);
            }
        }
    }

    fn session(&mut self, number: usize, begin: usize, lines: &'a [Line]) {
        let Some(declaration) = self.declaration(number) else {
            return;
        };
        let present = present(lines);
        let before = self.transcript.lines().get(..begin).unwrap_or_default();
        for result in self.rules(&declaration, &present, (number, before)) {
            let fault = |why| Fault::Session {
                session: number,
                why,
            };
            self.faults.extend(result.err().map(fault));
        }
        let Some(at) = self.moment(&declaration, begin, lines) else {
            return;
        };
        let Some(account) = self.account(&declaration, present, at) else {
            return;
        };
        let expected = account.entries();
        self.compare(&expected, begin, lines);
        self.signatures((number, begin), &account, lines);
    }

    /// A declaration as it is kept.
    fn declaration(&mut self, session: usize) -> Option<Declaration> {
        let file = declaration_file(u32::try_from(session).ok()?);
        let octets = self.files.get(&file)?;
        let text = std::str::from_utf8(octets).map_err(|error| error.to_string());
        let read =
            text.and_then(|text| Declaration::parse(text).map_err(|error| error.to_string()));
        self.readable(&file, read)
    }

    fn readable<R>(&mut self, file: &str, read: Result<R, String>) -> Option<R> {
        let unreadable = |why| Fault::Unreadable {
            file: file.to_owned(),
            why,
        };
        read.map_err(|why| self.faults.push(unreadable(why))).ok()
    }

    /// What has to be asked of a session again that was asked before it was held.
    fn rules(
        &mut self,
        declaration: &Declaration,
        present: &[KeyId],
        (number, before): (usize, &[Line]),
    ) -> [Result<(), Broken>; 5] {
        let declared = declaration.session;
        let follows = usize::try_from(declared) == Ok(number);
        let drill = declaration.drill.is_some() == self.transcript.is_drill();
        let first = self.files.get(&declaration_file(1));
        let first = first.and_then(|octets| std::str::from_utf8(octets).ok());
        let first = first.and_then(|text| Declaration::parse(text).ok());
        let departs = first.and_then(|first| declaration.departs_from(&first));
        let departs = departs.or((!drill).then_some("drill"));
        let next = number;
        [
            follows
                .then_some(())
                .ok_or(Broken::Session { declared, next }),
            departs.map_or(Ok(()), |what| Err(Broken::Departs(what))),
            inspect_presence(declaration, present),
            inspect_numbers(declaration, before),
            inspect_revoked(declaration, before),
        ]
    }

    /// The one moment of a session.
    fn moment(
        &mut self,
        declared: &Declaration,
        begin: usize,
        lines: &[Line],
    ) -> Option<UtcDateTime> {
        let at = lines.first()?.at;
        let at = declared.drill.map_or(at, |drill| drill.at);
        if let Some(other) = lines.iter().position(|line| line.at != at) {
            self.line(begin + other, WhyNot::Differs);
            return None;
        }
        Some(at)
    }

    /// What the files of a session are, each compared with what was declared.
    fn account<'d>(
        &mut self,
        declaration: &'d Declaration,
        present: Vec<KeyId>,
        at: UtcDateTime,
    ) -> Option<Account<'d>> {
        let root = self.certificate(ROOT)?;
        let key = root.public_key().map_err(|error| error.to_string());
        let key = self.readable(ROOT, key)?;
        let algorithm = algorithm_of(key.algorithm())?;
        if declaration.session == 1 {
            let draft = root_draft(declaration, (&key, algorithm), *root.serial(), at);
            let octets = draft.map(|draft| draft.to_be_signed().to_vec());
            self.same(ROOT, octets.ok(), (root.tbs(), root.der()));
            self.signed(ROOT, root.check_signature(&key).is_ok());
        }
        let issuer = Issuer::of(&root, algorithm).ok()?;
        let issued = declaration.certificates.iter();
        let issued: Vec<_> = issued
            .filter_map(|issued| self.issued(declaration, issued, (&issuer, at)))
            .collect();
        let list = self.list(declaration, &issuer, (root.validity().from, at))?;
        let whole = issued.len() == declaration.certificates.len();
        whole.then_some(Account {
            declaration,
            present,
            root,
            issued,
            list,
        })
    }

    fn certificate(&mut self, file: &str) -> Option<Certificate> {
        let octets = self.files.get(file)?;
        let read = Certificate::parse(octets).map_err(|error| error.to_string());
        self.readable(file, read)
    }

    fn issued(
        &mut self,
        declaration: &Declaration,
        issued: &Issued,
        (issuer, at): (&Issuer, UtcDateTime),
    ) -> Option<(Vec<u8>, Certificate)> {
        let (asked, file) = (
            format!("{}.csr", issued.name),
            format!("{}.cer", issued.name),
        );
        let octets = self.files.get(&asked)?;
        let request = read_request(issued, Some(octets)).map_err(|error| error.to_string());
        let request = self.readable(&asked, request)?;
        let found = self.certificate(&file)?;
        let draft = issued_draft(
            declaration,
            issued,
            (issuer, &request),
            (*found.serial(), at),
        );
        let expected = draft.map(|draft| draft.to_be_signed().to_vec());
        self.same(&file, expected.ok(), (found.tbs(), found.der()));
        self.signed(&file, found.check_signature(issuer.key()).is_ok());
        Some((octets.clone(), found))
    }

    fn list(
        &mut self,
        declaration: &Declaration,
        issuer: &Issuer,
        moments: (UtcDateTime, UtcDateTime),
    ) -> Option<Crl> {
        let file = list_file(declaration.list.number);
        let read = Crl::parse(self.files.get(&file)?).map_err(|error| error.to_string());
        let found = self.readable(&file, read)?;
        let prepared = list_draft(declaration, issuer, moments);
        let expected = prepared.map(|prepared| prepared.to_be_signed().to_vec());
        self.same(&file, expected.ok(), (found.tbs(), found.der()));
        self.signed(&file, found.check_signature(issuer.key()).is_ok());
        Some(found)
    }

    /// Names the first octet that is another; where nothing can follow from the declaration, that is the first one.
    fn same(&mut self, file: &str, expected: Option<Vec<u8>>, (found, whole): (&[u8], &[u8])) {
        let expected = expected.unwrap_or_default();
        if expected == found {
            return;
        }
        let pairs = expected.iter().zip(found);
        let same = pairs.take_while(|(one, other)| one == other).count();
        self.faults.push(Fault::Octet {
            file: file.to_owned(),
            at: header(whole.len()) + same,
        });
    }

    fn signed(&mut self, file: &str, good: bool) {
        let file = file.to_owned();
        self.faults
            .extend((!good).then_some(Fault::NotSigned { file }));
    }

    /// Line by line; where a file is another already, its line is not told too.
    fn compare(&mut self, expected: &[Entry], begin: usize, lines: &[Line]) {
        if !self.faults.is_empty() {
            return;
        }
        let differs = |(expected, line): (&Entry, &Line)| *expected != line.entry;
        match expected.iter().zip(lines).position(differs) {
            Some(at) => self.line(begin + at, WhyNot::Differs),
            None if lines.len() < expected.len() => self.line(begin + lines.len(), WhyNot::Absent),
            None => {}
        }
    }

    /// The root signs first, then each who was present and has a key, once.
    fn signatures(
        &mut self,
        (session, begin): (usize, usize),
        account: &Account<'_>,
        lines: &[Line],
    ) {
        let Some(end_at) = lines.iter().position(|line| line.entry.word == END) else {
            return;
        };
        let (signed, end) = (
            lines.get(end_at + 1..).unwrap_or_default(),
            lines.get(end_at),
        );
        let octets = end.map(|end| statement(self.transcript, session, end));
        let octets = octets.unwrap_or_default();
        let mut known = BTreeSet::new();
        for (at, line) in signed.iter().enumerate() {
            let by = line.entry.member("by").unwrap_or_default();
            let good = (by == BY_ROOT) == (at == 0)
                && known.insert(by.to_owned())
                && is_signed(&line.entry, key_of(account, by), &octets);
            if !good {
                self.line(begin + end_at + 1 + at, WhyNot::Signature);
            }
        }
        if signed.is_empty() {
            self.line(begin + end_at + 1, WhyNot::Absent);
        }
        let waited = account
            .present
            .iter()
            .filter(|name| key_of(account, name.as_str()).is_some());
        let waited = waited.filter(|name| !known.contains(name.as_str()));
        self.unsigned
            .extend(waited.map(|name| (session, name.clone())));
    }
}

fn present(lines: &[Line]) -> Vec<KeyId> {
    let lines = lines.iter().filter(|line| line.entry.word == "present");
    let names = lines.filter_map(|line| line.entry.member("name"));
    names.filter_map(KeyId::parse).collect()
}

/// The key under which somebody signs a session: present, and declared with it.
fn key_of(account: &Account<'_>, by: &str) -> Option<PublicKey> {
    if by == BY_ROOT {
        return account.root.public_key().ok();
    }
    let name = account.present.iter().find(|name| name.as_str() == by)?;
    account.declaration.participant(name)?.key.clone()
}

/// Whether a line is that of a signature, with nothing beside, and good.
fn is_signed(entry: &Entry, key: Option<PublicKey>, octets: &[u8]) -> bool {
    let value = entry.member("value").and_then(unhex);
    let (Some(key), Some(value)) = (key, value) else {
        return false;
    };
    let algorithm = algorithm_of(key.algorithm());
    let shape = entry.word == SIGNED && entry.members.len() == 2;
    let check = |algorithm| key.check(algorithm, octets, &Signature::new(value.clone()));
    shape && algorithm.is_some_and(|algorithm| check(algorithm).is_ok())
}

/// Octets before the content of a DER element that is so long as a whole.
fn header(whole: usize) -> usize {
    let fits = |octets: &usize| whole.checked_sub(*octets).map(header_length) == Some(*octets);
    (2..=6).find(fits).unwrap_or_default()
}
