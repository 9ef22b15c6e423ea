//! A page whose annotations are content and whose layers are decided.

use std::collections::BTreeSet;

use pdf::{Dictionary, Field, Object, ReadPdf, Reference, View};

use crate::flatten::appearance::{HIDDEN, Matrix, NO_ROTATE, NO_VIEW, normal, placed};
use crate::flatten::content::Settled;
use crate::flatten::form::{Fields, is_written};
use crate::flatten::layer::Layers;
use crate::flatten::made::Made;
use crate::flatten::report::{Done, FlattenPdf};
use crate::flatten::stream;
use crate::seal::form::is_signature;
use crate::write;

/// Levels of the page tree.
const MAX_LEVELS: usize = 64;

/// What becomes of the annotations of a page.
#[derive(Default)]
struct Settling {
    kept: Vec<Object>,
    painted: Vec<(Reference, Matrix)>,
    /// Fields that stay, to be signed.
    fields: Vec<Reference>,
}

/// Settles a page; comes back with the fields on it that stay.
pub(super) fn settle(
    made: &mut Made<'_>,
    layers: &Layers,
    fields: &Fields,
    (page, reference): (u32, Reference),
) -> Result<Vec<Reference>, FlattenPdf> {
    let view = made.view;
    let Object::Dictionary(mut dictionary) = made.object(reference)? else {
        return Err(ReadPdf::Type { what: "a page" }.into());
    };
    let annotations = match view.value(&dictionary, b"Annots")? {
        Object::Null => Vec::new(),
        Object::Array(annotations) => annotations,
        _ => return Err(ReadPdf::Type { what: "/Annots" }.into()),
    };
    let turned = inherited(&view, &dictionary, b"Rotate")?.as_integer();
    let mut settling = Settling::default();
    for annotation in &annotations {
        let about = About {
            page,
            holder: reference,
            turned: turned.unwrap_or(0),
        };
        settling.annotation(made, layers, fields, (annotation, about))?;
    }
    if settling.kept.is_empty() {
        dictionary.remove(b"Annots");
    } else {
        dictionary.set(b"Annots", Object::Array(settling.kept));
    }
    content(
        made,
        layers,
        &mut dictionary,
        (page, reference, &settling.painted),
    )?;
    made.set(reference, Object::Dictionary(dictionary));
    Ok(settling.fields)
}

#[derive(Clone, Copy)]
struct About {
    page: u32,
    holder: Reference,
    turned: i64,
}

/// An annotation as it is met.
struct Met<'f> {
    dictionary: Dictionary,
    /// Its object, where it is one of its own.
    own: Option<Reference>,
    /// The number of the object that holds it.
    at: u32,
    subtype: String,
    /// Whether the page shows it by default.
    seen: bool,
    /// The field whose widget it is.
    field: Option<&'f Field>,
    look: Option<(Reference, Matrix)>,
}

impl Settling {
    fn annotation(
        &mut self,
        made: &mut Made<'_>,
        layers: &Layers,
        fields: &Fields,
        (given, about): (&Object, About),
    ) -> Result<(), FlattenPdf> {
        let view = made.view;
        let Some(met) = met(&view, layers, fields, (given, about))? else {
            return Ok(());
        };
        let mut waits = met.field.filter(|field| is_signature(field));
        if let Some(field) = waits
            && !stands_alone(&view, field)?
        {
            waits = None;
        }
        let stays = waits.is_some() || (met.subtype == "Link" && met.seen);
        if !stays {
            leave(made, &met, about.page)?;
        }
        if let Some(look) = met.look {
            self.painted.push(look);
            let subtype = met.subtype;
            made.note(Done::Painted { subtype }, Some(about.page), Some(met.at))?;
        }
        if stays {
            self.fields.extend(waits.map(|field| field.reference));
            let annotation = Object::Dictionary(strip(met.dictionary));
            match met.own {
                Some(own) => {
                    made.set(own, annotation);
                    self.kept.push(given.clone());
                }
                None => self.kept.push(annotation),
            }
        }
        Ok(())
    }
}

