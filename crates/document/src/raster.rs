//! A seal's picture as points: the transparent PNG of 600 dpi that a seal's data carry (looks 2).

use canvas::{Face, Join, Line, Mask, Matrix, Outline, Rule, Spent, Typefaces, Work, tinted_png};
use seal::picture::{Letter, Picture, Shape, Step, Style};

use crate::pdf::appearance::DrawAppearance;

/// Points in a millimetre at 600 dpi.
const DOTS: f64 = 600.0 / 25.4;
/// 600 dpi as dots a metre.
const DOTS_A_METRE: u32 = 23_622;
/// A seal has some three million points and a hundred letters.
const WORK: Work = Work(1_000_000_000);

/// The picture of a seal as a PNG file: transparent where nothing is drawn, 600 dpi, the same bytes
/// for the same picture.
///
/// # Errors
/// `UnknownCharacter` for a character that no embedded typeface has; `Large` for a picture beyond all seals; `Font` never,
/// unless the binary is damaged.
pub fn seal_png(picture: &Picture) -> Result<Vec<u8>, DrawAppearance> {
    let typefaces = Typefaces::embedded()?;
    let [width, height] = [picture.width, picture.height].map(|side| whole((side * DOTS).ceil()));
    let mut drawing = Drawing {
        mask: Mask::new(width, height),
        work: WORK,
    };
    for shape in &picture.shapes {
        drawing
            .shape(shape)
            .map_err(|Spent| DrawAppearance::Large)?;
    }
    for letter in &picture.letters {
        drawing.letter(letter, &typefaces)?;
    }
    Ok(tinted_png(&drawing.mask, picture.colour, DOTS_A_METRE))
}

struct Drawing {
    mask: Mask,
    work: Work,
}

impl Drawing {
    fn shape(&mut self, shape: &Shape) -> Result<(), Spent> {
        let outline = outline(&shape.steps);
        let map = Matrix::scale(DOTS, DOTS);
        let polygons = match shape.line {
            None => outline.polygons(&map),
            Some(width) => round(width).along(&outline, &map),
        };
        self.mask.fill(&polygons, Rule::NonZero, &mut self.work)
    }

    fn letter(&mut self, letter: &Letter, typefaces: &Typefaces) -> Result<(), DrawAppearance> {
        let (face, bold) = match letter.style {
            Style::Hei => (Face::Hei, 0.0),
            Style::Song => (Face::Song, 0.032),
        };
        let typeface = typefaces.face(face);
        let unknown = DrawAppearance::UnknownCharacter {
            character: letter.character,
        };
        let glyph = typeface.glyph(letter.character).ok_or(unknown)?;
        let middle = if letter.character.is_ascii() {
            0.36
        } else {
            0.38
        };
        let half = typeface.advance(glyph) / 2000.0;
        let (sin, cos) = letter.turn.to_radians().sin_cos();
        let (x, y) = letter.centre;
        // In ems: to the middle of the square, compressed; then as large as it is, turned, and to its place.
        let map = Matrix([
            letter.stretch,
            0.0,
            0.0,
            -1.0,
            -half * letter.stretch,
            middle,
        ])
        .then(&Matrix::scale(letter.size, letter.size))
        .then(&Matrix([cos, sin, -sin, cos, x, y]))
        .then(&Matrix::scale(DOTS, DOTS));
        let mut outline = Outline::new(1.0);
        for contour in typeface.contours(glyph) {
            let mut corners = contour.into_iter().map(|at| map.place(at));
            corners.next().into_iter().for_each(|at| outline.begin(at));
            corners.for_each(|at| outline.line(at));
            outline.close();
        }
        let polygons = outline.polygons(&Matrix::IDENTITY);
        let mut fill = |polygons: &[Vec<(f64, f64)>]| {
            let filled = self.mask.fill(polygons, Rule::NonZero, &mut self.work);
            filled.map_err(|Spent| DrawAppearance::Large)
        };
        fill(&polygons)?;
        if bold > 0.0 {
            let line = round(letter.size * DOTS * bold);
            fill(&line.along(&outline, &Matrix::IDENTITY))?;
        }
        Ok(())
    }
}

/// A line with round corners.
fn round(width: f64) -> Line {
    Line {
        join: Join::Round,
        ..Line::plain(width)
    }
}

fn outline(steps: &[Step]) -> Outline {
    let mut outline = Outline::new(DOTS);
    for step in steps {
        match *step {
            Step::Move(to) => outline.begin(to),
            Step::Line(to) => outline.line(to),
            Step::Curve(first, second, to) => outline.curve(first, second, to),
            Step::Close => outline.close(),
        }
    }
    outline
}

/// The whole part of a length that is at least 0; pictures are a few thousand points wide.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what both types hold"
)]
fn whole(value: f64) -> usize {
    value.clamp(0.0, 10_000.0) as usize
}
