//! What the looks of fields paint besides text, and whether that hides words of the page (ISO 32000-2, 8.5, 8.9;
//! T-V3: permission never extends to covering existing text).

use syntax::{Dictionary, Object, ReadPdf, Stream, operators};

use crate::compare::step::Step;
use crate::file::View;
use crate::marks::Area;

/// From this size on what is filled is a ground, in units of the look or as a part of it.
const GROUND: f64 = 64.0;
const PART: f64 = 0.02;
/// Lines so wide are grounds too.
const WIDE: f64 = 4.0;
/// Forms in each other.
const MAX_FORMS: usize = 8;

/// What a look paints.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Painted {
    /// Something is filled.
    pub(super) fills: bool,
    /// Something is filled that lets nothing through: a rectangle, a picture without a mask, a shading.
    pub(super) ground: bool,
    /// Octets of text.
    pub(super) octets: usize,
}

/// A path in the making.
#[derive(Default)]
struct Path {
    points: Vec<(f64, f64)>,
    width: f64,
}

impl Step<'_> {
    /// Whether a widget on the page with this object number lies over words that the page said before.
    pub(super) fn lies_on_words(
        &mut self,
        page: u32,
        widget: &Dictionary,
    ) -> Result<bool, ReadPdf> {
        let Some(area) = Area::of(&self.new.value(widget, b"Rect")?) else {
            return Ok(true);
        };
        let marks = self.marks_of(page)?;
        Ok(marks.is_none_or(|marks| marks.words_under(&area)))
    }

    /// Whether the look that a widget now has hides words of its page that the look before left to be seen.
    pub(super) fn hides_words(
        &mut self,
        number: u32,
        (old, new): (&Dictionary, &Dictionary),
    ) -> Result<bool, ReadPdf> {
        let before = painted_by(&self.old, old)?;
        let after = painted_by(&self.new, new)?;
        if !after.ground || before.ground {
            return Ok(false);
        }
        let page = match self.widgets.get(&number) {
            Some(grown) => Some(grown.page),
            None => self.page_with(number)?,
        };
        match page {
            Some(page) => self.lies_on_words(page, new),
            None => Ok(true),
        }
    }
}

/// What the look paints that a widget shows: the only one, or that of its state.
pub(super) fn painted_by(view: &View<'_>, widget: &Dictionary) -> Result<Painted, ReadPdf> {
    let looks = view.dictionary(widget, b"AP")?.unwrap_or_default();
    let form = match view.value(&looks, b"N")? {
        Object::Dictionary(states) => view.value(&states, widget.name(b"AS").unwrap_or(b"Off"))?,
        form => form,
    };
    let mut painted = Painted::default();
    if let Object::Stream(form) = form {
        paint(view, &form, &mut painted, 0)?;
    }
    Ok(painted)
}

fn paint(
    view: &View<'_>,
    form: &Stream,
    painted: &mut Painted,
    depth: usize,
) -> Result<(), ReadPdf> {
    if depth == MAX_FORMS {
        painted.ground = true;
        return Ok(());
    }
    let whole = Area::of(&view.value(&form.dictionary, b"BBox")?).map_or(0.0, |area| area.size());
    let resources = view
        .dictionary(&form.dictionary, b"Resources")?
        .unwrap_or_default();
    let content = view.content(form)?;
    let mut path = Path::default();
    let read = operators(&content, &mut |word, operands| {
        if word == b"Do" {
            let named = view.dictionary(&resources, b"XObject")?.unwrap_or_default();
            let name = operands.first().and_then(Object::as_name);
            if let Object::Stream(inner) = view.value(&named, name.unwrap_or_default())? {
                if inner.dictionary.name(b"Subtype") == Some(b"Form") {
                    paint(view, &inner, painted, depth + 1)?;
                } else {
                    painted.fills = true;
                    painted.ground |= !has_mask(&inner.dictionary);
                }
            }
        } else {
            path.operator(word, operands, painted, whole);
        }
        Ok(())
    });
    match read {
        Err(limit @ ReadPdf::Limit { .. }) => Err(limit),
        Err(_) => {
            painted.ground = true;
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn has_mask(picture: &Dictionary) -> bool {
    let keys: [&[u8]; 3] = [b"SMask", b"Mask", b"ImageMask"];
    keys.iter().any(|key| picture.value(key).is_some())
}

impl Path {
    fn operator(&mut self, word: &[u8], operands: &[Object], painted: &mut Painted, whole: f64) {
        let numbers: Vec<f64> = operands.iter().filter_map(Object::as_number).collect();
        match (word, numbers.as_slice()) {
            (b"re", [x, y, width, height]) => {
                self.points.extend([(*x, *y), (x + width, y + height)]);
            }
            (b"m" | b"l" | b"c" | b"v" | b"y", [.., x, y]) => self.points.push((*x, *y)),
            (b"w", [width]) => self.width = width.abs(),
            (b"n", _) => self.points.clear(),
            (b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*", _) => {
                painted.fills = true;
                painted.ground |= self.is_ground(whole);
                self.points.clear();
            }
            (b"S" | b"s", _) => {
                painted.ground |= self.width >= WIDE;
                self.points.clear();
            }
            (b"sh" | b"EI", _) => painted.ground = true,
            (b"Tj" | b"'" | b"\"" | b"TJ", _) => {
                let operand = operands.last();
                let parts = operand.and_then(Object::as_array);
                let parts = parts
                    .or(operand.map(std::slice::from_ref))
                    .unwrap_or_default();
                let each = parts.iter().filter_map(Object::as_string);
                painted.octets += each.map(<[u8]>::len).sum::<usize>();
            }
            _ => {}
        }
    }

    /// Whether what is filled has edges along the look's own, and is large.
    fn is_ground(&self, whole: f64) -> bool {
        let straight = self.points.windows(2).all(|pair| match pair {
            [one, other] => {
                let turned = (one.0 - other.0).abs() > 1.0 && (one.1 - other.1).abs() > 1.0;
                !turned || self.points.len() == 2
            }
            _ => true,
        });
        let size = Area::around(&self.points).map_or(0.0, |area| area.size());
        straight && (size >= GROUND || size >= PART * whole)
    }
}