/// What an annotation is and shows; none if it is nothing.
fn met<'f>(
    view: &View<'_>,
    layers: &Layers,
    fields: &'f Fields,
    (given, about): (&Object, About),
) -> Result<Option<Met<'f>>, FlattenPdf> {
    let Object::Dictionary(dictionary) = view.resolve(given)? else {
        return Ok(None);
    };
    let own = given.as_reference();
    let subtype = view.value(&dictionary, b"Subtype")?;
    let subtype = subtype.as_name().unwrap_or_default();
    let flags = view.value(&dictionary, b"F")?.as_integer().unwrap_or(0);
    let belongs = dictionary.value(b"OC").unwrap_or(&Object::Null);
    let seen =
        flags & (HIDDEN | NO_VIEW) == 0 && subtype != b"Popup" && layers.show(view, belongs)?;
    let turned = if flags & NO_ROTATE == 0 {
        0
    } else {
        about.turned
    };
    let look = if seen {
        look(view, &dictionary, turned)?
    } else {
        None
    };
    Ok(Some(Met {
        own,
        at: own.unwrap_or(about.holder).number,
        subtype: String::from_utf8_lossy(subtype).into_owned(),
        seen,
        field: own.and_then(|own| fields.of(own)),
        look,
        dictionary,
    }))
}

/// Leaves an annotation out, and says so where nothing of it is painted.
fn leave(made: &mut Made<'_>, met: &Met<'_>, page: u32) -> Result<(), FlattenPdf> {
    let missing = met.seen && !has_appearance(&made.view, &met.dictionary)?;
    if missing && met.field.is_some_and(is_written) {
        return Err(FlattenPdf::Uncertain {
            what: "a field with a value and no appearance",
            page: Some(page),
            object: Some(met.at),
        });
    }
    if met.look.is_none() {
        let subtype = met.subtype.clone();
        made.note(Done::Dropped { subtype }, Some(page), Some(met.at))?;
    }
    if let Some(own) = met.own {
        made.leave_out(own);
    }
    Ok(())
}

/// What a link or an empty field no longer has: its look is content, and its layer is decided. The border of a link
/// that had an appearance was not drawn.
fn strip(mut annotation: Dictionary) -> Dictionary {
    annotation.remove(b"OC");
    annotation.remove(b"AS");
    if annotation.remove(b"AP").is_some() {
        annotation.remove(b"BS");
        let none = vec![Object::Integer(0); 3];
        annotation.set(b"Border", Object::Array(none));
    }
    annotation
}

fn stands_alone(view: &View<'_>, field: &Field) -> Result<bool, ReadPdf> {
    Ok(match view.object(field.reference)? {
        Object::Dictionary(field) => field.value(b"Parent").is_none(),
        _ => false,
    })
}

fn has_appearance(view: &View<'_>, annotation: &Dictionary) -> Result<bool, ReadPdf> {
    Ok(match view.value(annotation, b"AP")? {
        Object::Dictionary(appearances) => appearances.value(b"N").is_some(),
        _ => false,
    })
}

/// The form that an annotation shows and where it stands; none if it shows nothing.
fn look(
    view: &View<'_>,
    annotation: &Dictionary,
    turned: i64,
) -> Result<Option<(Reference, Matrix)>, FlattenPdf> {
    let Some(form) = normal(view, annotation)? else {
        return Ok(None);
    };
    let Object::Stream(stream) = view.object(form)? else {
        return Ok(None);
    };
    if stream.range.is_empty() {
        return Ok(None);
    }
    // PDF 2.0, table 166: how the appearance mixes with what is below.
    if annotation.value(b"BM").is_some() {
        return Err(FlattenPdf::Uncertain {
            what: "an annotation that is blended",
            page: None,
            object: Some(form.number),
        });
    }
    let placed = placed(view, (annotation, &stream.dictionary), turned)?;
    Ok(placed.map(|placed| (form, placed)))
}

