//! Active content, each kind refused by its own name and place; honest files with what looks like it are not.

use affix::preflight::{Active, preflight};
use affix::seal::{Certification, Fit, Place};
use pdf::ReadPdf;

use crate::files::{KINDS, Kind, Small, empty_field, existing, new_field, request, sealed};
use crate::thread::page;

/// Kinds and places found in a file, in order.
fn found(small: &Small) -> Vec<(Active, Option<u32>, Option<u32>)> {
    let mut all = KINDS.map(|kind| {
        let report = preflight(&small.file(kind)).expect("the file can be read");
        report
            .findings
            .into_iter()
            .map(|finding| (finding.kind, finding.page, finding.object))
            .collect::<Vec<_>>()
    });
    assert_eq!(all[0], all[1], "the same wherever the objects stand");
    all.as_mut_slice()[0].drain(..).collect()
}

/// That exactly one thing is found.
fn only(small: &Small, kind: Active, page: Option<u32>, object: u32) {
    assert_eq!(found(small), [(kind, page, Some(object))]);
}

fn catalog(entries: &str) -> Small {
    Small::new(entries, "").with(20, "null")
}

fn loose(body: &str) -> Small {
    Small::new("", "").with(9, body).with(20, "null")
}

fn stream(entries: &str) -> Small {
    loose(&format!("<<{entries}/Length 1>>stream\nx\nendstream"))
}

#[test]
fn a_quiet_file_has_no_findings() {
    assert_eq!(found(&catalog("")), []);
    let report = preflight(&catalog("").file(Kind::Table)).expect("read");
    assert_eq!(report.pages, 1);
    let ours = preflight(&page().bytes).expect("read");
    assert_eq!(ours.findings, [], "our own pages, with their empty field");
}

#[test]
fn scripts_are_found_reached_or_not() {
    only(
        &loose("<</S/JavaScript/JS(app.alert)>>"),
        Active::Script,
        None,
        9,
    );
    only(
        &loose("<</Type/StructElem/S/JavaScript>>"),
        Active::Script,
        None,
        9,
    );
    only(&loose("[[<</JS(x)>>]]"), Active::Script, None, 9);
    only(&stream("/S/J#61vaScript"), Active::Script, None, 9);
    let names = catalog("/Names<</JavaScript<</Names[]>>>>");
    only(&names, Active::Script, None, 1);
}

#[test]
fn actions_are_told_apart() {
    for (action, kind) in [
        ("Launch", Active::Launch),
        ("GoToR", Active::OtherFile),
        ("GoToE", Active::OtherFile),
        ("SubmitForm", Active::FormData),
        ("ImportData", Active::FormData),
        ("Hide", Active::Showing),
        ("SetOCGState", Active::Showing),
        ("ResetForm", Active::Showing),
        ("Rendition", Active::Multimedia),
        ("RichMediaExecute", Active::Multimedia),
        ("Movie", Active::Multimedia),
    ] {
        only(&loose(&format!("<</S/{action}>>")), kind, None, 9);
    }
    for action in [
        "GoTo",
        "URI",
        "Named",
        "Thread",
        "P",
        "Span",
        "Transparency",
    ] {
        assert_eq!(found(&loose(&format!("<</S/{action}>>"))), [], "{action}");
    }
    let elsewhere = loose("<</S 10 0 R/F(x)>>").with(10, "/Launch");
    only(&elsewhere, Active::Launch, None, 9);
    let next = loose("<</S/GoTo/D[3 0 R/Fit]/Next[<</S/Launch>>]>>");
    only(&next, Active::Launch, None, 9);
}

#[test]
fn what_happens_by_itself_is_found() {
    only(
        &catalog("/OpenAction<</S/URI/URI(x)>>"),
        Active::Automatic,
        None,
        1,
    );
    only(
        &catalog("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/URI>>>>"),
        Active::Automatic,
        None,
        1,
    );
    only(&catalog("/OpenAction(name)"), Active::Automatic, None, 1);
    let page = Small::new("", "/AA<</O<</S/URI>>>>").with(20, "null");
    only(&page, Active::Automatic, Some(1), 3);
    for harmless in [
        "/OpenAction[3 0 R/Fit]",
        "/OpenAction<</S/GoTo/D[3 0 R/Fit]>>",
    ] {
        assert_eq!(found(&catalog(harmless)), [], "{harmless}");
    }
}

