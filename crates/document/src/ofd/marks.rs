//! Marks of a sheet as objects of OFD, glyph for glyph where the PDF has them.

use canvas::Typefaces;
use ofd::draw::{
    Area, Grid, Mark as Drawn, Path as DrawnPath, Step as DrawnStep, Text as DrawnText,
};

use crate::ofd::fonts::Fonts;
use crate::sheet;
use crate::sheet::{Colour, Item, Mark, Mm, Modules, Path, Pitch, Point, Step, Text, Weight};

/// The marks of items, drawn in their order; the error is a character that no typeface has.
pub(crate) fn marks<'i>(
    items: impl IntoIterator<Item = &'i Item>,
    fonts: &mut Fonts<'_>,
) -> Result<Vec<Drawn>, char> {
    let mut drawn = Vec::new();
    for item in items {
        match &item.mark {
            Mark::Text(one) => {
                let font = fonts.take(one.face, &one.text)?;
                drawn.push(Drawn::Text(text(one, font, fonts.typefaces)?));
            }
            Mark::Path(one) => drawn.push(Drawn::Path(path(one))),
            Mark::Code(area, modules) => drawn.extend(code(area, modules)),
            Mark::Photo(area) => drawn.push(Drawn::Picture(0, rectangle(area))),
        }
    }
    Ok(drawn)
}

fn text(text: &Text, font: usize, typefaces: &Typefaces) -> Result<DrawnText, char> {
    let typeface = typefaces.face(text.face);
    let mut pen = Mm(0.0);
    let mut characters = Vec::new();
    for character in text.text.chars() {
        let glyph = typeface.glyph(character).ok_or(character)?;
        let advance = text.size * (typeface.advance(glyph) / 1000.0);
        let (before, after) = match text.pitch {
            Pitch::Natural(more) => (Mm(0.0), advance + more),
            // As in the PDF: each in the middle of its cell.
            Pitch::Cells(pitch) => ((pitch - advance) / 2.0, pitch),
        };
        characters.push((character, (pen + before).0));
        pen = pen + after;
    }
    Ok(DrawnText {
        font,
        size: text.size.0,
        characters,
        at: (text.at.x.0, text.at.y.0),
        turn: text.turn,
        colour: colour(text.colour),
        // The stroke that makes Song Regular as heavy as its bold, as in the PDF.
        outline: (text.weight == Weight::Bold).then_some(text.size.0 * 0.028),
    })
}

/// All copies as contours of one path.
fn path(path: &Path) -> DrawnPath {
    let mut steps = Vec::new();
    for copy in 0..path.times {
        let by = Point {
            x: path.by.x * f64::from(copy),
            y: path.by.y * f64::from(copy),
        };
        let moved = |point: Point| ((point.x + by.x).0, (point.y + by.y).0);
        steps.extend(path.steps.iter().map(|step| match *step {
            Step::Move(to) => {
                let (x, y) = moved(to);
                DrawnStep::Move(x, y)
            }
            Step::Line(to) => {
                let (x, y) = moved(to);
                DrawnStep::Line(x, y)
            }
            Step::Curve(first, second, to) => DrawnStep::Curve([first, second, to].map(moved)),
            Step::Close => DrawnStep::Close,
        }));
    }
    DrawnPath {
        steps,
        fill: None,
        line: Some((colour(path.colour), path.width.0)),
    }
}

/// The modules on a white ground that covers the quiet zone too (looks 3).
fn code(area: &sheet::Area, modules: &Modules) -> [Drawn; 2] {
    let side = f64::from(u32::try_from(modules.side()).unwrap_or(u32::MAX));
    let ground = area.inset(-(area.width / side * 4.0));
    let outline = Path::outline(&ground, Colour::WHITE, Mm(0.0));
    let ground = DrawnPath {
        fill: Some(colour(Colour::WHITE)),
        line: None,
        ..path(&outline)
    };
    let grid = Grid {
        area: rectangle(area),
        rows: modules.rows().map(<[bool]>::to_vec).collect(),
    };
    [Drawn::Path(ground), Drawn::Grid(grid)]
}

fn rectangle(area: &sheet::Area) -> Area {
    Area {
        x: area.x.0,
        y: area.y.0,
        width: area.width.0,
        height: area.height.0,
    }
}

fn colour(colour: Colour) -> [u8; 3] {
    [colour.red, colour.green, colour.blue]
}
