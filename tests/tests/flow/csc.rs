//! Remote signing as the Cloud Signature Consortium has it (API 2.1): what is told, what is signed, and what is refused.

mod further;
pub(crate) mod outside;
pub(crate) mod provider;
mod refused;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::{SignatureAlgorithm, sha256};
use pki::certificate::Certificate;
use serde_json::{Value, json};
use server::{Answer, Call, Client};
use tests::installation::CUSTODIAN;
use tests::paper::page;
use time::SignedDuration;

use self::provider::{Authorised, Provider};
use super::signatures::{signer_called, verified};
use super::stage::Service;

pub(crate) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
pub(crate) const ECDSA: &str = "1.2.840.10045.4.3.2";
pub(crate) const SEAL: &str = "990102-SPZYZ-01";
const PERSON: (&str, &str) = ("林小满", "990102198805210245");
const OTHER: (&str, &str) = ("何守正", "99010219810705031X");
pub(crate) const WORDS: &str = "同意并签署《建设工程合同》";

/// A service with a provider, and two people who have an account at it.
pub(crate) struct Signing {
    pub(crate) service: Service,
    pub(crate) provider: Provider,
    /// The identity of `lin`.
    pub(crate) lin: String,
    /// That of `he`.
    pub(crate) he: String,
}

impl Signing {
    pub(crate) async fn start() -> Self {
        let provider = Provider::found();
        let service = Service::start_with(&provider.lines()).await;
        let lin = signer_called(&service, PERSON, "a-key-of-the-signer-lin").await;
        let he = signer_called(&service, OTHER, "a-key-of-the-signer-he").await;
        let signing = Self {
            service,
            provider,
            lin,
            he,
        };
        for (signer, subject) in [(&signing.lin, "lin"), (&signing.he, "he")] {
            let bound = signing.bind(signer, subject).await;
            assert_eq!(bound.status, 204, "{}", bound.json());
        }
        signing
    }

    pub(crate) async fn bind(&self, signer: &str, subject: &str) -> Answer {
        let content = json!({"subject": subject}).to_string().into_bytes();
        let path = format!("/v1/signers/{signer}/subject");
        let call = Call::send(
            "PUT".parse().expect("a method"),
            path,
            "application/json",
            content,
        );
        let customer = self.service.at("Q-APR");
        let answer = customer.call("approvals", call, self.service.now()).await;
        answer.expect("an answer")
    }

    /// One more account of the department: a person's, or a machine's.
    pub(crate) async fn account(&self, account: &str, scope: &str, person: Option<&str>) -> Client {
        let person = person.map(catalogue::key::PersonKey::parse).transpose();
        let caller = registry::callers::NewCaller {
            id: account.to_owned(),
            department: catalogue::key::DepartmentKey::parse("Q-APR").expect("a department"),
            name: account.to_owned(),
            scopes: vec![scope.to_owned()],
            quota: 1_000,
            person: person.expect("a person"),
            secret: zeroize::Zeroizing::new(tests::installation::secret(account)),
        };
        let now = self.service.now();
        let clock = std::sync::Arc::new(issuance::FixedClock::new(now));
        let office = self.service.installation.open(clock).await;
        let callers = office.expect("it opens").registry().callers();
        let by = registry::asked::By::new("P-FOUNDER", now);
        callers.enrol(caller, by).await.expect("enrolled");
        Client::anonymous(&self.service.base)
            .account(account, &tests::installation::secret(account))
    }

    /// What an account is answered that binds an identity.
    pub(crate) async fn bound(&self, by: &Client, (signer, subject): (&str, &str)) -> u16 {
        let content = json!({"subject": subject}).to_string().into_bytes();
        let put = "PUT".parse().expect("a method");
        let path = format!("/v1/signers/{signer}/subject");
        let call = Call::send(put, path, "application/json", content);
        let answer = by.call(call, self.service.now()).await;
        answer.expect("an answer").status.as_u16()
    }

