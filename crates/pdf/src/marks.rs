//! Where a page says something: text of every kind, pictures, drawn shapes and the looks of its annotations
//! (ISO 32000-2, 8 and 9).
//!
//! Text that is not painted is text (ades-pki 7, 8). Places are taken rather too large; what cannot be followed is
//! said to be everywhere. This serves to refuse what would lie over it, never to excuse anything else.

use std::collections::BTreeMap;
use std::rc::Rc;

use syntax::{Dictionary, Object, ReadPdf, Reference, Stream, operators};

use crate::file::View;
use crate::font::Font;
use crate::tree::MAX_LEVELS;

/// Forms in each other.
const MAX_FORMS: usize = 16;
/// Places of one page.
const MAX_MARKS: usize = 200_000;

/// A rectangle, its corners in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    left: f64,
    bottom: f64,
    right: f64,
    top: f64,
}

/// Places of a page where something is said.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    areas: Vec<Area>,
    /// Those of text in the content of the page, but for lines to write on.
    words: Vec<Area>,
    everywhere: bool,
}

pub(crate) type Matrix = [f64; 6];

pub(crate) const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// First `a`, then `b`.
pub(crate) fn times(a: Matrix, b: Matrix) -> Matrix {
    let across = turned(b, a[0], a[1]);
    let up = turned(b, a[2], a[3]);
    let origin = point(b, a[4], a[5]);
    [across.0, across.1, up.0, up.1, origin.0, origin.1]
}

/// A distance in the other space.
fn turned(matrix: Matrix, x: f64, y: f64) -> (f64, f64) {
    (matrix[0] * x + matrix[2] * y, matrix[1] * x + matrix[3] * y)
}

/// Where a point comes to lie.
pub(crate) fn point(matrix: Matrix, x: f64, y: f64) -> (f64, f64) {
    let (x, y) = turned(matrix, x, y);
    (x + matrix[4], y + matrix[5])
}

impl Area {
    /// A rectangle of four numbers (7.9.5).
    pub(crate) fn of(rectangle: &Object) -> Option<Area> {
        let [a, b, c, d] = rectangle.as_array()? else {
            return None;
        };
        let one = (a.as_number()?, b.as_number()?);
        Area::around(&[one, (c.as_number()?, d.as_number()?)])
    }

    /// The least that has all these points.
    pub(crate) fn around(points: &[(f64, f64)]) -> Option<Area> {
        let mut points = points.iter();
        let (x, y) = points.next()?;
        let mut area = Area {
            left: *x,
            bottom: *y,
            right: *x,
            top: *y,
        };
        for (x, y) in points {
            area.left = area.left.min(*x);
            area.right = area.right.max(*x);
            area.bottom = area.bottom.min(*y);
            area.top = area.top.max(*y);
        }
        Some(area)
    }

    /// What a rectangle takes up where a matrix puts it.
    pub(crate) fn corners(matrix: Matrix, [left, bottom, right, top]: [f64; 4]) -> Option<Area> {
        let corners = [(left, bottom), (right, bottom), (left, top), (right, top)];
        Area::around(&corners.map(|(x, y)| point(matrix, x, y)))
    }

    /// Whether two have a point in common.
    pub(crate) fn touches(&self, other: &Area) -> bool {
        self.left <= other.right
            && other.left <= self.right
            && self.bottom <= other.top
            && other.bottom <= self.top
    }

    /// Width and height.
    pub(crate) fn sides(&self) -> (f64, f64) {
        (self.right - self.left, self.top - self.bottom)
    }

    /// The corner that is nearest to the origin.
    pub(crate) fn origin(&self) -> (f64, f64) {
        (self.left, self.bottom)
    }

    /// The same, so much larger on each side.
    pub(crate) fn grown(&self, by: f64) -> Area {
        Area {
            left: self.left - by,
            bottom: self.bottom - by,
            right: self.right + by,
            top: self.top + by,
        }
    }

    /// How much two have in common.
    pub(crate) fn common(&self, other: &Area) -> f64 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.top.min(other.top) - self.bottom.max(other.bottom);
        width.max(0.0) * height.max(0.0)
    }

    pub(crate) fn size(&self) -> f64 {
        (self.right - self.left) * (self.top - self.bottom)
    }
}

impl Marks {
    /// Whether something is said there.
    pub(crate) fn touch(&self, area: &Area) -> bool {
        self.everywhere || self.areas.iter().any(|mark| mark.touches(area))
    }

