//! Pages that are too much, or none.

use std::io::Cursor;

use render::{DrawPage, File, Omission, Settings};

use crate::maker::{FINE, file, filled};

fn refused(resolution: f64, place: usize) -> Option<DrawPage> {
    let octets = file("", "", &[]);
    let mut file = File::open(Cursor::new(octets)).expect("it is read");
    file.draw(place, &Settings::at(resolution)).err()
}

#[test]
fn a_page_has_at_most_so_many_points_and_at_least_one() {
    let at = |resolution: f64| refused(resolution, 0);
    // 20 × 10 millimetres: 40 million points are 8,944 × 4,472.
    assert!(at(11_358.0).is_none());
    for resolution in [11_361.0, 1.0, 0.0, -300.0, f64::NAN, f64::INFINITY] {
        assert!(
            matches!(at(resolution), Some(DrawPage::Size(..))),
            "{resolution}"
        );
    }
    assert!(matches!(refused(FINE, 1), Some(DrawPage::NoSuchPage)));
    let none = File::open(Cursor::new(b"PK".to_vec()));
    assert!(matches!(none, Err(DrawPage::Read(_))));
}

#[test]
fn a_page_with_too_much_on_it_ends_there() {
    // Squares, each over all rows of the page.
    let data: String = (0..400)
        .map(|at| format!("M 0 0 L {at} 10 L 20 10 L 20 0 C "))
        .collect();
    let octets = file(&filled("0 0 20 10", "", "255 0 0", &data), "", &[]);
    let told = |work: u64| {
        let settings = Settings {
            work,
            ..Settings::at(FINE)
        };
        let mut file = File::open(Cursor::new(&octets)).expect("it is read");
        file.draw(0, &settings).expect("it is drawn").omissions
    };
    // 100 rows of five lines, each met by two sides of 400 squares, and what the rows are.
    assert_eq!(told(395_000), [Omission::TooMuch]);
    assert_eq!(told(405_000), []);
}
