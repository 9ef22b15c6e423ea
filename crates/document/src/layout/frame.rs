//! The border of a licence: two thin lines and a quiet interlaced band between them, all as paths.

use std::f64::consts::PI;

use crate::sheet::{Area, Colour, Mark, Mm, Path, Point, Sheet, Step};
use crate::template::{Card, Frame, Underprint};

/// Draws the border inside the sheet's margin.
pub(crate) fn border(sheet: &mut Sheet, frame: Frame, colour: Colour) {
    let whole = Area {
        x: Mm(0.0),
        y: Mm(0.0),
        width: sheet.width,
        height: sheet.height,
    };
    let outer = whole.inset(frame.margin);
    let inner = outer.inset(frame.band);
    sheet.decorate(Mark::Path(Path::outline(&outer, colour, Mm(0.5))));
    sheet.decorate(Mark::Path(Path::outline(&inner, colour, Mm(0.25))));
    let band = frame.band;
    let along = |length: Mm| length - band * 2.0;
    let half = band / 2.0;
    for y in [outer.y + half, outer.bottom() - half] {
        strands(
            sheet,
            Strand {
                x: inner.x,
                y,
                length: along(outer.width),
                band,
                upright: false,
                colour,
            },
        );
    }
    for x in [outer.x + half, outer.right() - half] {
        strands(
            sheet,
            Strand {
                x,
                y: inner.y,
                length: along(outer.height),
                band,
                upright: true,
                colour,
            },
        );
    }
    for x in [outer.x + half, outer.right() - half] {
        for y in [outer.y + half, outer.bottom() - half] {
            rosette(sheet, Point { x, y }, half * 0.86, colour);
        }
    }
}

/// Draws a card's edge, along which it may be cut, and the line under its head.
pub(crate) fn card(sheet: &mut Sheet, card: &Card, colour: Colour) {
    sheet.decorate(Mark::Path(rounded(&card.area, colour)));
    let Some(head) = card.head else { return };
    let inner = card.area.inset(Mm(3.0));
    for (down, width) in [(Mm(0.0), Mm(0.35)), (Mm(0.7), Mm(0.12))] {
        let y = card.area.y + head + down;
        let from = Point { x: inner.x, y };
        let to = Point {
            x: inner.right(),
            y,
        };
        sheet.decorate(Mark::Path(Path::line(from, to, colour, width)));
    }
}

/// A card's outline; ISO/IEC 7810 rounds the corners of ID-1 by 3.18 mm.
fn rounded(area: &Area, colour: Colour) -> Path {
    let radius = Mm(3.18);
    let inner = area.inset(radius);
    // A corner from the end of one side to the begin of the next, as directions from its centre.
    let corners = [
        ((inner.right(), inner.y), (0.0, -1.0), (1.0, 0.0)),
        ((inner.right(), inner.bottom()), (1.0, 0.0), (0.0, 1.0)),
        ((inner.x, inner.bottom()), (0.0, 1.0), (-1.0, 0.0)),
        ((inner.x, inner.y), (-1.0, 0.0), (0.0, -1.0)),
    ];
    let mut steps = Vec::new();
    for ((x, y), from, to) in corners {
        let place = |across: f64, down: f64| Point {
            x: x + radius * across,
            y: y + radius * down,
        };
        let begin = place(from.0, from.1);
        steps.push(if steps.is_empty() {
            Step::Move(begin)
        } else {
            Step::Line(begin)
        });
        steps.push(Step::Curve(
            place(from.0 + to.0 * CIRCLE, from.1 + to.1 * CIRCLE),
            place(to.0 + from.0 * CIRCLE, to.1 + from.1 * CIRCLE),
            place(to.0, to.1),
        ));
    }
    steps.push(Step::Close);
    Path::once(steps, colour, Mm(0.25))
}

/// Draws a faint rosette behind the text: turned ellipses of one light colour, a thin ring about
/// them.
pub(crate) fn underprint(sheet: &mut Sheet, place: Underprint, colour: Colour) {
    let faint = colour.lightened(8);
    for (turns, reach, flat) in [(18_u8, 1.0, 0.34), (12, 0.62, 0.5), (10, 0.34, 0.42)] {
        for turn in 0..turns {
            let angle = f64::from(turn) * PI / f64::from(turns);
            let steps = ellipse(place.at, place.radius * reach, flat, angle);
            sheet.decorate(Mark::Path(Path::once(steps, faint, Mm(0.15))));
        }
    }
}