    /// Whether words stand there, if only a little.
    pub(crate) fn words_under(&self, area: &Area) -> bool {
        let inside = area.grown(-1.0);
        self.everywhere || self.words.iter().any(|word| word.touches(&inside))
    }
}

impl View<'_> {
    /// Where a page says something, but for annotations of the numbers that are excepted.
    ///
    /// # Errors
    /// `Limit`; what is malformed is everywhere.
    pub(crate) fn marks(
        &self,
        page: Reference,
        except: &dyn Fn(u32) -> bool,
    ) -> Result<Marks, ReadPdf> {
        let mut reader = Reader {
            view: self,
            marks: Marks::default(),
            page: f64::INFINITY,
        };
        match reader.page(page, except) {
            Ok(()) => {}
            Err(limit @ ReadPdf::Limit { .. }) => return Err(limit),
            Err(_) => reader.marks.everywhere = true,
        }
        Ok(reader.marks)
    }

    /// An entry of a page, or of the tree above it (7.7.3.4).
    pub(crate) fn inherited(&self, page: Reference, key: &[u8]) -> Result<Object, ReadPdf> {
        let mut at = Some(page);
        for _ in 0..MAX_LEVELS {
            let Some(reference) = at else { break };
            let node = self.dictionary_at(reference)?.unwrap_or_default();
            let value = self.value(&node, key)?;
            if value != Object::Null {
                return Ok(value);
            }
            at = node.value(b"Parent").and_then(Object::as_reference);
        }
        Ok(Object::Null)
    }
}

struct Reader<'v, 'f> {
    view: &'v View<'f>,
    marks: Marks,
    /// Size of the page.
    page: f64,
}

/// Graphics and text state, as far as places depend on it.
#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    spacing: f64,
    word: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

/// A line of text: its matrix, and how far left and right of its beginning it reaches.
struct Line {
    matrix: Matrix,
    left: f64,
    right: f64,
}

/// A path in the making.
#[derive(Default)]
struct Path {
    points: Vec<(f64, f64)>,
    /// Whether it is more than lines along the page's edges.
    shaped: bool,
}

impl Reader<'_, '_> {
    fn page(&mut self, page: Reference, except: &dyn Fn(u32) -> bool) -> Result<(), ReadPdf> {
        if let Some(area) = Area::of(&self.view.inherited(page, b"MediaBox")?) {
            self.page = area.size();
        }
        let Object::Dictionary(found) = self.view.object(page)? else {
            return Err(ReadPdf::Type { what: "a page" });
        };
        let resources = self.view.inherited(page, b"Resources")?;
        let resources = resources.into_dictionary().unwrap_or_default();
        let streams = match self.view.value(&found, b"Contents")? {
            Object::Array(parts) => parts,
            Object::Null => Vec::new(),
            stream => vec![stream],
        };
        let mut content = Vec::new();
        for part in &streams {
            if let Object::Stream(stream) = self.view.resolve(part)? {
                content.extend(self.view.content(&stream)?);
                content.push(b'\n');
            }
        }
        self.content(&content, &resources, IDENTITY, 0)?;
        if let Object::Array(annotations) = self.view.value(&found, b"Annots")? {
            for annotation in &annotations {
                let number = annotation.as_reference().map(|one| one.number);
                if !number.is_some_and(except) {
                    self.annotation(annotation)?;
                }
            }
        }
        Ok(())
    }

    /// An annotation with a look.
    fn annotation(&mut self, annotation: &Object) -> Result<(), ReadPdf> {
        let found = self.view.resolve(annotation)?.into_dictionary();
        let Some(found) = found.filter(|found| found.value(b"AP").is_some()) else {
            return Ok(());
        };
        let area = Area::of(&self.view.value(&found, b"Rect")?);
        self.mark(area.filter(|area| area.size() > 0.0))
    }

    fn mark(&mut self, area: Option<Area>) -> Result<(), ReadPdf> {
        self.marks.areas.extend(area);
        let found = self.marks.areas.len() as u64;
        ReadPdf::at_most(found, MAX_MARKS as u64, "places of text on a page")
    }

    fn content(
        &mut self,
        content: &[u8],
        resources: &Dictionary,
        matrix: Matrix,
        depth: usize,
    ) -> Result<(), ReadPdf> {
        let mut sheet = Sheet {
            states: Vec::new(),
            state: State {
                matrix,
                font: None,
                size: 0.0,
                spacing: 0.0,
                word: 0.0,
                scale: 1.0,
                leading: 0.0,
                rise: 0.0,
            },
            line: Line::at(IDENTITY),
            path: Path::default(),
            fonts: BTreeMap::new(),
            depth,
        };
        operators(content, &mut |word, operands| {
            self.operator(&mut sheet, resources, word, operands)
        })
    }

