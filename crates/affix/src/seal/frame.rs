//! What of a page is seen, how it is turned, and where a place on it lies in the page's own coordinates.

/// Left, bottom, right, top in a page's own coordinates.
pub(crate) type Rectangle = [f64; 4];

/// How a page is shown (ISO 32000-2, table 31): the part that is seen, the turn, the unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    seen: Rectangle,
    turn: Turn,
    unit: f64,
}

/// By how much a page is turned clockwise when it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Upright,
    Right,
    UpsideDown,
    Left,
}

impl Turn {
    /// From /Rotate, a multiple of ninety degrees; nothing for other values.
    pub(crate) fn of(degrees: i64) -> Option<Turn> {
        match degrees.rem_euclid(360) {
            0 => Some(Turn::Upright),
            90 => Some(Turn::Right),
            180 => Some(Turn::UpsideDown),
            270 => Some(Turn::Left),
            _ => None,
        }
    }

    /// Entry /R of /MK: the turn of what stands in the widget, counter-clockwise (ISO 32000-2, table 192).
    pub(crate) fn degrees(self) -> u32 {
        match self {
            Turn::Upright => 0,
            Turn::Right => 90,
            Turn::UpsideDown => 180,
            Turn::Left => 270,
        }
    }

    /// Matrix that turns a form back, so that it stands upright on the page as seen.
    pub(crate) fn matrix(self) -> [i8; 4] {
        match self {
            Turn::Upright => [1, 0, 0, 1],
            Turn::Right => [0, 1, -1, 0],
            Turn::UpsideDown => [-1, 0, 0, -1],
            Turn::Left => [0, -1, 1, 0],
        }
    }

    /// Whether width and height change places.
    fn lies(self) -> bool {
        matches!(self, Turn::Right | Turn::Left)
    }
}

impl Frame {
    /// The part seen is the crop box within the media box; corners may come in any order (ISO 32000-2, 7.9.5
    /// and 14.11.2). Nothing if no area is left or the unit is not positive.
    pub(crate) fn new(media: Rectangle, crop: Rectangle, turn: Turn, unit: f64) -> Option<Frame> {
        let [
            [left, bottom, right, top],
            [cut_left, cut_bottom, cut_right, cut_top],
        ] = [ordered(media), ordered(crop)];
        let seen = [
            left.max(cut_left),
            bottom.max(cut_bottom),
            right.min(cut_right),
            top.min(cut_top),
        ];
        let [left, bottom, right, top] = seen;
        let sound = media.iter().chain(&crop).all(|side| side.is_finite())
            && unit.is_finite()
            && unit > 0.0;
        (sound && left < right && bottom < top).then_some(Frame { seen, turn, unit })
    }

    /// The turn.
    pub(crate) fn turn(&self) -> Turn {
        self.turn
    }

    /// The rectangle in the page's coordinates of a place on the page as it is seen, in points from its lower
    /// left corner. Nothing if it is empty or reaches beyond what is seen.
    pub(crate) fn place(&self, corner: (f64, f64), size: (f64, f64)) -> Option<Rectangle> {
        let (x, y) = (corner.0 / self.unit, corner.1 / self.unit);
        let (width, height) = (size.0 / self.unit, size.1 / self.unit);
        let [left, bottom, right, top] = self.seen;
        let (across, up) = (right - left, top - bottom);
        let (wide, high) = if self.turn.lies() {
            (up, across)
        } else {
            (across, up)
        };
        let inside = x >= 0.0
            && y >= 0.0
            && width > 0.0
            && height > 0.0
            && x + width <= wide + TOLERANCE
            && y + height <= high + TOLERANCE;
        let placed = match self.turn {
            Turn::Upright => [left + x, bottom + y, left + x + width, bottom + y + height],
            Turn::Right => [
                right - y - height,
                bottom + x,
                right - y,
                bottom + x + width,
            ],
            Turn::UpsideDown => [right - x - width, top - y - height, right - x, top - y],
            Turn::Left => [left + y, top - x - width, left + y + height, top - x],
        };
        inside.then_some(placed)
    }

    /// A rectangle round the middle of `field` in which something of this size (points as seen) stands upright.
    pub(crate) fn natural(&self, field: Rectangle, size: (f64, f64)) -> Rectangle {
        let (width, height) = self.own(size);
        round(field, width, height)
    }

