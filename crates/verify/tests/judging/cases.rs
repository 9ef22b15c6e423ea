//! The evidence of a case: each document in it is judged with limits of its own.

use verify::{Case, Material, Policy, Verdict, examine};

use crate::hierarchy::{AT, trust};
use crate::maker::GOOD;

/// Copies of a good document. Each takes three signature checks at least: of the seal's certificate, of its authority's, of
/// the time-stamp's. One document gets 200 (T-I8).
const COPIES: usize = 70;

#[test]
fn a_document_of_a_case_takes_nothing_of_what_another_gets() {
    let named = |at: usize| (format!("documents/{at}.pdf"), GOOD.to_vec());
    let mut files: Vec<_> = (0..COPIES).map(named).collect();
    // One that is refused by a count of its own stands before them.
    files.insert(0, ("documents/first.pdf".to_owned(), endless()));
    let case = Case::pack("BJ-990102-20260608-00017", "2026-07-03T01:00:00Z", &files);
    let case = case.expect("plain names");
    let (policy, nothing) = (Policy::default(), Material::empty());
    let report = examine("case.zip", &case, &trust(), &nothing, &policy, AT);
    let valid = report
        .signatures
        .iter()
        .filter(|one| one.verdict == Verdict::Valid);
    assert_eq!(valid.count(), COPIES, "{report:#?}");
    let refused = report
        .findings
        .iter()
        .filter(|one| one.code == "package.document");
    let refused: Vec<&str> = refused.map(|one| one.text.as_str()).collect();
    let [only] = refused.as_slice() else {
        panic!("{refused:?}");
    };
    assert!(only.ends_with("documents/first.pdf: pdf.limit"), "{only}");
}

/// A file that is beyond what is read of one.
fn endless() -> Vec<u8> {
    let body = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n";
    let table = "xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n";
    let trailer = "trailer<</Size 2000000000/Root 1 0 R>>";
    format!("{body}{table}{trailer}\nstartxref\n{}\n%%EOF\n", body.len()).into_bytes()
}
