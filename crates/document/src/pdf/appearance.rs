//! What a seal shows on a page: its picture as a form XObject with its own fonts, not yet numbered.

use canvas::{Cut, Face, ReadFont, ReadPicture, Typefaces};
use seal::picture::{Letter, Picture, Step, Style};
use thiserror::Error;

use crate::pdf::write::content::decimal;
use crate::pdf::write::{Effort, Loose, decimal_text, typeface};
use crate::sheet::Mm;

/// Why a seal's picture cannot be drawn.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DrawAppearance {
    /// An embedded font is damaged.
    #[error("a font cannot be read")]
    Font(#[from] ReadFont),
    /// No typeface has this character; an empty box is never drawn.
    #[error("no font has the character {character:?} (U+{:04X}) of the seal", u32::from(*.character))]
    UnknownCharacter {
        /// The character.
        character: char,
    },
    /// It is a file that cannot be read as a seal's picture.
    #[error("the picture cannot be read")]
    Picture(#[from] ReadPicture),
    /// It is larger than any seal.
    #[error("the picture is larger than a seal")]
    Large,
}

/// The picture of a seal, ready to become objects of any file. Made once per seal.
///
/// The first object is the form XObject (`/BBox [0 0 width height]`); the others are what it needs.
#[derive(Clone, Debug)]
pub struct Appearance {
    width: f64,
    height: f64,
    objects: Vec<Loose>,
}

impl Appearance {
    /// Draws a seal's picture.
    ///
    /// It is painted by multiplication, so that the text under it stays readable (looks 1), and has
    /// fonts of its own (ISO 19005-3, 6.2.11.4).
    ///
    /// # Errors
    /// `UnknownCharacter` for a character that no embedded typeface has.
    pub fn draw(picture: &Picture) -> Result<Appearance, DrawAppearance> {
        let typefaces = Typefaces::embedded()?;
        let mut pen = Pen::new(picture, &typefaces);
        for shape in &picture.shapes {
            pen.shape(&shape.steps, shape.line);
        }
        for letter in &picture.letters {
            pen.letter(letter)?;
        }
        let [width, height] = [picture.width, picture.height].map(|side| Mm(side).points());
        let mut form = Loose::default().text(format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 {} {}]/Resources<</ExtGState<</M<</BM/Multiply>>>>/Font<<",
            decimal_text(width),
            decimal_text(height)
        ));
        let mut fonts = Vec::new();
        for ((cut, face), name) in pen.cuts.iter().zip([Face::Hei, Face::Song]).zip(["H", "S"]) {
            if !cut.is_empty() {
                form = form.text(format!("/{name} ")).refer(1 + fonts.len());
                let group = typeface::font(cut, typefaces.face(face), Effort::Once);
                let first = 1 + fonts.len();
                fonts.extend(group.into_iter().map(|object| object.moved(first)));
            }
        }
        let content = crate::pdf::write::deflated(&pen.content, Effort::Once);
        let form = form.text(format!(
            ">>>>/Filter/FlateDecode/Length {}>>stream\n",
            content.len()
        ));
        let mut objects = vec![form.text(content).text("\nendstream")];
        objects.extend(fonts);
        Ok(Appearance {
            width,
            height,
            objects,
        })
    }

    /// The picture in a PNG or JPEG file, `sides` millimetres across and down: its points, multiplied as drawn ones are; nothing
    /// else of the file (T-I10).
    ///
    /// # Errors
    /// `Picture`.
    pub fn of_file(octets: &[u8], sides: (u32, u32)) -> Result<Appearance, DrawAppearance> {
        let picture = canvas::Picture::of_seal(octets)?.on_nothing();
        let [width, height] = [sides.0, sides.1].map(|side| Mm(f64::from(side)).points());
        // ISO 32000-1, 11.6.5.3: a soft mask is a picture in grey of its own.
        let mask = Loose::default().text("/SMask ").refer(2);
        let image = |space, mask, octets: &[u8]| image((picture.size(), space), mask, octets);
        let objects = vec![
            form(width, height),
            image("DeviceRGB", mask, &picture.colours()),
            image("DeviceGray", Loose::default(), &picture.opacities()),
        ];
        Ok(Appearance {
            width,
            height,
            objects,
        })
    }

    /// Width in points.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Height in points.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.height
    }

    /// How many objects the appearance needs.
    #[must_use]
    pub fn count(&self) -> usize {
        self.objects.len()
    }

    /// The bodies of the objects in order (what stands between `obj` and `endobj`), when the first
    /// gets the number `first` and the others follow.
    #[must_use]
    pub fn bodies(&self, first: u32) -> Vec<Vec<u8>> {
        self.objects
            .iter()
            .map(|object| object.body(first))
            .collect()
    }
}

