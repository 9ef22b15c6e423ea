//! The structure tree: what each piece of marked content is, in reading order.

use crate::pdf::write::{Objects, text_string};
use crate::sheet::{Element, Kind};

/// Numbers of the objects that the tree refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) page: u32,
    pub(crate) widget: u32,
}

/// Writes the tree under the number `root`. `marked` names the element of each piece of marked
/// content.
pub(crate) fn tree(
    objects: &mut Objects,
    root: u32,
    elements: &[Element],
    marked: &[usize],
    places: Places,
) {
    let numbers: Vec<u32> = elements.iter().map(|_| objects.number()).collect();
    let mut kids: Vec<String> = vec![String::new(); elements.len()];
    for (piece, &element) in marked.iter().enumerate() {
        if let Some(kids) = kids.get_mut(element) {
            kids.push_str(&format!("{piece} "));
        }
    }
    for (element, number) in elements.iter().zip(&numbers) {
        if let Some(kids) = element.parent.and_then(|parent| kids.get_mut(parent)) {
            kids.push_str(&format!("{number} 0 R "));
        }
    }
    let mut form = root;
    for ((element, &number), kids) in elements.iter().zip(&numbers).zip(&kids) {
        let parent = element
            .parent
            .and_then(|parent| numbers.get(parent))
            .unwrap_or(&root);
        let mut body = format!(
            "<</Type/StructElem/S/{}/P {parent} 0 R/Pg {} 0 R",
            tag(element.kind),
            places.page
        );
        // ISO 14289-1, 7.3: a figure has a text that stands for it.
        if let Some(words) = &element.alternative {
            body.push_str(&format!("/Alt {}", text_string(words)));
        }
        match element.kind {
            // ISO 14289-1, 7.5: head cells say what they head.
            Kind::HeadCell => body.push_str("/A<</O/Table/Scope/Column>>"),
            Kind::Form => {
                form = number;
                body.push_str(&format!(
                    "/K<</Type/OBJR/Obj {} 0 R/Pg {} 0 R>>",
                    places.widget, places.page
                ));
            }
            _ => {}
        }
        if !kids.is_empty() {
            body.push_str(&format!("/K[{}]", kids.trim_end()));
        }
        objects.put(number, body + ">>");
    }
    // ISO 32000-1, 14.7.4.4: from a piece of marked content, or an annotation, back to its element.
    let parents: String = marked
        .iter()
        .filter_map(|&element| numbers.get(element))
        .map(|number| format!("{number} 0 R "))
        .collect();
    let first = numbers.first().copied().unwrap_or(root);
    objects.put(
        root,
        format!(
            "<</Type/StructTreeRoot/K {first} 0 R/ParentTree<</Nums[0[{}]1 {form} 0 R]>>/ParentTreeNextKey 2>>",
            parents.trim_end()
        ),
    );
}

/// Standard structure types (ISO 32000-1, 14.8.4).
fn tag(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "Document",
        Kind::Heading => "H1",
        Kind::Paragraph => "P",
        Kind::Table => "Table",
        Kind::Row => "TR",
        Kind::HeadCell => "TH",
        Kind::Cell => "TD",
        Kind::Figure => "Figure",
        Kind::Form => "Form",
    }
}
