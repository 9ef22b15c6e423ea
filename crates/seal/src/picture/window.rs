//! Seals of service windows: an ellipse or a rectangle with a double rim.

use super::curve::{Along, Ellipse, Side};
use super::{
    DrawSeal, Inscription, LONGEST_NAME, Picture, Shape, Step, Style, characters, straight,
};

/// What a window's seal says.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// Name of the office.
    pub name: &'a str,
    /// What the seal is for, such as 受理专用章.
    pub purpose: &'a str,
    /// Filled in at sealing.
    pub date: Option<&'a str>,
    /// sRGB; see `RED`.
    pub colour: [u8; 3],
}

const LONGEST_PURPOSE: usize = 12;
const LONGEST_DATE: usize = 14;

impl Window<'_> {
    /// An ellipse of 45 × 30 mm: the name along its upper half, the purpose across, the date below
    /// (looks 2).
    ///
    /// # Errors
    /// `Empty` without name or purpose; `TooLong` beyond 40, 12 and 14 characters.
    pub fn ellipse(&self) -> Result<Picture, DrawSeal> {
        let (name, purpose, date) = self.texts()?;
        let (width, height) = (45.0, 30.0);
        let centre = (width / 2.0, height / 2.0);
        let ring = |inset: f64| Ellipse {
            centre,
            radii: (width / 2.0 - inset, height / 2.0 - inset),
        };
        let shapes = vec![
            Shape {
                steps: ring(0.5).outline(),
                line: Some(1.0),
            },
            Shape {
                steps: ring(1.6).outline(),
                line: Some(0.3),
            },
        ];
        let size = 3.5;
        let along = Along {
            style: Style::Song,
            size,
            pitch: size * 1.5,
            share: 0.52,
            side: Side::Top,
        };
        let mut letters = ring(2.6 + size / 2.0).letters(&name, along);
        let line = if date.is_some() { -0.6 } else { 1.2 };
        letters.extend(straight(
            &purpose,
            Style::Song,
            (centre.0, centre.1 + line + 1.2),
            4.2,
            28.0,
        ));
        if let Some(date) = date {
            letters.extend(straight_narrow(
                &date,
                (centre.0, centre.1 + 6.6),
                2.8,
                20.0,
            ));
        }
        Ok(Picture {
            width,
            height,
            colour: self.colour,
            shapes,
            letters,
        })
    }

    /// A rectangle of 50 × 30 mm: name, purpose and date in lines (looks 2).
    ///
    /// # Errors
    /// As `ellipse`.
    pub fn rectangle(&self) -> Result<Picture, DrawSeal> {
        let (name, purpose, date) = self.texts()?;
        let (width, height) = (50.0, 30.0);
        let shapes = vec![
            frame(width, height, 0.5, 1.0),
            frame(width, height, 1.7, 0.3),
        ];
        let middle = width / 2.0;
        let rows = if date.is_some() {
            [7.6, 15.4, 23.2]
        } else {
            [10.0, 19.4, 0.0]
        };
        let [first, second, third] = rows;
        let mut letters = Vec::new();
        // More than twenty characters stand in two lines.
        if name.len() > 20 {
            let (upper, lower) = name.split_at(name.len().div_ceil(2));
            letters.extend(straight(
                upper,
                Style::Song,
                (middle, first - 2.0),
                3.1,
                43.0,
            ));
            letters.extend(straight(
                lower,
                Style::Song,
                (middle, first + 1.9),
                3.1,
                43.0,
            ));
        } else {
            letters.extend(straight(&name, Style::Song, (middle, first), 4.4, 43.0));
        }
        letters.extend(straight(&purpose, Style::Song, (middle, second), 5.6, 40.0));
        if let Some(date) = date {
            letters.extend(straight_narrow(&date, (middle, third), 3.6, 34.0));
        }
        Ok(Picture {
            width,
            height,
            colour: self.colour,
            shapes,
            letters,
        })
    }

    fn texts(&self) -> Result<Texts, DrawSeal> {
        Ok((
            characters(self.name, Inscription::Name, LONGEST_NAME)?,
            characters(self.purpose, Inscription::Purpose, LONGEST_PURPOSE)?,
            self.date
                .map(|date| characters(date, Inscription::Date, LONGEST_DATE))
                .transpose()?,
        ))
    }
}

type Texts = (Vec<char>, Vec<char>, Option<Vec<char>>);

/// A date: digits stand in narrower squares than ideographs.
fn straight_narrow(date: &[char], centre: (f64, f64), size: f64, width: f64) -> Vec<super::Letter> {
    let share = |character: char| if character.is_ascii() { 0.6 } else { 1.04 };
    let natural: f64 = date.iter().map(|&character| share(character) * size).sum();
    let squeeze = (width / natural).min(1.0);
    let mut left = centre.0 - natural * squeeze / 2.0;
    let mut letters = Vec::new();
    for &character in date {
        let pitch = share(character) * size * squeeze;
        let middle = (left + pitch / 2.0, centre.1);
        left += pitch;
        letters.push(super::Letter {
            character,
            style: Style::Hei,
            centre: middle,
            size,
            stretch: squeeze,
            turn: 0.0,
        });
    }
    letters
}

pub(super) fn frame(width: f64, height: f64, inset: f64, line: f64) -> Shape {
    let (right, bottom) = (width - inset, height - inset);
    let steps = vec![
        Step::Move((inset, inset)),
        Step::Line((right, inset)),
        Step::Line((right, bottom)),
        Step::Line((inset, bottom)),
        Step::Close,
    ];
    Shape {
        steps,
        line: Some(line),
    }
}
