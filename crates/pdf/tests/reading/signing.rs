//! Signatures, fields and material that an update adds: what is more than that, or over what was certified, is
//! refused.

use crate::changes::check;
use crate::honest::store;
use crate::maker::{
    Bodies, Maker, TRAILER, bodies, certified, dictionary, document, hex, sealed, second, signed,
    stream,
};

/// A second signature in a new field, with something in its objects changed.
fn with(change: &dyn Fn(&mut Bodies)) -> Maker {
    let mut objects = second("/Rect[0 0 0 0]", dictionary(""));
    change(&mut objects);
    signed().update(&objects)
}

/// The same, something in the field written otherwise.
fn field(from: &str, to: &str) -> Maker {
    with(&|objects| {
        let body = objects[&30].replace(from, to);
        objects.insert(30, body);
    })
}

#[test]
fn new_fields_are_signatures_or_nothing() {
    check(&[
        (
            "a text field",
            field("/FT/Sig", "/FT/Tx").sign(),
            &["change.field-added"],
        ),
        (
            "an empty field",
            field("/V 31 0 R", ""),
            &["change.field-added", "change.object-unreached"],
        ),
        (
            "an action",
            field("/F 132", "/F 132/AA<</E<</S/JavaScript/JS(x)>>>>").sign(),
            &["change.field-added"],
        ),
        (
            "an action at a click",
            field("/F 132", "/F 132/A<</S/URI/URI(x)>>").sign(),
            &["change.field-added"],
        ),
        (
            "a layer",
            field("/F 132", "/F 132/OC 15 0 R").sign(),
            &["change.field-added"],
        ),
    ]);
}

#[test]
fn new_fields_have_names_and_signatures_of_their_own() {
    check(&[
        (
            "a name that is taken",
            field("(Second)", "(Seal)").sign(),
            &["change.field-name"],
        ),
        (
            "no name",
            field("/T(Second)", "").sign(),
            &["change.field-name"],
        ),
        (
            "a name in two parts",
            field("(Second)", "(Seal.Second)").sign(),
            &["change.field-name"],
        ),
        (
            "a broken signature",
            with(&|objects| {
                objects.insert(31, "<</Type/Sig>>".to_owned());
            }),
            &["change.broken-signature"],
        ),
        (
            "a signature of part of the file",
            with(&|_| ()).sign_as(|[_, a, b, c]| format!("0 {a} {b} {}", c / 2), hex),
            &["change.broken-signature"],
        ),
        (
            "no page, yet something to show",
            shown("/Rect[0 0 9 9]/AP<</N 32 0 R>>", |objects| {
                objects.remove(&3);
            }),
            &["change.field-added"],
        ),
        (
            "another page than its own",
            shown("/Rect[0 0 9 9]/AP<</N 32 0 R>>", |objects| {
                let body = objects[&30].replace("/P 3", "/P 17");
                objects.insert(30, body);
            }),
            &["change.field-added"],
        ),
    ]);
}

/// A second signature with a look, 32, changed by `change`, signed.
fn shown(widget: &str, change: impl Fn(&mut Bodies)) -> Maker {
    shown_on(signed(), widget, change)
}

fn shown_on(base: Maker, widget: &str, change: impl Fn(&mut Bodies)) -> Maker {
    let mut objects = second(widget, dictionary(""));
    objects.insert(32, stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "f"));
    change(&mut objects);
    base.update(&objects).sign()
}

