//! What a field's look lets a reader read: text one after the other, in one colour that is seen, inside the field and
//! with nothing over it (ISO 32000-2, 9.4, 12.7.4.3).
//!
//! The aim is that the text which is collected is the text which is seen; a look for which this cannot be said says
//! nothing.

use std::rc::Rc;

use syntax::Object;

use crate::font::Font;
use crate::marks::Area;

/// Painted paths: the frame, its ground, the combs of its cells.
const MAX_PATHS: usize = 128;
/// Units by which places may be off.
const SLACK: f64 = 1.0;
/// From here on a colour is not seen on paper.
const LIGHT: f64 = 0.8;
/// How far a sign's colour must be from what it stands on.
const CONTRAST: f64 = 0.25;
/// The part of a sign that may stand on its own colour.
const MAX_DROWNED: f64 = 0.75;
/// Lines of a look.
const MAX_LINES: usize = 1_024;

/// Text in the making.
#[derive(Debug)]
pub(super) struct Typed {
    text: String,
    width: f64,
    height: f64,
    state: State,
    kept: Vec<State>,
    leading: f64,
    line: (f64, f64),
    path: Path,
    paths: usize,
    /// What was painted so far, and how light it is.
    under: Vec<(Area, f64)>,
    clip: bool,
    /// How far back signs were moved since the last one.
    back: f64,
    /// How high the last string stands, and where it ends at the least.
    last: Option<f64>,
    end: f64,
    /// Whether the next one begins at a place of its own.
    moved: bool,
    colour: Option<f64>,
}

/// What `q` keeps.
#[derive(Debug, Clone)]
struct State {
    font: Option<Rc<Font>>,
    size: f64,
    light: f64,
    spacing: f64,
    /// How light lines are, and how wide.
    line: (f64, f64),
}

/// A path in the making.
#[derive(Debug, Default)]
struct Path {
    rectangle: Option<[f64; 4]>,
    points: Vec<(f64, f64)>,
    lines: Vec<[(f64, f64); 2]>,
}

impl Typed {
    /// In a field so wide and high.
    pub(super) fn new(width: f64, height: f64) -> Typed {
        Typed {
            text: String::new(),
            width,
            height,
            state: State {
                font: None,
                size: 0.0,
                light: 0.0,
                spacing: 0.0,
                line: (0.0, 1.0),
            },
            kept: Vec::new(),
            leading: 0.0,
            line: (0.0, 0.0),
            path: Path::default(),
            paths: 0,
            under: Vec::new(),
            clip: false,
            back: 0.0,
            last: None,
            end: 0.0,
            moved: true,
            colour: None,
        }
    }

    /// All that was shown.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Takes a font up.
    pub(super) fn font(&mut self, font: Option<Rc<Font>>, size: f64) {
        self.state.font = font;
        self.state.size = size;
    }

    /// One operator; `None` if what is seen can then not be told.
    pub(super) fn operator(&mut self, word: &[u8], operands: &[Object]) -> Option<()> {
        let numbers: Vec<f64> = operands.iter().filter_map(Object::as_number).collect();
        match (word, numbers.as_slice()) {
            (b"BT", _) => self.start(0.0, 0.0),
            (b"ET" | b"BMC" | b"BDC" | b"EMC" | b"j" | b"J" | b"M" | b"d" | b"i", _) => {}
            (b"Tr", [0.0]) | (b"cm", [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]) => {}
            (b"w", [width]) => self.state.line.1 = width.abs(),
            (b"G" | b"RG" | b"K", numbers) => self.state.line.0 = lightness(numbers)?,
            (b"Tz", [100.0]) | (b"Tw" | b"Ts", [0.0]) => {}
            (b"q", _) if self.kept.len() < 16 => self.kept.push(self.state.clone()),
            (b"Q", _) => self.state = self.kept.pop()?,
            (b"g" | b"rg" | b"k", numbers) => self.state.light = lightness(numbers)?,
            (b"Tc", [spacing]) => self.state.spacing = *spacing,
            (b"TL", [leading]) => self.leading = *leading,
            (b"Td", [x, y]) => self.step(*x, *y),
            (b"TD", [x, y]) => {
                self.leading = -y;
                self.step(*x, *y);
            }
            (b"T*", _) => self.step(0.0, -self.leading),
            (b"Tm", [1.0, 0.0, 0.0, 1.0, x, y]) => self.start(*x, *y),
            (b"m" | b"l" | b"h" | b"re" | b"W" | b"W*" | b"n", numbers) => {
                self.draw(word, numbers)?
            }
            (b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*", _) => {
                self.paint(word)?
            }
            (b"Tj" | b"'" | b"TJ", _) => self.show(word, operands)?,
            _ => return None,
        }
        Some(())
    }

    fn step(&mut self, x: f64, y: f64) {
        self.start(self.line.0 + x, self.line.1 + y);
    }

    fn start(&mut self, x: f64, y: f64) {
        self.line = (x, y);
        self.moved = true;
        self.back = 0.0;
    }

    /// A path; one that clips leaves nearly all of the field.
    fn draw(&mut self, word: &[u8], numbers: &[f64]) -> Option<()> {
        let path = &mut self.path;
        match (word, numbers) {
            (b"re", [x, y, width, height]) => {
                path.rectangle = Some([*x, *y, *width, *height]);
                let (right, top) = (x + width, y + height);
                path.points.push((*x, *y));
                for at in [(right, *y), (right, top), (*x, top), (*x, *y)] {
                    path.to(at);
                }
            }
            (b"W" | b"W*", _) => self.clip = true,
            (b"n", _) if self.clip => {
                let [x, y, width, height] = std::mem::take(path).rectangle?;
                let near = 0.1 * self.width.min(self.height) + 2.0 * SLACK;
                let whole = x <= near
                    && y <= near
                    && x + width >= self.width - near
                    && y + height >= self.height - near;
                self.clip = false;
                return whole.then_some(());
            }
            (b"n", _) => *path = Path::default(),
            (b"m", [x, y]) => {
                path.rectangle = None;
                path.points.push((*x, *y));
            }
            (b"l", [x, y]) => path.to((*x, *y)),
            (b"h", _) => path.rectangle = None,
            _ => return None,
        }
        (path_size(&self.path) <= MAX_LINES).then_some(())
    }

