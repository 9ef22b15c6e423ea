//! Checks of the client against a service. Usage: `check BASE SECRETS FILE.pdf`.

#![expect(
    clippy::indexing_slicing,
    reason = "a member that an answer does not have is null"
)]

#[path = "shared/office.rs"]
mod office;

use std::error::Error;
use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use yinxin_client::{Account, Client, ClientError};

/// Whether it is refused with this code, and the status.
fn refused<T>(code: &str, answer: Result<T, ClientError>) -> Result<u16, String> {
    match answer {
        Err(ClientError::Refused {
            status, code: told, ..
        }) if told == code => Ok(status),
        Err(other) => Err(format!("{other} instead of {code}")),
        Ok(_) => Err(format!("{code} is not refused")),
    }
}

fn is(so: bool, what: &str) -> Result<(), String> {
    so.then_some(()).ok_or_else(|| what.to_owned())
}

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [base, secrets, file] = given.as_slice() else {
        return Err("usage: check BASE SECRETS FILE.pdf".into());
    };
    let secrets = Path::new(secrets);
    let approvals = Client::new(base, Some(office::account(secrets, "Q-APR-approvals")?));
    let custodian = Client::new(base, Some(office::account(secrets, "Q-APR-custodian")?));
    let octets = std::fs::read(file)?;
    let files = [("letter.pdf", octets.as_slice())];
    let (order, key) = (office::order(), office::fresh()?);
    let waits = approvals.seal(&order, &files, &key)?;
    is(
        approvals.seal(&order, &files, &key)? == waits,
        "the same request again",
    )?;
    let mut other = order.clone();
    other["ground"] = json!("another");
    refused("idempotency.reused", approvals.seal(&other, &files, &key))?;
    let job = waits["job"].as_str().ok_or("no job")?;
    let stranger = Account::new("Q-APR-approvals", "another secret");
    let status = refused(
        "caller.not-signed",
        Client::new(base, Some(stranger)).job(job),
    )?;
    is(status == 401, "401")?;
    let sealed = released((&approvals, &custodian), job, secrets)?;
    let anyone = Client::new(base, None);
    is(anyone.verify(&sealed)?["verdict"] == "valid", "valid")?;
    let mut altered = sealed.clone();
    let at = sealed
        .windows(11)
        .position(|window| window == b"A letter of");
    let at = at.ok_or("the letter says what it said")?;
    altered
        .get_mut(at..at + 8)
        .ok_or("a place")?
        .copy_from_slice(b"A ladder");
    is(anyone.verify(&altered)?["verdict"] == "invalid", "altered")?;
    println!("rust: the client does what it says");
    Ok(())
}

/// Nobody uses a seal alone: not who asked, not with another key than the custodian's, not for another hour, not twice.
fn released(
    (approvals, custodian): (&Client, &Client),
    job: &str,
    secrets: &Path,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let random = SystemRandom::new();
    let foreign = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
    let foreign = office::Signs::from_pkcs8(foreign.map_err(|_| "a key")?.as_ref())?;
    let own = office::custodian_key(secrets)?;
    let offer = custodian.offer(job)?;
    let release = |client: &Client, offer: &Value, key: &office::Signs| {
        client.release(offer, office::ALGORITHM, |statement| key.sign(statement))
    };
    refused("release.refused", release(custodian, &offer, &foreign))?;
    refused("caller.not-allowed", release(approvals, &offer, &own))?;
    refused("not-found", approvals.sealed(job))?;
    let mut later = offer.clone();
    let expires = offer["expires"].as_str().ok_or("an hour")?;
    later["expires"] = json!(expires.replacen("20", "21", 1));
    refused("release.refused", release(custodian, &later, &own))?;
    release(custodian, &offer, &own)?;
    refused("release.refused", release(custodian, &offer, &own))?;
    Ok(approvals.sealed(job)?)
}
