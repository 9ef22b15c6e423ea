//! What RFC 5280 6.1 says of a graph of certificates: every path is enumerated, every rule is asked of the whole
//! path at once, and all that breaks one is told. Nothing here reads an octet or knows of budgets.

use std::collections::BTreeSet;

use asn1::Oid;
use pki::extension::KeyUsage;
use pki::identifiers as id;
use pki::path::{PolicyDemand, Purpose};

use super::model::{Cert, Time};
use super::names::{Dn, Form, Named};
use super::tree;

/// A fault: its code, and the place of the certificate where it is about one.
pub(crate) type Fault = (&'static str, Option<usize>);

/// Whom the question trusts.
#[derive(Clone, Debug)]
pub(crate) struct Trusted {
    /// Its certificate, of which the name and the key count.
    pub(crate) cert: Cert,
    /// Whether all else in it counts too (RFC 5937).
    pub(crate) as_certified: bool,
    /// Whether it is trusted for the purpose of the question.
    pub(crate) for_this: bool,
    /// Whether it is trusted at its moment.
    pub(crate) at_this: bool,
}

/// A case: a question about the first certificate.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) leaf: Cert,
    pub(crate) others: Vec<Cert>,
    pub(crate) trusted: Vec<Trusted>,
    pub(crate) purpose: Purpose,
    pub(crate) policies: PolicyDemand<'static>,
}

/// A path that holds: the places of its authorities among the others, from the leaf up, and its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) through: Vec<usize>,
    pub(crate) policies: BTreeSet<Oid>,
}

/// What is to be found.
#[derive(Default, Debug)]
pub(crate) struct Expected {
    pub(crate) held: Vec<Held>,
    pub(crate) faults: BTreeSet<Fault>,
}

/// Walks every path of the case.
pub(crate) fn expect(case: &Case) -> Expected {
    let mut out = Expected::default();
    walk(case, &mut Vec::new(), &mut out);
    out
}

fn walk(case: &Case, through: &mut Vec<usize>, out: &mut Expected) {
    let chain: Vec<&Cert> = std::iter::once(&case.leaf)
        .chain(through.iter().map(|place| &case.others[*place]))
        .collect();
    let at = chain.len() - 1;
    let last = chain[at];
    let mut known = false;
    for trusted in case
        .trusted
        .iter()
        .filter(|one| one.cert.subject == last.issuer)
    {
        known = true;
        if trusted.cert.key != last.signer {
            out.faults.insert(("path.signature-differs", Some(at)));
            continue;
        }
        match judge(&chain, trusted, case) {
            Ok(policies) => out.held.push(Held {
                through: through.clone(),
                policies,
            }),
            Err(faults) => out.faults.extend(faults),
        }
    }
    for (place, other) in case.others.iter().enumerate() {
        // RFC 4158 5.2: a name and key twice is a loop.
        let seen = |one: &&Cert| one.subject == other.subject && one.key == other.key;
        if other.subject != last.issuer || chain.iter().any(seen) {
            continue;
        }
        known = true;
        if other.authority != Some(true) {
            out.faults.insert(("path.not-an-authority", Some(at + 1)));
        } else if other.key != last.signer {
            out.faults.insert(("path.signature-differs", Some(at)));
        } else {
            through.push(place);
            walk(case, through, out);
            through.pop();
        }
    }
    if !known {
        out.faults.insert(("path.no-issuer", Some(at)));
    }
}

/// All that is wrong with one path, or the policies that hold along it.
fn judge(
    chain: &[&Cert],
    trusted: &Trusted,
    case: &Case,
) -> Result<BTreeSet<Oid>, BTreeSet<Fault>> {
    let mut faults = BTreeSet::new();
    if !trusted.for_this {
        faults.insert(("path.anchor-purpose", None));
    }
    if !trusted.at_this {
        faults.insert(("path.anchor-period", None));
    }
    // The anchor's certificate stands after the last, where it counts.
    let mut all = chain.to_vec();
    all.extend(trusted.as_certified.then_some(&trusted.cert));
    for (at, cert) in all.iter().enumerate() {
        if cert.unknown {
            faults.insert(("path.critical-extension", Some(at)));
        }
        match cert.time {
            Time::Past => faults.insert(("path.expired", Some(at))),
            Time::Future => faults.insert(("path.not-yet-valid", Some(at))),
            Time::Now | Time::Moment => false,
        };
    }
    for (at, cert) in all.iter().enumerate().skip(1) {
        faults.extend(of_authority(at, cert, case.purpose));
    }
    faults.extend(of_leaf(chain[0], case.purpose));
    faults.extend(lengths(&all, chain.len()));
    for (by, authority) in all.iter().enumerate().skip(1) {
        for (at, cert) in chain.iter().enumerate().take(by) {
            // 6.1.3 b, c: a self-issued certificate is spared, unless it is the last.
            if at == 0 || !cert.self_issued() {
                faults.extend(of_names(at, cert, authority));
            }
        }
    }
    match tree::policies(chain, &case.policies) {
        Err((code, at)) => {
            faults.insert((code, Some(at)));
            Err(faults)
        }
        Ok(policies) if faults.is_empty() => Ok(policies),
        Ok(_) => Err(faults),
    }
}

