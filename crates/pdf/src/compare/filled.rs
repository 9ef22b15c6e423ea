//! Fields that were filled in: value and look change, say the same, and are told (ISO 32000-2, 12.7.4, 12.7.5;
//! ades-pki 7, 10).

use syntax::{Dictionary, Object, ReadPdf, Reference};

use crate::compare::change::ChangeKind;
use crate::compare::ground::painted_by;
use crate::compare::pages::differing;
use crate::compare::step::{Role, Step};
use crate::tree::{Field, text};

/// Characters of a value that are told.
const MAX_TOLD: usize = 200;
/// Octets of what a box shows.
const MAX_SIGN: usize = 8;
/// 12.7.4.1, table 227.
const READ_ONLY: i64 = 1;
/// 12.7.5.3: what was typed is not shown.
const PASSWORD: i64 = 1 << 13;

impl Step<'_> {
    /// A field that was there and is no signature: filled in, or changed in another way.
    pub(super) fn filled_field(&mut self, field: &Field) -> Result<(), ReadPdf> {
        let objects: Vec<Reference> = std::iter::once(&field.reference)
            .chain(&field.widgets)
            .copied()
            .collect();
        let mut value = (None, None);
        for reference in &objects {
            let (old, new) = (self.old.object(*reference)?, self.new.object(*reference)?);
            let (Object::Dictionary(old), Object::Dictionary(new)) = (old, new) else {
                return self.refuse_field(field, ChangeKind::FieldChanged, "");
            };
            let own = *reference == field.reference;
            for key in differing(&old, &new) {
                let fills = match key.as_slice() {
                    b"V" => own,
                    b"AP" | b"M" => true,
                    // 12.7.4.1: closed by who locked it with a signature of theirs.
                    b"Ff" => {
                        own && closes(old.value(&key), new.value(&key))
                            && self.locks_now(&field.name)
                    }
                    b"AS" => field.kind.as_deref() == Some(b"Btn"),
                    b"I" => own && field.kind.as_deref() == Some(b"Ch"),
                    _ => false,
                };
                if !fills {
                    let key = String::from_utf8_lossy(&key).into_owned();
                    return self.refuse_field(field, ChangeKind::FieldChanged, &key);
                }
            }
            // 12.7.4.3: rich text would be shown instead of the value.
            if new.value(b"RV").is_some() {
                return self.refuse_field(field, ChangeKind::FieldChanged, "RV");
            }
            if own {
                value = (old.value(b"V").cloned(), new.value(b"V").cloned());
            }
        }
        let (Some(before), Some(after)) = (
            self.said(field, value.0.as_ref())?,
            self.said(field, value.1.as_ref())?,
        ) else {
            return self.refuse_field(field, ChangeKind::FieldChanged, "V");
        };
        // 12.7.4.1, table 227: nobody fills it in; what the form itself computes follows what was filled in elsewhere.
        let flags = self.old.inherited(field.reference, b"Ff")?;
        let closed = flags.as_integer().unwrap_or(0) & READ_ONLY != 0;
        if before != after && closed && !self.acts(field, b"C")? {
            return self.refuse_field(field, ChangeKind::FieldChanged, "V, read-only");
        }
        for reference in &objects {
            if !self.filled_widget(field, *reference, &after)? {
                return Ok(());
            }
        }
        let number = field.reference.number;
        let page = match field.widgets.first() {
            Some(widget) => self.page_of(widget.number)?,
            None => self.page_of(number)?,
        };
        let path = format!("field {} /V", field.name);
        let change = self.tell(ChangeKind::FieldFilled, None, path);
        change.object = Some(number);
        change.field = Some(field.name.clone());
        change.pages.extend(page);
        change.before = Some(shortened(&before));
        change.after = Some(shortened(&after));
        Ok(())
    }

    /// A value in words, by the kind of its field; `None` if the field takes no such value.
    fn said(&self, field: &Field, value: Option<&Object>) -> Result<Option<String>, ReadPdf> {
        let value = match value {
            Some(value) => self.new.resolve(value)?,
            None => return Ok(Some(String::new())),
        };
        Ok(match (field.kind.as_deref(), value) {
            (_, Object::Null) => Some(String::new()),
            (Some(b"Tx" | b"Ch"), Object::String(value)) => Some(text(&value)),
            (Some(b"Btn"), Object::Name(state)) => {
                Some(String::from_utf8_lossy(&state).into_owned())
            }
            (Some(b"Ch"), Object::Array(values)) => {
                let each = values
                    .iter()
                    .map(|value| value.as_string().map(text))
                    .collect::<Option<Vec<String>>>();
                each.map(|each| each.join("\n"))
            }
            _ => None,
        })
    }

    /// The look of a widget says what the value is. `false` if it was refused, and told.
    fn filled_widget(
        &mut self,
        field: &Field,
        reference: Reference,
        after: &str,
    ) -> Result<bool, ReadPdf> {
        let number = reference.number;
        let (old, new) = (self.old.object(reference)?, self.new.object(reference)?);
        let (Object::Dictionary(old), Object::Dictionary(new)) = (old, new) else {
            return Ok(false);
        };
        if self.changed.contains_key(&number) {
            self.roles.entry(number).or_insert(Role::Open);
        }
        for (key, value) in new.entries() {
            if !matches!(key, b"AP" | b"V" | b"I") {
                self.settle(number, value);
            }
        }
        let agrees = if field.kind.as_deref() == Some(b"Btn") {
            self.button(number, (&old, &new), after)?
        } else {
            self.written(number, (&old, &new), field, after)?
        };
        let hides = agrees && self.hides_words(number, (&old, &new))?;
        if !agrees || hides {
            let kind = if hides {
                ChangeKind::FieldCovers
            } else {
                ChangeKind::FieldLook
            };
            self.unclear_look(&new)?;
            let page = self.page_of(number)?;
            let path = format!("field {} /AP", field.name);
            let change = self.tell(kind, Some(number), path);
            change.field = Some(field.name.clone());
            change.pages.extend(page);
            change.after = Some(shortened(after));
        }
        Ok(agrees && !hides)
    }

    /// A look that was written anew in its place is judged wherever it is reached.
    fn unclear_look(&mut self, widget: &Dictionary) -> Result<(), ReadPdf> {
        let looks = self.new.dictionary(widget, b"AP")?.unwrap_or_default();
        let normal = looks.value(b"N").and_then(Object::as_reference);
        if let Some(normal) = normal.filter(|normal| !self.is_fresh(normal.number)) {
            self.roles.remove(&normal.number);
        }
        Ok(())
    }

    /// 12.7.5.2.3: looks stay; the state is the value or off.
    fn button(
        &mut self,
        number: u32,
        (old, new): (&Dictionary, &Dictionary),
        after: &str,
    ) -> Result<bool, ReadPdf> {
        if old.value(b"AP") != new.value(b"AP") {
            return Ok(false);
        }
        let Some(looks) = new.value(b"AP") else {
            return Ok(true);
        };
        self.settle(number, looks);
        let Object::Dictionary(looks) = self.new.resolve(looks)? else {
            return Ok(false);
        };
        let Object::Dictionary(states) = self.new.value(&looks, b"N")? else {
            return Ok(false);
        };
        let state = new.name(b"AS").unwrap_or(b"Off");
        // A sign, and not a sentence that waited to be shown.
        if painted_by(&self.new, new)?.octets > MAX_SIGN {
            return Ok(false);
        }
        // A state that the widget has is shown where it is the value, and off elsewhere.
        let mut has = states
            .entries()
            .map(|(name, _)| name)
            .filter(|name| *name != b"Off");
        let has = has.find(|name| String::from_utf8_lossy(name) == after);
        Ok(state == has.unwrap_or(b"Off"))
    }

    /// The text that a widget shows is the value's. Without a look there is nothing that could lie.
    fn written(
        &mut self,
        number: u32,
        (old, new): (&Dictionary, &Dictionary),
        field: &Field,
        after: &str,
    ) -> Result<bool, ReadPdf> {
        let Some(value) = new.value(b"AP") else {
            return Ok(true);
        };
        let Object::Dictionary(looks) = self.new.resolve(value)? else {
            return Ok(false);
        };
        let Some(normal) = looks.value(b"N").and_then(Object::as_reference) else {
            return Ok(false);
        };
        if looks.entries().any(|(key, _)| key != b"N") {
            return Ok(false);
        }
        // Written anew in its place: this widget's alone.
        let holder = value.as_reference().map_or(number, |looks| looks.number);
        if let Some(looks) = value.as_reference() {
            self.clear(value, old.value(b"AP"), Role::Within(number));
            self.queue.push_back((number, looks));
        }
        let normal_value = Object::Reference(normal);
        self.clear(&normal_value, Some(&normal_value), Role::Within(holder));
        self.queue.push_back((holder, normal));
        let Object::Stream(form) = self.new.object(normal)? else {
            return Ok(false);
        };
        let is_form = form.dictionary.name(b"Subtype") == Some(b"Form");
        if !is_form || !self.fresh(normal.number, &Object::Stream(form.clone()), true)? {
            return Ok(false);
        }
        let Some(shown) = self.shown(&form, new)? else {
            return Ok(false);
        };
        let flags = self.flags(field)?;
        if field.kind.as_deref() == Some(b"Tx") {
            let says = bare(&shown) == bare(after)
                || (self.acts(field, b"F")? && is_same_number(&shown, after));
            return Ok(flags & PASSWORD == 0 && says);
        }
        self.chosen(field, &bare(&shown), after)
    }

    /// 12.6.3: whether a field, as it was signed, writes what it holds in another way (/F), or computes it (/C).
    fn acts(&self, field: &Field, event: &[u8]) -> Result<bool, ReadPdf> {
        let actions = self.old.inherited(field.reference, b"AA")?;
        let actions = actions.as_dictionary();
        Ok(actions.is_some_and(|actions| actions.value(event).is_some()))
    }

    /// Whether a signature of this update locks a field.
    fn locks_now(&self, name: &str) -> bool {
        let now = self
            .signatures
            .iter()
            .filter(|one| one.revision() == self.revision());
        let mut locks = now.filter_map(|signature| signature.value().ok()?.lock());
        locks.any(|lock| lock.covers(name))
    }

    fn flags(&self, field: &Field) -> Result<i64, ReadPdf> {
        let flags = self.new.inherited(field.reference, b"Ff")?;
        Ok(flags.as_integer().unwrap_or(0))
    }

    /// 12.7.5.4: an option is shown by its own text, or by one that the form gives it; its place is the same one's.
    fn chosen(&self, field: &Field, shown: &str, after: &str) -> Result<bool, ReadPdf> {
        let found = self.new.dictionary_at(field.reference)?.unwrap_or_default();
        let options = self.new.value(&found, b"Opt")?;
        let mut own = bare(after) == shown;
        let mut place = None;
        for (at, option) in (0_i64..).zip(options.as_array().unwrap_or_default()) {
            let Some((export, display)) = pair(&self.new.resolve(option)?) else {
                return Ok(false);
            };
            if export == after {
                own |= bare(&display) == shown;
                place = place.or(Some(at));
            }
        }
        let said = self.new.value(&found, b"I")?;
        let agrees = match said.as_array() {
            None => true,
            Some([one]) => one.as_integer() == place,
            Some(_) => false,
        };
        Ok(own && agrees)
    }
}

