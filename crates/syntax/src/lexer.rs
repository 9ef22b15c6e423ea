//! Tokens of PDF syntax (ISO 32000-2, 7.2 and 7.3), read strictly from a window that moves over the source.

use crate::fault::ReadPdf;
use crate::source::Source;

/// Octets of one string, decoded.
pub(crate) const MAX_STRING: u64 = 16 * 1024 * 1024;
/// Octets of one name or keyword.
const MAX_NAME: u64 = 1024;
/// Digits of one number.
pub const MAX_DIGITS: u64 = 64;
/// Parentheses in each other in one string.
const MAX_PARENTHESES: u64 = 64;
/// Octets read at once: first few, since most objects are small, then more.
const FIRST: u64 = 512;
const WINDOW: u64 = 16 * 1024;

/// The words of the syntax.
const KEYWORDS: &[&[u8]] = &[
    b"R",
    b"obj",
    b"endobj",
    b"stream",
    b"true",
    b"false",
    b"null",
    b"trailer",
    b"startxref",
];

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Real(f64),
    /// A string, decoded.
    String(Vec<u8>),
    /// A name, decoded.
    Name(Vec<u8>),
    /// `[`.
    OpenArray,
    /// `]`.
    CloseArray,
    /// `<<`.
    OpenDictionary,
    /// `>>`.
    CloseDictionary,
    /// A word of the syntax; empty for every other word.
    Keyword(&'static [u8]),
    /// Nothing more.
    End,
}

/// A place in the source from which tokens are read. It never passes `end`.
pub struct Lexer<'s> {
    source: &'s dyn Source,
    window: Vec<u8>,
    /// Offset of the window's first octet.
    base: u64,
    at: usize,
    end: u64,
}

impl std::fmt::Debug for Lexer<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut told = formatter.debug_struct("Lexer");
        told.field("at", &self.position()).finish_non_exhaustive()
    }
}

/// 7.2.3, table 1.
pub fn is_white(octet: u8) -> bool {
    matches!(octet, 0 | 9 | 10 | 12 | 13 | 32)
}

