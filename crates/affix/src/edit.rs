//! The latest revision with what an update changes in it: objects are read when they are asked for, and each that
//! is changed is written once, whole, under its own number.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pdf::{Dictionary, File, Object, ReadPdf, Reference, SectionKind, Source, View};

use crate::update::{Form, Ground, Update, WriteUpdate};
use crate::write;

/// References that lead to references.
const MAX_STEPS: u8 = 16;

/// A file being changed by one update.
pub(crate) struct Edit<'a> {
    pub(crate) view: View<'a>,
    pub(crate) update: Update,
    root: Reference,
    changed: BTreeMap<Reference, Object>,
}

/// Where a value stands: in which indirect object, and there behind which keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) holder: Reference,
    keys: Vec<Vec<u8>>,
}

impl Spot {
    /// An indirect object itself.
    pub(crate) fn whole(holder: Reference) -> Spot {
        Spot {
            holder,
            keys: Vec::new(),
        }
    }

    fn inside(&self, key: &[u8]) -> Spot {
        let mut spot = self.clone();
        spot.keys.push(key.to_vec());
        spot
    }
}

impl<'a> Edit<'a> {
    /// Begins an update behind the whole of `source`, which was read as `file`.
    pub(crate) fn new(source: &dyn Source, file: &'a File<'a>) -> Result<Edit<'a>, ReadPdf> {
        let view = file.latest();
        let trailer = view.trailer();
        let missing = ReadPdf::Missing { what: "/Root" };
        let root = trailer.value(b"Root").and_then(Object::as_reference);
        let root = root.ok_or(missing)?;
        let identifier = match trailer.value(b"ID") {
            Some(identifier) => {
                let pair = view.resolve(identifier)?;
                let first = pair.as_array().and_then(<[Object]>::first);
                first.and_then(Object::as_string).map(<[u8]>::to_vec)
            }
            None => None,
        };
        // What stands behind the end belongs to nobody; an update would make it part of the file.
        let tail = file.tail();
        if !tail.is_empty() {
            return Err(ReadPdf::Syntax { at: tail.start });
        }
        let length = source.length();
        let mut last = [0];
        source.read_at(length.saturating_sub(1), &mut last)?;
        let section = view.section();
        let ground = Ground {
            length,
            closed: matches!(last, [b'\n' | b'\r']),
            form: match section.kind {
                SectionKind::Stream => Form::Stream,
                SectionKind::Table | SectionKind::Hybrid => Form::Table,
            },
            start: section.at,
            size: view.size(),
            root,
            information: trailer.value(b"Info").and_then(Object::as_reference),
            identifier,
        };
        Ok(Edit {
            view,
            update: Update::new(ground),
            root,
            changed: BTreeMap::new(),
        })
    }

    /// The catalog.
    pub(crate) fn catalog(&self) -> Spot {
        Spot::whole(self.root)
    }

    /// An indirect object as it will be.
    pub(crate) fn object(&self, reference: Reference) -> Result<Cow<'_, Object>, ReadPdf> {
        match self.changed.get(&reference) {
            Some(object) => Ok(Cow::Borrowed(object)),
            None => self.view.object(reference).map(Cow::Owned),
        }
    }

    /// A value with the references before it followed.
    pub(crate) fn resolve<'s>(&'s self, value: &'s Object) -> Result<Cow<'s, Object>, ReadPdf> {
        match value {
            Object::Reference(reference) => self.object(self.end(*reference)?),
            direct => Ok(Cow::Borrowed(direct)),
        }
    }

    /// The entry of a dictionary with references followed; null if there is none.
    pub(crate) fn entry(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Object, ReadPdf> {
        match dictionary.value(key) {
            Some(value) => Ok(self.resolve(value)?.into_owned()),
            None => Ok(Object::Null),
        }
    }

    /// A dictionary, or a fault that names it.
    pub(crate) fn dictionary(
        &self,
        value: &Object,
        what: &'static str,
    ) -> Result<Dictionary, ReadPdf> {
        match self.resolve(value)?.into_owned() {
            Object::Dictionary(dictionary) => Ok(dictionary),
            _ => Err(ReadPdf::Type { what }),
        }
    }

    /// What stands at a spot.
    pub(crate) fn at(&self, spot: &Spot) -> Result<Object, ReadPdf> {
        let mut found = self.object(spot.holder)?.into_owned();
        for key in &spot.keys {
            let Object::Dictionary(mut dictionary) = found else {
                return Ok(Object::Null);
            };
            found = dictionary.remove(key).unwrap_or(Object::Null);
        }
        Ok(found)
    }

    /// The spot of an entry, in whichever object it is held; nothing if there is no such entry.
    ///
    /// Where the entry is a reference, that object is the one to be written again, not the one that
    /// refers to it.
    pub(crate) fn below(&self, spot: &Spot, key: &[u8]) -> Result<Option<Spot>, ReadPdf> {
        let found = self.at(spot)?;
        let value = found.as_dictionary().and_then(|found| found.value(key));
        Ok(match value {
            None => None,
            Some(Object::Reference(reference)) => {
                let reference = self.end(*reference)?;
                let there = *self.object(reference)? != Object::Null;
                there.then(|| Spot::whole(reference))
            }
            Some(_) => Some(spot.inside(key)),
        })
    }

    /// The spot of an entry, which becomes `otherwise` if there is none.
    pub(crate) fn below_or(
        &mut self,
        spot: &Spot,
        key: &[u8],
        otherwise: Object,
    ) -> Result<Spot, ReadPdf> {
        if let Some(found) = self.below(spot, key)? {
            return Ok(found);
        }
        self.set(spot, key, otherwise)?;
        Ok(spot.inside(key))
    }

    /// Sets an entry of the dictionary at a spot.
    pub(crate) fn set(&mut self, spot: &Spot, key: &[u8], value: Object) -> Result<(), ReadPdf> {
        match self.change(spot)? {
            Object::Dictionary(dictionary) => {
                dictionary.set(key, value);
                Ok(())
            }
            _ => Err(ReadPdf::Type {
                what: "a dictionary to be changed",
            }),
        }
    }

    /// Puts a value behind the others of the array at a spot.
    pub(crate) fn push(&mut self, spot: &Spot, value: Object) -> Result<(), ReadPdf> {
        match self.change(spot)? {
            Object::Array(elements) => {
                elements.push(value);
                Ok(())
            }
            _ => Err(ReadPdf::Type {
                what: "an array to be changed",
            }),
        }
    }

    /// Writes the changed objects, the section and the trailer: the octets to append.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, WriteUpdate> {
        for (reference, object) in std::mem::take(&mut self.changed) {
            self.update.put(reference, &write::body(&object))?;
        }
        self.update.finish()
    }

    /// What stands at a spot, to be changed.
    fn change(&mut self, spot: &Spot) -> Result<&mut Object, ReadPdf> {
        let missing = ReadPdf::Missing {
            what: "an object to be changed",
        };
        if !self.changed.contains_key(&spot.holder) {
            let object = self.view.object(spot.holder)?;
            self.changed.insert(spot.holder, object);
        }
        let mut found = self.changed.get_mut(&spot.holder).ok_or(missing)?;
        for key in &spot.keys {
            let Object::Dictionary(dictionary) = found else {
                return Err(missing);
            };
            found = dictionary.value_mut(key).ok_or(missing)?;
        }
        Ok(found)
    }

    /// The last of the references that lead to each other.
    fn end(&self, reference: Reference) -> Result<Reference, ReadPdf> {
        let mut reached = reference;
        for _ in 0..MAX_STEPS {
            match self.object(reached)?.as_reference() {
                Some(next) => reached = next,
                None => return Ok(reached),
            }
        }
        Err(ReadPdf::Circle {
            number: reference.number,
        })
    }
}
