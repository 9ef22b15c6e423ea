//! Paths: abbreviated data as steps (GB/T 33190-2016, 9.1).

use super::Line;
use super::colour::Paint;
use super::values::number;

/// A path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Path {
    /// Its steps.
    pub steps: Vec<Step>,
    /// Whether only what it goes around an odd number of times is inside.
    pub even_odd: bool,
    /// Colour inside.
    pub fill: Option<Paint>,
    /// The line along it.
    pub stroke: Option<(Paint, Line)>,
}

/// A step of a path, in its object's space.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Begins a contour.
    Move((f64, f64)),
    /// A straight line.
    Line((f64, f64)),
    /// A quadratic Bézier curve: its control point and end.
    Bend((f64, f64), (f64, f64)),
    /// A cubic Bézier curve: two control points and the end.
    Curve((f64, f64), (f64, f64), (f64, f64)),
    /// Back to the beginning of the contour.
    Close,
}

/// The steps that abbreviated data tell; nothing if they are no data. At most `most`.
pub(super) fn steps(text: &str, most: usize) -> Option<Vec<Step>> {
    let mut words = text
        .split(|letter: char| letter.is_ascii_whitespace() || letter == ',')
        .filter(|word| !word.is_empty());
    let mut steps = Vec::new();
    let mut at = (0.0, 0.0);
    while let Some(word) = words.next() {
        if steps.len() > most {
            return Some(steps);
        }
        let mut next = || words.next().and_then(number);
        let mut place = || Some((next()?, next()?));
        match word {
            // S gives the beginning of the whole path, M that of each part.
            "S" | "M" => {
                at = place()?;
                steps.push(Step::Move(at));
            }
            "L" => {
                at = place()?;
                steps.push(Step::Line(at));
            }
            "Q" => {
                let middle = place()?;
                at = place()?;
                steps.push(Step::Bend(middle, at));
            }
            "B" => {
                let (first, second) = (place()?, place()?);
                at = place()?;
                steps.push(Step::Curve(first, second, at));
            }
            "A" => {
                let radii = place()?;
                let turn = next()?;
                let (large, sweep) = (next()? != 0.0, next()? != 0.0);
                let to = (next()?, next()?);
                arc(at, to, radii, (turn, large, sweep), &mut steps);
                at = to;
            }
            "C" => steps.push(Step::Close),
            _ => return None,
        }
    }
    Some(steps)
}

/// An arc of an ellipse as curves of at most a quarter turn each. Radii that are too short for the two ends are made longer;
/// without any, it is a straight line.
fn arc(
    from: (f64, f64),
    to: (f64, f64),
    radii: (f64, f64),
    (turn, large, sweep): (f64, bool, bool),
    steps: &mut Vec<Step>,
) {
    let (mut across, mut down) = (radii.0.abs(), radii.1.abs());
    if across < 1e-9 || down < 1e-9 || from == to {
        steps.push(Step::Line(to));
        return;
    }
    let (sin, cos) = turn.to_radians().sin_cos();
    // Into a space where the ellipse is upright and the middle of both ends is the origin.
    let (x, y) = ((from.0 - to.0) / 2.0, (from.1 - to.1) / 2.0);
    let (x, y) = (cos * x + sin * y, cos * y - sin * x);
    let short = (x / across).powi(2) + (y / down).powi(2);
    if short > 1.0 {
        across *= short.sqrt();
        down *= short.sqrt();
    }
    let both = (across * y).powi(2) + (down * x).powi(2);
    let much = (((across * down).powi(2) - both) / both).max(0.0).sqrt();
    let much = if large == sweep { -much } else { much };
    let (middle_x, middle_y) = (much * across * y / down, -much * down * x / across);
    let angle = |x: f64, y: f64| ((y - middle_y) / down).atan2((x - middle_x) / across);
    let (begin, end) = (angle(x, y), angle(-x, -y));
    let mut whole = end - begin;
    if sweep && whole < 0.0 {
        whole += std::f64::consts::TAU;
    }
    if !sweep && whole > 0.0 {
        whole -= std::f64::consts::TAU;
    }
    let centre = (
        cos * middle_x - sin * middle_y + f64::midpoint(from.0, to.0),
        sin * middle_x + cos * middle_y + f64::midpoint(from.1, to.1),
    );
    let place = |x: f64, y: f64| (centre.0 + cos * x - sin * y, centre.1 + sin * x + cos * y);
    const PIECES: u8 = 4;
    let piece = whole / f64::from(PIECES);
    let reach = (piece / 4.0).tan() * 4.0 / 3.0;
    for number in 0..PIECES {
        let (sin_one, cos_one) = (begin + piece * f64::from(number)).sin_cos();
        let (sin_two, cos_two) = (begin + piece * f64::from(number + 1)).sin_cos();
        let first = place(
            across * (cos_one - reach * sin_one),
            down * (sin_one + reach * cos_one),
        );
        let second = place(
            across * (cos_two + reach * sin_two),
            down * (sin_two - reach * cos_two),
        );
        let end = match number + 1 == PIECES {
            true => to,
            false => place(across * cos_two, down * sin_two),
        };
        steps.push(Step::Curve(first, second, end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_are_read_and_others_refused() {
        let read = steps("S 1 2 L 3 4 Q 5 6 7 8 B 1 1 2 2 3 3 C M 0,0", 9).expect("data");
        assert_eq!(
            read,
            [
                Step::Move((1.0, 2.0)),
                Step::Line((3.0, 4.0)),
                Step::Bend((5.0, 6.0), (7.0, 8.0)),
                Step::Curve((1.0, 1.0), (2.0, 2.0), (3.0, 3.0)),
                Step::Close,
                Step::Move((0.0, 0.0)),
            ]
        );
        for wrong in ["X 1 2", "M 1", "L 1 inf", "M 1 2 3", "A 1 1 0 0"] {
            assert_eq!(steps(wrong, 9), None, "{wrong}");
        }
        assert_eq!(
            steps(&"C ".repeat(50), 9).map(|steps| steps.len()),
            Some(10)
        );
    }

    #[test]
    fn an_arc_goes_round_its_ellipse() {
        let read = steps("M 0 0 A 5 5 0 0 1 10 0", 9).expect("data");
        let middle = match read.get(2) {
            Some(Step::Curve(_, _, to)) => *to,
            other => panic!("{other:?}"),
        };
        // To the right by way of above: y goes down, and the sweep is with the clock.
        assert!(
            (middle.0 - 5.0).abs() < 1e-9 && (middle.1 + 5.0).abs() < 1e-9,
            "{middle:?}"
        );
        assert_eq!(
            steps("M 0 0 A 0 5 0 0 1 10 0", 9).map(|steps| steps[1]),
            Some(Step::Line((10.0, 0.0)))
        );
        // Radii too short for the ends are made as long as it takes.
        assert_eq!(
            steps("M 0 0 A 1 1 0 0 1 10 0", 9).map(|steps| steps[2]),
            Some(read[2])
        );
    }
}
