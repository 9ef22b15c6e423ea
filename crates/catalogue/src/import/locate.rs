//! The line on which a member stands: defects are found in values and told by line and member.
//!
//! The bytes are JSON already (RFC 8259), so this only walks over them; where they surprise it,
//! it says nothing rather than a wrong line.

use std::collections::BTreeMap;
use std::ops::Range;

/// Deepest nesting walked over.
const MAX_DEPTH: usize = 64;

/// An entry of a list: its bytes, and the line on which they begin, counted from 1.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) bytes: Range<usize>,
    pub(super) line: usize,
}

/// Every entry of every list that is a member of the file's one object.
pub(super) fn entries(bytes: &[u8]) -> BTreeMap<String, Vec<Found>> {
    let mut walk = Walk::new(bytes, 0..bytes.len(), 1);
    let mut lists = BTreeMap::new();
    let _whole = walk.object(|walk, key| {
        if walk.peek() != Some(b'[') {
            return walk.value();
        }
        let mut found = Vec::new();
        walk.array(|walk, _| {
            walk.blanks();
            let (from, line) = (walk.at, walk.line);
            walk.value()?;
            found.push(Found {
                bytes: from..walk.at,
                line,
            });
            Some(())
        })?;
        lists.insert(key, found);
        Some(())
    });
    lists
}

/// The line of the member that `path` names inside an entry: `means`, or `materials[2].means`;
/// of the entry itself when it has no such member.
pub(super) fn line_of(bytes: &[u8], entry: &Found, path: &str) -> usize {
    let mut place = (entry.bytes.clone(), entry.line);
    for step in path.split('.') {
        let (name, index) = match step.split_once('[') {
            Some((name, rest)) => (name, rest.strip_suffix(']').and_then(|at| at.parse().ok())),
            None => (step, None),
        };
        let Some(member) = member(bytes, &place, name) else {
            break;
        };
        place = member;
        if let Some(index) = index {
            let Some(inner) = element(bytes, &place, index) else {
                break;
            };
            place = inner;
        }
    }
    place.1
}

/// The entries of a list inside an entry.
pub(super) fn inside(bytes: &[u8], entry: &Found, list: &str) -> Vec<Found> {
    let place = (entry.bytes.clone(), entry.line);
    let mut found = Vec::new();
    let walked = member(bytes, &place, list).and_then(|(range, line)| {
        Walk::new(bytes, range, line).array(|walk, _| {
            walk.blanks();
            let (from, line) = (walk.at, walk.line);
            walk.value()?;
            found.push(Found {
                bytes: from..walk.at,
                line,
            });
            Some(())
        })
    });
    if walked.is_some() { found } else { Vec::new() }
}

type Place = (Range<usize>, usize);

fn member(bytes: &[u8], place: &Place, name: &str) -> Option<Place> {
    let mut walk = Walk::new(bytes, place.0.clone(), place.1);
    let mut found = None;
    walk.object(|walk, key| {
        walk.blanks();
        let (from, line) = (walk.at, walk.line);
        walk.value()?;
        if key == name && found.is_none() {
            found = Some((from..walk.at, line));
        }
        Some(())
    })?;
    found
}

fn element(bytes: &[u8], place: &Place, index: usize) -> Option<Place> {
    let mut walk = Walk::new(bytes, place.0.clone(), place.1);
    let mut found = None;
    walk.array(|walk, at| {
        walk.blanks();
        let (from, line) = (walk.at, walk.line);
        walk.value()?;
        if at == index {
            found = Some((from..walk.at, line));
        }
        Some(())
    })?;
    found
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    line: usize,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], range: Range<usize>, line: usize) -> Self {
        Self {
            bytes,
            at: range.start,
            end: range.end.min(bytes.len()),
            line,
        }
    }

    fn byte(&self) -> Option<u8> {
        if self.at < self.end {
            self.bytes.get(self.at).copied()
        } else {
            None
        }
    }

    fn step(&mut self) -> Option<u8> {
        let byte = self.byte()?;
        self.at += 1;
        if byte == b'\n' {
            self.line += 1;
        }
        Some(byte)
    }

    fn blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.step();
        }
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        self.blanks();
        self.byte()
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.step()).map(|_| ())
    }

    fn object(&mut self, mut member: impl FnMut(&mut Self, String) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            member(self, key)?;
            match self.peek()? {
                b',' => self.expect(b',')?,
                _ => return self.expect(b'}'),
            }
        }
    }

    fn array(&mut self, mut element: impl FnMut(&mut Self, usize) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            return self.expect(b']');
        }
        let mut index = 0;
        loop {
            element(self, index)?;
            index += 1;
            match self.peek()? {
                b',' => self.expect(b',')?,
                _ => return self.expect(b']'),
            }
        }
    }

    /// A string as written, without its quotation marks; escapes are left as they are.
    fn string(&mut self) -> Option<String> {
        self.expect(b'"')?;
        let from = self.at;
        loop {
            match self.step()? {
                b'\\' => {
                    self.step()?;
                }
                b'"' => break,
                _ => {}
            }
        }
        let text = self.bytes.get(from..self.at - 1)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    /// Walks over one value, whatever it is.
    fn value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    if depth > MAX_DEPTH {
                        return None;
                    }
                    self.step();
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.step();
                }
                b',' | b':' if depth > 0 => {
                    self.step();
                }
                b',' | b':' => return None,
                _ => {
                    while self.byte().is_some_and(|byte| {
                        !matches!(byte, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"')
                            && !byte.is_ascii_whitespace()
                    }) {
                        self.step();
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = br#"{
 "as_of": "x",
 "first": [],
 "list": [
  {"a": 1},
  {
   "a": "}]\"",
   "inner": [ {"b": 1},
     {
       "c": 2
     } ]
  }
 ]
}"#;

    #[test]
    fn members_are_found_by_their_path() {
        let lists = entries(FILE);
        let list = lists.get("list").expect("list");
        assert_eq!(list.len(), 2);
        assert_eq!(list[0].line, 5);
        for (path, line) in [
            ("a", 7),
            ("inner", 8),
            ("inner[0].b", 8),
            ("inner[1].c", 10),
            ("inner[1].missing", 9),
            ("missing", 6),
        ] {
            assert_eq!(line_of(FILE, &list[1], path), line, "{path}");
        }
        assert!(lists.get("first").expect("first").is_empty());
    }

    #[test]
    fn what_is_no_such_file_has_no_entries() {
        for bytes in [&b""[..], b"[1]", b"{\"a\"", b"{\"a\": [", b"{\"a\": [,]}"] {
            assert!(entries(bytes).values().all(Vec::is_empty));
        }
        let deep = format!("{{\"a\": [{}", "[".repeat(100_000));
        assert!(entries(deep.as_bytes()).is_empty());
    }
}
