//! A file whose pages are drawn, one at a time.

use std::io::{Read, Seek};

use canvas::{Blend, Board, Clip, Matrix, Work};
use ofd::shown::{Leaf, Showing};

use crate::drawn::{Drawing, Drawn, MAX_POINTS, Seals, Settings};
use crate::glyphs::Glyphs;
use crate::marks::{Marks, Place};
use crate::omission::{DrawPage, Omission};
use crate::points::Points;
use crate::stamps::stamps;
use crate::surface::Surface;
use crate::vector::{UNITS, Vector};

/// Omissions of one page that are told.
const MAX_TOLD: usize = 300;
/// Millimetres of the side of a page that is drawn without points: A0 has 1,189.
const MAX_SIDE: f64 = 5_000.0;

/// A finished file.
#[derive(Debug)]
pub struct File<R> {
    showing: Showing<R>,
    glyphs: Glyphs,
}

impl<R: Read + Seek> File<R> {
    /// Reads what a file has, and none of its pages yet.
    ///
    /// # Errors
    /// `Read` for a file that is no OFD that is read here.
    pub fn open(reader: R) -> Result<File<R>, DrawPage> {
        Ok(File {
            showing: Showing::open(reader)?,
            glyphs: Glyphs::new()?,
        })
    }

    /// How many pages it has.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.showing.body().map_or(0, |body| body.pages.len())
    }

    /// The page at this place, from 0.
    ///
    /// # Errors
    /// `NoSuchPage`, `Size`. What of the page is damaged or too much is an omission and not an error.
    pub fn draw(&mut self, place: usize, settings: &Settings) -> Result<Drawn, DrawPage> {
        let leaf = self.showing.page(place).ok_or(DrawPage::NoSuchPage)?;
        let scale = settings.resolution / 25.4;
        let size = [leaf.area.width, leaf.area.height].map(|side| (side * scale).round());
        let [width, height] = size;
        let drawable = width >= 1.0 && height >= 1.0 && width * height <= MAX_POINTS;
        if !drawable || settings.resolution <= 0.0 {
            return Err(DrawPage::Size(width, height));
        }
        let [across, down] = size.map(whole);
        let points = Points {
            board: Board::white(across, down),
            work: Work(settings.work),
        };
        let on = (points, Clip::board(across, down), scale);
        let (points, omissions) = self.put(leaf, on, settings.seals);
        Ok(Drawn {
            board: points.board,
            resolution: settings.resolution,
            omissions,
        })
    }

    /// The page at this place, from 0, as a drawing; of the settings, the resolution is nothing to it.
    ///
    /// # Errors
    /// `NoSuchPage`, `Size`, as [`File::draw`].
    pub fn vector(&mut self, place: usize, settings: &Settings) -> Result<Drawing, DrawPage> {
        let leaf = self.showing.page(place).ok_or(DrawPage::NoSuchPage)?;
        let (width, height) = (leaf.area.width, leaf.area.height);
        if !(1.0..=MAX_SIDE).contains(&width) || !(1.0..=MAX_SIDE).contains(&height) {
            return Err(DrawPage::Size(width, height));
        }
        let size = (width * UNITS, height * UNITS);
        let (vector, cut) = Vector::white(size, Work(settings.work));
        let (vector, omissions) = self.put(leaf, (vector, cut, UNITS), settings.seals);
        Ok(Drawing {
            svg: vector.finish(),
            size: (width, height),
            omissions,
        })
    }

    /// What a page shows on a surface, of which so many units are a millimetre; and what is not shown, each once.
    fn put<S: Surface>(
        &mut self,
        leaf: Leaf,
        (surface, clip, scale): (S, S::Clip, f64),
        seals: Seals,
    ) -> (S, Vec<Omission>) {
        let mut omissions: Vec<Omission> = leaf.gaps.into_iter().map(Omission::Unread).collect();
        let seals = match seals {
            Seals::Shown => stamps(self.showing.body(), &leaf.id, &mut omissions),
            Seals::LeftOut => Vec::new(),
        };
        let mut marks = Marks::new(surface, &mut self.showing, &mut self.glyphs);
        let page = Place {
            map: Matrix::scale(scale, scale),
            clip,
            opacity: 1.0,
            blend: Blend::Over,
        };
        let drawn = marks.objects(&leaf.objects, &page);
        let drawn = drawn.and_then(|()| seals.iter().try_for_each(|seal| marks.seal(seal, &page)));
        let (surface, mut told) = marks.finish();
        if drawn.is_err() {
            told.push(Omission::TooMuch);
        }
        omissions.append(&mut told);
        let mut once: Vec<Omission> = Vec::new();
        for one in omissions {
            if once.len() < MAX_TOLD && !once.contains(&one) {
                once.push(one);
            }
        }
        (surface, once)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a side of at most as many points as a page may have, at least 1"
)]
fn whole(side: f64) -> usize {
    side as usize
}