/// 7.2.3, table 2.
pub(crate) fn is_delimiter(octet: u8) -> bool {
    matches!(
        octet,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

/// The value of a hexadecimal digit.
pub fn hex_digit(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'a'..=b'f' => Some(octet - b'a' + 10),
        b'A'..=b'F' => Some(octet - b'A' + 10),
        _ => None,
    }
}

/// What each octet is worth as a hexadecimal digit; 255 for those that are none.
#[expect(
    clippy::indexing_slicing,
    reason = "computed by the compiler, which would refuse it"
)]
const DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        digits[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

fn digit(octet: u8) -> u8 {
    DIGITS.get(usize::from(octet)).copied().unwrap_or(u8::MAX)
}

impl<'s> Lexer<'s> {
    /// Reads from `at` to `end`.
    pub fn new(source: &'s dyn Source, at: u64, end: u64) -> Lexer<'s> {
        Lexer {
            source,
            window: Vec::new(),
            base: at,
            at: 0,
            end: end.min(source.length()),
        }
    }

    /// Offset of the next octet.
    pub fn position(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Offset that it never passes.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Goes on at `at`.
    pub fn seek(&mut self, at: u64) {
        match at
            .checked_sub(self.base)
            .and_then(|step| usize::try_from(step).ok())
            .filter(|step| *step <= self.window.len())
        {
            Some(step) => self.at = step,
            None => {
                self.window.clear();
                self.base = at;
                self.at = 0;
            }
        }
    }

    /// The next octet, which stays.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn peek(&mut self) -> Result<Option<u8>, ReadPdf> {
        if let Some(octet) = self.window.get(self.at) {
            return Ok(Some(*octet));
        }
        let size = if self.window.is_empty() {
            FIRST
        } else {
            WINDOW
        };
        self.fill(size)?;
        Ok(self.window.get(self.at).copied())
    }

    /// Reads anew from here: `size` octets, or as many as there are.
    fn fill(&mut self, size: u64) -> Result<(), ReadPdf> {
        let start = self.position();
        let size = self.end.saturating_sub(start).min(size);
        if size == 0 {
            return Ok(());
        }
        self.window.resize(usize::try_from(size).unwrap_or(0), 0);
        self.base = start;
        self.at = 0;
        self.source.read_at(start, &mut self.window)
    }

    /// The next octet.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn octet(&mut self) -> Result<Option<u8>, ReadPdf> {
        let octet = self.peek()?;
        if octet.is_some() {
            self.at += 1;
        }
        Ok(octet)
    }

    /// Passes white space and comments.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn skip_white(&mut self) -> Result<(), ReadPdf> {
        while let Some(octet) = self.peek()? {
            if octet == b'%' {
                while let Some(octet) = self.peek()? {
                    if octet == b'\r' || octet == b'\n' {
                        break;
                    }
                    self.at += 1;
                }
            } else if is_white(octet) {
                self.at += 1;
            } else {
                break;
            }
        }
        Ok(())
    }

    /// Passes exactly these octets, or nothing.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn take(&mut self, wanted: &[u8]) -> Result<bool, ReadPdf> {
        let start = self.position();
        for octet in wanted {
            if self.octet()? != Some(*octet) {
                self.seek(start);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Passes one line end, if there is one.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn line_end(&mut self) -> Result<bool, ReadPdf> {
        Ok(self.take(b"\r\n")? || self.take(b"\n")? || self.take(b"\r")?)
    }

    /// `Syntax` at this place.
    ///
    /// # Errors
    /// Always.
    pub fn fault<T>(&self) -> Result<T, ReadPdf> {
        Err(ReadPdf::Syntax {
            at: self.position(),
        })
    }

    /// The next token, and the offset where it begins.
    ///
    /// # Errors
    /// What is no syntax, what a limit stops, and what the source says.
    pub fn token(&mut self) -> Result<(Token, u64), ReadPdf> {
        self.skip_white()?;
        let start = self.position();
        let Some(first) = self.peek()? else {
            return Ok((Token::End, start));
        };
        let token = match first {
            b'(' => self.literal()?,
            b'<' => {
                if self.take(b"<<")? {
                    Token::OpenDictionary
                } else {
                    self.hexadecimal()?
                }
            }
            b'>' => {
                if !self.take(b">>")? {
                    return self.fault();
                }
                Token::CloseDictionary
            }
            b'[' => {
                self.at += 1;
                Token::OpenArray
            }
            b']' => {
                self.at += 1;
                Token::CloseArray
            }
            b'/' => self.name()?,
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number()?,
            b'a'..=b'z' | b'A'..=b'Z' => self.keyword()?,
            _ => return self.fault(),
        };
        Ok((token, start))
    }

    /// Octets up to white space or a delimiter.
    fn regular(&mut self) -> Result<&[u8], ReadPdf> {
        let mut length = self.reach();
        if length.is_none() {
            // The window ends in the middle of it, or the file does.
            self.fill(WINDOW)?;
            length = self.reach();
        }
        let rest = self.window.get(self.at..).unwrap_or_default();
        let found = rest.get(..length.unwrap_or(rest.len())).unwrap_or(rest);
        ReadPdf::at_most(found.len() as u64, MAX_NAME, "octets of a name or number")?;
        self.at += found.len();
        Ok(found)
    }

    /// How far it is to the next white space or delimiter in the window.
    fn reach(&self) -> Option<usize> {
        let rest = self.window.get(self.at..).unwrap_or_default();
        rest.iter()
            .position(|octet| is_white(*octet) || is_delimiter(*octet))
    }

    fn keyword(&mut self) -> Result<Token, ReadPdf> {
        let found = self.regular()?;
        let known = KEYWORDS.iter().find(|word| **word == found);
        Ok(Token::Keyword(known.copied().unwrap_or_default()))
    }

    fn number(&mut self) -> Result<Token, ReadPdf> {
        let start = self.position();
        let wrong = ReadPdf::Syntax { at: start };
        let found = self.regular()?;
        ReadPdf::at_most(found.len() as u64, MAX_DIGITS, "digits of a number")?;
        let text = std::str::from_utf8(found).map_err(|_| wrong)?;
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        // 7.3.3: digits with at most one point; no exponent, no second sign.
        let (whole, part) = match digits.split_once('.') {
            Some((whole, part)) => (whole, Some(part)),
            None => (digits, None),
        };
        let all_digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
        if !all_digits(whole) || !part.is_none_or(all_digits) || digits.len() + whole.len() == 0 {
            return Err(wrong);
        }
        match part {
            None => Ok(Token::Integer(text.parse().map_err(|_| wrong)?)),
            Some(part) if whole.is_empty() && part.is_empty() => Err(wrong),
            Some(_) => Ok(Token::Real(text.parse().map_err(|_| wrong)?)),
        }
    }

    fn name(&mut self) -> Result<Token, ReadPdf> {
        let start = self.position();
        self.at += 1;
        let raw = self.regular()?;
        if !raw.contains(&b'#') {
            return Ok(Token::Name(raw.to_vec()));
        }
        // 7.3.5: a number sign and two hexadecimal digits; never 00.
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw.iter().copied();
        while let Some(octet) = rest.next() {
            if octet != b'#' {
                name.push(octet);
                continue;
            }
            let digits = [rest.next(), rest.next()].map(|digit| digit.and_then(hex_digit));
            match digits {
                [Some(high), Some(low)] if (high, low) != (0, 0) => name.push(high << 4 | low),
                _ => return Err(ReadPdf::Syntax { at: start }),
            }
        }
        Ok(Token::Name(name))
    }

    fn room(found: &[u8]) -> Result<(), ReadPdf> {
        let length = found.len() as u64 + 1;
        ReadPdf::at_most(length, MAX_STRING, "octets of a string")
    }

    fn hexadecimal(&mut self) -> Result<Token, ReadPdf> {
        self.at += 1;
        let mut found = Vec::new();
        let mut high = None;
        loop {
            self.pairs(&mut found, high.is_none())?;
            let Some(octet) = self.octet()? else {
                return self.fault();
            };
            if octet == b'>' {
                break;
            }
            if is_white(octet) {
                continue;
            }
            let Some(digit) = hex_digit(octet) else {
                return self.fault();
            };
            match high.take() {
                None => high = Some(digit),
                Some(high) => {
                    Self::room(&found)?;
                    found.push(high << 4 | digit);
                }
            }
        }
        // 7.3.4.3: a missing last digit counts as 0.
        if let Some(high) = high {
            found.push(high << 4);
        }
        Ok(Token::String(found))
    }

    /// Takes pairs of digits as long as the window has them: a message is thousands of them and nothing else.
    fn pairs(&mut self, found: &mut Vec<u8>, whole: bool) -> Result<(), ReadPdf> {
        if !whole {
            return Ok(());
        }
        let rest = self.window.get(self.at..).unwrap_or_default();
        let room = usize::try_from(MAX_STRING)
            .unwrap_or(usize::MAX)
            .saturating_sub(found.len());
        let before = found.len();
        found.reserve(room.min(rest.len() / 2));
        for pair in rest.chunks_exact(2).take(room) {
            let [high, low] = pair else { break };
            let (high, low) = (digit(*high), digit(*low));
            if high | low > 0xf {
                break;
            }
            found.push(high << 4 | low);
        }
        self.at += (found.len() - before) * 2;
        Ok(())
    }

    fn literal(&mut self) -> Result<Token, ReadPdf> {
        self.at += 1;
        let mut found = Vec::new();
        let mut open = 1;
        loop {
            Self::room(&found)?;
            let Some(octet) = self.octet()? else {
                return self.fault();
            };
            match octet {
                b'(' => {
                    open += 1;
                    if open > MAX_PARENTHESES {
                        return Err(ReadPdf::Limit {
                            what: "parentheses in each other",
                            limit: MAX_PARENTHESES,
                        });
                    }
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(Token::String(found));
                    }
                }
                b'\\' => {
                    found.extend(self.escape()?);
                    continue;
                }
                // 7.3.4.2: a line end of any form is a line feed.
                b'\r' => {
                    self.take(b"\n")?;
                    found.push(b'\n');
                    continue;
                }
                _ => {}
            }
            found.push(octet);
        }
    }

    /// What follows a reverse solidus in a string (7.3.4.2, table 3).
    fn escape(&mut self) -> Result<Option<u8>, ReadPdf> {
        let Some(octet) = self.octet()? else {
            return self.fault();
        };
        Ok(match octet {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'b' => Some(8),
            b'f' => Some(12),
            b'\r' => {
                self.take(b"\n")?;
                None
            }
            b'\n' => None,
            b'0'..=b'7' => {
                let mut value = octet - b'0';
                for _ in 0..2 {
                    match self.peek()? {
                        Some(digit @ b'0'..=b'7') => {
                            // High-order overflow is ignored, as 7.3.4.2 says.
                            value = value.wrapping_mul(8).wrapping_add(digit - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                Some(value)
            }
            other => Some(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[u8]) -> Result<Vec<Token>, ReadPdf> {
        let mut lexer = Lexer::new(&text, 0, u64::MAX);
        let mut found = Vec::new();
        loop {
            match lexer.token()?.0 {
                Token::End => return Ok(found),
                token => found.push(token),
            }
        }
    }

    #[test]
    fn each_kind_of_token_is_read() {
        let found = tokens(b"12 -3 +4.5 .5 6. /A#42c /(a(b)\\)\\101\\\nx)<4 1 5>[]<<>>true%c\nR")
            .expect("well-formed");
        let name = |text: &[u8]| Token::Name(text.to_vec());
        let keyword = |text: &'static [u8]| Token::Keyword(text);
        assert_eq!(
            found,
            [
                Token::Integer(12),
                Token::Integer(-3),
                Token::Real(4.5),
                Token::Real(0.5),
                Token::Real(6.0),
                name(b"ABc"),
                name(b""),
                Token::String(b"a(b))Ax".to_vec()),
                Token::String(b"AP".to_vec()),
                Token::OpenArray,
                Token::CloseArray,
                Token::OpenDictionary,
                Token::CloseDictionary,
                keyword(b"true"),
                keyword(b"R"),
            ]
        );
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in [
            b"--5".as_slice(),
            b"1.2.3",
            b"1e5",
            b".",
            b"+",
            b"99999999999999999999",
            b"/A#4",
            b"/A#00",
            b"<4G>",
            b"<41",
            b"(open",
            b")",
            b"> >",
            b"{",
            b"\x80",
        ] {
            let refused = tokens(text);
            assert!(
                matches!(refused, Err(ReadPdf::Syntax { .. })),
                "{text:?}: {refused:?}"
            );
        }
    }

    #[test]
    fn limits_hold_at_their_value_and_one_beyond() {
        let size = |length: u64| usize::try_from(length).expect("small");
        let name = |length: u64| [b"/".to_vec(), vec![b'a'; size(length)]].concat();
        assert!(tokens(&name(MAX_NAME)).is_ok());
        assert!(matches!(
            tokens(&name(MAX_NAME + 1)),
            Err(ReadPdf::Limit { .. })
        ));
        let nested = |depth: u64| [b"(".repeat(size(depth)), b")".repeat(size(depth))].concat();
        assert!(tokens(&nested(MAX_PARENTHESES)).is_ok());
        assert!(matches!(
            tokens(&nested(MAX_PARENTHESES + 1)),
            Err(ReadPdf::Limit { .. })
        ));
        let number = |digits: u64| [b"0".repeat(size(digits) - 1), b"7".to_vec()].concat();
        assert_eq!(tokens(&number(MAX_DIGITS)), Ok(vec![Token::Integer(7)]));
        assert!(matches!(
            tokens(&number(MAX_DIGITS + 1)),
            Err(ReadPdf::Limit { .. })
        ));
    }
}
