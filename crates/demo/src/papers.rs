//! A page of somebody's own, and the form in which it is posted.

use axum::http::Method;
use serde_json::Value;

use crate::client::Call;

/// A page of PDF whose content stream says `text` in a comment: what stands in it is nowhere else in the file.
#[must_use]
pub fn page(text: &str) -> Vec<u8> {
    let content = format!("% {text}\n0 0 m 100 100 l S");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/Resources<<>>/Contents 4 0 R>>".to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
    ];
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = "xref\n0 5\n0000000000 65535 f \n".to_owned();
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = file.len();
    let trailer = format!("{table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(trailer.as_bytes());
    file
}

/// A form of an order and a file (RFC 7578), to be posted there.
#[must_use]
pub fn form(path: &str, order: &Value, file: &[u8]) -> Call {
    let mut body = format!(
        "--part\r\nContent-Disposition: form-data; name=\"order\"\r\nContent-Type: application/json\r\n\r\n{order}\r\n\
         --part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"form.pdf\"\r\n\
         Content-Type: application/pdf\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--part--\r\n");
    let kind = "multipart/form-data; boundary=part";
    Call::send(Method::POST, path, kind, body)
}
