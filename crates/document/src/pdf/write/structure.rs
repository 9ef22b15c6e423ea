//! The structure tree: what each piece of marked content is, in reading order.

use crate::pdf::write::{Objects, text_string};
use crate::sheet::{Element, Kind};

/// Numbers of the objects that the tree refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'a> {
    pub(crate) pages: &'a [u32],
    /// It stands on the last page.
    pub(crate) widget: u32,
}

/// The key of a page in the parent tree; the widget's is 1.
pub(crate) fn key(page: usize) -> usize {
    if page == 0 { 0 } else { page + 1 }
}

/// Writes the tree under the number `root`. `marked` names the element of each piece of marked
/// content, page by page.
pub(crate) fn tree(
    objects: &mut Objects,
    root: u32,
    elements: &[Element],
    marked: &[Vec<usize>],
    places: Places<'_>,
) {
    let numbers: Vec<u32> = elements.iter().map(|_| objects.number()).collect();
    let first_page = places.pages.first().copied().unwrap_or(root);
    let last_page = places.pages.last().copied().unwrap_or(root);
    let (homes, mut kids) = contents(elements.len(), marked, places.pages);
    for (element, number) in elements.iter().zip(&numbers) {
        if let Some(kids) = element.parent.and_then(|parent| kids.get_mut(parent)) {
            kids.push_str(&format!("{number} 0 R "));
        }
    }
    let mut form = root;
    for (((element, &number), kids), home) in elements.iter().zip(&numbers).zip(&kids).zip(homes) {
        let parent = element
            .parent
            .and_then(|parent| numbers.get(parent))
            .unwrap_or(&root);
        let mut body = format!(
            "<</Type/StructElem/S/{}/P {parent} 0 R/Pg {} 0 R",
            tag(element.kind),
            match element.kind {
                Kind::Form => last_page,
                _ => home.unwrap_or(first_page),
            }
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
                    "/K<</Type/OBJR/Obj {} 0 R/Pg {last_page} 0 R>>",
                    places.widget
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
    let mut parents = String::new();
    for (page, marked) in marked.iter().enumerate() {
        let elements = marked.iter().filter_map(|&element| numbers.get(element));
        let pieces: String = elements.map(|number| format!("{number} 0 R ")).collect();
        if page == 1 {
            parents.push(' ');
        }
        parents.push_str(&format!("{}[{}]", key(page), pieces.trim_end()));
        if page == 0 {
            parents.push_str(&format!("1 {form} 0 R"));
        }
    }
    let first = numbers.first().copied().unwrap_or(root);
    objects.put(
        root,
        format!(
            "<</Type/StructTreeRoot/K {first} 0 R/ParentTree<</Nums[{parents}]>>/ParentTreeNextKey {}>>",
            marked.len() + 1
        ),
    );
}

/// For each element the page on which its content begins, and its pieces: on another page than that one with
/// the page named (ISO 32000-1, 14.7.4.2).
fn contents(count: usize, marked: &[Vec<usize>], pages: &[u32]) -> (Vec<Option<u32>>, Vec<String>) {
    let mut homes = vec![None; count];
    let mut kids = vec![String::new(); count];
    for (marked, &page) in marked.iter().zip(pages) {
        for (piece, &element) in marked.iter().enumerate() {
            let (Some(home), Some(kids)) = (homes.get_mut(element), kids.get_mut(element)) else {
                continue;
            };
            if *home.get_or_insert(page) == page {
                kids.push_str(&format!("{piece} "));
            } else {
                kids.push_str(&format!("<</Type/MCR/Pg {page} 0 R/MCID {piece}>> "));
            }
        }
    }
    (homes, kids)
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
