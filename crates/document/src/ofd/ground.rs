//! What all OFD files of a template share: the pages that theirs lie on, and the fonts of those.

use canvas::{Cut, Typefaces};
use ofd::draw::{Page as Leaf, Templates};

use crate::layout::RenderPage;
use crate::layout::plan::Plan;
use crate::ofd::fonts::{Fonts, MOST, SharedFonts};
use crate::ofd::marks::marks;

/// Drawn and compressed once for a template.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) fonts: SharedFonts,
    /// Under the first page, and under each further one where there may be any.
    pub(crate) templates: Templates,
}

impl Ground {
    /// Draws what `plan` has on every page; `cuts` has all characters of it.
    pub(crate) fn of(
        plan: &Plan,
        cuts: &[Cut; 2],
        typefaces: &Typefaces,
    ) -> Result<Ground, RenderPage> {
        let shared = SharedFonts::of(cuts, typefaces);
        let mut fonts = Fonts::new(typefaces, &shared);
        let mut pages = Vec::new();
        for items in [Some(&plan.sheet.items), plan.further.as_ref()]
            .into_iter()
            .flatten()
        {
            pages.push(Leaf {
                width: plan.sheet.width.0,
                height: plan.sheet.height.0,
                marks: marks(items, &mut fonts).map_err(RenderPage::unknown)?,
                ..Leaf::default()
            });
        }
        let templates = Templates::draw(MOST, &pages).map_err(RenderPage::Package)?;
        Ok(Ground {
            fonts: shared,
            templates,
        })
    }
}
