//! Pictures of seals: every lawful length of name keeps inside its rim, what is unlawful is refused.

use seal::picture::{
    DrawSeal, Inscription, Letter, NameSeal, Organisation, Picture, RED, Step, Style, Window,
};

const NAME: &str =
    "临溪经济开发区归舟晨光白鹿青禾听雨半亩九溪长风石桥松间渡口春和柳桥商贸投资有限公司";

/// The lengths of looks 2, and the shortest one.
const LENGTHS: [usize; 5] = [1, 3, 12, 25, 40];

fn name(count: usize) -> String {
    NAME.chars().take(count).collect()
}

fn organisation<'a>(name: &'a str, purpose: Option<&'a str>, diameter: f64) -> Organisation<'a> {
    Organisation {
        name,
        purpose,
        code: "9901020000018",
        diameter,
        colour: RED,
    }
}

fn window<'a>(name: &'a str, date: Option<&'a str>) -> Window<'a> {
    Window {
        name,
        purpose: "受理专用章",
        date,
        colour: RED,
    }
}

/// Corners of a letter's square, as it is compressed and turned.
fn corners(letter: &Letter) -> [(f64, f64); 4] {
    let (sin, cos) = letter.turn.to_radians().sin_cos();
    let (across, down) = (letter.size * letter.stretch / 2.0, letter.size / 2.0);
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(right, below)| {
        let (x, y) = (across * right, down * below);
        (
            letter.centre.0 + x * cos - y * sin,
            letter.centre.1 + x * sin + y * cos,
        )
    })
}

/// Letters of the name: upright to the centre, so those that are turned or stand first.
fn of_name(picture: &Picture, count: usize) -> &[Letter] {
    picture.letters.get(..count).expect("the name comes first")
}