/// The form that shows the group's second object in all of its box.
fn form(width: f64, height: f64) -> Loose {
    let (width, height) = (decimal_text(width), decimal_text(height));
    let content = format!("/M gs\n{width} 0 0 {height} 0 0 cm\n/I Do\n");
    let head = format!(
        "<</Type/XObject/Subtype/Form/BBox[0 0 {width} {height}]/Resources<</ExtGState<</M<</BM/Multiply>>>>/XObject<</I "
    );
    let form = Loose::default().text(head).refer(1);
    let form = form.text(format!(">>>>/Length {}>>stream\n", content.len()));
    form.text(content).text("\nendstream")
}

/// A picture of 8 bits a channel.
fn image(((across, down), space): ((usize, usize), &str), mask: Loose, octets: &[u8]) -> Loose {
    let packed = crate::pdf::write::deflated(octets, Effort::Once);
    let head = format!(
        "<</Type/XObject/Subtype/Image/Width {across}/Height {down}/ColorSpace/{space}/BitsPerComponent 8"
    );
    let rest = format!("/Filter/FlateDecode/Length {}>>stream\n", packed.len());
    let image = Loose::default().text(head).joined(mask).text(rest);
    image.text(packed).text("\nendstream")
}

/// Draws a picture as a content stream in points, from the lower left corner.
struct Pen<'a> {
    content: Vec<u8>,
    cuts: [Cut; 2],
    typefaces: &'a Typefaces,
    height: f64,
}

impl<'a> Pen<'a> {
    fn new(picture: &Picture, typefaces: &'a Typefaces) -> Pen<'a> {
        let mut pen = Pen {
            content: Vec::new(),
            cuts: Default::default(),
            typefaces,
            height: picture.height,
        };
        // ISO 32000-1, 11.3.5.2: Multiply darkens, so black text stays black under red.
        pen.word("/M gs\n");
        for (operator, last) in [(" rg\n", 2), (" RG\n", 2)] {
            for (place, part) in picture.colour.iter().enumerate() {
                decimal(&mut pen.content, f64::from(*part) / 255.0, 3);
                pen.word(if place == last { operator } else { " " });
            }
        }
        pen
    }

    fn shape(&mut self, steps: &[Step], line: Option<f64>) {
        if let Some(width) = line {
            self.numbers(&[Mm(width).points()]);
            self.word("w\n");
        }
        for step in steps {
            match *step {
                Step::Move(to) => self.points(&[to], "m\n"),
                Step::Line(to) => self.points(&[to], "l\n"),
                Step::Curve(first, second, to) => self.points(&[first, second, to], "c\n"),
                Step::Close => self.word("h\n"),
            }
        }
        self.word(if line.is_some() { "S\n" } else { "f\n" });
    }

    /// A glyph in the middle of its square, which is compressed and turned about its own middle.
    fn letter(&mut self, letter: &Letter) -> Result<(), DrawAppearance> {
        let (face, name, cut, weight) = match letter.style {
            Style::Hei => (Face::Hei, "/H", 0, 0.0),
            Style::Song => (Face::Song, "/S", 1, 0.032),
        };
        let unknown = DrawAppearance::UnknownCharacter {
            character: letter.character,
        };
        let typeface = self.typefaces.face(face);
        let Some(number) = self
            .cuts
            .get_mut(cut)
            .and_then(|cut| cut.take(letter.character, typeface))
        else {
            return Err(unknown);
        };
        let advance = typeface
            .glyph(letter.character)
            .map_or(0.0, |glyph| typeface.advance(glyph))
            / 1000.0;
        let size = Mm(letter.size).points();
        let (sin, cos) = (-letter.turn).to_radians().sin_cos();
        // From the middle of the square to where the glyph's baseline begins, in the letter's own
        // directions; ideographs stand from −0.12 to 0.88 of the em.
        let middle = if letter.character.is_ascii() {
            0.36
        } else {
            0.38
        };
        let (right, up) = (-advance / 2.0 * letter.stretch * size, -middle * size);
        let (x, y) = (
            Mm(letter.centre.0).points(),
            Mm(self.height - letter.centre.1).points(),
        );
        self.word("BT ");
        if weight > 0.0 {
            self.numbers(&[size * weight]);
            self.word("w 2 Tr ");
        }
        self.word(name);
        self.word(" 1 Tf ");
        let matrix = [
            cos * letter.stretch * size,
            sin * letter.stretch * size,
            -sin * size,
            cos * size,
        ];
        for part in matrix
            .into_iter()
            .chain([x + right * cos - up * sin, y + right * sin + up * cos])
        {
            decimal(&mut self.content, part, 3);
            self.word(" ");
        }
        self.word(&format!("Tm<{number:04X}>Tj"));
        if weight > 0.0 {
            self.word(" 0 Tr");
        }
        self.word(" ET\n");
        Ok(())
    }

    fn points(&mut self, points: &[(f64, f64)], operator: &str) {
        for &(x, y) in points {
            self.numbers(&[Mm(x).points(), Mm(self.height - y).points()]);
        }
        self.word(operator);
    }

    fn numbers(&mut self, values: &[f64]) {
        for &value in values {
            decimal(&mut self.content, value, 2);
            self.word(" ");
        }
    }

    fn word(&mut self, word: &str) {
        self.content.extend_from_slice(word.as_bytes());
    }
}
