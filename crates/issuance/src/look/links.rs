//! Links for persons without an account, as they are told.

use registry::links::Given;
use serde::Serialize;

use crate::office::Office;
use crate::said::moment;

/// Where a person without an account looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkTold {
    /// The address, for this person alone.
    pub link: String,
    /// From when on it leads nowhere, RFC 3339.
    pub expires: String,
}

impl LinkTold {
    /// The link that was given to this page.
    #[must_use]
    pub fn of(office: &Office, page: &str, given: Given) -> Self {
        Self {
            link: format!("{}/{page}/{}", office.settings.address, given.handle),
            expires: moment(given.expires),
        }
    }
}
