//! The little CBOR of leaves and commitments: deterministic (RFC 8949 4.2.1), read as strictly.

const UNSIGNED: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const NULL: u8 = 0xf6;

/// CBOR in the making.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn unsigned(&mut self, value: u64) {
        self.head(UNSIGNED, value);
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.length(BYTES, value.len());
        self.0.extend_from_slice(value);
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.length(TEXT, value.len());
        self.0.extend_from_slice(value.as_bytes());
    }

    pub(crate) fn array(&mut self, items: usize) {
        self.length(ARRAY, items);
    }

    pub(crate) fn map(&mut self, pairs: usize) {
        self.length(MAP, pairs);
    }

    pub(crate) fn null(&mut self) {
        self.0.push(NULL);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }

    fn length(&mut self, major: u8, length: usize) {
        // A length in memory fits 64 bits on every machine that there is.
        self.head(major, u64::try_from(length).unwrap_or(u64::MAX));
    }

    fn head(&mut self, major: u8, value: u64) {
        let major = major << 5;
        // RFC 8949 4.2.1: the shortest argument that holds the value.
        match value.to_be_bytes() {
            [0, 0, 0, 0, 0, 0, 0, low @ 0..=23] => self.0.push(major | low),
            [0, 0, 0, 0, 0, 0, 0, low] => self.0.extend([major | 24, low]),
            [0, 0, 0, 0, 0, 0, a, b] => self.0.extend([major | 25, a, b]),
            [0, 0, 0, 0, a, b, c, d] => self.0.extend([major | 26, a, b, c, d]),
            long => {
                self.0.push(major | 27);
                self.0.extend(long);
            }
        }
    }
}

/// Deterministic CBOR read from the front; every method gives `None` for anything but its own form.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn unsigned(&mut self) -> Option<u64> {
        self.head(UNSIGNED)
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.string(BYTES)?.try_into().ok()
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string(TEXT)?).ok()
    }

    pub(crate) fn array(&mut self, items: u64) -> Option<()> {
        (self.head(ARRAY)? == items).then_some(())
    }

    pub(crate) fn map(&mut self, pairs: u64) -> Option<()> {
        (self.head(MAP)? == pairs).then_some(())
    }

    /// Whether null comes next; takes it.
    pub(crate) fn null(&mut self) -> bool {
        match self.0.split_first() {
            Some((&NULL, rest)) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn string(&mut self, major: u8) -> Option<&'a [u8]> {
        let length = usize::try_from(self.head(major)?).ok()?;
        let (value, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(value)
    }

    fn head(&mut self, major: u8) -> Option<u64> {
        let (first, rest) = self.0.split_first()?;
        if first >> 5 != major {
            return None;
        }
        // RFC 8949 4.2.1: an argument in a longer form than its value needs is another encoding.
        let (value, least, rest) = match first & 0x1f {
            low @ 0..=23 => (u64::from(low), 0, rest),
            24 => {
                let ([value], rest) = rest.split_first_chunk::<1>()?;
                (u64::from(*value), 24, rest)
            }
            25 => {
                let (value, rest) = rest.split_first_chunk::<2>()?;
                (u64::from(u16::from_be_bytes(*value)), 1 << 8, rest)
            }
            26 => {
                let (value, rest) = rest.split_first_chunk::<4>()?;
                (u64::from(u32::from_be_bytes(*value)), 1 << 16, rest)
            }
            27 => {
                let (value, rest) = rest.split_first_chunk::<8>()?;
                (u64::from_be_bytes(*value), 1 << 32, rest)
            }
            _ => return None,
        };
        if value < least {
            return None;
        }
        self.0 = rest;
        Some(value)
    }
}
