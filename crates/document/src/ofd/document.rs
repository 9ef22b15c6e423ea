//! A whole OFD file from the sheet that the PDF is made from.

use ofd::draw::{Attached, Draft, Image, ImageFormat, Page as Leaf, page_identifier};
use ofd::{Information, SealPlace, metadata};
use time::UtcDateTime;

use crate::layout::RenderPage;
use crate::layout::fill::{Filled, Shown, fill};
use crate::ofd::fonts::Fonts;
use crate::ofd::ground::Ground;
use crate::ofd::marks::marks;
use crate::page::{Page, Paper};
use crate::pdf::write::document::Blank;
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
        let custom = metadata::elements(page.licence, page.status, Some(page.issued_on));
        let attachments = vec![
            attached("licence", page.licence),
            attached("status", page.status),
            Attached {
                name: metadata::NAME.to_owned(),
                ..attached("metadata", &metadata::json(&custom))
            },
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
        let ground = self.ground()?;
        let mut fonts = Fonts::new(&self.typefaces, &ground.fonts);
        let pages = self.leaves(&filled, &mut fonts);
        let pages = pages.map_err(RenderPage::unknown)?;
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
            fonts: fonts.written(),
            templates: ground.templates.clone(),
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

impl Blank {
    /// The pages, each on its template page. The error is a character that no typeface has.
    fn leaves(&self, filled: &Filled, fonts: &mut Fonts<'_>) -> Result<Vec<Leaf>, char> {
        let sheet = &self.plan.sheet;
        let mut leaves = Vec::new();
        for (place, own) in filled.pages.iter().enumerate() {
            // In the order of the PDF's content streams: under, shared, own. What lies under the shared part leaves no
            // room for a template page, which lies under everything.
            let under: &[Item] = if place == 0 { &filled.under } else { &[] };
            let (templates, shared): (_, &[Item]) = if under.is_empty() {
                (vec![place.min(1)], &[])
            } else {
                (Vec::new(), &sheet.items)
            };
            let items = under.iter().chain(shared).chain(own);
            leaves.push(Leaf {
                width: sheet.width.0,
                height: sheet.height.0,
                templates,
                marks: marks(items, fonts)?,
            });
        }
        Ok(leaves)
    }

    /// What all files of the template share, drawn for the first of them.
    fn ground(&self) -> Result<&Ground, RenderPage> {
        if let Some(ground) = self.ground.get() {
            return Ok(ground);
        }
        let ground = Ground::of(&self.plan, &self.shared, &self.typefaces)?;
        Ok(self.ground.get_or_init(|| ground))
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
