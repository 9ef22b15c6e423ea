//! Strokes as a picture, from a sample that its identity's key signed.

use crypto::{Signature, SignatureAlgorithm};
use pki::certificate::Certificate;
use registry::signers::handwriting::Sample;
use seal::picture::{Picture, Shape, Step};
use signing::strokes::{Point, Strokes};

/// The field in which a sample is drawn, in millimetres.
const FIELD: (f64, f64) = (40.0, 16.0);
/// What is left free around it.
const FREE: f64 = 0.8;
/// Width of a line at the weakest and the strongest pressure.
const LINE: (f64, f64) = (0.3, 0.7);
/// Black as of ink.
const INK: [u8; 3] = [0x16, 0x16, 0x30];

/// What the identity's key signs: whose sample it is, and the sample.
pub(crate) fn octets(signer: &str, strokes: &[u8]) -> Vec<u8> {
    let mut out = format!("yinxin handwriting 1\nsigner {signer}\n").into_bytes();
    out.extend_from_slice(strokes);
    out
}

/// The sample as a picture; `None` where the key of this certificate did not sign it for this identity.
pub(crate) fn drawn(
    kept: &Sample,
    (certificate, algorithm): (&Certificate, SignatureAlgorithm),
) -> Option<Picture> {
    let message = octets(&kept.signer, &kept.strokes);
    let signature = Signature::new(kept.signature.clone());
    let key = certificate.public_key().ok()?;
    key.check(algorithm, &message, &signature).ok()?;
    Some(picture(&Strokes::parse(&kept.strokes).ok()?))
}

/// The strokes, as large as the field allows, in the middle of it.
fn picture(strokes: &Strokes) -> Picture {
    let (corner, reach) = strokes.bounds();
    let room = (FIELD.0 - 2.0 * FREE, FIELD.1 - 2.0 * FREE);
    let size = (f64::from(reach.0.max(1)), f64::from(reach.1.max(1)));
    let scale = (room.0 / size.0).min(room.1 / size.1);
    let left = (FIELD.0 - size.0 * scale) / 2.0;
    let top = (FIELD.1 - size.1 * scale) / 2.0;
    let place = |point: &Point| {
        let x = f64::from(point.x.saturating_sub(corner.0));
        let y = f64::from(point.y.saturating_sub(corner.1));
        (left + x * scale, top + y * scale)
    };
    Picture {
        width: FIELD.0,
        height: FIELD.1,
        colour: INK,
        shapes: strokes
            .strokes()
            .iter()
            .map(|stroke| shape(stroke, place))
            .collect(),
        letters: Vec::new(),
    }
}

/// One stroke; its width follows from how strongly the pen was held in the middle of it.
fn shape(stroke: &[Point], place: impl Fn(&Point) -> (f64, f64)) -> Shape {
    let step = |(number, point)| match number {
        0 => Step::Move(place(point)),
        _ => Step::Line(place(point)),
    };
    let mut steps: Vec<Step> = stroke.iter().enumerate().map(step).collect();
    // A dot is a line of no length, which some readers do not draw.
    if let [Step::Move((x, y))] = steps.as_slice() {
        let end = Step::Line((x + LINE.0, *y));
        steps.push(end);
    }
    let pressure = stroke
        .get(stroke.len() / 2)
        .map_or(0, |point| point.pressure);
    Shape {
        steps,
        line: Some(LINE.0 + (LINE.1 - LINE.0) * f64::from(pressure) / 1_000.0),
    }
}
