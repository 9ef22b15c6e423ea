//! Setting one page's values into the places its template leaves for them.

use canvas::{Face, Typefaces};
use time::Date;

use crate::layout::RenderPage;
use crate::layout::plan::{Plan, watermark};
use crate::layout::region::{Body, PlannedRegion};
use crate::layout::text::{centred, count, measured};
use crate::layout::value::{Licence, date};
use crate::sheet::{Element, Item, Mark, Mm, Modules, Path, Pitch, Point, Role, Sheet, Text};
use crate::template::{Pages, Template};

/// Something that the page says about this file besides the licence's own fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Converted from a paper licence (R30).
    Converted {
        /// The register and number it was taken from.
        register: String,
        /// When it was converted.
        on: Date,
    },
    /// A copy for one use (加注件): marked across the page and in words.
    Copy {
        /// What it may be used for.
        purpose: String,
        /// Who asked for it.
        requester: String,
        /// Last day of use.
        until: Date,
    },
}

/// What one page shows besides the licence data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) licence: &'a Licence,
    pub(crate) issued_on: Date,
    pub(crate) code: Option<&'a Modules>,
    pub(crate) link: &'a str,
    pub(crate) notes: &'a [Note],
}

/// A document's own marks.
pub(crate) struct Filled {
    /// What lies under everything else on the first page.
    pub(crate) under: Vec<Item>,
    /// What lies over the shared part, page by page; there is one at least.
    pub(crate) pages: Vec<Vec<Item>>,
    /// The elements, the shared ones first.
    pub(crate) elements: Vec<Element>,
    /// Middle of the baseline of the authority's last line, on the last page.
    pub(crate) authority: Point,
}

/// Sets the page, or the pages of a document that may have several.
pub(crate) fn fill(
    plan: &Plan,
    template: &Template,
    shown: &Shown<'_>,
    typefaces: &Typefaces,
) -> Result<Filled, RenderPage> {
    let blank = |elements| Sheet {
        width: plan.sheet.width,
        height: plan.sheet.height,
        elements,
        items: Vec::new(),
    };
    let mut page = Setting {
        template,
        typefaces,
        shown,
        over: blank(plan.sheet.elements.clone()),
        under: blank(Vec::new()),
        past: Vec::new(),
        signature: Signature {
            at: template.layout.authority.at,
            size: Mm::from_points(template.layout.authority.size),
        },
    };
    page.every_field_has_a_place(plan)?;
    for region in &plan.regions {
        page.fill_region(region)?;
    }
    page.code(plan)?;
    if let Some((element, area)) = plan.photo {
        page.over.draw(element, Mark::Photo(area));
        let edge = Path::outline(&area, template.colour, Mm(0.15));
        page.over.decorate(Mark::Path(edge));
    }
    page.authority(plan)?;
    page.foot(plan)?;
    page.turn();
    if let Some(pages) = template.layout.pages {
        page.number_pages(pages)?;
    }
    Ok(Filled {
        under: page.under.items,
        pages: page.past,
        elements: page.over.elements,
        authority: page.signature.at,
    })
}

/// A page being set.
pub(crate) struct Setting<'a> {
    pub(crate) template: &'a Template,
    pub(crate) typefaces: &'a Typefaces,
    pub(crate) shown: &'a Shown<'a>,
    /// The page that is being set.
    pub(crate) over: Sheet,
    under: Sheet,
    /// The pages before it.
    past: Vec<Vec<Item>>,
    signature: Signature,
}

/// How the authority and the date stand.
#[derive(Clone, Copy)]
pub(crate) struct Signature {
    /// Middle of the baseline of the authority's last line.
    pub(crate) at: Point,
    /// Size at which they are written where they have room.
    pub(crate) size: Mm,
}

