//! The transcript: lines that are only ever added, each over the one before it.
//!
//! ```text
//! yinxin ceremony transcript v1
//! 1 8c1d… 2026-11-27T09:00:00Z begin ceremony=root-2026 session=1 file=declaration-1.toml sha256=5f0e…
//! 2 41aa… 2026-11-27T09:00:00Z present name=zhang-san role=master
//! ```
//! ASCII; a drill says ` DRILL` at the end of the first line. A line is its number from 1, the SHA-256 of the whole line before
//! it with its line feed, the moment of its session in UTC with whole seconds, a word, and members `name=value` without spaces.

use crypto::sha256;
use thiserror::Error;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{DRILL, digest_in, hex};

/// Longest transcript, in octets.
pub const MAX_TRANSCRIPT: usize = 1 << 20;
const TITLE: &str = "yinxin ceremony transcript v1";

/// The word of the first line of a session.
pub(crate) const BEGIN: &str = "begin";
/// The word of the last line that the signatures of a session are over.
pub(crate) const END: &str = "end";
/// The word of a line with a signature.
pub(crate) const SIGNED: &str = "signed";

/// A transcript whose lines follow from one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    text: String,
    drill: bool,
    lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) at: UtcDateTime,
    pub(crate) entry: Entry,
    /// Where the line ends in the text, its line feed counted in.
    pub(crate) end: usize,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) word: String,
    pub(crate) members: Vec<(String, String)>,
}

/// Why octets are no transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("transcript, line {line}: {why}")]
pub struct ReadTranscript {
    /// Which line, from 1; 0 is the first of the file.
    pub line: usize,
    /// What is wrong with it.
    pub why: WhyNot,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WhyNot {
    /// Not of the shape of a line.
    #[error("is not of the shape of a line")]
    Malformed,
    /// More than [`MAX_TRANSCRIPT`] octets.
    #[error("there are more than {MAX_TRANSCRIPT} octets")]
    TooLong,
    /// Another number than follows.
    #[error("has another number: a line was removed, put in or moved")]
    Number,
    /// The line before it is another than this line was written after.
    #[error("was written after another line than the one before it: that one was changed")]
    Chain,
    /// Earlier than the line before it.
    #[error("is earlier than the line before it")]
    Backwards,
    /// It says something else than follows from declaration and files.
    #[error("says something else than follows from declaration and files")]
    Differs,
    /// The serial number of a certificate before it (T-C1).
    #[error("has the serial number of a certificate before it")]
    Serial,
    /// There is none.
    #[error("is not there")]
    Absent,
    /// A signature that is not good, or of somebody who has none to give.
    #[error("is no good signature of who is named")]
    Signature,
}

impl Entry {
    pub(crate) fn new(word: &str) -> Self {
        Self {
            word: word.to_owned(),
            members: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.members.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn member(&self, name: &str) -> Option<&str> {
        let found = self.members.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn text(&self) -> String {
        let members = self.members.iter();
        let members: String = members
            .map(|(name, value)| format!(" {name}={value}"))
            .collect();
        format!("{}{members}", self.word)
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut entry = Self::new(words.next().filter(|word| is_name(word))?);
        for member in words {
            let (name, value) = member.split_once('=')?;
            if !is_name(name) || !is_value(value) || entry.member(name).is_some() {
                return None;
            }
            entry = entry.with(name, value);
        }
        Some(entry)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit())
}

fn is_value(text: &str) -> bool {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.:".contains(&octet);
    !text.is_empty() && text.bytes().all(plain)
}

impl Transcript {
    /// One without lines.
    #[must_use]
    pub fn begin(drill: bool) -> Self {
        let mark = if drill {
            format!(" {DRILL}")
        } else {
            String::new()
        };
        Self {
            text: format!("{TITLE}{mark}\n"),
            drill,
            lines: Vec::new(),
        }
    }

    /// Reads a transcript; each has one text.
    ///
    /// # Errors
    /// [`ReadTranscript`] names the first line that does not follow.
    pub fn parse(octets: &[u8]) -> Result<Self, ReadTranscript> {
        let broken = |line, why| ReadTranscript { line, why };
        if octets.len() > MAX_TRANSCRIPT {
            return Err(broken(0, WhyNot::TooLong));
        }
        let malformed = broken(0, WhyNot::Malformed);
        let text = std::str::from_utf8(octets).map_err(|error| {
            let before = octets.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|octet| **octet == b'\n').count();
            broken(line, WhyNot::Malformed)
        })?;
        let mut lines = text.split_inclusive('\n');
        let title = lines.next().ok_or(malformed)?;
        let mut read = [false, true].map(Self::begin).into_iter();
        let mut read = read.find(|one| one.text == title).ok_or(malformed)?;
        for (at, line) in lines.enumerate() {
            read.take(line).map_err(|why| broken(at + 1, why))?;
        }
        Ok(read)
    }

    /// Adds a line as it was written.
    fn take(&mut self, line: &str) -> Result<(), WhyNot> {
        let bare = line.strip_suffix('\n').ok_or(WhyNot::Malformed)?;
        let mut parts = bare.splitn(4, ' ');
        let mut next = || parts.next().ok_or(WhyNot::Malformed);
        let (number, before, at, said) = (next()?, next()?, next()?, next()?);
        let moment = UtcDateTime::parse(at, &Rfc3339).map_err(|_| WhyNot::Malformed)?;
        let entry = Entry::read(said).ok_or(WhyNot::Malformed)?;
        if number != self.next_number() {
            return Err(WhyNot::Number);
        }
        if digest_in(before).ok_or(WhyNot::Malformed)? != self.last_digest() {
            return Err(WhyNot::Chain);
        }
        if self.lines.last().is_some_and(|last| last.at > moment) {
            return Err(WhyNot::Backwards);
        }
        let written = self.add(moment, entry);
        // One moment has one text.
        (written == line).then_some(()).ok_or(WhyNot::Malformed)
    }

    /// Adds a line and gives its text back.
    pub(crate) fn add(&mut self, at: UtcDateTime, entry: Entry) -> String {
        let (number, before) = (self.next_number(), hex(&self.last_digest()));
        let line = format!("{number} {before} {} {}\n", told(at), entry.text());
        self.text.push_str(&line);
        let end = self.text.len();
        self.lines.push(Line { at, entry, end });
        line
    }

    fn next_number(&self) -> String {
        (self.lines.len() + 1).to_string()
    }

    /// SHA-256 of the last line, the first one of the file where there is no other.
    fn last_digest(&self) -> [u8; 32] {
        let last = self.text.split_inclusive('\n').next_back();
        sha256(last.unwrap_or_default().as_bytes())
    }

    /// The transcript as it is kept.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of all of it: what is made public.
    #[must_use]
    pub fn head(&self) -> [u8; 32] {
        sha256(self.text.as_bytes())
    }

    /// Whether it is that of a drill.
    #[must_use]
    pub fn is_drill(&self) -> bool {
        self.drill
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// SHA-256 of everything through a line.
    pub(crate) fn digest_through(&self, line: &Line) -> [u8; 32] {
        sha256(self.text.as_bytes().get(..line.end).unwrap_or_default())
    }
}

/// The lines of each session.
pub(crate) fn sessions(lines: &[Line]) -> Vec<&[Line]> {
    let begins = |line: &Line| line.entry.word == BEGIN;
    lines
        .chunk_by(|_, next| !begins(next))
        .filter(|lines| lines.first().is_some_and(begins))
        .collect()
}

/// A moment as lines have it; years beyond four digits have no text, and declarations none of them.
pub(crate) fn told(at: UtcDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
