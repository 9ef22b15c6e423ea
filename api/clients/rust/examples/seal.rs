//! Seals a PDF of one's own and judges it. Usage: `seal BASE SECRETS FILE.pdf SEALED.pdf`.
//!
//! SECRETS is a folder with the secrets of an approval system and of a custodian, and the custodian's key, such as the
//! demonstration's `secrets`.

#![expect(
    clippy::indexing_slicing,
    reason = "a member that an answer does not have is null"
)]

#[path = "shared/office.rs"]
mod office;

use std::path::Path;

use ring::digest::{SHA256, digest};
use yinxin_client::Client;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [base, secrets, file, sealed] = given.as_slice() else {
        return Err("usage: seal BASE SECRETS FILE.pdf SEALED.pdf".into());
    };
    let secrets = Path::new(secrets);
    let approvals = Client::new(base, Some(office::account(secrets, "Q-APR-approvals")?));
    let custodian = Client::new(base, Some(office::account(secrets, "Q-APR-custodian")?));
    // The same key for the same order, whenever it is sent again: keep it until the answer is there.
    let key = office::fresh()?;
    let waits = approvals.seal(
        &office::order(),
        &[("letter.pdf", &std::fs::read(file)?)],
        &key,
    )?;
    let job = waits["job"].as_str().ok_or("no job")?;
    // Another person looks at exactly what will be sealed, and releases that.
    let offer = custodian.offer(job)?;
    let page = digest(&SHA256, &custodian.page(job)?);
    if offer["unsealed"] != office::hex(page.as_ref()) {
        return Err("the page is not the one that is offered".into());
    }
    let signs = office::custodian_key(secrets)?;
    custodian.release(&offer, office::ALGORITHM, |statement| signs.sign(statement))?;
    let octets = approvals.sealed(job)?;
    std::fs::write(sealed, &octets)?;
    // Anybody may ask what a file is worth.
    let report = Client::new(base, None).verify(&octets)?;
    println!("{} {}", report["verdict"], report["sentence"]["en"]);
    Ok(())
}
