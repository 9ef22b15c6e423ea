//! Optional content (ISO 32000-2, 8.11): whether anything is hidden, now or under circumstances.

use pdf::{Dictionary, Object, ReadPdf};

use crate::edit::Edit;

/// Whether any configuration hides a layer, or lets circumstances do so.
pub(super) fn is_any_hidden(edit: &Edit<'_>, properties: &Object) -> Result<bool, ReadPdf> {
    let properties = match properties {
        Object::Null => return Ok(false),
        Object::Dictionary(properties) => properties,
        _ => return Ok(true),
    };
    let mut configurations = vec![edit.entry(properties, b"D")?];
    if let Object::Array(others) = edit.entry(properties, b"Configs")? {
        for other in &others {
            configurations.push(edit.resolve(other)?.into_owned());
        }
    }
    for configuration in &configurations {
        let Object::Dictionary(configuration) = configuration else {
            return Ok(true);
        };
        // ISO 32000-2, table 99: all are on unless /BaseState or /OFF says otherwise; /AS changes states by
        // view, print or export.
        let base = edit.entry(configuration, b"BaseState")?;
        let on = base == Object::Null || base.as_name() == Some(b"ON");
        if !on
            || !is_empty(&edit.entry(configuration, b"OFF")?)
            || !is_empty(&edit.entry(configuration, b"AS")?)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a membership shows its content when layers are off (ISO 32000-2, 8.11.2.2): it is hidden while all
/// is on. An expression is taken for one.
pub(super) fn is_inverse(dictionary: &Dictionary) -> bool {
    let membership =
        dictionary.value(b"OCGs").is_some() || dictionary.name(b"Type") == Some(b"OCMD");
    // The key /OCGs of /OCProperties lists groups beside /D, and has no policy.
    membership
        && (dictionary.value(b"VE").is_some()
            || match dictionary.value(b"P") {
                None => false,
                Some(policy) => !matches!(policy.as_name(), Some(b"AllOn" | b"AnyOn")),
            })
}

fn is_empty(list: &Object) -> bool {
    match list {
        Object::Null => true,
        Object::Array(elements) => elements.is_empty(),
        _ => false,
    }
}
