//! The judge itself, what it is told, and who asks.

use std::sync::LazyLock;

use hyper::Method;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use pki::Certificate;
use server::{Claimed, Message};
use time::Duration;
use trustlist::TrustedList;
use verify::{Material, Policy, Supplied, Trust, Verdict, examine as judge_file};

use super::proof::{AT, example};
use super::token::compact;
use crate::fuzz::made;
use crate::fuzz::seeds::{fixture, fixtures};

static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let certificates = ["ca.der", "leaf.der", "tsa.der", "ocsp.der"];
    Trust::of_certificates(
        certificates
            .iter()
            .filter_map(|name| example(name))
            .collect(),
    )
});

/// Any artefact under the example's trust, and under none, where nothing is ever *valid*.
pub fn examine(octets: &[u8]) -> bool {
    let material = Material::empty();
    let mut read = false;
    for policy in ["default", "form", "recheck"] {
        let Some(policy) = Policy::named(policy) else {
            continue;
        };
        let report = judge_file("fuzz", &octets, &TRUST, &material, &policy, AT);
        let line = report.to_json();
        assert!(
            serde_json::from_str::<serde_json::Value>(&line).is_ok(),
            "{line}"
        );
        assert!(!line.contains('\n'), "one line");
        read |= !report.signatures.is_empty();
        let alone = judge_file("fuzz", &octets, &Trust::absent(), &material, &policy, AT);
        assert_ne!(
            alone.verdict,
            Verdict::Valid,
            "nothing is valid without trust"
        );
    }
    read
}

/// Evidence that was written down: what is read back is judged, and is never *valid* without trust.
pub fn facts(octets: &[u8]) -> bool {
    let Ok(read) = transcript::replay::read(octets) else {
        return false;
    };
    let (material, policy) = (Material::empty(), Policy::default());
    let report = verify::judge(&read.case, &Trust::absent(), &material, &policy, AT);
    assert_ne!(
        report.verdict,
        Verdict::Valid,
        "nothing is valid without trust"
    );
    let _ = verify::judge(&read.case, &TRUST, &material, &policy, AT);
    true
}

/// A verdict that was bundled: what is judged again has a report.
pub fn verdict(octets: &[u8]) -> bool {
    let Ok(judged) = transcript::bundle::judge_again(octets) else {
        return false;
    };
    assert_eq!(judged.sha256.len(), 64, "the digest of an artefact");
    true
}

/// A file of trust: PEM or a signed bundle.
pub fn trust(octets: &[u8]) -> bool {
    let _ = TRUST.parse_successor(octets, AT);
    let Ok(trust) = Trust::parse(octets) else {
        return false;
    };
    let policy = Policy::default();
    let _ = judge_file(
        "fuzz",
        &made::CODE.as_bytes(),
        &trust,
        &Material::empty(),
        &policy,
        AT,
    );
    true
}

/// A trusted list: what is still relied on says what was signed.
pub fn trust_list(octets: &[u8]) -> bool {
    static SIGNED: LazyLock<Option<(Certificate, TrustedList)>> = LazyLock::new(|| {
        let file = |name: &str| fixture(&fixtures().join("trustlist").join(name));
        let signer = Certificate::parse(&file("signer.der")?).ok()?;
        let list = TrustedList::parse(&file("dss.xml")?, std::slice::from_ref(&signer));
        Some((signer, list.ok()?))
    });
    let Some((signer, good)) = SIGNED.as_ref() else {
        return false;
    };
    let Ok(list) = TrustedList::parse(octets, std::slice::from_ref(signer)) else {
        return false;
    };
    assert_eq!(list, *good, "only what was signed is relied on");
    true
}

/// The content of a bundle, in a token whose signature does not hold: refused, however it is filled.
pub fn trust_inside(octets: &[u8]) -> bool {
    let header = br#"{"alg":"ES256","typ":"yinxin-trust+jwt"}"#;
    let refused = Trust::parse(compact(header, octets).as_bytes());
    assert!(refused.is_err(), "nobody signed it");
    let error = refused
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    !error.contains("malformed")
}

/// A policy file.
pub fn policy(octets: &[u8]) -> bool {
    Policy::parse(octets).is_ok()
}