    /// A request with a token.
    pub(crate) async fn post(&self, route: &str, token: &str, content: &Value) -> Answer {
        let call = Call::post(format!("/csc/v2/{route}"), content);
        let call = call.field("authorization", format!("Bearer {token}"));
        let client = Client::anonymous(&self.service.base);
        let answer = client.call(call, self.service.now()).await;
        answer.expect("an answer")
    }

    /// A token of a person for the service alone.
    pub(crate) fn token(&self, subject: &str) -> String {
        self.provider.token(
            self.service.now(),
            subject,
            "app",
            &json!({"scope": "service"}),
        )
    }

    /// A token of the approval system's own account.
    pub(crate) fn machine(&self) -> String {
        let account = "Q-APR-approvals";
        self.provider.token(
            self.service.now(),
            account,
            account,
            &json!({"scope": "service"}),
        )
    }

    /// What a person authorised at the provider.
    pub(crate) fn authorised(&self, subject: &str, signer: &str, hashes: &[[u8; 32]]) -> String {
        let authorised = Authorised {
            credential: signer,
            hashes,
            words: WORDS,
        };
        self.provider
            .authorised(self.service.now(), subject, &authorised)
    }

    /// What the trace says was refused, each by its ground.
    pub(crate) async fn denied(&self) -> Vec<String> {
        self.traced("deny")
            .await
            .into_iter()
            .map(|(ground, _)| ground)
            .collect()
    }

    /// Entries of a deed: ground and object.
    pub(crate) async fn traced(&self, deed: &str) -> Vec<(String, String)> {
        let department = catalogue::key::DepartmentKey::parse("Q-APR").expect("a department");
        let trace = self.service.office.registry().trace();
        let entries = trace.entries(&department, 0).await.expect("answers");
        entries
            .into_iter()
            .filter(|entry| entry.deed == deed)
            .map(|entry| (entry.ground, entry.object))
            .collect()
    }
}

/// Hash by hash, as a person's key signs them.
pub(crate) fn hashes(signer: &str, data: Option<&str>, hashes: &[[u8; 32]]) -> Value {
    let hashes: Vec<String> = hashes.iter().map(|hash| STANDARD.encode(hash)).collect();
    json!({"credentialID": signer, "SAD": data, "hashes": hashes, "hashAlgorithmOID": SHA256, "signAlgo": ECDSA})
}

/// A document for a seal or a person.
pub(crate) fn document(credential: &str, data: Option<&str>, file: &[u8], format: &Value) -> Value {
    let mut one = json!({"document": STANDARD.encode(file), "signAlgo": ECDSA});
    for (name, value) in format.as_object().expect("an object") {
        one[name] = value.clone();
    }
    json!({"credentialID": credential, "SAD": data, "documents": [one]})
}

