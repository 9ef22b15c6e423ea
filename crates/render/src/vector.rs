//! Marks as a drawing (SVG 1.1): whole numbers, colours and re-encoded pictures, and nothing else of the file, so that no
//! text of it, script or address can come through.

use std::fmt::Write as _;
use std::rc::Rc;

use canvas::{Blend, Cap, Join, Line, Matrix, Outline, Picture, Rule, Shade, Spent, Work};

use crate::address::data_address;
use crate::surface::{Polygons, Surface};

/// Units of a millimetre: 10 micrometres each, as fine as 2,540 points an inch.
pub(crate) const UNITS: f64 = 100.0;
/// How wide a line without width is: a tenth of a millimetre.
const THIN: f64 = UNITS / 10.0;
/// T-I3: octets of a drawing.
const MAX_DRAWING: usize = 8 * 1024 * 1024;
/// What lies further out than a page can is drawn there.
const FAR: f64 = 1e7;

/// A drawing that grows.
pub(crate) struct Vector {
    text: String,
    work: Work,
    clips: usize,
    pictures: Vec<Rc<Picture>>,
    /// The rectangle that was cut by last, and its clip.
    last: Option<(Cut, usize)>,
}

/// What may be drawn on: what lies in an upright rectangle, and in a clip of this number.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Cut {
    area: Bounds,
    shape: Option<usize>,
}

/// An upright rectangle.
#[derive(Clone, Copy, PartialEq)]
struct Bounds {
    low: (f64, f64),
    high: (f64, f64),
}

impl Vector {
    /// White paper of this size in units.
    pub(crate) fn white((width, height): (f64, f64), work: Work) -> (Vector, Cut) {
        let (across, down) = (width / UNITS, height / UNITS);
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{across:.2}mm\" \
             height=\"{down:.2}mm\" viewBox=\"0 0 {width:.0} {height:.0}\"><path fill=\"#fff\" d=\"M0 0h{width:.0}v{height:.0}H0z\"/>\n"
        );
        let vector = Vector {
            text,
            work,
            clips: 0,
            pictures: Vec::new(),
            last: None,
        };
        let area = Bounds {
            low: (0.0, 0.0),
            high: (width, height),
        };
        (vector, Cut { area, shape: None })
    }

    /// The drawing; one that was too much is closed where it ends.
    pub(crate) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    /// Writes; a string takes whatever is written.
    fn write(&mut self, parts: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(parts);
    }

    /// Whether there is room for `more` octets.
    fn room(&self, more: usize) -> Result<(), Spent> {
        match self.text.len().saturating_add(more) > MAX_DRAWING {
            true => Err(Spent),
            false => Ok(()),
        }
    }

    /// The data of a path: each contour from its first corner, in steps.
    fn contours<'p>(
        &mut self,
        contours: impl Iterator<Item = (&'p [(f64, f64)], bool)>,
    ) -> Result<(), Spent> {
        for (corners, closed) in contours {
            self.work.take(corners.len())?;
            // A step has at most 18 octets.
            self.room(corners.len().saturating_mul(18))?;
            let mut corners = corners.iter().map(|at| (unit(at.0), unit(at.1)));
            let Some((mut x, mut y)) = corners.next() else {
                continue;
            };
            self.write(format_args!("M{x} {y}l"));
            let begin = self.text.len();
            for (to_x, to_y) in corners {
                if (to_x, to_y) != (x, y) {
                    self.write(format_args!("{} {} ", to_x - x, to_y - y));
                    (x, y) = (to_x, to_y);
                }
            }
            // A line without length shows its caps.
            if self.text.len() == begin {
                self.text.push_str("0 0");
            }
            if closed {
                self.text.push('z');
            }
        }
        Ok(())
    }

    fn polygons(&mut self, polygons: &Polygons) -> Result<(), Spent> {
        self.contours(polygons.iter().map(|one| (one.as_slice(), true)))
    }

    /// The number of the clip that leaves of a mark within `bounds` what may be seen, if it cuts at all; nothing if
    /// nothing may.
    fn clip(&mut self, cut: &Cut, bounds: &Bounds) -> Option<Option<usize>> {
        if !cut.area.meets(bounds) {
            return None;
        }
        if cut.area.holds(bounds) {
            return Some(cut.shape);
        }
        if let Some((known, clip)) = self.last
            && known == *cut
        {
            return Some(Some(clip));
        }
        let Bounds { low, high } = cut.area;
        let corners = vec![low, (high.0, low.1), high, (low.0, high.1)];
        let clip = self.cut(&[corners], Rule::NonZero, cut.shape).ok()?;
        self.last = Some((*cut, clip));
        Some(Some(clip))
    }

    /// A clip of these polygons within that of another number: its number.
    fn cut(
        &mut self,
        polygons: &Polygons,
        rule: Rule,
        within: Option<usize>,
    ) -> Result<usize, Spent> {
        self.room(120)?;
        self.clips += 1;
        let clip = self.clips;
        self.write(format_args!("<clipPath id=\"c{clip}\""));
        self.clipped(within);
        self.text.push_str("><path");
        if rule == Rule::EvenOdd {
            self.text.push_str(" clip-rule=\"evenodd\"");
        }
        self.text.push_str(" d=\"");
        let done = self.polygons(polygons);
        self.text.push_str("\"/></clipPath>\n");
        done.map(|()| clip)
    }

    fn clipped(&mut self, clip: Option<usize>) {
        if let Some(clip) = clip {
            self.write(format_args!(" clip-path=\"url(#c{clip})\""));
        }
    }

    fn blended(&mut self, blend: Blend) {
        if blend == Blend::Darken {
            self.text.push_str(" style=\"mix-blend-mode:multiply\"");
        }
    }

    /// The colour of what is filled or drawn along, by the name of the attribute.
    fn shaded(&mut self, name: &str, shade: &Shade) {
        let [red, green, blue] = shade.colour;
        self.write(format_args!(" {name}=\"#{red:02x}{green:02x}{blue:02x}\""));
        if shade.opacity < 1.0 {
            let opacity = shade.opacity.max(0.0);
            self.write(format_args!(" {name}-opacity=\"{opacity:.3}\""));
        }
    }

    /// How a line is drawn, its lengths grown.
    fn lined(&mut self, line: &Line, growth: f64) {
        let width = line.width * growth;
        self.write(format_args!(" stroke-width=\"{width:.1}\""));
        match line.join {
            Join::Miter => {
                let limit = line.miter.max(1.0);
                self.write(format_args!(" stroke-miterlimit=\"{limit:.2}\""));
            }
            Join::Round => self.text.push_str(" stroke-linejoin=\"round\""),
            Join::Bevel => self.text.push_str(" stroke-linejoin=\"bevel\""),
        }
        match line.cap {
            Cap::Butt => {}
            Cap::Round => self.text.push_str(" stroke-linecap=\"round\""),
            Cap::Square => self.text.push_str(" stroke-linecap=\"square\""),
        }
        if !line.dashes.is_empty() {
            self.text.push_str(" stroke-dasharray=\"");
            for dash in &line.dashes {
                let dash = dash * growth;
                self.write(format_args!("{dash:.1} "));
            }
            let offset = line.offset * growth;
            self.write(format_args!("\" stroke-dashoffset=\"{offset:.1}\""));
        }
    }

    /// The number of a picture, which stands in the drawing once.
    fn pictured(&mut self, picture: &Rc<Picture>) -> Result<usize, Spent> {
        let known = self
            .pictures
            .iter()
            .position(|one| Rc::ptr_eq(one, picture));
        if let Some(known) = known {
            return Ok(known);
        }
        let address = data_address("image/png", &picture.png());
        self.room(address.len())?;
        let number = self.pictures.len();
        self.write(format_args!(
            "<defs><image id=\"p{number}\" width=\"1\" height=\"1\" preserveAspectRatio=\"none\" xlink:href=\"{address}\"/></defs>\n"
        ));
        self.pictures.push(Rc::clone(picture));
        Ok(number)
    }
}

