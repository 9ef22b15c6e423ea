//! Each way in which a file is no picture of a seal, and what comes out of one that is.

use std::io::Cursor;
use std::io::Write as _;

use image::codecs::jpeg::JpegEncoder;

use super::*;

/// A picture of four colours, the last see-through.
fn sample() -> Picture {
    let colours = [[215, 0, 15, 255], [0, 0, 0, 128], [9, 200, 30, 255], [0; 4]];
    Picture {
        width: 6,
        height: 4,
        points: colours.into_iter().cycle().take(24).collect(),
    }
}

fn side(side: u32) -> usize {
    usize::try_from(side).expect("short")
}

type Chunks = Vec<([u8; 4], Vec<u8>)>;

/// The chunks of a file that was written here.
fn chunks(file: &[u8]) -> Chunks {
    let mut rest = &file[8..];
    let mut found = Vec::new();
    while let [a, b, c, d, after @ ..] = rest {
        let length = side(u32::from_be_bytes([*a, *b, *c, *d]));
        let kind = after[..4].try_into().expect("four octets");
        found.push((kind, after[4..4 + length].to_vec()));
        rest = &after[8 + length..];
    }
    found
}

/// A file of these chunks, each with its right checksum.
fn file(chunks: &Chunks) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in chunks {
        file.extend_from_slice(&u32::try_from(content.len()).expect("short").to_be_bytes());
        let start = file.len();
        file.extend_from_slice(kind);
        file.extend_from_slice(content);
        let mut sum = flate2::Crc::new();
        sum.update(&file[start..]);
        file.extend_from_slice(&sum.sum().to_be_bytes());
    }
    file
}

fn changed(change: impl FnOnce(&mut Chunks)) -> Vec<u8> {
    let mut parts = chunks(&sample().compact_png());
    change(&mut parts);
    file(&parts)
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).expect("a vector");
    encoder.finish().expect("a vector")
}

/// Grey, 1 bit a point, with as many data as its size says, and that many more.
fn grey(width: u32, height: u32, more: usize) -> Vec<u8> {
    let row = side(width.div_ceil(8)) + 1;
    let data = vec![0; row * side(height) + more];
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[1, 0, 0, 0, 0],
    ]
    .concat();
    file(&vec![
        (*b"IHDR", header),
        (*b"IDAT", deflated(&data)),
        (*b"IEND", Vec::new()),
    ])
}

fn jpeg(picture: &Picture) -> Vec<u8> {
    let (width, height) = picture.size();
    let [width, height] = [width, height].map(|side| u32::try_from(side).expect("short"));
    let image = image::RgbImage::from_raw(width, height, picture.colours());
    let mut file = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut file, 100);
    image
        .expect("as many points")
        .write_with_encoder(encoder)
        .expect("a vector");
    file
}

fn with(mut file: Vec<u8>, place: usize, octets: &[u8]) -> Vec<u8> {
    file.splice(place..place, octets.iter().copied());
    file
}

/// Where the first segment of this marker is.
fn segment(file: &[u8], marker: u8) -> usize {
    let found = file
        .array_windows()
        .position(|pair| *pair == [0xFF, marker]);
    found.expect("it has one")
}

type Case = (&'static str, Vec<u8>, ReadPicture);

/// Files that are no PNG, or whose chunks are not what they say.
#[rustfmt::skip]
fn broken() -> Vec<Case> {
    use ReadPicture as R;
    let png = sample().compact_png();
    let mut sum = png.clone();
    *sum.last_mut().expect("octets") ^= 1;
    let mut text = changed(|parts| parts.insert(1, (*b"tEXt", b"Author\0x".to_vec())));
    text[8 + 25 + 8] ^= 1;
    vec![
        ("nothing", Vec::new(), R::Format),
        ("a GIF", b"GIF89a\x01\x00\x01\x00".to_vec(), R::Format),
        ("an SVG", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), R::Format),
        ("a PNG whose line ends were changed", [b"\x89PNG\n\x1a\n", &png[8..]].concat(), R::Format),
        ("a wrong checksum of the end", sum, R::Checksum),
        ("a wrong checksum of a text", text, R::Checksum),
        ("a PNG without its end", png[..png.len() - 12].to_vec(), R::Cut),
        ("a PNG cut in its data", png[..png.len() - 20].to_vec(), R::Cut),
        ("an animation", changed(|parts| parts.insert(1, (*b"acTL", vec![0, 0, 0, 2, 0, 0, 0, 0]))), R::Animated),
        ("a frame", changed(|parts| parts.insert(2, (*b"fdAT", vec![0; 8]))), R::Animated),
        ("a chunk that nobody may pass over", changed(|parts| parts.insert(1, (*b"ABcD", vec![]))), R::Malformed),
        ("a second header", changed(|parts| parts.insert(1, parts[0].clone())), R::Malformed),
        ("no header", changed(|parts| drop(parts.remove(0))), R::Malformed),
        ("data apart", changed(|parts| parts.splice(2..2, [(*b"tEXt", vec![]), (*b"IDAT", vec![])]).for_each(drop)), R::Malformed),
        ("no data", changed(|parts| drop(parts.remove(1))), R::Cut),
        ("a palette that is missing", changed(|parts| parts[0].1[9] = 3), R::Malformed),
        ("transparency beside opacity", changed(|parts| parts.insert(1, (*b"tRNS", vec![0; 6]))), R::Malformed),
    ]
}