/// Whether flags took up that the field is read alone, and nothing else.
fn closes(old: Option<&Object>, new: Option<&Object>) -> bool {
    let flags = |value: Option<&Object>| value.and_then(Object::as_integer).unwrap_or(0);
    flags(new) == flags(old) | 1
}

/// Whether a number is shown with the digits that it has, in groups, with noughts behind its point or a currency.
fn is_same_number(shown: &str, value: &str) -> bool {
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let letters = shown.chars().filter(|sign| sign.is_alphabetic()).count();
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let is_number = |text: &str| text.bytes().all(|sign| sign.is_ascii_digit());
    let negative = whole.starts_with('-');
    let whole = whole.trim_start_matches('-');
    let minus = shown.contains('-') || shown.contains('(');
    if whole.is_empty() || !is_number(whole) || !is_number(part) || letters > 3 || minus != negative
    {
        return false;
    }
    (part.len()..=part.len().max(4)).any(|places| {
        let wanted = format!("{whole}{part:0<places$}");
        let behind = shown
            .rsplit(['.', ','])
            .next()
            .map_or(0, |behind| digits(behind).len());
        digits(shown) == wanted && (places == 0 || behind == places)
    })
}

/// What an option is, and how it is shown.
fn pair(option: &Object) -> Option<(String, String)> {
    match option {
        Object::String(option) => Some((text(option), text(option))),
        Object::Array(pair) => match pair.as_slice() {
            [Object::String(export), Object::String(display)] => {
                Some((text(export), text(display)))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Without what lines and columns do to a text.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace() && !character.is_control())
        .collect()
}

/// What is told of a text: without signs that turn or hide what stands beside them.
pub(super) fn shortened(text: &str) -> String {
    let turns = |sign: &char| matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.chars()
        .filter(|sign| !turns(sign))
        .take(MAX_TOLD)
        .collect()
}
