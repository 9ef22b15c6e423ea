//! What markers and lines leave of the text that they lie on, all those of a page together (ISO 32000-2, 8.4, 8.5, 11.4,
//! 12.5.5, 12.5.6.10; T-V3: permission never extends to covering what was certified).

use std::collections::BTreeMap;

use syntax::{Dictionary, Object, ReadPdf, Stream, operators};

use crate::compare::typed::lightness;
use crate::file::View;
use crate::marks::{Area, IDENTITY, Matrix, matrix, point, times};

/// Kinds that remark and do nothing.
pub(super) const REMARKS: &[&[u8]] = &[
    b"Text",
    b"Popup",
    b"FreeText",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Stamp",
    b"Caret",
    b"Ink",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
];
/// A page is looked at in squares of this side, in its units: about the height of small text.
const SIDE: f64 = 8.0;
/// The part of a square that lines may cover.
const MAX_COVERED: f64 = 0.4;
/// How light a ground must be, all those on each other, that text is read on it.
const LIGHT: f64 = 0.3;
/// Squares and grounds of one page, and lines of one path.
const MAX_PIECES: usize = 20_000;
/// Forms in each other, and states kept.
const MAX_FORMS: usize = 4;
const MAX_STATES: usize = 64;
/// Pieces of a curve.
const PIECES: u32 = 16;
/// What readers take for a marker without a colour.
const YELLOW: f64 = 0.89;

/// What lies on a page.
#[derive(Debug, Default)]
pub(super) struct Shade {
    squares: BTreeMap<(i64, i64), f64>,
    grounds: Vec<(Area, f64)>,
}

impl Shade {
    /// A line; whether what lies below it can still be read.
    fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64) -> bool {
        let (x, y) = (to.0 - from.0, to.1 - from.1);
        let length = x.hypot(y);
        let steps = (length / 2.0).ceil().max(1.0);
        if !length.is_finite() || steps > 10_000.0 || self.squares.len() > MAX_PIECES {
            return false;
        }
        let mut clear = true;
        let mut at = 0.5;
        while at < steps {
            let place = |start: f64, way: f64| square(start + way * at / steps);
            let covered = self.squares.entry((place(from.0, x), place(from.1, y)));
            let covered = covered.or_default();
            *covered += length / steps * width;
            clear &= *covered <= MAX_COVERED * SIDE * SIDE;
            at += 1.0;
        }
        clear
    }

    /// A ground that multiplies with what is below; whether that can still be read.
    fn ground(&mut self, area: Area, light: f64) -> bool {
        let below = self.grounds.iter().filter(|(other, _)| {
            let smaller = other.size().min(area.size());
            other.common(&area) > 0.05 * smaller
        });
        let all = below.fold(light, |light, (_, other)| light * other);
        let many = self.grounds.len() > MAX_PIECES / 10;
        self.grounds.push((area, light));
        all >= LIGHT && !many
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "places far off a page fall together"
)]
fn square(place: f64) -> i64 {
    (place / SIDE).floor() as i64
}

/// Whether an annotation is of a kind that remarks and does nothing.
pub(super) fn is_remark(annotation: &Dictionary) -> bool {
    let kind = annotation.name(b"Subtype");
    kind.is_some_and(|kind| REMARKS.contains(&kind))
}

/// Lays a marker or line on a page; whether what it lies on can still be read.
pub(super) fn lay(
    view: &View<'_>,
    remark: &Dictionary,
    shade: &mut Shade,
) -> Result<bool, ReadPdf> {
    // 12.5.2: how the whole of it is blended.
    let blended = match view.value(remark, b"BM")? {
        Object::Null => true,
        mode => matches!(mode.as_name(), Some(b"Multiply" | b"Darken")),
    };
    let looks = view.value(remark, b"AP")?;
    if looks == Object::Null {
        return Ok(blended & drawn_by_readers(view, remark, shade)?);
    }
    let looks = looks.into_dictionary().unwrap_or_default();
    let Object::Stream(form) = view.value(&looks, b"N")? else {
        return Ok(false);
    };
    let Some(matrix) = placed(view, remark, &form)? else {
        return Ok(false);
    };
    let state = State {
        matrix,
        multiplies: false,
        light: 0.0,
        width: 1.0,
    };
    Ok(blended & paint(view, &form, (state, 0), shade)?)
}

