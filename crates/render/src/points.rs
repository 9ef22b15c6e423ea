//! Marks as points.

use std::rc::Rc;

use canvas::{Blend, Board, Clip, Line, Matrix, Outline, Picture, Rule, Shade, Spent, Work};

use crate::surface::{Polygons, Surface};

/// A board, and what it may still cost.
pub(crate) struct Points {
    pub(crate) board: Board,
    pub(crate) work: Work,
}

impl Surface for Points {
    type Clip = Clip;

    fn take(&mut self, much: usize) -> Result<(), Spent> {
        self.work.take(much)
    }

    fn thinnest(&self) -> f64 {
        1.0
    }

    fn fineness(&self) -> f64 {
        1.0
    }

    fn within(&mut self, clip: &Clip, polygons: &Polygons, rule: Rule) -> Result<Clip, Spent> {
        clip.within(polygons, rule, &mut self.work)
    }

    fn fill(
        &mut self,
        polygons: &Polygons,
        rule: Rule,
        shade: &Shade,
        on: (&Clip, Blend),
    ) -> Result<(), Spent> {
        self.board.fill((polygons, rule), shade, on, &mut self.work)
    }

    fn stroke(
        &mut self,
        outline: &Outline,
        (line, map): (&Line, &Matrix),
        shade: &Shade,
        on: (&Clip, Blend),
    ) -> Result<(), Spent> {
        self.fill(&line.along(outline, map), Rule::NonZero, shade, on)
    }

    fn picture(
        &mut self,
        picture: &Rc<Picture>,
        map: &Matrix,
        opacity: f64,
        on: (&Clip, Blend),
    ) -> Result<(), Spent> {
        self.board
            .picture(picture, map, opacity, on, &mut self.work)
    }
}
