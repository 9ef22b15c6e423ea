//! Pictures of seals that were handed in: written anew, and put on pages.

use std::io::Cursor;

use document::{Appearance, DrawAppearance, ImportPicture, ReadPicture, import_seal, inspect_seal};
use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

const SIDES: (u32, u32) = (12, 12);
const RED: Rgba<u8> = Rgba([0xD7, 0, 0x0F, 255]);

fn file(picture: &RgbaImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture
        .write_to(&mut file, ImageFormat::Png)
        .expect("a vector");
    file.into_inner()
}

/// A ring on nothing.
fn ring(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let (x, y) = (x.abs_diff(width / 2), y.abs_diff(height / 2));
        let from = (x * x + y * y).isqrt();
        match (width / 2 - 40..width / 2 - 10).contains(&from) {
            true => RED,
            false => Rgba([0; 4]),
        }
    })
}

#[test]
fn a_picture_is_written_anew_with_its_points_and_nothing_else() {
    let ring = ring(284, 284);
    let mut handed = file(&ring);
    let text = b"\0\0\0\x08tEXtName\0xyz";
    let sum = [0x1C, 0xAB, 0x8D, 0x6E];
    assert_eq!(crc(&text[4..]), sum, "the text is in order");
    handed.splice(33..33, text.iter().chain(&sum).copied());
    handed.extend_from_slice(b"and more behind its end");
    let anew = import_seal(&handed, SIDES).expect("a picture");
    assert!(anew.len() < 200 * 1024, "{}", anew.len());
    for part in [b"tEXt".as_slice(), b"xyz", b"more behind"] {
        assert!(!anew.windows(part.len()).any(|here| here == part));
    }
    let read = image::load_from_memory(&anew).expect("a picture");
    assert_eq!(read.into_rgba8(), ring);
    assert_eq!(import_seal(&anew, SIDES).as_ref(), Ok(&anew), "as it stays");
    assert_eq!(import_seal(&file(&ring), SIDES), Ok(anew));
}

fn crc(octets: &[u8]) -> [u8; 4] {
    let mut sum = flate2::Crc::new();
    sum.update(octets);
    sum.sum().to_be_bytes()
}

#[test]
fn a_picture_on_paper_loses_its_paper() {
    let ring = ring(284, 284);
    let paper = RgbImage::from_fn(284, 284, |x, y| match ring.get_pixel(x, y) {
        Rgba([red, green, blue, 255]) => Rgb([*red, *green, *blue]),
        _ => Rgb([255; 3]),
    });
    let mut handed = Cursor::new(Vec::new());
    paper
        .write_to(&mut handed, ImageFormat::Jpeg)
        .expect("a vector");
    let anew = import_seal(handed.get_ref(), SIDES).expect("a picture");
    let read = image::load_from_memory(&anew)
        .expect("a picture")
        .into_rgba8();
    assert_eq!(read.get_pixel(0, 0), &Rgba([0; 4]), "nothing");
    assert!(read.get_pixel(142, 25).0[3] > 200, "ink");
}

#[test]
fn a_picture_that_does_not_show_or_weighs_too_much_or_is_none_is_refused() {
    let mut seed = 1_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    };
    let mut heavy = |lines: u32| {
        let mut picture = ring(283, 283);
        for y in 0..lines {
            for x in 0..283 {
                picture.put_pixel(x, y, Rgba([noise(), noise(), noise(), 255]));
            }
        }
        import_seal(&file(&picture), SIDES)
    };
    assert!(heavy(200).is_ok(), "some 170,000 octets of noise");
    let refused = heavy(283);
    assert!(
        matches!(refused, Err(ImportPicture::Heavy(octets)) if octets > 200 * 1024),
        "{refused:?}"
    );

    let faint = RgbaImage::from_pixel(283, 283, Rgba([0, 0, 0, 15]));
    assert_eq!(import_seal(&file(&faint), SIDES), Err(ImportPicture::Blank));
    let other = import_seal(b"GIF89a", SIDES);
    assert_eq!(other, Err(ImportPicture::Read(ReadPicture::Format)));
    let (points, least) = ((141, 141), (283, 283));
    let coarse = import_seal(&file(&ring(141, 141)), SIDES);
    assert_eq!(coarse, Err(ImportPicture::Coarse { points, least }));
}

#[test]
fn a_picture_becomes_a_form_with_its_points_and_a_mask() {
    let file = file(&ring(283, 283));
    let appearance = Appearance::of_file(&file, SIDES).expect("a picture");
    assert_eq!(
        (appearance.width(), appearance.height()),
        (appearance.height(), 12.0 / 25.4 * 72.0)
    );
    let bodies = appearance.bodies(30);
    let text = |body: &Vec<u8>| String::from_utf8_lossy(body).into_owned();
    let [form, colours, mask] = bodies.as_slice() else {
        panic!("three objects");
    };
    assert_eq!(
        text(form),
        "<</Type/XObject/Subtype/Form/BBox[0 0 34.02 34.02]/Resources<</ExtGState<</M<</BM/Multiply>>>>\
         /XObject<</I 31 0 R>>>>/Length 35>>stream\n/M gs\n34.02 0 0 34.02 0 0 cm\n/I Do\n\nendstream"
    );
    assert!(text(colours).contains("/ColorSpace/DeviceRGB/BitsPerComponent 8/SMask 32 0 R/Filter"));
    assert!(
        text(mask)
            .contains("/Width 283/Height 283/ColorSpace/DeviceGray/BitsPerComponent 8/Filter")
    );
    let bent = Appearance::of_file(&file[..file.len() - 1], SIDES);
    assert!(matches!(
        bent,
        Err(DrawAppearance::Picture(ReadPicture::Cut))
    ));
}

#[test]
fn the_picture_of_another_makers_seal_is_what_its_seal_says() {
    let png = file(&ring(200, 200));
    for (octets, format, told) in [
        (png.as_slice(), "png", Ok(())),
        (&png, "GIF", Err(ImportPicture::Named)),
        (&png, "JPG", Err(ImportPicture::Named)),
        (&png[..png.len() - 1], "PNG", Err(ReadPicture::Cut.into())),
        (b"<svg/>", "SVG", Err(ReadPicture::Format.into())),
        (
            &file(&RgbaImage::new(9, 9)),
            "PNG",
            Err(ImportPicture::Blank),
        ),
    ] {
        assert_eq!(inspect_seal(octets, format), told, "{format}");
    }
}