/// The certificate of a credential.
async fn certificate(signing: &Signing, token: &str, credential: &str) -> Certificate {
    let wanted = json!({"credentialID": credential, "certificates": "chain"});
    let told = signing
        .post("credentials/info", token, &wanted)
        .await
        .json();
    let first = told["cert"]["certificates"][0]
        .as_str()
        .expect("a certificate");
    let der = STANDARD.decode(first).expect("base64");
    Certificate::parse(&der).expect("a certificate")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_tells_what_it_offers_and_nothing_that_is_not() {
    let signing = Signing::start().await;
    let call = Call::post("/csc/v2/info", &json!({}));
    let client = Client::anonymous(&signing.service.base);
    let told = client
        .call(call, signing.service.now())
        .await
        .expect("an answer");
    assert_eq!(told.status, 200);
    let told = told.json();
    assert_eq!(told["oauth2Issuer"], provider::ISSUER);
    let logo = told["logo"].as_str().expect("an address");
    let (_, path) = logo.split_once("/assets/").expect("an asset of ours");
    let call = Call::get(format!("/assets/{path}"));
    let picture = client.call(call, signing.service.now()).await;
    let picture = picture.expect("an answer").content;
    assert!(picture.starts_with(b"\x89PNG\r\n"), "{logo}");
    for method in told["methods"].as_array().expect("methods") {
        let route = method.as_str().expect("a name");
        let answer = signing.post(route, "none", &json!({})).await;
        let known = if route == "info" { 200 } else { 401 };
        assert_eq!(answer.status, known, "{route}");
    }
    for other in [
        "auth/login",
        "credentials/extendTransaction",
        "credentials/getChallenge",
    ] {
        assert_eq!(
            signing
                .post(other, &signing.token("lin"), &json!({}))
                .await
                .status,
            404
        );
    }
    // Without a provider nobody is served.
    let plain = Service::start().await;
    let call = Call::post("/csc/v2/info", &json!({}));
    let answer = Client::anonymous(&plain.base).call(call, plain.now()).await;
    assert_eq!(answer.expect("an answer").status, 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_told_to_whose_they_are() {
    let signing = Signing::start().await;
    let token = signing.token("lin");
    let all = json!({"credentialInfo": true, "certificates": "chain", "certInfo": true, "authInfo": true, "onlyValid": true});
    let listed = signing.post("credentials/list", &token, &all).await.json();
    assert_eq!(listed["credentialIDs"], json!([signing.lin]), "{listed}");
    assert_eq!(listed["onlyValid"], true);
    let info = &listed["credentialInfos"][0];
    assert_eq!(
        info["key"],
        json!({"status": "enabled", "algo": [ECDSA], "len": 256, "curve": "1.2.840.10045.3.1.7"})
    );
    assert_eq!(
        (&info["auth"]["mode"], &info["SCAL"], &info["multisign"]),
        (&json!("oauth2code"), &json!("2"), &json!(64))
    );
    assert_eq!(
        info["cert"]["certificates"].as_array().map(Vec::len),
        Some(3)
    );
    assert!(
        info["cert"]["subjectDN"]
            .as_str()
            .expect("a name")
            .contains(PERSON.0),
        "{info}"
    );
    let moment = info["cert"]["validFrom"].as_str().expect("a moment");
    assert!(moment.len() == 15 && moment.ends_with('Z'), "{moment}");
    assert!(!listed.to_string().contains(PERSON.1), "no number leaves");
    // Page by page, a machine's: the seals of its department.
    let machine = signing.machine();
    let mut seals = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = json!({"maxResults": 1, "pageToken": after});
        let page = signing
            .post("credentials/list", &machine, &page)
            .await
            .json();
        seals.extend(page["credentialIDs"].as_array().expect("names").clone());
        after = page["nextPageToken"].clone();
        if after.is_null() {
            break;
        }
    }
    let whole = signing
        .post("credentials/list", &machine, &json!({}))
        .await
        .json();
    assert_eq!(whole["credentialIDs"], json!(seals));
    assert!(seals.contains(&json!(SEAL)), "{seals:?}");
    let wanted = json!({"credentialID": SEAL, "authInfo": true, "certificates": "none"});
    let seal = signing
        .post("credentials/info", &machine, &wanted)
        .await
        .json();
    assert_eq!(
        seal["auth"],
        json!({"mode": "explicit", "expression": "", "objects": []})
    );
    assert!(seal["cert"].get("certificates").is_none() && seal["multisign"] == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_of_who_calls_alone() {
    let signing = Signing::start().await;
    let token = signing.token("lin");
    let mine = signing
        .post("credentials/list", &token, &json!({"userID": "he"}))
        .await;
    assert_eq!(mine.status, 400);
    let wrong = signing
        .post("credentials/list", &token, &json!({"certificates": "all"}))
        .await;
    assert_eq!(
        wrong.json()["error_description"],
        "Invalid parameter certificates"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_s_key_signs_the_hashes_that_they_authorised_each_once() {
    let signing = Signing::start().await;
    let message = b"signed attributes".as_slice();
    let both = [sha256(message), sha256(b"others")];
    let sad = signing.authorised("lin", &signing.lin, &both);
    let token = signing.token("lin");
    let signed = signing
        .post(
            "signatures/signHash",
            &token,
            &hashes(&signing.lin, Some(&sad), &both[..1]),
        )
        .await;
    assert_eq!(signed.status, 200, "{}", signed.json());
    let value = signed.json()["signatures"][0]
        .as_str()
        .map(|text| STANDARD.decode(text));
    let value = crypto::Signature::new(value.expect("a signature").expect("base64"));
    let certificate = certificate(&signing, &token, &signing.lin).await;
    let key = crypto::PublicKey::parse(certificate.spki()).expect("a key");
    assert_eq!(
        key.check(SignatureAlgorithm::EcdsaP256Sha256, message, &value),
        Ok(())
    );
    // The token for the credential is enough by itself (11.10), for what is left of it.
    let second = signing
        .post(
            "signatures/signHash",
            &sad,
            &hashes(&signing.lin, None, &both[1..]),
        )
        .await;
    assert_eq!(second.status, 200, "{}", second.json());
    let journalled = signing.traced("sign").await;
    let of_lin = journalled
        .iter()
        .filter(|(ground, _)| *ground == signing.lin);
    assert_eq!(of_lin.count(), 2, "{journalled:?}");
    let recorded = signing.traced("record").await;
    assert_eq!(
        recorded
            .iter()
            .filter(|(ground, _)| *ground == signing.lin)
            .count(),
        2
    );
    assert!(signing.denied().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_a_document_at_once() {
    let signing = Signing::start().await;
    let file = page("form");
    let sad = signing.authorised("lin", &signing.lin, &[sha256(&file)]);
    let how = json!({"signature_format": "P", "conformance_level": "AdES-B-LT"});
    let order = document(&signing.lin, Some(&sad), &file, &how);
    let made = signing
        .post("signatures/signDoc", &signing.token("lin"), &order)
        .await;
    assert_eq!(made.status, 200, "{}", made.json());
    let text = made.json()["DocumentWithSignature"][0]
        .as_str()
        .expect("a file")
        .to_owned();
    let signed = STANDARD.decode(text).expect("base64");
    assert!(signed.starts_with(&file));
    let report = verified(&signing.service, signed).await;
    assert_eq!(report["signatures"][0]["verdict"], "valid", "{report}");
    assert_eq!(report["signatures"][0]["intent"], WORDS);
    assert_eq!(report["signatures"][0]["level"], "B-LT");
    // Another level is not made for persons, another format neither.
    for (name, value, why) in [
        (
            "conformance_level",
            "AdES-B-B",
            "Invalid parameter conformance_level",
        ),
        (
            "signature_format",
            "C",
            "Invalid parameter signed_envelope_property",
        ),
        (
            "signature_format",
            "X",
            "Invalid parameter signature_format",
        ),
    ] {
        let mut other = how.clone();
        other[name] = json!(value);
        let sad = signing.authorised("lin", &signing.lin, &[sha256(&file)]);
        let order = document(&signing.lin, Some(&sad), &file, &other);
        let refused = signing
            .post("signatures/signDoc", &signing.token("lin"), &order)
            .await;
        assert_eq!(
            (
                refused.status.as_u16(),
                &refused.json()["error_description"]
            ),
            (400, &json!(why))
        );
    }
}

/// What our own API asks for of a seal.
pub(crate) fn terms(placed: bool) -> String {
    let mut terms = json!({"purpose": "document", "ground": "内部材料〔2026〕1号"});
    if placed {
        terms["page"] = json!(1);
        terms["x_mm"] = json!(120.0);
        terms["y_mm"] = json!(20.0);
    }
    terms.to_string()
}

/// A document that waits for a seal.
pub(crate) async fn waiting(signing: &Signing, file: &[u8], how: &Value) -> Answer {
    let machine = signing.machine();
    let hash = STANDARD.encode(sha256(file));
    let asked = json!({"credentialID": SEAL, "numSignatures": 1, "hashes": [hash], "hashAlgorithmOID": SHA256, "authData": []});
    let given = signing
        .post("credentials/authorize", &machine, &asked)
        .await;
    assert_eq!(given.status, 200, "{}", given.json());
    assert_eq!(given.json()["expiresIn"], 300);
    let sad = given.json()["SAD"]
        .as_str()
        .expect("activation data")
        .to_owned();
    let mut order = document(SEAL, Some(&sad), file, how);
    order["operationMode"] = json!("A");
    order["clientData"] = json!(terms(how["signature_format"] == "P"));
    signing.post("signatures/signDoc", &machine, &order).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_is_put_under_a_document_once_its_custodian_released_it() {
    let signing = Signing::start().await;
    let machine = signing.machine();
    for (how, member) in [
        (
            json!({"signature_format": "P", "conformance_level": "AdES-B-LT"}),
            "DocumentWithSignature",
        ),
        (json!({"signature_format": "P"}), "DocumentWithSignature"),
        (
            json!({"signature_format": "C", "conformance_level": "AdES-B-T", "signed_envelope_property": "Detached"}),
            "SignatureObject",
        ),
        (
            json!({"signature_format": "J", "conformance_level": "AdES-B-LTA"}),
            "SignatureObject",
        ),
    ] {
        let file = page(&how.to_string());
        let waits = waiting(&signing, &file, &how).await;
        assert_eq!(waits.status, 200, "{}", waits.json());
        let response = waits.json()["responseID"]
            .as_str()
            .expect("a name")
            .to_owned();
        let poll = json!({"responseID": response});
        let early = signing
            .post("signatures/signPolling", &machine, &poll)
            .await;
        assert_eq!(
            (early.status.as_u16(), &early.json()["error"]),
            (202, &json!("accepted_request"))
        );
        let bureau = signing.service.at("Q-APR");
        let released = bureau
            .release(("custodian", CUSTODIAN), &response, signing.service.now())
            .await;
        assert_eq!(released.expect("an answer").status, 201);
        let made = signing
            .post("signatures/signPolling", &machine, &poll)
            .await;
        assert_eq!(made.status, 200, "{}", made.json());
        let text = made.json()[member][0].as_str().expect("a file").to_owned();
        let signed = STANDARD.decode(text).expect("base64");
        if how["signature_format"] == "P" {
            let report = verified(&signing.service, signed).await;
            assert_eq!(report["verdict"], "valid", "{report}");
        }
    }
    let other = signing
        .post(
            "signatures/signPolling",
            &signing.token("lin"),
            &json!({"responseID": "0".repeat(32)}),
        )
        .await;
    assert_eq!(other.status, 400);
    let none = signing
        .post(
            "signatures/signPolling",
            &machine,
            &json!({"requestID": "0".repeat(32)}),
        )
        .await;
    assert_eq!(
        none.json()["error_description"],
        "Invalid parameter requestID"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_is_stamped() {
    let signing = Signing::start().await;
    let hash = sha256(b"a document");
    let asked =
        json!({"hash": STANDARD.encode(hash), "hashAlgo": SHA256, "nonce": "0123456789abcdef"});
    let stamped = signing
        .post("signatures/timestamp", &signing.token("lin"), &asked)
        .await;
    assert_eq!(stamped.status, 200, "{}", stamped.json());
    let text = stamped.json()["timestamp"]
        .as_str()
        .expect("a token")
        .to_owned();
    let token =
        evidence::tsp::Token::parse(&STANDARD.decode(text).expect("base64")).expect("a token");
    let nonce = token.info().nonce().map(<[u8]>::to_vec);
    assert_eq!(
        nonce,
        Some(0x0123_4567_89ab_cdef_u64.to_be_bytes().to_vec())
    );
    for (name, value, why) in [
        ("hash", json!(""), "Empty hash parameter"),
        (
            "hash",
            json!(1),
            "Missing (or invalid type) string parameter hash",
        ),
        ("hash", json!("*"), "Invalid Base64 hash string parameter"),
        ("hash", json!("AAAA"), "Invalid digest value length"),
        ("hashAlgo", json!("1.2.3"), "Invalid parameter hashAlgo"),
        ("nonce", json!("xyz"), "Invalid parameter nonce"),
    ] {
        let mut other = asked.clone();
        other[name] = value;
        let refused = signing
            .post("signatures/timestamp", &signing.token("lin"), &other)
            .await;
        assert_eq!(
            (
                refused.status.as_u16(),
                &refused.json()["error_description"]
            ),
            (400, &json!(why))
        );
    }
    signing.service.wait(SignedDuration::seconds(1));
}