/// 6.1.4 k, n, and what an extKeyUsage of an authority leaves to those below it.
fn of_authority(at: usize, cert: &Cert, purpose: Purpose) -> Vec<Fault> {
    let mut out = Vec::new();
    if cert.authority != Some(true) {
        out.push(("path.not-an-authority", Some(at)));
    }
    let signs = |usage: KeyUsage| usage.contains(KeyUsage::KEY_CERT_SIGN);
    if cert.usage.is_some_and(|usage| !signs(usage)) {
        out.push(("path.key-usage", Some(at)));
    }
    let named = |list: &Vec<Oid>| list.contains(&id::ANY_PURPOSE) || list.contains(&own(purpose));
    if cert.purposes.as_ref().is_some_and(|list| !named(list)) {
        out.push(("path.purpose", Some(at)));
    }
    out
}

fn own(purpose: Purpose) -> Oid {
    match purpose {
        Purpose::TimeStamping => id::TIME_STAMPING,
        Purpose::OcspSigning => id::OCSP_SIGNING,
        Purpose::ServerAuthentication => id::SERVER_AUTH,
        _ => id::DOCUMENT_SIGNING,
    }
}

/// RFC 5280 4.2.1.3, 4.2.1.12; RFC 3161 2.3 and RFC 6960 4.2.2.2 want their purposes named.
fn of_leaf(leaf: &Cert, purpose: Purpose) -> Vec<Fault> {
    let mut out = Vec::new();
    let enciphers = KeyUsage::KEY_ENCIPHERMENT.and(KeyUsage::KEY_AGREEMENT);
    let signs = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);
    let wanted = match purpose {
        Purpose::ServerAuthentication => KeyUsage::DIGITAL_SIGNATURE.and(enciphers),
        _ => signs,
    };
    if let Some(usage) = leaf.usage.filter(|usage| !usage.intersects(wanted)) {
        let code = match usage.intersects(enciphers) {
            true => "path.encryption-certificate",
            false => "path.key-usage",
        };
        out.push((code, Some(0)));
    }
    let strict = matches!(purpose, Purpose::TimeStamping | Purpose::OcspSigning);
    let serves = match &leaf.purposes {
        None => !strict,
        Some(list) => list.contains(&own(purpose)) || (!strict && list.contains(&id::ANY_PURPOSE)),
    };
    if !serves {
        out.push(("path.purpose", Some(0)));
    }
    out
}

/// 6.1.4 l, m: of `all`, the first `issued` stand below the anchor.
fn lengths(all: &[&Cert], issued: usize) -> Vec<Fault> {
    let mut out = Vec::new();
    for (by, authority) in all.iter().enumerate().skip(1) {
        let Some(room) = authority.length else {
            continue;
        };
        // Authorities between it and the leaf that are not self-issued, from above.
        let below: Vec<usize> = (1..by.min(issued))
            .rev()
            .filter(|at| !all[*at].self_issued())
            .collect();
        out.extend(
            below
                .into_iter()
                .skip(room.into())
                .map(|at| ("path.length", Some(at))),
        );
    }
    out
}

/// 4.2.1.10: every name of a certificate against the constraints of one authority.
fn of_names(at: usize, cert: &Cert, authority: &Cert) -> Vec<Fault> {
    let mail = |name: &Dn| name.mail.map(|(local, host)| Named::Mail(local, host));
    let mut names = cert.names.clone();
    names.push(Named::Directory(cert.subject.clone()));
    names.extend(mail(&cert.subject));
    let mut out = Vec::new();
    for name in &names {
        let of = |list: &[super::names::Sub]| -> Vec<super::names::Sub> {
            list.iter()
                .filter(|sub| sub.form() == name.form())
                .cloned()
                .collect()
        };
        let (permitted, excluded) = (of(&authority.permitted), of(&authority.excluded));
        let constrained = !permitted.is_empty() || !excluded.is_empty();
        if name.form() == Form::Other && constrained {
            out.push(("path.name-not-comparable", Some(at)));
            continue;
        }
        if !permitted.is_empty() && !permitted.iter().any(|sub| sub.holds(name)) {
            out.push(("path.name-not-permitted", Some(at)));
        }
        if excluded.iter().any(|sub| sub.touches(name)) {
            out.push(("path.name-excluded", Some(at)));
        }
    }
    out
}
