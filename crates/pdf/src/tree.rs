//! Trees of a document, walked with their limits: pages (ISO 32000-2, 7.7.3), form fields (12.7.4), names (7.9.6).

use std::collections::BTreeSet;
use std::rc::Rc;

use syntax::{Dictionary, Object, ReadPdf, Reference, document_sign};

use crate::file::View;

/// T-I7: pages.
pub(crate) const MAX_PAGES: usize = 10_000;
/// T-I7: levels of a tree.
pub(crate) const MAX_LEVELS: usize = 64;
/// Form fields and their widgets.
const MAX_FIELDS: usize = 10_000;
/// Octets of the names of all fields together: one name stands at every field below it.
const MAX_FIELD_NAMES: usize = 4 * 1024 * 1024;
/// Entries of a name tree.
const MAX_NAMES: usize = 10_000;

/// A node that stands once in its tree.
#[derive(Default)]
struct Seen(BTreeSet<u32>);

impl Seen {
    fn once(&mut self, reference: Reference) -> Result<(), ReadPdf> {
        if self.0.insert(reference.number) {
            return Ok(());
        }
        Err(ReadPdf::Circle {
            number: reference.number,
        })
    }
}

fn level(depth: usize) -> Result<usize, ReadPdf> {
    let deeper = depth + 1;
    ReadPdf::at_most(deeper as u64, MAX_LEVELS as u64, "levels of a tree")?;
    Ok(deeper)
}

impl View<'_> {
    /// The pages, first to last.
    ///
    /// # Errors
    /// `Circle` if a node stands twice, `Limit` beyond 10,000 pages or 64 levels, `Type` if a node is no page and
    /// no tree of pages, has another /Parent than its own or a /Count that is not true.
    pub fn pages(&self) -> Result<Vec<Reference>, ReadPdf> {
        let catalog = self.catalog()?;
        let root = catalog
            .value(b"Pages")
            .and_then(Object::as_reference)
            .ok_or(ReadPdf::Missing { what: "/Pages" })?;
        let mut found = Vec::new();
        let mut seen = Seen::default();
        self.page_node(root, None, 0, &mut seen, &mut found)?;
        Ok(found)
    }

    fn page_node(
        &self,
        at: Reference,
        parent: Option<Reference>,
        depth: usize,
        seen: &mut Seen,
        found: &mut Vec<Reference>,
    ) -> Result<(), ReadPdf> {
        seen.once(at)?;
        let depth = level(depth)?;
        let Object::Dictionary(node) = self.object(at)? else {
            return Err(ReadPdf::Type {
                what: "a node of the page tree",
            });
        };
        let said = node.value(b"Parent").and_then(Object::as_reference);
        if said != parent {
            return Err(ReadPdf::Type {
                what: "/Parent in the page tree",
            });
        }
        match self.value(&node, b"Type")?.as_name() {
            Some(b"Page") if parent.is_some() => {
                if found.len() == MAX_PAGES {
                    return Err(ReadPdf::Limit {
                        what: "pages",
                        limit: MAX_PAGES as u64,
                    });
                }
                found.push(at);
                Ok(())
            }
            Some(b"Pages") => {
                let before = found.len();
                let Object::Array(kids) = self.value(&node, b"Kids")? else {
                    return Err(ReadPdf::Missing { what: "/Kids" });
                };
                for kid in &kids {
                    let kid = kid.as_reference().ok_or(ReadPdf::Type { what: "/Kids" })?;
                    self.page_node(kid, Some(at), depth, seen, found)?;
                }
                let count = self.value(&node, b"Count")?.as_integer();
                if count != i64::try_from(found.len() - before).ok() {
                    return Err(ReadPdf::Type { what: "/Count" });
                }
                Ok(())
            }
            _ => Err(ReadPdf::Type {
                what: "a node of the page tree",
            }),
        }
    }

    /// The interactive form, empty if there is none.
    pub(crate) fn form(&self) -> Result<Dictionary, ReadPdf> {
        match self.value(&self.catalog()?, b"AcroForm")? {
            Object::Null => Ok(Dictionary::default()),
            Object::Dictionary(form) => Ok(form),
            _ => Err(ReadPdf::Type { what: "/AcroForm" }),
        }
    }

    /// The terminal fields of the form, in the order of the tree.
    ///
    /// # Errors
    /// `Circle` if a field stands twice, `Limit` beyond 10,000 fields or 64 levels, `Type` for what is no field.
    pub fn fields(&self) -> Result<Vec<Field>, ReadPdf> {
        Ok(self.walked()?.0)
    }

    /// The groups of fields: those that have other fields below them.
    pub(crate) fn groups(&self) -> Result<Vec<Field>, ReadPdf> {
        Ok(self.walked()?.1)
    }

    fn walked(&self) -> Result<(Vec<Field>, Vec<Field>), ReadPdf> {
        let roots = match self.value(&self.form()?, b"Fields")? {
            Object::Null => return Ok((Vec::new(), Vec::new())),
            Object::Array(roots) => roots,
            _ => return Err(ReadPdf::Type { what: "/Fields" }),
        };
        let mut walk = FieldWalk {
            view: self,
            seen: Seen::default(),
            found: Vec::new(),
            groups: Vec::new(),
            named: 0,
        };
        for root in &roots {
            let root = root
                .as_reference()
                .ok_or(ReadPdf::Type { what: "/Fields" })?;
            walk.field(root, None, &Inherited::default(), 0)?;
        }
        Ok((walk.found, walk.groups))
    }

    /// The names and values of a name tree, in its order.
    pub(crate) fn names(&self, root: &Object) -> Result<Vec<(Vec<u8>, Object)>, ReadPdf> {
        let mut found = Vec::new();
        self.name_node(root, 0, &mut Seen::default(), &mut found)?;
        Ok(found)
    }

    fn name_node(
        &self,
        node: &Object,
        depth: usize,
        seen: &mut Seen,
        found: &mut Vec<(Vec<u8>, Object)>,
    ) -> Result<(), ReadPdf> {
        let wrong = ReadPdf::Type {
            what: "a node of a name tree",
        };
        if let Some(reference) = node.as_reference() {
            seen.once(reference)?;
        }
        let depth = level(depth)?;
        let Object::Dictionary(node) = self.resolve(node)? else {
            return Err(wrong);
        };
        if let Object::Array(kids) = self.value(&node, b"Kids")? {
            for kid in &kids {
                self.name_node(kid, depth, seen, found)?;
            }
        }
        if let Object::Array(names) = self.value(&node, b"Names")? {
            for pair in names.chunks(2) {
                let [name, value] = pair else {
                    return Err(wrong);
                };
                let Object::String(name) = self.resolve(name)? else {
                    return Err(wrong);
                };
                if found.len() == MAX_NAMES {
                    return Err(ReadPdf::Limit {
                        what: "names of a tree",
                        limit: MAX_NAMES as u64,
                    });
                }
                found.push((name, value.clone()));
            }
        }
        Ok(())
    }
}

