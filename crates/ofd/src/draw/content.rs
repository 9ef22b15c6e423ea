//! The content of a page: objects with the rectangle that bounds each, and what is drawn from its corner on.

use super::{Area, Draft, Grid, Mark, Page, Path, Step, Text};
use crate::tree::NAMESPACE;
use xml::escaped;

/// Identifiers, each given once.
pub(super) struct Identifiers(usize);

impl Identifiers {
    /// Those from `first` on.
    pub(super) fn after(first: usize) -> Identifiers {
        Identifiers(first.saturating_sub(1))
    }

    pub(super) fn next(&mut self) -> usize {
        self.0 += 1;
        self.0
    }

    /// The greatest that was given.
    pub(super) fn last(&self) -> usize {
        self.0
    }
}

/// A page of a document: its box, the template pages that it lies on, and one layer.
pub(super) fn page(draft: &Draft, page: &Page, identifiers: &mut Identifiers) -> String {
    let known: Vec<usize> = draft.templates.identifiers().collect();
    let under = page.templates.iter().filter_map(|place| known.get(*place));
    let under = under.map(|identifier| {
        // GB/T 33190-2016, 7.7: drawn before the page's own layers.
        format!("<ofd:Template TemplateID=\"{identifier}\" ZOrder=\"Background\"/>")
    });
    let under: String = under.collect();
    drawn(page, &under, identifiers, |place| {
        draft.image_identifier(place)
    })
}

/// A template page: its box and one layer, without pictures, whose identifiers are the document's.
pub(super) fn template(page: &Page, identifiers: &mut Identifiers) -> String {
    drawn(page, "", identifiers, |_| 0)
}

fn drawn(
    page: &Page,
    under: &str,
    identifiers: &mut Identifiers,
    image: impl Fn(usize) -> usize,
) -> String {
    let (width, height) = (number(page.width), number(page.height));
    let mut out = format!(
        "<ofd:Page xmlns:ofd=\"{NAMESPACE}\"><ofd:Area><ofd:PhysicalBox>0 0 {width} {height}</ofd:PhysicalBox></ofd:Area>\
         {under}<ofd:Content><ofd:Layer ID=\"{}\" Type=\"Body\">",
        identifiers.next()
    );
    for mark in &page.marks {
        let identifier = identifiers.next();
        match mark {
            Mark::Text(one) => text(&mut out, one, page, identifier),
            Mark::Path(one) => path(&mut out, one, identifier),
            Mark::Grid(one) => grid(&mut out, one, identifier),
            Mark::Picture(place, area) => {
                let (width, height) = (number(area.width), number(area.height));
                out.push_str(&format!(
                    "<ofd:ImageObject ID=\"{identifier}\" ResourceID=\"{}\" Boundary=\"{}\" CTM=\"{width} 0 0 {height} 0 0\"/>",
                    image(*place),
                    boundary(area)
                ));
            }
        }
    }
    out.push_str("</ofd:Layer></ofd:Content></ofd:Page>");
    out
}

/// How far glyphs may reach out of the line, in ems: above the baseline, below it, and to each side.
const ABOVE: f64 = 1.2;
const BELOW: f64 = 0.5;
const BESIDE: f64 = 0.5;

