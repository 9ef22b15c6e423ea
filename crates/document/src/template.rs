//! Templates as data: what a kind of document says, on which layout, and where each field stands.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use crate::sheet::{Area, Colour, Mm, Point};

mod embedded;

/// Why a template could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadTemplate {
    /// Not JSON, or not the shape of a template.
    #[error("the template is not well formed")]
    Malformed(#[from] serde_json::Error),
    /// No layout of this name is known.
    #[error("no layout is called `{0}`")]
    UnknownLayout(String),
    /// A region of the template is not on its layout.
    #[error("layout `{layout}` has no region `{region}`")]
    UnknownRegion {
        /// The layout.
        layout: String,
        /// The region that the template fills.
        region: String,
    },
    /// No embedded template has this key.
    #[error("no template is called `{0}`")]
    UnknownTemplate(String),
}

/// What a kind of document says, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub(crate) key: String,
    pub(crate) version: String,
    #[serde(rename = "layout")]
    pub(crate) layout_name: String,
    #[serde(skip)]
    pub(crate) layout: Layout,
    pub(crate) title: Vec<String>,
    #[serde(default)]
    pub(crate) english: Option<String>,
    #[serde(default = "ornament")]
    pub(crate) colour: Colour,
    #[serde(default)]
    pub(crate) photo: Option<String>,
    #[serde(default = "print_code")]
    pub(crate) code: bool,
    #[serde(default)]
    pub(crate) hidden: Vec<String>,
    /// The sentence at the foot, with `{address}` where a reader checks; licences have their own.
    #[serde(default = "licence_print")]
    pub(crate) small_print: String,
    pub(crate) regions: BTreeMap<String, Vec<Row>>,
}

impl Template {
    /// Reads a template and joins it with its layout.
    ///
    /// # Errors
    /// `Malformed` for anything that is not a template; `UnknownLayout` and `UnknownRegion` for one
    /// that names a place that does not exist.
    pub fn parse(json: &[u8]) -> Result<Template, ReadTemplate> {
        let mut template: Template = serde_json::from_slice(json)?;
        let layout = embedded::layout(&template.layout_name)
            .ok_or_else(|| ReadTemplate::UnknownLayout(template.layout_name.clone()))?;
        template.layout = serde_json::from_str(layout)?;
        for region in template.regions.keys() {
            if !template
                .layout
                .regions
                .iter()
                .any(|known| &known.name == region)
            {
                return Err(ReadTemplate::UnknownRegion {
                    layout: template.layout_name.clone(),
                    region: region.clone(),
                });
            }
        }
        Ok(template)
    }

    /// The embedded template of a licence type.
    ///
    /// # Errors
    /// `UnknownTemplate` for a key that `Template::keys` does not list.
    pub fn embedded(key: &str) -> Result<Template, ReadTemplate> {
        let json =
            embedded::template(key).ok_or_else(|| ReadTemplate::UnknownTemplate(key.to_owned()))?;
        Template::parse(json.as_bytes())
    }

    /// The embedded form of a stage document, such as `acceptance-notice`.
    ///
    /// # Errors
    /// `UnknownTemplate` for a code that `Template::forms` does not list.
    pub fn form(code: &str) -> Result<Template, ReadTemplate> {
        let json =
            embedded::form(code).ok_or_else(|| ReadTemplate::UnknownTemplate(code.to_owned()))?;
        Template::parse(json.as_bytes())
    }

    /// Codes of the embedded forms of stage documents.
    pub fn forms() -> impl Iterator<Item = &'static str> {
        embedded::forms()
    }

    /// Keys of the embedded templates of licences.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        embedded::keys()
    }

    /// The licence type's key, such as `FOOD`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The version that licence data name.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The title in one line.
    #[must_use]
    pub fn title(&self) -> String {
        self.title.concat()
    }
}

/// A row of cells beside each other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
}

/// What stands in a cell.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase", tag = "is", deny_unknown_fields)]
pub(crate) enum Cell {
    /// A label and a value.
    Field(Field),
    /// A table with a row for each object of a list.
    Table {
        field: String,
        columns: Vec<Column>,
        /// Whether it is left out when the list is empty.
        #[serde(default)]
        omitted: bool,
    },
    /// A paragraph for each text of a list, among other rows.
    Paragraphs(Paragraphs),
    /// Prose, with `{field}` where a value stands.
    Prose {
        text: String,
        /// Characters by which the first line is drawn in.
        #[serde(default)]
        indent: f64,
    },
}

