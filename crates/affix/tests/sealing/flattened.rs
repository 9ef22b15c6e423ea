//! Files made fit to be sealed: what they show stays, all else goes, and what is not certain is refused.

use affix::flatten::{Done, FlattenPdf, Flattened, MAX_LINES, flatten};
use affix::preflight::{Active, preflight};
use affix::seal::Place;
use pdf::{Object, ReadPdf};

use crate::files::{
    KINDS, Kind, Small, empty_field, existing, judged, new_field, request, sealed, shown,
};
use crate::thread::page;

/// Flattened from every kind of file, each the same but for what held its objects.
pub(crate) fn flat(small: &Small) -> Flattened {
    let [table, stream, hybrid] = KINDS.map(|kind| {
        let file = small.file(kind);
        let flat = flatten(&file).unwrap_or_else(|error| panic!("{kind:?}: {error:?}"));
        assert_eq!(
            flatten(&file),
            Ok(flat.clone()),
            "the same octets each time"
        );
        flat
    });
    assert_eq!(table, stream, "wherever the objects stood");
    assert_eq!(table, hybrid, "wherever the objects stood");
    sound(&table);
    table
}

/// That a file is whole, quiet, of one revision and can be sealed, and is settled: nothing more is to be done.
fn sound(flat: &Flattened) {
    let read = pdf::read(&flat.bytes).expect("what is written is read");
    assert_eq!(read.revisions(), 1);
    let survey = read.survey().expect("every object is sound");
    assert_eq!(
        survey.objects,
        read.latest().references().len(),
        "nothing is unreached"
    );
    assert_eq!(preflight(&flat.bytes).expect("read").findings, []);
    let again = flatten(&flat.bytes).expect("flat already");
    assert_eq!(again.lines, [], "nothing is left to do");
    assert_eq!(again.bytes.len(), flat.bytes.len());
    let sealed = sealed(&flat.bytes, &request(Place::Page(new_field("Sealed"))));
    assert_eq!(judged(&sealed.expect("sealed")), ["Sealed"]);
}

pub(crate) fn lines(flat: &Flattened) -> Vec<(Done, Option<u32>, Option<u32>)> {
    let line = |line: &affix::flatten::Line| (line.done.clone(), line.page, line.object);
    flat.lines.iter().map(line).collect()
}