// GB/T 33190-2016, 11: TextObject, TextCode. The pen starts at X, Y from the corner of the boundary.
fn text(out: &mut String, text: &Text, page: &Page, identifier: usize) {
    let visible = |(letter, _): &&(char, f64)| *letter != ' ';
    let Some(last) = text.characters.iter().rfind(visible) else {
        return;
    };
    let turned = text.turn != 0.0;
    let (area, pen, matrix) = if turned {
        // GB/T 33190-2016, 8.5: the matrix turns within the boundary, which is the page.
        let (sin, cos) = text.turn.to_radians().sin_cos();
        // A thousandth of a sine is a quarter of a millimetre over a page.
        let matrix = [cos, -sin, sin, cos, text.at.0, text.at.1];
        let matrix = matrix.map(|part| format!("{part:.6}"));
        let sheet = Area {
            x: 0.0,
            y: 0.0,
            width: page.width,
            height: page.height,
        };
        let matrix = format!(" CTM=\"{}\"", matrix.join(" "));
        (sheet, (0.0, 0.0), matrix)
    } else {
        let (beside, above) = (text.size * BESIDE, text.size * ABOVE);
        let area = Area {
            x: text.at.0 - beside,
            y: text.at.1 - above,
            width: last.1 + text.size + beside * 2.0,
            height: above + text.size * BELOW,
        };
        // The corner is rounded when it is written; the pen takes up what is lost.
        let pen = (text.at.0 - rounded(area.x), text.at.1 - rounded(area.y));
        (area, pen, String::new())
    };
    let outline = text.outline.map(|width| {
        format!(
            " Stroke=\"true\" Fill=\"true\" LineWidth=\"{}\"",
            number(width)
        )
    });
    out.push_str(&format!(
        "<ofd:TextObject ID=\"{identifier}\" Boundary=\"{}\" Font=\"{}\" Size=\"{}\"{}{matrix}>",
        boundary(&area),
        text.font + 1,
        number(text.size),
        outline.as_deref().unwrap_or_default()
    ));
    let [red, green, blue] = text.colour;
    out.push_str(&format!("<ofd:FillColor Value=\"{red} {green} {blue}\"/>"));
    if outline.is_some() {
        out.push_str(&format!(
            "<ofd:StrokeColor Value=\"{red} {green} {blue}\"/>"
        ));
    }
    codes(out, text, pen);
    out.push_str("</ofd:TextObject>");
}

/// Runs of characters, without spaces at their ends. A character beyond the basic plane is two for some readers, so it
/// is a run of its own.
fn codes(out: &mut String, text: &Text, (x, y): (f64, f64)) {
    let wide = |letter: char| u32::from(letter) > 0xFFFF;
    let runs = text
        .characters
        .chunk_by(|(one, _), (other, _)| !wide(*one) && !wide(*other));
    for run in runs {
        let blank = |(letter, _): &(char, f64)| *letter == ' ';
        let from = run.iter().position(|one| !blank(one));
        let until = run.iter().rposition(|one| !blank(one));
        let Some(run) = from
            .zip(until)
            .and_then(|(from, until)| run.get(from..=until))
        else {
            continue;
        };
        let Some((_, start)) = run.first() else {
            continue;
        };
        let letters: String = run.iter().map(|(letter, _)| *letter).collect();
        out.push_str(&format!(
            "<ofd:TextCode X=\"{}\" Y=\"{}\"",
            number(x + start),
            number(y)
        ));
        let steps = steps(run.iter().map(|(_, at)| x + at));
        if !steps.is_empty() {
            out.push_str(&format!(" DeltaX=\"{steps}\""));
        }
        out.push_str(&format!(">{}</ofd:TextCode>", escaped(&letters)));
    }
}

/// From place to place, so that roundings do not add up; `g n v` for what repeats (GB/T 33190-2016, 11.3).
fn steps(places: impl Iterator<Item = f64>) -> String {
    let places: Vec<i64> = places.map(thousandths).collect();
    let steps: Vec<i64> = places
        .iter()
        .zip(places.iter().skip(1))
        .map(|(one, next)| next - one)
        .collect();
    let mut out = Vec::new();
    for run in steps.chunk_by(|one, other| one == other) {
        let step = run.first().copied().unwrap_or_default();
        let step = decimal(step);
        if run.len() > 2 {
            out.push(format!("g {} {step}", run.len()));
        } else {
            out.extend(run.iter().map(|_| step.clone()));
        }
    }
    out.join(" ")
}