#[test]
fn other_contents_than_the_file_s_own_are_found() {
    only(&stream("/F(other.bin)"), Active::ExternalStream, None, 9);
    only(
        &stream("/Subtype/Form/Ref<</F(other.pdf)/Page 0>>"),
        Active::ReferencedContent,
        None,
        9,
    );
    only(&stream("/OPI<<>>"), Active::ReferencedContent, None, 9);
    only(
        &stream("/Subtype/Image/Alternates[]"),
        Active::AlternateImage,
        None,
        9,
    );
    only(&stream("/Subtype/PS"), Active::PostScript, None, 9);
    only(
        &stream("/Subtype/Form/Subtype2/PS"),
        Active::PostScript,
        None,
        9,
    );
    only(&catalog("/Collection<<>>"), Active::Portfolio, None, 1);
    only(
        &catalog("/Names<</AlternatePresentations<<>>>>"),
        Active::OtherPresentation,
        None,
        1,
    );
    // A file specification has /F too, and an element of the structure /Ref.
    assert_eq!(found(&loose("<</Type/Filespec/F(licence.json)>>")), []);
    assert_eq!(found(&loose("<</Type/StructElem/S/P/Ref[9 0 R]>>")), []);
}

#[test]
fn forms_made_by_programs_are_found() {
    only(&catalog("/AcroForm<</XFA[]>>"), Active::Xfa, None, 1);
    only(&catalog("/NeedsRendering true"), Active::Xfa, None, 1);
    only(
        &catalog("/AcroForm<</NeedAppearances true>>"),
        Active::MadeUpAppearances,
        None,
        1,
    );
    assert_eq!(found(&catalog("/AcroForm<</NeedAppearances false>>")), []);
}

#[test]
fn hidden_layers_are_found() {
    let layers = |configuration: &str| {
        catalog(&format!(
            "/OCProperties<</OCGs[9 0 R]/D<<{configuration}>>>>"
        ))
        .with(9, "<</Type/OCG/Name(one)>>")
    };
    for configuration in ["", "/BaseState/ON/ON[9 0 R]/OFF[]/AS[]", "/Order[9 0 R]"] {
        assert_eq!(found(&layers(configuration)), [], "{configuration}");
    }
    for configuration in [
        "/OFF[9 0 R]",
        "/BaseState/OFF",
        "/BaseState/Unchanged",
        "/AS[<</Event/Print/OCGs[9 0 R]/Category[/Print]>>]",
        "/OFF 9 0 R",
    ] {
        only(&layers(configuration), Active::HiddenLayer, None, 1);
    }
    let other = catalog("/OCProperties<</D<<>>/Configs[<</OFF[9 0 R]>>]>>");
    only(&other, Active::HiddenLayer, None, 1);
    for membership in ["/P/AllOff", "/P/AnyOff", "/P 5 0 R", "/VE[/Not 9 0 R]"] {
        let body = format!("<</Type/OCMD/OCGs[9 0 R]{membership}>>");
        only(&loose(&body), Active::HiddenLayer, None, 9);
    }
    assert_eq!(found(&loose("<</Type/OCMD/OCGs[9 0 R]/P/AnyOn>>")), []);
}

