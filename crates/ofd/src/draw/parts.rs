//! The parts of a document's package, each with its path.

use std::borrow::Cow;

use super::content::{Identifiers, page};
use super::{Draft, ImageFormat, page_identifier};
use crate::tree::NAMESPACE;
use container::Packed;
use xml::escaped;

/// The list of signatures, from the package's root.
const SIGNATURES: &str = "Doc_0/Signs/Signatures.xml";

/// Names and contents, in the order of the package.
pub(super) fn parts(draft: &Draft) -> Vec<(String, Cow<'_, Packed>)> {
    let mut parts = vec![text("OFD.xml", root(draft))];
    let mut identifiers = Identifiers::after(page_identifier(draft, draft.pages.len()));
    let mut pages = Vec::new();
    for (place, one) in draft.pages.iter().enumerate() {
        let path = format!("Doc_0/Pages/Page_{place}/Content.xml");
        pages.push(text(&path, page(draft, one, &mut identifiers)));
    }
    let attached = draft.attachments.iter();
    let attached: Vec<usize> = attached.map(|_| identifiers.next()).collect();
    parts.push(text(
        "Doc_0/Document.xml",
        document(draft, identifiers.last()),
    ));
    parts.push(text("Doc_0/PublicRes.xml", fonts(draft)));
    for (place, font) in draft.fonts.iter().enumerate() {
        let path = format!("Doc_0/Res/font_{place}.ttf");
        parts.push((path, Cow::Borrowed(font.program.0.as_ref())));
    }
    parts.push(text("Doc_0/DocumentRes.xml", images(draft)));
    for (place, image) in draft.images.iter().enumerate() {
        let path = format!("Doc_0/Res/image_{place}.{}", ending(image.format));
        let stored = Packed::stored(image.octets.clone());
        parts.push((path, Cow::Owned(stored)));
    }
    for (place, template) in draft.templates.packed().enumerate() {
        let path = format!("Doc_0/Tpls/Tpl_{place}/Content.xml");
        parts.push((path, Cow::Borrowed(template)));
    }
    parts.append(&mut pages);
    if !attached.is_empty() {
        let list = attachments(draft, &attached);
        parts.push(text("Doc_0/Attachs/Attachments.xml", list));
    }
    for one in &draft.attachments {
        let path = format!("Doc_0/Attachs/{}", one.file);
        parts.push((path, packed(one.octets.clone())));
    }
    // Spec 3.3: the list is there before the first signature, and replaced by each.
    let list = element("Signatures", "<ofd:MaxSignId>0</ofd:MaxSignId>");
    parts.push(text(SIGNATURES, list));
    parts
}

fn text(path: &str, content: String) -> (String, Cow<'static, Packed>) {
    (path.to_owned(), packed(document_text(&content)))
}

fn packed(content: Vec<u8>) -> Cow<'static, Packed> {
    Cow::Owned(Packed::of(content))
}

/// The octets of an XML part.
pub(super) fn document_text(content: &str) -> Vec<u8> {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    [head, content].concat().into_bytes()
}

fn element(name: &str, inner: &str) -> String {
    format!("<ofd:{name} xmlns:ofd=\"{NAMESPACE}\">{inner}</ofd:{name}>")
}

// GB/T 33190-2016, 7.4: children of DocInfo stand in this order.
fn root(draft: &Draft) -> String {
    let said = &draft.information;
    let mut inner = String::from("<ofd:DocBody><ofd:DocInfo>");
    for (name, value) in [
        ("DocID", &said.document),
        ("Title", &said.title),
        ("Author", &said.author),
        ("Subject", &said.subject),
        ("CreationDate", &said.created),
        ("Creator", &said.creator),
    ] {
        if let Some(value) = value {
            inner.push_str(&format!("<ofd:{name}>{}</ofd:{name}>", escaped(value)));
        }
    }
    if !said.custom.is_empty() {
        inner.push_str("<ofd:CustomDatas>");
        for (name, value) in &said.custom {
            let (name, value) = (escaped(name), escaped(value));
            inner.push_str(&format!(
                "<ofd:CustomData Name=\"{name}\">{value}</ofd:CustomData>"
            ));
        }
        inner.push_str("</ofd:CustomDatas>");
    }
    inner.push_str(&format!(
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>{SIGNATURES}</ofd:Signatures>\
         </ofd:DocBody>"
    ));
    format!("<ofd:OFD xmlns:ofd=\"{NAMESPACE}\" Version=\"1.0\" DocType=\"OFD\">{inner}</ofd:OFD>")
}

