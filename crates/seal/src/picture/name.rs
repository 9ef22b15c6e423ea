//! The name seal of a person: a square in whose columns the name stands from right to left (looks 2).

use super::window::frame;
use super::{DrawSeal, Inscription, LONGEST_NAME, Letter, Picture, Style, characters, number};

/// What a person's name seal says.
#[derive(Clone, Copy, Debug)]
pub struct NameSeal<'a> {
    /// The name.
    pub name: &'a str,
    /// sRGB; see `RED`.
    pub colour: [u8; 3],
}

/// Side of a seal of up to four characters, in millimetres.
const SMALL: f64 = 18.0;
/// Side of one of more.
const LARGE: f64 = 20.0;
/// Width of the rim, and what is left free inside it.
const RIM: f64 = 0.9;
const FREE: f64 = 1.2;

impl NameSeal<'_> {
    /// A square of 18 mm, of 20 mm for more than four characters. Two or three of them are made four: 之印, 印.
    ///
    /// # Errors
    /// `Empty` without a name; `TooLong` beyond 40 characters.
    pub fn square(&self) -> Result<Picture, DrawSeal> {
        let mut name = characters(self.name, Inscription::Name, LONGEST_NAME)?;
        match name.len() {
            2 => name.extend(['之', '印']),
            3 => name.push('印'),
            _ => {}
        }
        let side = if name.len() <= 4 { SMALL } else { LARGE };
        // As many rows as make a square; the columns fill from the right.
        let rows = (1..=name.len())
            .find(|rows| rows * rows >= name.len())
            .unwrap_or(1);
        let columns = name.len().div_ceil(rows);
        let room = side - 2.0 * (RIM + FREE);
        let (wide, high) = (room / number(columns), room / number(rows));
        let size = wide.min(high) * 0.96;
        let letters = name.iter().enumerate().map(|(place, &character)| {
            let (column, row) = (place / rows, place % rows);
            let left = number(columns - 1 - column) + 0.5;
            Letter {
                character,
                style: Style::Song,
                centre: (
                    RIM + FREE + wide * left,
                    RIM + FREE + high * (number(row) + 0.5),
                ),
                size,
                stretch: 1.0,
                turn: 0.0,
            }
        });
        Ok(Picture {
            width: side,
            height: side,
            colour: self.colour,
            letters: letters.collect(),
            shapes: vec![frame(side, side, RIM / 2.0, RIM)],
        })
    }
}
