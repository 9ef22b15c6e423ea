//! A laid-out page before any file format: what is drawn where, in millimetres, and what it means.

use std::iter::Sum;
use std::ops::{Add, Div, Mul, Neg, Sub};

use canvas::Face;
use serde::Deserialize;

/// A length on a sheet in millimetres; sheets measure from the top left corner downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Deserialize)]
#[serde(transparent)]
pub(crate) struct Mm(pub(crate) f64);

impl Mm {
    /// Millimetres in a typographic point of 1/72 inch.
    const PER_POINT: f64 = 25.4 / 72.0;

    /// The length of `points` typographic points.
    pub(crate) fn from_points(points: f64) -> Mm {
        Mm(points * Mm::PER_POINT)
    }

    /// This length in typographic points.
    pub(crate) fn points(self) -> f64 {
        self.0 / Mm::PER_POINT
    }
}

impl Add for Mm {
    type Output = Mm;
    fn add(self, other: Mm) -> Mm {
        Mm(self.0 + other.0)
    }
}

impl Sub for Mm {
    type Output = Mm;
    fn sub(self, other: Mm) -> Mm {
        Mm(self.0 - other.0)
    }
}

impl Neg for Mm {
    type Output = Mm;
    fn neg(self) -> Mm {
        Mm(-self.0)
    }
}

impl Mul<f64> for Mm {
    type Output = Mm;
    fn mul(self, by: f64) -> Mm {
        Mm(self.0 * by)
    }
}

impl Div<f64> for Mm {
    type Output = Mm;
    fn div(self, by: f64) -> Mm {
        Mm(self.0 / by)
    }
}

impl Div for Mm {
    type Output = f64;
    fn div(self, by: Mm) -> f64 {
        self.0 / by.0
    }
}

impl Sum for Mm {
    fn sum<I: Iterator<Item = Mm>>(lengths: I) -> Mm {
        lengths.fold(Mm(0.0), Add::add)
    }
}

/// A place on a sheet, from its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Point {
    /// To the right.
    pub(crate) x: Mm,
    /// Downwards.
    pub(crate) y: Mm,
}

/// An upright rectangle, given by its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Area {
    /// Left edge.
    pub(crate) x: Mm,
    /// Top edge.
    pub(crate) y: Mm,
    /// Extent to the right.
    pub(crate) width: Mm,
    /// Extent downwards.
    pub(crate) height: Mm,
}

impl Area {
    /// Right edge.
    pub(crate) fn right(&self) -> Mm {
        self.x + self.width
    }

    /// Bottom edge.
    pub(crate) fn bottom(&self) -> Mm {
        self.y + self.height
    }

    /// The area drawn in by `by` on every side.
    pub(crate) fn inset(&self, by: Mm) -> Area {
        Area {
            x: self.x + by,
            y: self.y + by,
            width: self.width - by * 2.0,
            height: self.height - by * 2.0,
        }
    }
}

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "[u8; 3]")]
pub(crate) struct Colour {
    /// Red, 0 to 255.
    pub(crate) red: u8,
    /// Green, 0 to 255.
    pub(crate) green: u8,
    /// Blue, 0 to 255.
    pub(crate) blue: u8,
}

impl Colour {
    /// Black.
    pub(crate) const BLACK: Colour = Colour::new(0, 0, 0);
    /// White.
    pub(crate) const WHITE: Colour = Colour::new(255, 255, 255);
    /// The grey-brown of labels (looks 1).
    pub(crate) const LABEL: Colour = Colour::new(0x5C, 0x4E, 0x42);
    /// 12 % grey: watermarks (looks 1).
    pub(crate) const FAINT: Colour = Colour::new(0xE0, 0xE0, 0xE0);

    /// The colour mixed with white: `parts` of ten are white.
    pub(crate) fn lightened(self, parts: u16) -> Colour {
        let mix = |part: u8| {
            let mixed = (u16::from(part) * (10 - parts.min(10)) + 255 * parts.min(10)) / 10;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Colour::new(mix(self.red), mix(self.green), mix(self.blue))
    }

    /// The colour of these three components.
    pub(crate) const fn new(red: u8, green: u8, blue: u8) -> Colour {
        Colour { red, green, blue }
    }
}

impl From<[u8; 3]> for Colour {
    fn from([red, green, blue]: [u8; 3]) -> Colour {
        Colour { red, green, blue }
    }
}

/// How heavy text is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// As the typeface has it.
    Regular,
    /// Outlined with a thin stroke of the same colour.
    Bold,
}

/// How far the characters of a line stand apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pitch {
    /// As wide as each is, and so much more.
    Natural(Mm),
    /// Each in the middle of a cell of this width.
    Cells(Mm),
}

/// One line of text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text {
    /// The characters, in reading order.
    pub(crate) text: String,
    /// Typeface.
    pub(crate) face: Face,
    /// Size of the em square.
    pub(crate) size: Mm,
    /// Regular or bold.
    pub(crate) weight: Weight,
    /// Where the baseline begins.
    pub(crate) at: Point,
    /// How far characters stand apart.
    pub(crate) pitch: Pitch,
    /// Fill colour.
    pub(crate) colour: Colour,
    /// Anti-clockwise turn about `at`, in degrees.
    pub(crate) turn: f64,
}

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// Begins a contour.
    Move(Point),
    /// A straight line.
    Line(Point),
    /// A cubic Bézier curve: two control points and the end.
    Curve(Point, Point, Point),
    /// Back to the beginning of the contour.
    Close,
}

