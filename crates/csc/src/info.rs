//! `info` (CSC 2.1 11.1): what is offered here, and nothing that is not.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::counter::Counter;
use crate::credential::{ECDSA_SHA256, algorithm};
use crate::fault::Fault;
use crate::fields::Fields;

/// The service.
#[derive(Serialize)]
pub(crate) struct Told {
    specs: &'static str,
    name: &'static str,
    logo: String,
    region: &'static str,
    lang: &'static str,
    description: &'static str,
    #[serde(rename = "authType")]
    auth_type: [&'static str; 2],
    #[serde(rename = "oauth2Issuer")]
    issuer: String,
    #[serde(rename = "asynchronousOperationMode")]
    asynchronous: bool,
    methods: [&'static str; 8],
    #[serde(rename = "validationInfo")]
    validation: bool,
    #[serde(rename = "signAlgorithms")]
    algorithms: Algorithms,
    signature_formats: Formats,
    conformance_levels: [&'static str; 4],
}

#[derive(Serialize)]
struct Algorithms {
    algos: Vec<&'static str>,
}

#[derive(Serialize)]
struct Formats {
    formats: [&'static str; 3],
    envelope_properties: [&'static [&'static str]; 3],
}

/// What this service offers.
#[utoipa::path(post, path = "/csc/v2/info", tag = "csc",
    request_body(content_type = "application/json", description = "CSC 2.1 11.1: `lang`"),
    responses((status = 200, description = "methods, algorithms, formats, levels, the authorisation server"), (status = 501, description = "no provider is configured")))]
pub(crate) async fn info(
    State(counter): State<Counter>,
    fields: Fields,
) -> Result<Json<Told>, Fault> {
    let issuer = counter.issuer()?.to_owned();
    fields.text("lang")?;
    let office = counter.office();
    let desk = office.desk();
    let mut algos = vec![ECDSA_SHA256];
    for seal in desk.seals.values() {
        let own = algorithm(seal.algorithm).filter(|own| !algos.contains(own));
        algos.extend(own);
    }
    Ok(Json(Told {
        specs: "2.1.0.1",
        name: "印信 Yinxin",
        logo: format!("{}/assets/logo.png", office.settings.address),
        region: "CN",
        lang: "zh-CN",
        description: "Seals of offices and signatures of persons; a seal is released by its custodian",
        auth_type: ["oauth2code", "oauth2client"],
        issuer,
        asynchronous: true,
        methods: [
            "info",
            "credentials/list",
            "credentials/info",
            "credentials/authorize",
            "signatures/signHash",
            "signatures/signDoc",
            "signatures/signPolling",
            "signatures/timestamp",
        ],
        validation: false,
        algorithms: Algorithms { algos },
        signature_formats: Formats {
            formats: ["P", "C", "J"],
            envelope_properties: [&["Revision"], &["Detached"], &["Attached", "Detached"]],
        },
        conformance_levels: ["AdES-B-B", "AdES-B-T", "AdES-B-LT", "AdES-B-LTA"],
    }))
}