/// A paragraph for each text of a list, or one for a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paragraphs {
    pub(crate) field: String,
    /// Characters by which each first line is drawn in.
    #[serde(default)]
    pub(crate) indent: f64,
    /// What stands before each text.
    #[serde(default)]
    pub(crate) before: String,
    /// What follows each text.
    #[serde(default)]
    pub(crate) after: String,
    /// Whether they are left out where there is no text.
    #[serde(default)]
    pub(crate) omitted: bool,
}

/// A label and its value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    /// Name in the licence data, or `@number`, `@validity`, `@holder`, `@issuer`, `@issued`.
    pub(crate) name: String,
    /// Chinese label; a line break begins its smaller second line.
    pub(crate) label: String,
    /// English label.
    #[serde(default)]
    pub(crate) english: Option<String>,
    #[serde(default)]
    pub(crate) shape: Shape,
    /// Follows a number.
    #[serde(default)]
    pub(crate) unit: String,
    /// Share of the row's width.
    #[serde(default = "one")]
    pub(crate) share: f64,
    /// Whether the value may be missing; a dash stands for it then.
    #[serde(default)]
    pub(crate) optional: bool,
    /// Whether a row of such fields is left out when none of them has a value.
    #[serde(default)]
    pub(crate) omitted: bool,
    /// Whether the page shows the middle of the value as stars.
    #[serde(default)]
    pub(crate) masked: bool,
}

impl Field {
    /// A value without a label, as prose holds it.
    pub(crate) fn bare(name: &str, shape: Shape) -> Field {
        Field {
            name: name.to_owned(),
            label: String::new(),
            english: None,
            shape,
            unit: String::new(),
            share: 1.0,
            optional: false,
            omitted: false,
            masked: false,
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shape {
    /// As it stands.
    #[default]
    Text,
    /// A code or number: in Hei, never broken.
    Code,
    /// Whole yuan in groups of three, or with two decimals.
    Money,
    /// A number with its unit.
    Number,
    /// 2026年6月10日.
    Date,
    /// 2026年6月10日 4时26分.
    Moment,
    /// A list of texts.
    List,
}

/// A column of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    /// Keys of the object; the first that is present is shown.
    pub(crate) keys: Vec<String>,
    pub(crate) label: String,
    /// Share of the table's width.
    #[serde(default = "one")]
    pub(crate) share: f64,
    #[serde(default)]
    pub(crate) shape: Shape,
    /// What follows the value of a key.
    #[serde(default)]
    pub(crate) units: BTreeMap<String, String>,
    /// What stands for a value on the page (a type's key for its name), and `""` for none.
    #[serde(default)]
    pub(crate) words: BTreeMap<String, String>,
}

/// The geometry of a family of templates.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layout {
    pub(crate) width: Mm,
    pub(crate) height: Mm,
    /// Clear margin outside the border, and the width of the border's band.
    #[serde(default)]
    pub(crate) frame: Option<Frame>,
    /// Faint rosettes behind the text.
    #[serde(default)]
    pub(crate) underprints: Vec<Underprint>,
    /// Cards to be cut out.
    #[serde(default)]
    pub(crate) cards: Vec<Card>,
    pub(crate) title: TitlePlace,
    /// Where the printed code stands, on pages that have one.
    #[serde(default)]
    pub(crate) code: Area,
    #[serde(default)]
    pub(crate) photo: Option<Area>,
    pub(crate) regions: Vec<Region>,
    pub(crate) authority: AuthorityPlace,
    /// Middle of the baseline of the small print; the identifier stands under it.
    pub(crate) small_print: Point,
    /// Widest the small print may be.
    pub(crate) small_print_width: Mm,
    /// How what does not fit on one page goes on; other layouts are one page.
    #[serde(default)]
    pub(crate) pages: Option<Pages>,
}

/// Pages after each other. The first begins where the region does, each ends where the region does; the seal
/// follows the text.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pages {
    /// Where the text of a further page begins.
    pub(crate) top: Mm,
    /// From the text to the upper edge of the place for the seal.
    pub(crate) gap: Mm,
    /// Middle of the baseline of the page's number.
    pub(crate) number: Point,
}

/// Where the issuing authority stands; the date stands under it, the seal over both.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorityPlace {
    /// Middle of the baseline of the authority's last line.
    pub(crate) at: Point,
    /// In points.
    pub(crate) size: f64,
    pub(crate) width: Mm,
    /// Longest side that a seal may have here; a larger one is drawn smaller.
    pub(crate) seal: Mm,
}