// GB/T 33190-2016, 7.5: Document.
fn document(draft: &Draft, greatest: usize) -> String {
    let (width, height) = draft
        .pages
        .first()
        .map_or((210.0, 297.0), |page| (page.width, page.height));
    let mut inner = format!(
        "<ofd:CommonData><ofd:MaxUnitID>{greatest}</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 {width} {height}\
         </ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>\
         <ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
    );
    for (place, identifier) in draft.templates.identifiers().enumerate() {
        inner.push_str(&format!(
            "<ofd:TemplatePage ID=\"{identifier}\" BaseLoc=\"Tpls/Tpl_{place}/Content.xml\"/>"
        ));
    }
    inner.push_str("</ofd:CommonData><ofd:Pages>");
    for place in 0..draft.pages.len() {
        inner.push_str(&format!(
            "<ofd:Page ID=\"{}\" BaseLoc=\"Pages/Page_{place}/Content.xml\"/>",
            page_identifier(draft, place)
        ));
    }
    inner.push_str("</ofd:Pages>");
    if !draft.attachments.is_empty() {
        inner.push_str("<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>");
    }
    element("Document", &inner)
}

fn fonts(draft: &Draft) -> String {
    let each = draft.fonts.iter().enumerate().map(|(place, font)| {
        let (name, family) = (escaped(&font.name), escaped(&font.family));
        format!(
            "<ofd:Font ID=\"{}\" FontName=\"{name}\" FamilyName=\"{family}\" Charset=\"unicode\">\
             <ofd:FontFile>font_{place}.ttf</ofd:FontFile></ofd:Font>",
            place + 1
        )
    });
    resources("Fonts", each.collect())
}

fn images(draft: &Draft) -> String {
    let each = draft.images.iter().enumerate().map(|(place, image)| {
        let format = match image.format {
            ImageFormat::Png => "PNG",
            ImageFormat::Jpeg => "JPEG",
        };
        format!(
            "<ofd:MultiMedia ID=\"{}\" Type=\"Image\" Format=\"{format}\"><ofd:MediaFile>image_{place}.{}\
             </ofd:MediaFile></ofd:MultiMedia>",
            draft.image_identifier(place),
            ending(image.format)
        )
    });
    resources("MultiMedias", each.collect())
}

fn resources(list: &str, each: String) -> String {
    let inner = if each.is_empty() {
        each
    } else {
        format!("<ofd:{list}>{each}</ofd:{list}>")
    };
    format!("<ofd:Res xmlns:ofd=\"{NAMESPACE}\" BaseLoc=\"Res\">{inner}</ofd:Res>")
}

fn ending(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "png",
        ImageFormat::Jpeg => "jpg",
    }
}

// GB/T 33190-2016, 20: attachments.
fn attachments(draft: &Draft, identifiers: &[usize]) -> String {
    let mut inner = String::new();
    for (one, identifier) in draft.attachments.iter().zip(identifiers) {
        let (name, format) = (escaped(&one.name), escaped(&one.format));
        // In kilobytes, as the schema has it.
        let size = one.octets.len().div_ceil(1024);
        inner.push_str(&format!(
            "<ofd:Attachment ID=\"{identifier}\" Name=\"{name}\" Format=\"{format}\" Size=\"{size}\"><ofd:FileLoc>{}\
             </ofd:FileLoc></ofd:Attachment>",
            escaped(&one.file)
        ));
    }
    element("Attachments", &inner)
}
