//! The file written anew: what the catalog and the information reach, in the order in which it is reached, without
//! what is active.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write;

use pdf::{Dictionary, Object, ReadPdf, Reference, Source, Stream, View};

use crate::flatten::layer::{self, Layers};
use crate::flatten::made::{Made, New};
use crate::flatten::report::{Done, FlattenPdf, Line};
use crate::preflight::{Active, action};
use crate::update::hexadecimal;
use crate::write;

/// Octets that are written: what an upload may have at most (T-I2).
const MAX_WRITTEN: u64 = 200 * 1024 * 1024;
/// References that lead to references.
const MAX_STEPS: u8 = 8;

/// A copy being written.
pub(super) struct Writing<'a, 'f> {
    source: &'a dyn Source,
    view: View<'f>,
    made: Made<'f>,
    layers: &'a Layers,
    /// New numbers by those of the given file, and what is still to be written.
    numbers: BTreeMap<u32, u32>,
    open: VecDeque<Reference>,
    /// Objects that turned out to be nothing, or not.
    nothing: BTreeMap<u32, bool>,
    /// How many of them were told by what they were.
    told: usize,
    out: Vec<u8>,
    places: Vec<u64>,
}

impl<'a, 'f> Writing<'a, 'f> {
    /// Nothing written.
    pub(super) fn new(
        source: &'a dyn Source,
        made: Made<'f>,
        layers: &'a Layers,
    ) -> Writing<'a, 'f> {
        Writing {
            source,
            view: made.view,
            made,
            layers,
            numbers: BTreeMap::new(),
            open: VecDeque::new(),
            nothing: BTreeMap::new(),
            told: 0,
            out: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Writes it: the octets, and what there is to tell. The given file had `in_use` objects.
    pub(super) fn whole(mut self, in_use: usize) -> Result<(Vec<u8>, Vec<Line>), FlattenPdf> {
        let mut header = [0; 8];
        self.source.read_at(0, &mut header)?;
        self.out.extend_from_slice(&header);
        // 7.5.2: four octets beyond ASCII say that the file is not text.
        self.out.extend_from_slice(b"\n%\xe2\xe3\xcf\xd3\n");
        let root = self.made.root()?;
        let root = self
            .target(root)?
            .ok_or(ReadPdf::Missing { what: "/Root" })?;
        let information = match self
            .view
            .trailer()
            .value(b"Info")
            .and_then(Object::as_reference)
        {
            Some(information) => self.target(information)?,
            None => None,
        };
        let mut copied = 0_usize;
        while let Some(reference) = self.open.pop_front() {
            copied += usize::from(reference.number < self.view.size());
            self.one(reference)?;
        }
        let told = self.told.saturating_add(self.made.left_out());
        let count = in_use.saturating_sub(copied).saturating_sub(told);
        if count > 0 {
            self.made.note(Done::Unreached { count }, None, None)?;
        }
        self.end(root, information)?;
        Ok((self.out, self.made.lines))
    }

    /// The new number of an object; none if it is nothing, or becomes nothing.
    fn target(&mut self, reference: Reference) -> Result<Option<u32>, FlattenPdf> {
        let mut at = reference;
        for _ in 0..MAX_STEPS {
            if let Some(number) = self.numbers.get(&at.number) {
                return Ok(Some(*number));
            }
            if self.made.is_left_out(at) {
                return Ok(None);
            }
            if self.made.has(at) {
                return self.assign(at).map(Some);
            }
            match self.nothing.get(&at.number) {
                Some(true) => return Ok(None),
                Some(false) => return self.assign(at).map(Some),
                None => {}
            }
            match self.view.object(at)? {
                Object::Reference(next) => at = next,
                object => {
                    let nothing = self.is_nothing(&object, at.number)?;
                    self.nothing.insert(at.number, nothing);
                    self.told += usize::from(nothing && object != Object::Null);
                }
            }
        }
        Err(ReadPdf::Circle {
            number: reference.number,
        }
        .into())
    }

    fn assign(&mut self, reference: Reference) -> Result<u32, FlattenPdf> {
        let number = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
        let limit = syntax::MAX_OBJECTS.into();
        ReadPdf::at_most(number.into(), limit, "objects")?;
        self.numbers.insert(reference.number, number);
        self.open.push_back(reference);
        Ok(number)
    }

    /// Whether a value is none once what is active is gone.
    fn is_nothing(&mut self, object: &Object, holder: u32) -> Result<bool, FlattenPdf> {
        let Object::Dictionary(dictionary) = object else {
            return Ok(*object == Object::Null);
        };
        if let Some(kind) = self.kind_of(dictionary)? {
            self.made.note(Done::Removed(kind), None, Some(holder))?;
            return Ok(true);
        }
        // 14.7.4.3: an element of the structure that stood for an annotation.
        let gone = dictionary.name(b"Type") == Some(b"OBJR")
            && match dictionary.value(b"Obj").and_then(Object::as_reference) {
                Some(to) => self.made.is_left_out(to),
                None => true,
            };
        Ok(gone || layer::is_layer(dictionary))
    }

    /// What a dictionary does, if it is an action that may not stay.
    fn kind_of(&self, dictionary: &Dictionary) -> Result<Option<Active>, ReadPdf> {
        let name = self.view.value(dictionary, b"S")?;
        Ok(name.as_name().and_then(action))
    }

    /// A value as it will be; none where it is nothing.
    fn value(&mut self, value: &Object, holder: u32) -> Result<Option<Object>, FlattenPdf> {
        Ok(match value {
            Object::Null => None,
            Object::Reference(reference) => self.target(*reference)?.map(|number| {
                Object::Reference(Reference {
                    number,
                    generation: 0,
                })
            }),
            Object::Array(elements) => {
                let mut left = Vec::with_capacity(elements.len());
                for element in elements {
                    left.push(self.value(element, holder)?.unwrap_or(Object::Null));
                }
                Some(Object::Array(left))
            }
            Object::Dictionary(dictionary) => {
                if self.is_nothing(value, holder)? {
                    return Ok(None);
                }
                Some(Object::Dictionary(self.entries(dictionary, holder)?))
            }
            other => Some(other.clone()),
        })
    }

    fn entries(&mut self, dictionary: &Dictionary, holder: u32) -> Result<Dictionary, FlattenPdf> {
        let mut left = Vec::new();
        for (key, given) in dictionary.entries() {
            let active = match key {
                b"AA" => Some(Active::Automatic),
                b"JS" => Some(Active::Script),
                b"XFA" => Some(Active::Xfa),
                b"NeedsRendering" if *given != Object::Boolean(false) => Some(Active::Xfa),
                _ => None,
            };
            if let Some(kind) = active {
                self.made.note(Done::Removed(kind), None, Some(holder))?;
                continue;
            }
            let direct = match given {
                // What something is stands where it is.
                Object::Reference(_) if key == b"S" => {
                    Some(self.view.resolve(given)?).filter(|name| matches!(name, Object::Name(_)))
                }
                _ => None,
            };
            let mut value = self.value(direct.as_ref().unwrap_or(given), holder)?;
            if let (b"K", Some(Object::Array(children))) = (key, &mut value) {
                children.retain(|child| *child != Object::Null);
            }
            left.extend(value.map(|value| (key.to_vec(), value)));
        }
        Ok(Dictionary::new(left).unwrap_or_default())
    }

    fn one(&mut self, reference: Reference) -> Result<(), FlattenPdf> {
        let new = match self.made.take(reference) {
            Some(new) => new,
            None => New::Object(self.view.object(reference)?),
        };
        self.places.push(self.out.len() as u64);
        // Writing to a vector cannot fail.
        let _ = writeln!(self.out, "{} 0 obj", self.places.len());
        let holder = reference.number;
        match new {
            New::Stream(dictionary, data) => self.stream(&dictionary, holder, &data)?,
            New::Object(Object::Stream(stream)) => self.given_stream(&stream, holder)?,
            New::Object(object) => {
                let value = self.value(&object, holder)?;
                write::object(&mut self.out, &value.unwrap_or(Object::Null));
            }
        }
        self.out.extend_from_slice(b"\nendobj\n");
        let written = self.out.len() as u64;
        Ok(ReadPdf::at_most(written, MAX_WRITTEN, "octets written")?)
    }

    /// A stream of the given file, its data as they are.
    fn given_stream(&mut self, stream: &Stream, holder: u32) -> Result<(), FlattenPdf> {
        let dictionary = &stream.dictionary;
        if dictionary.value(b"F").is_some() {
            return Err(FlattenPdf::Uncertain {
                what: "a stream whose data are in another file",
                page: None,
                object: Some(holder),
            });
        }
        let subtype = self.view.value(dictionary, b"Subtype")?;
        let second = self.view.value(dictionary, b"Subtype2")?;
        let postscript = [&subtype, &second]
            .iter()
            .any(|kind| kind.as_name() == Some(b"PS"));
        if postscript {
            let done = Done::Removed(Active::PostScript);
            self.made.note(done, None, Some(holder))?;
        }
        let belongs = dictionary.value(b"OC").cloned().unwrap_or(Object::Null);
        let hidden = !self.layers.show(&self.view, &belongs)?;
        if hidden {
            self.made.note(Done::HiddenContent, None, Some(holder))?;
        }
        if postscript || hidden {
            return self.stream(&paints_nothing(), holder, b"");
        }
        let length = stream.range.end.saturating_sub(stream.range.start);
        let written = (self.out.len() as u64).saturating_add(length);
        ReadPdf::at_most(written, MAX_WRITTEN, "octets written")?;
        let mut data = vec![0; usize::try_from(length).unwrap_or(0)];
        self.source.read_at(stream.range.start, &mut data)?;
        self.stream(dictionary, holder, &data)
    }

    fn stream(
        &mut self,
        dictionary: &Dictionary,
        holder: u32,
        data: &[u8],
    ) -> Result<(), FlattenPdf> {
        let mut dictionary = dictionary.clone();
        dictionary.remove(b"OC");
        for (key, kind) in [
            (b"Alternates".as_slice(), Active::AlternateImage),
            (b"Ref", Active::ReferencedContent),
            (b"OPI", Active::ReferencedContent),
            (b"PS", Active::PostScript),
        ] {
            if dictionary.remove(key).is_some() {
                self.made.note(Done::Removed(kind), None, Some(holder))?;
            }
        }
        if let Some(kind) = self.kind_of(&dictionary)? {
            dictionary.remove(b"S");
            self.made.note(Done::Removed(kind), None, Some(holder))?;
        }
        dictionary.remove(b"Length");
        let mut left = self.entries(&dictionary, holder)?;
        let length = i64::try_from(data.len()).unwrap_or(i64::MAX);
        left.set(b"Length", Object::Integer(length));
        write::object(&mut self.out, &Object::Dictionary(left));
        self.out.extend_from_slice(b"stream\n");
        self.out.extend_from_slice(data);
        self.out.extend_from_slice(b"\nendstream");
        Ok(())
    }

    /// The table and the trailer (7.5.4, 7.5.5).
    fn end(&mut self, root: u32, information: Option<u32>) -> Result<(), FlattenPdf> {
        let identifier = match self.view.trailer().value(b"ID") {
            Some(identifier) => self.view.resolve(identifier)?,
            None => Object::Null,
        };
        // 14.4: the first string stays, the second is of the content.
        let digest = crypto::sha256(&self.out);
        let second = digest.get(..16).unwrap_or_default();
        let first = identifier.as_array().and_then(<[Object]>::first);
        let first = first.and_then(Object::as_string).unwrap_or(second);
        let start = self.out.len();
        let size = self.places.len() + 1;
        let _ = write!(self.out, "xref\n0 {size}\n0000000000 65535 f \n");
        for place in &self.places {
            let _ = writeln!(self.out, "{place:010} 00000 n ");
        }
        let _ = write!(self.out, "trailer\n<</Size {size}/Root {root} 0 R");
        if let Some(information) = information {
            let _ = write!(self.out, "/Info {information} 0 R");
        }
        self.out.extend_from_slice(b"/ID[");
        hexadecimal(&mut self.out, first);
        hexadecimal(&mut self.out, second);
        let _ = write!(self.out, "]>>\nstartxref\n{start}\n%%EOF\n");
        Ok(())
    }
}

/// A form that paints nothing, in place of one that is not shown.
fn paints_nothing() -> Dictionary {
    let name = |name: &[u8]| Object::Name(name.to_vec());
    let mut form = Dictionary::default();
    form.set(b"Type", name(b"XObject"));
    form.set(b"Subtype", name(b"Form"));
    form.set(b"BBox", Object::Array(vec![Object::Integer(0); 4]));
    form
}
