//! Values of attributes: numbers, rectangles, matrices, and runs of steps.

use crate::area::Area;
use xml::Element;

/// What leaves everything where it is.
pub(super) const IDENTITY: [f64; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
/// Lengths beyond a kilometre are none.
const MAX_LENGTH: f64 = 1_000_000.0;

/// A number of a page.
pub(super) fn number(text: &str) -> Option<f64> {
    let number = text.trim().parse::<f64>().ok()?;
    (number.abs() <= MAX_LENGTH).then_some(number)
}

/// All numbers of a list; nothing if one is none (GB/T 33190-2016, 7.3: ST_Array).
pub(super) fn numbers(text: &str) -> Option<Vec<f64>> {
    text.split_ascii_whitespace().map(number).collect()
}

/// An attribute that is a number.
pub(super) fn attribute(element: &Element, name: &str) -> Result<Option<f64>, ()> {
    match element.attribute(name) {
        None => Ok(None),
        Some(text) => number(text).map(Some).ok_or(()),
    }
}

/// Whether an attribute says yes; `default` where it is not there.
pub(super) fn flag(element: &Element, name: &str, default: bool) -> bool {
    match element.attribute(name) {
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        _ => default,
    }
}

/// The matrix of an object, or the identity; nothing for six numbers that are none.
pub(super) fn matrix(element: &Element) -> Option<[f64; 6]> {
    match element.attribute("CTM") {
        None => Some(IDENTITY),
        Some(text) => <[f64; 6]>::try_from(numbers(text)?).ok(),
    }
}

/// The boundary of an object.
pub(super) fn boundary(element: &Element) -> Option<Area> {
    let area = Area::parse(element.attribute("Boundary")?)?;
    let sides = [area.x, area.y, area.width, area.height];
    sides
        .iter()
        .all(|side| side.abs() <= MAX_LENGTH)
        .then_some(area)
}

/// The steps of a delta list, at most `most`: `g n v` is v, n times (GB/T 33190-2016, 11.3).
pub(super) fn deltas(text: &str, most: usize) -> Option<Vec<f64>> {
    let mut out = Vec::new();
    let mut words = text.split_ascii_whitespace();
    while let Some(word) = words.next() {
        if out.len() >= most {
            break;
        }
        if word == "g" {
            let times = words.next()?.parse::<usize>().ok()?;
            let step = number(words.next()?)?;
            out.resize(out.len().saturating_add(times).min(most), step);
        } else {
            out.push(number(word)?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deltas_repeat_and_stop_at_the_text() {
        assert_eq!(deltas("g 3 2 5", 9), Some(vec![2.0, 2.0, 2.0, 5.0]));
        assert_eq!(
            deltas("1 g 4000000000 2", 4),
            Some(vec![1.0, 2.0, 2.0, 2.0])
        );
        assert_eq!(deltas("g 3", 4), None);
        assert_eq!(deltas("1 nan", 4), None);
    }
}
