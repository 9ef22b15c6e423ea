//! Certificates in PEM (RFC 7468), as files have them: text around, other blocks between.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Certificates that one file may hold.
pub const MAX_PEM_CERTIFICATES: usize = 512;

/// The DER of each certificate, in order; `None` where a block is not closed or not base64, or no
/// certificate is there. Blocks of other kinds are passed over.
#[must_use]
pub fn certificates(text: &str) -> Option<Vec<Vec<u8>>> {
    let all = blocks(
        text,
        &["CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"],
    )?;
    (!all.is_empty()).then_some(all)
}

/// A certificate in PEM, 64 characters a line (RFC 7468 2).
#[must_use]
pub fn certificate_pem(der: &[u8]) -> String {
    let packed = STANDARD.encode(der);
    let mut out = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = packed.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}

/// The content of each block with one of these labels.
#[must_use]
pub fn blocks(text: &str, labels: &[&str]) -> Option<Vec<Vec<u8>>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----")?;
        // RFC 7468 2: the labels of both ends agree.
        let (body, after) = after.split_once(&format!("-----END {label}-----"))?;
        if labels.contains(&label) {
            let packed: String = body.split_ascii_whitespace().collect();
            out.push(STANDARD.decode(packed).ok()?);
            if out.len() > MAX_PEM_CERTIFICATES {
                return Some(out);
            }
        }
        rest = after;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_found_between_other_things() {
        let text = "note\n-----BEGIN CERTIFICATE-----\nAQ\n ID\n-----END CERTIFICATE-----\n\
                    -----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----\n\
                    -----BEGIN CERTIFICATE-----\r\nBA==\r\n-----END CERTIFICATE-----";
        assert_eq!(certificates(text), Some(vec![vec![1, 2, 3], vec![4]]));
    }

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 47, 48, 49, 500] {
            let der = vec![0x5a; length];
            let text = certificate_pem(&der);
            assert!(text.lines().all(|line| line.len() <= 64));
            assert_eq!(certificates(&text), Some(vec![der]));
        }
    }

    #[test]
    fn open_blocks_and_other_letters_are_refused() {
        for text in [
            "",
            "-----BEGIN CERTIFICATE-----\nAQID\n",
            "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATES-----",
            "-----BEGIN CERTIFICATE-----\nA_ID\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\nAQI\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE",
        ] {
            assert_eq!(certificates(text), None, "{text}");
        }
    }
}
