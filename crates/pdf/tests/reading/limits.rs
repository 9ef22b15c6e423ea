//! T-I7: files at each limit are read, and one beyond it are refused for that limit.

use pdf::{File, ReadPdf, read};

use crate::maker::{Bodies, Maker, TRAILER, bodies, stream};

/// Reads the file of these objects and asks it.
fn ask<T>(
    objects: &Bodies,
    question: impl Fn(&File<'_>) -> Result<T, ReadPdf>,
) -> Result<T, ReadPdf> {
    let bytes = Maker::new(objects, TRAILER).bytes;
    question(&read(&bytes).expect("a sound table"))
}

fn limit<T>(answer: Result<T, ReadPdf>) -> &'static str {
    match answer {
        Ok(_) => "read",
        Err(ReadPdf::Limit { what, .. }) => what,
        Err(other) => other.code(),
    }
}

/// A catalog with these entries and no pages.
fn catalog(entries: &str) -> Bodies {
    bodies(&[
        (1, &format!("<</Type/Catalog/Pages 2 0 R{entries}>>")),
        (2, "<</Type/Pages/Kids[]/Count 0>>"),
    ])
}

/// `0 R` after each of these numbers.
fn references(numbers: impl Iterator<Item = u32>) -> String {
    numbers.map(|number| format!("{number} 0 R ")).collect()
}

#[test]
fn ten_thousand_pages_are_read_and_one_more_is_not() {
    let pages = |count: u32| {
        let mut objects = catalog("");
        let kids = references(3..3 + count);
        objects.insert(2, format!("<</Type/Pages/Kids[{kids}]/Count {count}>>"));
        for number in 3..3 + count {
            objects.insert(number, "<</Type/Page/Parent 2 0 R>>".to_owned());
        }
        ask(&objects, |file| file.latest().pages())
    };
    assert_eq!(pages(10_000).map(|found| found.len()), Ok(10_000));
    assert_eq!(limit(pages(10_001)), "pages");
}

#[test]
fn trees_of_sixty_four_levels_are_read_and_deeper_ones_are_not() {
    let pages = |levels: u32| {
        let mut objects = catalog("");
        let last = 1 + levels;
        for number in 2..last {
            let parent = if number == 2 {
                String::new()
            } else {
                format!("/Parent {} 0 R", number - 1)
            };
            let kid = number + 1;
            let body = format!("<</Type/Pages/Kids[{kid} 0 R]/Count 1{parent}>>");
            objects.insert(number, body);
        }
        objects.insert(last, format!("<</Type/Page/Parent {} 0 R>>", last - 1));
        limit(ask(&objects, |file| file.latest().pages()))
    };
    let names = |levels: u32| {
        let mut objects = catalog("/Names<</EmbeddedFiles 10 0 R>>");
        let last = 9 + levels;
        for number in 10..last {
            objects.insert(number, format!("<</Kids[{} 0 R]>>", number + 1));
        }
        objects.insert(last, "<</Names[]>>".to_owned());
        limit(ask(&objects, |file| file.attachments_at(0)))
    };
    let fields = |levels: u32| {
        let mut objects = catalog("/AcroForm<</Fields[10 0 R]>>");
        let last = 9 + levels;
        for number in 10..=last {
            let parent = match number {
                10 => String::new(),
                _ => format!("/Parent {} 0 R", number - 1),
            };
            let kids = if number == last {
                "/FT/Tx".to_owned()
            } else {
                format!("/Kids[{} 0 R]", number + 1)
            };
            objects.insert(number, format!("<</T(a){parent}{kids}>>"));
        }
        limit(ask(&objects, |file| file.latest().fields()))
    };
    for tree in [&pages as &dyn Fn(u32) -> &'static str, &names, &fields] {
        assert_eq!((tree(64), tree(65)), ("read", "levels of a tree"));
    }
}