#[test]
fn letters_of_a_round_seal_stay_inside_the_rim_at_every_length() {
    for diameter in [30.0, 40.0, 42.0, 45.0, 60.0] {
        for count in LENGTHS {
            let name = name(count);
            for purpose in [None, Some("行政审批专用章")] {
                let picture = organisation(&name, purpose, diameter)
                    .draw()
                    .expect("a lawful length");
                let radius = diameter / 2.0;
                for letter in &picture.letters {
                    for (x, y) in corners(letter) {
                        let reach = (x - radius).hypot(y - radius);
                        assert!(
                            reach < radius - 1.2,
                            "{diameter} mm, {count}: {letter:?} reaches {reach}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn letters_of_a_window_seal_stay_inside_the_inner_rim_at_every_length() {
    for count in LENGTHS {
        let name = name(count);
        for date in [None, Some("2026年12月30日")] {
            let picture = window(&name, date).ellipse().expect("a lawful length");
            for (x, y) in picture.letters.iter().flat_map(corners) {
                let (across, down) = ((x - 22.5) / (22.5 - 1.75), (y - 15.0) / (15.0 - 1.75));
                assert!(across.hypot(down) < 1.0, "{count}: {x} {y}");
            }
            let picture = window(&name, date).rectangle().expect("a lawful length");
            for (x, y) in picture.letters.iter().flat_map(corners) {
                assert!((1.85..50.0 - 1.85).contains(&x), "{count}: {x}");
                assert!((1.85..30.0 - 1.85).contains(&y), "{count}: {y}");
            }
        }
    }
}

#[test]
fn neighbours_on_an_arc_do_not_overlap() {
    for count in LENGTHS {
        let name = name(count);
        let pictures = [
            organisation(&name, None, 42.0).draw(),
            window(&name, None).ellipse(),
        ];
        for picture in pictures {
            let picture = picture.expect("a lawful length");
            for pair in of_name(&picture, count).windows(2) {
                let [one, other] = pair else { continue };
                let apart = (one.centre.0 - other.centre.0).hypot(one.centre.1 - other.centre.1);
                assert!(apart > one.size * one.stretch, "{count}: {apart}");
            }
        }
    }
}

#[test]
fn a_long_name_is_compressed_and_hardly_shrunk() {
    let letter = |count: usize| {
        let name = name(count);
        let picture = organisation(&name, None, 42.0)
            .draw()
            .expect("a lawful length");
        of_name(&picture, count).first().expect("a letter").clone()
    };
    let (short, long, longest) = (letter(3), letter(25), letter(40));
    assert!((short.stretch - 1.0).abs() < 1e-9);
    assert!(
        (long.size - short.size).abs() < 1e-9,
        "only its width gives"
    );
    assert!(long.stretch < 0.8);
    assert!(longest.size > short.size * 0.7 && longest.stretch > 0.3);
}

#[test]
fn a_name_is_symmetrical_about_the_upright_axis() {
    for count in LENGTHS {
        let name = name(count);
        let picture = organisation(&name, None, 42.0)
            .draw()
            .expect("a lawful length");
        let letters = of_name(&picture, count);
        for (left, right) in letters.iter().zip(letters.iter().rev()) {
            assert!((left.centre.0 + right.centre.0 - 42.0).abs() < 0.02);
            assert!((left.turn + right.turn).abs() < 0.1);
        }
    }
}

#[test]
fn the_star_has_five_points_and_stands_upright_in_the_middle() {
    let picture = organisation("临溪市公安局", None, 42.0)
        .draw()
        .expect("a seal");
    let star = picture
        .shapes
        .iter()
        .find(|shape| shape.line.is_none())
        .expect("a filled star");
    let corners: Vec<(f64, f64)> = star
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Move(at) | Step::Line(at) => Some(*at),
            Step::Curve(..) | Step::Close => None,
        })
        .collect();
    assert_eq!(corners.len(), 10);
    let top = corners.first().expect("ten corners");
    assert!((top.0 - 21.0).abs() < 1e-9 && top.1 < 21.0);
    let reach = |(x, y): &(f64, f64)| (x - 21.0).hypot(y - 21.0);
    let points = corners.iter().step_by(2).map(reach);
    assert!(
        points
            .clone()
            .all(|point| (point - reach(top)).abs() < 1e-9)
    );
}

#[test]
fn the_code_is_in_hei_and_all_else_in_song() {
    let picture = organisation("临溪市公安局", Some("户口专用"), 42.0)
        .draw()
        .expect("a seal");
    for letter in &picture.letters {
        let expected = if letter.character.is_ascii_digit() {
            Style::Hei
        } else {
            Style::Song
        };
        assert_eq!(letter.style, expected);
    }
}

#[test]
fn too_long_too_short_and_the_wrong_size_are_refused_by_name() {
    let long = NAME.chars().cycle().take(41).collect::<String>();
    let refused = organisation(&long, None, 42.0)
        .draw()
        .expect_err("41 characters");
    assert_eq!(
        refused,
        DrawSeal::TooLong {
            inscription: Inscription::Name,
            characters: 41,
            most: 40
        }
    );
    assert_eq!(
        organisation("", None, 42.0).draw(),
        Err(DrawSeal::Empty(Inscription::Name))
    );
    assert_eq!(
        organisation("临溪", Some(""), 42.0).draw(),
        Err(DrawSeal::Empty(Inscription::Purpose))
    );
    for (diameter, told) in [(29.9, 29_900), (60.1, 60_100), (f64::NAN, 0), (-1.0, 0)] {
        assert_eq!(
            organisation("临溪", None, diameter).draw(),
            Err(DrawSeal::Size(told))
        );
    }
    let refused = window(&long, None).ellipse().expect_err("41 characters");
    assert_eq!(
        refused.to_string(),
        "the seal's name has 41 characters, more than 40"
    );
    assert!(
        window("临溪", Some("2026年12月30日星期三夜"))
            .rectangle()
            .is_err()
    );
}

/// 林小满 becomes 林小 / 满印, read from the right; no letter leaves the rim, whatever the length.
#[test]
fn a_name_seal_is_a_square_that_is_read_from_the_right() {
    let seal = |name: &str| NameSeal { name, colour: RED }.square();
    for (name, drawn, side) in [
        ("林", "林", 18.0),
        ("高山", "高山之印", 18.0),
        ("林小满", "林小满印", 18.0),
        ("欧阳小满", "欧阳小满", 18.0),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提", 20.0),
    ] {
        let picture = seal(name).expect("a picture");
        let letters: String = picture
            .letters
            .iter()
            .map(|letter| letter.character)
            .collect();
        assert_eq!((letters.as_str(), picture.width), (drawn, side));
        let half = |letter: &Letter| letter.size / 2.0;
        for letter in &picture.letters {
            let (x, y) = letter.centre;
            assert!(
                x - half(letter) > 1.0 && x + half(letter) < side - 1.0,
                "{name}"
            );
            assert!(
                y - half(letter) > 1.0 && y + half(letter) < side - 1.0,
                "{name}"
            );
        }
    }
    let four = seal("林小满").expect("a picture");
    let [first, second, third, fourth] = &four.letters[..] else {
        unreachable!("four letters");
    };
    assert!(first.centre.0 > third.centre.0 && first.centre.1 < second.centre.1);
    assert!(second.centre.0 > fourth.centre.0);
    assert!(seal("").is_err() && seal(&"满".repeat(41)).is_err());
}
