//! Ellipses: their outline, and letters spaced evenly along them.

use std::f64::consts::TAU;

use super::{Letter, Step, Style, number};

/// An ellipse about a centre.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ellipse {
    pub(super) centre: (f64, f64),
    /// Half its width and half its height.
    pub(super) radii: (f64, f64),
}

/// How letters stand along an ellipse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Along {
    pub(super) style: Style,
    pub(super) size: f64,
    /// From one letter's middle to the next where there is room.
    pub(super) pitch: f64,
    /// Longest stretch of the ellipse they may take, as a share of the whole.
    pub(super) share: f64,
    pub(super) side: Side,
}

/// Where letters stand, and which way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Above, feet towards the centre.
    Top,
    /// Below, heads towards the centre.
    Bottom,
}

impl Ellipse {
    /// The outline as four curves.
    pub(super) fn outline(&self) -> Vec<Step> {
        const HANDLE: f64 = 0.552_284_75;
        let place = |x: f64, y: f64| {
            (
                self.centre.0 + self.radii.0 * x,
                self.centre.1 + self.radii.1 * y,
            )
        };
        vec![
            Step::Move(place(1.0, 0.0)),
            Step::Curve(place(1.0, HANDLE), place(HANDLE, 1.0), place(0.0, 1.0)),
            Step::Curve(place(-HANDLE, 1.0), place(-1.0, HANDLE), place(-1.0, 0.0)),
            Step::Curve(place(-1.0, -HANDLE), place(-HANDLE, -1.0), place(0.0, -1.0)),
            Step::Curve(place(HANDLE, -1.0), place(1.0, -HANDLE), place(1.0, 0.0)),
            Step::Close,
        ]
    }

    /// Letters evenly spaced along the ellipse, symmetric to its upright axis, and compressed, not
    /// shrunk, when there are many (looks 2).
    pub(super) fn letters(&self, characters: &[char], along: Along) -> Vec<Letter> {
        let gaps = number(characters.len()) - 1.0;
        let lengths = self.lengths();
        let whole = lengths.last().copied().unwrap_or_default();
        let room = whole * along.share;
        let pitch = if gaps > 0.0 {
            along.pitch.min(room / gaps)
        } else {
            along.pitch
        };
        // Feet stand closer than middles, by the curvature at the narrowest end.
        let tightest = self.radii.0.min(self.radii.1);
        let feet = match along.side {
            Side::Top => (tightest - along.size / 2.0) / tightest,
            Side::Bottom => 1.0,
        };
        let stretch = (pitch * feet / along.size * 0.94).min(1.0);
        let placed = characters.iter().enumerate().map(|(place, &character)| {
            let distance = (number(place) - gaps / 2.0) * pitch;
            let angle = angle_at(&lengths, distance);
            let (sin, cos) = angle.sin_cos();
            let (a, b) = self.radii;
            let up = if along.side == Side::Top { 1.0 } else { -1.0 };
            let centre = (self.centre.0 + a * sin, self.centre.1 - b * cos * up);
            // The outward normal of the ellipse at this angle.
            let turn = (b * sin).atan2(a * cos).to_degrees() * up;
            Letter {
                character,
                style: along.style,
                centre,
                size: along.size,
                stretch,
                turn,
            }
        });
        placed.collect()
    }

    /// Length of the ellipse from its top to each of `STEPS` angles around it.
    fn lengths(&self) -> Vec<f64> {
        let (a, b) = self.radii;
        let mut lengths = vec![0.0];
        let mut sum = 0.0;
        let mut before = (0.0, b);
        for step in 1..=STEPS {
            let (sin, cos) = (TAU * f64::from(step) / f64::from(STEPS)).sin_cos();
            let here = (a * sin, b * cos);
            sum += (here.0 - before.0).hypot(here.1 - before.1);
            lengths.push(sum);
            before = here;
        }
        lengths
    }
}

const STEPS: u32 = 1440;

/// The angle from the top at which the ellipse has run `distance`, clockwise if positive.
fn angle_at(lengths: &[f64], distance: f64) -> f64 {
    let wanted = distance.abs();
    let after = lengths.partition_point(|&length| length < wanted);
    let until = lengths.get(after).copied().unwrap_or(wanted);
    let from = after
        .checked_sub(1)
        .and_then(|before| lengths.get(before))
        .copied()
        .unwrap_or(0.0);
    let part = if until > from {
        (wanted - from) / (until - from)
    } else {
        0.0
    };
    let steps = number(after.saturating_sub(1)) + part;
    (TAU * steps / f64::from(STEPS)).copysign(distance)
}
