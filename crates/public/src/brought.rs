//! What somebody brings to be judged: the file, what its signatures are over, and status of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::extract::Multipart;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;
use wire::arrival::part;
use wire::problem::{Code, Problem};

/// Files beside the one that is judged, at most: what a signature elsewhere is over, and status of it.
const BESIDE: usize = 64;

/// What was brought.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    /// Its name, as far as the sender gave one.
    pub(crate) name: String,
    /// Its octets.
    pub(crate) octets: Vec<u8>,
    /// What its signatures are over and it does not hold, by name.
    pub(crate) contents: Vec<(String, Vec<u8>)>,
    /// Digests in the place of such content, as they were written.
    pub(crate) digests: Vec<String>,
    /// Status of its certificates, and evidence records over it, by name.
    pub(crate) material: Vec<(String, Vec<u8>)>,
}

/// The parts `file` and `code` of a form, the first that holds something; and what came beside it.
pub(crate) async fn brought(mut form: Multipart) -> Result<Brought, Problem> {
    let malformed = |_| Problem::new(Code::RequestMalformed);
    let mut found = Brought::default();
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        let of = field.name().unwrap_or_default().to_owned();
        let name = match of.as_str() {
            "file" => field.file_name().unwrap_or("upload").to_owned(),
            "content" | "status" => field.file_name().unwrap_or_default().to_owned(),
            "content-digest" => String::new(),
            "code" => "code.txt".to_owned(),
            _ => continue,
        };
        let octets = part(field).await?;
        match of.as_str() {
            // What a form sends of a place where nothing was chosen.
            _ if octets.is_empty() => {}
            "content" => found.contents.push((name, octets)),
            "content-digest" => found.digests.push(text(octets)?),
            "status" => found.material.push((name, octets)),
            _ if found.octets.is_empty() => (found.name, found.octets) = (name, octets),
            _ => {}
        }
        if found.contents.len() + found.digests.len() + found.material.len() > BESIDE {
            return Err(Problem::new(Code::RequestTooLarge));
        }
    }
    if found.octets.is_empty() {
        return Err(
            Problem::new(Code::RequestMalformed).saying("there is neither a file nor a code")
        );
    }
    Ok(found)
}

fn text(octets: Vec<u8>) -> Result<String, Problem> {
    let text = String::from_utf8(octets).map_err(|_| Problem::new(Code::RequestMalformed))?;
    Ok(text.trim().to_owned())
}

/// Works on this very thread while the other tasks of its worker go on elsewhere: to wake another one is to wait for a
/// processor once more, which is what a verdict takes longest for during a flood (T-A4).
pub(crate) fn here<T>(work: impl FnOnce() -> T) -> Result<T, Problem> {
    // What panics leaves nothing behind that anyone would see.
    let work = || catch_unwind(AssertUnwindSafe(work)).map_err(|_| Problem::new(Code::Internal));
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => block_in_place(work),
        _ => work(),
    }
}