/// Writes the page's content again where layers have a part in it, and the looks of annotations behind it.
fn content(
    made: &mut Made<'_>,
    layers: &Layers,
    page: &mut Dictionary,
    (number, reference, painted): (u32, Reference, &[(Reference, Matrix)]),
) -> Result<(), FlattenPdf> {
    if painted.is_empty() && !layers.are_there() {
        return Ok(());
    }
    let view = made.view;
    let parts = parts(&view, page)?;
    let mut whole = Vec::new();
    for part in &parts {
        if let Object::Stream(stream) = view.object(*part)? {
            // 7.8.2: streams are read as one, and no token goes from one into the next.
            whole.extend(view.decoded(&stream)?);
            whole.push(b'\n');
        }
    }
    let found = inherited(&view, page, b"Resources")?;
    let mut resources = found.into_dictionary().unwrap_or_default();
    let settled = stream::read(&view, layers, &whole, Some(&resources))?;
    stream::certain(&settled, Some(number), reference)?;
    if settled.hid {
        made.note(Done::HiddenContent, Some(number), Some(reference.number))?;
    }
    if !settled.changed && painted.is_empty() {
        return Ok(());
    }
    let mut contents = Vec::new();
    if settled.changed {
        resources = stream::painted_only(&view, &resources, &settled.paints)?;
        contents.push(made.add_stream(&settled.octets)?);
    } else {
        contents.extend(parts);
    }
    if !painted.is_empty() {
        let drawn = draw(&view, &mut resources, &settled, painted)?;
        contents.insert(0, made.add_stream(b"q\n")?);
        contents.push(made.add_stream(&drawn)?);
        for (form, _) in painted {
            name_form(made, *form)?;
        }
    }
    let contents = contents.into_iter().map(Object::Reference).collect();
    page.set(b"Contents", Object::Array(contents));
    page.set(b"Resources", Object::Dictionary(resources));
    Ok(())
}

/// The streams of a page, in their order.
fn parts(view: &View<'_>, page: &Dictionary) -> Result<Vec<Reference>, ReadPdf> {
    let Some(contents) = page.value(b"Contents") else {
        return Ok(Vec::new());
    };
    let wrong = ReadPdf::Type { what: "/Contents" };
    match view.resolve(contents)? {
        Object::Null => Ok(Vec::new()),
        Object::Stream(_) => Ok(vec![contents.as_reference().ok_or(wrong)?]),
        Object::Array(parts) => parts
            .iter()
            .map(|part| part.as_reference().ok_or(wrong))
            .collect(),
        _ => Err(wrong),
    }
}

/// What paints the annotations: as artifacts, since they are no part of the structure of the text (14.8.2.2).
fn draw(
    view: &View<'_>,
    resources: &mut Dictionary,
    settled: &Settled,
    painted: &[(Reference, Matrix)],
) -> Result<Vec<u8>, ReadPdf> {
    let objects = view.value(resources, b"XObject")?;
    let mut objects: Vec<(Vec<u8>, Object)> = match objects {
        Object::Dictionary(objects) => objects
            .entries()
            .map(|(name, object)| (name.to_vec(), object.clone()))
            .collect(),
        _ => Vec::new(),
    };
    let taken: BTreeSet<Vec<u8>> = objects.iter().map(|(name, _)| name.clone()).collect();
    let mut drawn = settled.ends();
    drawn.extend_from_slice(b"Q\n");
    let mut names = (1_u32..).map(|at| format!("Look{at}").into_bytes());
    for (form, placed) in painted {
        let Some(name) = names.find(|name| !taken.contains(name)) else {
            break;
        };
        drawn.extend_from_slice(b"/Artifact BMC q\n");
        for number in placed {
            write::object(&mut drawn, &Object::Real(*number));
            drawn.push(b' ');
        }
        drawn.extend_from_slice(b"cm ");
        write::name(&mut drawn, &name);
        drawn.extend_from_slice(b" Do Q EMC\n");
        objects.push((name, Object::Reference(*form)));
    }
    let objects = Dictionary::new(objects).unwrap_or_default();
    resources.set(b"XObject", Object::Dictionary(objects));
    Ok(drawn)
}

/// An appearance need not say that it is a form; what is painted by its name must (8.10.2).
fn name_form(made: &mut Made<'_>, form: Reference) -> Result<(), ReadPdf> {
    if made.has(form) {
        return Ok(());
    }
    if let Object::Stream(mut stream) = made.view.object(form)?
        && stream.dictionary.name(b"Subtype") != Some(b"Form")
    {
        stream
            .dictionary
            .set(b"Subtype", Object::Name(b"Form".to_vec()));
        made.set(form, Object::Stream(stream));
    }
    Ok(())
}

/// An entry of a page, its own or that of a node above it (7.7.3.4).
fn inherited(view: &View<'_>, page: &Dictionary, key: &[u8]) -> Result<Object, ReadPdf> {
    let mut node = page.clone();
    for _ in 0..MAX_LEVELS {
        let found = view.value(&node, key)?;
        if found != Object::Null {
            return Ok(found);
        }
        match view.value(&node, b"Parent")? {
            Object::Dictionary(parent) => node = parent,
            _ => break,
        }
    }
    Ok(Object::Null)
}
