//! What differs between two pictures of one page.

use anyhow::Context as _;

use super::{Look, Points, RESOLUTION};

/// Side of the squares whose lightness is compared, in points: two millimetres. poppler puts glyphs on whole rows of points,
/// so that single points of small text are often off by half a row, and their sums hardly.
const SQUARE: usize = 12;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// How far the lightness of a point is off in the middle of all, of 1.
    pub mean: f64,
    /// How far the lightness of a square of two millimetres is off, where it is most.
    pub worst: f64,
    /// Between the middles of the rims of both seals, in millimetres.
    pub seal: f64,
    /// How far the lightness of a square is off between our points and our drawing, where it is most.
    pub drawing: f64,
}

/// Compares the pictures of a licence.
///
/// # Errors
/// If they are not of one size, or one has no seal.
pub fn compare(look: &Look) -> anyhow::Result<Measured> {
    // poppler rounds the sides of a page up, we to the nearest: the edge is left out.
    let both = || look.pdf.iter().chain(&look.ofd);
    let all = both().chain([&look.drawing]);
    let width = all.clone().map(|one| one.width).min().unwrap_or(0);
    let height = all.map(Points::height).min().unwrap_or(0);
    let greatest = both()
        .chain([&look.drawing])
        .all(|one| one.width <= width + 1 && one.height() <= height + 1);
    anyhow::ensure!(greatest, "{}: pictures of other sizes", look.name);
    let cropped = |one: &Points| one.cropped(width, height);
    let [pdf, bare_pdf] = look.pdf.each_ref().map(cropped);
    let [ofd, bare_ofd] = look.ofd.each_ref().map(cropped);
    let light = |one: &Points| -> Vec<u8> { one.all.iter().map(|at| lightness(*at)).collect() };
    let (one, other) = (light(&pdf), light(&ofd));
    let drawing = squares(&light(&cropped(&look.drawing)), width);
    let off = one
        .iter()
        .zip(&other)
        .map(|(one, other)| one.abs_diff(*other));
    let (first, second) = (squares(&one, width), squares(&other, width));
    let worst = first
        .iter()
        .zip(&second)
        .map(|(one, other)| (one - other).abs());
    let drawn = second.iter().zip(&drawing);
    let drawn = drawn.map(|(one, other)| (one - other).abs());
    let (one, other) = (taken(&pdf, &bare_pdf), taken(&ofd, &bare_ofd));
    let round = round(&one).context("the PDF has a seal")?;
    let ends = rim(&one, round).zip(rim(&other, round));
    let ((x, y), (to_x, to_y)) = ends.context("both have a seal")?;
    Ok(Measured {
        mean: mean(off),
        worst: worst.fold(0.0, f64::max),
        seal: (to_x - x).hypot(to_y - y) * 25.4 / RESOLUTION,
        drawing: drawn.fold(0.0, f64::max),
    })
}

fn lightness([red, green, blue]: [u8; 3]) -> u8 {
    let sum = u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114;
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}

fn mean(off: impl Iterator<Item = u8>) -> f64 {
    let (sum, count) = off.fold((0_u32, 0_u32), |(sum, count), off| {
        (sum + u32::from(off), count + 1)
    });
    f64::from(sum) / f64::from(count.max(1)) / 255.0
}

/// How light each square is.
fn squares(light: &[u8], width: usize) -> Vec<f64> {
    let mut all = Vec::new();
    for band in light.chunks(width * SQUARE) {
        for left in (0..width).step_by(SQUARE) {
            let until = (left + SQUARE).min(width);
            let rows = band.chunks(width).filter_map(|row| row.get(left..until));
            all.push(mean(rows.flatten().copied()));
        }
    }
    all
}

/// A place, and how much of the green sealing took there.
type Taken = (f64, f64, f64);

fn taken(sealed: &Points, bare: &Points) -> Vec<Taken> {
    let at = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let both = sealed.all.iter().zip(&bare.all).enumerate();
    let less = both.map(|(place, ([_, with, _], [_, without, _]))| {
        let (x, y) = (place % sealed.width, place / sealed.width);
        (at(x), at(y), f64::from(without.saturating_sub(*with)))
    });
    less.filter(|(_, _, less)| *less > 0.0).collect()
}

/// Middle and radius of a round seal: of the square around it.
fn round(taken: &[Taken]) -> Option<(f64, f64, f64)> {
    let strong = taken.iter().filter(|(_, _, less)| *less > 128.0);
    let ends = strong.fold(None, |ends: Option<[f64; 4]>, (x, y, _)| {
        let [left, top, right, bottom] = ends.unwrap_or([*x, *y, *x, *y]);
        Some([left.min(*x), top.min(*y), right.max(*x), bottom.max(*y)])
    });
    let [left, top, right, bottom] = ends?;
    let radius = (right - left + 1.0) / 2.0;
    Some((
        f64::midpoint(left, right),
        f64::midpoint(top, bottom),
        radius,
    ))
}

/// The middle of what lies near the rim: no letters do, which poppler moves.
fn rim(taken: &[Taken], (x, y, radius): (f64, f64, f64)) -> Option<(f64, f64)> {
    let near = |one: &&Taken| (0.93..1.07).contains(&((one.0 - x).hypot(one.1 - y) / radius));
    middle(taken.iter().filter(near))
}

fn middle<'t>(taken: impl Iterator<Item = &'t Taken>) -> Option<(f64, f64)> {
    let (mut sum, mut across, mut down) = (0.0, 0.0, 0.0);
    for (x, y, less) in taken {
        sum += less;
        across += less * x;
        down += less * y;
    }
    (sum > 0.0).then(|| (across / sum, down / sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(dark: impl Fn(f64, f64) -> bool) -> Points {
        let rows = (0..100_u8).flat_map(|y| (0..100_u8).map(move |x| (f64::from(x), f64::from(y))));
        let all = rows.map(|(x, y)| if dark(x, y) { [200, 0, 0] } else { [255; 3] });
        Points {
            width: 100,
            all: all.collect(),
        }
    }

    #[test]
    fn a_seal_that_is_elsewhere_and_a_mark_that_is_missing_are_seen() {
        let seal =
            |left: f64| points(move |x, y| (18.0..20.0).contains(&(x - left).hypot(y - 50.0)));
        let bare = || points(|_, _| false);
        let look = |pdf, ofd: Points| Look {
            name: String::new(),
            pdf: [pdf, bare()],
            drawing: ofd.clone(),
            ofd: [ofd, bare()],
        };
        let same = compare(&look(seal(50.0), seal(50.0))).expect("both have one");
        assert_eq!(
            same,
            Measured {
                mean: 0.0,
                worst: 0.0,
                seal: 0.0,
                drawing: 0.0
            }
        );
        let moved = compare(&look(seal(50.0), seal(51.0))).expect("both have one");
        assert!(moved.seal > 0.1 && moved.worst > 0.01, "{moved:?}");
        let mut marked = seal(50.0);
        marked
            .all
            .iter_mut()
            .take(6)
            .for_each(|point| *point = [0; 3]);
        let marked = compare(&look(seal(50.0), marked)).expect("both have one");
        assert!(marked.seal < 0.01 && marked.worst > 0.04, "{marked:?}");
        assert!(compare(&look(seal(50.0), bare())).is_err());
        let mut other = look(seal(50.0), seal(50.0));
        other.drawing = bare();
        let other = compare(&other).expect("both have one");
        assert!(other.drawing > 0.04 && other.worst == 0.0, "{other:?}");
    }
}
