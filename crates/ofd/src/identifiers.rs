//! Identifiers of a document: each stands for one thing (GB/T 33190-2016, 7.3: ST_ID; T-I5).

use std::collections::BTreeSet;

use crate::fault::ReadXml;
use xml::Element;

/// T-I5: identifiers of one document.
pub(crate) const MAX_IDENTIFIERS: usize = 1_000_000;

/// Those found so far: of pages, templates, resources, annotations, and all that is on pages.
#[derive(Debug, Default)]
pub(crate) struct Identifiers {
    numbers: BTreeSet<u64>,
    /// What is no number names something all the same.
    others: BTreeSet<String>,
    limit: Option<u64>,
}

impl Identifiers {
    /// Takes what the document says that its greatest is.
    pub(crate) fn limit(&mut self, said: Option<&str>) {
        self.limit = said.and_then(|said| said.parse().ok());
    }

    /// Adds one. Readers compare numbers: 7 and 07 are one.
    pub(crate) fn add(&mut self, id: &str) -> Result<(), ReadXml> {
        if self.numbers.len() + self.others.len() >= MAX_IDENTIFIERS {
            return Err(ReadXml::TooMany("ID"));
        }
        let new = match id.trim().parse() {
            Ok(number) => self.numbers.insert(number),
            Err(_) => self.others.insert(id.to_owned()),
        };
        match new {
            true => Ok(()),
            false => Err(ReadXml::Identifier(id.to_owned())),
        }
    }

    /// Adds those of all elements within these, up to the first that is another's.
    pub(crate) fn add_within<'e>(
        &mut self,
        holders: impl Iterator<Item = &'e Element>,
    ) -> Result<(), ReadXml> {
        let mut waiting: Vec<&Element> = holders.collect();
        while let Some(holder) = waiting.pop() {
            for element in &holder.children {
                element.attribute("ID").map_or(Ok(()), |id| self.add(id))?;
                waiting.push(element);
            }
        }
        Ok(())
    }

    /// The greatest, where the document says that none is so great.
    pub(crate) fn beyond(&self) -> Option<u64> {
        let greatest = self.numbers.last().copied()?;
        self.limit.filter(|limit| greatest > *limit)?;
        Some(greatest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_identifiers_are_compared_and_no_more() {
        let mut found = Identifiers::default();
        for id in 1..=MAX_IDENTIFIERS {
            assert_eq!(found.add(&id.to_string()), Ok(()));
        }
        assert_eq!(found.add("one more"), Err(ReadXml::TooMany("ID")));
    }

    #[test]
    fn one_number_is_one_identifier_however_it_is_written() {
        let mut found = Identifiers::default();
        found.limit(Some("7"));
        assert_eq!((found.add("7"), found.add("a")), (Ok(()), Ok(())));
        assert_eq!(found.beyond(), None);
        for again in ["7", "07", " 7", "a"] {
            assert_eq!(found.add(again), Err(ReadXml::Identifier(again.to_owned())));
        }
        assert_eq!((found.add("8"), found.beyond()), (Ok(()), Some(8)));
    }
}