#[test]
fn annotations_that_can_cover_text_are_listed() {
    let annotation = |body: &str| {
        Small::new("", "/Annots[9 0 R]")
            .with(9, format!("<</Type/Annot/Rect[0 0 99 99]{body}>>"))
            .with(20, "null")
    };
    for subtype in [
        "FreeText",
        "Square",
        "Stamp",
        "Highlight",
        "Redact",
        "Watermark",
        "Other",
    ] {
        let kind = Active::Annotation {
            subtype: subtype.to_owned(),
        };
        only(
            &annotation(&format!("/Subtype/{subtype}")),
            kind,
            Some(1),
            9,
        );
    }
    for subtype in ["3D", "RichMedia", "Screen", "Movie", "Sound"] {
        let small = annotation(&format!("/Subtype/{subtype}"));
        only(&small, Active::Multimedia, Some(1), 9);
    }
    for harmless in ["/Subtype/Link/A<</S/URI/URI(x)>>", "/Subtype/Popup"] {
        assert_eq!(found(&annotation(harmless)), [], "{harmless}");
    }
    let painted = annotation("/Subtype/Link/AP<<>>");
    let kind = Active::Annotation {
        subtype: "Link".to_owned(),
    };
    only(&painted, kind, Some(1), 9);
    only(
        &annotation("/Subtype/Link/A<</S/Launch>>"),
        Active::Launch,
        Some(1),
        9,
    );
    only(
        &annotation("/Subtype/Widget/FT/Tx/T(a)"),
        Active::FormField,
        Some(1),
        9,
    );
    let direct = Small::new("", "/Annots[<</Subtype/Ink>>]").with(20, "null");
    let kind = Active::Annotation {
        subtype: "Ink".to_owned(),
    };
    only(&direct, kind, Some(1), 3);
}

#[test]
fn signature_fields_may_wait_but_not_show_anything_yet() {
    let field = |appearance: &str| {
        Small::new("/AcroForm<</Fields[8 0 R]>>", "/Annots[8 0 R]")
            .with(
                8,
                empty_field("Seal").replace("/FT", &format!("{appearance}/FT")),
            )
            .with(
                9,
                "<</Subtype/Form/BBox[0 0 1 1]/Length 0>>stream\n\nendstream",
            )
            .with(
                10,
                "<</Subtype/Form/BBox[0 0 1 1]/Length 3>>stream\n0 g\nendstream",
            )
            .with(20, "null")
    };
    assert_eq!(found(&field("")), []);
    assert_eq!(found(&field("/AP<</N 9 0 R>>")), []);
    let kind = Active::Annotation {
        subtype: "Widget".to_owned(),
    };
    only(&field("/AP<</N 10 0 R>>"), kind, Some(1), 8);
    let sealed = sealed(
        &field("").file(Kind::Table),
        &existing("Seal", Fit::Natural),
    );
    let report = preflight(&sealed.expect("sealed")).expect("read");
    assert_eq!(report.findings, [], "a seal is no cover");
}

#[test]
fn a_signature_that_forbids_changes_and_encryption_are_told() {
    let file = Small::new("", "").file(Kind::Table);
    let mut certifying = request(Place::Page(new_field("One")));
    certifying.certification = Certification::Certify;
    let mut certified = sealed(&file, &certifying).expect("sealed");
    let at = certified
        .windows(4)
        .position(|window| window == b"/P 2")
        .expect("a level");
    certified[at + 3] = b'1';
    let report = preflight(&certified).expect("read");
    let kinds: Vec<_> = report.findings.iter().map(|found| &found.kind).collect();
    assert_eq!(kinds, [&Active::Final]);
    let mut small = Small::new("", "");
    small.trailer = "/Encrypt<</Filter/Standard>>/ID[<01><02>]";
    assert_eq!(preflight(&small.file(Kind::Table)), Err(ReadPdf::Encrypted));
}

#[test]
fn findings_are_told_up_to_a_limit() {
    let mut small = Small::new("", "");
    for number in 10..10 + 1_001 {
        small.put(number, "<</S/Launch>>");
    }
    let report = preflight(&small.file(Kind::Table)).expect("read");
    assert_eq!(report.findings.len(), affix::preflight::MAX_FINDINGS);
}

#[test]
fn every_kind_has_a_code_of_its_own() {
    let kinds = [
        Active::Script,
        Active::Launch,
        Active::Automatic,
        Active::OtherFile,
        Active::FormData,
        Active::Showing,
        Active::Multimedia,
        Active::Xfa,
        Active::ExternalStream,
        Active::ReferencedContent,
        Active::AlternateImage,
        Active::PostScript,
        Active::HiddenLayer,
        Active::Annotation {
            subtype: String::new(),
        },
        Active::FormField,
        Active::MadeUpAppearances,
        Active::Portfolio,
        Active::OtherPresentation,
        Active::Final,
    ];
    let codes: std::collections::BTreeSet<_> = kinds.iter().map(Active::code).collect();
    assert_eq!(codes.len(), kinds.len());
    assert!(codes.iter().all(|code| code.starts_with("preflight.")));
}
