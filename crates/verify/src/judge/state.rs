//! The state of a licence: by the register's word, by a status list, or not known.

use credential::{CheckToken, StatusReference, StatusToken, StatusValue};
use pki::Certificate;
use pki::path::Purpose;
use serde::Deserialize;

use super::sitting::Sitting;
use crate::policy::Demand;
use crate::report::{Origin, StateSource, WantedKind, told};
use finding::Answer;
use finding::Finding;

/// What is known of a state.
pub(crate) struct Stated {
    /// What it says against the licence; `None` where nothing.
    pub(crate) answer: Option<Answer>,
    /// Whether it is known, or need not be.
    pub(crate) known: bool,
    pub(crate) source: StateSource,
    pub(crate) findings: Vec<Finding>,
}

/// `{"status":{"status_list":{"idx":n,"uri":"…"}}}` (Token Status List 6.2, `credentials` 5).
#[derive(Deserialize)]
struct Written {
    status: WrittenStatus,
}

#[derive(Deserialize)]
struct WrittenStatus {
    status_list: WrittenPlace,
}

#[derive(Deserialize)]
struct WrittenPlace {
    idx: u64,
    uri: String,
}

/// Octets of `status.json`.
const MAX_REFERENCE: usize = 4096;

/// Reads `status.json`.
pub(crate) fn read_reference(octets: &[u8]) -> Option<StatusReference> {
    if octets.len() > MAX_REFERENCE {
        return None;
    }
    credential::inspect_json(octets).ok()?;
    let written: Written = serde_json::from_slice(octets).ok()?;
    let place = written.status.status_list;
    Some(StatusReference {
        uri: place.uri,
        index: place.idx,
    })
}

impl Stated {
    fn unknown(finding: Finding) -> Stated {
        Stated {
            answer: None,
            known: false,
            source: StateSource::NONE,
            findings: vec![finding],
        }
    }
}

/// The state of the licence with this identifier, whose status stands at `reference`.
pub(crate) fn state(
    sitting: &mut Sitting<'_>,
    identifier: &str,
    reference: Option<&StatusReference>,
) -> Stated {
    if sitting.policy.licence_status == Demand::NotAsked {
        return Stated {
            known: true,
            ..Stated::unknown(Finding::of("status.not-asked"))
        };
    }
    if let Some(live) = &sitting.material.live
        && live.identifier == identifier
        && sitting.is_in_region_of(&live.roots)
    {
        return live_state(live.answer, live.since.map(told));
    }
    let Some(reference) = reference else {
        return Stated::unknown(Finding::of("status.reference-absent"));
    };
    let mut stated = listed(sitting, reference);
    if !stated.known {
        sitting.want(WantedKind::StatusList, &reference.uri);
    }
    if !stated.known && sitting.policy.licence_status == Demand::IfPresent {
        stated.known = true;
    }
    stated
}

fn live_state(answer: Answer, since: Option<String>) -> Stated {
    let against = (answer != Answer::Valid).then_some(answer);
    let mut findings = vec![Finding::of("status.live")];
    if let Some(finding) = against.and_then(finding_of) {
        findings.push(match since {
            Some(since) => finding.because(since),
            None => finding,
        });
    }
    Stated {
        answer: against,
        known: answer != Answer::StatusUnknown,
        source: StateSource {
            source: Origin::Live,
            ..StateSource::NONE
        },
        findings,
    }
}

fn finding_of(answer: Answer) -> Option<Finding> {
    let code = match answer {
        Answer::Void => "status.void",
        Answer::Unknown => "status.unknown",
        Answer::Ended
        | Answer::Annulled
        | Answer::Withdrawn
        | Answer::Revoked
        | Answer::Deregistered => "status.ended",
        Answer::Superseded => "status.superseded",
        Answer::Suspended => "status.suspended",
        _ => return None,
    };
    Some(Finding::of(code))
}

/// By the youngest list of this address that holds (Token Status List 8.3). Any failure is no statement.
fn listed(sitting: &mut Sitting<'_>, reference: &StatusReference) -> Stated {
    let material = sitting.material;
    // 8.3: `sub` equals `uri`, compared as text.
    let mut lists: Vec<&StatusToken> = material
        .lists
        .iter()
        .filter(|list| list.claims().uri == reference.uri)
        .collect();
    lists.sort_by_key(|list| std::cmp::Reverse(list.claims().issued_at));
    let mut worst = Stated::unknown(Finding::of("status.absent").because(&reference.uri));
    for (tried, list) in lists.into_iter().take(MAX_TRIED).enumerate() {
        match by(sitting, list, reference) {
            Ok(stated) => return stated,
            Err(stated) if tried == 0 => worst = stated,
            Err(_) => {}
        }
    }
    worst
}