    fn operator(
        &mut self,
        sheet: &mut Sheet,
        resources: &Dictionary,
        word: &[u8],
        operands: &[Object],
    ) -> Result<(), ReadPdf> {
        match word {
            b"q" if sheet.states.len() < 256 => sheet.states.push(sheet.state.clone()),
            b"q" => self.marks.everywhere = true,
            b"Q" => {
                if let Some(state) = sheet.states.pop() {
                    sheet.state = state;
                }
            }
            b"cm" => {
                let own = matrix(operands).ok_or(ReadPdf::Syntax { at: 0 })?;
                sheet.state.matrix = times(own, sheet.state.matrix);
            }
            b"Tf" => self.font(sheet, resources, operands)?,
            b"Tj" | b"TJ" | b"'" | b"\"" => {
                let area = sheet.show(word, operands);
                self.marks.everywhere |= area.is_none();
                if !sheet.is_rule(operands) {
                    self.marks.words.extend(area);
                }
                self.mark(area)?;
            }
            b"Do" => self.painted(sheet, resources, operands)?,
            b"EI" => self.mark(Area::corners(sheet.state.matrix, [0.0, 0.0, 1.0, 1.0]))?,
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" => {
                let path = std::mem::take(&mut sheet.path);
                // What fills a large part of the page is its ground, not a sign.
                let area = Area::around(&path.points);
                let sign = area.filter(|area| path.shaped && area.size() * 4.0 < self.page);
                self.mark(sign)?;
            }
            b"n" => sheet.path = Path::default(),
            word => sheet.other(word, operands),
        }
        Ok(())
    }

    fn font(
        &mut self,
        sheet: &mut Sheet,
        resources: &Dictionary,
        operands: &[Object],
    ) -> Result<(), ReadPdf> {
        let [Object::Name(name), size] = operands else {
            return Err(ReadPdf::Syntax { at: 0 });
        };
        sheet.state.size = size.as_number().unwrap_or(0.0);
        if !sheet.fonts.contains_key(name) {
            let fonts = self
                .view
                .dictionary(resources, b"Font")?
                .unwrap_or_default();
            let font = self.view.dictionary(&fonts, name)?;
            let font = font.map(|font| Font::read(self.view, &font)).transpose()?;
            sheet.fonts.insert(name.clone(), font);
        }
        sheet.state.font = sheet.fonts.get(name).cloned().flatten();
        Ok(())
    }

    fn painted(
        &mut self,
        sheet: &Sheet,
        resources: &Dictionary,
        operands: &[Object],
    ) -> Result<(), ReadPdf> {
        let [Object::Name(name)] = operands else {
            return Err(ReadPdf::Syntax { at: 0 });
        };
        let Object::Dictionary(named) = self.view.value(resources, b"XObject")? else {
            return Ok(());
        };
        let Object::Stream(stream) = self.view.value(&named, name)? else {
            return Ok(());
        };
        if self.view.value(&stream.dictionary, b"Subtype")?.as_name() != Some(b"Form") {
            return self.mark(Area::corners(sheet.state.matrix, [0.0, 0.0, 1.0, 1.0]));
        }
        self.form(&stream, resources, (sheet.state.matrix, sheet.depth))
    }

    fn form(
        &mut self,
        stream: &Stream,
        outer: &Dictionary,
        (at, depth): (Matrix, usize),
    ) -> Result<(), ReadPdf> {
        if depth == MAX_FORMS {
            return Err(ReadPdf::Limit {
                what: "forms in each other",
                limit: MAX_FORMS as u64,
            });
        }
        let own = match self.view.value(&stream.dictionary, b"Matrix")? {
            Object::Array(own) => matrix(&own).unwrap_or(IDENTITY),
            _ => IDENTITY,
        };
        let resources = self.view.dictionary(&stream.dictionary, b"Resources")?;
        let resources = resources.unwrap_or_else(|| outer.clone());
        let content = self.view.content(stream)?;
        self.content(&content, &resources, times(own, at), depth + 1)
    }
}

/// Six numbers.
pub(crate) fn matrix(operands: &[Object]) -> Option<Matrix> {
    let numbers: Option<Vec<f64>> = operands.iter().map(Object::as_number).collect();
    numbers?.try_into().ok()
}

impl Line {
    fn at(matrix: Matrix) -> Line {
        Line {
            matrix,
            left: 0.0,
            right: 0.0,
        }
    }
}