/// Without a look readers draw it along its quadrilaterals.
fn drawn_by_readers(
    view: &View<'_>,
    remark: &Dictionary,
    shade: &mut Shade,
) -> Result<bool, ReadPdf> {
    let numbers = |key: &[u8]| -> Result<Vec<f64>, ReadPdf> {
        let found = view.value(remark, key)?;
        let found = found.as_array().unwrap_or_default();
        Ok(found.iter().filter_map(Object::as_number).collect())
    };
    let points = numbers(b"QuadPoints")?;
    let corners = |quad: &[f64]| -> Option<Area> {
        let points: Vec<(f64, f64)> = quad
            .chunks_exact(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
            .collect();
        Area::around(&points)
    };
    let mut areas: Vec<Area> = points.chunks_exact(8).filter_map(corners).collect();
    if areas.is_empty() {
        areas.extend(Area::of(&view.value(remark, b"Rect")?));
    }
    let thick = remark.value(b"BS").is_some() || remark.value(b"Border").is_some();
    let light = lightness(&numbers(b"C")?).unwrap_or(YELLOW);
    let mut clear = areas.len() <= MAX_PIECES / 10;
    for area in areas.into_iter().take(MAX_PIECES / 10) {
        let ((left, bottom), (width, height)) = (area.origin(), area.sides());
        clear &= match remark.name(b"Subtype") {
            Some(b"Highlight") => shade.ground(area, light),
            Some(b"StrikeOut") => {
                let middle = bottom + height / 2.0;
                !thick && shade.line((left, middle), (left + width, middle), 1.0)
            }
            _ => !thick && shade.line((left, bottom), (left + width, bottom), 1.0),
        };
    }
    Ok(clear)
}

/// Where a look's own space lies on the page (12.5.5, algorithm 8).
fn placed(view: &View<'_>, remark: &Dictionary, form: &Stream) -> Result<Option<Matrix>, ReadPdf> {
    let own = own_matrix(view, form)?;
    let rectangle = Area::of(&view.value(remark, b"Rect")?);
    let Some((field, own_box)) = rectangle.zip(Area::of(&view.value(&form.dictionary, b"BBox")?))
    else {
        return Ok(None);
    };
    let ((left, bottom), (width, height)) = (own_box.origin(), own_box.sides());
    let turned = Area::corners(own, [left, bottom, left + width, bottom + height]);
    let Some(turned) = turned.filter(|turned| turned.size() > 0.0) else {
        return Ok(None);
    };
    let across = field.sides().0 / turned.sides().0;
    let up = field.sides().1 / turned.sides().1;
    let right = field.origin().0 - turned.origin().0 * across;
    let above = field.origin().1 - turned.origin().1 * up;
    Ok(Some(times(own, [across, 0.0, 0.0, up, right, above])))
}

fn own_matrix(view: &View<'_>, form: &Stream) -> Result<Matrix, ReadPdf> {
    let own = view.value(&form.dictionary, b"Matrix")?;
    Ok(own.as_array().and_then(matrix).unwrap_or(IDENTITY))
}

/// Graphics state, as far as it says what is covered.
#[derive(Debug, Clone)]
struct State {
    matrix: Matrix,
    multiplies: bool,
    light: f64,
    width: f64,
}

/// A look in the making.
struct Marker<'s> {
    shade: &'s mut Shade,
    state: State,
    kept: Vec<State>,
    clear: bool,
    start: (f64, f64),
    last: (f64, f64),
    lines: Vec<[(f64, f64); 2]>,
    points: Vec<(f64, f64)>,
}

fn paint(
    view: &View<'_>,
    form: &Stream,
    (state, depth): (State, usize),
    shade: &mut Shade,
) -> Result<bool, ReadPdf> {
    // 11.4.5: what is inside an isolated group blends with nothing; the group as a whole does.
    let group = view
        .dictionary(&form.dictionary, b"Group")?
        .unwrap_or_default();
    let isolated = view.value(&group, b"I")? == Object::Boolean(true);
    if depth > MAX_FORMS || (isolated && !state.multiplies) {
        return Ok(false);
    }
    let resources = view.dictionary(&form.dictionary, b"Resources")?;
    let resources = resources.unwrap_or_default();
    let content = view.content(form)?;
    let mut marker = Marker {
        shade,
        state,
        kept: Vec::new(),
        clear: true,
        start: (0.0, 0.0),
        last: (0.0, 0.0),
        lines: Vec::new(),
        points: Vec::new(),
    };
    let read = operators(&content, &mut |word, operands| {
        match word {
            b"gs" => {
                let state = named(view, &resources, b"ExtGState", operands)?;
                marker.takes(&state.into_dictionary().unwrap_or_default(), view)?;
            }
            b"Do" => {
                let inner = named(view, &resources, b"XObject", operands)?;
                let inner = inner.as_stream();
                let inner = inner.filter(|one| one.dictionary.name(b"Subtype") == Some(b"Form"));
                marker.clear &= match inner {
                    Some(inner) => {
                        let mut state = marker.state.clone();
                        state.matrix = times(own_matrix(view, inner)?, state.matrix);
                        paint(view, inner, (state, depth + 1), marker.shade)?
                    }
                    None => false,
                };
            }
            word => marker.operator(word, operands),
        }
        Ok(())
    });
    match read {
        Ok(()) => Ok(marker.clear),
        Err(limit @ ReadPdf::Limit { .. }) => Err(limit),
        Err(_) => Ok(false),
    }
}

fn named(
    view: &View<'_>,
    resources: &Dictionary,
    kind: &[u8],
    operands: &[Object],
) -> Result<Object, ReadPdf> {
    let named = view.dictionary(resources, kind)?.unwrap_or_default();
    let name = operands.first().and_then(Object::as_name);
    view.value(&named, name.unwrap_or_default())
}