#[test]
fn a_signature_does_not_cover_what_was_certified() {
    let look = "/Rect[10 10 200 200]/AP<</N 32 0 R>>";
    let set = |body: String| {
        move |objects: &mut Bodies| {
            objects.insert(32, body.clone());
        }
    };
    let form = |entries: &str| {
        stream(
            &format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]{entries}"),
            "f",
        )
    };
    check(&[
        (
            "on a certified page",
            shown_on(certified(2), look, |_| ()),
            &["change.certified-page-covered"],
        ),
        (
            "on a page certified at level 3",
            shown_on(certified(3), look, |_| ()),
            &["change.certified-page-covered"],
        ),
        (
            "as large as the page",
            shown("/Rect[0 0 600 800]/AP<</N 32 0 R>>", |_| ()),
            &["change.page-covered"],
        ),
        (
            "larger than a quarter, corners the other way",
            shown("/Rect[600 800 200 400]/AP<</N 32 0 R>>", |_| ()),
            &["change.page-covered"],
        ),
        (
            "a look in a layer",
            shown(look, set(form("/OC 15 0 R"))),
            &["change.active-appearance"],
        ),
        (
            "a look with layers among its resources",
            shown(
                look,
                set(form("/Resources<</Properties<</L<</Type/OCG/Name(x)>>>>>>")),
            ),
            &["change.active-appearance"],
        ),
        (
            "a look from another file",
            shown(look, set(form("/Ref<</F(x)/Page 0>>"))),
            &["change.active-appearance"],
        ),
        (
            "a look whose data are elsewhere",
            shown(look, set(form("/F(x)"))),
            &["change.active-appearance"],
        ),
        (
            "a look for each state",
            shown("/Rect[10 10 99 99]/AP<</N 32 0 R/D 32 0 R>>", |_| ()),
            &["change.active-appearance"],
        ),
        (
            "no form",
            shown(look, set("[]".to_owned())),
            &["change.active-appearance"],
        ),
    ]);
}

#[test]
fn levels_and_locks_are_kept() {
    let hidden = || second("/Rect[0 0 0 0]", dictionary(""));
    let lock = |parameters: &str| {
        let extra =
            format!("/Reference[<</TransformMethod/FieldMDP/TransformParams<<{parameters}>>>>]");
        Maker::new(&document(), TRAILER)
            .update(&sealed(&extra))
            .sign()
    };
    check(&[
        (
            "level 1 permits no signature",
            certified(1).update(&hidden()).sign(),
            &["change.signature-added"],
        ),
        (
            "all fields are locked",
            lock("/Action/All").update(&hidden()).sign(),
            &["change.locked-field-signed"],
        ),
        (
            "this field is locked",
            lock("/Action/Include/Fields[(Second)]")
                .update(&hidden())
                .sign(),
            &["change.locked-field-signed"],
        ),
        (
            "all but another are locked",
            lock("/Action/Exclude/Fields[(note)]")
                .update(&hidden())
                .sign(),
            &["change.locked-field-signed"],
        ),
        (
            "a lock to level 1",
            lock("/Action/Include/Fields[(x)]/P 1")
                .update(&hidden())
                .sign(),
            &["change.signature-added"],
        ),
        (
            "a similar name is not locked",
            lock("/Action/Include/Fields[(Sec)]")
                .update(&hidden())
                .sign(),
            &[],
        ),
    ]);
}

#[test]
fn the_store_takes_material_alone_and_loses_none() {
    let grown = || signed().update(&store());
    let then = |body: &str| grown().update(&bodies(&[(40, body)]));
    let first = |body: &str, extra: &[(u32, &str)]| {
        let mut objects = store();
        objects.insert(40, body.to_owned());
        objects.extend(bodies(extra));
        signed().update(&objects)
    };
    let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "f");
    check(&[
        (
            "emptied",
            then("<</Type/DSS/Certs[]>>"),
            &["change.store-shrunk"],
        ),
        (
            "an array gone",
            then("<</Type/DSS>>"),
            &["change.store-shrunk"],
        ),
        (
            "gone",
            grown().update(&bodies(&[(1, &document()[&1])])),
            &["change.store-shrunk"],
        ),
        (
            "material replaced",
            grown().update(&bodies(&[(41, &stream("", "forged"))])),
            &["change.object-replaced"],
        ),
        (
            "a form among the material",
            first("<</Certs[41 0 R 42 0 R]>>", &[(42, &form)]),
            &["change.store-form"],
        ),
        (
            "an entry of another kind",
            first("<</Certs[41 0 R]/Show 42 0 R>>", &[(42, &form)]),
            &["change.store-form"],
        ),
        (
            "text among the material",
            first(
                "<</Certs[41 0 R 42 0 R]>>",
                &[(42, &stream("", "a program"))],
            ),
            &["change.store-form"],
        ),
        (
            "something behind the material",
            first("<</Certs[41 0 R 42 0 R]>>", &[(42, &stream("", "0\x01xy"))]),
            &["change.store-form"],
        ),
        (
            "a direct element",
            first("<</Certs[41 0 R(x)]>>", &[]),
            &["change.store-form"],
        ),
        (
            "an array instead of a store",
            first("[41 0 R]", &[]),
            &["change.store-form"],
        ),
    ]);
}
