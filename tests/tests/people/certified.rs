//! The provider of `tests/judges/node`, which is another's program, and people who sign in at it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use server::Call;
use tests::browser::Browser;
use tests::installation::ORIGIN;
use tests::provider::SECRET;
use time::{SignedDuration, UtcDateTime};

use super::provided::{
    CLERK, CUSTODIAN, OWN, Two, cookie, grounds, link, links, place, refused_in, returns, two,
};
use super::stage::{Service, keyed, text};

/// A provider in a process of its own, which ends with this.
struct Certified {
    issuer: String,
    /// What its clock said when it began.
    begun: UtcDateTime,
    process: Child,
    tell: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Certified {
    /// `None`, said aloud, where it is not installed and nobody insists on it.
    fn start(back: &str) -> Option<Self> {
        let Some(script) = std::env::var_os("YINXIN_JUDGE_OPENID") else {
            assert!(std::env::var_os("CI").is_none(), "the provider is absent");
            eprintln!("not judged: the provider of tests/judges/node is absent");
            return None;
        };
        let mut process = Command::new("node")
            .arg(script)
            .args([SECRET, back])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let tell = process.stdin.take().expect("piped");
        let told = process.stdout.take().expect("piped");
        let mut provider = Self {
            issuer: String::new(),
            begun: UtcDateTime::UNIX_EPOCH,
            process,
            tell,
            told: BufReader::new(told),
        };
        let told = provider.line();
        provider.issuer = text(&told, "issuer");
        let begun = told["now"].as_i64().expect("a moment");
        provider.begun = UtcDateTime::from_unix_timestamp(begun).expect("a moment");
        Some(provider)
    }

    /// Somebody of this name signs in where they were sent, at this moment; where they are sent back to.
    fn signs_in(&mut self, url: &str, login: &str, now: UtcDateTime) -> String {
        let line = json!({"url": url, "login": login, "now": now.unix_timestamp()});
        writeln!(self.tell, "{line}").expect("it reads");
        let told = self.line();
        let back = told["back"].as_str();
        back.unwrap_or_else(|| panic!("{told}")).to_owned()
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.told.read_line(&mut line).expect("it says something");
        serde_json::from_str(&line).expect("a line of JSON")
    }
}

impl Drop for Certified {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _its_status = self.process.wait();
    }
}

/// Somebody on the way to the provider: where they are sent, and the cookie.
async fn sent(service: &Service) -> (String, String) {
    let sent = service.call(Call::get("/sign-in/openid")).await;
    let kept = cookie(&sent, "__Host-yinxin-openid").expect("a cookie");
    (place(&sent), kept)
}

/// Path and query with which somebody comes back who signed in there, and the cookie.
async fn went(
    (service, provider): (&Service, &mut Certified),
    login: &str,
    altered: impl Fn(String) -> String,
) -> (String, String) {
    let (url, kept) = sent(service).await;
    let back = provider.signs_in(&altered(url), login, service.now());
    let path = back.strip_prefix(ORIGIN).expect("our address");
    (path.to_owned(), kept)
}

/// A parameter of an address.
fn parameter(text: &str, name: &str) -> String {
    let start = format!("{name}=");
    let (_, query) = text.split_once('?').expect("a query");
    let mut pairs = query.split('&');
    let found = pairs.find_map(|pair| pair.strip_prefix(&start));
    found
        .unwrap_or_else(|| panic!("{name} in {text}"))
        .to_owned()
}

