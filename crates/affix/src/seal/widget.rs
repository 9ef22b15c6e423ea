//! What a signature field shows on its page: an existing widget filled, or a new one made.

use pdf::{Dictionary, Field, Object, ReadPdf, Reference};

use crate::edit::{Edit, Spot};
use crate::seal::form::{self, Bounds};
use crate::seal::frame::{Frame, Rectangle, Turn, ordered};
use crate::seal::page;
use crate::seal::request::{Appearance, Fit, NewField, PrepareSeal};
use crate::seal::structure;
use crate::update;
use crate::write;

/// Print and Locked (ISO 32000-2, table 167).
const SHOWN: i64 = 4 | 128;
/// Invisible, Hidden, NoView and ToggleNoView, which ISO 19005-2, 6.3.2 forbids.
const HIDDEN: i64 = 1 | 2 | 32 | 256;
/// What roundings to hundredths of a point can add up to.
const TOLERANCE: f64 = 0.02;

/// Puts a signature, and what it shows, into a field that the file has. Merged or split stays as it is
/// (ISO 32000-2, 12.7.5.5).
pub(crate) fn fill(
    edit: &mut Edit<'_>,
    field: &Field,
    value: Reference,
    shown: Option<(Appearance<'_>, Fit)>,
    bounds: Bounds,
) -> Result<(), PrepareSeal> {
    if let Some((appearance, fit)) = shown {
        // Several places for one signature are not shown alike by readers.
        let widgets = form::widgets(edit, field)?;
        let [widget] = widgets.as_slice() else {
            return Err(PrepareSeal::Widgets {
                widgets: widgets.len(),
            });
        };
        show(edit, *widget, appearance, fit, bounds)?;
    }
    let spot = Spot::whole(field.reference);
    edit.set(&spot, b"V", Object::Reference(value))?;
    Ok(())
}

/// Gives a widget its appearance. Once the file is signed nothing but /AP changes, since no rule would clear it.
fn show(
    edit: &mut Edit<'_>,
    widget: Reference,
    appearance: Appearance<'_>,
    fit: Fit,
    bounds: Bounds,
) -> Result<(), PrepareSeal> {
    let size = sized(&appearance)?;
    let frame = match page::of_widget(edit, widget)? {
        Some(page) => page::frame(edit, page)?.ok_or(PrepareSeal::NoFrame)?,
        None => return Err(PrepareSeal::NoFrame),
    };
    let dictionary = edit.dictionary(&Object::Reference(widget), "a widget")?;
    let rectangle = page::rectangle(edit, &edit.entry(&dictionary, b"Rect")?)?;
    let rectangle = ordered(rectangle.ok_or(PrepareSeal::NoFrame)?);
    let (panel, rectangle) = fitted(&frame, rectangle, size, fit, bounds)?;
    let form = panel.draw(edit, &appearance)?;
    let mut normal = Dictionary::default();
    normal.set(b"N", Object::Reference(form));
    let spot = Spot::whole(widget);
    edit.set(&spot, b"AP", Object::Dictionary(normal))?;
    if let Some(moved) = rectangle {
        edit.set(&spot, b"Rect", numbers(moved))?;
    }
    if !bounds.signed {
        let flags = edit.entry(&dictionary, b"F")?;
        let flags = flags.as_integer().unwrap_or_default();
        edit.set(&spot, b"F", Object::Integer(flags & !HIDDEN | SHOWN))?;
        turned(edit, &spot, frame.turn())?;
    }
    Ok(())
}

/// How an appearance of this size is put into a field, and the rectangle that the field gets, if another.
fn fitted(
    frame: &Frame,
    rectangle: Rectangle,
    size: (f64, f64),
    fit: Fit,
    bounds: Bounds,
) -> Result<(Panel, Option<Rectangle>), PrepareSeal> {
    let turn = frame.turn();
    if let Fit::At([left, bottom, right, top]) = fit {
        let room = (right - left, top - bottom);
        let placed = frame.place((left, bottom), room);
        let placed = placed.ok_or(PrepareSeal::Outside)?;
        if bounds.signed {
            return Err(PrepareSeal::Moved);
        }
        return Ok((Panel::filling(room, size, turn), Some(placed)));
    }
    let room = frame.seen_size(rectangle);
    if room.0 <= 0.0 || room.1 <= 0.0 {
        return Err(PrepareSeal::TooSmall);
    }
    if fit == Fit::Within {
        return Ok((Panel::filling(room, size, turn), None));
    }
    if !bounds.signed {
        let grown = frame.natural(rectangle, size);
        return Ok((Panel::within(size, size, 1.0, turn), Some(grown)));
    }
    if size.0 > room.0 + TOLERANCE || size.1 > room.1 + TOLERANCE {
        return Err(PrepareSeal::TooSmall);
    }
    Ok((Panel::within(room, size, 1.0, turn), None))
}

/// Notes how far what stands in the widget is turned (ISO 32000-2, table 192).
fn turned(edit: &mut Edit<'_>, widget: &Spot, turn: Turn) -> Result<(), ReadPdf> {
    if turn == Turn::Upright {
        return Ok(());
    }
    let empty = Object::Dictionary(Dictionary::default());
    let characteristics = edit.below_or(widget, b"MK", empty)?;
    let degrees = Object::Integer(turn.degrees().into());
    edit.set(&characteristics, b"R", degrees)
}

/// Makes a field with one merged widget on a page, and adds it to the page and to the form.
pub(crate) fn on_page(
    edit: &mut Edit<'_>,
    place: &NewField<'_>,
    appearance: Option<Appearance<'_>>,
    value: Reference,
    bounds: Bounds,
) -> Result<(), PrepareSeal> {
    let appearance = appearance.ok_or(PrepareSeal::NoAppearance)?;
    let size = sized(&appearance)?;
    let pages = edit.view.pages()?;
    let index = usize::try_from(place.page)
        .unwrap_or(usize::MAX)
        .checked_sub(1);
    let Some(page) = index.and_then(|index| pages.get(index)).copied() else {
        return Err(PrepareSeal::NoPage {
            page: place.page,
            pages: pages.len(),
        });
    };
    let frame: Frame = page::frame(edit, page)?.ok_or(PrepareSeal::NoFrame)?;
    let rectangle = frame
        .place(place.corner, place.size)
        .ok_or(PrepareSeal::Outside)?;
    let form = Panel::filling(place.size, size, frame.turn()).draw(edit, &appearance)?;
    let mut shown = format!("/AP<</N {} 0 R>>", form.number).into_bytes();
    if frame.turn() != Turn::Upright {
        shown.extend_from_slice(format!("/MK<</R {}>>", frame.turn().degrees()).as_bytes());
    }
    if !place.described.is_empty() {
        // ISO 14289-1, 7.18.4: what a screen reader says of the field.
        shown.extend_from_slice(b"/TU");
        write::text_string(&mut shown, place.described);
    }
    // ades-pki 6: in a tagged file before it is signed; once it is, the structure is what was signed.
    let enrolment = if bounds.signed {
        None
    } else {
        structure::enrolment(edit)?
    };
    if let Some(enrolment) = &enrolment {
        shown.extend_from_slice(format!("/StructParent {}", enrolment.key).as_bytes());
    }
    let widget = add(edit, place.name, page, rectangle, value, &shown)?;
    if let Some(enrolment) = enrolment {
        structure::enrol(edit, &enrolment, widget, page, place.described)?;
    }
    Ok(())
}

/// Makes a field that shows nothing, on the first page (ISO 32000-2, 12.7.5.5: a rectangle without area).
pub(crate) fn invisible(
    edit: &mut Edit<'_>,
    name: &str,
    value: Reference,
) -> Result<(), PrepareSeal> {
    let pages = edit.view.pages()?;
    let page = pages.first().copied().ok_or(PrepareSeal::NoPage {
        page: 1,
        pages: pages.len(),
    })?;
    add(edit, name, page, [0.0; 4], value, b"")?;
    Ok(())
}

fn add(
    edit: &mut Edit<'_>,
    name: &str,
    page: Reference,
    rectangle: Rectangle,
    value: Reference,
    shown: &[u8],
) -> Result<Reference, PrepareSeal> {
    let mut body = b"<</Type/Annot/Subtype/Widget/FT/Sig/T".to_vec();
    write::text_string(&mut body, name);
    body.extend_from_slice(b"/Rect");
    write::object(&mut body, &numbers(rectangle));
    body.extend_from_slice(
        format!(
            "/F {SHOWN}/P {} {} R/V {} 0 R",
            page.number, page.generation, value.number
        )
        .as_bytes(),
    );
    body.extend_from_slice(shown);
    body.extend_from_slice(b">>");
    let field = edit.update.add(&body)?;
    form::annotate(edit, page, field)?;
    form::enlist(edit, Some(field))?;
    Ok(field)
}

/// What a widget shows: an appearance in the middle of a box, in points as seen.
struct Panel {
    size: (f64, f64),
    corner: (f64, f64),
    scale: f64,
    turn: Turn,
}

impl Panel {
    /// In the middle of the room, at this scale.
    fn within(room: (f64, f64), size: (f64, f64), scale: f64, turn: Turn) -> Panel {
        let middle = |room: f64, size: f64| (room - size * scale) / 2.0;
        Panel {
            size: room,
            corner: (middle(room.0, size.0), middle(room.1, size.1)),
            scale,
            turn,
        }
    }

    /// As large as the room allows.
    fn filling(room: (f64, f64), size: (f64, f64), turn: Turn) -> Panel {
        let scale = (room.0 / size.0).min(room.1 / size.1);
        Panel::within(room, size, scale, turn)
    }

    /// Whether the appearance can stand for the panel as it is.
    fn is_plain(&self, appearance: &Appearance<'_>) -> bool {
        let near = |one: f64, other: f64| (one - other).abs() <= TOLERANCE;
        self.turn == Turn::Upright
            && near(self.size.0, appearance.width * self.scale)
            && near(self.size.1, appearance.height * self.scale)
    }

    /// Writes the appearance, and where it is turned or does not fill the box, a form that holds it.
    ///
    /// The widget's algorithm scales the form's box to the rectangle, so the box has the rectangle's shape
    /// (ISO 32000-2, 12.5.5, algorithm 8).
    fn draw(
        &self,
        edit: &mut Edit<'_>,
        appearance: &Appearance<'_>,
    ) -> Result<Reference, PrepareSeal> {
        let first = edit.update.numbers(0)?;
        let bodies = (appearance.bodies)(first);
        if bodies.is_empty() {
            return Err(PrepareSeal::EmptyAppearance);
        }
        edit.update.numbers(bodies.len())?;
        for (number, body) in (first..).zip(&bodies) {
            edit.update.put(update::new(number), body)?;
        }
        if self.is_plain(appearance) {
            return Ok(update::new(first));
        }
        let content = format!(
            "q {0} 0 0 {0} {1} {2} cm /S Do Q",
            decimal(self.scale),
            decimal(self.corner.0),
            decimal(self.corner.1)
        );
        let [a, b, c, d] = self.turn.matrix();
        let body = format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 {} {}]/Matrix[{a} {b} {c} {d} 0 0]\
             /Resources<</XObject<</S {first} 0 R>>>>/Length {}>>stream\n{content}\nendstream",
            decimal(self.size.0),
            decimal(self.size.1),
            content.len()
        );
        Ok(edit.update.add(body.as_bytes())?)
    }
}

/// Width and height of an appearance that has some.
fn sized(appearance: &Appearance<'_>) -> Result<(f64, f64), PrepareSeal> {
    let sound = |side: f64| side.is_finite() && side > 0.0;
    if sound(appearance.width) && sound(appearance.height) {
        Ok((appearance.width, appearance.height))
    } else {
        Err(PrepareSeal::EmptyAppearance)
    }
}

/// A number with at most four decimals.
fn decimal(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A rectangle in hundredths of a point.
fn numbers(rectangle: Rectangle) -> Object {
    let rounded = rectangle.map(|side| Object::Real((side * 100.0).round() / 100.0));
    Object::Array(rounded.to_vec())
}