/// Files whose header and data are not what they may be.
#[rustfmt::skip]
fn beyond() -> Vec<Case> {
    use ReadPicture as R;
    vec![
        ("data that end early", changed(|parts| parts[1].1.truncate(9)), R::Cut),
        ("data that are not deflated", changed(|parts| parts[1].1 = vec![7; 40]), R::Malformed),
        ("a filter that there is not", changed(|parts| parts[1].1 = deflated(&[9; 25 * 4])), R::Malformed),
        ("fewer rows than said", changed(|parts| parts[0].1[7] = 5), R::Cut),
        ("more rows than said", changed(|parts| parts[0].1[7] = 3), R::Surplus),
        ("a bomb", grey(100, 100, 8 << 20), R::Surplus),
        ("no points", grey(0, 5, 0), R::Malformed),
        ("huge sides", changed(|parts| parts[0].1[..8].copy_from_slice(&[0x7F; 8])), R::Large),
        ("16 bits a channel", changed(|parts| parts[0].1[8] = 16), R::Depth),
        ("5 bits a channel", changed(|parts| parts[0].1[8] = 5), R::Malformed),
        ("a header of another length", changed(|parts| parts[0].1.push(0)), R::Malformed),
    ]
}

#[rustfmt::skip]
fn bent_jpegs() -> Vec<Case> {
    use ReadPicture as R;
    let jpg = jpeg(&sample());
    let (frame, scan) = (segment(&jpg, 0xC0), segment(&jpg, 0xDA));
    let bent = |place: usize, octets: &[u8]| [&jpg[..place], octets, &jpg[place + octets.len()..]].concat();
    vec![
        ("a JPEG without its end", jpg[..jpg.len() - 2].to_vec(), R::Cut),
        ("a JPEG cut in a table", jpg[..frame - 3].to_vec(), R::Cut),
        ("a JPEG of 12 bits", bent(frame + 4, &[12]), R::Depth),
        ("a JPEG for print", bent(frame + 9, &[4]), R::Depth),
        ("a huge JPEG", bent(frame + 5, &[0xFF; 4]), R::Large),
        ("a lossless JPEG", bent(frame + 1, &[0xC3]), R::Malformed),
        ("a JPEG without a scan", [&jpg[..scan], &[0xFF, 0xD9]].concat(), R::Malformed),
        ("a JPEG in a JPEG", with(jpg.clone(), frame, &[0xFF, 0xD8]), R::Malformed),
        ("a JPEG of two frames", with(jpg.clone(), scan, &jpg[frame..frame + 19]), R::Malformed),
    ]
}

#[test]
fn what_is_no_picture_of_a_seal_is_refused_with_its_reason() {
    for picture in [sample().compact_png(), jpeg(&sample())] {
        Picture::of_seal(&picture).expect("as it is made");
    }
    for (case, file, reason) in [broken(), beyond(), bent_jpegs()].concat() {
        assert_eq!(Picture::of_seal(&file), Err(reason), "{case}");
    }
}

#[test]
fn each_limit_is_reached_and_not_passed() {
    let read = |file: &[u8]| Picture::of_seal(file).map(|picture| picture.size());
    assert_eq!(read(&grey(2_000, 2_000, 0)), Ok((2_000, 2_000)));
    assert_eq!(read(&grey(2_000, 2_001, 0)), Err(ReadPicture::Large));
    assert_eq!(read(&grey(8_000, 500, 0)), Ok((8_000, 500)));
    assert_eq!(read(&grey(8_001, 8, 0)), Err(ReadPicture::Large));
    assert_eq!(read(&grey(8, 8_001, 0)), Err(ReadPicture::Large));
    assert_eq!(read(&grey(100, 100, 0)), Ok((100, 100)));
    assert_eq!(read(&grey(100, 100, 1)), Err(ReadPicture::Surplus));

    let long = |octets: usize| {
        let mut file = sample().compact_png();
        file.resize(octets, 0);
        file
    };
    assert_eq!(read(&long(MAX_OCTETS)), Ok((6, 4)));
    assert_eq!(read(&long(MAX_OCTETS + 1)), Err(ReadPicture::Long));

    // A picture that comes in steps: as many passes as there may be, and one more.
    let jpg = jpeg(&sample());
    let (scan, end) = (segment(&jpg, 0xDA), jpg.len() - 2);
    let again = |times: usize| with(jpg.clone(), end, &jpg[scan..end].repeat(times));
    let walked = |file: &[u8]| jpeg::plain(file).map(|_| ());
    assert_eq!(walked(&again(31)), Ok(()));
    assert_eq!(walked(&again(32)), Err(ReadPicture::Surplus));
}