impl Setting<'_> {
    fn fill_region(&mut self, region: &PlannedRegion) -> Result<(), RenderPage> {
        match (self.template.layout.pages, &region.body) {
            (Some(pages), Body::Rows(rows)) => {
                self.signature = self.over_pages(region, rows, pages)?;
                Ok(())
            }
            _ => self.region(region),
        }
    }

    /// Goes on to the next page.
    pub(crate) fn turn(&mut self) {
        self.past.push(std::mem::take(&mut self.over.items));
    }

    /// At the foot of each page its number and theirs, so that none is lost unseen; of all but the last, on which it
    /// stands already, what the document is.
    fn number_pages(&mut self, pages: Pages) -> Result<(), RenderPage> {
        let count = self.past.len();
        let identifier = self.identifier()?;
        for (place, items) in self.past.iter_mut().enumerate() {
            let words = format!("第 {} 页 共 {count} 页", place + 1);
            let style = (Face::Song, Mm::from_points(10.5));
            let number = centred("page number", self.typefaces, style, &words, pages.number)?;
            let again = (place + 1 < count).then(|| identifier.clone());
            items.extend(again.into_iter().chain([number]).map(|text| Item {
                role: Role::Footer,
                mark: Mark::Text(text),
            }));
        }
        Ok(())
    }

    /// R8: nothing is signed that the page does not show, unless the template hides it by name.
    fn every_field_has_a_place(&self, plan: &Plan) -> Result<(), RenderPage> {
        let known = |name: &String| {
            plan.regions.iter().any(|region| region.places(name))
                || self.template.hidden.contains(name)
                || self.template.photo.as_ref() == Some(name)
        };
        match self.shown.licence.fields.keys().find(|name| !known(name)) {
            Some(field) => Err(RenderPage::Unplaced {
                field: field.clone(),
            }),
            None => Ok(()),
        }
    }

    /// The printed code with four light modules around it, the link under it.
    fn code(&mut self, plan: &Plan) -> Result<(), RenderPage> {
        // Looks 3: black on white, never over a pattern; the ground is painted with the modules.
        let Some(element) = plan.code else {
            return Ok(());
        };
        let code = self.shown.code.ok_or(RenderPage::NoCode)?;
        let place = self.template.layout.code;
        let side = code.side();
        let across = f64::from(u32::try_from(side).unwrap_or(u32::MAX));
        // ISO/IEC 18004: a quiet zone of four modules on every side.
        let module = place.width / (across + 8.0);
        if module < SMALLEST_MODULE {
            return Err(RenderPage::CodeTooDense { side });
        }
        self.over
            .draw(element, Mark::Code(place.inset(module * 4.0), code.clone()));
        let mut y = place.bottom() + Mm(1.6);
        let (address, handle) = self
            .shown
            .link
            .rsplit_once('/')
            .unwrap_or(("", self.shown.link));
        for text in [format!("{address}/"), handle.to_owned()] {
            let mut size = Mm::from_points(6.5);
            let natural = measured("link", self.typefaces, Face::Hei, &text, size)?;
            if natural > place.width {
                size = size * (place.width / natural);
            }
            let middle = Point {
                x: place.x + place.width / 2.0,
                y,
            };
            let line = centred("link", self.typefaces, (Face::Hei, size), &text, middle)?;
            self.over.draw(element, Mark::Text(line));
            y = y + Mm(2.7);
        }
        Ok(())
    }

    /// The issuing authority and the date, over which the seal will stand.
    fn authority(&mut self, plan: &Plan) -> Result<(), RenderPage> {
        let place = self.template.layout.authority;
        // Looks 1: authority and date bottom right, for the seal to stand over.
        let Signature { at, size: nominal } = self.signature;
        let (lines, size) = self.authority_lines(place.width, nominal)?;
        let mut y = at.y - size * 1.3 * (count(&lines) - 1.0);
        for text in &lines {
            let at = Point { x: at.x, y };
            let line = centred("issuer", self.typefaces, (Face::Song, size), text, at)?;
            self.over.draw(plan.authority, Mark::Text(line));
            y = y + size * 1.3;
        }
        let below = Point {
            x: at.x,
            y: at.y + nominal * 1.72,
        };
        let day = date(self.shown.issued_on);
        let style = (Face::Song, nominal);
        let line = centred("issued", self.typefaces, style, &day, below)?;
        self.over.draw(plan.authority, Mark::Text(line));
        Ok(())
    }

    /// The authority's name in as many lines of equal length as keep it legible, and their size.
    fn authority_lines(&self, width: Mm, nominal: Mm) -> Result<(Vec<String>, Mm), RenderPage> {
        let name: Vec<char> = self.shown.licence.issuer.name.chars().collect();
        for (parts, least) in [(1, 0.8), (2, 0.75), (3, 0.6)] {
            let lines: Vec<String> = name
                .chunks(name.len().div_ceil(parts).max(1))
                .map(|part| part.iter().collect())
                .collect();
            let mut size = nominal;
            for line in &lines {
                let natural = measured("issuer", self.typefaces, Face::Song, line, nominal)?;
                let fitting = nominal * (width / natural);
                size = if fitting < size { fitting } else { size };
            }
            if size >= nominal * least {
                return Ok((lines, size));
            }
        }
        Err(RenderPage::DoesNotFit {
            field: "issuer".to_owned(),
        })
    }

    /// Notes above the small print, the identifier under it.
    fn foot(&mut self, plan: &Plan) -> Result<(), RenderPage> {
        let place = self.template.layout.small_print;
        let mut y = place.y - Mm(4.5);
        for note in self.shown.notes {
            let (words, across) = note.words();
            let small = (Face::Song, Mm::from_points(9.0));
            let line = centred(
                "note",
                self.typefaces,
                small,
                &words,
                Point { x: place.x, y },
            )?;
            let widest = self.template.layout.small_print_width;
            if measured("note", self.typefaces, Face::Song, &words, small.1)? > widest {
                return Err(RenderPage::DoesNotFit {
                    field: "note".to_owned(),
                });
            }
            self.over.draw(plan.notes, Mark::Text(line));
            if let Some(across) = across {
                watermark(
                    &mut self.under,
                    &self.template.layout,
                    &across,
                    self.typefaces,
                )?;
            }
            y = y - Mm(4.5);
        }
        let line = self.identifier()?;
        self.over.draw(plan.notes, Mark::Text(line));
        Ok(())
    }

    /// The identifier and version under the small print; a stage document's case.
    fn identifier(&self) -> Result<Text, RenderPage> {
        let place = self.template.layout.small_print;
        let licence = self.shown.licence;
        let mut text = licence.identifier.clone();
        if !licence.version.is_empty() {
            text.push_str(&format!("  v{}", licence.version));
        }
        // Looks 1: the identifier in 7 pt monospace. It is never in a link (D23).
        let size = Mm::from_points(7.0);
        let pitch = size * 0.6;
        let characters = f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX));
        measured("identifier", self.typefaces, Face::Hei, &text, size)?;
        let at = Point {
            x: place.x - pitch * (characters / 2.0),
            y: place.y + Mm(4.2),
        };
        // Monospaced whatever the typeface: every character in a cell of the same width.
        Ok(Text {
            pitch: Pitch::Cells(pitch),
            ..Text::plain(&text, (Face::Hei, size), at)
        })
    }
}

impl Note {
    /// The line of text, and the words across the page.
    fn words(&self) -> (String, Option<String>) {
        match self {
            Note::Converted { register, on } => (
                format!(
                    "由纸质证照转换，原登记：{register}；转换日期：{}",
                    date(*on)
                ),
                None,
            ),
            Note::Copy {
                purpose,
                requester,
                until,
            } => {
                let words = format!("仅供{requester}用于{purpose}，有效至{}", date(*until));
                (format!("加注件：{words}"), Some(words))
            }
        }
    }
}

/// Modules smaller than this do not survive a copier (looks 3).
const SMALLEST_MODULE: Mm = Mm(0.4);
