//! What a look says and hides: the text of a field's look, and whether a mark lets through what it lies on
//! (ISO 32000-2, 8.4.5, 8.5, 9.4).

use std::collections::BTreeMap;

use syntax::{Dictionary, Object, ReadPdf, Stream, operators};

use crate::compare::step::Step;
use crate::font::{Font, is_standard};

/// Painted paths in the look of a field: its frame, its ground, the combs of its cells.
const MAX_PATHS: usize = 128;
/// Units of a line that marks text.
const MAX_LINE: f64 = 4.0;
/// Forms in each other.
const MAX_FORMS: usize = 4;

impl Step<'_> {
    /// The text of a look, in its order; `None` if the look is more than text in a frame, or its text cannot be told.
    pub(super) fn shown(&mut self, form: &Stream) -> Result<Option<String>, ReadPdf> {
        let own = self.new.dictionary(&form.dictionary, b"Resources")?;
        let defaults = self.new.dictionary(&self.new.form()?, b"DR")?;
        let resources = [own.unwrap_or_default(), defaults.unwrap_or_default()];
        let content = self.new.decoded(form)?;
        let mut fonts: BTreeMap<Vec<u8>, Option<Font>> = BTreeMap::new();
        let mut font: Option<Font> = None;
        let mut said = Some(String::new());
        let mut paths = 0_usize;
        let read = operators(&content, &mut |word, operands| {
            match word {
                b"Tf" => {
                    let Some(Object::Name(name)) = operands.first() else {
                        return Err(ReadPdf::Syntax { at: 0 });
                    };
                    if !fonts.contains_key(name) {
                        let read = self.font_of_look(name, &resources)?;
                        fonts.insert(name.clone(), read);
                    }
                    font = fonts.get(name).cloned().flatten();
                }
                b"Tj" | b"'" | b"\"" | b"TJ" => {
                    let text = font.as_ref().and_then(|font| spoken(font, operands));
                    said = match (said.take(), text) {
                        (Some(said), Some(text)) => Some(said + &text),
                        _ => None,
                    };
                }
                b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" => {
                    paths += 1;
                }
                // Text that is not painted says nothing to the reader; curves and pictures say what they like.
                b"Tr" if operands.first() != Some(&Object::Integer(0)) => said = None,
                b"Do" | b"sh" | b"EI" | b"c" | b"v" | b"y" | b"gs" => said = None,
                _ => {}
            }
            Ok(())
        });
        match read {
            Ok(()) if paths <= MAX_PATHS => Ok(said),
            Err(limit @ ReadPdf::Limit { .. }) => Err(limit),
            _ => Ok(None),
        }
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
            if !was_there && !is_standard(&font) {
                return Ok(None);
            }
            return Font::read(&self.new, &font).map(Some);
        }
        Ok(None)
    }

    /// Whether a look lets through what it lies on: thin lines, and grounds that multiply with what is below.
    pub(super) fn lets_through(&self, form: &Stream, depth: usize) -> Result<bool, ReadPdf> {
        if depth == MAX_FORMS {
            return Ok(false);
        }
        let resources = self.new.dictionary(&form.dictionary, b"Resources")?;
        let resources = resources.unwrap_or_default();
        let content = self.new.decoded(form)?;
        let (mut clear, mut multiplies, mut width) = (true, false, 1.0_f64);
        let read = operators(&content, &mut |word, operands| {
            match word {
                b"gs" => {
                    let state = self.named(&resources, b"ExtGState", operands)?;
                    let mode = match state {
                        Object::Dictionary(state) => self.new.value(&state, b"BM")?,
                        _ => Object::Null,
                    };
                    if mode != Object::Null {
                        multiplies = matches!(mode.as_name(), Some(b"Multiply" | b"Darken"));
                    }
                }
                b"Do" => {
                    clear &= match self.named(&resources, b"XObject", operands)? {
                        Object::Stream(inner)
                            if inner.dictionary.name(b"Subtype") == Some(b"Form") =>
                        {
                            multiplies || self.lets_through(&inner, depth + 1)?
                        }
                        _ => false,
                    };
                }
                b"w" => width = operands.first().and_then(Object::as_number).unwrap_or(0.0),
                b"S" | b"s" => clear &= multiplies || width <= MAX_LINE,
                b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" => clear &= multiplies,
                b"Tj" | b"TJ" | b"'" | b"\"" | b"sh" | b"EI" => clear = false,
                // A matrix could make a thin line a wide one.
                b"cm" => clear &= operands.first().and_then(Object::as_number) == Some(1.0),
                _ => {}
            }
            Ok(())
        });
        match read {
            Ok(()) => Ok(clear),
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

fn spoken(font: &Font, operands: &[Object]) -> Option<String> {
    let operand = operands.last()?;
    let parts = operand.as_array().unwrap_or(std::slice::from_ref(operand));
    let strings = parts.iter().filter_map(Object::as_string);
    strings.map(|string| font.characters(string)).collect()
}
