//! Annotations of a page: their appearances, over all that is on it (GB/T 33190-2016, 15).

use std::io::{Read, Seek};

use super::objects::{Objects, held};
use super::values::{boundary, flag};
use super::{Object, Unread};
use crate::facts::Body;
use crate::location::resolve;
use crate::parts::Parts;

/// Parts with annotations of one page.
pub(crate) const MAX_PARTS: usize = 64;

/// The appearances of the annotations that are shown on the page of this identifier.
pub(super) fn appearances<R: Read + Seek>(
    parts: &mut Parts<R>,
    body: &Body,
    page: &str,
    objects: &mut Objects<'_>,
) -> Vec<Object> {
    let mut drawn = Vec::new();
    let Some(path) = &body.annotated else {
        return drawn;
    };
    let list = match parts.tree(path, "Annotations") {
        Ok(list) => list,
        Err(fault) => {
            objects.gap(page, Unread::Part(path.clone(), fault));
            return drawn;
        }
    };
    let own = list
        .all("Page")
        .filter(|one| one.attribute("PageID") == Some(page));
    for (count, one) in own.enumerate() {
        if count >= MAX_PARTS {
            objects.gap(page, Unread::TooMany(MAX_PARTS, "parts with annotations"));
            break;
        }
        let location = one.text_of("FileLoc").ok().flatten().unwrap_or_default();
        let tree = resolve(path, location).and_then(|path| parts.tree(&path, "PageAnnot"));
        let tree = match tree {
            Ok(tree) => tree,
            Err(fault) => {
                objects.gap(page, Unread::Part(location.to_owned(), fault));
                continue;
            }
        };
        for annotation in tree.all("Annot").filter(|one| flag(one, "Visible", true)) {
            let id = annotation.attribute("ID").unwrap_or_default();
            for shown in annotation.all("Appearance") {
                let inner = objects.block(shown, None, 0);
                let mut object = held(id, inner);
                match boundary(shown) {
                    Some(area) => object.area = Some(area),
                    None => objects.gap(id, Unread::Value("Boundary")),
                }
                drawn.push(object);
            }
        }
    }
    drawn
}
