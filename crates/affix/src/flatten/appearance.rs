//! Where the appearance of an annotation stands on its page (ISO 32000-2, 12.5.5).

use pdf::{Dictionary, Object, ReadPdf, Reference, View};

/// /F of an annotation (ISO 32000-2, table 167).
pub(super) const HIDDEN: i64 = 1 << 1;
pub(super) const NO_ROTATE: i64 = 1 << 4;
pub(super) const NO_VIEW: i64 = 1 << 5;

/// A transformation: `x' = a x + c y + e`, `y' = b x + d y + f`.
pub(super) type Matrix = [f64; 6];

const SAME: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// The normal appearance in the state that the annotation names; none if it has none.
pub(super) fn normal(
    view: &View<'_>,
    annotation: &Dictionary,
) -> Result<Option<Reference>, ReadPdf> {
    let Object::Dictionary(appearances) = view.value(annotation, b"AP")? else {
        return Ok(None);
    };
    let Some(normal) = appearances.value(b"N") else {
        return Ok(None);
    };
    Ok(match view.resolve(normal)? {
        Object::Stream(_) => end(view, normal)?,
        Object::Dictionary(states) => {
            let state = view.value(annotation, b"AS")?;
            let chosen = state.as_name().and_then(|state| states.value(state));
            match chosen {
                Some(chosen) if matches!(view.resolve(chosen)?, Object::Stream(_)) => {
                    end(view, chosen)?
                }
                _ => None,
            }
        }
        _ => None,
    })
}

/// The object that holds what a reference leads to.
fn end(view: &View<'_>, reference: &Object) -> Result<Option<Reference>, ReadPdf> {
    let mut found = reference.as_reference();
    while let Some(at) = found {
        match view.object(at)? {
            Object::Reference(next) => found = Some(next),
            _ => break,
        }
    }
    Ok(found)
}

/// What to put before an appearance so that it stands where the annotation shows it; none if nothing would be seen.
/// `turned` is the /Rotate of a page against which the annotation stays upright, 0 for those that turn with it.
pub(super) fn placed(
    view: &View<'_>,
    (annotation, form): (&Dictionary, &Dictionary),
    turned: i64,
) -> Result<Option<Matrix>, ReadPdf> {
    let entry = |from: &Dictionary, key| from.value(key).cloned().unwrap_or(Object::Null);
    let (Some(rect), Some(bounds)) = (
        numbers::<4>(view, &entry(annotation, b"Rect"))?.map(sorted),
        numbers::<4>(view, &entry(form, b"BBox"))?.map(sorted),
    ) else {
        return Ok(None);
    };
    let own = numbers::<6>(view, &entry(form, b"Matrix"))?.unwrap_or(SAME);
    // The four corners, transformed, in the smallest upright rectangle.
    let [left, bottom, right, top] = bounds;
    let corners = [(left, bottom), (right, bottom), (right, top), (left, top)];
    let mut quad = [
        f64::INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    for (x, y) in corners {
        let (x, y) = applied(own, x, y);
        quad = [
            quad[0].min(x),
            quad[1].min(y),
            quad[2].max(x),
            quad[3].max(y),
        ];
    }
    let (width, height) = (quad[2] - quad[0], quad[3] - quad[1]);
    let (across, up) = ((rect[2] - rect[0]) / width, (rect[3] - rect[1]) / height);
    let seen = |scale: f64| scale.is_finite() && scale > 0.0;
    if !seen(across) || !seen(up) {
        return Ok(None);
    }
    let onto = [
        across,
        0.0,
        0.0,
        up,
        rect[0] - quad[0] * across,
        rect[1] - quad[1] * up,
    ];
    Ok(Some(upright(onto, (rect[0], rect[3]), turned)))
}

/// 12.5.3: an annotation that does not turn with its page stands upright, its upper left corner where it was.
fn upright(onto: Matrix, (x, y): (f64, f64), turned: i64) -> Matrix {
    let (cos, sin) = match turned.rem_euclid(360) {
        90 => (0.0, 1.0),
        180 => (-1.0, 0.0),
        270 => (0.0, -1.0),
        _ => return onto,
    };
    let [a, b, c, d, e, f] = onto;
    let turn = |x: f64, y: f64| (cos * x - sin * y, sin * x + cos * y);
    let ((a, b), (c, d)) = (turn(a, b), turn(c, d));
    let (e, f) = turn(e - x, f - y);
    [a, b, c, d, e + x, f + y]
}

/// Numbers of an array of so many; nothing if it is another.
fn numbers<const N: usize>(view: &View<'_>, value: &Object) -> Result<Option<[f64; N]>, ReadPdf> {
    let Object::Array(elements) = view.resolve(value)? else {
        return Ok(None);
    };
    let mut found = [0.0; N];
    if elements.len() != N {
        return Ok(None);
    }
    for (into, element) in found.iter_mut().zip(&elements) {
        match view.resolve(element)?.as_number() {
            Some(number) if number.is_finite() => *into = number,
            _ => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn applied([a, b, c, d, e, f]: Matrix, x: f64, y: f64) -> (f64, f64) {
    (a * x + c * y + e, b * x + d * y + f)
}

/// 7.9.5: any two corners that face each other are a rectangle.
fn sorted([left, bottom, right, top]: [f64; 4]) -> [f64; 4] {
    [
        left.min(right),
        bottom.min(top),
        left.max(right),
        bottom.max(top),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_upright_turns_about_its_upper_left_corner() {
        for (turned, wanted) in [
            (0, [1.0, 0.0, 0.0, 1.0, 10.0, 20.0]),
            // The page turns clockwise by so much, and this against it.
            (90, [0.0, 1.0, -1.0, 0.0, 40.0, 30.0]),
            (180, [-1.0, 0.0, 0.0, -1.0, 10.0, 40.0]),
            (-90, [0.0, -1.0, 1.0, 0.0, -20.0, 30.0]),
        ] {
            let onto = [1.0, 0.0, 0.0, 1.0, 10.0, 20.0];
            let found = upright(onto, (10.0, 30.0), turned);
            assert_eq!(applied(found, 0.0, 10.0), (10.0, 30.0), "{turned}");
            assert_eq!(found[..4], wanted[..4], "{turned}");
        }
    }
}