/// Who is certified is no part of ours: what it sends, takes and signs is its own reading of the standards.
#[tokio::test(flavor = "multi_thread")]
async fn a_certified_provider_signs_a_clerk_in_and_takes_a_code_once() {
    let Some(mut provider) = Certified::start(&format!("{ORIGIN}/sign-in/openid/back")) else {
        return;
    };
    let service = Service::with(&provider.issuer, "", None).await;
    let both = two(&service).await;
    service.opened(CLERK, "clerk").await;
    link(&service, &both, (CLERK.1, "zhou")).await;
    let (back, kept) = went((&service, &mut provider), "zhou", |url| url).await;
    assert!(back.contains("iss="), "RFC 9207: {back}");
    let answer = returns(&service, back.clone(), &kept).await;
    assert_eq!(answer.status, 303, "{}", answer.json());
    let session = cookie(&answer, "__Host-yinxin").expect("a session");
    let look = || Call::get("/v1/licences").field("cookie", session.clone());
    assert_eq!(service.call(look()).await.status, 200);
    // The state again, and the code under a question of its own: the provider took it once, with another verifier.
    refused_in(&service, OWN, (back.clone(), &kept), "openid.state").await;
    let (young, kept) = went((&service, &mut provider), "zhou", |url| url).await;
    let mixed = young.replace(&parameter(&young, "code"), &parameter(&back, "code"));
    refused_in(&service, OWN, (mixed, &kept), "openid.denied").await;
    // Rest ends a session of this kind as of any.
    service.wait(SignedDuration::minutes(15));
    assert_eq!(service.call(look()).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_certified_provider_answers_to_another_question_lets_nobody_in() {
    let Some(mut provider) = Certified::start(&format!("{ORIGIN}/sign-in/openid/back")) else {
        return;
    };
    let service = Service::with(&provider.issuer, "", None).await;
    let both = two(&service).await;
    service.opened(CLERK, "clerk").await;
    link(&service, &both, (CLERK.1, "zhou")).await;
    let (other, _) = went((&service, &mut provider), "zhou", |url| url).await;
    let other_issuer = parameter(&other, "iss");
    for (case, code) in [
        ("another nonce", "openid.nonce"),
        ("another challenge", "openid.denied"),
        ("another state", "openid.state"),
        ("another browser", "openid.state"),
        ("late", "openid.state"),
        ("another issuer", "openid.issuer"),
    ] {
        let altered = |url: String| match case {
            "another nonce" => url.replace(&parameter(&url, "nonce"), "another"),
            "another challenge" => {
                let challenge = "A".repeat(43);
                url.replace(&parameter(&url, "code_challenge"), &challenge)
            }
            _ => url,
        };
        let (back, kept) = went((&service, &mut provider), "zhou", altered).await;
        let state = parameter(&back, "state");
        let back = match case {
            "another state" => back.replace(&state, &parameter(&other, "state")),
            "another issuer" => back.replace(&other_issuer, "https%3A%2F%2Felse.example"),
            _ => back,
        };
        let kept = match case {
            "another browser" => sent(&service).await.1,
            _ => kept,
        };
        if case == "late" {
            service.wait(SignedDuration::minutes(5));
        }
        refused_in(&service, OWN, (back, &kept), code).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_certified_provider_knows_is_let_in_by_two_administrators_alone() {
    let Some(mut provider) = Certified::start(&format!("{ORIGIN}/sign-in/openid/back")) else {
        return;
    };
    let service = Service::with(&provider.issuer, "", None).await;
    let (li, wu) = two(&service).await;
    service.opened(CLERK, "clerk").await;
    let both = (&service, &mut provider);
    let (back, kept) = went(both, "zhou", |url| url).await;
    refused_in(&service, OWN, (back, &kept), "openid.unknown").await;
    for (by, code) in [(&li, "openid.unconfirmed"), (&wu, "openid.ended")] {
        let linked = service.asked_by(by, links(CLERK.1, "zhou")).await;
        assert_eq!(linked.status, 200, "{}", linked.json());
        if code == "openid.ended" {
            let path = format!("/v1/accounts/{}/end", CLERK.1);
            let ends = Call::send(hyper::Method::POST, path, "application/json", Vec::new());
            assert_eq!(service.asked_by(by, keyed(ends)).await.status, 200);
        }
        let (back, kept) = went((&service, &mut provider), "zhou", |url| url).await;
        refused_in(&service, CLERK.0, (back, &kept), code).await;
    }
    let trace = grounds(&service, CLERK.0).await;
    let begun = trace.iter().filter(|one| *one == "session.begin");
    assert_eq!(begun.count(), 2, "the administrators' own");
}

const DOOR: &str = "!document.querySelector('#door').hidden";

/// Pictures of the page as a phone and a desk show it, where somebody wants them.
fn pictures(browser: &mut Browser, name: &str) {
    let Some(kept) = std::env::var_os("YINXIN_PICTURES") else {
        return;
    };
    for (device, size) in [("phone", (390, 844)), ("desk", (1280, 800))] {
        browser.resize(size).expect("a size");
        let file = std::path::Path::new(&kept).join(format!("{name}-{device}.png"));
        browser.picture(&file).expect("kept");
    }
}

/// Somebody whom the provider does not know yet presses what leads to it, and comes back.
fn goes_there(browser: &mut Browser) {
    browser
        .wait("!document.querySelector('#openid').hidden")
        .expect("a link");
    browser.follow("#openid a").expect("the provider");
    browser.write("[name=login]", "he").expect("a field");
    browser
        .write("[name=password]", "anything")
        .expect("a field");
    browser.follow("[type=submit]").expect("its consent");
    browser.follow("[type=submit]").expect("the desk");
}

async fn comes_to_the_desk(service: &Service, both: &Two, lang: &str) {
    let Some(mut browser) = Browser::expected().expect("it begins") else {
        return;
    };
    let he = service.person(CUSTODIAN, "custodian").await;
    link(service, both, (CUSTODIAN.1, "he")).await;
    service.wait(SignedDuration::seconds(60));
    let desk = format!("{}/desk?lang={lang}", service.base);
    browser.open(&desk).expect("the desk");
    browser.wait(DOOR).expect("its door");
    goes_there(&mut browser);
    browser
        .wait("!document.querySelector('#second').hidden")
        .expect("asked for the second factor");
    let seen =
        "['second', 'sign-in'].map((id) => document.getElementById(id).offsetParent !== null)";
    let seen = browser.value(seen).expect("what is seen");
    assert_eq!(seen, json!([true, false]), "one door at a time");
    let place = browser.value("location.href").expect("a place");
    assert_eq!(place, desk, "nothing of the answer stays in the address");
    pictures(&mut browser, &format!("second-{lang}"));
    let code = service.code(he.factor.as_ref());
    browser
        .write("#second [name=code]", &code)
        .expect("a field");
    browser.press("#second [value=code]").expect("a button");
    browser
        .wait("!document.querySelector('#desk').hidden")
        .expect("in");
    browser.press("#leave").expect("a button");
    browser.wait(DOOR).expect("outside");
    let path = format!("/v1/accounts/{}/openid", CUSTODIAN.1);
    let unlinks = Call::send(hyper::Method::DELETE, path, "application/json", Vec::new());
    assert_eq!(service.asked_by(&both.1, keyed(unlinks)).await.status, 200);
    // The provider knows them now, and asks for nothing.
    browser.follow("#openid a").expect("back at once");
    browser
        .wait("!document.querySelector('#told').hidden")
        .expect("told");
    let words = "document.querySelector('#told').innerText";
    let words = browser.value(words).expect("words");
    let words = words.as_str().expect("a text");
    assert!(words.ends_with("(openid.unknown)"), "{words}");
    pictures(&mut browser, &format!("unknown-{lang}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custodian_goes_from_the_desk_to_a_certified_provider_and_comes_back_in() {
    for lang in ["en", "zh"] {
        let mut provider = None;
        let service = Service::on_this_machine_with(|origin| {
            provider = Certified::start(&format!("{origin}/sign-in/openid/back"));
            provider.as_ref().map(|provider| provider.issuer.clone())
        });
        let service = service.await;
        let Some(provider) = &provider else {
            return;
        };
        // The browser's clock is the machine's, and so is the provider's then; ours is a little later, as it stands still.
        let later = provider.begun + SignedDuration::minutes(5);
        service.wait(later - service.now());
        let both = two(&service).await;
        comes_to_the_desk(&service, &both, lang).await;
    }
}
