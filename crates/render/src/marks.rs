//! Objects on a surface: each placed, cut, and drawn over what is there.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::rc::Rc;

use canvas::{Blend, Line, Matrix, Outline, Picture, ReadPicture, Rule, Shade, Spent};
use ofd::Area;
use ofd::shown::{self, Drawing, Object, Paint, Path, Showing, Step, Text};

use crate::glyphs::Glyphs;
use crate::omission::Omission;
use crate::stamps::SealMark;
use crate::surface::Surface;

/// Points of one picture.
const MAX_PICTURE: u64 = 24_000_000;
/// Points of all pictures of a page.
const MAX_PICTURES: usize = 48_000_000;
/// Width of the line that makes a regular face bold, in ems, as in our own pages.
const BOLDER: f64 = 0.028;
/// How far a slanted glyph leans.
const LEAN: f64 = 0.2;

/// A page being drawn.
pub(crate) struct Marks<'f, R, S> {
    surface: S,
    showing: &'f mut Showing<R>,
    glyphs: &'f mut Glyphs,
    pictures: BTreeMap<String, Option<Rc<Picture>>>,
    points: usize,
    omissions: Vec<Omission>,
}

/// Where something is drawn.
#[derive(Clone)]
pub(crate) struct Place<C> {
    /// From its space to the surface.
    pub(crate) map: Matrix,
    pub(crate) clip: C,
    pub(crate) opacity: f64,
    pub(crate) blend: Blend,
}