/// A terminal field: one with a value of its own.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its object.
    pub reference: Reference,
    /// Partial names from the root, joined by points.
    pub name: String,
    /// /FT, own or inherited.
    pub kind: Option<Vec<u8>>,
    /// /V as it stands, own or inherited.
    pub value: Option<Rc<Object>>,
    /// Widgets that are objects of their own; empty if the field is its own widget.
    pub widgets: Vec<Reference>,
}

#[derive(Debug, Clone, Default)]
struct Inherited {
    name: String,
    kind: Option<Vec<u8>>,
    value: Option<Rc<Object>>,
}

struct FieldWalk<'v, 'f> {
    view: &'v View<'f>,
    seen: Seen,
    found: Vec<Field>,
    groups: Vec<Field>,
    /// Octets of all names.
    named: usize,
}

impl FieldWalk<'_, '_> {
    fn field(
        &mut self,
        at: Reference,
        parent: Option<Reference>,
        inherited: &Inherited,
        depth: usize,
    ) -> Result<(), ReadPdf> {
        let depth = level(depth)?;
        self.seen.once(at)?;
        if self.seen.0.len() > MAX_FIELDS {
            return Err(ReadPdf::Limit {
                what: "form fields",
                limit: MAX_FIELDS as u64,
            });
        }
        let Object::Dictionary(field) = self.view.object(at)? else {
            return Err(ReadPdf::Type {
                what: "a form field",
            });
        };
        if field.value(b"Parent").and_then(Object::as_reference) != parent {
            return Err(ReadPdf::Type {
                what: "/Parent of a form field",
            });
        }
        let mut own = inherited.clone();
        if let Object::String(name) = self.view.value(&field, b"T")? {
            if !own.name.is_empty() {
                own.name.push('.');
            }
            own.name.push_str(&text(&name));
        }
        if let Object::Name(kind) = self.view.value(&field, b"FT")? {
            own.kind = Some(kind);
        }
        if let Some(value) = field.value(b"V") {
            own.value = Some(Rc::new(value.clone()));
        }
        self.named = self.named.saturating_add(own.name.len());
        ReadPdf::at_most(
            self.named as u64,
            MAX_FIELD_NAMES as u64,
            "octets of names of fields",
        )?;
        let (widgets, kids) = self.kids(&field)?;
        for kid in &kids {
            self.field(*kid, Some(at), &own, depth)?;
        }
        for widget in &widgets {
            self.seen.once(*widget)?;
        }
        let places = if kids.is_empty() {
            &mut self.found
        } else {
            &mut self.groups
        };
        places.push(Field {
            reference: at,
            name: own.name,
            kind: own.kind,
            value: own.value,
            widgets,
        });
        Ok(())
    }

    /// /Kids, told apart: those without /T are widgets of this field (12.7.4.2).
    fn kids(&self, field: &Dictionary) -> Result<(Vec<Reference>, Vec<Reference>), ReadPdf> {
        let mut widgets = Vec::new();
        let mut kids = Vec::new();
        let elements = match self.view.value(field, b"Kids")? {
            Object::Null => return Ok((widgets, kids)),
            Object::Array(elements) => elements,
            _ => {
                return Err(ReadPdf::Type {
                    what: "/Kids of a form field",
                });
            }
        };
        for kid in &elements {
            let reference = kid.as_reference().ok_or(ReadPdf::Type {
                what: "/Kids of a form field",
            })?;
            let Object::Dictionary(kid) = self.view.object(reference)? else {
                return Err(ReadPdf::Type {
                    what: "/Kids of a form field",
                });
            };
            if kid.value(b"T").is_some() {
                kids.push(reference);
            } else {
                widgets.push(reference);
            }
        }
        Ok((widgets, kids))
    }
}

/// A text string (7.9.2.2): UTF-16 with its mark, UTF-8 with its mark, else `PDFDocEncoding`.
#[must_use]
pub fn text(octets: &[u8]) -> String {
    match octets {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> = rest
                .chunks(2)
                .map(|pair| {
                    pair.iter()
                        .fold(0, |unit, octet| unit << 8 | u16::from(*octet))
                })
                .collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        octets => octets.iter().copied().map(document_sign).collect(),
    }
}
