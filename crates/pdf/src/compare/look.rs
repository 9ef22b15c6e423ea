//! What a look says and hides: the text of a field's look, and whether a mark lets through what it lies on
//! (ISO 32000-2, 8.4.5, 8.5, 9.4).

use syntax::{Dictionary, Object, ReadPdf, Stream, operators};

use crate::compare::step::Step;
use crate::compare::typed::{Typed, lightness};
use crate::font::{Font, is_standard};
use crate::marks::Area;

/// The part of a mark that its lines may cover.
const MAX_COVERED: f64 = 0.35;
/// How light a ground must be that text is read on.
const LIGHT: f64 = 0.3;
/// Forms in each other.
const MAX_FORMS: usize = 4;

impl Step<'_> {
    /// The text of a look, in its order; `None` if the look is more than text in a frame, or its text cannot be told.
    pub(super) fn shown(
        &mut self,
        form: &Stream,
        widget: &Dictionary,
    ) -> Result<Option<String>, ReadPdf> {
        let Some((width, height)) = self.size_of_look(form, widget)? else {
            return Ok(None);
        };
        let own = self.new.dictionary(&form.dictionary, b"Resources")?;
        let defaults = self.new.dictionary(&self.new.form()?, b"DR")?;
        let resources = [own.unwrap_or_default(), defaults.unwrap_or_default()];
        let content = self.new.content(form)?;
        let mut typed = Typed::new(width, height);
        let mut clear = true;
        let read = operators(&content, &mut |word, operands| {
            if let (b"Tf", [Object::Name(name), size]) = (word, operands) {
                let font = self.font_of_look(name, &resources)?;
                typed.font(font, size.as_number().unwrap_or(0.0));
            } else {
                clear &= typed.operator(word, operands).is_some();
            }
            Ok(())
        });
        match read {
            Ok(()) => Ok(clear.then(|| typed.into_text())),
            Err(limit @ ReadPdf::Limit { .. }) => Err(limit),
            Err(_) => Ok(None),
        }
    }

    /// Width and height of a look that lies in its field as it is, or turned; `None` if it is stretched or cut.
    fn size_of_look(
        &self,
        form: &Stream,
        widget: &Dictionary,
    ) -> Result<Option<(f64, f64)>, ReadPdf> {
        let own = sides(&self.new.value(&form.dictionary, b"BBox")?);
        let field = sides(&self.new.value(widget, b"Rect")?);
        let matrix = self.new.value(&form.dictionary, b"Matrix")?;
        let numbers = matrix.as_array().unwrap_or_default().iter();
        let numbers: Vec<f64> = numbers.filter_map(Object::as_number).collect();
        let turned = match numbers.as_slice() {
            [] | [1.0, 0.0, 0.0, 1.0, ..] | [-1.0, 0.0, 0.0, -1.0, ..] => false,
            [0.0, 1.0, -1.0, 0.0, ..] | [0.0, -1.0, 1.0, 0.0, ..] => true,
            _ => return Ok(None),
        };
        let (Some(own), Some((width, height))) = (own, field) else {
            return Ok(None);
        };
        let field = if turned {
            (height, width)
        } else {
            (width, height)
        };
        let near = |one: f64, other: f64| (one - other).abs() <= 1.0;
        Ok(Some(own).filter(|own| near(own.0, field.0) && near(own.1, field.1)))
    }

    /// A font that was there before, or one that every reader has: what an update brings along could show other
    /// signs than its table says.
    fn font_of_look(
        &self,
        name: &[u8],
        resources: &[Dictionary; 2],
    ) -> Result<Option<Font>, ReadPdf> {
        for resources in resources {
            let Object::Dictionary(fonts) = self.new.value(resources, b"Font")? else {
                continue;
            };
            let Some(value) = fonts.value(name) else {
                continue;
            };
            let Object::Dictionary(font) = self.new.resolve(value)? else {
                return Ok(None);
            };
            let was_there = value.as_reference().is_some_and(|reference| {
                self.old.place(reference.number).is_some() && !self.is_fresh(reference.number)
            });
            if !was_there && !is_standard(&self.new, &font)? {
                return Ok(None);
            }
            return Font::read(&self.new, &font).map(Some);
        }
        Ok(None)
    }

    /// Whether a look lets through what it lies on: lines over a small part of it, and light grounds that multiply
    /// with what is below. `multiplies` says whether what is around it does.
    pub(super) fn lets_through(
        &self,
        form: &Stream,
        (multiplies, depth): (bool, usize),
    ) -> Result<bool, ReadPdf> {
        let Some((width, height)) = sides(&self.new.value(&form.dictionary, b"BBox")?) else {
            return Ok(false);
        };
        let resources = self.new.dictionary(&form.dictionary, b"Resources")?;
        let resources = resources.unwrap_or_default();
        let content = self.new.content(form)?;
        let mut mark = Mark::new(multiplies, width * height);
        let read = operators(&content, &mut |word, operands| {
            match word {
                b"gs" => {
                    let state = self.named(&resources, b"ExtGState", operands)?;
                    let state = state.into_dictionary().unwrap_or_default();
                    match self.new.value(&state, b"BM")? {
                        Object::Null => {}
                        mode => {
                            mark.multiplies =
                                matches!(mode.as_name(), Some(b"Multiply" | b"Darken"))
                        }
                    }
                }
                b"Do" => {
                    let inner = self.named(&resources, b"XObject", operands)?;
                    mark.clear &= match inner.as_stream() {
                        Some(inner)
                            if depth < MAX_FORMS
                                && inner.dictionary.name(b"Subtype") == Some(b"Form") =>
                        {
                            self.lets_through(inner, (mark.multiplies, depth + 1))?
                        }
                        _ => false,
                    };
                }
                word => mark.operator(word, operands),
            }
            Ok(())
        });
        match read {
            Ok(()) => Ok(mark.is_clear()),
            Err(limit @ ReadPdf::Limit { .. }) => Err(limit),
            Err(_) => Ok(false),
        }
    }

    fn named(
        &self,
        resources: &Dictionary,
        kind: &[u8],
        operands: &[Object],
    ) -> Result<Object, ReadPdf> {
        let named = self.new.dictionary(resources, kind)?.unwrap_or_default();
        let name = operands.first().and_then(Object::as_name);
        self.new.value(&named, name.unwrap_or_default())
    }
}

