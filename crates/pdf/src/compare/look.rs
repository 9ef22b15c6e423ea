//! What the look of a field says (ISO 32000-2, 8.5, 9.4, 12.7.4.3).

use std::rc::Rc;

use syntax::{Dictionary, Object, ReadPdf, Stream, operators};

use crate::compare::step::Step;
use crate::compare::typed::Typed;
use crate::font::{Font, is_drawn_by_readers, is_standard};
use crate::marks::Area;

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
        &mut self,
        name: &[u8],
        resources: &[Dictionary; 2],
    ) -> Result<Option<Rc<Font>>, ReadPdf> {
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
            if !was_there
                && !is_standard(&self.new, &font)?
                && !is_drawn_by_readers(&self.new, &font)?
            {
                return Ok(None);
            }
            // Glyphs that are drawings can show anything, whatever they are called.
            let font = self.font(value, &font)?;
            return Ok(Some(font).filter(|font| !font.drawn));
        }
        Ok(None)
    }

    /// A font by what names it, read once for all looks of the update.
    fn font(&mut self, named: &Object, font: &Dictionary) -> Result<Rc<Font>, ReadPdf> {
        let number = named.as_reference().map(|reference| reference.number);
        let known = number.and_then(|number| self.fonts.get(&number).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let read = Font::read(&self.new, font)?;
        if let Some(number) = number {
            self.fonts.insert(number, Rc::clone(&read));
        }
        Ok(read)
    }
}

fn sides(rectangle: &Object) -> Option<(f64, f64)> {
    Area::of(rectangle).map(|area| area.sides())
}
