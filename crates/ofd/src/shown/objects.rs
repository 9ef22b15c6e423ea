//! Objects of layers, blocks and composite units, with what they are drawn with (GB/T 33190-2016, 8 to 13).

use super::colour::{Paint, paint, visible};
use super::path::{Path, steps};
use super::resources::Resources;
use super::text::{Text, letters};
use super::values::{IDENTITY, attribute, boundary, flag, matrix, numbers};
use super::{Cap, Clip, Drawing, Gap, Join, Line, Object, Unread};
use xml::Element;

/// Objects of one page.
pub(crate) const MAX_OBJECTS: usize = 100_000;
/// Steps of all paths of one page.
pub(crate) const MAX_STEPS: usize = 1_000_000;
/// Characters of one page.
pub(crate) const MAX_LETTERS: usize = 200_000;
/// Blocks and composite units within each other, and drawing parameters that lead to each other.
pub(crate) const MAX_NESTED: usize = 16;
/// Gaps of one page that are told.
pub(crate) const MAX_GAPS: usize = 200;
/// Lengths of a pattern of dashes.
const MAX_DASHES: usize = 64;

/// What is read of a page so far.
pub(super) struct Objects<'r> {
    resources: &'r Resources,
    gaps: Vec<Gap>,
    objects: usize,
    steps: usize,
    letters: usize,
}

