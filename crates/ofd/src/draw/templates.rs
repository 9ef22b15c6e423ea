//! Template pages (GB/T 33190-2016, 7.3 and 7.7): what many pages lie on, written and compressed once for all documents
//! that are made with them.

use std::sync::Arc;

use super::WriteOfd;
use super::content::{Identifiers, template};
use super::parts::document_text;
use super::{Mark, Page};
use container::Packed;

/// Template pages, drawn. A copy is another name for the same pages.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    /// How many fonts have the identifiers before theirs.
    fonts: usize,
    /// Each page's identifier and content.
    pages: Arc<[(usize, Packed)]>,
    /// The greatest identifier on them.
    last: usize,
}

impl Templates {
    /// Draws these pages for documents of at most `fonts` fonts. Their identifiers follow those of the fonts, so that the same
    /// pages have the same octets in every document.
    ///
    /// # Errors
    /// `Templates` for a picture on them: the pictures are the documents' own.
    pub fn draw(fonts: usize, pages: &[Page]) -> Result<Templates, WriteOfd> {
        let mut marks = pages.iter().flat_map(|page| &page.marks);
        if marks.any(|mark| matches!(mark, Mark::Picture(..))) {
            return Err(WriteOfd::Templates);
        }
        let mut identifiers = Identifiers::after(fonts + 1);
        let mut one = |page| {
            let own = identifiers.next();
            let content = template(page, &mut identifiers);
            (own, Packed::of(document_text(&content)))
        };
        let pages = pages.iter().map(&mut one).collect();
        Ok(Templates {
            fonts,
            pages,
            last: identifiers.last(),
        })
    }

    /// Whether a document of so many fonts can have them.
    pub(super) fn admits(&self, fonts: usize) -> bool {
        self.pages.is_empty() || fonts <= self.fonts
    }

    /// The greatest identifier that is taken by fonts and template pages.
    pub(super) fn last(&self) -> usize {
        self.last
    }

    /// The pages' own identifiers.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = usize> {
        self.pages.iter().map(|(identifier, _)| *identifier)
    }

    /// The pages' contents.
    pub(super) fn packed(&self) -> impl Iterator<Item = &Packed> {
        self.pages.iter().map(|(_, content)| content)
    }
}
