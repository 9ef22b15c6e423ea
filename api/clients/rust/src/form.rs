//! `multipart/form-data` (RFC 7578).

use ring::digest::{SHA256, digest};

use crate::hex;

/// A form. The same parts make the same octets: a request that is sent again under its idempotency key is the same request.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<Vec<u8>>);

impl Form {
    /// Adds a part, with the name of a file where it is one.
    #[must_use]
    pub fn with(mut self, name: &str, file: Option<&str>, octets: &[u8]) -> Form {
        let file = file.map(|file| format!("; filename=\"{}\"", quoted(file)));
        let file = file.unwrap_or_default();
        let head = format!("Content-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        self.0.push([head.as_bytes(), octets, b"\r\n"].concat());
        self
    }

    /// The octets and their media type.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, String) {
        let boundary = hex(digest(&SHA256, &self.0.concat()).as_ref());
        let line = format!("--{boundary}");
        let mut content = Vec::new();
        for part in &self.0 {
            content.extend_from_slice(line.as_bytes());
            content.extend_from_slice(b"\r\n");
            content.extend_from_slice(part);
        }
        content.extend_from_slice(line.as_bytes());
        content.extend_from_slice(b"--\r\n");
        (content, format!("multipart/form-data; boundary={boundary}"))
    }
}

/// RFC 7578 4.2: what would end the quoted name, or the line, is written as browsers write it.
fn quoted(name: &str) -> String {
    let name = name.replace('"', "%22");
    name.replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_make_the_same_octets_and_no_name_ends_its_line() {
        let form = || Form::default().with("file", Some("a\"b\r\nc"), b"x");
        let (content, kind) = form().finish();
        assert_eq!((content.clone(), kind), form().finish());
        let text = String::from_utf8(content).expect("text");
        assert!(
            text.contains("filename=\"a%22b%0D%0Ac\"\r\n\r\nx\r\n--"),
            "{text}"
        );
        assert!(text.ends_with("--\r\n"));
    }
}
