//! A whole file: the shared part prepared once per template, a page's own objects behind it.

use std::sync::OnceLock;

use canvas::{Cut, Face, ReadFont, Typefaces};
use thiserror::Error;
use time::UtcDateTime;

use crate::layout::RenderPage;
use crate::layout::fill::{Filled, Shown, fill};
use crate::layout::plan::{Imprint, Plan, plan};
use crate::layout::value::{Licence, StageData};
use crate::ofd::ground::Ground;
use crate::page::{Page, Paper};
use crate::pdf::write::attachment::{Attachment, Relationship, embed};
use crate::pdf::write::content::{Fonts, NAMES, Painter, index};
use crate::pdf::write::metadata::{Described, information, packet};
use crate::pdf::write::structure::{Places, key, tree};
use crate::pdf::write::{Effort, Objects, colour, decimal_text, text_string, typeface};
use crate::photo::Photo;
use crate::sheet::Point;
use crate::template::Template;

/// Why a template cannot be prepared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PrepareBlank {
    /// An embedded font is damaged.
    #[error("a font cannot be read")]
    Font(#[from] ReadFont),
    /// The template's own words do not fit or cannot be written.
    #[error("the template cannot be laid out")]
    Layout(#[from] RenderPage),
}

/// A template made ready to be filled: everything its pages share, laid out, compressed, and with
/// its fonts cut.
#[derive(Debug)]
pub struct Blank {
    pub(crate) template: Template,
    pub(crate) typefaces: Typefaces,
    pub(crate) plan: Plan,
    pub(crate) shared: [Cut; 2],
    /// What all OFD files of it share, once there is one.
    pub(crate) ground: OnceLock<Ground>,
    /// Elements of the shared content's pieces.
    marked: Vec<usize>,
    objects: Objects,
    profile: u32,
    content: u32,
    /// The shared content of further pages.
    further: Option<u32>,
    fonts: [u32; 2],
}

/// A page before it is sealed.
#[derive(Clone, Debug)]
pub struct Unsealed {
    /// The file, PDF/A-3u.
    pub bytes: Vec<u8>,
    /// The page on which the seal stands, from 1: the last.
    pub page: u32,
    /// Middle of the seal on its page, in points from the page's lower left corner.
    pub seal_centre: (f64, f64),
    /// Longest side that a seal may have there, in points.
    pub seal_side: f64,
    /// Name of the empty signature field that waits for the seal.
    pub field: &'static str,
}

impl Unsealed {
    /// Where a seal of this width and height in points stands: left, lower, right, upper edge, in
    /// points from the page's lower left corner. One that is larger than the page has room for is
    /// made smaller, its sides kept in proportion.
    #[must_use]
    pub fn seal_rectangle(&self, width: f64, height: f64) -> [f64; 4] {
        let scale = (self.seal_side / width.max(height)).min(1.0);
        let (x, y) = self.seal_centre;
        let (half_width, half_height) = (width * scale / 2.0, height * scale / 2.0);
        [
            x - half_width,
            y - half_height,
            x + half_width,
            y + half_height,
        ]
    }
}

/// Name of the signature field on every page we make.
const FIELD: &str = "Seal";

impl Blank {
    /// Prepares a template for an office.
    ///
    /// # Errors
    /// `Layout` if the template's own words do not fit their places; `Font` never, unless the
    /// binary is damaged.
    pub fn prepare(template: Template, imprint: &Imprint) -> Result<Blank, PrepareBlank> {
        let typefaces = Typefaces::embedded()?;
        let plan = plan(&template, imprint, &typefaces)?;
        let mut own = [Cut::default(), Cut::default()];
        for (cut, face) in own.iter_mut().zip([Face::Hei, Face::Song]) {
            for character in (' '..='~').chain(COMMON.chars()) {
                cut.take(character, typefaces.face(face));
            }
        }
        for (face, text) in plan.regions.iter().flat_map(|region| region.words()) {
            for character in text.chars() {
                if let Some(cut) = own.get_mut(index(face)) {
                    cut.take(character, typefaces.face(face));
                }
            }
        }
        let fonts = Fonts {
            typefaces: &typefaces,
            shared: None,
            own,
        };
        let mut painter = Painter::new(fonts, plan.sheet.height, 0);
        painter
            .paint(&plan.sheet.items)
            .map_err(RenderPage::unknown)?;
        let (content, marked) = (painter.content, painter.marked);
        let mut painter = Painter::new(painter.fonts, plan.sheet.height, 0);
        painter
            .paint(plan.further.as_deref().unwrap_or_default())
            .map_err(RenderPage::unknown)?;
        let shared = painter.fonts.own;
        let mut objects = Objects::new();
        let profile = objects.number();
        objects.compressed(profile, "/N 3", &colour::profile(), Effort::Once);
        let number = objects.number();
        objects.compressed(number, "", &content, Effort::Once);
        let further = plan.further.is_some().then(|| {
            let number = objects.number();
            objects.compressed(number, "", &painter.content, Effort::Once);
            number
        });
        let [hei, song] = &shared;
        let fonts = [
            objects.group(&typeface::font(
                hei,
                typefaces.face(Face::Hei),
                Effort::Once,
            )),
            objects.group(&typeface::font(
                song,
                typefaces.face(Face::Song),
                Effort::Once,
            )),
        ];
        Ok(Blank {
            template,
            typefaces,
            plan,
            shared,
            ground: OnceLock::new(),
            marked,
            objects,
            profile,
            content: number,
            further,
            fonts,
        })
    }

    /// The template.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Renders a page: same arguments, same bytes.
    ///
    /// # Errors
    /// `RenderPage` names the field that is missing, malformed, too long for its place or holds a
    /// character that no font has.
    pub fn render(&self, page: &Page<'_>) -> Result<Unsealed, RenderPage> {
        let licence = self.admitted(page)?;
        let shown = page.shown(&licence);
        let attached = [
            Attachment {
                name: "licence.json",
                described: "证照数据",
                relationship: Relationship::Data,
                json: page.licence,
            },
            Attachment {
                name: "status.json",
                described: "状态引用",
                relationship: Relationship::Supplement,
                json: page.status,
            },
        ];
        self.written(&shown, page.photo, (&attached, page.moment))
    }

    /// Renders a stage document, on a template of [`Template::form`]: same arguments, same bytes.
    ///
    /// # Errors
    /// As [`Blank::render`].
    pub fn render_paper(&self, paper: &Paper<'_>) -> Result<Unsealed, RenderPage> {
        let data = self.admitted_paper(paper)?;
        let shown = paper.shown(&data);
        let attached = [Attachment {
            name: "document.json",
            described: "文书数据",
            relationship: Relationship::Data,
            json: paper.data,
        }];
        self.written(&shown, None, (&attached, paper.moment))
    }

    fn written(
        &self,
        shown: &Shown<'_>,
        photo: Option<&Photo>,
        (attachments, moment): (&[Attachment<'_>], UtcDateTime),
    ) -> Result<Unsealed, RenderPage> {
        let filled = fill(&self.plan, &self.template, shown, &self.typefaces)?;
        let mut file = File {
            blank: self,
            objects: self.objects.clone(),
            fonts: String::new(),
            photo: String::new(),
        };
        let (contents, marked) = file.paint(&filled)?;
        if let Some(photo) = photo {
            file.photo(photo);
        }
        let leaves: Vec<u32> = contents.iter().map(|_| file.objects.number()).collect();
        let centre = self.seal_centre(filled.authority);
        let widget = file.widget(leaves.last().copied().unwrap_or_default(), centre);
        let root = file.objects.number();
        let places = Places {
            pages: &leaves,
            widget,
        };
        tree(&mut file.objects, root, &filled.elements, &marked, places);
        let pages = file.pages(&leaves, &contents, widget);
        let title = format!("{} {}", self.template.title(), shown.licence.number);
        let described = Described {
            title: &title,
            issuer: &shown.licence.issuer.name,
            moment,
        };
        let attached = attachments
            .iter()
            .map(|one| (one.name, embed(&mut file.objects, one, moment)))
            .collect();
        let bytes = file.finish(
            &described,
            Tops {
                pages,
                root,
                widget,
                attached,
            },
        );
        Ok(Unsealed {
            bytes,
            page: u32::try_from(leaves.len()).unwrap_or(u32::MAX),
            seal_centre: centre,
            seal_side: self.template.layout.authority.seal.points(),
            field: FIELD,
        })
    }

    /// The licence data of a page, if it can be made from them.
    pub(crate) fn admitted(&self, page: &Page<'_>) -> Result<Licence, RenderPage> {
        let licence: Licence = serde_json::from_slice(page.licence).map_err(RenderPage::Licence)?;
        self.admit(&licence)?;
        self.admit_photo(&licence, page)?;
        Ok(licence)
    }

    /// The data of a stage document, if it can be made from them.
    pub(crate) fn admitted_paper(&self, paper: &Paper<'_>) -> Result<Licence, RenderPage> {
        let data: StageData = serde_json::from_slice(paper.data).map_err(RenderPage::Licence)?;
        let data = Licence::from(data);
        self.admit(&data)?;
        Ok(data)
    }

    fn admit(&self, licence: &Licence) -> Result<(), RenderPage> {
        let used = &licence.template;
        // R8: page and data are made from the same template version.
        if used.key != self.template.key || used.version != self.template.version {
            return Err(RenderPage::OtherTemplate {
                key: used.key.clone(),
                version: used.version.clone(),
            });
        }
        Ok(())
    }

    fn admit_photo(&self, licence: &Licence, page: &Page<'_>) -> Result<(), RenderPage> {
        if page.photo.is_some() != self.plan.photo.is_some() {
            return Err(RenderPage::Photo {
                wanted: self.plan.photo.is_some(),
            });
        }
        if let (Some(photo), Some(field)) = (page.photo, &self.template.photo) {
            let named = licence
                .fields
                .get(field)
                .and_then(serde_json::Value::as_str);
            let given: String = photo
                .digest
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            if named.is_none_or(|named| !named.eq_ignore_ascii_case(&given)) {
                return Err(RenderPage::OtherPhoto {
                    field: field.clone(),
                });
            }
        }
        Ok(())
    }

    /// In points from the lower left corner, for an authority that stands here.
    fn seal_centre(&self, authority: Point) -> (f64, f64) {
        let down = authority.y + self.template.layout.authority.sink();
        (
            authority.x.points(),
            (self.plan.sheet.height - down).points(),
        )
    }
}

/// What the catalog refers to.
struct Tops {
    pages: u32,
    root: u32,
    widget: u32,
    /// Names of the embedded files, in their order, with the numbers of their specifications.
    attached: Vec<(&'static str, u32)>,
}

/// The content streams of a page, from below.
type Contents = [Option<u32>; 3];

/// A file being put behind the shared part.
struct File<'a> {
    blank: &'a Blank,
    objects: Objects,
    /// Entries of the pages' font resources.
    fonts: String,
    /// The resource that the photograph is.
    photo: String,
}

impl File<'_> {
    /// The contents of each page, its own behind those that it shares, the elements of its pieces of marked
    /// content, and the fonts of all.
    fn paint(&mut self, filled: &Filled) -> Result<(Vec<Contents>, Vec<Vec<usize>>), RenderPage> {
        let blank = self.blank;
        let height = blank.plan.sheet.height;
        let fonts = Fonts {
            typefaces: &blank.typefaces,
            shared: Some(&blank.shared),
            own: Default::default(),
        };
        let mut under = Painter::new(fonts, height, 0);
        under.paint(&filled.under).map_err(RenderPage::unknown)?;
        let ground = (!under.content.is_empty()).then(|| self.content(&under.content));
        let mut fonts = under.fonts;
        let (mut contents, mut marked) = (Vec::new(), Vec::new());
        for (place, items) in filled.pages.iter().enumerate() {
            let (below, shared, mut pieces) = match place {
                0 => (ground, Some(blank.content), blank.marked.clone()),
                _ => (None, blank.further, Vec::new()),
            };
            let mut over = Painter::new(fonts, height, pieces.len());
            over.paint(items).map_err(RenderPage::unknown)?;
            pieces.append(&mut over.marked);
            marked.push(pieces);
            contents.push([below, shared, Some(self.content(&over.content))]);
            fonts = over.fonts;
        }
        self.fonts(&fonts.own);
        Ok((contents, marked))
    }

    fn content(&mut self, content: &[u8]) -> u32 {
        let number = self.objects.number();
        self.objects
            .compressed(number, "", content, Effort::EachPage);
        number
    }

    /// The page's own subsets, behind the shared ones.
    fn fonts(&mut self, own: &[Cut; 2]) {
        let [hei, song, own_hei, own_song] = NAMES;
        let [shared_hei, shared_song] = self.blank.fonts;
        self.fonts = format!("/{hei} {shared_hei} 0 R/{song} {shared_song} 0 R");
        for ((cut, face), name) in own
            .iter()
            .zip([Face::Hei, Face::Song])
            .zip([own_hei, own_song])
        {
            if !cut.is_empty() {
                let typeface = self.blank.typefaces.face(face);
                let number = self
                    .objects
                    .group(&typeface::font(cut, typeface, Effort::EachPage));
                self.fonts.push_str(&format!("/{name} {number} 0 R"));
            }
        }
    }

    fn photo(&mut self, photo: &Photo) {
        // ISO 19005-3, 6.2.8: no alternate pictures and no interpolation.
        let number = self.objects.number();
        let entries = format!(
            "/Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode",
            photo.width, photo.height
        );
        self.objects.stream(number, &entries, &photo.jpeg);
        self.photo = format!("/XObject<</Photo {number} 0 R>>");
    }

    /// The empty signature field that waits for the seal, merged with its one widget.
    ///
    /// It stands in the structure tree with its words before anything is signed, so that sealing
    /// need not touch page or tree (ISO 14289-1, 7.18.4; ISO 19005-3, 6.3.2 and 6.3.3).
    fn widget(&mut self, page: u32, (x, y): (f64, f64)) -> u32 {
        let empty = self.objects.number();
        let side = self.blank.template.layout.authority.seal.points();
        self.objects.stream(
            empty,
            &format!(
                "/Type/XObject/Subtype/Form/BBox[0 0 {0} {0}]",
                decimal_text(side)
            ),
            b"",
        );
        let rectangle: Vec<String> = [
            x - side / 2.0,
            y - side / 2.0,
            x + side / 2.0,
            y + side / 2.0,
        ]
        .map(decimal_text)
        .to_vec();
        // 132: Print and Locked (ISO 32000-1, 12.5.3).
        self.objects.add(format!(
            "<</Type/Annot/Subtype/Widget/FT/Sig/T({FIELD})/TU {}/Rect[{}]/F 132/P {page} 0 R/StructParent 1\
             /AP<</N {empty} 0 R>>>>",
            text_string("电子印章"),
            rectangle.join(" ")
        ))
    }

    /// The pages and their tree, whose number is told. The widget stands on the last.
    fn pages(&mut self, leaves: &[u32], contents: &[Contents], widget: u32) -> u32 {
        let pages = self.objects.number();
        let sheet = &self.blank.plan.sheet;
        let box_of = [sheet.width.points(), sheet.height.points()]
            .map(decimal_text)
            .join(" ");
        for (place, (&leaf, contents)) in leaves.iter().zip(contents).enumerate() {
            let contents = references(contents.iter().flatten());
            let annotations = if place + 1 == leaves.len() {
                format!("/Annots[{widget} 0 R]")
            } else {
                String::new()
            };
            // ISO 19005-3, 6.2.10: a page on which something is transparent names its blending space.
            self.objects.put(
                leaf,
                format!(
                    "<</Type/Page/Parent {pages} 0 R/MediaBox[0 0 {box_of}]/Contents[{contents}]\
                     /Resources<</Font<<{}>>{}>>/Group<</S/Transparency/CS/DeviceRGB>>\
                     /StructParents {}/Tabs/S{annotations}>>",
                    self.fonts,
                    self.photo,
                    key(place)
                ),
            );
        }
        let (kids, count) = (references(leaves), leaves.len());
        let tree = format!("<</Type/Pages/Kids[{kids}]/Count {count}>>");
        self.objects.put(pages, tree);
        pages
    }

    fn finish(mut self, described: &Described<'_>, tops: Tops) -> Vec<u8> {
        let Tops {
            pages,
            root,
            widget,
            attached,
        } = tops;
        let files: String = attached
            .iter()
            .map(|(_, file)| format!("{file} 0 R "))
            .collect();
        // ISO 32000-1, 7.9.6: names stand in order.
        let names: String = attached
            .iter()
            .map(|(name, file)| format!("({name}){file} 0 R"))
            .collect();
        let profile = self.blank.profile;
        let metadata = self.objects.number();
        // ISO 19005-3, 6.6.2: the packet is not compressed, so that others find it.
        self.objects.stream(
            metadata,
            "/Type/Metadata/Subtype/XML",
            packet(described).as_bytes(),
        );
        let information = self.objects.add(information(described));
        let catalog = self.objects.add(format!(
            "<</Type/Catalog/Pages {pages} 0 R/Lang(zh-CN)/MarkInfo<</Marked true>>/StructTreeRoot {root} 0 R\
             /ViewerPreferences<</DisplayDocTitle true>>/Metadata {metadata} 0 R\
             /OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)\
             /DestOutputProfile {profile} 0 R>>]/AF[{}]\
             /Names<</EmbeddedFiles<</Names[{names}]>>>>\
             /AcroForm<</Fields[{widget} 0 R]>>>>",
            files.trim_end()
        ));
        // ISO 19005-3, 6.1.3: the trailer has an ID; ours follows from the content (R8).
        let digest = crypto::sha256(&self.objects.bytes);
        let id: String = digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02X}"))
            .collect();
        self.objects.finish(&format!(
            "/Root {catalog} 0 R/Info {information} 0 R/ID[<{id}><{id}>]"
        ))
    }
}

/// `1 0 R 2 0 R`.
fn references<'a>(numbers: impl IntoIterator<Item = &'a u32>) -> String {
    let each = numbers.into_iter().map(|number| format!("{number} 0 R"));
    each.collect::<Vec<_>>().join(" ")
}

/// Characters that nearly every page needs besides ASCII.
const COMMON: &str = "年月日至自起长期有效元时分，。；：、（）—“”《》";