impl Marker<'_> {
    /// Parameters of the graphics state (8.4.5): those that only make it more transparent do no harm.
    fn takes(&mut self, state: &Dictionary, view: &View<'_>) -> Result<(), ReadPdf> {
        for (key, value) in state.entries() {
            let value = view.resolve(value)?;
            match key {
                b"BM" => {
                    let mode = value.as_name();
                    self.state.multiplies = matches!(mode, Some(b"Multiply" | b"Darken"));
                }
                b"LW" => self.state.width = value.as_number().unwrap_or(f64::INFINITY).abs(),
                b"Type" | b"CA" | b"ca" | b"AIS" | b"SMask" | b"SA" | b"OP" | b"op" | b"OPM" => {}
                b"LC" | b"LJ" | b"ML" | b"D" | b"RI" | b"FL" | b"SM" | b"TK" => {}
                _ => self.clear = false,
            }
        }
        Ok(())
    }

    fn operator(&mut self, word: &[u8], operands: &[Object]) {
        let numbers: Vec<f64> = operands.iter().filter_map(Object::as_number).collect();
        match (word, numbers.as_slice()) {
            (b"q", _) if self.kept.len() < MAX_STATES => self.kept.push(self.state.clone()),
            (b"Q", _) => {
                if let Some(state) = self.kept.pop() {
                    self.state = state;
                }
            }
            (b"cm", _) => match matrix(operands) {
                Some(own) => self.state.matrix = times(own, self.state.matrix),
                None => self.clear = false,
            },
            (b"w", [width]) => self.state.width = width.abs(),
            (b"g" | b"rg" | b"k", numbers) => self.state.light = lightness(numbers).unwrap_or(0.0),
            (b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*", _) => {
                self.painted(word);
            }
            (b"n", _) => self.forget(),
            (b"W" | b"W*" | b"J" | b"j" | b"M" | b"d" | b"i", _) => {}
            (b"G" | b"RG" | b"K" | b"ri" | b"BMC" | b"BDC" | b"EMC", _) => {}
            (word, numbers) => self.draw(word, numbers),
        }
        self.clear &= self.lines.len() <= MAX_PIECES;
    }

    fn draw(&mut self, word: &[u8], numbers: &[f64]) {
        match (word, numbers) {
            (b"m", [x, y]) => {
                self.last = point(self.state.matrix, *x, *y);
                self.start = self.last;
                self.points.push(self.last);
            }
            (b"l", [x, y]) => self.to(*x, *y),
            (b"c", [a, b, c, d, x, y]) => self.curve([(*a, *b), (*c, *d), (*x, *y)]),
            (b"y", [a, b, x, y]) => self.curve([(*a, *b), (*x, *y), (*x, *y)]),
            (b"v", [c, d, x, y]) => self.curve([(*c, *d), (*c, *d), (*x, *y)]),
            (b"h", _) => self.line_to(self.start),
            (b"re", [x, y, width, height]) => {
                self.draw(b"m", &[*x, *y]);
                self.to(x + width, *y);
                self.to(x + width, y + height);
                self.to(*x, y + height);
                self.line_to(self.start);
            }
            _ => self.clear = false,
        }
    }

    fn to(&mut self, x: f64, y: f64) {
        let next = point(self.state.matrix, x, y);
        self.line_to(next);
    }

    fn line_to(&mut self, next: (f64, f64)) {
        if self.lines.len() <= MAX_PIECES {
            self.lines.push([self.last, next]);
            self.points.push(next);
        }
        self.last = next;
    }

    /// A curve in pieces (8.5.2.2). Where one ends that begins with its first point, its own place serves for it.
    fn curve(&mut self, by: [(f64, f64); 3]) {
        let [one, two, end] = by.map(|(x, y)| point(self.state.matrix, x, y));
        let from = self.last;
        for piece in 1..=PIECES {
            let t = f64::from(piece) / f64::from(PIECES);
            let s = 1.0 - t;
            let at = |a: f64, b: f64, c: f64, d: f64| {
                s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
            };
            self.line_to((
                at(from.0, one.0, two.0, end.0),
                at(from.1, one.1, two.1, end.1),
            ));
        }
    }

    /// A ground has to multiply with what is below, in a colour that leaves black text black on something light.
    fn painted(&mut self, word: &[u8]) {
        let is_ground = !matches!(word, b"S" | b"s");
        if matches!(word, b"s" | b"b" | b"b*") {
            self.line_to(self.start);
        }
        if !matches!(word, b"f" | b"F" | b"f*") {
            let [a, b, c, d, _, _] = self.state.matrix;
            let width = self.state.width * a.hypot(b).max(c.hypot(d));
            for [from, to] in std::mem::take(&mut self.lines) {
                self.clear &= self.shade.line(from, to, width);
            }
        }
        if is_ground && let Some(area) = Area::around(&self.points) {
            let light = self.state.light;
            self.clear &= self.state.multiplies && self.shade.ground(area, light);
        }
        self.forget();
    }

    fn forget(&mut self) {
        self.lines.clear();
        self.points.clear();
    }
}
