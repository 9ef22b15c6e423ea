//! A whole OFD file from the sheet that the PDF is made from.

use std::collections::BTreeSet;

use canvas::{Cut, Face, Typefaces, program};
use ofd::draw::{
    Attached, Draft, Font, Image, ImageFormat, Mark as Drawn, Page as Leaf, page_identifier,
};
use ofd::{Information, SealPlace};
use time::UtcDateTime;

use crate::layout::RenderPage;
use crate::layout::fill::{Shown, fill};
use crate::ofd::marks::{marks, place};
use crate::ofd::metadata;
use crate::pdf::write::document::{Blank, Page, Paper};
use crate::photo::Photo;
use crate::sheet::Item;

/// An OFD file before it is sealed.
#[derive(Clone, Debug)]
pub struct UnsealedOfd {
    /// The package, its list of signatures named and empty.
    pub bytes: Vec<u8>,
    /// Identifiers of all pages, for a seal across their edges.
    pub pages: Vec<String>,
    /// Where the document asks for its seal: on the last page.
    pub place: SealPlace,
}

impl UnsealedOfd {
    /// Where a seal of this width and height in millimetres stands: left edge, top edge, width, height. One that is
    /// larger than the page has room for is made smaller, its sides kept in proportion, as in the PDF.
    #[must_use]
    pub fn seal_boundary(&self, width: f64, height: f64) -> [f64; 4] {
        let area = self.place.area(width, height);
        [area.x, area.y, area.width, area.height]
    }
}

/// What a file has beside its pages.
struct Around<'a> {
    photo: Option<&'a Photo>,
    custom: Vec<(String, String)>,
    attachments: Vec<Attached>,
    moment: UtcDateTime,
    /// What the document's identifier follows from (R8).
    data: &'a [u8],
}

impl Blank {
    /// Renders a page as OFD: same arguments, same bytes, and the same marks as [`Blank::render`].
    ///
    /// # Errors
    /// As [`Blank::render`]; `Package` for data that cannot be put into a package.
    pub fn render_ofd(&self, page: &Page<'_>) -> Result<UnsealedOfd, RenderPage> {
        let licence = self.admitted(page)?;
        let custom = metadata::elements(page.licence, page.status, page.issued_on);
        let attachments = vec![
            attached("licence", page.licence),
            attached("status", page.status),
            attached("metadata", &metadata::json(&custom)),
        ];
        let around = Around {
            photo: page.photo,
            custom,
            attachments,
            moment: page.moment,
            data: page.licence,
        };
        self.drafted(&page.shown(&licence), around)
    }

    /// Renders a stage document as OFD: same arguments, same bytes, and the same marks as [`Blank::render_paper`].
    ///
    /// # Errors
    /// As [`Blank::render_ofd`].
    pub fn render_paper_ofd(&self, paper: &Paper<'_>) -> Result<UnsealedOfd, RenderPage> {
        let data = self.admitted_paper(paper)?;
        let around = Around {
            photo: None,
            custom: Vec::new(),
            attachments: vec![attached("document", paper.data)],
            moment: paper.moment,
            data: paper.data,
        };
        self.drafted(&paper.shown(&data), around)
    }

    fn drafted(&self, shown: &Shown<'_>, around: Around<'_>) -> Result<UnsealedOfd, RenderPage> {
        let filled = fill(&self.plan, &self.template, shown, &self.typefaces)?;
        let sheet = &self.plan.sheet;
        let mut pages = Vec::new();
        for (place, own) in filled.pages.iter().enumerate() {
            // In the order of the PDF's content streams: under, shared, own.
            let none: &[Item] = &[];
            let (under, shared) = match place {
                0 => (filled.under.as_slice(), sheet.items.as_slice()),
                _ => (none, self.plan.further.as_deref().unwrap_or(none)),
            };
            let items = under.iter().chain(shared).chain(own);
            pages.push(Leaf {
                width: sheet.width.0,
                height: sheet.height.0,
                marks: marks(items, &self.typefaces).map_err(RenderPage::unknown)?,
            });
        }
        let fonts = fonts(&pages, &self.typefaces)?;
        let photo = around.photo.map(|photo| Image {
            format: ImageFormat::Jpeg,
            octets: photo.jpeg.clone(),
        });
        let title = format!("{} {}", self.template.title(), shown.licence.number);
        let digest = crypto::sha256(around.data);
        let document = digest.iter().take(16).map(|octet| format!("{octet:02x}"));
        let mut draft = Draft {
            information: Information {
                document: Some(document.collect()),
                title: Some(title),
                author: Some(shown.licence.issuer.name.clone()),
                subject: None,
                creator: Some("Yinxin".to_owned()),
                created: Some(around.moment.date().to_string()),
                custom: around.custom,
            },
            fonts,
            images: photo.into_iter().collect(),
            pages,
            attachments: around.attachments,
        };
        let down = filled.authority.y + self.template.layout.authority.sink();
        let identifiers = 0..draft.pages.len();
        let identifiers: Vec<String> = identifiers
            .map(|place| page_identifier(&draft, place).to_string())
            .collect();
        // Where the seal goes, as the PDF has an empty field for it.
        let place = SealPlace {
            page: identifiers.last().cloned().unwrap_or_default(),
            centre: (filled.authority.x.0, down.0),
            side: self.template.layout.authority.seal.0,
        };
        draft.information.custom.push(place.custom());
        Ok(UnsealedOfd {
            bytes: draft.write().map_err(RenderPage::Package)?,
            pages: identifiers,
            place,
        })
    }
}

/// Named as in the PDF: readers find the data of both alike.
fn attached(name: &str, json: &[u8]) -> Attached {
    Attached {
        name: format!("{name}.json"),
        file: format!("{name}.json"),
        format: "json".to_owned(),
        octets: json.to_vec(),
    }
}

/// Both typefaces, cut to the characters that the pages have of them (GB/T 33190-2016, 11.1: embedded fonts).
fn fonts(pages: &[Leaf], typefaces: &Typefaces) -> Result<Vec<Font>, RenderPage> {
    let mut used = [BTreeSet::from([' ']), BTreeSet::from([' '])];
    for mark in pages.iter().flat_map(|page| &page.marks) {
        if let Drawn::Text(text) = mark
            && let Some(used) = used.get_mut(text.font)
        {
            used.extend(text.characters.iter().map(|(character, _)| *character));
        }
    }
    let mut fonts = Vec::new();
    for face in [Face::Hei, Face::Song] {
        let typeface = typefaces.face(face);
        let mut cut = Cut::default();
        for character in used.get(place(face)).into_iter().flatten() {
            let taken = cut.take(*character, typeface);
            taken.ok_or_else(|| RenderPage::unknown(*character))?;
        }
        fonts.push(Font {
            name: typeface.name().to_owned(),
            program: program(&cut, typeface),
        });
    }
    Ok(fonts)
}