impl AuthorityPlace {
    /// How far the middle of the seal lies under the baseline of the authority's last line.
    pub(crate) fn sink(&self) -> Mm {
        Mm::from_points(self.size) * 0.4
    }
}

/// A faint rosette.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Underprint {
    pub(crate) at: Point,
    pub(crate) radius: Mm,
}

/// A card, and how far down its head reaches.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    pub(crate) area: Area,
    #[serde(default)]
    pub(crate) head: Option<Mm>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Frame {
    pub(crate) margin: Mm,
    pub(crate) band: Mm,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TitlePlace {
    /// Middle of the first line's baseline.
    pub(crate) at: Point,
    /// In points.
    pub(crate) size: f64,
    pub(crate) width: Mm,
}

/// A box that rows of a template fill from the top.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Region {
    pub(crate) name: String,
    pub(crate) area: Area,
    /// Rows that begin above this line are narrower: something else stands beside them.
    #[serde(default)]
    pub(crate) beside: Option<Beside>,
    /// Size of labels in points.
    #[serde(default = "label_size")]
    pub(crate) label: f64,
    /// Sizes of values in points: the first, then the two steps by which a long value shrinks.
    #[serde(default = "value_sizes")]
    pub(crate) sizes: [f64; 3],
    /// Size of values in fields and tables, as a share of that of paragraphs.
    #[serde(default = "one")]
    pub(crate) facts: f64,
    #[serde(default)]
    pub(crate) grid: bool,
    /// Least space between rows, and the most by which they may be spread to fill the region.
    #[serde(default = "row_space")]
    pub(crate) space: [Mm; 2],
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beside {
    pub(crate) until: Mm,
    pub(crate) width: Mm,
}

fn one() -> f64 {
    1.0
}

fn licence_print() -> String {
    "本页为电子证照，效力以电子签章和登记状态为准；请扫码或登录 {address}/v/ 核验。".to_owned()
}

fn print_code() -> bool {
    true
}

fn ornament() -> Colour {
    Colour::new(0x9A, 0x7B, 0x4F)
}

fn label_size() -> f64 {
    12.0
}

fn value_sizes() -> [f64; 3] {
    [14.0, 12.0, 10.5]
}

fn row_space() -> [Mm; 2] {
    [Mm(1.6), Mm(5.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layouts() -> Vec<(String, Layout)> {
        let template = |key| Template::embedded(key).unwrap();
        let mut layouts: Vec<(String, Layout)> = Template::keys()
            .map(template)
            .map(|template| (template.layout_name, template.layout))
            .collect();
        layouts.sort_by(|one, other| one.0.cmp(&other.0));
        layouts.dedup_by(|one, other| one.0 == other.0);
        layouts
    }

    /// Looks 1 and 3: at least 39 mm, and none of it on a fold through the middle.
    #[test]
    fn no_code_is_small_or_lies_on_a_fold() {
        assert!(layouts().len() >= 6);
        for (name, layout) in layouts() {
            let code = layout.code;
            assert!(
                code.width >= Mm(39.0) && code.width == code.height,
                "{name}"
            );
            let across = code.x < layout.width / 2.0 && code.right() > layout.width / 2.0;
            let down = code.y < layout.height / 2.0 && code.bottom() > layout.height / 2.0;
            assert!(!down, "{name}: the fold across the page meets the code");
            assert!(
                !across || !layout.cards.is_empty(),
                "{name}: the upright fold meets the code"
            );
        }
    }

    #[test]
    fn the_seal_meets_neither_code_nor_small_print_nor_the_edge() {
        for (name, layout) in layouts() {
            // The largest usual seal is 45 mm; a layout that allows less says so.
            let half = layout.authority.seal / 2.0;
            let middle = Point {
                x: layout.authority.at.x,
                y: layout.authority.at.y + layout.authority.sink(),
            };
            let code = layout.code;
            let beside = middle.x + half < code.x + Mm(0.5)
                || middle.x - half > code.right() - Mm(0.5)
                || middle.y - half > code.bottom()
                || middle.y + half < code.y;
            assert!(beside, "{name}: the seal meets the code");
            let edge = layout
                .frame
                .map_or(Mm(0.0), |frame| frame.margin + frame.band);
            assert!(middle.x + half < layout.width - edge, "{name}");
            assert!(middle.y + half < layout.height - edge, "{name}");
        }
    }
}
