//! Content streams: marks of a sheet as painting operators, each inside the marked content of its
//! element.

use canvas::{Cut, Face, Typefaces};

use crate::sheet::{
    Area, Colour, Item, Mark, Mm, Modules, Path, Pitch, Point, Role, Step, Text, Weight,
};

/// The subsets a content stream may write with.
pub(crate) struct Fonts<'a> {
    pub(crate) typefaces: &'a Typefaces,
    /// Subsets shared by the template's pages, Hei and Song.
    pub(crate) shared: Option<&'a [Cut; 2]>,
    /// This stream's own subsets, which grow.
    pub(crate) own: [Cut; 2],
}

/// Place of a face in pairs of subsets.
pub(crate) fn index(face: Face) -> usize {
    match face {
        Face::Hei => 0,
        Face::Song => 1,
    }
}

/// Resource names: shared Hei, shared Song, own Hei, own Song.
pub(crate) const NAMES: [&str; 4] = ["H", "S", "h", "s"];

/// A content stream being written.
pub(crate) struct Painter<'a> {
    pub(crate) content: Vec<u8>,
    /// The element of each piece of marked content, in the order of their numbers.
    pub(crate) marked: Vec<usize>,
    pub(crate) fonts: Fonts<'a>,
    height: Mm,
    /// The number of the first piece.
    first: usize,
    fill: Option<Colour>,
}

impl<'a> Painter<'a> {
    /// A stream for a page of this height; its marked content is numbered from `first`.
    pub(crate) fn new(fonts: Fonts<'a>, height: Mm, first: usize) -> Painter<'a> {
        Painter {
            content: Vec::with_capacity(16 * 1024),
            marked: Vec::new(),
            fonts,
            height,
            first,
            fill: None,
        }
    }

    /// Paints what is drawn on a page; the error is a character that no typeface has.
    pub(crate) fn paint(&mut self, items: &[Item]) -> Result<(), char> {
        let mut open = None;
        for Item { role, mark } in items {
            if open != Some(*role) {
                self.close(open.is_some());
                self.open(*role);
                open = Some(*role);
            }
            match mark {
                Mark::Text(text) => self.text(text)?,
                Mark::Path(path) => self.path(path),
                Mark::Code(area, modules) => self.code(area, modules),
                Mark::Photo(area) => self.photo(area),
            }
        }
        self.close(open.is_some());
        Ok(())
    }

    // ISO 14289-1, 7.1: all content is either tagged or an artifact.
    fn open(&mut self, role: Role) {
        match role {
            Role::Of(element) => {
                self.word("/P<</MCID ");
                self.word(&(self.first + self.marked.len()).to_string());
                self.word(">>BDC\n");
                self.marked.push(element);
            }
            Role::Decoration => self.word("/Artifact BMC\n"),
            // ISO 32000-1, 14.8.2.2.2: what pages repeat is an artifact of pagination.
            Role::Header => {
                self.word("/Artifact<</Type/Pagination/Subtype/Header/Attached[/Top]>>BDC\n");
            }
            Role::Footer => {
                self.word("/Artifact<</Type/Pagination/Subtype/Footer/Attached[/Bottom]>>BDC\n");
            }
        }
    }

    fn close(&mut self, open: bool) {
        if open {
            self.word("EMC\n");
        }
    }

    fn text(&mut self, text: &Text) -> Result<(), char> {
        self.fill(text.colour);
        // ISO 32000-1, 9.4.1: text state and position hold between BT and ET alone.
        self.word("BT\n");
        if text.weight == Weight::Bold {
            self.stroke_colour(text.colour);
            // ISO 32000-1, 9.3.6: mode 2 fills and strokes. A stroke of 2.8 % of the em makes Song Regular as heavy as its bold.
            self.numbers(&[text.size.points() * 0.028]);
            self.word("w 2 Tr\n");
        }
        let (sin, cos) = text.turn.to_radians().sin_cos();
        if text.turn == 0.0 {
            self.word("1 0 0 1 ");
        } else {
            for part in [cos, sin, -sin, cos] {
                self.decimal(part, 5);
            }
        }
        self.point(text.at);
        self.word("Tm\n");
        if let Pitch::Natural(spacing) = text.pitch
            && spacing.0 != 0.0
        {
            self.numbers(&[spacing.points()]);
            // ISO 32000-1, 9.3.2: Tc stays until it is set again, beyond ET.
            self.word("Tc\n");
        }
        self.runs(text)?;
        if matches!(text.pitch, Pitch::Natural(spacing) if spacing.0 != 0.0) {
            self.word("0 Tc\n");
        }
        if text.weight == Weight::Bold {
            self.word("0 Tr\n");
        }
        self.word("ET\n");
        Ok(())
    }

    /// The characters, as runs of one subset each.
    fn runs(&mut self, text: &Text) -> Result<(), char> {
        let mut current = None;
        for character in text.text.chars() {
            let (name, number) = self.character(text.face, character)?;
            if current != Some(name) {
                if current.is_some() {
                    self.word("]TJ\n");
                }
                self.word("/");
                self.word(name);
                self.word(" ");
                self.numbers(&[text.size.points()]);
                self.word("Tf[");
                current = Some(name);
            }
            let before = self.cell_inset(text, character);
            if before != 0.0 {
                self.numbers(&[-before]);
            }
            self.word("<");
            self.word(&format!("{number:04X}"));
            self.word(">");
            if before != 0.0 {
                self.numbers(&[-before]);
            }
        }
        if current.is_some() {
            self.word("]TJ\n");
        }
        Ok(())
    }

    /// Half of what a cell is wider than its character, in thousandths of the em, by which numbers
    /// in a TJ array move the pen back (ISO 32000-1, 9.4.3).
    fn cell_inset(&self, text: &Text, character: char) -> f64 {
        let Pitch::Cells(pitch) = text.pitch else {
            return 0.0;
        };
        let typeface = self.fonts.typefaces.face(text.face);
        let advance = typeface
            .glyph(character)
            .map_or(0.0, |glyph| typeface.advance(glyph));
        (pitch / text.size * 1000.0 - advance) / 2.0
    }

    /// The font resource and number of a character.
    fn character(&mut self, face: Face, character: char) -> Result<(&'static str, u16), char> {
        let [shared_hei, shared_song, own_hei, own_song] = NAMES;
        let (shared_name, own_name) = match face {
            Face::Hei => (shared_hei, own_hei),
            Face::Song => (shared_song, own_song),
        };
        let shared = self.fonts.shared.and_then(|cuts| cuts.get(index(face)));
        if let Some(number) = shared.and_then(|cut| cut.number(character)) {
            return Ok((shared_name, number));
        }
        let typeface = self.fonts.typefaces.face(face);
        let own = self.fonts.own.get_mut(index(face)).ok_or(character)?;
        let number = own.take(character, typeface).ok_or(character)?;
        Ok((
            if self.fonts.shared.is_some() {
                own_name
            } else {
                shared_name
            },
            number,
        ))
    }

    fn path(&mut self, path: &Path) {
        // ISO 32000-1, 8.4.2: q and Q stand in pairs, so that nothing leaks into what follows.
        self.word("q\n");
        self.stroke_colour(path.colour);
        self.numbers(&[path.width.points()]);
        self.word("w\n");
        for copy in 0..path.times {
            if copy > 0 {
                self.word("1 0 0 1 ");
                self.numbers(&[path.by.x.points(), -path.by.y.points()]);
                self.word("cm\n");
            }
            self.steps(&path.steps);
            self.word("S\n");
        }
        self.word("Q\n");
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match *step {
                Step::Move(to) => {
                    self.point(to);
                    self.word("m\n");
                }
                Step::Line(to) => {
                    self.point(to);
                    self.word("l\n");
                }
                Step::Curve(first, second, to) => {
                    self.point(first);
                    self.point(second);
                    self.point(to);
                    self.word("c\n");
                }
                Step::Close => self.word("h\n"),
            }
        }
    }

