//! Locations (ST_Loc): from the package's root with a slash, else from the folder of the part that holds them.

use crate::fault::ReadPart;
use container::is_plain;

/// The name of the entry that `location` leads to, when it stands in the part `holder`
/// (GB/T 33190-2016, 7.3: ST_Loc).
///
/// # Errors
/// `Location` if it leads out of the package, or has an empty part, a backslash or a control character.
pub(crate) fn resolve(holder: &str, location: &str) -> Result<String, ReadPart> {
    let location = location.trim();
    let (mut parts, rest) = match location.strip_prefix('/') {
        Some(rest) => (Vec::new(), rest),
        None => {
            let folder = holder.rsplit_once('/').map(|(folder, _)| folder);
            (
                folder.map_or_else(Vec::new, |folder| folder.split('/').collect()),
                location,
            )
        }
    };
    for part in rest.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop().ok_or(ReadPart::Location)?;
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    is_plain(&path).then_some(path).ok_or(ReadPart::Location)
}

/// Whether a location is written in the one way that leads to its entry: no `.` and no `..`.
pub(crate) fn is_direct(location: &str) -> bool {
    is_plain(location.strip_prefix('/').unwrap_or(location))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_lead_from_the_root_or_from_their_part() {
        for (holder, location, name) in [
            ("OFD.xml", "Doc_0/Document.xml", "Doc_0/Document.xml"),
            ("OFD.xml", "/Doc_0/Document.xml", "Doc_0/Document.xml"),
            ("Doc_0/Document.xml", "PublicRes.xml", "Doc_0/PublicRes.xml"),
            ("Doc_0/a/b.xml", "../c.xml", "Doc_0/c.xml"),
            ("Doc_0/a/b.xml", "./c.xml", "Doc_0/a/c.xml"),
            ("Doc_0/b.xml", " /c.xml ", "c.xml"),
        ] {
            assert_eq!(resolve(holder, location), Ok(name.to_owned()), "{location}");
        }
    }

    #[test]
    fn locations_that_lead_elsewhere_are_refused() {
        for location in [
            "",
            "/",
            "..",
            "../../x",
            "/../x",
            "a//b",
            "a\\b",
            "C:/x",
            "a\u{0}",
            "a/",
            "a/../../..",
            "http://a.example/x",
        ] {
            let found = resolve("Doc_0/Document.xml", location);
            assert_eq!(found, Err(ReadPart::Location), "{location}");
        }
        assert!(
            is_direct("/a/b") && is_direct("a") && !is_direct("/a/./b") && !is_direct("a/../b")
        );
    }
}