impl<'r> Objects<'r> {
    pub(super) fn new(resources: &'r Resources) -> Objects<'r> {
        Objects {
            resources,
            gaps: Vec::new(),
            objects: 0,
            steps: 0,
            letters: 0,
        }
    }

    pub(super) fn gaps(mut self) -> Vec<Gap> {
        self.gaps.truncate(MAX_GAPS);
        self.gaps
    }

    pub(super) fn gap(&mut self, object: &str, what: Unread) {
        if self.gaps.len() < MAX_GAPS {
            let object = object.to_owned();
            self.gaps.push(Gap { object, what });
        }
    }

    /// The objects of a page's or template's layers: those behind, of the body, and in front, each in their order.
    pub(super) fn layers(&mut self, tree: &Element) -> Vec<Object> {
        let layers: Vec<&Element> = tree
            .all("Content")
            .flat_map(|all| all.all("Layer"))
            .collect();
        let kind = |layer: &Element| match layer.attribute("Type") {
            Some("Background") => 0,
            Some("Foreground") => 2,
            _ => 1,
        };
        let mut drawn = Vec::new();
        for order in 0..3 {
            for layer in layers.iter().filter(|layer| kind(layer) == order) {
                let parameters = layer.attribute("DrawParam");
                drawn.extend(self.block(layer, parameters, 0));
            }
        }
        drawn
    }

    /// The objects that an element holds.
    pub(super) fn block(
        &mut self,
        holder: &Element,
        base: Option<&str>,
        depth: usize,
    ) -> Vec<Object> {
        let mut drawn = Vec::new();
        for element in &holder.children {
            let id = element.attribute("ID").unwrap_or_default().to_owned();
            self.objects += 1;
            if self.objects > MAX_OBJECTS {
                if self.objects == MAX_OBJECTS + 1 {
                    self.gap(&id, Unread::TooMany(MAX_OBJECTS, "objects"));
                }
                break;
            }
            if depth > MAX_NESTED {
                self.gap(&id, Unread::TooMany(MAX_NESTED, "blocks within each other"));
                break;
            }
            if !visible(element) {
                continue;
            }
            match self.object(element, &id, base, depth) {
                Ok(object) => drawn.extend(object),
                Err(what) => self.gap(&id, what),
            }
        }
        drawn
    }

    fn object(
        &mut self,
        element: &Element,
        id: &str,
        base: Option<&str>,
        depth: usize,
    ) -> Result<Option<Object>, Unread> {
        let drawing = match element.local() {
            "PageBlock" => {
                let inner = self.block(element, base, depth + 1);
                return Ok(Some(held(id, inner)));
            }
            "TextObject" => Drawing::Text(self.text(element, id, base)?),
            "PathObject" => Drawing::Path(self.path(element, id, base)?),
            "ImageObject" => {
                let resource = element
                    .attribute("ResourceID")
                    .ok_or(Unread::Value("ResourceID"))?;
                if !self.resources.pictures.contains_key(resource) {
                    return Err(Unread::Resource(resource.to_owned()));
                }
                if element.attribute("ImageMask").is_some() {
                    self.gap(id, Unread::Mask);
                }
                if element.all("Border").next().is_some() {
                    self.gap(id, Unread::Border);
                }
                Drawing::Picture(resource.to_owned())
            }
            "CompositeObject" => {
                let resource = element
                    .attribute("ResourceID")
                    .ok_or(Unread::Value("ResourceID"))?;
                let resources = self.resources;
                let unit = resources.units.get(resource);
                let unit = unit.ok_or_else(|| Unread::Resource(resource.to_owned()))?;
                let mut inner = Vec::new();
                for content in unit.all("Content") {
                    inner.extend(self.block(content, base, depth + 1));
                }
                Drawing::Group(inner)
            }
            other => return Err(Unread::Element(other.to_owned())),
        };
        let opacity = attribute(element, "Alpha").map_err(|()| Unread::Value("Alpha"))?;
        Ok(Some(Object {
            id: id.to_owned(),
            area: Some(boundary(element).ok_or(Unread::Value("Boundary"))?),
            matrix: matrix(element).ok_or(Unread::Value("CTM"))?,
            opacity: opacity.unwrap_or(255.0).clamp(0.0, 255.0) / 255.0,
            clips: self.clips(element, id)?,
            drawing,
        }))
    }

    fn text(&mut self, element: &Element, id: &str, base: Option<&str>) -> Result<Text, Unread> {
        let said = |name| attribute(element, name).map_err(|()| Unread::Value(name));
        let font = element.attribute("Font").ok_or(Unread::Value("Font"))?;
        let size = said("Size")?.filter(|size| *size > 0.0);
        let degrees = |name| {
            element
                .attribute(name)
                .and_then(|text| text.parse::<i32>().ok())
        };
        if let Some(direction) = degrees("ReadDirection").filter(|direction| *direction != 0) {
            self.gap(id, Unread::Direction(direction));
        }
        let left = MAX_LETTERS.saturating_sub(self.letters);
        let mut gaps = Vec::new();
        let letters = letters(element, id, left, &mut gaps);
        gaps.into_iter()
            .for_each(|gap| self.gap(&gap.object, gap.what));
        self.letters += letters.len();
        let (fill, stroke) = self.pens(element, base, Some(Paint::BLACK));
        let weight = element
            .attribute("Weight")
            .and_then(|text| text.parse().ok());
        Ok(Text {
            font: font.to_owned(),
            size: size.ok_or(Unread::Value("Size"))?,
            stretch: said("HScale")?.unwrap_or(1.0),
            weight: weight.unwrap_or(400),
            italic: flag(element, "Italic", false),
            turn: f64::from(degrees("CharDirection").unwrap_or(0)),
            fill: self.chosen(element, "Fill", true, id, fill),
            stroke: self.chosen(element, "Stroke", false, id, stroke),
            letters,
        })
    }

    fn path(&mut self, element: &Element, id: &str, base: Option<&str>) -> Result<Path, Unread> {
        let (fill, stroke) = self.pens(element, base, None);
        Ok(Path {
            fill: self.chosen(element, "Fill", false, id, fill),
            stroke: self.chosen(element, "Stroke", true, id, stroke),
            ..self.outline(element)?
        })
    }

    fn outline(&mut self, element: &Element) -> Result<Path, Unread> {
        let data = element.text_of("AbbreviatedData").ok().flatten();
        let data = data.ok_or(Unread::Value("AbbreviatedData"))?;
        let left = MAX_STEPS.saturating_sub(self.steps);
        let steps = steps(data, left).ok_or(Unread::Value("AbbreviatedData"))?;
        self.steps += steps.len();
        if steps.len() > left {
            return Err(Unread::TooMany(MAX_STEPS, "steps of paths"));
        }
        Ok(Path {
            steps,
            even_odd: element.attribute("Rule") == Some("Even-Odd"),
            fill: None,
            stroke: None,
        })
    }

    /// What is asked for of what there is to draw with; what cannot be read is a gap.
    fn chosen<T>(
        &mut self,
        element: &Element,
        name: &'static str,
        default: bool,
        id: &str,
        pen: Result<Option<T>, Unread>,
    ) -> Option<T> {
        if !flag(element, name, default) {
            return None;
        }
        pen.unwrap_or_else(|what| {
            self.gap(id, what);
            None
        })
    }

    /// Inside and line of an object: its own, else those of its drawing parameters, else those of the layer's
    /// (GB/T 33190-2016, 8.2).
    fn pens(&self, element: &Element, base: Option<&str>, fill: Option<Paint>) -> Pens {
        let mut chain = vec![element];
        for first in [element.attribute("DrawParam"), base] {
            let mut next = first;
            for _ in 0..MAX_NESTED {
                let Some(one) = next.and_then(|id| self.resources.parameters.get(id)) else {
                    break;
                };
                chain.push(one);
                next = one.attribute("Relative");
            }
        }
        let colour = |name, default| {
            let found = chain.iter().find_map(|one| one.all(name).next());
            found.map_or(Ok(default), |one| paint(one, self.resources).map(Some))
        };
        let line = line(&chain);
        let stroke = colour("StrokeColor", Some(Paint::BLACK));
        (
            colour("FillColor", fill),
            stroke.and_then(|paint| Ok(paint.zip(Some(line?)))),
        )
    }

    // GB/T 33190-2016, 8.4: Clips.
    fn clips(&mut self, element: &Element, id: &str) -> Result<Vec<Clip>, Unread> {
        let mut clips = Vec::new();
        for list in element.all("Clips") {
            let own = flag(list, "TransFlag", true);
            for clip in list.all("Clip").take(MAX_NESTED) {
                let mut areas = Vec::new();
                for area in clip.all("Area") {
                    let outer = matrix(area).ok_or(Unread::Value("CTM"))?;
                    for shape in &area.children {
                        if shape.local() != "Path" {
                            self.gap(id, Unread::ClipText);
                            continue;
                        }
                        let inner = matrix(shape).ok_or(Unread::Value("CTM"))?;
                        let corner = boundary(shape).map_or((0.0, 0.0), |area| (area.x, area.y));
                        let inner = joined(&moved(&inner, corner), &outer);
                        areas.push((inner, self.outline(shape)?));
                    }
                }
                if !areas.is_empty() {
                    clips.push(Clip { areas, own });
                }
            }
        }
        Ok(clips)
    }
}

type Pens = (
    Result<Option<Paint>, Unread>,
    Result<Option<(Paint, Line)>, Unread>,
);

fn line(chain: &[&Element]) -> Result<Line, Unread> {
    let said = |name| chain.iter().find_map(|one| one.attribute(name));
    let length = |name, default| match said(name) {
        None => Ok(default),
        Some(text) => super::values::number(text).ok_or(Unread::Value(name)),
    };
    let dashes = match said("DashPattern") {
        None => Vec::new(),
        Some(text) => numbers(text).ok_or(Unread::Value("DashPattern"))?,
    };
    Ok(Line {
        width: length("LineWidth", 0.353)?.max(0.0),
        join: match said("Join") {
            Some("Round") => Join::Round,
            Some("Bevel") => Join::Bevel,
            _ => Join::Miter,
        },
        cap: match said("Cap") {
            Some("Round") => Cap::Round,
            Some("Square") => Cap::Square,
            _ => Cap::Butt,
        },
        miter: length("MiterLimit", 3.528)?,
        dashes: dashes.into_iter().take(MAX_DASHES).collect(),
        offset: length("DashOffset", 0.0)?,
    })
}

/// Objects that lie where their holder does.
pub(super) fn held(id: &str, objects: Vec<Object>) -> Object {
    Object {
        id: id.to_owned(),
        area: None,
        matrix: IDENTITY,
        opacity: 1.0,
        clips: Vec::new(),
        drawing: Drawing::Group(objects),
    }
}

/// A map and then a shift.
fn moved(map: &[f64; 6], (x, y): (f64, f64)) -> [f64; 6] {
    let [a, b, c, d, e, f] = *map;
    [a, b, c, d, e + x, f + y]
}

/// A map and then another.
fn joined(map: &[f64; 6], outer: &[f64; 6]) -> [f64; 6] {
    let ([a, b, c, d, e, f], [oa, ob, oc, od, oe, of]) = (*map, *outer);
    [
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        e * oa + f * oc + oe,
        e * ob + f * od + of,
    ]
}
