//! Optional content (ISO 32000-2, 8.11), decided once: what the default configuration shows on a screen.

use std::collections::BTreeMap;

use pdf::{Dictionary, Object, ReadPdf, Reference, View};

use crate::flatten::report::FlattenPdf;

/// Groups of a file.
const MAX_GROUPS: usize = 10_000;
/// Expressions in each other.
const MAX_DEPTH: u8 = 32;

/// Which layers are shown. A file without any shows everything.
#[derive(Debug, Default)]
pub(super) struct Layers {
    groups: BTreeMap<u32, bool>,
    there: bool,
}

impl Layers {
    /// Reads the groups and their default states.
    pub(super) fn read(view: &View<'_>) -> Result<Layers, FlattenPdf> {
        let wrong = ReadPdf::Type {
            what: "/OCProperties",
        };
        let properties = match view.value(&view.catalog()?, b"OCProperties")? {
            Object::Null => return Ok(Layers::default()),
            Object::Dictionary(properties) => properties,
            _ => return Err(wrong.into()),
        };
        let Object::Dictionary(default) = view.value(&properties, b"D")? else {
            return Err(wrong.into());
        };
        // Table 99: of the default configuration the base is ON if not OFF; then /ON, then /OFF.
        let base = view.value(&default, b"BaseState")?.as_name() != Some(b"OFF");
        let mut layers = Layers {
            groups: BTreeMap::new(),
            there: true,
        };
        for (from, key, shown) in [
            (&properties, b"OCGs".as_slice(), base),
            (&default, b"ON", true),
            (&default, b"OFF", false),
        ] {
            for group in listed(view, from, key)? {
                layers.groups.insert(group.number, shown);
            }
        }
        let room = MAX_GROUPS as u64;
        ReadPdf::at_most(layers.groups.len() as u64, room, "layers")?;
        layers.by_circumstances(view, &default)?;
        layers.by_intent(view, &default)?;
        Ok(layers)
    }

    /// Whether the file has layers at all.
    pub(super) fn are_there(&self) -> bool {
        self.there
    }

    /// Whether content that belongs to `to`, a group or a membership, is shown.
    pub(super) fn show(&self, view: &View<'_>, to: &Object) -> Result<bool, ReadPdf> {
        if !self.there {
            return Ok(true);
        }
        if let Some(shown) = to.as_reference().and_then(|it| self.groups.get(&it.number)) {
            return Ok(*shown);
        }
        match view.resolve(to)? {
            Object::Dictionary(dictionary) if is_membership(&dictionary) => {
                self.membership(view, &dictionary)
            }
            _ => Ok(true),
        }
    }

    /// 8.11.2.2: an expression, where there is one, decides alone.
    fn membership(&self, view: &View<'_>, membership: &Dictionary) -> Result<bool, ReadPdf> {
        if let Object::Array(expression) = view.value(membership, b"VE")? {
            return self.expression(view, &expression, MAX_DEPTH);
        }
        let groups = match membership.value(b"OCGs") {
            None => Vec::new(),
            Some(groups) => match view.resolve(groups)? {
                Object::Array(groups) => groups,
                Object::Dictionary(_) => vec![groups.clone()],
                _ => Vec::new(),
            },
        };
        let mut states = groups
            .iter()
            .filter_map(Object::as_reference)
            .filter_map(|group| self.groups.get(&group.number).copied())
            .peekable();
        if states.peek().is_none() {
            return Ok(true);
        }
        Ok(match view.value(membership, b"P")?.as_name() {
            Some(b"AllOn") => states.all(|shown| shown),
            Some(b"AnyOff") => states.any(|shown| !shown),
            Some(b"AllOff") => states.all(|shown| !shown),
            _ => states.any(|shown| shown),
        })
    }

    fn expression(
        &self,
        view: &View<'_>,
        expression: &[Object],
        depth: u8,
    ) -> Result<bool, ReadPdf> {
        let wrong = ReadPdf::Type { what: "/VE" };
        let depth = depth.checked_sub(1).ok_or(wrong)?;
        let (operator, operands) = expression.split_first().ok_or(wrong)?;
        let mut states = Vec::new();
        for operand in operands {
            states.push(match view.resolve(operand)? {
                Object::Array(inner) => self.expression(view, &inner, depth)?,
                _ => self.show(view, operand)?,
            });
        }
        match (view.resolve(operator)?.as_name(), states.as_slice()) {
            (Some(b"Not"), [shown]) => Ok(!shown),
            (Some(b"And"), [_, ..]) => Ok(states.iter().all(|shown| *shown)),
            (Some(b"Or"), [_, ..]) => Ok(states.iter().any(|shown| *shown)),
            _ => Err(wrong),
        }
    }