    /// Width and height of a rectangle in points as seen.
    pub(crate) fn seen_size(&self, rectangle: Rectangle) -> (f64, f64) {
        let [left, bottom, right, top] = rectangle;
        let (width, height) = ((right - left) * self.unit, (top - bottom) * self.unit);
        if self.turn.lies() {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// Width and height along the page's own axes.
    fn own(&self, size: (f64, f64)) -> (f64, f64) {
        let (width, height) = (size.0 / self.unit, size.1 / self.unit);
        if self.turn.lies() {
            (height, width)
        } else {
            (width, height)
        }
    }
}

/// What two roundings to hundredths of a point can differ by.
const TOLERANCE: f64 = 0.02;

/// The corners in order.
pub(crate) fn ordered([x, y, other_x, other_y]: Rectangle) -> Rectangle {
    [
        x.min(other_x),
        y.min(other_y),
        x.max(other_x),
        y.max(other_y),
    ]
}

fn round(field: Rectangle, width: f64, height: f64) -> Rectangle {
    let [left, bottom, right, top] = ordered(field);
    let (x, y) = (f64::midpoint(left, right), f64::midpoint(bottom, top));
    [
        x - width / 2.0,
        y - height / 2.0,
        x + width / 2.0,
        y + height / 2.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: Rectangle = [0.0, 0.0, 600.0, 800.0];

    fn frame(crop: Rectangle, degrees: i64, unit: f64) -> Frame {
        let turn = Turn::of(degrees).expect("a right angle");
        Frame::new(MEDIA, crop, turn, unit).expect("an area is left")
    }

    #[test]
    fn a_place_on_the_page_as_seen_becomes_a_rectangle_of_the_page() {
        let place = |degrees| frame(MEDIA, degrees, 1.0).place((10.0, 20.0), (30.0, 40.0));
        assert_eq!(place(0), Some([10.0, 20.0, 40.0, 60.0]));
        assert_eq!(place(90), Some([540.0, 10.0, 580.0, 40.0]));
        assert_eq!(place(180), Some([560.0, 740.0, 590.0, 780.0]));
        assert_eq!(place(270), Some([20.0, 760.0, 60.0, 790.0]));
        assert_eq!(place(-90), place(270));
    }

    #[test]
    fn crop_box_and_unit_move_and_scale_it() {
        let crop = frame([590.0, 790.0, 100.0, -5.0], 0, 2.0);
        assert_eq!(
            crop.place((10.0, 20.0), (30.0, 40.0)),
            Some([105.0, 10.0, 120.0, 30.0])
        );
    }

    #[test]
    fn a_place_beyond_what_is_seen_is_refused() {
        let frame = frame([0.0, 0.0, 100.0, 50.0], 90, 1.0);
        assert!(frame.place((0.0, 0.0), (50.0, 100.0)).is_some());
        assert_eq!(frame.place((0.0, 0.0), (51.0, 100.0)), None);
        assert_eq!(frame.place((0.0, 1.0), (50.0, 100.0)), None);
        assert_eq!(frame.place((-1.0, 0.0), (5.0, 5.0)), None);
        assert_eq!(frame.place((0.0, 0.0), (0.0, 5.0)), None);
        assert_eq!(frame.place((f64::NAN, 0.0), (5.0, 5.0)), None);
    }

    #[test]
    fn pages_without_area_unit_or_right_angle_have_no_frame() {
        assert_eq!(
            Frame::new(MEDIA, [700.0, 0.0, 900.0, 10.0], Turn::Left, 1.0),
            None
        );
        assert_eq!(Frame::new(MEDIA, MEDIA, Turn::Upright, 0.0), None);
        assert_eq!(Frame::new([f64::NAN; 4], MEDIA, Turn::Upright, 1.0), None);
        assert_eq!(Turn::of(45), None);
    }

    #[test]
    fn a_seal_keeps_its_size_round_the_middle() {
        let field = [100.0, 100.0, 200.0, 150.0];
        let upright = frame(MEDIA, 0, 1.0);
        assert_eq!(
            upright.natural(field, (120.0, 60.0)),
            [90.0, 95.0, 210.0, 155.0]
        );
        let turned = frame(MEDIA, 90, 2.0);
        assert_eq!(
            turned.natural(field, (120.0, 60.0)),
            [135.0, 95.0, 165.0, 155.0]
        );
        assert_eq!(turned.seen_size([135.0, 95.0, 165.0, 155.0]), (120.0, 60.0));
    }
}