/// Status material of every ending.
pub fn material(octets: &[u8]) -> bool {
    let mut material = Material::empty();
    let endings = [
        "a.crl",
        "a.ocsp",
        "a.statuslist",
        "a.checkpoint",
        "a.else",
        "",
    ];
    let mut taken = false;
    for name in endings {
        let supplied = material.add(name, octets);
        taken |= supplied == Supplied::Taken && name != "a.checkpoint";
    }
    let policy = Policy::default();
    let _ = judge_file(
        "fuzz",
        &made::CODE.as_bytes(),
        &TRUST,
        &material,
        &policy,
        AT,
    );
    taken
}

/// Lines of header fields up to an empty one, and what comes after it.
fn head(octets: &[u8]) -> (HeaderMap, &[u8]) {
    let mut headers = HeaderMap::new();
    let mut rest = octets;
    while let Some(end) = rest.iter().position(|octet| *octet == b'\n') {
        let (line, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        let mut parts = line.splitn(2, |octet| *octet == b':');
        let name = parts
            .next()
            .and_then(|name| HeaderName::from_bytes(name).ok());
        let value = parts
            .next()
            .and_then(|value| HeaderValue::from_bytes(value.trim_ascii()).ok());
        if let (Some(name), Some(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    (headers, rest)
}

/// How a session is carried: what is taken for a token stands in a field as it is, and is one word of a cookie.
pub fn carried(octets: &[u8]) -> bool {
    let (headers, _) = head(octets);
    let stands = |token: &str| {
        let mut values = headers.values().filter_map(|value| value.to_str().ok());
        values.any(|value| value.contains(token))
    };
    let (bearer, cookie) = (server::bearer(&headers), server::cookie(&headers));
    if let Some(token) = bearer {
        assert!(stands(token) && token.trim() == token);
    }
    if let Some(token) = cookie {
        assert!(stands(token) && !token.contains(';'));
    }
    bearer.or(cookie).is_some()
}

/// A signed request: lines of header fields, an empty line, the content.
pub fn message_signature(octets: &[u8]) -> bool {
    let (headers, rest) = head(octets);
    let message = Message {
        method: &Method::POST,
        target: made::ADDRESS,
        headers: &headers,
    };
    match Claimed::read(&message, AT) {
        Ok(claimed) => {
            let _ = claimed.check(b"another secret");
            let _ = claimed.inspect(Some(&crypto::sha256(rest)));
            true
        }
        Err(_) => false,
    }
}

/// A sealed licence and the bundle that it is judged under, as the thread made them.
struct Licence {
    file: Vec<u8>,
    /// Where the octets begin and end that no signature covers: the message itself.
    hole: [usize; 2],
    /// Where the signed octets end.
    end: usize,
    trust: Trust,
}

static LICENCE: LazyLock<Option<Licence>> = LazyLock::new(|| {
    let folder = fixtures().join("fuzz/licence");
    let file = fixture(&folder.join("sealed.pdf"))?;
    let trust = Trust::parse(&fixture(&folder.join("bundle.jws"))?).ok()?;
    let read = pdf::read(&file).ok()?;
    let all = read.signatures().ok()?;
    let [_, first, second, last] = all.first()?.value().ok()?.byte_range();
    let at = |number: u64| usize::try_from(number).ok();
    let (hole, end) = ([at(first)?, at(second)?], at(second + last)?);
    drop(all);
    drop(read);
    Some(Licence {
        file,
        hole,
        end,
        trust,
    })
});

/// A sealed licence changed: *valid* only where every octet that was signed is still there.
pub fn licence(octets: &[u8]) -> bool {
    let Some(known) = LICENCE.as_ref() else {
        return false;
    };
    let Some(policy) = Policy::named("recheck") else {
        return false;
    };
    let at = AT + Duration::seconds(3630);
    let report = judge_file(
        "fuzz",
        &octets,
        &known.trust,
        &Material::empty(),
        &policy,
        at,
    );
    if report.verdict != Verdict::Valid {
        return !report.signatures.is_empty();
    }
    let [start, end] = known.hole;
    assert_eq!(
        octets.get(..start),
        known.file.get(..start),
        "before the message"
    );
    assert_eq!(
        octets.get(end..known.end),
        known.file.get(end..known.end),
        "behind it"
    );
    true
}
