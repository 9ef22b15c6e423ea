//! A page with the picture of its seal in the field that waits for it, nothing signed.

use document::{Appearance, Unsealed};

/// The page with an update that shows the seal's picture in its field (ISO 32000-1, 7.5.6).
pub(crate) fn put(page: &Unsealed, appearance: &Appearance) -> Option<Vec<u8>> {
    let mut file = page.bytes.clone();
    let field = format!("/T({})", page.field);
    let at = find(&file, field.as_bytes())?;
    let begin = file
        .get(..at)?
        .windows(5)
        .rposition(|five| five == b"0 obj")?;
    let line = file.get(..begin)?.iter().rposition(|&byte| byte == b'\n')? + 1;
    let number: u32 = text(file.get(line..begin)?)?.trim().parse().ok()?;
    let end = at + find(file.get(at..)?, b"endobj")?;
    let widget = text(file.get(begin + 6..end)?)?;
    let trailer_at = file.windows(7).rposition(|seven| seven == b"trailer")?;
    let trailer = text(file.get(trailer_at..)?)?.to_owned();
    let size: u32 = between(&trailer, "/Size ", "/")?.parse().ok()?;
    let before = between(&trailer, "startxref\n", "\n")?;
    let rectangle = page
        .seal_rectangle(appearance.width(), appearance.height())
        .map(|side| format!("{side:.2}"))
        .join(" ");
    let old = format!("/Rect[{}]", between(widget, "/Rect[", "]")?);
    let picture = format!("/N {} 0 R", between(widget, "/N ", " 0 R")?);
    let widget = widget
        .replace(&old, &format!("/Rect[{rectangle}]"))
        .replace(&picture, &format!("/N {size} 0 R"));

    let mut bodies = appearance.bodies(size);
    bodies.push(widget.into_bytes());
    let numbers = (size..).take(bodies.len() - 1).chain([number]);
    let mut table = String::from("xref\n");
    for (number, body) in numbers.zip(&bodies) {
        table.push_str(&format!("{number} 1\n{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
    }
    let size_after = size + u32::try_from(appearance.count()).ok()?;
    let rest = between(&trailer, &format!("/Size {size}"), ">>\nstartxref")?;
    table.push_str(&format!(
        "trailer\n<</Size {size_after}{rest}/Prev {before}>>\nstartxref\n{}\n%%EOF\n",
        file.len()
    ));
    file.extend_from_slice(table.as_bytes());
    Some(file)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|here| here == wanted)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}