impl Surface for Vector {
    type Clip = Cut;

    fn take(&mut self, much: usize) -> Result<(), Spent> {
        self.work.take(much)
    }

    fn thinnest(&self) -> f64 {
        THIN
    }

    /// Chords leave a curve by less than half a unit: an arc of a centimetre has two dozen.
    fn fineness(&self) -> f64 {
        0.25
    }

    fn within(&mut self, clip: &Cut, polygons: &Polygons, rule: Rule) -> Result<Cut, Spent> {
        let area = clip.area.and(&Bounds::of(polygons.iter().flatten()));
        let shape = match polygons {
            [one] if is_upright(one) => clip.shape,
            _ => Some(self.cut(polygons, rule, clip.shape)?),
        };
        Ok(Cut { area, shape })
    }

    fn fill(
        &mut self,
        polygons: &Polygons,
        rule: Rule,
        shade: &Shade,
        (cut, blend): (&Cut, Blend),
    ) -> Result<(), Spent> {
        self.room(400)?;
        let bounds = Bounds::of(polygons.iter().flatten());
        let Some(clip) = self.clip(cut, &bounds) else {
            return Ok(());
        };
        self.text.push_str("<path");
        self.shaded("fill", shade);
        if rule == Rule::EvenOdd {
            self.text.push_str(" fill-rule=\"evenodd\"");
        }
        self.clipped(clip);
        self.blended(blend);
        self.text.push_str(" d=\"");
        let done = self.polygons(polygons);
        self.text.push_str("\"/>\n");
        done
    }

