//! A handwriting sample: the strokes of a pen or a finger as points with their times.
//!
//! It is an appearance and never a proof (domain.md 4.3): the legal act is the key's signature. What others send is read under limits (T-I10)
//! and in one form: what is read is written again octet for octet.

use std::fmt::Write;

use thiserror::Error;

/// Most octets of a sample.
pub const MAX_OCTETS: usize = 64 << 10;
/// Most strokes.
const MAX_STROKES: usize = 100;
/// Fewest and most points.
const POINTS: std::ops::RangeInclusive<usize> = 8..=4_000;
/// Sides of the field that was written on, in points of it.
const SIDE: std::ops::RangeInclusive<u32> = 64..=4_096;
/// The longest time, in milliseconds.
const MAX_TIME: u32 = 120_000;
/// The strongest pressure.
const MAX_PRESSURE: u32 = 1_000;
/// Points that a sample has to reach over, to the right or down.
const LEAST_REACH: u32 = 16;
/// The first words of a sample.
const HEAD: &str = "yinxin strokes 1";

/// Where the pen was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Milliseconds since the first point.
    pub at: u32,
    /// How strongly, 0 (not known) to 1,000.
    pub pressure: u32,
}

/// A sample that was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Strokes {
    size: (u32, u32),
    strokes: Vec<Vec<Point>>,
}

// T-P8: how somebody writes does not reach a log.
impl std::fmt::Debug for Point {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<point>")
    }
}

impl std::fmt::Debug for Strokes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "<{} strokes>", self.strokes.len())
    }
}

/// Octets that are no sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadStrokes {
    /// Too many octets, strokes or points, or too few points.
    #[error("a sample has 1 to 100 strokes of 8 to 4,000 points, in 64 KiB")]
    Count,
    /// Not in the form that it has.
    #[error("not in the form of a sample")]
    Form,
    /// A size, a point, a pressure outside what there is.
    #[error("a size, a point or a pressure is out of its range")]
    Range,
    /// Time that goes back, or too much of it.
    #[error("a time goes back, or lasts longer than two minutes")]
    Time,
    /// Nothing to be seen.
    #[error("there is nothing to be seen")]
    Small,
}

/// A number without a sign and without leading zeros, of six digits at most.
fn number(text: &str) -> Result<u32, ReadStrokes> {
    let plain = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || (text.len() > 1 && text.starts_with('0')) {
        return Err(ReadStrokes::Form);
    }
    text.parse().map_err(|_| ReadStrokes::Form)
}

impl Point {
    fn parse(text: &str) -> Result<Self, ReadStrokes> {
        let mut numbers = text.split(',').map(number);
        let mut next = || numbers.next().ok_or(ReadStrokes::Form)?;
        let point = Self {
            x: next()?,
            y: next()?,
            at: next()?,
            pressure: next()?,
        };
        match numbers.next() {
            None => Ok(point),
            Some(_) => Err(ReadStrokes::Form),
        }
    }
}

fn head(line: &str) -> Result<(u32, u32), ReadStrokes> {
    let rest = line
        .strip_prefix(HEAD)
        .and_then(|rest| rest.strip_prefix(' '));
    let (width, height) = rest
        .and_then(|rest| rest.split_once(' '))
        .ok_or(ReadStrokes::Form)?;
    let size = (number(width)?, number(height)?);
    if SIDE.contains(&size.0) && SIDE.contains(&size.1) {
        Ok(size)
    } else {
        Err(ReadStrokes::Range)
    }
}

impl Strokes {
    /// Reads a sample.
    ///
    /// # Shape
    /// ASCII: a line `yinxin strokes 1 WIDTH HEIGHT`, then a line for each stroke with its points `x,y,milliseconds,pressure`, one
    /// blank between two; every line ends with a line feed. Numbers are whole and have no leading zeros.
    ///
    /// # Errors
    /// [`ReadStrokes`].
    pub fn parse(octets: &[u8]) -> Result<Self, ReadStrokes> {
        if octets.len() > MAX_OCTETS {
            return Err(ReadStrokes::Count);
        }
        let text = std::str::from_utf8(octets).map_err(|_| ReadStrokes::Form)?;
        let mut lines = text
            .strip_suffix('\n')
            .ok_or(ReadStrokes::Form)?
            .split('\n');
        let size = head(lines.next().unwrap_or_default())?;
        let mut strokes = Vec::new();
        for line in lines {
            if strokes.len() == MAX_STROKES {
                return Err(ReadStrokes::Count);
            }
            let points: Result<Vec<_>, _> = line.split(' ').map(Point::parse).collect();
            strokes.push(points?);
        }
        let sample = Self { size, strokes };
        sample.inspect()?;
        Ok(sample)
    }