#[test]
fn fields_names_files_and_material_are_counted() {
    let fields = |count: u32| {
        let list = references(10..10 + count);
        let mut objects = catalog(&format!("/AcroForm<</Fields[{list}]>>"));
        for number in 10..10 + count {
            objects.insert(number, format!("<</T(f{number})/FT/Tx>>"));
        }
        limit(ask(&objects, |file| file.latest().fields()))
    };
    assert_eq!((fields(10_000), fields(10_001)), ("read", "form fields"));
    let files = |count: u32| {
        let names: String = (0..count)
            .map(|number| format!("(f{number})<</EF<</F 5 0 R>>>>"))
            .collect();
        let mut objects = catalog(&format!("/Names<</EmbeddedFiles<</Names[{names}]>>>>"));
        objects.insert(5, stream("", "content"));
        limit(ask(&objects, |file| file.attachments_at(0)))
    };
    assert_eq!((files(1_000), files(1_001)), ("read", "embedded files"));
    // Ten thousand names are read, and then they are too many files.
    let beyond = (files(10_000), files(10_001));
    assert_eq!(beyond, ("embedded files", "names of a tree"));
    let material = |count: usize| {
        let mut objects = catalog(&format!("/DSS<</Certs[{}]>>", "5 0 R ".repeat(count)));
        objects.insert(5, stream("", "a certificate"));
        limit(ask(&objects, |file| file.dss()))
    };
    let beyond = (material(1_000), material(1_001));
    assert_eq!(beyond, ("read", "validation material"));
}

#[test]
fn names_of_fields_are_counted_where_they_are_inherited() {
    let fields = |octets: usize| {
        let mut objects = catalog("/AcroForm<</Fields[10 0 R]>>");
        let name = "n".repeat(octets);
        objects.insert(
            10,
            format!("<</T({name})/FT/Tx/Kids[11 0 R 12 0 R 13 0 R]>>"),
        );
        for kid in 11..14 {
            objects.insert(kid, format!("<</T(k)/Parent 10 0 R/V({kid})>>"));
        }
        ask(&objects, |file| file.latest().fields())
    };
    // The group's name, and its name with a point and a letter for each of three.
    let most = (1 << 20) - 2;
    let found = fields(most).expect("at the limit");
    let [first, ..] = found.as_slice() else {
        panic!("three fields");
    };
    assert_eq!(first.name.len(), most + 2);
    assert_eq!(limit(fields(most + 1)), "octets of names of fields");
}

#[test]
fn four_filters_are_undone_and_five_are_not() {
    let filtered = |count: usize| {
        let mut data = "inside".to_owned();
        for _ in 0..count {
            data = data.bytes().map(|octet| format!("{octet:02x}")).collect();
            data.push('>');
        }
        let filters = format!("/Filter[{}]", "/ASCIIHexDecode ".repeat(count));
        let mut objects = catalog("/DSS<</Certs[5 0 R]>>");
        objects.insert(5, stream(&filters, &data));
        ask(&objects, |file| file.dss()).map(|found| found.certificates)
    };
    assert_eq!(filtered(4), Ok(vec![b"inside".to_vec()]));
    assert!(matches!(filtered(5), Err(ReadPdf::Filter { .. })));
}

#[test]
fn a_hundred_megapixels_are_a_picture_and_one_more_is_not() {
    let picture = |width: u64, height: u64| {
        let entries = format!("/Subtype/Image/Width {width}/Height {height}");
        let mut objects = catalog("/Picture 5 0 R");
        objects.insert(5, stream(&entries, ""));
        limit(ask(&objects, |file| file.survey()))
    };
    assert_eq!(picture(10_000, 10_000), "read");
    assert_eq!(picture(100_000_001, 1), "pixels of a picture");
    assert_eq!(picture(u64::MAX >> 1, 2), "pixels of a picture");
}

#[test]
fn an_object_has_as_many_values_and_no_more() {
    let array = |count: usize| {
        let mut objects = catalog("/Values 5 0 R");
        objects.insert(5, format!("[{}]", "0 ".repeat(count)));
        limit(ask(&objects, |file| file.survey()))
    };
    // The array is a value itself.
    assert_eq!(array(262_143), "read");
    assert_eq!(array(262_144), "values in one object");
}

#[test]
fn a_million_objects_are_the_limit() {
    let sized = |size: &str| {
        let bytes = format!(
            "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 2\n0000000000 65535 f \n0000000009 \
             00000 n \ntrailer<</Size {size}/Root 1 0 R>>\nstartxref\n40\n%%EOF\n"
        );
        limit(read(&bytes.into_bytes()).map(|_| ()))
    };
    // /Size is the highest number and one (7.5.5).
    assert_eq!((sized("1000001"), sized("1000002")), ("read", "objects"));
    let listed = |count: u32| {
        let rows = "0000000000 65535 f \n".repeat(usize::try_from(count).expect("a million"));
        let bytes = format!(
            "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nxref\n1 1\n0000000009 00000 n \n2 {count}\n\
             {rows}trailer<</Size 1000001/Root 1 0 R>>\nstartxref\n40\n%%EOF\n"
        );
        limit(read(&bytes.into_bytes()).map(|_| ()))
    };
    assert_eq!((listed(999_999), listed(1_000_000)), ("read", "objects"));
}