    fn stroke(
        &mut self,
        outline: &Outline,
        (line, map): (&Line, &Matrix),
        shade: &Shade,
        (cut, blend): (&Cut, Blend),
    ) -> Result<(), Spent> {
        self.room(4000)?;
        if !keeps_shapes(map) || !is_plain(line) {
            return self.fill(
                &line.along(outline, map),
                Rule::NonZero,
                shade,
                (cut, blend),
            );
        }
        let growth = map.growth();
        let lines = outline.polygons(map);
        let reach = line.width * growth * line.miter.max(1.5) / 2.0;
        let bounds = Bounds::of(lines.iter().flatten()).wider(reach);
        let Some(clip) = self.clip(cut, &bounds) else {
            return Ok(());
        };
        self.text.push_str("<path fill=\"none\"");
        self.shaded("stroke", shade);
        self.lined(line, growth);
        self.clipped(clip);
        self.blended(blend);
        self.text.push_str(" d=\"");
        let closed = outline.contours().iter().map(|one| one.closed);
        let done = self.contours(lines.iter().map(Vec::as_slice).zip(closed));
        self.text.push_str("\"/>\n");
        done
    }

    fn picture(
        &mut self,
        picture: &Rc<Picture>,
        map: &Matrix,
        opacity: f64,
        (cut, blend): (&Cut, Blend),
    ) -> Result<(), Spent> {
        self.room(400)?;
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|at| map.place(at));
        let bounds = Bounds::of(corners.iter());
        let far = map
            .0
            .iter()
            .any(|part| !part.is_finite() || part.abs() > FAR);
        let Some(clip) = self.clip(cut, &bounds).filter(|_| !far) else {
            return Ok(());
        };
        let number = self.pictured(picture)?;
        let [a, b, c, d, e, f] = map.0;
        self.text.push_str("<g");
        self.clipped(clip);
        self.blended(blend);
        if opacity < 1.0 {
            let opacity = opacity.max(0.0);
            self.write(format_args!(" opacity=\"{opacity:.3}\""));
        }
        self.write(format_args!(
            "><use xlink:href=\"#p{number}\" transform=\"matrix({a:.3} {b:.3} {c:.3} {d:.3} {e:.1} {f:.1})\"/></g>\n"
        ));
        Ok(())
    }
}

impl Bounds {
    fn of<'p>(places: impl Iterator<Item = &'p (f64, f64)>) -> Bounds {
        let none = Bounds {
            low: (f64::MAX, f64::MAX),
            high: (f64::MIN, f64::MIN),
        };
        places.fold(none, |all, at| Bounds {
            low: (all.low.0.min(at.0), all.low.1.min(at.1)),
            high: (all.high.0.max(at.0), all.high.1.max(at.1)),
        })
    }

    fn and(&self, other: &Bounds) -> Bounds {
        Bounds {
            low: (self.low.0.max(other.low.0), self.low.1.max(other.low.1)),
            high: (self.high.0.min(other.high.0), self.high.1.min(other.high.1)),
        }
    }

    fn wider(&self, by: f64) -> Bounds {
        Bounds {
            low: (self.low.0 - by, self.low.1 - by),
            high: (self.high.0 + by, self.high.1 + by),
        }
    }

    fn meets(&self, other: &Bounds) -> bool {
        let both = self.and(other);
        both.low.0 <= both.high.0 && both.low.1 <= both.high.1
    }

    fn holds(&self, other: &Bounds) -> bool {
        self.and(other) == *other
    }
}

/// Whether four corners are those of a rectangle with upright sides.
fn is_upright(corners: &[(f64, f64)]) -> bool {
    let [a, b, c, d] = corners else {
        return false;
    };
    let along = a.1 == b.1 && b.0 == c.0 && c.1 == d.1 && d.0 == a.0;
    let turned = a.0 == b.0 && b.1 == c.1 && c.0 == d.0 && d.1 == a.1;
    along || turned
}

/// Whether a map turns, shifts and scales alike in all directions: then a line is as wide everywhere.
fn keeps_shapes(map: &Matrix) -> bool {
    let [a, b, c, d, _, _] = map.0;
    let (one, other) = (a.hypot(b), c.hypot(d));
    (one - other).abs() <= 1e-6 * one.max(other) && (a * c + b * d).abs() <= 1e-6 * one * other
}

/// Whether a line's lengths are such as the drawing can tell.
fn is_plain(line: &Line) -> bool {
    let mut lengths = line.dashes.iter().chain([&line.width]);
    lengths.all(|length| (0.0..FAR).contains(length))
        && line.miter.is_finite()
        && line.offset.is_finite()
}

/// A length in whole units; what is no number is none.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to what it holds, and casts of floats saturate"
)]
fn unit(length: f64) -> i32 {
    length.clamp(-FAR, FAR).round() as i32
}
