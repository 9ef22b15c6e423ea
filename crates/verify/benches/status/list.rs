//! The status list that is judged by.

use credential::{JwsDraft, StatusClaims, StatusList};
use time::Duration;
use verify::Material;

use crate::hierarchy::{AT, algorithm, certificate, sign};
use crate::maker::URI;

/// An hour old, with nothing against anybody.
pub(crate) fn list() -> Material {
    let claims = StatusClaims {
        uri: URI.to_owned(),
        issued_at: AT - Duration::hours(1),
        expires: AT + Duration::days(1),
        keep: 3_600,
    };
    let chain = [certificate("status"), certificate("ca")];
    let signer = JwsDraft {
        kind: "",
        algorithm: algorithm("status"),
        kid: None,
        certificates: &chain,
    };
    let prepared = StatusList::new()
        .prepare(&claims, signer)
        .expect("in order");
    let signature = sign("status", prepared.to_be_signed());
    let token = prepared.finish(&signature).expect("of this algorithm");
    let mut material = Material::empty();
    material.add("a.statuslist", token.as_bytes());
    material
}
