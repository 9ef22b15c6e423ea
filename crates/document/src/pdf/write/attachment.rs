//! Associated files: the licence data and the status reference travel inside the page (ISO 19005-3, 6.8).

use crate::pdf::write::{Objects, metadata, text_string};
use time::UtcDateTime;

/// A file to embed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attachment<'a> {
    pub(crate) name: &'static str,
    pub(crate) described: &'static str,
    pub(crate) relationship: Relationship,
    pub(crate) json: &'a [u8],
}

/// What the file is to the page (ISO 19005-3, 6.8, `AFRelationship`).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Relationship {
    /// The data that the page shows.
    Data,
    /// Something more.
    Supplement,
}

/// Writes the file and its specification, whose number is told.
pub(crate) fn embed(
    objects: &mut Objects,
    attachment: &Attachment<'_>,
    moment: UtcDateTime,
) -> u32 {
    let file = objects.number();
    let date = metadata::pdf_date(moment);
    objects.stream(
        file,
        &format!(
            "/Type/EmbeddedFile/Subtype/application#2Fjson/Params<</Size {}/ModDate({date})>>",
            attachment.json.len()
        ),
        attachment.json,
    );
    let name = attachment.name;
    let relationship = match attachment.relationship {
        Relationship::Data => "Data",
        Relationship::Supplement => "Supplement",
    };
    objects.add(format!(
        "<</Type/Filespec/F({name})/UF({name})/Desc {}/AFRelationship/{relationship}/EF<</F {file} 0 R/UF {file} 0 R>>>>",
        text_string(attachment.described)
    ))
}
