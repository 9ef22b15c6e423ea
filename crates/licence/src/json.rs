//! Canonical JSON, RFC 8785: one form for one value, so that its digest means something.

use std::fmt::Write;

use serde_json::Value;

/// Deepest nesting written.
const MAX_DEPTH: usize = 32;
/// Largest integer that every reader holds exactly, 2^53 - 1 (RFC 7493 2.2).
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// A value has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CanonicalError {
    /// Nested deeper than 32.
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// An integer beyond 2^53 - 1, which readers would round.
    #[error("an integer beyond 2^53 - 1")]
    Integer,
}

/// The canonical bytes of `value` (RFC 8785 3.2): members sorted by UTF-16 code units, no
/// blanks, numbers as ECMAScript writes them.
///
/// # Errors
/// [`CanonicalError`] for values outside I-JSON.
pub(crate) fn canonical(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let mut text = String::new();
    write_value(&mut text, value, 0)?;
    Ok(text.into_bytes())
}

fn write_value(text: &mut String, value: &Value, depth: usize) -> Result<(), CanonicalError> {
    if depth > MAX_DEPTH {
        return Err(CanonicalError::TooDeep);
    }
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(text, number)?,
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_value(text, item, depth + 1)?;
            }
            text.push(']');
        }
        Value::Object(members) => {
            // RFC 8785 3.2.3: sorted by UTF-16 code units, which is not the order of UTF-8.
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (at, (name, member)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_string(text, name);
                text.push(':');
                write_value(text, member, depth + 1)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

fn write_number(text: &mut String, number: &serde_json::Number) -> Result<(), CanonicalError> {
    if let Some(integer) = number.as_u64() {
        // RFC 8785 3.1 rests on I-JSON: beyond 2^53 - 1 the value itself is in doubt.
        if integer > MAX_INTEGER {
            return Err(CanonicalError::Integer);
        }
        text.push_str(&integer.to_string());
    } else if let Some(integer) = number.as_i64() {
        if integer.unsigned_abs() > MAX_INTEGER {
            return Err(CanonicalError::Integer);
        }
        text.push_str(&integer.to_string());
    } else {
        let float = number.as_f64().ok_or(CanonicalError::Integer)?;
        write_float(text, float);
    }
    Ok(())
}

/// RFC 8785 3.2.2.3: ECMAScript `Number::toString`, over the shortest digits that read back.
fn write_float(text: &mut String, float: f64) {
    // Negative zero is written as zero (RFC 8785 appendix B).
    if float == 0.0 {
        text.push('0');
        return;
    }
    let scientific = format!("{:e}", float.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = even_on_tie(digits, float.abs());
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    // The value is 0.digits × 10^point.
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    if float < 0.0 {
        text.push('-');
    }
    if count <= point && point <= 21 {
        text.push_str(&digits);
        zeros(text, point - count);
    } else if 0 < point && point <= 21 {
        let (whole, part) = digits.split_at(usize::try_from(point).unwrap_or_default());
        text.push_str(whole);
        text.push('.');
        text.push_str(part);
    } else if -6 < point && point <= 0 {
        text.push_str("0.");
        zeros(text, -point);
        text.push_str(&digits);
    } else {
        let (first, rest) = digits.split_at(1);
        text.push_str(first);
        if !rest.is_empty() {
            text.push('.');
            text.push_str(rest);
        }
        // ECMAScript writes the sign of the exponent always.
        let _ = write!(text, "e{:+}", point - 1);
    }
}

/// ECMAScript takes the even digit where two shortest texts are equally near; the standard
/// library takes the greater one. Ties need sixteen digits at least.
fn even_on_tie(digits: String, float: f64) -> String {
    if digits.len() < 16 {
        return digits;
    }
    // No double has more than 767 significant digits.
    let exact: String = format!("{float:.770e}")
        .chars()
        .take_while(|letter| *letter != 'e')
        .filter(char::is_ascii_digit)
        .collect();
    let (lower, rest) = exact.split_at(digits.len());
    let tie = rest.trim_end_matches('0') == "5";
    let even = lower.ends_with(['0', '2', '4', '6', '8']);
    if tie && even && !lower.ends_with('0') {
        lower.to_owned()
    } else {
        digits
    }
}

fn zeros(text: &mut String, count: i32) {
    for _ in 0..count {
        text.push('0');
    }
}

/// RFC 8785 3.2.2.2: the two-character escapes where there is one, `\u00xx` in lower case for
/// the other controls, everything else as it is.
fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for letter in string.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            control if control < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let value: Value = serde_json::from_str(text).expect("JSON");
        String::from_utf8(canonical(&value).expect("canonical")).expect("UTF-8")
    }

    #[test]
    fn the_example_of_the_standard_comes_out() {
        // RFC 8785 3.2.2 and 3.2.3. The first number has seventeen digits there, which the reader of
        // JSON here would round; fields have fifteen at most. It stands as the value it means.
        let text = "\u{20ac}$\u{f}\nA'B\"\\\\\"/";
        let given = serde_json::json!({
            "numbers": [333_333_333.333_333_3, 1e30, 4.50, 2e-3, 1e-27],
            "string": text,
            "literals": [null, true, false],
        });
        assert_eq!(
            canonical(&given).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            Ok(r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
                .to_owned())
        );
    }

    #[test]
    fn members_are_sorted_by_utf_16_code_units() {
        // RFC 8785 3.2.3, the example of sorting.
        let given = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",
            "\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let value: Value = serde_json::from_str(&of(given)).expect("JSON");
        assert_eq!(value.as_object().map(serde_json::Map::len), Some(7));
        let out = of(given);
        let mut last = 0;
        for word in [
            "Carriage Return",
            "One",
            "Control",
            "Latin Small",
            "Euro Sign",
            "Emoji",
            "Hebrew",
        ] {
            let at = out.find(word).expect("present");
            assert!(at > last, "{word}");
            last = at;
        }
    }

    #[test]
    fn numbers_are_written_as_ecmascript_writes_them() {
        // RFC 8785 appendix B.
        for (bits, expected) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            let mut text = String::new();
            write_float(&mut text, f64::from_bits(bits));
            assert_eq!(text, expected, "{bits:016x}");
        }
    }

    #[test]
    fn values_outside_i_json_are_refused() {
        let big: Value = serde_json::from_str("9007199254740992").expect("JSON");
        assert_eq!(canonical(&big), Err(CanonicalError::Integer));
        let most: Value = serde_json::from_str("-9007199254740991").expect("JSON");
        assert_eq!(canonical(&most), Ok(b"-9007199254740991".to_vec()));
        let mut deep = Value::Null;
        for _ in 0..=MAX_DEPTH {
            deep = Value::Array(vec![deep]);
        }
        assert_eq!(canonical(&deep), Err(CanonicalError::TooDeep));
    }

    #[test]
    fn what_is_canonical_stays_as_it_is() {
        let once = of(r#"{"b":[1,2.50,{"z":"云","a":null}],"a":"\u0001"}"#);
        assert_eq!(once, r#"{"a":"\u0001","b":[1,2.5,{"a":null,"z":"云"}]}"#);
        assert_eq!(of(&once), once);
    }
}
