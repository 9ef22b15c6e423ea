//! The desk of custodians in a browser: passkeys are made, open the door and release seals where people meet them.

use std::path::Path;

use serde_json::{Value, json};
use server::Call;
use tests::browser::Browser;
use time::SignedDuration;

use super::passkeys::{CUSTODY, asked, asks, entrusted};
use super::stage::{PASSWORD, Person, Service, keyed, text};

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

/// Whether what is pressed to release is closed, on the page or within a part of it.
fn closed(within: &str) -> String {
    format!("document.querySelector('{within} [data-act=release]').disabled")
}

fn is(browser: &mut Browser, expression: &str, value: &Value) {
    let found = browser.value(expression).expect("a value");
    assert_eq!(&found, value, "{expression}");
}

/// Without a passkey there is none that answers; a wrong code is refused; a good one opens.
fn enters_by_code(browser: &mut Browser, code: &str) {
    knocks(browser, None);
    told(browser, "The passkey did not answer");
    knocks(browser, Some("000000"));
    let refused = "Account, password or second factor is not good (sign-in.refused)";
    told(browser, refused);
    knocks(browser, Some(code));
    browser.wait(DESK).expect("it opens");
    // What is put into the page does not run, and the session is out of reach of scripts.
    let put = "(() => { const s = document.createElement('script'); try { s.textContent = 'window.ran = 1'; document.body.append(s); } catch {} return [window.ran === undefined, document.cookie]; })()";
    is(browser, put, &json!([true, ""]));
}

fn enrols(browser: &mut Browser, code: &str) {
    let fields = [("password", PASSWORD), ("code", code)];
    for (name, value) in fields {
        let field = format!("#enrol [name={name}]");
        browser.write(&field, value).expect("a field");
    }
    browser.press("#enrol button").expect("a button");
    told(browser, "The passkey is enrolled");
    browser.press("#leave").expect("a button");
    let outside = "!document.querySelector('#door').hidden";
    browser.wait(outside).expect("outside");
}

/// One use: it is looked at first.
fn releases_one(browser: &mut Browser) {
    browser.press("#again").expect("a button");
    let waits = format!("{OFFERS} === 1");
    browser.wait(&waits).expect("what waits");
    is(browser, &closed("#offers"), &json!(true));
    browser.press("[data-act=look]").expect("a button");
    let open = format!("!{}", closed("#offers"));
    browser.wait(&open).expect("looked at");
    if let Some(kept) = std::env::var_os("YINXIN_PICTURES") {
        let file = Path::new(&kept).join("desk.png");
        browser.picture(&file).expect("kept");
    }
    browser.press("[data-act=release]").expect("a button");
    told(browser, "Released and sealed");
    is(browser, OFFERS, &json!(0));
}

/// A list: it is unfolded first.
fn releases_list(browser: &mut Browser) {
    browser.press("#again").expect("a button");
    let lists = "document.querySelectorAll('#lists article').length === 1";
    browser.wait(lists).expect("a list");
    is(browser, &closed("#lists"), &json!(true));
    browser.press("#lists summary").expect("a fold");
    let open = format!("!{}", closed("#lists"));
    browser.wait(&open).expect("unfolded");
    browser.press("#lists [data-act=look]").expect("a button");
    let looked = "document.querySelector('#lists tbody tr').dataset.looked === 'yes'";
    browser.wait(looked).expect("looked at");
    let button = "#lists [data-act=release]";
    browser.press(button).expect("a button");
    told(browser, "Released: 2");
}

/// A batch of two whose pages wait.
async fn batch(service: &Service, officer: &Person) -> String {
    let licences = [2, 3].map(|number| json!({"request": asked(number)}));
    let call = Call::post("/v1/batches", &json!({"licences": licences}));
    let batch = service.asked_by(officer, keyed(call)).await;
    assert_eq!(batch.status, 202, "{}", batch.json());
    let path = format!("/v1/batches/{}", text(&batch.json(), "batch"));
    let mut waits = 0;
    while waits < 2 {
        let look = service.asked_by(officer, Call::get(&path)).await.json();
        waits = look["counts"]["waiting"].as_u64().expect("a count");
    }
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custodian_enrols_a_passkey_signs_in_with_it_and_releases_what_they_looked_at() {
    let service = Service::on_this_machine().await;
    let Some(mut browser) = at_the_desk(&service) else {
        return;
    };
    let invitation = service.opened(CUSTODY, "custodian").await;
    let factor = service.activated(CUSTODY.1, &invitation).await;
    enters_by_code(&mut browser, &service.code(factor.as_ref()));
    service.wait(SignedDuration::seconds(60));
    enrols(&mut browser, &service.code(factor.as_ref()));
    entrusted(&service, &service.base).await;
    knocks(&mut browser, None);
    browser.wait(DESK).expect("the passkey opens");
    let who = ("Q-APR", "zhou.officer", "P-ZHOU");
    let officer = service.person(who, "officer").await;
    let who = ("Q-APR", "chen.approver", "P-CHEN");
    service.person(who, "approver").await;
    let job = asks(&service, &officer, 1).await;
    releases_one(&mut browser);
    let standing = Call::get(format!("/v1/jobs/{job}"));
    let standing = service.asked_by(&officer, standing).await.json();
    assert_eq!(standing["state"], "recorded", "{standing}");
    let path = batch(&service, &officer).await;
    releases_list(&mut browser);
    let line = service.asked_by(&officer, Call::get(path)).await.json();
    assert_eq!(line["counts"]["waiting"], 0, "{line}");
}
