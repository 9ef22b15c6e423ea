//! What the API document says of the ways in. Which of them a route takes is the table of access's to say.

use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

/// The ways in, beside none for what is public.
pub(crate) struct Ways;

impl Modify for Ways {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let mut ways = vec![SecurityRequirement::default()];
        for (name, scheme) in schemes() {
            components.add_security_scheme(name, scheme);
            ways.push(SecurityRequirement::new::<_, _, String>(name, []));
        }
        document.security = Some(ways);
    }
}

fn schemes() -> [(&'static str, SecurityScheme); 3] {
    let signed =
        "a machine's: RFC 9421 with hmac-sha256, beside signature-input; see api/README.md";
    let certified =
        "a machine's: over the service's own TLS, a key that two administrators have bound";
    let session = "a person's: POST /v1/sessions. For /csc/v2: an access token of the provider";
    let signature = ApiKeyValue::with_description("signature", signed);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(session))
        .build();
    [
        (
            "signature",
            SecurityScheme::ApiKey(ApiKey::Header(signature)),
        ),
        (
            "mutualTLS",
            SecurityScheme::MutualTls {
                description: Some(certified.to_owned()),
                deprecated: None,
                extensions: None,
            },
        ),
        ("session", SecurityScheme::Http(bearer)),
    ]
}