/// Lists of one address that are tried (T-I3).
const MAX_TRIED: usize = 8;

fn by(
    sitting: &mut Sitting<'_>,
    list: &StatusToken,
    reference: &StatusReference,
) -> Result<Stated, Stated> {
    let (policy, at) = (sitting.policy, sitting.at);
    let claims = list.claims();
    let source = StateSource {
        source: Origin::List,
        list_of: Some(told(claims.issued_at)),
        age_seconds: Some((at - claims.issued_at).whole_seconds()),
    };
    let no_statement = |finding: Finding| Stated {
        source: source.clone(),
        ..Stated::unknown(finding)
    };
    check_signer(sitting, list).map_err(no_statement)?;
    if claims.issued_at > at.saturating_add(policy.skew) {
        return Err(no_statement(
            Finding::of("status.from-the-future").because(told(claims.issued_at)),
        ));
    }
    // D6: a status too old says nothing, whatever it says.
    if list.age(at) > policy.status_age {
        return Err(no_statement(
            Finding::of("status.stale").because(told(claims.issued_at)),
        ));
    }
    if at >= claims.expires {
        return Err(no_statement(
            Finding::of("status.expired").because(told(claims.expires)),
        ));
    }
    let value = list
        .list()
        .value(reference.index)
        .ok_or_else(|| no_statement(Finding::of("status.index").because(reference.index)))?;
    // D20: 0 valid, 1 ended or void, 2 suspended, 3 superseded.
    let answer = match StatusValue::of(value) {
        Some(StatusValue::Valid) => None,
        Some(StatusValue::Ended) => Some(Answer::Ended),
        Some(StatusValue::Suspended) => Some(Answer::Suspended),
        Some(StatusValue::Superseded) => Some(Answer::Superseded),
        None => return Err(no_statement(Finding::of("status.value").because(value))),
    };
    let mut findings = vec![Finding::of("status.listed").because(format_args!(
        "{} of {}",
        claims.uri,
        told(claims.issued_at)
    ))];
    findings.extend(answer.and_then(finding_of));
    Ok(Stated {
        answer,
        known: true,
        source,
        findings,
    })
}

/// Who signed the list: a certificate that came with it, or one at hand, for status lists alone.
fn check_signer(sitting: &mut Sitting<'_>, list: &StatusToken) -> Result<(), Finding> {
    sitting.bring_certificates(list.certificates());
    let named = list.certificates().first();
    let candidates: Vec<Certificate> = sitting
        .certificates()
        .iter()
        .filter(|certificate| match named {
            Some(der) => certificate.der() == der,
            None => !certificate.is_ca(),
        })
        .take(MAX_SIGNERS)
        .cloned()
        .collect();
    let mut signer = None;
    let mut refused = Finding::of("status.signer-absent");
    for candidate in &candidates {
        let Ok(key) = candidate.public_key() else {
            continue;
        };
        let memory = &sitting.trust.memory;
        match memory.recall(list.digest(), &key, || list.check(&key)) {
            Ok(()) => {
                signer = Some(candidate);
                break;
            }
            Err(error @ CheckToken::Differs) if named.is_some() => {
                refused = Finding::of("status.signature-differs").because(error);
            }
            Err(_) => {}
        }
    }
    let signer = signer.ok_or(refused)?;
    // Token Status List 10: a certificate for status lists says so. One that is bound to no purpose at all
    // signs other things.
    let purposes = signer.purposes().ok().flatten();
    if !purposes.is_some_and(|purposes| purposes.contains(&pki::identifiers::STATUS_LIST_SIGNING)) {
        return Err(Finding::of("status.signer-purpose").because(signer.subject()));
    }
    let (at, demand) = (list.claims().issued_at, sitting.policy.revocation);
    // A service key's own revocation is asked for as far as there is material: its certificate is short-lived.
    let demand = if demand == Demand::Required {
        Demand::IfPresent
    } else {
        demand
    };
    let chain = sitting
        .chain(signer, Purpose::StatusList, at, demand)
        .map_err(|error| Finding::of("status.untrusted").because(error))?;
    if !sitting.is_of_its_region(&chain) {
        return Err(Finding::of("status.elsewhere").because(signer.subject()));
    }
    Ok(())
}

/// Certificates that are tried as signers of one list (T-I3).
const MAX_SIGNERS: usize = 16;