/// One side of the band.
#[derive(Clone, Copy)]
struct Strand {
    x: Mm,
    y: Mm,
    length: Mm,
    band: Mm,
    upright: bool,
    colour: Colour,
}

/// Three waves a third of a period apart; one period is drawn as a path and repeated, so that the
/// file stays small.
fn strands(sheet: &mut Sheet, side: Strand) {
    let periods = (side.length / side.band).round().max(1.0);
    let period = side.length / periods;
    let height = side.band * 0.36;
    // A quarter period of a sine is drawn by one curve whose handles lie at 0.3642 of it.
    let quarter = period / 4.0;
    let handle = quarter * 0.3642;
    for phase in [0.0, 1.0 / 3.0, 2.0 / 3.0] {
        let mut steps = Vec::with_capacity(5);
        let place = |along: Mm, across: Mm| {
            if side.upright {
                Point {
                    x: side.x + across,
                    y: side.y + along,
                }
            } else {
                Point {
                    x: side.x + along,
                    y: side.y + across,
                }
            }
        };
        let wave = |at: f64| height * (2.0 * PI * (at + phase)).sin();
        let slope =
            |at: f64| height * ((2.0 * PI * (at + phase)).cos() * 2.0 * PI) / periods_per(period);
        steps.push(Step::Move(place(Mm(0.0), wave(0.0))));
        for part in 0..4_u8 {
            let from = f64::from(part) / 4.0;
            let until = from + 0.25;
            let first = place(period * from + handle, wave(from) + slope(from) * handle.0);
            let second = place(
                period * until - handle,
                wave(until) - slope(until) * handle.0,
            );
            steps.push(Step::Curve(
                first,
                second,
                place(period * until, wave(until)),
            ));
        }
        let by = if side.upright {
            Point {
                x: Mm(0.0),
                y: period,
            }
        } else {
            Point {
                x: period,
                y: Mm(0.0),
            }
        };
        let mut times = 0_u32;
        while f64::from(times) + 0.5 < periods {
            times += 1;
        }
        let (colour, width) = (side.colour, Mm(0.16));
        sheet.decorate(Mark::Path(Path {
            steps,
            colour,
            width,
            times,
            by,
        }));
    }
}

/// A wave's slope is given per millimetre.
fn periods_per(period: Mm) -> f64 {
    period.0
}

/// Six turned ellipses in a corner.
fn rosette(sheet: &mut Sheet, centre: Point, radius: Mm, colour: Colour) {
    for turn in 0..6_u8 {
        let steps = ellipse(centre, radius, 0.42, f64::from(turn) * PI / 6.0);
        sheet.decorate(Mark::Path(Path::once(steps, colour, Mm(0.14))));
    }
}

/// An ellipse turned by `angle`, `flat` times as high as it is long.
fn ellipse(centre: Point, radius: Mm, flat: f64, angle: f64) -> Vec<Step> {
    let (sin, cos) = angle.sin_cos();
    let place = |along: f64, across: f64| Point {
        x: centre.x + radius * (along * cos - across * sin),
        y: centre.y + radius * (along * sin + across * cos),
    };
    let curve = |first: (f64, f64), second: (f64, f64), end: (f64, f64)| {
        Step::Curve(
            place(first.0, first.1 * flat),
            place(second.0, second.1 * flat),
            place(end.0, end.1 * flat),
        )
    };
    vec![
        Step::Move(place(1.0, 0.0)),
        curve((1.0, CIRCLE), (CIRCLE, 1.0), (0.0, 1.0)),
        curve((-CIRCLE, 1.0), (-1.0, CIRCLE), (-1.0, 0.0)),
        curve((-1.0, -CIRCLE), (-CIRCLE, -1.0), (0.0, -1.0)),
        curve((CIRCLE, -1.0), (1.0, -CIRCLE), (1.0, 0.0)),
        Step::Close,
    ]
}

/// How far a Bézier handle lies out for a quarter of a circle.
const CIRCLE: f64 = 0.552_284_75;
