//! What marks are put on: points, or a drawing.

use std::rc::Rc;

use canvas::{Blend, Line, Matrix, Outline, Picture, Rule, Shade, Spent};

/// Corners on a surface.
pub(crate) type Polygons = [Vec<(f64, f64)>];

/// What marks are put on. Each costs work, and nothing is drawn once that is spent.
pub(crate) trait Surface {
    /// What of it may be drawn on.
    type Clip: Clone;

    /// Takes from the work.
    fn take(&mut self, much: usize) -> Result<(), Spent>;

    /// How wide a line without width is.
    fn thinnest(&self) -> f64;

    /// How finely curves are cut, in pieces of a curve of one unit.
    fn fineness(&self) -> f64;

    /// What lies in a clip and in the polygons.
    fn within(
        &mut self,
        clip: &Self::Clip,
        polygons: &Polygons,
        rule: Rule,
    ) -> Result<Self::Clip, Spent>;

    /// Fills polygons.
    fn fill(
        &mut self,
        polygons: &Polygons,
        rule: Rule,
        shade: &Shade,
        on: (&Self::Clip, Blend),
    ) -> Result<(), Spent>;

    /// Draws a line along an outline, in whose units it is.
    fn stroke(
        &mut self,
        outline: &Outline,
        line: (&Line, &Matrix),
        shade: &Shade,
        on: (&Self::Clip, Blend),
    ) -> Result<(), Spent>;

    /// Draws a picture into the square of side 1 that the map puts there.
    fn picture(
        &mut self,
        picture: &Rc<Picture>,
        map: &Matrix,
        opacity: f64,
        on: (&Self::Clip, Blend),
    ) -> Result<(), Spent>;
}
