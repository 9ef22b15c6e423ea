//! The place of a new widget in the structure of a tagged file (ISO 32000-2, 14.7; ISO 14289-1, 7.18.4): a form element
//! that names it, and an entry of the parent tree that leads back.
//!
//! What a file says of its structure need not hold together. Where it does not, the widget stays outside of it, as in
//! a file without tags: the seal does not depend on it.

use pdf::{Object, ReadPdf, Reference};

use crate::edit::{Edit, Spot};
use crate::seal::request::PrepareSeal;
use crate::write;

/// Levels of a number tree (T-I7).
const MAX_LEVELS: usize = 32;
/// Keys of a parent tree: what an entry of 32 bits holds.
const MAX_KEY: i64 = i32::MAX as i64;

/// Where a widget will be enrolled, and the key of its entry.
pub(crate) struct Enrolment {
    root: Spot,
    tree: Spot,
    /// To stand in the widget as /StructParent.
    pub(crate) key: i64,
}

/// Where the next widget of a tagged file goes; nothing in a file without tags, or with a tree that cannot be followed.
pub(crate) fn enrolment(edit: &mut Edit<'_>) -> Result<Option<Enrolment>, ReadPdf> {
    let catalog = edit.catalog();
    let Some(root) = edit.below(&catalog, b"StructTreeRoot")? else {
        return Ok(None);
    };
    let Object::Dictionary(found) = edit.at(&root)? else {
        return Ok(None);
    };
    let Some(tree) = edit.below(&root, b"ParentTree")? else {
        return Ok(None);
    };
    let Some(last) = last_key(edit, &tree)? else {
        return Ok(None);
    };
    let next = edit.entry(&found, b"ParentTreeNextKey")?;
    let key = next.as_integer().unwrap_or_default().max(last + 1);
    Ok((0..MAX_KEY)
        .contains(&key)
        .then_some(Enrolment { root, tree, key }))
}

/// Makes the form element of a widget, behind what the file has, and the way back to it.
pub(crate) fn enrol(
    edit: &mut Edit<'_>,
    enrolment: &Enrolment,
    widget: Reference,
    page: Reference,
    described: &str,
) -> Result<(), PrepareSeal> {
    let above = parent(edit, &enrolment.root)?;
    let (object, place) = (named(widget), named(page));
    let mut body = format!(
        "<</Type/StructElem/S/Form/P {}/Pg {place}/K<</Type/OBJR/Obj {object}/Pg {place}>>",
        named(above.holder)
    )
    .into_bytes();
    if !described.is_empty() {
        body.extend_from_slice(b"/Alt");
        write::text_string(&mut body, described);
    }
    body.extend_from_slice(b">>");
    let element = edit.update.add(&body)?;
    append(edit, &above, Object::Reference(element))?;
    insert(edit, &enrolment.tree, enrolment.key, element)?;
    let next = Object::Integer(enrolment.key + 1);
    edit.set(&enrolment.root, b"ParentTreeNextKey", next)?;
    Ok(())
}

/// The element that holds all others, where there is one; else the root itself (14.8.4.3).
fn parent(edit: &Edit<'_>, root: &Spot) -> Result<Spot, ReadPdf> {
    let kids = match edit.at(root)? {
        Object::Dictionary(found) => edit.entry(&found, b"K")?,
        _ => Object::Null,
    };
    let single = match &kids {
        Object::Array(elements) => match elements.as_slice() {
            [one] => one.as_reference(),
            _ => None,
        },
        _ => match edit.at(root)? {
            Object::Dictionary(found) => found.value(b"K").and_then(Object::as_reference),
            _ => None,
        },
    };
    let Some(single) = single else {
        return Ok(root.clone());
    };
    Ok(
        match edit.resolve(&Object::Reference(single))?.into_owned() {
            Object::Dictionary(element) if element.value(b"S").is_some() => Spot::whole(single),
            _ => root.clone(),
        },
    )
}

/// Puts an element behind the kids of another: none, one, or an array of them (table 355).
fn append(edit: &mut Edit<'_>, above: &Spot, element: Object) -> Result<(), ReadPdf> {
    let Object::Dictionary(found) = edit.at(above)? else {
        return Ok(());
    };
    let Some(kids) = found.value(b"K").cloned() else {
        return edit.set(above, b"K", Object::Array(vec![element]));
    };
    if let Object::Array(_) = *edit.resolve(&kids)? {
        let Some(kids) = edit.below(above, b"K")? else {
            return Ok(());
        };
        return edit.push(&kids, element);
    }
    edit.set(above, b"K", Object::Array(vec![kids, element]))
}

/// The highest key of a number tree, -1 of an empty one; nothing where it is no such tree (7.9.7).
fn last_key(edit: &Edit<'_>, tree: &Spot) -> Result<Option<i64>, ReadPdf> {
    let Some(leaf) = path(edit, tree)?.and_then(|mut path| path.pop()) else {
        return Ok(None);
    };
    let Object::Dictionary(leaf) = edit.at(&leaf)? else {
        return Ok(None);
    };
    let Object::Array(pairs) = edit.entry(&leaf, b"Nums")? else {
        return Ok(Some(-1));
    };
    let mut last = -1;
    for pair in pairs.chunks(2) {
        let [key, _] = pair else {
            return Ok(None);
        };
        match edit.resolve(key)?.as_integer() {
            Some(key) if key > last => last = key,
            _ => return Ok(None),
        }
    }
    Ok(Some(last))
}

/// The nodes from the root of a number tree to its last leaf.
fn path(edit: &Edit<'_>, tree: &Spot) -> Result<Option<Vec<Spot>>, ReadPdf> {
    let mut path = vec![tree.clone()];
    loop {
        let Some(Object::Dictionary(node)) = path.last().map(|node| edit.at(node)).transpose()?
        else {
            return Ok(None);
        };
        let Object::Array(kids) = edit.entry(&node, b"Kids")? else {
            return Ok(Some(path));
        };
        let last = kids.last().and_then(Object::as_reference);
        let Some(last) = last.filter(|_| path.len() < MAX_LEVELS) else {
            return Ok(None);
        };
        path.push(Spot::whole(last));
    }
}

/// Puts a key that is higher than all others into a number tree.
fn insert(edit: &mut Edit<'_>, tree: &Spot, key: i64, value: Reference) -> Result<(), ReadPdf> {
    let Some(path) = path(edit, tree)? else {
        return Ok(());
    };
    for node in path.iter().skip(1) {
        // 7.9.7: every node but the root says how far its keys reach.
        let Object::Dictionary(found) = edit.at(node)? else {
            return Ok(());
        };
        let first = match edit.entry(&found, b"Limits")? {
            Object::Array(limits) => limits.first().cloned(),
            _ => None,
        };
        let limits = vec![first.unwrap_or(Object::Integer(key)), Object::Integer(key)];
        edit.set(node, b"Limits", Object::Array(limits))?;
    }
    if let Some(leaf) = path.last() {
        let pairs = edit.below_or(leaf, b"Nums", Object::Array(Vec::new()))?;
        edit.push(&pairs, Object::Integer(key))?;
        edit.push(&pairs, Object::Reference(value))?;
    }
    Ok(())
}

fn named(reference: Reference) -> String {
    format!("{} {} R", reference.number, reference.generation)
}