impl<'f, R: Read + Seek, S: Surface> Marks<'f, R, S> {
    pub(crate) fn new(
        surface: S,
        showing: &'f mut Showing<R>,
        glyphs: &'f mut Glyphs,
    ) -> Marks<'f, R, S> {
        Marks {
            surface,
            showing,
            glyphs,
            pictures: BTreeMap::new(),
            points: 0,
            omissions: Vec::new(),
        }
    }

    pub(crate) fn finish(self) -> (S, Vec<Omission>) {
        (self.surface, self.omissions)
    }

    pub(crate) fn objects(
        &mut self,
        objects: &[Object],
        place: &Place<S::Clip>,
    ) -> Result<(), Spent> {
        for object in objects {
            let place = self.placed(object, place)?;
            match &object.drawing {
                Drawing::Text(text) => self.text(text, &place)?,
                Drawing::Path(path) => self.path(path, &place)?,
                Drawing::Picture(id) => self.picture(id, &place)?,
                Drawing::Group(inner) => self.objects(inner, &place)?,
            }
        }
        Ok(())
    }

    /// Where an object is drawn: its boundary cuts, and so do its clips (GB/T 33190-2016, 8.4, 8.5).
    fn placed(&mut self, object: &Object, outer: &Place<S::Clip>) -> Result<Place<S::Clip>, Spent> {
        let corner = object.area.map_or((0.0, 0.0), |area| (area.x, area.y));
        let base = Matrix::shift(corner.0, corner.1).then(&outer.map);
        let map = Matrix(object.matrix).then(&base);
        let mut clip = match &object.area {
            Some(area) => {
                let boundary = [rectangle(area, &outer.map)];
                self.surface.within(&outer.clip, &boundary, Rule::NonZero)?
            }
            None => outer.clip.clone(),
        };
        for shape in &object.clips {
            let under = if shape.own { &map } else { &base };
            let mut polygons = Vec::new();
            for (matrix, path) in &shape.areas {
                let own = Matrix(*matrix).then(under);
                let fineness = own.growth() * self.surface.fineness();
                polygons.extend(outline(path, fineness).polygons(&own));
            }
            let rule = match shape.areas.as_slice() {
                [(_, only)] if only.even_odd => Rule::EvenOdd,
                _ => Rule::NonZero,
            };
            clip = self.surface.within(&clip, &polygons, rule)?;
        }
        Ok(Place {
            map,
            clip,
            opacity: outer.opacity * object.opacity,
            blend: outer.blend,
        })
    }

    fn fill(
        &mut self,
        outline: &Outline,
        rule: Rule,
        paint: &Paint,
        place: &Place<S::Clip>,
    ) -> Result<(), Spent> {
        let shade = shade(paint, place.opacity);
        let on = (&place.clip, place.blend);
        self.surface
            .fill(&outline.polygons(&place.map), rule, &shade, on)
    }

    fn stroke(
        &mut self,
        outline: &Outline,
        (paint, line): (&Paint, &Line),
        place: &Place<S::Clip>,
    ) -> Result<(), Spent> {
        let shade = shade(paint, place.opacity);
        let on = (&place.clip, place.blend);
        self.surface.stroke(outline, (line, &place.map), &shade, on)
    }

    fn path(&mut self, path: &Path, place: &Place<S::Clip>) -> Result<(), Spent> {
        let outline = outline(path, place.map.growth() * self.surface.fineness());
        if let Some(paint) = &path.fill {
            let rule = match path.even_odd {
                true => Rule::EvenOdd,
                false => Rule::NonZero,
            };
            self.fill(&outline, rule, paint, place)?;
        }
        if let Some((paint, line)) = &path.stroke {
            let line = lined(line, &place.map, self.surface.thinnest());
            self.stroke(&outline, (paint, &line), place)?;
        }
        Ok(())
    }

    /// All letters of a text as one shape, each where its pen stands (GB/T 33190-2016, 11).
    fn text(&mut self, text: &Text, place: &Place<S::Clip>) -> Result<(), Spent> {
        let Some(font) = self.glyphs.font(self.showing, &text.font) else {
            let what = shown::Unread::Resource(text.font.clone());
            let object = String::new();
            self.omissions
                .push(Omission::Unread(shown::Gap { object, what }));
            return Ok(());
        };
        self.omissions.extend(font.missing.clone());
        let lean = if text.italic && !font.italic {
            LEAN
        } else {
            0.0
        };
        let (sin, cos) = text.turn.to_radians().sin_cos();
        let mut outline = Outline::new(1.0);
        let mut corners = 0;
        for letter in &text.letters {
            let Some((typeface, glyph)) = self.glyphs.glyph(&font, letter) else {
                if !letter.character.is_whitespace() {
                    self.omissions.push(Omission::Character(letter.character));
                }
                continue;
            };
            // From ems upwards: slanted, as large as it is, turned about the pen.
            let map = Matrix([1.0, 0.0, lean, 1.0, 0.0, 0.0])
                .then(&Matrix::scale(text.size * text.stretch, -text.size))
                .then(&Matrix([cos, sin, -sin, cos, letter.at.0, letter.at.1]));
            for contour in typeface.contours(glyph) {
                corners += contour.len();
                let mut places = contour.into_iter().map(|at| map.place(at));
                places.next().into_iter().for_each(|at| outline.begin(at));
                places.for_each(|at| outline.line(at));
                outline.close();
            }
        }
        self.surface.take(corners)?;
        if let Some(paint) = &text.fill {
            self.fill(&outline, Rule::NonZero, paint, place)?;
            if text.weight >= 600 && !font.bold {
                let line = Line::plain(text.size * BOLDER);
                self.stroke(&outline, (paint, &line), place)?;
            }
        }
        if let Some((paint, line)) = &text.stroke {
            let line = lined(line, &place.map, self.surface.thinnest());
            self.stroke(&outline, (paint, &line), place)?;
        }
        Ok(())
    }

    fn picture(&mut self, id: &str, place: &Place<S::Clip>) -> Result<(), Spent> {
        let picture = match self.pictures.get(id) {
            Some(known) => known.clone(),
            None => {
                let decoded = self.decoded(id)?;
                self.pictures.insert(id.to_owned(), decoded.clone());
                decoded
            }
        };
        let Some(picture) = picture else {
            return Ok(());
        };
        let on = (&place.clip, place.blend);
        self.surface
            .picture(&picture, &place.map, place.opacity, on)
    }

    fn decoded(&mut self, id: &str) -> Result<Option<Rc<Picture>>, Spent> {
        let Some(path) = self.showing.picture(id).map(str::to_owned) else {
            return Ok(None);
        };
        let octets = match self.showing.octets(&path) {
            Ok(octets) => octets,
            Err(fault) => {
                self.omissions.push(Omission::Part(path, fault));
                return Ok(None);
            }
        };
        let picture = Picture::decode(&octets, MAX_PICTURE).and_then(|picture| {
            let (across, down) = picture.size();
            self.points = self.points.saturating_add(across.saturating_mul(down));
            match self.points > MAX_PICTURES {
                true => Err(ReadPicture::Large),
                false => Ok(picture),
            }
        });
        match picture {
            Ok(picture) => {
                let (across, down) = picture.size();
                self.surface.take(across.saturating_mul(down))?;
                Ok(Some(Rc::new(picture)))
            }
            Err(fault) => {
                self.omissions.push(Omission::Picture(path, fault));
                Ok(None)
            }
        }
    }

    /// A seal's picture, stretched to its boundary. It darkens what it stands on, as in our PDF: text under a seal stays
    /// readable (looks 1), and no seal hides what was signed.
    pub(crate) fn seal(&mut self, seal: &SealMark, page: &Place<S::Clip>) -> Result<(), Spent> {
        let picture = match Picture::of_seal(&seal.image.octets) {
            Ok(picture) => picture,
            Err(ReadPicture::Format) => {
                let (signature, format) = (seal.signature.clone(), seal.image.format.clone());
                self.omissions
                    .push(Omission::SealPicture(signature, format));
                return Ok(());
            }
            Err(_) => {
                self.omissions.push(Omission::Seal(seal.signature.clone()));
                return Ok(());
            }
        };
        let (across, down) = picture.size();
        self.surface.take(across.saturating_mul(down))?;
        let area = &seal.area;
        let shown = area.cut(seal.clip);
        let cut = [rectangle(&shown, &page.map)];
        let clip = self.surface.within(&page.clip, &cut, Rule::NonZero)?;
        let map = Matrix([area.width, 0.0, 0.0, area.height, area.x, area.y]).then(&page.map);
        let on = (&clip, Blend::Darken);
        self.surface.picture(&Rc::new(picture), &map, 1.0, on)
    }
}