    fn inspect(&self) -> Result<(), ReadStrokes> {
        if !POINTS.contains(&self.points().count()) {
            return Err(ReadStrokes::Count);
        }
        let (width, height) = self.size;
        let outside =
            |point: &Point| point.x > width || point.y > height || point.pressure > MAX_PRESSURE;
        if self.points().any(outside) {
            return Err(ReadStrokes::Range);
        }
        if !self.points().map(|point| point.at).is_sorted()
            || self.points().any(|point| point.at > MAX_TIME)
        {
            return Err(ReadStrokes::Time);
        }
        let (_, reach) = self.bounds();
        if reach.0.max(reach.1) < LEAST_REACH {
            return Err(ReadStrokes::Small);
        }
        Ok(())
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.strokes.iter().flatten()
    }

    /// The strokes, the first first.
    #[must_use]
    pub fn strokes(&self) -> &[Vec<Point>] {
        &self.strokes
    }

    /// The upper left corner of what was written, and how far it reaches to the right and down.
    #[must_use]
    pub fn bounds(&self) -> ((u32, u32), (u32, u32)) {
        let of = |side: fn(&Point) -> u32| {
            let least = self.points().map(side).min().unwrap_or_default();
            let most = self.points().map(side).max().unwrap_or_default();
            (least, most.saturating_sub(least))
        };
        let (x, y) = (of(|point| point.x), of(|point| point.y));
        ((x.0, y.0), (x.1, y.1))
    }

    /// As [`Strokes::parse`] reads it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("{HEAD} {} {}\n", self.size.0, self.size.1);
        for stroke in &self.strokes {
            for (place, point) in stroke.iter().enumerate() {
                let before = if place == 0 { "" } else { " " };
                // Writing to a String does not fail.
                let _ = write!(
                    out,
                    "{before}{},{},{},{}",
                    point.x, point.y, point.at, point.pressure
                );
            }
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(points: usize) -> String {
        let point = |number: usize| format!("{},{},{},500", 10 + number % 300, 20, number * 5);
        let points: Vec<String> = (0..points).map(point).collect();
        format!("yinxin strokes 1 400 200\n{}\n", points.join(" "))
    }

    fn refused(text: &str) -> Option<ReadStrokes> {
        Strokes::parse(text.as_bytes()).err()
    }

    #[test]
    fn what_is_read_is_written_again_octet_for_octet() {
        let text = format!("{}300,150,9000,0 310,160,9010,1000\n", sample(40));
        let strokes = Strokes::parse(text.as_bytes()).expect("a sample");
        assert_eq!(strokes.text(), text);
        assert_eq!(strokes.strokes().len(), 2);
        assert_eq!(strokes.bounds(), ((10, 20), (300, 140)));
        assert_eq!(format!("{strokes:?}"), "<2 strokes>");
    }

    #[test]
    fn every_sample_that_is_none_is_refused_by_its_name() {
        use ReadStrokes::{Count, Form, Range, Small, Time};
        let good = sample(40);
        let with = |from: &str, to: &str| good.replacen(from, to, 1);
        let strokes = |count: usize| {
            let line = "10,20,0,0 40,20,0,0\n".repeat(count);
            format!("yinxin strokes 1 400 200\n{line}")
        };
        for (text, expected) in [
            (good.clone(), None),
            (sample(8), Some(Small)),
            (sample(7), Some(Count)),
            (sample(4_000), None),
            (sample(4_001), Some(Count)),
            (strokes(100), None),
            (strokes(101), Some(Count)),
            (" ".repeat(MAX_OCTETS + 1), Some(Count)),
            (String::new(), Some(Form)),
            (with("strokes 1", "strokes 2"), Some(Form)),
            (with("400 200", "400"), Some(Form)),
            (with("400 200", "0400 200"), Some(Form)),
            (with("400 200", "63 200"), Some(Range)),
            (with("400 200", "400 4097"), Some(Range)),
            (with("12,20,10,500", "12,20,10"), Some(Form)),
            (with("12,20,10,500", "12,20,10,500,1"), Some(Form)),
            (with("12,20,10,500", "-12,20,10,500"), Some(Form)),
            (with("12,20,10,500", "1.5,20,10,500"), Some(Form)),
            (with("12,20,10,500", "9999999,20,10,500"), Some(Form)),
            (with("12,20,10,500", "401,20,10,500"), Some(Range)),
            (with("12,20,10,500", "12,201,10,500"), Some(Range)),
            (with("12,20,10,500", "12,20,10,1001"), Some(Range)),
            (with("12,20,10,500", "12,20,4,500"), Some(Time)),
            (with("49,20,195,500", "49,20,120001,500"), Some(Time)),
            (good.replace('\n', "\r\n"), Some(Form)),
            (format!("{good}\n"), Some(Form)),
            (good.trim_end().to_owned(), Some(Form)),
            (with(" 12,", "  12,"), Some(Form)),
        ] {
            assert_eq!(refused(&text), expected, "{}", &text[..text.len().min(80)]);
        }
        assert_eq!(Strokes::parse(&[0xff; 20]).err(), Some(Form));
    }
}
