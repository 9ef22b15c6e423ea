//! XML written: elements, attributes and text, with everything escaped. No reader, and no document type.

use std::fmt::Write as _;

/// A document in the making.
pub(crate) struct Xml {
    out: String,
}

impl Xml {
    pub(crate) fn new() -> Xml {
        Xml {
            out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(),
        }
    }

    pub(crate) fn finish(mut self) -> String {
        self.out.push('\n');
        self.out
    }

    /// An element with what `inside` writes.
    pub(crate) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Xml),
    ) {
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes {
            // Writing to a String does not fail.
            let _ = write!(self.out, " {key}=\"");
            self.escape(value);
            self.out.push('"');
        }
        self.out.push('>');
        let begin = self.out.len();
        inside(self);
        if self.out.len() == begin {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            let _ = write!(self.out, "</{name}>");
        }
    }

    /// An element without attributes.
    pub(crate) fn open(&mut self, name: &str, inside: impl FnOnce(&mut Xml)) {
        self.element(name, &[], inside);
    }

    /// An element that holds text alone.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.element(name, &[], |xml| xml.escape(text));
    }

    /// Text. What XML 1.0 2.2 has no place for becomes U+FFFD: names come from strangers.
    pub(crate) fn escape(&mut self, text: &str) {
        self.out.push_str(&::xml::escaped(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_wrote_stays_text() {
        let mut xml = Xml::new();
        xml.element("a", &[("b", "\"<&\n")], |xml| {
            xml.text("c", "</c><!--\u{0}\u{ffff} ]]>");
            xml.open("d", |_| {});
        });
        let (_, body) = xml.out.split_once('\n').expect("a declaration");
        assert_eq!(
            body,
            "<a b=\"&quot;&lt;&amp;&#10;\"><c>&lt;/c&gt;&lt;!--\u{fffd}\u{fffd} ]]&gt;</c><d/></a>"
        );
    }
}
