//! The desk of custodians in a browser: passkeys are made, open the door and release seals where people meet them.

use serde_json::json;
use server::Call;
use tests::browser::Browser;
use time::SignedDuration;

use super::passkeys::{CUSTODY, asks, entrusted};
use super::stage::{PASSWORD, Service};

const TOLD: &str = "document.querySelector('#told')";
const DESK: &str = "!document.querySelector('#desk').hidden";
const OFFERS: &str = "document.querySelectorAll('#offers article').length";

/// A browser at the desk of this service, with an authenticator.
fn at_the_desk(service: &Service) -> Option<Browser> {
    let mut browser = Browser::expected().expect("it begins")?;
    browser.with_authenticator().expect("one in software");
    let desk = format!("{}/desk?lang=en", service.base);
    browser.open(&desk).expect("the desk");
    browser
        .wait("!document.querySelector('#door').hidden")
        .expect("its door");
    Some(browser)
}

fn told(browser: &mut Browser, words: &str) {
    browser.wait(&format!("!{TOLD}.hidden")).expect("told");
    let said = browser.value(&format!("{TOLD}.innerText")).expect("words");
    let said = said.as_str().expect("a text").to_owned();
    assert!(said.starts_with(words), "{said}");
}

fn knocks(browser: &mut Browser, code: Option<&str>) {
    browser
        .write("#sign-in [name=account]", CUSTODY.1)
        .expect("a field");
    browser
        .write("#sign-in [name=password]", PASSWORD)
        .expect("a field");
    browser
        .write("#sign-in [name=code]", code.unwrap_or_default())
        .expect("a field");
    let by = if code.is_some() { "code" } else { "passkey" };
    browser
        .press(&format!("#sign-in [value={by}]"))
        .expect("a button");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custodian_enrols_a_passkey_signs_in_with_it_and_releases_what_they_looked_at() {
    let service = Service::on_this_machine().await;
    let Some(mut browser) = at_the_desk(&service) else {
        return;
    };
    let invitation = service.opened(CUSTODY, "custodian").await;
    let factor = service.activated(CUSTODY.1, &invitation).await;
    // Without a passkey there is none that answers; a wrong code is refused; a good one opens.
    knocks(&mut browser, None);
    told(&mut browser, "The passkey did not answer");
    knocks(&mut browser, Some("000000"));
    told(
        &mut browser,
        "Account, password or second factor is not good (sign-in.refused)",
    );
    knocks(&mut browser, Some(&service.code(factor.as_ref())));
    browser.wait(DESK).expect("it opens");
    // What is put into the page does not run, and the session is out of reach of scripts.
    let put = "(() => { const s = document.createElement('script'); try { s.textContent = 'window.ran = 1'; document.body.append(s); } catch {} return [window.ran === undefined, document.cookie]; })()";
    assert_eq!(browser.value(put).expect("a value"), json!([true, ""]));
    service.wait(SignedDuration::seconds(60));
    browser
        .write("#enrol [name=password]", PASSWORD)
        .expect("a field");
    browser
        .write("#enrol [name=code]", &service.code(factor.as_ref()))
        .expect("a field");
    browser.press("#enrol button").expect("a button");
    told(&mut browser, "The passkey is enrolled");
    browser.press("#leave").expect("a button");
    browser
        .wait("!document.querySelector('#door').hidden")
        .expect("outside");
    entrusted(&service, &service.base).await;
    knocks(&mut browser, None);
    browser.wait(DESK).expect("the passkey opens");
    let officer = service
        .person(("Q-APR", "zhou.officer", "P-ZHOU"), "officer")
        .await;
    service
        .person(("Q-APR", "chen.approver", "P-CHEN"), "approver")
        .await;
    let job = asks(&service, &officer, 1).await;
    browser.press("#again").expect("a button");
    browser
        .wait(&format!("{OFFERS} === 1"))
        .expect("what waits");
    let closed = "document.querySelector('[data-act=release]').disabled";
    assert_eq!(
        browser.value(closed).expect("a value"),
        json!(true),
        "not looked at"
    );
    browser.press("[data-act=look]").expect("a button");
    browser.wait(&format!("!{closed}")).expect("looked at");
    if let Some(kept) = std::env::var_os("YINXIN_PICTURES") {
        browser
            .picture(&std::path::Path::new(&kept).join("desk.png"))
            .expect("kept");
    }
    browser.press("[data-act=release]").expect("a button");
    told(&mut browser, "Released and sealed");
    assert_eq!(browser.value(OFFERS).expect("a value"), json!(0));
    let standing = Call::get(format!("/v1/jobs/{job}"));
    let standing = service.asked_by(&officer, standing).await.json();
    assert_eq!(standing["state"], "recorded", "{standing}");
}
