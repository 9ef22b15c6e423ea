//! Name constraints along a chain: what each CA may and may not name (RFC 5280 6.1.3 b, c, 6.1.4 g).

use std::borrow::Cow;

use super::budget::{Budget, Limit};
use super::fault::PathFault;
use super::form::{Held, Kind, NameForm, Subtree};
use crate::certificate::Certificate;
use crate::extension::NameConstraints;
use crate::general_name::GeneralName;
use crate::identifiers as id;
use asn1::{Oid, Reader, Tag};

/// SmtpUTF8Mailbox (RFC 9598 3).
const SMTP_UTF8_MAILBOX: Oid = Oid::of(&[1, 3, 6, 1, 5, 5, 7, 8, 9]);

/// The constraints of the CAs seen so far. A name has to satisfy each CA's own, which is the intersection
/// and the union that RFC 5280 6.1.4 g speaks of.
#[derive(Debug, Default)]
pub(super) struct Constraints<'a>(Vec<OfAuthority<'a>>);

#[derive(Debug)]
struct OfAuthority<'a> {
    by: usize,
    permitted: Vec<(NameForm, Subtree<'a>)>,
    excluded: Vec<(NameForm, Subtree<'a>)>,
}

impl<'a> Constraints<'a> {
    /// Adds those of the CA at place `by`.
    pub(super) fn add(&mut self, by: usize, certificate: &'a Certificate) -> Result<(), PathFault> {
        let constraints = certificate
            .name_constraints()
            .map_err(|cause| PathFault::Malformed { at: by, cause })?;
        let Some(NameConstraints {
            permitted,
            excluded,
        }) = constraints
        else {
            return Ok(());
        };
        let read = |bases: Vec<GeneralName<'a>>| {
            bases
                .iter()
                .map(|base| {
                    let form = NameForm::of(base);
                    let subtree = Subtree::read(base).ok_or(PathFault::Constraint { by, form })?;
                    Ok((form, subtree))
                })
                .collect::<Result<Vec<_>, PathFault>>()
        };
        self.0.push(OfAuthority {
            by,
            permitted: read(permitted)?,
            excluded: read(excluded)?,
        });
        Ok(())
    }

    /// Holds every name of the certificate at place `at` against all constraints.
    pub(super) fn admit(
        &self,
        at: usize,
        certificate: &Certificate,
        budget: &mut Budget,
    ) -> Result<(), PathFault> {
        if self.0.is_empty() {
            return Ok(());
        }
        let alternative = certificate
            .subject_alternative_names()
            .map_err(|cause| PathFault::Malformed { at, cause })?;
        let addresses: Vec<Cow<'_, str>> = subject_addresses(certificate);
        let mut names: Vec<(NameForm, Held<'_>)> = alternative
            .iter()
            .map(|name| (NameForm::of(name), Held::read(name)))
            .collect();
        // RFC 9598 6: constraints on rfc822Name hold for these too.
        names.extend(
            alternative
                .iter()
                .filter_map(utf8_mailbox)
                .map(|text| (NameForm::Email, Held::mailbox(text))),
        );
        names.extend(
            addresses
                .iter()
                .map(|text| (NameForm::Email, Held::mailbox(text))),
        );
        if !certificate.subject().is_empty() {
            names.push((NameForm::Directory, Held::Directory(certificate.subject())));
        }
        for authority in &self.0 {
            for (form, name) in &names {
                authority.admit(at, *form, name, budget)?;
            }
        }
        Ok(())
    }
}

impl OfAuthority<'_> {
    fn admit(
        &self,
        at: usize,
        form: NameForm,
        name: &Held<'_>,
        budget: &mut Budget,
    ) -> Result<(), PathFault> {
        let by = self.by;
        let verdict = |subtrees: &[(NameForm, Subtree<'_>)], kind, budget: &mut Budget| {
            look(subtrees, form, name, kind, budget)
        };
        match verdict(&self.permitted, Kind::Permits, budget)? {
            Some(Looked::NotComparable) => return Err(PathFault::NotComparable { at, by, form }),
            Some(Looked::Outside) => return Err(PathFault::NotPermitted { at, by, form }),
            Some(Looked::Within) | None => {}
        }
        match verdict(&self.excluded, Kind::Excludes, budget)? {
            Some(Looked::NotComparable) => Err(PathFault::NotComparable { at, by, form }),
            Some(Looked::Within) => Err(PathFault::Excluded { at, by, form }),
            Some(Looked::Outside) | None => Ok(()),
        }
    }
}

enum Looked {
    Within,
    Outside,
    NotComparable,
}

/// Whether one of the subtrees of this form contains the name; `None` where there is none of this form.
fn look(
    subtrees: &[(NameForm, Subtree<'_>)],
    form: NameForm,
    name: &Held<'_>,
    kind: Kind,
    budget: &mut Budget,
) -> Result<Option<Looked>, Limit> {
    let mut found = None;
    for (_, subtree) in subtrees.iter().filter(|(of, _)| *of == form) {
        budget.compare(1)?;
        match subtree.contains(name, kind) {
            // T-V9: constrained and not understood is refused, whatever else would match.
            None => return Ok(Some(Looked::NotComparable)),
            Some(true) => return Ok(Some(Looked::Within)),
            Some(false) => found = Some(Looked::Outside),
        }
    }
    Ok(found)
}

/// emailAddress in the subject: RFC 5280 4.2.1.10 holds it against constraints where there is no alternative
/// name; we always do.
fn subject_addresses(certificate: &Certificate) -> Vec<Cow<'_, str>> {
    certificate
        .subject()
        .attributes()
        .filter(|attribute| attribute.kind() == id::EMAIL_ADDRESS)
        .map(|attribute| attribute.text().unwrap_or_default())
        .collect()
}

fn utf8_mailbox<'n>(name: &'n GeneralName<'_>) -> Option<&'n str> {
    match name {
        GeneralName::Other { kind, value } if *kind == SMTP_UTF8_MAILBOX => Some(
            Reader::single(value, Tag::UTF8_STRING)
                .and_then(|text| text.text())
                .unwrap_or_default(),
        ),
        _ => None,
    }
}