#[test]
fn nothing_of_a_file_but_its_points_comes_out_again() {
    const SECRET: &[u8] = b"not-of-the-picture";
    let told = |file: &[u8]| file.windows(SECRET.len()).any(|part| part == SECRET);
    let word = |kind: &[u8; 4]| (*kind, [b"key\0".as_slice(), SECRET].concat());
    let mut png = changed(|parts| {
        for kind in [
            b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP", b"pHYs", b"prIv",
        ] {
            parts.insert(1, word(kind));
        }
    });
    png.extend_from_slice(SECRET);
    let mut jpg = jpeg(&sample());
    for marker in [0xE1, 0xE2, 0xED, 0xFE] {
        jpg.splice(2..2, [&[0xFF, marker, 0, 20], SECRET].concat());
    }
    jpg.extend_from_slice(SECRET);
    for (file, clean) in [(png, sample().compact_png()), (jpg, jpeg(&sample()))] {
        assert!(told(&file));
        let read = Picture::of_seal(&file).expect("a picture");
        assert_eq!(read, Picture::of_seal(&clean).expect("a picture"));
        let anew = read.on_nothing().compact_png();
        assert!(!told(&anew));
        let kinds: Vec<[u8; 4]> = chunks(&anew).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [*b"IHDR", *b"IDAT", *b"IEND"]);
        assert_eq!(chunks(&anew)[0].1[8..], [8, 6, 0, 0, 0]);
    }
}

#[test]
fn the_points_are_those_of_the_file_and_what_does_not_show_has_no_colour() {
    let mut hidden = sample();
    hidden.points[3] = [1, 2, 3, 0];
    let read = Picture::of_seal(&hidden.compact_png()).expect("a picture");
    assert_eq!(read, hidden);
    assert_eq!(read.on_nothing(), sample());
    let mut nothing = sample();
    nothing.points.fill([7, 7, 7, 15]);
    assert!(nothing.is_blank() && !sample().is_blank());
}

#[test]
fn interlaced_and_indexed_files_and_those_of_fewer_bits_are_read() {
    let mut parts = chunks(&grey(9, 5, 0));
    parts[0].1[12] = 1;
    // 9 by 5 in seven parts of one bit a point: rows of 2+2, 1+1, 1+3, 2+2, 2+2, 3+3, 2*3 octets less what is empty.
    let rows = [(2, 1), (1, 1), (3, 1), (2, 2), (5, 1), (4, 3), (9, 2)];
    let octets: usize = rows
        .iter()
        .map(|(width, rows): &(usize, usize)| (1 + width.div_ceil(8)) * rows)
        .sum();
    parts[1].1 = deflated(&vec![0; octets]);
    assert_eq!(
        Picture::of_seal(&file(&parts)).expect("a picture").size(),
        (9, 5)
    );
    parts[1].1 = deflated(&vec![0; octets + 1]);
    assert_eq!(Picture::of_seal(&file(&parts)), Err(ReadPicture::Surplus));

    let mut parts = chunks(&grey(8, 1, 0));
    parts[0].1[9] = 3;
    parts.insert(1, (*b"PLTE", vec![215, 0, 15]));
    parts.insert(2, (*b"tRNS", vec![64]));
    let read = Picture::of_seal(&file(&parts)).expect("a picture");
    assert_eq!(read.points, [[215, 0, 15, 64]; 8]);
    parts[1].1 = vec![0; 9];
    assert_eq!(Picture::of_seal(&file(&parts)), Err(ReadPicture::Malformed));
}

#[test]
fn the_paper_of_an_opaque_picture_is_taken_out_and_over_white_it_looks_the_same() {
    let colours = [
        [255; 3],
        [250, 248, 251],
        [215, 0, 15],
        [235, 128, 135],
        [0; 3],
    ];
    let paper = Picture {
        width: 5,
        height: 1,
        points: colours
            .map(|[red, green, blue]| [red, green, blue, 255])
            .to_vec(),
    };
    let ink = paper.on_nothing();
    assert_eq!(
        ink.points[..2],
        [[0; 4]; 2],
        "white, and what a scan makes of it"
    );
    for (point, colour) in ink.points.iter().zip(colours).skip(2) {
        let [red, green, blue, opacity] = point.map(u32::from);
        let over = [red, green, blue].map(|one| 255 - (255 - one) * opacity / 255);
        for (seen, meant) in over.iter().zip(colour) {
            assert!(seen.abs_diff(u32::from(meant)) <= 1, "{point:?} {colour:?}");
        }
    }
    let cursor = Cursor::new(ink.compact_png());
    assert!(
        image::ImageReader::new(cursor)
            .with_guessed_format()
            .is_ok()
    );
}
