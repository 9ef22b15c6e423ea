//! The round seal of an organisation.

use std::f64::consts::{PI, TAU};

use super::curve::{Along, Ellipse, Side};
use super::{
    DrawSeal, Inscription, LONGEST_NAME, Letter, Picture, Shape, Step, Style, characters, number,
    straight,
};

/// What a round seal says.
#[derive(Clone, Copy, Debug)]
pub struct Organisation<'a> {
    /// Name of the organisation, along the upper arc.
    pub name: &'a str,
    /// What the seal is for, such as 行政审批专用章, under the star.
    pub purpose: Option<&'a str>,
    /// The seal's code, along the lower arc.
    pub code: &'a str,
    /// In millimetres: 42 for a county department, 45 for a government, 40 for special purposes
    /// (*defaults*).
    pub diameter: f64,
    /// sRGB; see `RED`.
    pub colour: [u8; 3],
}

/// Width of the rim in millimetres (looks 2).
const RIM: f64 = 1.2;

/// Most characters of a purpose and of a code.
const LONGEST_PURPOSE: usize = 12;
const LONGEST_CODE: usize = 18;

impl Organisation<'_> {
    /// Draws the seal: rim, star, name, purpose, code.
    ///
    /// # Errors
    /// `Empty` without name or code, `TooLong` beyond 40 characters of name, 12 of purpose, 18 of
    /// code, `Size` outside 30 to 60 mm.
    pub fn draw(&self) -> Result<Picture, DrawSeal> {
        let name = characters(self.name, Inscription::Name, LONGEST_NAME)?;
        let code = characters(self.code, Inscription::Code, LONGEST_CODE)?;
        let purpose = self
            .purpose
            .map(|text| characters(text, Inscription::Purpose, LONGEST_PURPOSE))
            .transpose()?;
        if !(30.0..=60.0).contains(&self.diameter) {
            return Err(DrawSeal::Size(micrometres(self.diameter)));
        }
        let radius = self.diameter / 2.0;
        let centre = (radius, radius);
        let scale = radius / 21.0;
        let circle = |radius: f64| Ellipse {
            centre,
            radii: (radius, radius),
        };
        // Looks 2: rim 1.2 mm, star in the middle, name above, code below, purpose under the star.
        let rim = Shape {
            steps: circle(radius - RIM / 2.0).outline(),
            line: Some(RIM),
        };
        let mut letters = name_letters(&name, scale, |size| {
            circle(radius - RIM - 0.9 * scale - size / 2.0)
        });
        let size = 1.9 * scale;
        let lower = circle(radius - RIM - 0.8 * scale - size / 2.0);
        letters.extend(lower.letters(
            &code,
            Along {
                style: Style::Hei,
                size,
                pitch: size * 0.78,
                share: 0.24,
                side: Side::Bottom,
            },
        ));
        let star = if purpose.is_some() { 6.4 } else { 7.2 } * scale;
        if let Some(purpose) = purpose {
            let at = (radius, radius + 9.4 * scale);
            letters.extend(straight(
                &purpose,
                Style::Song,
                at,
                3.5 * scale,
                21.5 * scale,
            ));
        }
        let star = Shape {
            steps: star_outline(centre, star),
            line: None,
        };
        let side = self.diameter;
        Ok(Picture {
            width: side,
            height: side,
            colour: self.colour,
            shapes: vec![rim, star],
            letters,
        })
    }
}

/// The name along the upper arc: of one height, spread wide when short, compressed when long; only
/// when a letter would be narrower than two fifths of its height does it lose height as well.
fn name_letters(name: &[char], scale: f64, ring: impl Fn(f64) -> Ellipse) -> Vec<Letter> {
    let mut size = 4.7 * scale;
    loop {
        let ring = ring(size);
        let pitch = ring.radii.0 * PI / 6.4;
        let letters = ring.letters(
            name,
            Along {
                style: Style::Song,
                size,
                pitch,
                share: 0.665,
                side: Side::Top,
            },
        );
        let narrow = letters.first().is_some_and(|letter| letter.stretch < 0.4);
        if !narrow || size < 3.4 * scale {
            return letters;
        }
        size -= 0.1 * scale;
    }
}

/// A five-pointed star standing on two points; an organ with an emblem imports its picture (looks 2).
fn star_outline(centre: (f64, f64), radius: f64) -> Vec<Step> {
    // In a regular star the notches lie at this share of the radius: (3 − √5) / 2.
    let notch = radius * (3.0 - 5.0_f64.sqrt()) / 2.0;
    let mut steps = Vec::with_capacity(11);
    for corner in 0..10_usize {
        let reach = if corner % 2 == 0 { radius } else { notch };
        let (sin, cos) = (TAU * number(corner) / 10.0).sin_cos();
        let point = (centre.0 + reach * sin, centre.1 - reach * cos);
        steps.push(if corner == 0 {
            Step::Move(point)
        } else {
            Step::Line(point)
        });
    }
    steps.push(Step::Close);
    steps
}

/// A size for a message: whole micrometres, 0 for what is no length at all.
fn micrometres(millimetres: f64) -> u32 {
    format!("{:.0}", (millimetres * 1000.0).clamp(0.0, 4e9))
        .parse()
        .unwrap_or(0)
}