// GB/T 33190-2016, 9: PathObject; abbreviated data M, L, B, C.
fn path(out: &mut String, path: &Path, identifier: usize) {
    let Some(area) = extent(path) else {
        return;
    };
    let (line, fill) = (path.line.is_some(), path.fill.is_some());
    let width = path.line.map_or(0.0, |(_, width)| width);
    out.push_str(&format!(
        "<ofd:PathObject ID=\"{identifier}\" Boundary=\"{}\" LineWidth=\"{}\" Stroke=\"{line}\" Fill=\"{fill}\">",
        boundary(&area),
        number(width)
    ));
    if let Some(([red, green, blue], _)) = path.line {
        out.push_str(&format!(
            "<ofd:StrokeColor Value=\"{red} {green} {blue}\"/>"
        ));
    }
    if let Some([red, green, blue]) = path.fill {
        out.push_str(&format!("<ofd:FillColor Value=\"{red} {green} {blue}\"/>"));
    }
    out.push_str("<ofd:AbbreviatedData>");
    let (left, top) = (rounded(area.x), rounded(area.y));
    let point = |x: f64, y: f64| format!("{} {}", coarse(x - left), coarse(y - top));
    for (count, step) in path.steps.iter().enumerate() {
        if count > 0 {
            out.push(' ');
        }
        match step {
            Step::Move(x, y) => out.push_str(&format!("M {}", point(*x, *y))),
            Step::Line(x, y) => out.push_str(&format!("L {}", point(*x, *y))),
            Step::Curve(points) => {
                out.push('B');
                for (x, y) in points {
                    out.push_str(&format!(" {}", point(*x, *y)));
                }
            }
            Step::Close => out.push('C'),
        }
    }
    out.push_str("</ofd:AbbreviatedData></ofd:PathObject>");
}

/// What a path with its line lies in. Mitred corners reach out by more than half the width.
fn extent(path: &Path) -> Option<Area> {
    let mut bounds: Option<[f64; 4]> = None;
    let mut take = |x: f64, y: f64| {
        let [left, top, right, bottom] = bounds.unwrap_or([x, y, x, y]);
        bounds = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
    };
    for step in &path.steps {
        match step {
            Step::Move(x, y) | Step::Line(x, y) => take(*x, *y),
            Step::Curve(points) => points.iter().for_each(|(x, y)| take(*x, *y)),
            Step::Close => {}
        }
    }
    let [left, top, right, bottom] = bounds?;
    let room = path.line.map_or(0.0, |(_, width)| width) + 0.01;
    Some(Area {
        x: left - room,
        y: top - room,
        width: right - left + room * 2.0,
        height: bottom - top + room * 2.0,
    })
}

/// Dark runs as rectangles, in a space where a module measures 1.
fn grid(out: &mut String, grid: &Grid, identifier: usize) {
    let side = u32::try_from(grid.rows.len()).unwrap_or(u32::MAX);
    let across = grid.area.width / f64::from(side.max(1));
    let down = grid.area.height / f64::from(side.max(1));
    out.push_str(&format!(
        "<ofd:PathObject ID=\"{identifier}\" Boundary=\"{}\" CTM=\"{across:.6} 0 0 {down:.6} 0 0\" Stroke=\"false\" Fill=\"true\">\
         <ofd:FillColor Value=\"0 0 0\"/><ofd:AbbreviatedData>",
        boundary(&grid.area)
    ));
    let mut first = true;
    for (y, row) in grid.rows.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            let end = x + run.len();
            if run.first() == Some(&true) {
                if !first {
                    out.push(' ');
                }
                first = false;
                let below = y + 1;
                out.push_str(&format!(
                    "M {x} {y} L {end} {y} L {end} {below} L {x} {below} C"
                ));
            }
            x = end;
        }
    }
    out.push_str("</ofd:AbbreviatedData></ofd:PathObject>");
}

fn boundary(area: &Area) -> String {
    [area.x, area.y, area.width, area.height]
        .map(number)
        .join(" ")
}

/// A length as it is written, to a thousandth of a millimetre.
fn number(value: f64) -> String {
    decimal(thousandths(value))
}

/// A hundredth of a millimetre, which is finer than 2,400 dpi: what many points of a path are written with.
fn coarse(value: f64) -> String {
    number((value * 100.0).round() / 100.0)
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a length on a page in thousandths of a millimetre; casts of floats saturate"
)]
fn thousandths(value: f64) -> i64 {
    (value * 1000.0).round() as i64
}

fn decimal(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, part) = (
        thousandths.unsigned_abs() / 1000,
        thousandths.unsigned_abs() % 1000,
    );
    let text = format!("{sign}{whole}.{part:03}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}