    /// A path that is painted; nothing is painted over text.
    fn paint(&mut self, word: &[u8]) -> Option<()> {
        let path = std::mem::take(&mut self.path);
        self.paths += 1;
        if !matches!(word, b"S" | b"s") {
            self.under
                .push((Area::around(&path.points)?, self.state.light));
        }
        if !matches!(word, b"f" | b"F" | b"f*") {
            let (light, width) = self.state.line;
            let lines = path.lines.iter().filter_map(|line| Area::around(line));
            self.under
                .extend(lines.map(|line| (line.grown(width / 2.0), light)));
        }
        let few = self.paths <= MAX_PATHS && self.under.len() <= MAX_LINES;
        (self.text.is_empty() && few && !self.clip).then_some(())
    }

    fn show(&mut self, word: &[u8], operands: &[Object]) -> Option<()> {
        if word == b"'" {
            self.step(0.0, -self.leading);
        }
        let operand = operands.last()?;
        let parts = operand.as_array().unwrap_or(std::slice::from_ref(operand));
        let mut said = String::new();
        for part in parts {
            match part.as_string() {
                Some(string) => {
                    let font = self
                        .state
                        .font
                        .as_ref()
                        .filter(|font| font.is_spread(string))?;
                    said.push_str(&font.characters(string)?);
                    self.back = 0.0;
                }
                // What moves back lets signs lie on each other.
                None => {
                    self.back += part.as_number()?;
                    if !(-400.0..=120.0).contains(&self.back) {
                        return None;
                    }
                }
            }
        }
        self.place(&said)?;
        self.text.push_str(&said);
        Some(())
    }

    /// Where a string stands: seen, inside, and behind or below all before it.
    fn place(&mut self, said: &str) -> Option<()> {
        let State {
            size,
            light,
            spacing,
            ..
        } = self.state;
        let same_colour = *self.colour.get_or_insert(light) == light;
        let readable = (2.0..=200.0).contains(&size) && light < LIGHT && same_colour;
        let (x, y) = self.line;
        let inside = x >= -SLACK && y >= -0.3 * size && y + 0.5 * size <= self.height + SLACK;
        let start = if self.moved { x } else { self.end };
        let follows = self.last.is_none_or(|last| {
            let same_line = (last - y).abs() < 0.5 * size;
            if same_line {
                start + SLACK >= self.end
            } else {
                y < last
            }
        });
        self.moved = false;
        self.last = Some(y);
        if self.is_drowned((start, y), said) {
            return None;
        }
        self.end = start + said.chars().map(narrowest).sum::<f64>() * size;
        let fits = self.end <= self.width + SLACK && spacing >= -0.1 * size;
        (readable && inside && follows && fits).then_some(())
    }
}

impl Path {
    fn to(&mut self, at: (f64, f64)) {
        if let Some(last) = self.points.last() {
            self.lines.push([*last, at]);
        }
        self.points.push(at);
    }
}

fn path_size(path: &Path) -> usize {
    path.points.len()
}

/// The least that a sign takes, in ems.
fn narrowest(sign: char) -> f64 {
    match sign {
        '0'..='9' => 0.5,
        'A'..='H' | 'K'..='Z' | 'a'..='e' | 'g' | 'h' | 'm'..='q' | 's' | 'u'..='z' => 0.4,
        sign if sign.is_ascii() => 0.2,
        _ => 0.25,
    }
}

impl Typed {
    /// Whether a sign of a string may stand on something as dark as itself, where nobody sees it. Where exactly each
    /// stands is not known: anywhere from its beginning on.
    fn is_drowned(&self, (start, y): (f64, f64), said: &str) -> bool {
        let State { size, light, .. } = self.state;
        let step = 0.4 * size;
        let alike: Vec<Area> = self
            .under
            .iter()
            .filter(|(_, other)| (other - light).abs() < CONTRAST)
            .map(|(area, _)| *area)
            .collect();
        let signs: f64 = said.chars().map(|_| size).sum();
        let end = (start + signs).min(self.width);
        let mut at = start;
        while at < end && !alike.is_empty() {
            let sign = Area::around(&[(at, y), (at + step, y + 0.6 * size)]);
            let covered = |sign: &Area| alike.iter().map(|area| area.common(sign)).sum::<f64>();
            if sign.is_some_and(|sign| covered(&sign) > MAX_DROWNED * sign.size()) {
                return true;
            }
            at += step;
        }
        false
    }
}

/// How light a colour is: grey, red green and blue, or inks.
pub(super) fn lightness(numbers: &[f64]) -> Option<f64> {
    // 8.6.4: what lies outside is drawn as the nearest that is inside.
    let clamped: Vec<f64> = numbers
        .iter()
        .map(|number| number.clamp(0.0, 1.0))
        .collect();
    match clamped.as_slice() {
        [grey] => Some(*grey),
        [red, green, blue] => Some(0.3 * red + 0.59 * green + 0.11 * blue),
        [cyan, magenta, yellow, black] => {
            Some(1.0 - black - (0.3 * cyan + 0.59 * magenta + 0.11 * yellow))
        }
        _ => None,
    }
}
