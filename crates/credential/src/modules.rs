//! The QR code of a text, as dark and light modules (ISO/IEC 18004).

use fast_qr::{ECL, Mode, QRBuilder};
use thiserror::Error;

/// How much of the code may be lost and it still reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintLevel {
    /// M, about 15 %: for a code with all fields.
    Medium,
    /// Q, about 25 %: the default for paper.
    Quartile,
}

/// A square of modules, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    side: usize,
    dark: Vec<bool>,
}

/// The text does not fit a code of this level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the text does not fit a code of this level")]
pub struct TooMuchText;

impl Modules {
    /// The code of `text`, in alphanumeric mode.
    ///
    /// # Errors
    /// [`TooMuchText`] above version 40, and for letters outside the alphabet.
    pub fn of(text: &str, level: PrintLevel) -> Result<Modules, TooMuchText> {
        let fits = |letter: u8| {
            letter.is_ascii_digit() || letter.is_ascii_uppercase() || b" $%*+-./:".contains(&letter)
        };
        if !text.bytes().all(fits) {
            return Err(TooMuchText);
        }
        let level = match level {
            PrintLevel::Medium => ECL::M,
            PrintLevel::Quartile => ECL::Q,
        };
        let code = QRBuilder::new(text)
            .ecl(level)
            .mode(Mode::Alphanumeric)
            .build()
            .map_err(|_| TooMuchText)?;
        let side = code.size;
        let dark = code
            .data
            .iter()
            .take(side * side)
            .map(|module| module.value())
            .collect();
        Ok(Modules { side, dark })
    }

    /// Modules along one side.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether each is dark, row by row from the top left.
    #[must_use]
    pub fn dark(&self) -> &[bool] {
        &self.dark
    }

    /// Its rows, given away.
    #[must_use]
    pub fn into_dark(self) -> Vec<bool> {
        self.dark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(modules: &Modules) -> String {
        let grid = rqrr::SimpleGrid::from_func(modules.side(), |x, y| {
            modules.dark()[y * modules.side() + x]
        });
        let (_, text) = rqrr::Grid::new(grid).decode().expect("a reader reads it");
        text
    }

    #[test]
    fn a_reader_reads_what_was_drawn_at_both_levels() {
        let text = "LC1:6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI";
        for level in [PrintLevel::Medium, PrintLevel::Quartile] {
            let modules = Modules::of(text, level).expect("fits");
            assert_eq!(modules.dark().len(), modules.side() * modules.side());
            assert_eq!(read_back(&modules), text);
        }
    }

    #[test]
    fn a_code_of_571_characters_has_89_modules_at_q() {
        let modules = Modules::of(&"A".repeat(571), PrintLevel::Quartile).expect("fits");
        assert_eq!(modules.side(), 89);
    }

    #[test]
    fn too_much_and_foreign_letters_are_refused() {
        assert!(Modules::of(&"A".repeat(2_420), PrintLevel::Quartile).is_ok());
        for text in ["A".repeat(2_421), "a".to_owned(), "证".to_owned()] {
            assert_eq!(Modules::of(&text, PrintLevel::Quartile), Err(TooMuchText));
        }
    }
}
