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
    let found = TrustedList::follow(&pivots, third.as_bytes(), &pinned).expect("the way holds");
    assert_eq!(found.sequence, 3);
    // Without the way, or with a step left out, the signer of today is nobody.
    let unknown = Err(ReadList::Signature(CheckList::Signer));
    assert_eq!(TrustedList::follow(&[], third.as_bytes(), &pinned), unknown);
    assert_eq!(
        TrustedList::follow(&pivots[..1], third.as_bytes(), &pinned),
        unknown
    );
    assert_eq!(
        TrustedList::follow(&pivots[1..], third.as_bytes(), &pinned),
        unknown
    );
}

#[test]
fn numbers_rise_along_the_way() {
    let first = list_of_lists(5, SIGNER, SIGNER);
    let older = list_of_lists(4, SIGNER, SIGNER);
    let pinned = [certificate(SIGNER)];
    assert_eq!(
        TrustedList::follow(&[first.as_bytes()], older.as_bytes(), &pinned),
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
        TrustedList::follow(&[plain.as_bytes()], next.as_bytes(), &[certificate(SIGNER)]),
        Err(ReadList::NoSelf)
    );
    let many = vec![next.as_bytes(); 33];
    assert_eq!(
        TrustedList::follow(&many, next.as_bytes(), &[certificate(SIGNER)]),
        Err(ReadList::TooMany("pivots"))
    );
}
