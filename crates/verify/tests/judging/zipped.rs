//! ZIP files as programs pack them.

use crate::package::crc32;

/// What a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Java: compressed while it is written, sizes behind the data.
    Streams,
    /// Info-ZIP on Unix: modes, times in extra fields that differ between the two headers, folders.
    Unix,
    /// 7-Zip and others on Windows: attributes of files, times of NTFS.
    Windows,
    /// A folder that is compressed as if it were a file.
    FoldersCompressed,
    /// `OFD.xml` behind all others, and the directory in the order of names.
    Ordered,
    /// As old a reader as there is will do.
    Old,
    /// How hard it was compressed is told.
    Effort,
    /// Sizes behind the data without a mark.
    Unmarked,
    /// Fields for large files in small ones.
    Large,
    /// Names in UTF-8 that do not say so.
    Unsaid,
    /// A comment of the program.
    Comment,
    /// Stored, sizes behind the data.
    StoredStream,
}

use Habit::*;

impl Habit {
    /// Those that are read.
    pub(crate) const READ: [Habit; 7] = [
        Streams,
        Unix,
        Windows,
        FoldersCompressed,
        Ordered,
        Old,
        Effort,
    ];
    /// Those that are refused, and why.
    pub(crate) const REFUSED: [(Habit, &'static str); 5] = [
        (Unmarked, "ofd.headers-differ"),
        (Large, "ofd.extra"),
        (Unsaid, "ofd.name"),
        (Comment, "ofd.no-end"),
        (StoredStream, "ofd.headers-differ"),
    ];
}

/// One entry as its headers say it.
struct Header<'a> {
    name: &'a str,
    flags: u16,
    method: u16,
    needed: u16,
    sums: [u32; 3],
    extra: Vec<u8>,
}

impl Header<'_> {
    fn octets(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for value in [self.needed, self.flags, self.method, 0x6000, 0x5CCA] {
            out.extend(value.to_le_bytes());
        }
        out.extend(self.sums.iter().flat_map(|one| one.to_le_bytes()));
        for length in [self.name.len(), self.extra.len()] {
            out.extend(u16::try_from(length).expect("short").to_le_bytes());
        }
        out
    }
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("small")
}

/// The content as a stream of deflate that compresses nothing.
fn deflated(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chunks = octets.chunks(0xFFFF).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).expect("a chunk");
        out.push(u8::from(chunks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(chunk);
    }
    out
}

/// Seconds since 1970, as Info-ZIP has them: two in the local header, one in the directory.
fn times(count: u8) -> Vec<u8> {
    let mut out = vec![b'U', b'T', 1 + 4 * count, 0, count];
    out.extend([0, 0x10, 0x20, 0x69].repeat(usize::from(count)));
    out
}

/// Folders above the entries, each once.
fn folders(entries: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    let mut found = std::collections::BTreeSet::new();
    for (name, _) in entries {
        let ends = name.match_indices('/').map(|(at, _)| at);
        found.extend(ends.map(|at| name[..=at].to_owned()));
    }
    found.into_iter().map(|name| (name, Vec::new())).collect()
}

fn ordered(entries: &[(String, Vec<u8>)], habit: Habit) -> Vec<(String, Vec<u8>)> {
    let mut all = match habit {
        Unix | Windows | FoldersCompressed => folders(entries),
        _ => Vec::new(),
    };
    all.extend_from_slice(entries);
    if habit == Ordered {
        all.sort_by_key(|(name, _)| name == "OFD.xml");
    }
    all
}

/// Extra fields of the local header, and of the directory.
fn extras(habit: Habit) -> [Vec<u8>; 2] {
    match habit {
        Unix => [times(2), times(1)],
        Windows => [Vec::new(), [&[0x0A, 0, 32, 0][..], &[0; 32]].concat()],
        Large => [[&[1, 0, 16, 0][..], &[0; 16]].concat(), Vec::new()],
        _ => [Vec::new(), Vec::new()],
    }
}

/// Local header and data, and the record of the directory.
fn entry((name, octets): &(String, Vec<u8>), habit: Habit, at: usize) -> (Vec<u8>, Vec<u8>) {
    let folder = name.ends_with('/');
    let packs = matches!(habit, Streams | Effort | Unmarked) && !folder;
    let data = match packs {
        true => deflated(octets),
        false if folder && habit == FoldersCompressed => vec![3, 0],
        false => octets.clone(),
    };
    let follows = matches!(habit, Streams | Unmarked | StoredStream);
    let said = if habit == Unsaid { 0 } else { 0x800 };
    let flags = said | if follows { 8 } else { 0 } | if habit == Effort { 6 } else { 0 };
    let sums = [crc32(octets), small(data.len()), small(octets.len())];
    let method = if packs || folder && habit == FoldersCompressed {
        8
    } else {
        0
    };
    let [local, central] = extras(habit);
    let needed = if habit == Old { 10 } else { 20 };
    let header = |sums, extra| Header {
        name,
        flags,
        method,
        needed,
        sums,
        extra,
    };
    let first = header(if follows { [0; 3] } else { sums }, local);
    let mut whole = [
        b"PK\x03\x04".to_vec(),
        first.octets(),
        name.as_bytes().to_vec(),
        first.extra.clone(),
        data,
    ]
    .concat();
    if follows {
        let mark: &[u8] = if habit == Unmarked {
            b""
        } else {
            b"PK\x07\x08"
        };
        whole.extend(mark);
        whole.extend(sums.iter().flat_map(|one| one.to_le_bytes()));
    }
    let second = header(sums, central);
    let (made, attributes): (u16, u32) = match (habit, folder) {
        (Unix, true) => (0x031E, 0o40_755 << 16 | 0x10),
        (Unix, false) => (0x031E, 0o100_644 << 16),
        (Windows, true) => (0x003F, 0x10),
        _ => (0x0014, 0x20),
    };
    let mut record = [
        b"PK\x01\x02".to_vec(),
        made.to_le_bytes().to_vec(),
        second.octets(),
    ]
    .concat();
    record.extend([0; 6]);
    record.extend(attributes.to_le_bytes());
    record.extend(small(at).to_le_bytes());
    record.extend(name.as_bytes());
    record.extend(&second.extra);
    (whole, record)
}

/// These entries as a program of this habit packs them.
pub(crate) fn zipped(entries: &[(String, Vec<u8>)], habit: Habit) -> Vec<u8> {
    let mut out = Vec::new();
    let mut records = Vec::new();
    for one in ordered(entries, habit) {
        let (whole, record) = entry(&one, habit, out.len());
        out.extend(whole);
        records.push((one.0, record));
    }
    if habit == Ordered {
        records.sort();
    }
    let (at, count) = (small(out.len()), u16::try_from(records.len()).expect("few"));
    let directory: Vec<u8> = records.into_iter().flat_map(|(_, record)| record).collect();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend(small(directory.len()).to_le_bytes());
    out.extend(at.to_le_bytes());
    let comment: &[u8] = if habit == Comment { b"packed" } else { b"" };
    out.extend(u16::try_from(comment.len()).expect("short").to_le_bytes());
    out.extend(comment);
    out
}