/// Whether a line runs along neither edge of the page.
fn slants(from: (f64, f64), to: (f64, f64)) -> bool {
    (from.0 - to.0).abs() > 0.5 && (from.1 - to.1).abs() > 0.5
}

/// What one content stream is in the middle of.
struct Sheet {
    states: Vec<State>,
    state: State,
    line: Line,
    path: Path,
    fonts: BTreeMap<Vec<u8>, Option<Rc<Font>>>,
    depth: usize,
}

impl Sheet {
    fn other(&mut self, word: &[u8], operands: &[Object]) {
        let number = |at: usize| operands.get(at).and_then(Object::as_number).unwrap_or(0.0);
        match word {
            b"BT" => self.line = Line::at(IDENTITY),
            b"Tm" => self.line = Line::at(matrix(operands).unwrap_or(IDENTITY)),
            b"Td" => self.next(number(0), number(1)),
            b"TD" => {
                self.state.leading = -number(1);
                self.next(number(0), number(1));
            }
            b"T*" => self.next(0.0, -self.state.leading),
            b"TL" => self.state.leading = number(0),
            b"Tc" => self.state.spacing = number(0),
            b"Tw" => self.state.word = number(0),
            b"Tz" => self.state.scale = number(0) / 100.0,
            b"Ts" => self.state.rise = number(0),
            b"m" => self.point(number(0), number(1), false),
            b"l" => self.point(number(0), number(1), true),
            b"c" | b"v" | b"y" => {
                self.path.shaped = true;
                for at in (0..operands.len()).step_by(2) {
                    self.point(number(at), number(at + 1), false);
                }
            }
            b"re" => {
                let (x, y) = (number(0), number(1));
                self.point(x, y, false);
                self.point(x + number(2), y + number(3), false);
            }
            _ => {}
        }
    }

    fn next(&mut self, x: f64, y: f64) {
        let step = [1.0, 0.0, 0.0, 1.0, x, y];
        self.line = Line::at(times(step, self.line.matrix));
    }

    fn point(&mut self, x: f64, y: f64, drawn: bool) {
        let new = point(self.state.matrix, x, y);
        let last = self.path.points.last();
        self.path.shaped |= drawn && last.is_some_and(|last| slants(*last, new));
        if self.path.points.len() < MAX_MARKS {
            self.path.points.push(new);
        }
    }

    /// Whether a string is nothing but a line to write on.
    fn is_rule(&self, operands: &[Object]) -> bool {
        let operand = operands.last();
        let parts = operand
            .and_then(Object::as_array)
            .or(operand.map(std::slice::from_ref));
        let strings = parts
            .unwrap_or_default()
            .iter()
            .filter_map(Object::as_string);
        let font = self.state.font.as_ref();
        let mut said = strings.map(|string| font.and_then(|font| font.characters(string)));
        said.all(|said| said.is_some_and(|said| said.chars().all(|sign| "._-–—…· ".contains(sign))))
    }

    /// Where a string is shown, from the beginning of its line; `None` if that cannot be told.
    fn show(&mut self, word: &[u8], operands: &[Object]) -> Option<Area> {
        if matches!(word, b"'" | b"\"") {
            self.next(0.0, -self.state.leading);
        }
        let state = &self.state;
        let font = state.font.as_ref().filter(|font| !font.drawn)?;
        let mut glyphs = 0.0;
        let mut wide = 0.0;
        let mut shift = (0.0, 0.0);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a string has at most 16 Mi octets"
        )]
        let mut count = |string: &[u8]| {
            glyphs += font.count(string) as f64;
            wide += font.width(string);
        };
        match operands.last()? {
            Object::String(string) => count(string),
            Object::Array(parts) => {
                for part in parts {
                    match part {
                        Object::String(string) => count(string),
                        other => {
                            let step = other.as_number()? / 1000.0 * state.size * state.scale;
                            shift.0 += step.max(0.0);
                            shift.1 += (-step).max(0.0);
                        }
                    }
                }
            }
            _ => return None,
        }
        let between = glyphs * (state.spacing.abs() + state.word.abs());
        self.line.left -= shift.0;
        self.line.right += shift.1 + (wide * state.size.abs() + between) * state.scale.abs();
        let down = if font.vertical { glyphs } else { 0.3 } * state.size.abs();
        let (left, right) = if state.scale * state.size < 0.0 {
            (-self.line.right, -self.line.left)
        } else {
            (self.line.left, self.line.right)
        };
        let place = times(self.line.matrix, state.matrix);
        let height = state.size.abs();
        Area::corners(place, [left, state.rise - down, right, state.rise + height])
    }
}
