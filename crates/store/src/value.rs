//! A value of a statement: a whole number, a text, octets, or nothing of one of these kinds.

use time::UtcDateTime;

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A whole number; moments are whole seconds since 1970.
    Integer(Option<i64>),
    /// A text.
    Text(Option<&'a str>),
    /// Octets.
    Bytes(Option<&'a [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Value::Integer(value)
    }
}

impl From<u64> for Value<'_> {
    /// Numbers above 2^63 do not occur; they would be stored as 2^63 - 1.
    fn from(value: u64) -> Self {
        Value::Integer(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Value::Integer(Some(i64::from(value)))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Integer(Some(i64::from(value)))
    }
}

impl From<UtcDateTime> for Value<'_> {
    fn from(value: UtcDateTime) -> Self {
        Value::Integer(Some(value.unix_timestamp()))
    }
}

impl From<Option<UtcDateTime>> for Value<'_> {
    fn from(value: Option<UtcDateTime>) -> Self {
        Value::Integer(value.map(UtcDateTime::unix_timestamp))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(Some(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Bytes(Some(value))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Value::Bytes(Some(value))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Value::Bytes(Some(value))
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(value: Option<&'a [u8]>) -> Self {
        Value::Bytes(value)
    }
}
