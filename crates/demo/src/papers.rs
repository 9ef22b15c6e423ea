//! What is signed in the demonstration: a page for each paper, and the form in which a file is posted.

use axum::http::Method;
use serde_json::Value;

use crate::client::Call;

/// A page with these words as a comment of its content: what counts is that each paper has octets of its own.
pub(crate) fn page(words: &str) -> Vec<u8> {
    let content = format!("% {words}\n0 0 m 100 100 l S");
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

const BOUNDARY: &str = "part-of-the-demonstration";

/// The order and the file, as the two parts of a form (RFC 7578).
pub(crate) fn form(path: &str, order: &Value, file: &[u8]) -> Call {
    let mut body = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"order\"\r\n\r\n{order}\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let kind = "multipart/form-data; boundary=part-of-the-demonstration";
    Call::send(Method::POST, path, kind, body)
}