    /// 8.11.4.4: some readers change states by zoom, language or user when they open a file, and others never. A group
    /// whose state would be another is nobody's to decide.
    fn by_circumstances(&self, view: &View<'_>, default: &Dictionary) -> Result<(), FlattenPdf> {
        let uses = match view.value(default, b"AS")? {
            Object::Null => return Ok(()),
            Object::Array(uses) => uses,
            _ => return Err(ReadPdf::Type { what: "/AS" }.into()),
        };
        for usage in &uses {
            let Object::Dictionary(usage) = view.resolve(usage)? else {
                continue;
            };
            if view.value(&usage, b"Event")?.as_name() != Some(b"View") {
                continue;
            }
            for group in listed(view, &usage, b"OCGs")? {
                let shown = self.groups.get(&group.number).copied().unwrap_or(true);
                if !is_steady(view, group, shown)? {
                    return Err(uncertain(
                        "a layer that circumstances show or hide",
                        group.number,
                    ));
                }
            }
        }
        Ok(())
    }

    /// 8.11.2.3: a group of another intent than the configuration's is shown whatever its state, by readers that look.
    fn by_intent(&self, view: &View<'_>, default: &Dictionary) -> Result<(), FlattenPdf> {
        for (number, shown) in &self.groups {
            let group = Reference {
                number: *number,
                generation: 0,
            };
            let Object::Dictionary(group) = view.object(group)? else {
                continue;
            };
            let heeded = is_to_view(view, &group)? && is_to_view(view, default)?;
            if !shown && !heeded {
                return Err(uncertain("a hidden layer of another intent", *number));
            }
        }
        Ok(())
    }
}

/// Whether a dictionary says to what layers content belongs.
pub(super) fn is_membership(dictionary: &Dictionary) -> bool {
    dictionary.name(b"Type") == Some(b"OCMD")
        || dictionary.value(b"VE").is_some()
        || (dictionary.value(b"OCGs").is_some() && dictionary.value(b"D").is_none())
}

/// Whether a dictionary is of optional content, and nothing once layers are decided.
pub(super) fn is_layer(dictionary: &Dictionary) -> bool {
    matches!(dictionary.name(b"Type"), Some(b"OCG" | b"OCMD"))
}

fn listed(view: &View<'_>, from: &Dictionary, key: &[u8]) -> Result<Vec<Reference>, ReadPdf> {
    match view.value(from, key)? {
        Object::Null => Ok(Vec::new()),
        Object::Array(groups) => Ok(groups.iter().filter_map(Object::as_reference).collect()),
        _ => Err(ReadPdf::Type {
            what: "a list of layers",
        }),
    }
}

/// Whether what a group says of its uses leaves it as it is: no more than a state for the view, which is its own.
fn is_steady(view: &View<'_>, group: Reference, shown: bool) -> Result<bool, ReadPdf> {
    let Object::Dictionary(group) = view.object(group)? else {
        return Ok(true);
    };
    let Object::Dictionary(usage) = view.value(&group, b"Usage")? else {
        return Ok(true);
    };
    if [b"Zoom".as_slice(), b"User", b"Language"]
        .iter()
        .any(|key| usage.value(key).is_some())
    {
        return Ok(false);
    }
    let Object::Dictionary(state) = view.value(&usage, b"View")? else {
        return Ok(true);
    };
    Ok(match view.value(&state, b"ViewState")?.as_name() {
        Some(b"ON") => shown,
        Some(b"OFF") => !shown,
        _ => true,
    })
}

fn is_to_view(view: &View<'_>, holder: &Dictionary) -> Result<bool, ReadPdf> {
    let is_view = |intent: &Object| matches!(intent.as_name(), Some(b"View" | b"All"));
    Ok(match view.value(holder, b"Intent")? {
        Object::Null => true,
        Object::Array(intents) => intents.iter().any(is_view),
        intent => is_view(&intent),
    })
}

fn uncertain(what: &'static str, object: u32) -> FlattenPdf {
    FlattenPdf::Uncertain {
        what,
        page: None,
        object: Some(object),
    }
}
