//! A page of a file that is kept, drawn in place: it is our own.

use render::DrawPage;
use wire::problem::{Code, Problem};

use crate::brought::here;
use crate::counter::Counter;
use crate::pictures::{Form, one};

/// The page of this number, from 1, of an OFD file.
///
/// # Errors
/// `NotFound` if it has no such page; `Busy` if as many files are looked at as may be; `Internal` for what is no OFD.
pub async fn picture(
    counter: &Counter,
    octets: &[u8],
    (page, form): (usize, Form),
) -> Result<Vec<u8>, Problem> {
    let place = counter.place().await?;
    let drawn = here(|| one(octets, page, form))?;
    drop(place);
    drawn.map_err(|error| match error {
        DrawPage::NoSuchPage => Problem::new(Code::NotFound),
        _ => Problem::new(Code::Internal),
    })
}
