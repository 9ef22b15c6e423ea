//! Portraits drawn by rule, for demonstrations and tests: nobody's face, the same bytes everywhere.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// 26 × 32 mm at about 300 dpi.
const WIDTH: u32 = 312;
const HEIGHT: u32 = 384;

/// Points looked at along each side of a pixel.
const POINTS: u32 = 3;

/// A portrait as a PNG file: the same seed gives the same bytes on every machine.
///
/// The picture is computed by additions, multiplications and comparisons alone, which IEEE 754 fixes
/// to the last bit.
#[must_use]
pub fn sample_photo(seed: u64) -> Vec<u8> {
    let person = Person::of(seed);
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| pixel(&person, x, y));
    let mut file = Cursor::new(Vec::new());
    // Writing to a vector cannot fail, and the size is one that PNG has.
    let _ = picture.write_to(&mut file, ImageFormat::Png);
    file.into_inner()
}

/// The mean of several points, so that edges are smooth.
fn pixel(person: &Person, x: u32, y: u32) -> Rgb<u8> {
    let mut sums = [0_u32; 3];
    let step = |pixel: u32, point: u32| f64::from(pixel * POINTS + point) / f64::from(POINTS);
    for (across, down) in (0..POINTS).flat_map(|across| (0..POINTS).map(move |down| (across, down)))
    {
        let colour = person.at(step(x, across) - f64::from(WIDTH) / 2.0, step(y, down));
        for (sum, part) in sums.iter_mut().zip(colour) {
            *sum += u32::from(part);
        }
    }
    Rgb(sums.map(|sum| u8::try_from(sum / (POINTS * POINTS)).unwrap_or(u8::MAX)))
}

type Part = [u8; 3];

/// What tells one portrait from another.
struct Person {
    skin: Part,
    shade: Part,
    hair: Part,
    coat: Part,
    shirt: Part,
    ground: Part,
    long_hair: bool,
    glasses: bool,
    /// Half the width of the face.
    face: f64,
    /// Where the hair ends above the brow.
    fringe: f64,
}

impl Person {
    fn of(seed: u64) -> Person {
        // SplitMix64: neighbouring seeds give portraits that have nothing in common.
        let mut state = seed;
        let mut draw = |of: u64| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = state;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (word ^ (word >> 31)) % of
        };
        let (skin, shade) = match draw(3) {
            0 => ([238, 204, 178], [220, 178, 150]),
            1 => ([229, 190, 160], [208, 164, 134]),
            _ => ([243, 212, 190], [226, 186, 162]),
        };
        let hair = match draw(4) {
            0 => [30, 26, 28],
            1 => [46, 36, 32],
            2 => [24, 24, 30],
            _ => [96, 92, 92],
        };
        let coat = match draw(5) {
            0 => [44, 58, 84],
            1 => [58, 62, 66],
            2 => [86, 52, 58],
            3 => [48, 78, 72],
            _ => [28, 30, 38],
        };
        Person {
            skin,
            shade,
            hair,
            coat,
            shirt: if draw(3) == 0 {
                [206, 220, 236]
            } else {
                [246, 246, 246]
            },
            ground: if draw(3) == 0 {
                [232, 238, 246]
            } else {
                [250, 250, 250]
            },
            long_hair: draw(2) == 0,
            glasses: draw(3) == 0,
            face: if draw(2) == 0 { 66.0 } else { 71.0 },
            fringe: if draw(2) == 0 { 128.0 } else { 116.0 },
        }
    }

    /// The colour at a point: right of the middle, down from the top.
    fn at(&self, x: f64, y: f64) -> Part {
        // The face is symmetric but for the parting of the hair.
        let side = x.abs();
        self.features(side, y)
            .or_else(|| self.head(x, side, y))
            .or_else(|| self.body(side, y))
            .unwrap_or(self.ground)
    }

    fn features(&self, side: f64, y: f64) -> Option<Part> {
        const LENS: (f64, f64) = (28.0, 176.0);
        if self.glasses {
            let ring = inside(side, y, LENS, (20.0, 16.0)) && !inside(side, y, LENS, (17.6, 13.6));
            let bridge = side < 9.0 && (172.0..175.0).contains(&y);
            let arm = (47.0..self.face).contains(&side) && (170.0..173.0).contains(&y);
            if ring || bridge || arm {
                return Some([70, 70, 76]);
            }
        }
        let brow = inside(side, y, (28.0, 158.0), (15.0, 4.0)) && y < 159.0;
        let eye = inside(side, y, (28.0, 176.0), (9.0, 5.2));
        let pupil = inside(side, y, (28.0, 176.0), (4.6, 4.8));
        let nose = inside(side, y, (6.0, 206.0), (4.0, 2.4));
        let mouth = inside(side, y, (0.0, 228.0), (18.0, 4.6)) && y > 227.0 - side * 0.08;
        if brow || pupil {
            Some(self.hair)
        } else if eye {
            Some([248, 248, 248])
        } else if nose {
            Some(self.shade)
        } else if mouth {
            Some([186, 106, 100])
        } else {
            None
        }
    }

    fn head(&self, x: f64, side: f64, y: f64) -> Option<Part> {
        let face = inside(x, y, (0.0, 180.0), (self.face, 86.0));
        let below_fringe = y > self.fringe + (x + 20.0).abs() * 0.22;
        if face && below_fringe {
            return Some(self.skin);
        }
        if inside(x, y, (0.0, 148.0), (self.face + 10.0, 84.0)) && y < 190.0 {
            return Some(self.hair);
        }
        if inside(side, y, (self.face, 186.0), (9.0, 17.0)) && !self.long_hair {
            return Some(self.shade);
        }
        None
    }

    fn body(&self, side: f64, y: f64) -> Option<Part> {
        let neck = side < 30.0 && (240.0..312.0).contains(&y) && y + side * 0.9 < 322.0;
        let shoulders = inside(side, y, (0.0, 420.0), (146.0, 126.0));
        if neck {
            return Some(if y < 272.0 { self.shade } else { self.skin });
        }
        if self.long_hair && inside(side, y, (0.0, 210.0), (self.face + 16.0, 96.0)) && y < 292.0 {
            return Some(self.hair);
        }
        if !shoulders {
            return None;
        }
        let open = side < (y - 284.0) * -0.28 + 34.0;
        Some(if open && side < 44.0 {
            self.shirt
        } else {
            self.coat
        })
    }
}

fn inside(x: f64, y: f64, (middle, centre): (f64, f64), (width, height): (f64, f64)) -> bool {
    let (across, down) = ((x - middle) / width, (y - centre) / height);
    across * across + down * down <= 1.0
}
