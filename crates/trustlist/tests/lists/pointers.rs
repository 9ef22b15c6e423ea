//! Lists of lists: who may sign the next one, and the way from a pinned signer to the list of today.

use trustlist::{CheckList, ListDraft, Pointer, ReadList, TrustedList};

use crate::lists::maker::{SIGNER, certificate, digested, draft, put, resigned, sign, signed};

const KIND: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClistofthelists";
const NATIONAL: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClist<";

fn pointer(signer: &str) -> Pointer {
    Pointer {
        location: "https://lists.example/all.xml".to_owned(),
        signers: vec![certificate(signer)],
        kind: Some(KIND.to_owned()),
        territory: Some("CN".to_owned()),
        media_type: None,
    }
}

/// A list of lists that says who may sign the next one.
fn list_of_lists(sequence: u64, by: &str, next: &str) -> String {
    let mut draft: ListDraft = draft();
    draft.sequence = sequence;
    draft.scheme.information = "https://lists.example/1.xml".to_owned();
    draft.pointers = vec![pointer(next)];
    let own = signed_as(&draft, by);
    let turned = put(&own, NATIONAL, &format!("{KIND}<"));
    resigned(&digested(&turned), by)
}

fn signed_as(draft: &ListDraft, by: &str) -> String {
    let prepared = draft
        .prepare(
            &certificate(by),
            crypto::SignatureAlgorithm::EcdsaP256Sha256,
            draft.issued_at,
        )
        .expect("in order");
    let signature = sign(by, prepared.to_be_signed());
    String::from_utf8(prepared.finish(&signature).expect("a list")).expect("text")
}

#[test]
fn a_pointer_says_where_who_and_what() {
    let text = list_of_lists(1, SIGNER, SIGNER);
    let list = TrustedList::parse(text.as_bytes(), &[certificate(SIGNER)]).expect("a good list");
    let mut wanted = pointer(SIGNER);
    wanted.media_type = Some("application/vnd.etsi.tsl+xml".to_owned());
    assert_eq!(list.pointers, [wanted]);
    assert!(list.lists_lists());
    assert_eq!(list.pivots(), ["https://lists.example/1.xml"]);
}

#[test]
fn pivots_lead_from_the_pinned_signer_to_the_one_of_today() {
    let first = list_of_lists(1, SIGNER, "credential");
    let second = list_of_lists(2, "credential", "status");
    let third = list_of_lists(3, "status", "status");
    let pinned = [certificate(SIGNER)];
    let pivots = [first.as_bytes(), second.as_bytes()];
    let found =
        TrustedList::follow(&pivots, third.as_bytes(), &pinned, None).expect("the way holds");
    assert_eq!(found.sequence, 3);
    // Without the way, or with a step left out, the signer of today is nobody.
    let unknown = Err(ReadList::Signature(CheckList::Signer));
    assert_eq!(
        TrustedList::follow(&[], third.as_bytes(), &pinned, None),
        unknown
    );
    assert_eq!(
        TrustedList::follow(&pivots[..1], third.as_bytes(), &pinned, None),
        unknown
    );
    assert_eq!(
        TrustedList::follow(&pivots[1..], third.as_bytes(), &pinned, None),
        unknown
    );
}

#[test]
fn numbers_rise_along_the_way() {
    let first = list_of_lists(5, SIGNER, SIGNER);
    let older = list_of_lists(4, SIGNER, SIGNER);
    let pinned = [certificate(SIGNER)];
    assert_eq!(
        TrustedList::follow(&[first.as_bytes()], older.as_bytes(), &pinned, None),
        Err(ReadList::Order {
            found: 4,
            before: 5
        })
    );
}

#[test]
fn a_step_that_points_nowhere_ends_the_way() {
    let plain = signed(&draft());
    let next = list_of_lists(9, SIGNER, SIGNER);
    assert_eq!(
        TrustedList::follow(
            &[plain.as_bytes()],
            next.as_bytes(),
            &[certificate(SIGNER)],
            None
        ),
        Err(ReadList::NoSelf)
    );
    let many = vec![next.as_bytes(); 33];
    assert_eq!(
        TrustedList::follow(&many, next.as_bytes(), &[certificate(SIGNER)], None),
        Err(ReadList::TooMany("pivots"))
    );
}

/// A list of a place that says who may sign the next one.
fn national(sequence: u64, (by, next): (&str, &str), territory: &str) -> String {
    let mut draft: ListDraft = draft();
    draft.sequence = sequence;
    draft.scheme.territory = territory.to_owned();
    let location = "https://lists.example/list.xml".to_owned();
    let signers = vec![certificate(next)];
    draft.pointers = vec![Pointer::to_itself(location, territory.to_owned(), signers)];
    signed_as(&draft, by)
}

#[test]
fn a_national_list_is_followed_from_the_one_in_force() {
    let read = |text: &str, by: &str| TrustedList::parse(text.as_bytes(), &[certificate(by)]);
    let force = read(&national(5, (SIGNER, "credential"), "CN"), SIGNER).expect("a good list");
    let pivot = national(6, ("credential", "status"), "CN");
    let today = national(7, ("status", "status"), "CN");
    let follow = |pivots: &[&str], today: &str| {
        let pivots: Vec<&[u8]> = pivots.iter().map(|pivot| pivot.as_bytes()).collect();
        let signers = force.successors();
        TrustedList::follow(&pivots, today.as_bytes(), &signers, Some(&force))
    };
    let found = follow(&[&pivot], &today).expect("the way holds");
    assert_eq!(found.signed.signer, certificate("status"));
    let unknown = Err(ReadList::Signature(CheckList::Signer));
    assert_eq!(follow(&[], &today), unknown);
    // A pivot of somebody else's, one that the list before it does not name; the pivots the other way round.
    assert_eq!(
        follow(&[&national(6, ("ocsp", "status"), "CN")], &today),
        unknown
    );
    let second = national(7, ("status", "ocsp"), "CN");
    let last = national(8, ("ocsp", "ocsp"), "CN");
    assert!(follow(&[&pivot, &second], &last).is_ok());
    assert_eq!(follow(&[&second, &pivot], &last), unknown);
    // Whom a pivot does not name any more signs nothing after it, its own signer included.
    assert_eq!(
        follow(&[&pivot], &national(7, ("credential", "ocsp"), "CN")),
        unknown
    );
    assert_eq!(
        follow(&[&pivot], &national(7, (SIGNER, SIGNER), "CN")),
        unknown
    );
}

#[test]
fn a_pivot_from_before_the_list_in_force_brings_nobody_back() {
    // Number 4 named one whom number 5 does not name: signed by the same key, it is no way around what 5 says.
    let old = national(4, (SIGNER, "status"), "CN");
    let force = national(5, (SIGNER, SIGNER), "CN");
    let force = TrustedList::parse(force.as_bytes(), &[certificate(SIGNER)]).expect("a good list");
    let today = national(6, ("status", "status"), "CN");
    let follow = |pivots: &[&[u8]], today: &str| {
        let signers = force.successors();
        TrustedList::follow(pivots, today.as_bytes(), &signers, Some(&force))
    };
    let older = |found| Err(ReadList::Order { found, before: 5 });
    assert_eq!(follow(&[old.as_bytes()], &today), older(4));
    assert_eq!(follow(&[], &old), older(4));
    // What follows is a list of the same place, and of the same kind.
    assert_eq!(
        follow(&[], &national(6, (SIGNER, SIGNER), "XX")),
        Err(ReadList::Other)
    );
    assert_eq!(
        follow(&[list_of_lists(6, SIGNER, "status").as_bytes()], &today),
        Err(ReadList::Other)
    );
}
