//! Questions and answers as octets.

use std::io::{self, Read, Write};

/// Parts of a question.
const MAX_PARTS: u32 = 4096;
/// Octets of a part, or of an answer.
const MAX_OCTETS: u64 = 1 << 30;

/// What a document gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Seconds of processor time, at least one; it ends within the last of them.
    pub seconds: u64,
    /// Octets of memory beyond what the process holds before it looks at the document.
    pub memory: u64,
}

impl Limits {
    /// T-I3: 20 s and 512 MiB.
    pub const OF_A_DOCUMENT: Limits = Limits {
        seconds: 20,
        memory: 512 << 20,
    };
}

/// A question as it arrives.
pub(crate) struct Question {
    /// Whether it is about another document than the one before: the limits begin anew.
    pub(crate) is_new: bool,
    pub(crate) limits: Limits,
    pub(crate) parts: Vec<Vec<u8>>,
}

/// Writes a question.
pub(crate) fn ask(
    out: &mut impl Write,
    (is_new, limits): (bool, Limits),
    parts: &[&[u8]],
) -> io::Result<()> {
    let count = u32::try_from(parts.len()).map_err(io::Error::other)?;
    out.write_all(&[u8::from(!is_new)])?;
    out.write_all(&limits.seconds.to_le_bytes())?;
    out.write_all(&limits.memory.to_le_bytes())?;
    out.write_all(&count.to_le_bytes())?;
    for part in parts {
        out.write_all(&(part.len() as u64).to_le_bytes())?;
        out.write_all(part)?;
    }
    out.flush()
}

/// The next question; `None` where nobody asks any more.
pub(crate) fn asked(from: &mut impl Read) -> io::Result<Option<Question>> {
    let mut more = [0];
    if from.read(&mut more)? == 0 {
        return Ok(None);
    }
    let limits = Limits {
        seconds: number(from)?,
        memory: number(from)?,
    };
    let mut count = [0; 4];
    from.read_exact(&mut count)?;
    let count = u32::from_le_bytes(count);
    if count > MAX_PARTS {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let parts = (0..count).map(|_| octets(from)).collect::<Result<_, _>>()?;
    Ok(Some(Question {
        is_new: more == [0],
        limits,
        parts,
    }))
}

/// Writes an answer, and the most that was resident until now.
pub(crate) fn answer(out: &mut impl Write, octets: &[u8], peak: u64) -> io::Result<()> {
    out.write_all(&(octets.len() as u64).to_le_bytes())?;
    out.write_all(octets)?;
    out.write_all(&peak.to_le_bytes())?;
    out.flush()
}

/// Reads what [`answer`] wrote.
pub(crate) fn answered(from: &mut impl Read) -> io::Result<(Vec<u8>, u64)> {
    Ok((octets(from)?, number(from)?))
}

fn number(from: &mut impl Read) -> io::Result<u64> {
    let mut octets = [0; 8];
    from.read_exact(&mut octets)?;
    Ok(u64::from_le_bytes(octets))
}

fn octets(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = number(from)?;
    if length > MAX_OCTETS {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut octets = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
    // What was promised and does not come is no part.
    if from.take(length).read_to_end(&mut octets)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_arrives_as_it_was_asked() {
        let limits = Limits {
            seconds: 3,
            memory: 5,
        };
        let mut wire = Vec::new();
        ask(&mut wire, (true, limits), &[b"one", b""]).expect("it is written");
        ask(&mut wire, (false, limits), &[]).expect("it is written");
        let mut from = wire.as_slice();
        let first = asked(&mut from).expect("it is read").expect("a question");
        assert!(first.is_new);
        assert_eq!(first.limits, limits);
        assert_eq!(first.parts, [b"one".to_vec(), Vec::new()]);
        let second = asked(&mut from).expect("it is read").expect("a question");
        assert!(!second.is_new && second.parts.is_empty());
        assert!(asked(&mut from).expect("it is read").is_none());
    }

    #[test]
    fn what_breaks_off_or_promises_too_much_is_no_message() {
        let mut wire = Vec::new();
        answer(&mut wire, b"said", 7).expect("it is written");
        assert_eq!(
            answered(&mut wire.as_slice()).expect("whole"),
            (b"said".to_vec(), 7)
        );
        for cut in 0..wire.len() {
            assert!(answered(&mut &wire[..cut]).is_err(), "{cut}");
        }
        let promised = (MAX_OCTETS + 1).to_le_bytes();
        assert!(answered(&mut promised.as_slice()).is_err());
        let mut many = vec![0; 17];
        many.extend((MAX_PARTS + 1).to_le_bytes());
        assert!(asked(&mut many.as_slice()).is_err());
    }
}