/// The content of the first page, line by line.
pub(crate) fn content(flat: &Flattened) -> Vec<String> {
    let read = pdf::read(&flat.bytes).expect("read");
    let view = read.latest();
    let streams = match shown(&flat.bytes, &["Pages", "Kids", "0", "Contents"]) {
        Object::Array(streams) => streams,
        stream => vec![stream],
    };
    let mut whole = Vec::new();
    for stream in &streams {
        let Object::Stream(stream) = view.resolve(stream).expect("resolved") else {
            panic!("no stream: {stream:?}");
        };
        whole.extend(view.decoded(&stream).expect("decoded"));
        whole.push(b'\n');
    }
    let text = String::from_utf8_lossy(&whole).into_owned();
    text.lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Every stream and object of a file, decoded, as one text.
pub(crate) fn all(flat: &Flattened) -> String {
    let read = pdf::read(&flat.bytes).expect("read");
    let view = read.latest();
    let mut text = String::from_utf8_lossy(&flat.bytes).into_owned();
    for reference in view.references() {
        if let Object::Stream(stream) = view.object(reference).expect("an object") {
            let data = view.decoded(&stream).expect("decoded");
            text += &String::from_utf8_lossy(&data);
        }
    }
    text
}

pub(crate) fn stream(entries: &str, data: &str) -> String {
    format!(
        "<<{entries}/Length {}>>stream\n{data}\nendstream",
        data.len()
    )
}

/// One page with this content.
pub(crate) fn with_content(catalog: &str, resources: &str, data: &str) -> Small {
    let small = Small::new(catalog, "").with(4, stream("", data));
    let page = format!("<</Type/Page/Parent 2 0 R/Resources<<{resources}>>/Contents 4 0 R>>");
    small.with(3, page).with(30, "null")
}

/// One page with one annotation, whose appearance is object 10.
fn annotated(entries: &str) -> Small {
    let annotation = format!("<</Type/Annot/Rect[100 200 120 240]{entries}>>");
    Small::new("", "/Annots[9 0 R]")
        .with(9, annotation)
        .with(
            10,
            stream(
                "/Type/XObject/Subtype/Form/BBox[0 0 10 10]",
                "0 0 10 10 re f",
            ),
        )
        .with(30, "null")
}

pub(crate) fn uncertain(small: &Small) -> &'static str {
    match flatten(&small.file(Kind::Table)) {
        Err(FlattenPdf::Uncertain { what, .. }) => what,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_quiet_file_is_only_written_anew() {
    let flat = flat(&Small::new("", "").with(30, "null"));
    assert_eq!(lines(&flat), []);
    assert_eq!(content(&flat), ["0 0 300 400 re 0 0 m S"]);
    let ours = flatten(&page().bytes).expect("our own pages");
    sound(&ours);
    let sealed = sealed(&ours.bytes, &existing("Seal", affix::seal::Fit::Natural));
    assert!(
        sealed.is_ok(),
        "the field that waits for the seal is kept: {sealed:?}"
    );
}

#[test]
fn what_acts_is_left_out() {
    let link = "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A 9 0 R>>]";
    for (action, kind) in [
        ("<</S/JavaScript/JS(x)>>", Active::Script),
        ("<</S/Launch/F(x.exe)>>", Active::Launch),
        ("<</S 12 0 R/F(x.exe)>>", Active::Launch),
        ("<</S/GoToR/F(x.pdf)>>", Active::OtherFile),
        ("<</S/GoToE/F(x.pdf)>>", Active::OtherFile),
        ("<</S/SubmitForm>>", Active::FormData),
        ("<</S/ImportData>>", Active::FormData),
        ("<</S/Hide>>", Active::Showing),
        ("<</S/SetOCGState>>", Active::Showing),
        ("<</S/Rendition>>", Active::Multimedia),
    ] {
        let small = Small::new("", link).with(9, action).with(12, "/Launch");
        let small = small.with(30, "null");
        let before = preflight(&small.file(Kind::Table)).expect("read");
        assert_eq!(before.findings.len(), 1, "{action}");
        let flat = flat(&small);
        assert_eq!(flat.lines[0].done, Done::Removed(kind), "{action}");
        assert!(!all(&flat).contains("/S/"), "{action}");
    }
    let next = "<</S/GoTo/D[3 0 R/Fit]/Next[<</S/Launch>>]>>";
    let flat = flat(&Small::new("", link).with(9, next).with(30, "null"));
    assert_eq!(
        lines(&flat),
        [(Done::Removed(Active::Launch), None, Some(9))]
    );
    assert!(
        all(&flat).contains("/S/GoTo"),
        "what only goes somewhere stays"
    );
}

#[test]
fn what_the_catalog_and_the_pages_start_is_left_out() {
    let removed = |small: &Small| match lines(&flat(small)).as_slice() {
        [(Done::Removed(kind), _, _)] => kind.clone(),
        other => panic!("{other:?}"),
    };
    let catalog = |entries: &str| removed(&Small::new(entries, "").with(30, "null"));
    assert_eq!(catalog("/OpenAction<</S/URI/URI(x)>>"), Active::Automatic);
    assert_eq!(catalog("/OpenAction(name)"), Active::Automatic);
    assert_eq!(catalog("/AA<</WC<</S/URI>>>>"), Active::Automatic);
    assert_eq!(catalog("/Collection<<>>"), Active::Portfolio);
    assert_eq!(catalog("/Names<</JavaScript<</Names[]>>>>"), Active::Script);
    let other = "/Names<</AlternatePresentations<</Names[]>>>>";
    assert_eq!(catalog(other), Active::OtherPresentation);
    assert_eq!(catalog("/NeedsRendering true"), Active::Xfa);
    assert_eq!(catalog("/AcroForm<</XFA[]>>"), Active::Xfa);
    let made_up = "/AcroForm<</NeedAppearances true>>";
    assert_eq!(catalog(made_up), Active::MadeUpAppearances);
    let page = Small::new("", "/AA<</O<</S/URI>>>>").with(30, "null");
    assert_eq!(removed(&page), Active::Automatic);
    let stays = Small::new("/OpenAction[3 0 R/Fit]/Lang(zh)", "").with(30, "null");
    let stays = flat(&stays);
    assert_eq!(lines(&stays), []);
    assert!(all(&stays).contains("/OpenAction[") && all(&stays).contains("/Lang(zh)"));
}

#[test]
fn contents_of_others_are_left_out_or_refused() {
    let painted = |entries: &str| {
        with_content("", "/XObject<</X 9 0 R>>", "/X Do").with(9, stream(entries, "0 g"))
    };
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]";
    for (entries, kind) in [
        (
            format!("{form}/Ref<</F(x.pdf)>>"),
            Active::ReferencedContent,
        ),
        (format!("{form}/OPI<<>>"), Active::ReferencedContent),
        (format!("{form}/Alternates[]"), Active::AlternateImage),
        (format!("{form}/PS 4 0 R"), Active::PostScript),
        (format!("{form}/Subtype2/PS"), Active::PostScript),
        ("/Type/XObject/Subtype/PS".to_owned(), Active::PostScript),
    ] {
        let flat = flat(&painted(&entries));
        let removed = (Done::Removed(kind), None, Some(9));
        assert!(
            lines(&flat).contains(&removed),
            "{entries}: {:?}",
            flat.lines
        );
    }
    let outside = painted(&format!("{form}/F(x.bin)"));
    assert_eq!(
        uncertain(&outside),
        "a stream whose data are in another file"
    );
}

#[test]
fn annotations_become_content_by_their_appearances() {
    for (entries, form, placed) in [
        ("/AP<</N 10 0 R>>", None, "2.0 0.0 0.0 4.0 100.0 200.0"),
        (
            "/AS/On/AP<</N<</On 10 0 R>>>>",
            None,
            "2.0 0.0 0.0 4.0 100.0 200.0",
        ),
        // 12.5.5: what the appearance's own matrix turns is fitted as it then stands.
        (
            "/AP<</N 10 0 R>>",
            Some("/Subtype/Form/BBox[0 0 10 20]/Matrix[0 1 -1 0 0 0]"),
            "1.0 0.0 0.0 4.0 120.0 200.0",
        ),
        (
            "/AP<</N 10 0 R>>",
            Some("/BBox[10 10 0 0]"),
            "2.0 0.0 0.0 4.0 100.0 200.0",
        ),
    ] {
        let mut small = annotated(&format!("/Subtype/Stamp{entries}"));
        if let Some(form) = form {
            small.put(10, stream(form, "0 g"));
        }
        let flat = flat(&small);
        let subtype = "Stamp".to_owned();
        assert_eq!(
            lines(&flat),
            [(Done::Painted { subtype }, Some(1), Some(9))]
        );
        let wanted = [
            "q",
            "0 0 300 400 re 0 0 m S",
            "Q",
            "/Artifact BMC q",
            &format!("{placed} cm /Look1 Do Q EMC"),
        ];
        assert_eq!(content(&flat), wanted);
        let path = ["Pages", "Kids", "0"];
        let annotations = shown(&flat.bytes, &[&path[..], &["Annots"]].concat());
        assert_eq!(annotations, Object::Null);
        let look = shown(
            &flat.bytes,
            &[&path[..], &["Resources", "XObject", "Look1"]].concat(),
        );
        let look = look.as_stream().expect("the appearance").dictionary.clone();
        assert_eq!(look.name(b"Subtype"), Some(b"Form".as_slice()));
    }
}

#[test]
fn annotations_that_show_nothing_are_dropped_and_told() {
    let subtype = || "Stamp".to_owned();
    for entries in [
        "",
        "/F 2/AP<</N 10 0 R>>",
        "/F 32/AP<</N 10 0 R>>",
        "/AP<</D 10 0 R>>",
        "/AS/Off/AP<</N<</On 10 0 R>>>>",
        "/Rect[5 5 5 9]/AP<</N 10 0 R>>",
    ] {
        let mut small = annotated(&format!("/Subtype/Stamp{entries}"));
        if entries.starts_with("/Rect") {
            small.put(9, format!("<</Subtype/Stamp{entries}>>"));
        }
        let flat = flat(&small);
        let told = (Done::Dropped { subtype: subtype() }, Some(1), Some(9));
        assert_eq!(lines(&flat)[0], told, "{entries}");
        assert_eq!(content(&flat), ["0 0 300 400 re 0 0 m S"], "{entries}");
        assert!(!all(&flat).contains("Annot"), "{entries}");
    }
}

#[test]
fn links_stay_and_what_they_show_is_content() {
    let flat = flat(&annotated(
        "/Subtype/Link/A<</S/URI/URI(x)>>/AP<</N 10 0 R>>",
    ));
    let subtype = "Link".to_owned();
    assert_eq!(
        lines(&flat),
        [(Done::Painted { subtype }, Some(1), Some(9))]
    );
    let link = shown(&flat.bytes, &["Pages", "Kids", "0", "Annots", "0"]);
    let link = link.as_dictionary().expect("the link");
    assert!(link.value(b"AP").is_none() && link.value(b"A").is_some());
    assert!(
        link.value(b"Border").is_some(),
        "no border where there was none"
    );
}

#[test]
fn content_that_ends_nothing_is_ended_before_annotations() {
    let mut small = annotated("/Subtype/Stamp/AP<</N 10 0 R>>");
    small.put(4, stream("", "q 1 0 0 1 9 9 cm Q Q q q /P BMC BT"));
    let wanted = [
        "q",
        "q",
        "1 0 0 1 9 9 cm",
        "Q",
        "q",
        "q",
        "/P BMC",
        "BT",
        "ET",
        "EMC",
        "Q",
        "Q",
        "Q",
        "/Artifact BMC q",
        "2.0 0.0 0.0 4.0 100.0 200.0 cm /Look1 Do Q EMC",
    ];
    assert_eq!(content(&flat(&small)), wanted);
    small.put(4, stream("", "Q 0 0 9 9 re f"));
    let strayed = "content behind a state that is restored and was not saved";
    assert_eq!(uncertain(&small), strayed);
}

#[test]
fn fields_become_content_and_empty_ones_for_signatures_stay() {
    let field = "<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(x)/Rect[0 0 9 9]/AP<</N 10 0 R>>>>";
    let small = Small::new(
        "/AcroForm<</Fields[9 0 R 11 0 R 12 0 R]>>",
        "/Annots[9 0 R 11 0 R]",
    )
    .with(9, field)
    .with(10, stream("/BBox[0 0 9 9]", "(x)"))
    .with(11, empty_field("Sign"))
    .with(12, "<</FT/Tx/T(nowhere)/V(secret)>>")
    .with(30, "null");
    let flat = flat(&small);
    let subtype = "Widget".to_owned();
    let told = [
        (Done::Painted { subtype }, Some(1), Some(9)),
        (Done::Removed(Active::FormField), None, Some(12)),
        (Done::Unreached { count: 1 }, None, None),
    ];
    assert_eq!(lines(&flat)[..2], told[..2]);
    assert!(!all(&flat).contains("secret"));
    let sealed = sealed(&flat.bytes, &existing("Sign", affix::seal::Fit::Natural));
    assert_eq!(judged(&sealed.expect("sealed")), ["Sign"]);
}

#[test]
fn what_readers_write_themselves_is_refused() {
    let field = |form: &str, field: &str| {
        let body = format!("<</Type/Annot/Subtype/Widget/T(a)/Rect[0 0 9 9]{field}>>");
        Small::new(
            &format!("/AcroForm<</Fields[9 0 R]{form}>>"),
            "/Annots[9 0 R]",
        )
        .with(9, body)
        .with(10, stream("/BBox[0 0 9 9]", "(x)"))
        .with(30, "null")
    };
    let bare = field("", "/FT/Tx/V(100)");
    assert_eq!(uncertain(&bare), "a field with a value and no appearance");
    let stale = field("/NeedAppearances true", "/FT/Tx/V(100)/AP<</N 10 0 R>>");
    assert_eq!(uncertain(&stale), "a field whose look readers make up");
    let empty = flat(&field("/NeedAppearances true", "/FT/Tx"));
    assert_eq!(empty.lines[0].done.code(), "flatten.dropped");
    let blended = annotated("/Subtype/Highlight/BM/Multiply/AP<</N 10 0 R>>");
    assert_eq!(uncertain(&blended), "an annotation that is blended");
}

#[test]
fn what_nothing_reaches_is_dropped_and_told() {
    let small = Small::new("", "")
        .with(9, "(shadow)")
        .with(12, "<</S/Launch>>")
        .with(30, "null");
    let flat = flat(&small);
    assert_eq!(lines(&flat)[0].0.code(), "flatten.unreached");
    assert!(!all(&flat).contains("shadow"));
    // An element of the structure that stood for an annotation goes with it, and the others stay.
    let mut tagged = annotated("/Subtype/Stamp/AP<</N 10 0 R>>");
    let tree = "/StructTreeRoot<</Type/StructTreeRoot/K 20 0 R>>";
    tagged.put(1, format!("<</Type/Catalog/Pages 2 0 R{tree}>>"));
    tagged.put(20, "<</S/P/K[1<</Type/OBJR/Obj 9 0 R>>21 0 R 2]>>");
    tagged.put(21, "<</Type/OBJR/Obj 9 0 R>>");
    let flat = self::flat(&tagged);
    let left = shown(&flat.bytes, &["StructTreeRoot", "K", "K"]);
    assert_eq!(
        left,
        Object::Array(vec![Object::Integer(1), Object::Integer(2)])
    );
}

#[test]
fn earlier_revisions_and_what_stands_behind_the_end_are_dropped_and_told() {
    let first = Small::new("", "").file(Kind::Table);
    let mut file = first.clone();
    let place = file.len();
    file.extend_from_slice(b"4 0 obj<</Length 3>>stream\n0 g\nendstream endobj\n");
    let start = file.len();
    let previous = String::from_utf8_lossy(&first)
        .rsplit("startxref\n")
        .next()
        .and_then(|rest| rest.lines().next().map(str::to_owned))
        .expect("a place");
    let rest = format!(
        "xref\n4 1\n{place:010} 00000 n \ntrailer<</Size 5/Root 1 0 R/Prev {previous}>>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend_from_slice(rest.as_bytes());
    file.extend_from_slice(b"behind");
    let flat = flatten(&file).expect("flat");
    sound(&flat);
    let told: Vec<Done> = flat.lines.iter().map(|line| line.done.clone()).collect();
    assert_eq!(
        told,
        [Done::EarlierRevisions { count: 1 }, Done::BehindTheEnd]
    );
    assert_eq!(content(&flat), ["0 g"]);
}

#[test]
fn signed_and_encrypted_files_are_refused() {
    let file = Small::new("", "").file(Kind::Table);
    let signed = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
    assert_eq!(flatten(&signed), Err(FlattenPdf::Signed));
    let hidden = Small::new("", "")
        .with(9, "[<</ByteRange[0 1 2 3]>>]")
        .file(Kind::Table);
    assert_eq!(flatten(&hidden), Err(FlattenPdf::Signed), "in no field");
    let rights = Small::new("/Perms<</UR3 9 0 R>>", "").file(Kind::Table);
    assert_eq!(flatten(&rights), Err(FlattenPdf::Signed), "usage rights");
    let mut small = Small::new("", "");
    small.trailer = "/Encrypt<</Filter/Standard>>/ID[<01><02>]";
    let refused = flatten(&small.file(Kind::Table));
    assert_eq!(refused, Err(FlattenPdf::Read(ReadPdf::Encrypted)));
    assert_eq!(refused.map_err(|error| error.code()), Err("pdf.encrypted"));
}

#[test]
fn reports_have_a_limit() {
    let annotations = "<</Subtype/Stamp/Rect[0 0 9 9]>>";
    let mut all = String::new();
    for number in 0..=MAX_LINES {
        all += &format!("{} 0 R ", 40 + number);
    }
    let mut small = Small::new("", &format!("/Annots[{all}]"));
    for number in 0..=MAX_LINES {
        small.put(40 + u32::try_from(number).expect("small"), annotations);
    }
    let refused = flatten(&small.file(Kind::Table));
    let what = "things to flatten";
    let limit = MAX_LINES as u64;
    assert_eq!(refused, Err(ReadPdf::Limit { what, limit }.into()));
}
