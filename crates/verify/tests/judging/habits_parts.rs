//! Parts of packages as other producers write them.

use crate::habits::{Honest, bent, read_as_valid};
use crate::package::{PAGE, Parts};
use crate::sealings::add;

const DOCUMENT: &str = "Doc_0/Document.xml";

/// The text of every part in XML, made into another.
fn every(parts: &mut Parts, change: impl Fn(&str) -> Vec<u8>) {
    for (name, octets) in &mut parts.entries {
        if name.ends_with(".xml") {
            let text = String::from_utf8(octets.clone()).expect("text");
            *octets = change(&text);
        }
    }
}

fn xml(root: &str, inner: &str) -> Vec<u8> {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>";
    format!("{head}<ofd:{root} xmlns:ofd=\"http://www.ofdspec.org/2016\">{inner}</ofd:{root}>")
        .into_bytes()
}

/// The whole package by other names, its digests found all the same.
fn prefixed(change: fn(&str) -> String) -> Vec<u8> {
    bent(|p| every(p, |text| change(text).into_bytes()))
}

/// How parts are written.
const PARTS: &[Honest] = &[
    (
        "another prefix",
        || prefixed(|text| text.replace("ofd:", "o:").replace("xmlns:ofd", "xmlns:o")),
        &[],
    ),
    (
        "no prefix",
        || {
            prefixed(|text| {
                text.replace("<ofd:", "<")
                    .replace("</ofd:", "</")
                    .replace("xmlns:ofd", "xmlns")
            })
        },
        &[],
    ),
    (
        "a byte order mark",
        || bent(|p| every(p, |text| [b"\xEF\xBB\xBF", text.as_bytes()].concat())),
        &[],
    ),
    (
        "no declaration",
        || {
            bent(|p| {
                every(p, |text| {
                    text.split_once("?>")
                        .map_or(text, |(_, rest)| rest)
                        .trim_start()
                        .as_bytes()
                        .to_vec()
                })
            })
        },
        &[],
    ),
    (
        "single quotes and standalone",
        || {
            bent(|p| {
                every(p, |text| {
                    let declared = "<?xml version='1.0' encoding='utf-8' standalone='yes'?>";
                    text.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", declared)
                        .into_bytes()
                })
            })
        },
        &[],
    ),
    (
        "lines end as in Windows, elements stand on lines of their own",
        || bent(|p| every(p, |text| text.replace("><", ">\r\n  <").into_bytes())),
        &[],
    ),
    (
        "a page in UTF-16",
        || {
            bent(|p| {
                let text = String::from_utf8(p.entry(PAGE).clone()).expect("text");
                let text = text.replace("UTF-8", "UTF-16");
                let units = text.encode_utf16().flat_map(u16::to_le_bytes);
                *p.entry(PAGE) = [0xFF, 0xFE].into_iter().chain(units).collect();
            })
        },
        &[],
    ),
    (
        "comments between elements",
        || bent(|p| p.text(PAGE, "<ofd:Content>", "<!-- 正文 --><ofd:Content>")),
        &[],
    ),
    (
        "where the schema is",
        || {
            bent(|p| {
                p.text(DOCUMENT, "<ofd:Document ", "<ofd:Document xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://www.ofdspec.org/2016 Document.xsd\" ")
            })
        },
        &[],
    ),
    (
        "text in CDATA and by numbers",
        || bent(|p| p.text(PAGE, "样例", "<![CDATA[样]]>&#x4F8B;")),
        &[],
    ),
    (
        "attributes in another order, over lines",
        || {
            bent(|p| {
                p.text(
                    PAGE,
                    "ID=\"5\" Boundary=\"30 30 150 10\"",
                    "Boundary=\"30.00 30.0 150 10\"\n\tID=\"5\"",
                )
            })
        },
        &[],
    ),
    (
        "a page without a box of its own",
        || {
            bent(|p| {
                p.text(
                    PAGE,
                    "<ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>",
                    "",
                )
            })
        },
        &[],
    ),
    (
        "all locations from the root",
        || {
            bent(|p| {
                p.text("OFD.xml", ">Doc_0/Document", ">/Doc_0/Document");
                p.text(DOCUMENT, ">PublicRes.xml", ">/Doc_0/PublicRes.xml");
                p.text(DOCUMENT, "\"Pages/", "\"/Doc_0/Pages/");
                p.text("Doc_0/DocumentRes.xml", "\"Res\"", "\"/Doc_0/Res/\"");
            })
        },
        &[],
    ),
    (
        "locations with a point in front",
        || {
            bent(|p| {
                p.text("OFD.xml", ">Doc_0/Document", ">./Doc_0/Document");
                p.text(DOCUMENT, "\"Pages/", "\"./Pages/");
            })
        },
        &[],
    ),
    (
        "outlines, bookmarks, actions, permissions, preferences",
        || {
            bent(|p| {
                p.text(DOCUMENT, "</ofd:Pages>", "</ofd:Pages><ofd:Outlines><ofd:OutlineElem Title=\"一\"><ofd:Actions><ofd:Action Event=\"CLICK\"><ofd:Goto><ofd:Dest Type=\"XYZ\" PageID=\"1\" Left=\"0\" Top=\"0\" Zoom=\"0\"/></ofd:Goto></ofd:Action></ofd:Actions></ofd:OutlineElem></ofd:Outlines><ofd:Permissions><ofd:Edit>false</ofd:Edit><ofd:Print Printable=\"true\" Copies=\"-1\"/></ofd:Permissions><ofd:Actions><ofd:Action Event=\"DO\"><ofd:URI URI=\"https://a.example/\"/></ofd:Action></ofd:Actions><ofd:VPreferences><ofd:PageMode>None</ofd:PageMode></ofd:VPreferences><ofd:Bookmarks><ofd:Bookmark Name=\"a\"><ofd:Dest Type=\"Fit\" PageID=\"1\"/></ofd:Bookmark></ofd:Bookmarks>")
            })
        },
        &[],
    ),
    (
        "data of its own in an extension",
        || {
            bent(|p| {
                p.text(
                    DOCUMENT,
                    "</ofd:Document>",
                    "<ofd:Extensions>Extensions.xml</ofd:Extensions></ofd:Document>",
                );
                let own = "<ofd:Extension AppName=\"a\" RefId=\"1\"><ofd:Property Name=\"n\">v</ofd:Property><ofd:Data><w:x xmlns:w=\"urn:w\"><w:y/></w:x></ofd:Data></ofd:Extension>";
                add(p, "Doc_0/Extensions.xml", &xml("Extensions", own));
            })
        },
        &[],
    ),
    (
        "tags of a schema of others",
        || {
            bent(|p| {
                p.text(
                    DOCUMENT,
                    "</ofd:Document>",
                    "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags></ofd:Document>",
                );
                let own = "<ofd:CustomTag TypeID=\"0\" NameSpace=\"urn:w\"><ofd:FileLoc>Tag_0.xml</ofd:FileLoc></ofd:CustomTag>";
                add(p, "Doc_0/Tags/CustomTags.xml", &xml("CustomTags", own));
                add(p, "Doc_0/Tags/Tag_0.xml", b"<w:x xmlns:w=\"urn:w\"/>");
            })
        },
        &[],
    ),
    (
        "a template under the page, and notes on it",
        || {
            bent(|p| {
                p.text(DOCUMENT, "</ofd:CommonData>", "<ofd:TemplatePage ID=\"9\" ZOrder=\"Background\" BaseLoc=\"Tpls/Tpl_0/Content.xml\"/></ofd:CommonData>");
                p.text(
                    DOCUMENT,
                    "</ofd:Document>",
                    "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations></ofd:Document>",
                );
                p.text(
                    PAGE,
                    "<ofd:Content>",
                    "<ofd:Template TemplateID=\"9\" ZOrder=\"Background\"/><ofd:Content>",
                );
                add(
                    p,
                    "Doc_0/Tpls/Tpl_0/Content.xml",
                    &xml("Page", "<ofd:Content><ofd:Layer ID=\"10\"/></ofd:Content>"),
                );
                add(
                    p,
                    "Doc_0/Annots/Annotations.xml",
                    &xml(
                        "Annotations",
                        "<ofd:Page PageID=\"1\"><ofd:FileLoc>Page_0/Annotation.xml</ofd:FileLoc></ofd:Page>",
                    ),
                );
                let note = "<ofd:Annot ID=\"11\" Type=\"Watermark\" Creator=\"a\" LastModDate=\"2026-06-01\"><ofd:Remark>水印</ofd:Remark><ofd:Parameters><ofd:Parameter Name=\"a\">b</ofd:Parameter></ofd:Parameters><ofd:Appearance Boundary=\"1 1 9 9\"/></ofd:Annot>";
                add(
                    p,
                    "Doc_0/Annots/Page_0/Annotation.xml",
                    &xml("PageAnnot", note),
                );
            })
        },
        &[],
    ),
    (
        "nothing of the document said but its root",
        || {
            bent(|p| {
                let text = String::from_utf8(p.entry("OFD.xml").clone()).expect("text");
                let (from, to) = (
                    text.find("<ofd:DocInfo>").expect("it is there"),
                    text.find("</ofd:DocInfo>").expect("it ends"),
                );
                *p.entry("OFD.xml") =
                    format!("{}<ofd:DocInfo/>{}", &text[..from], &text[to + 14..]).into_bytes();
            })
        },
        &[],
    ),
    (
        "a list of versions without any",
        || bent(|p| p.text("OFD.xml", "</ofd:DocBody>", "<ofd:Versions/></ofd:DocBody>")),
        &[],
    ),
];

#[test]
fn parts_are_read_however_they_are_written() {
    read_as_valid(PARTS);
}
