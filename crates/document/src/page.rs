//! What pages are made from, whatever format they are written in.

use time::{Date, UtcDateTime};

use crate::layout::fill::{Note, Shown};
use crate::layout::value::Licence;
use crate::photo::Photo;
use crate::sheet::Modules;

/// What a page is made from.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// `licence.json`: embedded as it is, and the source of everything the page shows (R8).
    pub licence: &'a [u8],
    /// `status.json`, embedded as it is.
    pub status: &'a [u8],
    /// The date that stands under the authority.
    pub issued_on: Date,
    /// When the file says it was made.
    pub moment: UtcDateTime,
    /// The printed code LC1.
    pub code: Option<&'a Modules>,
    /// `https://domain/v/` and a handle.
    pub link: &'a str,
    /// The holder's photograph.
    pub photo: Option<&'a Photo>,
    /// What else the page has to say.
    pub notes: &'a [Note],
}

/// What a stage document is made from.
#[derive(Clone, Copy, Debug)]
pub struct Paper<'a> {
    /// `document.json`: embedded as it is, and the source of everything the page says (R8): an object with
    /// `addressee`, `case`, `fields`, `issuer` (`name`), `template` (`key`, `version`), and what else readers may
    /// want.
    pub data: &'a [u8],
    /// The date that stands under the office's name.
    pub on: Date,
    /// When the file says it was made.
    pub moment: UtcDateTime,
}

impl<'a> Page<'a> {
    /// What it shows of these data.
    pub(crate) fn shown(&self, licence: &'a Licence) -> Shown<'a> {
        Shown {
            licence,
            issued_on: self.issued_on,
            code: self.code,
            link: self.link,
            notes: self.notes,
        }
    }
}

impl<'a> Paper<'a> {
    /// What it shows of these data.
    pub(crate) fn shown(&self, data: &'a Licence) -> Shown<'a> {
        Shown {
            licence: data,
            issued_on: self.on,
            code: None,
            link: "",
            notes: &[],
        }
    }
}