fn rectangle(area: &Area, map: &Matrix) -> Vec<(f64, f64)> {
    let (right, bottom) = (area.x + area.width, area.y + area.height);
    let corners = [
        (area.x, area.y),
        (right, area.y),
        (right, bottom),
        (area.x, bottom),
    ];
    corners.into_iter().map(|at| map.place(at)).collect()
}

/// The outline of a path whose space is magnified this much.
fn outline(path: &Path, fineness: f64) -> Outline {
    let mut outline = Outline::new(fineness);
    for step in &path.steps {
        match *step {
            Step::Move(to) => outline.begin(to),
            Step::Line(to) => outline.line(to),
            Step::Bend(middle, to) => outline.bend(middle, to),
            Step::Curve(first, second, to) => outline.curve(first, second, to),
            Step::Close => outline.close(),
        }
    }
    outline
}

fn shade(paint: &Paint, opacity: f64) -> Shade {
    Shade {
        colour: paint.colour,
        opacity: paint.opacity * opacity,
    }
}

/// A line as it is drawn: one without width is as thin as the surface has it.
fn lined(line: &shown::Line, map: &Matrix, thinnest: f64) -> Line {
    let thin = thinnest / map.growth().max(1e-6);
    Line {
        width: if line.width > 0.0 { line.width } else { thin },
        join: match line.join {
            shown::Join::Miter => canvas::Join::Miter,
            shown::Join::Round => canvas::Join::Round,
            shown::Join::Bevel => canvas::Join::Bevel,
        },
        cap: match line.cap {
            shown::Cap::Butt => canvas::Cap::Butt,
            shown::Cap::Round => canvas::Cap::Round,
            shown::Cap::Square => canvas::Cap::Square,
        },
        miter: line.miter,
        dashes: line.dashes.clone(),
        offset: line.offset,
    }
}