/// What a mark on text paints.
struct Mark {
    multiplies: bool,
    clear: bool,
    light: f64,
    width: f64,
    /// Length of the path, its last point, and how much its lines have covered.
    length: f64,
    last: (f64, f64),
    covered: f64,
    whole: f64,
}

impl Mark {
    fn new(multiplies: bool, whole: f64) -> Mark {
        Mark {
            multiplies,
            clear: true,
            light: 0.0,
            width: 1.0,
            length: 0.0,
            last: (0.0, 0.0),
            covered: 0.0,
            whole,
        }
    }

    fn is_clear(&self) -> bool {
        self.clear && self.covered <= MAX_COVERED * self.whole
    }

    fn operator(&mut self, word: &[u8], operands: &[Object]) {
        let numbers: Vec<f64> = operands.iter().filter_map(Object::as_number).collect();
        match (word, numbers.as_slice()) {
            (b"m", [x, y]) => self.last = (*x, *y),
            (b"l", [.., x, y]) | (b"c" | b"v" | b"y", [.., x, y]) => self.line(*x, *y),
            (b"re", [x, y, width, height]) => {
                self.last = (*x, *y);
                self.length += 2.0 * (width.abs() + height.abs());
            }
            (b"w", [width]) => self.width = width.abs(),
            (b"g" | b"rg" | b"k", numbers) => self.light = lightness(numbers).unwrap_or(0.0),
            (b"S" | b"s", _) => self.painted(false),
            (b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*", _) => self.painted(true),
            (b"n", _) => self.length = 0.0,
            (b"cm", [1.0, 0.0, 0.0, 1.0, _, _]) => {}
            (b"q" | b"Q" | b"h" | b"W" | b"W*" | b"J" | b"j" | b"M" | b"d" | b"i", _) => {}
            (b"G" | b"RG" | b"K" | b"ri" | b"BMC" | b"BDC" | b"EMC", _) => {}
            _ => self.clear = false,
        }
    }

    fn line(&mut self, x: f64, y: f64) {
        self.length += (x - self.last.0).hypot(y - self.last.1);
        self.last = (x, y);
    }

    /// A ground has to multiply with what is below, in a colour that leaves black text black on something light.
    fn painted(&mut self, ground: bool) {
        self.clear &= !ground || (self.multiplies && self.light >= LIGHT);
        self.covered += self.length * self.width;
        self.length = 0.0;
    }
}

fn sides(rectangle: &Object) -> Option<(f64, f64)> {
    Area::of(rectangle).map(|area| area.sides())
}
