//! Content written again without what layers hide (ISO 32000-2, 8.11.3.2): what paints goes, what sets the state of
//! the page stays.

use std::collections::BTreeSet;

use pdf::{Object, ReadPdf};
use syntax::{Operation, operations};

use crate::write;

/// Content as it will be.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Its octets.
    pub(super) octets: Vec<u8>,
    /// Whether they differ from what was given in more than white space.
    pub(super) changed: bool,
    /// Whether anything hidden was taken out.
    pub(super) hid: bool,
    /// States that are saved and not restored.
    open: usize,
    /// Whether a text object is not ended.
    in_text: bool,
    /// Names of the objects that it paints.
    pub(super) paints: BTreeSet<Vec<u8>>,
    /// What cannot be decided.
    pub(super) uncertain: Option<&'static str>,
    /// Marks that are open: whether each is one of layers, and whether it hides.
    marks: Vec<Mark>,
    /// How many of them hide.
    hidden: usize,
    path: Vec<u8>,
    /// Whether a path was begun in what is shown.
    begun: bool,
    clips: bool,
    moved: bool,
    strayed: bool,
    hid_text: bool,
    text_clips: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Other,
    Shown,
    Hidden,
}

/// Whether the content of a layer is shown, by the name that its mark gives; none if the name is of something else.
pub(super) type Shown<'s> = &'s dyn Fn(&[u8]) -> Result<Option<bool>, ReadPdf>;

/// Writes content again.
///
/// # Errors
/// What is no content, and what `shown` says.
pub(super) fn settle(content: &[u8], shown: Shown<'_>) -> Result<Settled, ReadPdf> {
    let mut settled = Settled::default();
    operations(content, &mut |step| settled.step(step, shown))?;
    settled.flush();
    if settled.hid_text && settled.text_clips {
        settled.uncertain = Some("hidden text that may clip");
    }
    Ok(settled)
}

impl Settled {
    /// What ends everything that the content leaves open, so that what follows begins anew.
    pub(super) fn ends(&self) -> Vec<u8> {
        let mut ends = Vec::new();
        if self.in_text {
            ends.extend_from_slice(b"ET\n");
        }
        ends.extend(b"EMC\n".repeat(self.marks.len()));
        ends.extend(b"Q\n".repeat(self.open));
        ends
    }

    fn step(&mut self, step: Operation<'_>, shown: Shown<'_>) -> Result<(), ReadPdf> {
        match step.operator {
            b"BMC" | b"BDC" => return self.mark(step, shown),
            b"EMC" => {
                self.unmark(step);
                return Ok(());
            }
            b"Q" if self.open == 0 => {
                // 8.4.2: there is nothing to restore. Some readers pass it over, others paint nothing from there on.
                self.changed = true;
                self.strayed = true;
                return Ok(());
            }
            b"q" => self.open = self.open.saturating_add(1),
            b"Q" => self.open = self.open.saturating_sub(1),
            b"BT" | b"ET" => {
                self.in_text = step.operator == b"BT";
                self.moved = false;
            }
            b"Td" | b"TD" | b"Tm" | b"T*" => self.moved = false,
            b"Tr" => {
                let mode = step.operands.first().and_then(Object::as_integer);
                self.text_clips |= mode.is_none_or(|mode| mode >= 4);
            }
            _ => {}
        }
        if self.is_hidden() {
            self.hide(step);
        } else {
            self.show(step);
        }
        Ok(())
    }

    fn show(&mut self, step: Operation<'_>) {
        let paints = matches!(
            step.operator,
            b"Do" | b"sh" | b"EI" | b"Tj" | b"TJ" | b"'" | b"\""
        ) || (ends_path(step.operator) && step.operator != b"n");
        if paints && self.strayed {
            self.uncertain = Some("content behind a state that is restored and was not saved");
        }
        match step.operator {
            b"Do" => {
                let name = step.operands.first().and_then(Object::as_name);
                self.paints.extend(name.map(<[u8]>::to_vec));
            }
            // 9.4.4: text moves the place of the text behind it.
            b"Tj" | b"TJ" if self.moved => {
                self.uncertain = Some("hidden text before text that is shown");
            }
            b"'" | b"\"" => self.moved = false,
            b"m" | b"re" => self.begun = true,
            operator if ends_path(operator) => self.begun = false,
            _ => {}
        }
        self.keep(step.octets);
    }

    fn hide(&mut self, step: Operation<'_>) {
        match step.operator {
            b"m" | b"l" | b"c" | b"v" | b"y" | b"h" | b"re" | b"W" | b"W*" => {
                self.clips |= matches!(step.operator, b"W" | b"W*");
                self.path.extend_from_slice(step.octets);
                self.path.push(b'\n');
            }
            operator if ends_path(operator) => {
                if self.clips || self.begun {
                    self.path.extend_from_slice(b"n");
                    self.flush();
                } else {
                    self.path.clear();
                }
                self.begun = false;
                self.taken();
            }
            b"Tj" | b"TJ" => {
                self.taken();
                (self.moved, self.hid_text) = (true, true);
            }
            b"'" | b"\"" => self.hide_line(step),
            b"Do" | b"sh" | b"BI" | b"EI" | b"MP" | b"DP" => self.taken(),
            _ => self.keep(step.octets),
        }
    }

    /// 9.4.3: what goes to the next line and sets spaces does so, and shows nothing.
    fn hide_line(&mut self, step: Operation<'_>) {
        if let (b"\"", [word, character, _]) = (step.operator, step.operands) {
            write::object(&mut self.octets, word);
            self.octets.extend_from_slice(b" Tw ");
            write::object(&mut self.octets, character);
            self.octets.extend_from_slice(b" Tc\n");
        }
        self.keep(b"T*");
        self.taken();
        (self.moved, self.hid_text) = (true, true);
    }

    fn mark(&mut self, step: Operation<'_>, shown: Shown<'_>) -> Result<(), ReadPdf> {
        let mark = match (step.operator, step.operands) {
            (b"BDC", [Object::Name(tag), Object::Name(name)]) if tag == b"OC" => {
                match shown(name)? {
                    Some(true) => Mark::Shown,
                    Some(false) => Mark::Hidden,
                    None => Mark::Other,
                }
            }
            _ => Mark::Other,
        };
        if mark != Mark::Other || self.is_hidden() {
            self.changed = true;
            self.hid |= self.is_hidden();
        } else {
            self.keep(step.octets);
        }
        self.marks.push(mark);
        self.hidden += usize::from(mark == Mark::Hidden);
        Ok(())
    }

    fn unmark(&mut self, step: Operation<'_>) {
        let mark = self.marks.pop();
        self.hidden -= usize::from(mark == Some(Mark::Hidden));
        match mark {
            Some(Mark::Other) if !self.is_hidden() => self.keep(step.octets),
            // One without a beginning ends nothing.
            _ => self.changed = true,
        }
        if !self.is_hidden() {
            self.flush();
        }
    }

    fn is_hidden(&self) -> bool {
        self.hidden > 0
    }

    fn taken(&mut self) {
        self.changed = true;
        self.hid = true;
    }

    fn keep(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
        self.octets.push(b'\n');
    }

    /// Writes the path that was begun, which clips or is not yet at its end.
    fn flush(&mut self) {
        let path = std::mem::take(&mut self.path);
        self.clips = false;
        if !path.is_empty() {
            self.keep(&path);
            self.begun = true;
        }
    }
}

/// 8.5.3: what paints a path, or ends it without.
fn ends_path(operator: &[u8]) -> bool {
    let all: [&[u8]; 10] = [
        b"n", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s",
    ];
    all.contains(&operator)
}
