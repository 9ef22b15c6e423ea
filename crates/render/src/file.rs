//! A file whose pages are drawn, one at a time.

use std::io::{Read, Seek};

use canvas::{Blend, Board, Clip, Matrix, Work};
use ofd::shown::Showing;

use crate::drawn::{Drawn, MAX_POINTS, Seals, Settings};
use crate::glyphs::Glyphs;
use crate::marks::{Marks, Place};
use crate::omission::{DrawPage, Omission};
use crate::stamps::stamps;

/// Omissions of one page that are told.
const MAX_TOLD: usize = 300;

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
        let mut omissions: Vec<Omission> = leaf.gaps.into_iter().map(Omission::Unread).collect();
        let seals = match settings.seals {
            Seals::Shown => stamps(self.showing.body(), &leaf.id, &mut omissions),
            Seals::LeftOut => Vec::new(),
        };
        let mut marks = Marks::new(
            Board::white(across, down),
            Work(settings.work),
            &mut self.showing,
            &mut self.glyphs,
        );
        let page = Place {
            map: Matrix::scale(scale, scale),
            clip: Clip::board(across, down),
            opacity: 1.0,
            blend: Blend::Over,
        };
        let drawn = marks.objects(&leaf.objects, &page);
        let drawn = drawn.and_then(|()| seals.iter().try_for_each(|seal| marks.seal(seal, &page)));
        let (board, mut told) = marks.finish();
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
        Ok(Drawn {
            board,
            resolution: settings.resolution,
            omissions: once,
        })
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
