//! A document of the file: its pages, resources, annotations and attachments, found by following locations.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::sync::Arc;

use crate::area::Area;
use crate::facts::{
    AnnotationFact, AttachmentFact, Body, FontFact, Information, MAX_ATTACHED, PageFact,
    TemplateFact,
};
use crate::fault::{ReadPart, ReadXml};
use crate::identifiers::Identifiers;
use crate::limits::MAX_TEMPLATES;
use crate::location::resolve;
use crate::parts::Parts;
use container::MAX_ENTRIES;
use xml::Element;

/// Pages of a document.
pub(crate) const MAX_PAGES: usize = 10_000;
/// Attachments of a document: as many as a package has entries.
pub(crate) const MAX_ATTACHMENTS: usize = MAX_ENTRIES;
/// Annotations of a document.
pub(crate) const MAX_ANNOTATIONS: usize = 100_000;
/// Attachments whose content is kept.
pub(crate) const MAX_KEPT: usize = 16;

/// What a document says about itself (GB/T 33190-2016, 7.4: DocInfo).
pub(crate) fn information(body: &Element) -> Result<Information, ReadXml> {
    let found = body.child("DocInfo")?;
    let text = |name| Ok::<_, ReadXml>(found.text_of(name)?.map(str::to_owned));
    let mut information = Information {
        document: text("DocID")?,
        title: text("Title")?,
        author: text("Author")?,
        subject: text("Subject")?,
        creator: text("Creator")?,
        created: text("CreationDate")?,
        custom: Vec::new(),
    };
    if let Some(custom) = found.one("CustomDatas")? {
        for one in custom.all("CustomData") {
            let name = one.required("Name")?.to_owned();
            information.custom.push((name, one.text.clone()));
        }
    }
    Ok(information)
}

/// Reads the document whose root stands at `path` into `body`.
pub(crate) fn document<R: Read + Seek>(parts: &mut Parts<R>, path: &str, body: &mut Body) {
    let mut walk = Walk {
        parts,
        body,
        identifiers: Identifiers::default(),
        sheets: BTreeMap::new(),
        templates: BTreeMap::new(),
    };
    let tree = walk.part(path, "Document");
    if let Some(tree) = tree
        && let Err(fault) = walk.tree(path, &tree)
    {
        walk.parts.fault(path, fault);
    }
    walk.body.beyond = walk.identifiers.beyond();
}

/// A document being walked.
struct Walk<'a, R> {
    parts: &'a mut Parts<R>,
    body: &'a mut Body,
    identifiers: Identifiers,
    /// The box of each part that was read as a page, by its path: pages may share one.
    sheets: BTreeMap<String, Option<Area>>,
    /// The box of each template page, by its identifier.
    templates: BTreeMap<String, Option<Area>>,
}

