//! Tagged files: a new widget has its form element, and a way back to it (ISO 14289-1, 7.18.4).

use affix::seal::Place;
use pdf::Object;

use crate::files::{KINDS, Kind, Small, judged, new_field, request, sealed, shown};

/// A tagged page of one paragraph whose parent tree is `tree`.
fn tagged(tree: &str) -> Small {
    Small::new(
        "/MarkInfo<</Marked true>>/StructTreeRoot 7 0 R",
        "/StructParents 0",
    )
    .with(
        7,
        "<</Type/StructTreeRoot/K 8 0 R/ParentTree 9 0 R/ParentTreeNextKey 1>>",
    )
    .with(8, "<</Type/StructElem/S/Document/P 7 0 R/K[10 0 R]>>")
    .with(9, tree)
    .with(10, "<</Type/StructElem/S/P/P 8 0 R/Pg 3 0 R/K 0>>")
    .with(11, "<</Limits[0 0]/Nums[0[10 0 R]]>>")
}

const FLAT: &str = "<</Nums[0[10 0 R]]>>";
const DEEP: &str = "<</Kids[11 0 R]>>";

fn number(object: &Object) -> Option<i64> {
    object.as_integer()
}

#[test]
fn a_new_widget_of_a_tagged_file_has_an_element_and_leads_back_to_it() {
    for kind in KINDS {
        for (tree, leaf) in [(FLAT, &[][..]), (DEEP, &["Kids", "0"][..])] {
            let file = tagged(tree).file(kind);
            let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
            judged(&out);
            let key = shown(&out, &["AcroForm", "Fields", "0", "StructParent"]);
            assert_eq!(number(&key), Some(1), "{kind:?} {tree}");
            let element = ["StructTreeRoot", "K", "K", "1"];
            let at = |path: &[&str]| shown(&out, &[element.as_slice(), path].concat());
            assert_eq!(at(&["S"]), Object::Name(b"Form".to_vec()));
            assert_eq!(at(&["P", "S"]), Object::Name(b"Document".to_vec()));
            assert_eq!(at(&["K", "Type"]), Object::Name(b"OBJR".to_vec()));
            assert_eq!(
                at(&["K", "Obj", "Subtype"]),
                Object::Name(b"Widget".to_vec())
            );
            assert!(at(&["Alt"]).as_string().is_some());
            let root = ["StructTreeRoot", "ParentTree"];
            let back = |path: &[&str]| shown(&out, &[root.as_slice(), leaf, path].concat());
            assert_eq!(number(&back(&["Nums", "2"])), Some(1));
            assert_eq!(back(&["Nums", "3", "S"]), Object::Name(b"Form".to_vec()));
            assert_eq!(back(&["Nums", "1", "0", "S"]), Object::Name(b"P".to_vec()));
            if !leaf.is_empty() {
                assert_eq!(number(&back(&["Limits", "1"])), Some(1));
            }
            let next = shown(&out, &["StructTreeRoot", "ParentTreeNextKey"]);
            assert_eq!(number(&next), Some(2));
        }
    }
}

#[test]
fn a_key_that_is_taken_is_not_given_again_whatever_the_file_says_is_next() {
    let file = tagged("<</Nums[0[10 0 R]41[10 0 R]]>>").file(Kind::Table);
    let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
    judged(&out);
    let key = shown(&out, &["AcroForm", "Fields", "0", "StructParent"]);
    assert_eq!(number(&key), Some(42));
}

#[test]
fn a_structure_that_does_not_hold_together_stays_as_it_is() {
    for tree in [
        "<</Kids[9 0 R]>>",
        "<</Kids[(leaf)]>>",
        "<</Nums[5[10 0 R]5[10 0 R]]>>",
        "<</Nums[5]>>",
        "<</Nums[(five)[10 0 R]]>>",
        "<</Nums[2147483647[10 0 R]]>>",
        "[0]",
    ] {
        let file = tagged(tree).file(Kind::Table);
        let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
        let key = shown(&out, &["AcroForm", "Fields", "0", "StructParent"]);
        assert_eq!(key, Object::Null, "{tree}");
        let element = shown(&out, &["StructTreeRoot", "K", "K", "1"]);
        assert_eq!(element, Object::Null, "{tree}");
    }
}

#[test]
fn a_structure_that_was_signed_is_not_changed_by_the_next_seal() {
    let file = tagged(FLAT).file(Kind::Table);
    let first = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
    let second = sealed(&first, &request(Place::Page(new_field("Two")))).expect("sealed");
    judged(&second);
    let key = shown(&second, &["AcroForm", "Fields", "1", "StructParent"]);
    assert_eq!(key, Object::Null);
    let next = shown(&second, &["StructTreeRoot", "ParentTreeNextKey"]);
    assert_eq!(number(&next), Some(2));
}

#[test]
fn a_file_without_tags_gets_none() {
    let file = Small::new("", "").file(Kind::Table);
    let out = sealed(&file, &request(Place::Page(new_field("One")))).expect("sealed");
    assert_eq!(shown(&out, &["StructTreeRoot"]), Object::Null);
    let key = shown(&out, &["AcroForm", "Fields", "0", "StructParent"]);
    assert_eq!(key, Object::Null);
}