    /// Dark modules as rectangles, in a space where a module measures 1, on a white ground that
    /// covers the quiet zone too: a code never stands on a pattern (looks 3).
    fn code(&mut self, area: &Area, modules: &Modules) {
        let side = f64::from(u32::try_from(modules.side()).unwrap_or(u32::MAX));
        let module = area.width.points() / side;
        self.word("q\n");
        self.fill_colour(Colour::WHITE);
        let ground = area.inset(-Mm(area.width.0 / side * 4.0));
        self.numbers(&[
            ground.x.points(),
            (self.height - ground.bottom()).points(),
            ground.width.points(),
            ground.height.points(),
        ]);
        self.word("re f\n");
        self.fill_colour(Colour::BLACK);
        self.decimal(module, 5);
        self.word("0 0 ");
        self.decimal(module, 5);
        self.numbers(&[area.x.points(), (self.height - area.bottom()).points()]);
        self.word("cm\n");
        for (down, row) in modules.rows().enumerate() {
            let y = modules.side() - 1 - down;
            let mut at = 0;
            for run in row.chunk_by(|one, other| one == other) {
                if run.first() == Some(&true) {
                    self.integers([at, y, run.len()]);
                    self.word("1 re\n");
                }
                at += run.len();
            }
        }
        self.word("f\nQ\n");
    }

    fn photo(&mut self, area: &Area) {
        self.word("q\n");
        self.numbers(&[area.width.points()]);
        self.word("0 0 ");
        self.numbers(&[
            area.height.points(),
            area.x.points(),
            (self.height - area.bottom()).points(),
        ]);
        self.word("cm\n/Photo Do\nQ\n");
    }

    fn fill(&mut self, colour: Colour) {
        if self.fill != Some(colour) {
            self.fill_colour(colour);
            self.fill = Some(colour);
        }
    }

    fn fill_colour(&mut self, colour: Colour) {
        self.colour(colour, ["g\n", "rg\n"]);
    }

    fn stroke_colour(&mut self, colour: Colour) {
        self.colour(colour, ["G\n", "RG\n"]);
    }

    fn colour(&mut self, colour: Colour, [grey, full]: [&str; 2]) {
        let part = |value: u8| f64::from(value) / 255.0;
        if colour.red == colour.green && colour.green == colour.blue {
            self.decimal(part(colour.red), 3);
            self.word(grey);
        } else {
            for value in [colour.red, colour.green, colour.blue] {
                self.decimal(part(value), 3);
            }
            self.word(full);
        }
    }

    fn point(&mut self, point: Point) {
        self.numbers(&[point.x.points(), (self.height - point.y).points()]);
    }

    fn numbers(&mut self, values: &[f64]) {
        for &value in values {
            self.decimal(value, 2);
        }
    }

    fn decimal(&mut self, value: f64, places: usize) {
        decimal(&mut self.content, value, places);
        self.content.push(b' ');
    }

    fn integers(&mut self, values: [usize; 3]) {
        for value in values {
            self.word(&value.to_string());
            self.content.push(b' ');
        }
    }

    fn word(&mut self, word: &str) {
        self.content.extend_from_slice(word.as_bytes());
    }
}

/// Writes a number with at most so many decimals and none in vain.
pub(crate) fn decimal(out: &mut Vec<u8>, value: f64, places: usize) {
    let text = format!("{value:.places$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    out.extend_from_slice(if text == "-0" { b"0" } else { text.as_bytes() });
}