impl<R: Read + Seek> Walk<'_, R> {
    /// The tree of a part; what cannot be read is noted.
    fn part(&mut self, path: &str, root: &str) -> Option<Arc<Element>> {
        match self.parts.tree(path, root) {
            Ok(tree) => Some(tree),
            Err(fault) => {
                self.parts.fault(path, fault);
                None
            }
        }
    }

    /// Where a location of the part `holder` leads, if that has not been there yet.
    fn reach(&mut self, holder: &str, location: &str) -> Option<(String, bool)> {
        match resolve(holder, location) {
            Ok(path) => {
                let new = self.body.reachable.insert(path.clone());
                Some((path, new))
            }
            Err(fault) => {
                self.parts.fault(location, fault);
                None
            }
        }
    }

    /// As [`Walk::reach`], for a part that is not read: only that it is there.
    fn file(&mut self, holder: &str, location: &str) -> Option<String> {
        let (path, new) = self.reach(holder, location)?;
        if new && self.parts.package().find(&path).is_none() {
            self.parts.fault(&path, ReadPart::Absent);
        }
        Some(path)
    }

    /// The tree of a part that a location of `holder` leads to for the first time.
    fn follow(
        &mut self,
        holder: &str,
        location: &str,
        root: &str,
    ) -> Option<(String, Arc<Element>)> {
        let (path, new) = self.reach(holder, location)?;
        if !new {
            return None;
        }
        let tree = self.part(&path, root)?;
        Some((path, tree))
    }

    // T-I5: what others refer to has an identifier of its own.
    fn identifier(&mut self, element: &Element) -> Result<String, ReadXml> {
        let id = element.required("ID")?;
        self.identifiers.add(id)?;
        Ok(id.to_owned())
    }

    /// Notes the identifiers of all that these elements hold; of a part with one that is another's already, the first.
    fn objects<'e>(&mut self, path: &str, holders: impl Iterator<Item = &'e Element>) {
        if let Err(fault) = self.identifiers.add_within(holders) {
            self.parts.fault(path, fault);
        }
    }

    // GB/T 33190-2016, 7.5: Document.
    fn tree(&mut self, path: &str, tree: &Element) -> Result<(), ReadXml> {
        let shared = tree.child("CommonData")?;
        self.identifiers.limit(shared.text_of("MaxUnitID")?);
        let area = match shared.one("PageArea")? {
            Some(area) => physical(area)?,
            None => None,
        };
        for name in ["PublicRes", "DocumentRes"] {
            for one in shared.all(name) {
                self.resources(path, &one.text)?;
            }
        }
        for template in shared.all("TemplatePage") {
            let id = self.identifier(template)?;
            let location = template.required("BaseLoc")?;
            if let Some((path, area)) = self.sheet(path, location)? {
                let order = template.attribute("ZOrder").map(str::to_owned);
                self.templates.insert(id.clone(), area);
                self.body.templates.push(TemplateFact { id, path, order });
            }
        }
        let pages = tree.child("Pages")?;
        for (count, page) in pages.all("Page").enumerate() {
            if count >= MAX_PAGES {
                return Err(ReadXml::TooMany("Page"));
            }
            self.page(path, page, area)?;
        }
        let annotations = tree.one("Annotations")?;
        for (found, root) in [
            (annotations, "Annotations"),
            (tree.one("Attachments")?, "Attachments"),
            (tree.one("CustomTags")?, "CustomTags"),
            (tree.one("Extensions")?, "Extensions"),
        ] {
            let Some(found) = found else { continue };
            let Some((path, tree)) = self.follow(path, &found.text, root) else {
                continue;
            };
            match root {
                "Annotations" => {
                    self.annotations(&path, &tree)?;
                    self.body.annotated = Some(path);
                }
                "Attachments" => self.attachments(&path, &tree)?,
                "CustomTags" => self.tags(&path, &tree)?,
                _ => {
                    let data = tree.all("Extension").flat_map(|one| one.all("ExtendData"));
                    data.for_each(|one| {
                        self.file(&path, &one.text);
                    });
                }
            }
        }
        Ok(())
    }

    fn page(&mut self, path: &str, page: &Element, area: Option<Area>) -> Result<(), ReadXml> {
        let id = self.identifier(page)?;
        let location = page.required("BaseLoc")?;
        if let Some((path, own)) = self.sheet(path, location)? {
            let area = own.or(area);
            self.body.pages.push(PageFact { id, path, area });
        }
        Ok(())
    }

    /// Where the page at a location of `holder` is, and its box, if the document's is not to be taken. A part that several
    /// pages or templates share is read once, and has one box.
    fn sheet(
        &mut self,
        holder: &str,
        location: &str,
    ) -> Result<Option<(String, Option<Area>)>, ReadXml> {
        let Some((path, _)) = self.reach(holder, location) else {
            return Ok(None);
        };
        if let Some(area) = self.sheets.get(&path) {
            let area = *area;
            return Ok(Some((path, area)));
        }
        let area = match self.part(&path, "Page") {
            Some(tree) => {
                self.content(&path, &tree)?;
                self.area_of(&tree)?
            }
            None => None,
        };
        self.sheets.insert(path.clone(), area);
        Ok(Some((path, area)))
    }

    // GB/T 33190-2016, 7.7: Area. Without one the page has that of its template; the document's where that has none either.
    fn area_of(&self, tree: &Element) -> Result<Option<Area>, ReadXml> {
        if let Some(own) = tree.one("Area")?
            && let Some(area) = physical(own)?
        {
            return Ok(Some(area));
        }
        let named = tree.all("Template").take(MAX_TEMPLATES);
        let named = named.filter_map(|one| one.attribute("TemplateID"));
        let mut areas = named.filter_map(|id| self.templates.get(id).copied().flatten());
        Ok(areas.next())
    }

    // GB/T 33190-2016, 7.7: what a page names besides its content.
    fn content(&mut self, path: &str, tree: &Element) -> Result<(), ReadXml> {
        for one in tree.all("PageRes") {
            self.resources(path, &one.text)?;
        }
        self.objects(path, tree.all("Content"));
        Ok(())
    }

    // GB/T 33190-2016, 7.9: Res.
    fn resources(&mut self, path: &str, location: &str) -> Result<(), ReadXml> {
        let Some((path, tree)) = self.follow(path, location, "Res") else {
            return Ok(());
        };
        self.body.resources.push(path.clone());
        let base = match base_of(&path, &tree) {
            Ok(base) => base,
            Err(fault) => {
                let written = tree.attribute("BaseLoc").unwrap_or_default();
                self.parts.fault(written, fault);
                return Ok(());
            }
        };
        for font in tree.all("Fonts").flat_map(|all| all.all("Font")) {
            let id = self.identifier(font)?;
            let name = font.required("FontName")?.to_owned();
            let file = match font.text_of("FontFile")? {
                Some(location) => self.file(&base, location),
                None => None,
            };
            self.body.fonts.push(FontFact { id, name, file });
        }
        for media in tree
            .all("MultiMedias")
            .flat_map(|all| all.all("MultiMedia"))
        {
            self.identifier(media)?;
            let file = media.child("MediaFile")?;
            self.file(&base, &file.text);
        }
        for space in tree
            .all("ColorSpaces")
            .flat_map(|all| all.all("ColorSpace"))
        {
            if let Some(profile) = space.attribute("Profile") {
                self.file(&base, profile);
            }
        }
        for list in ["ColorSpaces", "DrawParams", "CompositeGraphicUnits"] {
            self.objects(&path, tree.all(list));
        }
        Ok(())
    }

    // GB/T 33190-2016, 15: annotations, page by page.
    fn annotations(&mut self, path: &str, tree: &Element) -> Result<(), ReadXml> {
        for page in tree.all("Page") {
            let id = page.required("PageID")?.to_owned();
            let location = &page.child("FileLoc")?.text;
            let Some((path, tree)) = self.follow(path, location, "PageAnnot") else {
                continue;
            };
            self.objects(&path, std::iter::once(&*tree));
            for one in tree.all("Annot") {
                if self.body.annotations.len() >= MAX_ANNOTATIONS {
                    return Err(ReadXml::TooMany("Annot"));
                }
                let area = match one.one("Appearance")? {
                    Some(shown) => shown.attribute("Boundary").and_then(Area::parse),
                    None => None,
                };
                self.body.annotations.push(AnnotationFact {
                    page: id.clone(),
                    id: one.required("ID")?.to_owned(),
                    kind: one.attribute("Type").unwrap_or_default().to_owned(),
                    area,
                    visible: one.attribute("Visible") != Some("false"),
                });
            }
        }
        Ok(())
    }

    // GB/T 33190-2016, 20: attachments.
    fn attachments(&mut self, path: &str, tree: &Element) -> Result<(), ReadXml> {
        let mut kept = 0;
        for one in tree.all("Attachment") {
            if self.body.attachments.len() >= MAX_ATTACHMENTS {
                return Err(ReadXml::TooMany("Attachment"));
            }
            let location = &one.child("FileLoc")?.text;
            let Some(file) = self.file(path, location) else {
                continue;
            };
            let format = one.attribute("Format").map(str::to_owned);
            let mut attached = AttachmentFact {
                id: one.required("ID")?.to_owned(),
                name: one.required("Name")?.to_owned(),
                format,
                path: file,
                octets: None,
            };
            let text = [".json", ".xml"].iter();
            let readable = text.clone().any(|end| attached.path.ends_with(end));
            if readable && kept < MAX_KEPT {
                attached.octets = self.parts.kept(&attached.path, MAX_ATTACHED).ok();
                kept += usize::from(attached.octets.is_some());
            }
            self.body.attachments.push(attached);
        }
        Ok(())
    }

    // GB/T 33190-2016, 16: custom tags, whose own files have schemas of others.
    fn tags(&mut self, path: &str, tree: &Element) -> Result<(), ReadXml> {
        for tag in tree.all("CustomTag") {
            for name in ["SchemaLoc", "FileLoc"] {
                if let Some(location) = tag.text_of(name)? {
                    self.file(path, location);
                }
            }
        }
        Ok(())
    }
}

/// What stands in the folder that holds the files of the resource part at `path`.
pub(crate) fn base_of(path: &str, tree: &Element) -> Result<String, ReadPart> {
    match tree.attribute("BaseLoc") {
        // Files are found from the folder that BaseLoc names: a holder inside it.
        Some(base) => resolve(path, &format!("{}/_", base.trim_end_matches('/'))),
        None => Ok(path.to_owned()),
    }
}

fn physical(area: &Element) -> Result<Option<Area>, ReadXml> {
    let Some(found) = area.text_of("PhysicalBox")? else {
        return Ok(None);
    };
    let parsed = Area::parse(found).ok_or(ReadXml::Value("PhysicalBox"))?;
    Ok(Some(parsed))
}