/// A line along a path, drawn once or several times, each copy moved by `by` from the one before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    /// Steps of the first copy.
    pub(crate) steps: Vec<Step>,
    /// Colour of the line.
    pub(crate) colour: Colour,
    /// Width of the line.
    pub(crate) width: Mm,
    /// How many copies.
    pub(crate) times: u32,
    /// From one copy to the next.
    pub(crate) by: Point,
}

impl Text {
    /// Regular black text that begins at `at`.
    pub(crate) fn plain(text: &str, (face, size): (Face, Mm), at: Point) -> Text {
        Text {
            text: text.to_owned(),
            face,
            size,
            weight: Weight::Regular,
            at,
            pitch: Pitch::Natural(Mm(0.0)),
            colour: Colour::BLACK,
            turn: 0.0,
        }
    }
}

impl Path {
    /// A path drawn once.
    pub(crate) fn once(steps: Vec<Step>, colour: Colour, width: Mm) -> Path {
        Path {
            steps,
            colour,
            width,
            times: 1,
            by: Point::default(),
        }
    }

    /// A straight line.
    pub(crate) fn line(from: Point, to: Point, colour: Colour, width: Mm) -> Path {
        Path::once(vec![Step::Move(from), Step::Line(to)], colour, width)
    }

    /// The outline of a rectangle.
    pub(crate) fn outline(area: &Area, colour: Colour, width: Mm) -> Path {
        let corner = |x, y| Point { x, y };
        let steps = vec![
            Step::Move(corner(area.x, area.y)),
            Step::Line(corner(area.right(), area.y)),
            Step::Line(corner(area.right(), area.bottom())),
            Step::Line(corner(area.x, area.bottom())),
            Step::Close,
        ];
        Path::once(steps, colour, width)
    }
}

/// A square of dark and light modules, such as a QR code without its quiet zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    side: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// A square of `side` × `side` modules, `dark` row by row from the top left; nothing if the
    /// count does not agree.
    #[must_use]
    pub fn new(side: usize, dark: Vec<bool>) -> Option<Modules> {
        (side > 0 && side <= Modules::MOST && dark.len() == side * side)
            .then_some(Modules { side, dark })
    }

    /// Modules along one side.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// The rows, from the top.
    pub fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks(self.side)
    }

    /// The largest QR code has 177 modules a side (ISO/IEC 18004, version 40).
    const MOST: usize = 177;
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    /// A line of text.
    Text(Text),
    /// A path.
    Path(Path),
    /// The modules of a code, filling the area, which includes no quiet zone.
    Code(Area, Modules),
    /// The sheet's one photograph.
    Photo(Area),
}

/// What a part of the page is, in the words of tagged PDF (ISO 32000-1, 14.8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The whole sheet.
    Document,
    /// Its title.
    Heading,
    /// A field with its label, or a line of prose.
    Paragraph,
    /// A table, and its rows and cells.
    Table,
    /// A row.
    Row,
    /// A cell that heads a column.
    HeadCell,
    /// A cell.
    Cell,
    /// A picture: photograph or code.
    Figure,
    /// A place to sign.
    Form,
}

/// A node of the sheet's reading order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its parent's place in `Sheet::elements`; nothing for the first.
    pub(crate) parent: Option<usize>,
    /// What a screen reader says instead of a picture.
    pub(crate) alternative: Option<String>,
}

/// What a mark is to who reads the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A part of the element at this place in `Sheet::elements`.
    Of(usize),
    /// Decoration.
    Decoration,
    /// What stands at the head of a further page again.
    Header,
    /// What stands at the foot of each page.
    Footer,
}

/// A mark and what it is to who reads the page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// What it is.
    pub(crate) role: Role,
    /// What is drawn.
    pub(crate) mark: Mark,
}

/// A laid-out page, or the part of one that all pages of a template share.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sheet {
    /// Width of the page.
    pub(crate) width: Mm,
    /// Height of the page.
    pub(crate) height: Mm,
    /// Reading order; parents before children.
    pub(crate) elements: Vec<Element>,
    /// Drawing order.
    pub(crate) items: Vec<Item>,
}

impl Sheet {
    /// An empty sheet of this size with its root element.
    pub(crate) fn new(width: Mm, height: Mm) -> Sheet {
        let root = Element {
            kind: Kind::Document,
            parent: None,
            alternative: None,
        };
        Sheet {
            width,
            height,
            elements: vec![root],
            items: Vec::new(),
        }
    }

    /// Adds an element under `parent` and tells its place.
    pub(crate) fn element(&mut self, kind: Kind, parent: usize) -> usize {
        self.elements.push(Element {
            kind,
            parent: Some(parent),
            alternative: None,
        });
        self.elements.len() - 1
    }

    /// Adds a picture's element and tells its place.
    pub(crate) fn figure(&mut self, alternative: &str) -> usize {
        let figure = Element {
            kind: Kind::Figure,
            parent: Some(0),
            alternative: Some(alternative.to_owned()),
        };
        self.elements.push(figure);
        self.elements.len() - 1
    }

    /// Draws something that means something.
    pub(crate) fn draw(&mut self, element: usize, mark: Mark) {
        self.items.push(Item {
            role: Role::Of(element),
            mark,
        });
    }

    /// Draws decoration.
    pub(crate) fn decorate(&mut self, mark: Mark) {
        self.items.push(Item {
            role: Role::Decoration,
            mark,
        });
    }
}
