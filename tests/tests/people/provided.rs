//! People who sign in at an OpenID provider: let in by a linked name alone, and turned away for each thing that is wrong (D9, T-P1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::sha256;
use hyper::Method;
use serde_json::{Value, json};
use server::{Answer, Call};
use tests::installation::ORIGIN;
use tests::provider::{CLIENT, Key, Provider, input};
use time::SignedDuration;

use super::stage::{Person, Service, databases, keyed, problem};

pub(crate) const CLERK: (&str, &str, &str) = ("Q-APR", "zhou.clerk", "P-ZHOU-QINGHE");
pub(crate) const CUSTODIAN: (&str, &str, &str) = ("Q-APR", "he.custodian", "P-HE-SHOUZHENG");
pub(crate) const LI: (&str, &str, &str) = ("Q-APR", "li.admin", "P-LI");
pub(crate) const WU: (&str, &str, &str) = ("Q-APR", "wu.admin", "P-WU");
/// The department of the service's own trace.
pub(crate) const OWN: &str = "S-SERVICE";

/// Somebody on the way: what their browser keeps, and what the provider was asked.
#[derive(Debug, Clone)]
struct Sent {
    cookie: String,
    asked: Vec<(String, String)>,
}

impl Sent {
    fn value(&self, name: &str) -> String {
        let mut found = self.asked.iter().filter(|(one, _)| one == name);
        found.next().expect("the provider is asked").1.clone()
    }

    /// How the provider sends them back.
    fn back(&self, issuer: &str) -> String {
        let (state, issuer) = (self.value("state"), escaped(issuer));
        format!("/sign-in/openid/back?code=a-code&state={state}&iss={issuer}")
    }
}

fn escaped(text: &str) -> String {
    text.replace(':', "%3A").replace('/', "%2F")
}

fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (from, to) in [("%3A", ":"), ("%2F", "/"), ("%20", " ")] {
        out = out.replace(from, to);
    }
    out
}

/// The value of a cookie that is set.
pub(crate) fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.get_all("set-cookie").iter();
    let mut texts = set.filter_map(|value| value.to_str().ok());
    let start = format!("{name}=");
    let text = texts.find(|text| text.starts_with(&start))?;
    assert!(
        text.contains("; Path=/;") && text.contains("; HttpOnly; Secure; SameSite="),
        "{text}"
    );
    let value = text.strip_prefix(&start)?.split(';').next()?;
    (!value.is_empty()).then(|| format!("{name}={value}"))
}

pub(crate) fn place(answer: &Answer) -> String {
    let place = answer.headers.get("location").expect("a place");
    place.to_str().expect("ASCII").to_owned()
}

async fn sent(service: &Service) -> Sent {
    let answer = service.call(Call::get("/sign-in/openid")).await;
    assert_eq!(answer.status, 303, "{}", answer.json());
    let place = place(&answer);
    let (_, query) = place.split_once('?').expect("a query");
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs = pairs.map(|(name, value)| (name.to_owned(), unescaped(value)));
    Sent {
        cookie: cookie(&answer, "__Host-yinxin-openid").expect("a cookie"),
        asked: pairs.collect(),
    }
}

fn header() -> Value {
    json!({"alg": "ES256", "kid": "one"})
}

fn claims(service: &Service, provider: &Provider, sent: &Sent) -> Value {
    let now = service.now().unix_timestamp();
    json!({"iss": provider.issuer, "sub": "zhou", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": sent.value("nonce"),
        "acr": "high", "amr": ["pwd"]})
}

pub(crate) async fn returns(service: &Service, path: String, cookie: &str) -> Answer {
    service.call(Call::get(path).field("cookie", cookie)).await
}

/// Somebody with this name goes to the provider and comes back.
async fn comes(service: &Service, (provider, key): (&Provider, &Key), subject: &str) -> Answer {
    let sent = sent(service).await;
    let mut claims = claims(service, provider, &sent);
    claims["sub"] = json!(subject);
    provider.gives(Some(key.token(&header(), &claims).expect("a token")));
    returns(service, sent.back(&provider.issuer), &sent.cookie).await
}

pub(crate) fn links(account: &str, subject: &str) -> Call {
    let path = format!("/v1/accounts/{account}/openid");
    let content = json!({"subject": subject}).to_string().into_bytes();
    keyed(Call::send(Method::PUT, path, "application/json", content))
}

fn unlinks(account: &str) -> Call {
    let path = format!("/v1/accounts/{account}/openid");
    keyed(Call::send(
        Method::DELETE,
        path,
        "application/json",
        Vec::new(),
    ))
}

pub(crate) async fn grounds(service: &Service, department: &str) -> Vec<String> {
    let trace = service.trace(department).await;
    trace.into_iter().map(|entry| entry.ground).collect()
}

pub(crate) async fn sessions(service: &Service) -> usize {
    let trace = grounds(service, "Q-APR").await;
    trace
        .iter()
        .filter(|ground| *ground == "session.begin")
        .count()
}

/// Two administrators.
pub(crate) type Two = (Person, Person);

async fn stage(more: &str, database: Option<&str>) -> (Service, Provider, Key, Two) {
    let key = Key::fresh().expect("a key");
    let provider = Provider::start(&key).await.expect("it starts");
    let service = Service::with(&provider.issuer, more, database).await;
    let both = two(&service).await;
    (service, provider, key, both)
}

pub(crate) async fn two(service: &Service) -> Two {
    let li = service.person(LI, "administrator").await;
    (li, service.person(WU, "administrator").await)
}

/// Both say whose name it is.
pub(crate) async fn link(service: &Service, (li, wu): &Two, (account, subject): (&str, &str)) {
    for one in [li, wu] {
        let linked = service.asked_by(one, links(account, subject)).await;
        assert_eq!(linked.status, 200, "{}", linked.json());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_signs_in_at_the_provider_once_two_administrators_linked_their_name() {
    for database in databases("provided").await {
        let (service, provider, key, (li, wu)) = stage("", database.as_deref()).await;
        service.opened(CLERK, "clerk").await;
        let who = (&provider, &key);
        is_barred(&service, comes(&service, who, "zhou").await, OWN, "unknown").await;
        let linked = service.asked_by(&li, links(CLERK.1, "zhou")).await;
        assert_eq!(linked.status, 200, "{}", linked.json());
        assert_eq!(linked.json()["waits"], true);
        is_barred(
            &service,
            comes(&service, who, "zhou").await,
            CLERK.0,
            "unconfirmed",
        )
        .await;
        for (by, account, subject, code) in [
            (&li, CLERK.1, "zhou", "account.same-person"),
            (&wu, CLERK.1, "another", "account.openid"),
            (&li, LI.1, "li", "account.same-person"),
        ] {
            let refused = problem(&service.asked_by(by, links(account, subject)).await);
            assert_eq!(refused.2, code);
        }
        let linked = service.asked_by(&wu, links(CLERK.1, "zhou")).await;
        assert_eq!(linked.status, 200, "{}", linked.json());
        assert_eq!(linked.json()["waits"], Value::Null);
        let again = problem(&service.asked_by(&wu, links(CLERK.1, "zhou")).await);
        assert_eq!(again.2, "account.nothing-to-change");
        let session = comes_in(&service, who).await;
        let look = || Call::get("/v1/licences").field("cookie", session.clone());
        assert_eq!(service.call(look()).await.status, 200);
        let unlinked = service.asked_by(&li, unlinks(CLERK.1)).await;
        assert_eq!(unlinked.status, 200, "{}", unlinked.json());
        assert_eq!(service.call(look()).await.status, 401, "its sessions end");
        is_barred(&service, comes(&service, who, "zhou").await, OWN, "unknown").await;
        has_grounds(
            &service,
            &[
                "account.openid",
                "account.openid-confirm",
                "account.openid-end",
                "account.same-person",
                "session.begin",
            ],
        )
        .await;
    }
}

/// Whom the provider knows and who is not let in all the same: the last entry of this trace says so.
async fn is_barred(service: &Service, answer: Answer, whose: &str, why: &str) {
    let code = format!("openid.{why}");
    let told = problem(&answer);
    assert_eq!(
        (told.0, told.1.as_str(), told.2.as_str()),
        (401, "sign-in.refused", code.as_str())
    );
    assert!(answer.headers.get("set-cookie").is_none());
    assert_eq!(grounds(service, whose).await.last(), Some(&code));
}

async fn has_grounds(service: &Service, wanted: &[&str]) {
    let trace = grounds(service, "Q-APR").await;
    for ground in wanted {
        assert!(trace.iter().any(|one| one == ground), "{ground}");
    }
}

/// The clerk comes in, with what was asked and what the code is exchanged with looked at; the cookie of the session. The same answer
/// lets nobody in again.
async fn comes_in(service: &Service, (provider, key): (&Provider, &Key)) -> String {
    let sent = sent(service).await;
    let back = format!("{ORIGIN}/sign-in/openid/back");
    assert_eq!(sent.value("redirect_uri"), back);
    let token = key.token(&header(), &claims(service, provider, &sent));
    provider.gives(Some(token.expect("a token")));
    let back = sent.back(&provider.issuer);
    let answer = returns(service, back.clone(), &sent.cookie).await;
    let came = (answer.status.as_u16(), place(&answer));
    assert_eq!(came, (303, "/desk".to_owned()));
    let form = provider.form();
    let verifier = form.split("code_verifier=").nth(1).expect("a verifier");
    let challenge = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
    assert_eq!(challenge, sent.value("code_challenge"), "RFC 7636 4.6");
    refused(service, (back, &sent.cookie), "openid.state").await;
    cookie(&answer, "__Host-yinxin").expect("a session")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custodian_whom_the_provider_knows_shows_their_own_second_factor_once() {
    for database in databases("second").await {
        let (service, provider, key, both) = stage("", database.as_deref()).await;
        let he = service.person(CUSTODIAN, "custodian").await;
        service.wait(SignedDuration::seconds(60));
        link(&service, &both, (CUSTODIAN.1, "he")).await;
        let begun = sessions(&service).await;
        let answer = comes(&service, (&provider, &key), "he").await;
        let came = (answer.status.as_u16(), place(&answer));
        assert_eq!(came, (303, "/desk#second".to_owned()));
        assert_eq!(cookie(&answer, "__Host-yinxin"), None, "not in yet");
        let ticket = cookie(&answer, "__Host-yinxin-second").expect("a ticket");
        let code = service.code(he.factor.as_ref());
        let strange = shows(&service, (&ticket, &code), "https://else.example").await;
        assert_eq!(problem(&strange).1, "session.cross-origin");
        let other = ticket.replace(CUSTODIAN.1, LI.1);
        for (ticket, code) in [
            (&ticket, "000000"),
            (&other, &code),
            (&String::new(), &code),
        ] {
            let refused = shows(&service, (ticket, code), ORIGIN).await;
            assert_eq!(refused.status, 401);
        }
        assert_eq!(sessions(&service).await, begun);
        let answer = shows(&service, (&ticket, &code), ORIGIN).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        service.wait(SignedDuration::seconds(60));
        let code = service.code(he.factor.as_ref());
        let twice = shows(&service, (&ticket, &code), ORIGIN).await;
        assert_eq!(twice.status, 401, "a ticket is good once");
        let answer = comes(&service, (&provider, &key), "he").await;
        let late = cookie(&answer, "__Host-yinxin-second").expect("a ticket");
        service.wait(SignedDuration::minutes(5));
        let code = service.code(he.factor.as_ref());
        let late = shows(&service, (&late, &code), ORIGIN).await;
        assert_eq!(late.status, 401, "five minutes");
        assert_eq!(sessions(&service).await, begun + 1);
        has_grounds(&service, &["session.refused", "openid.ticket"]).await;
        let own = grounds(&service, OWN).await;
        assert_eq!(own.last().map(String::as_str), Some("openid.ticket"));
    }
}

async fn shows(service: &Service, (ticket, code): (&str, &str), origin: &'static str) -> Answer {
    let call = Call::post("/v1/sessions/openid", &json!({"code": code}));
    let call = call.field("cookie", ticket).field("origin", origin);
    service.call(call).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_s_factor_counts_where_the_configuration_says_so() {
    let more = "second_factor = [\"otp\"]";
    let (service, provider, key, both) = stage(more, None).await;
    service.person(CUSTODIAN, "custodian").await;
    link(&service, &both, (CUSTODIAN.1, "he")).await;
    let with = async |methods: Value| {
        let sent = sent(&service).await;
        assert_eq!(sent.value("acr_values"), "otp");
        let mut claims = claims(&service, &provider, &sent);
        claims["sub"] = json!("he");
        claims["amr"] = methods;
        provider.gives(Some(key.token(&header(), &claims).expect("a token")));
        let answer = returns(&service, sent.back(&provider.issuer), &sent.cookie).await;
        place(&answer)
    };
    assert_eq!(with(json!(["pwd"])).await, "/desk#second");
    assert_eq!(with(json!(["pwd", "otp"])).await, "/desk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_goes_with_an_invitation_and_is_free_when_its_account_ended() {
    for database in databases("freed").await {
        let (service, provider, key, both) = stage("", database.as_deref()).await;
        let who = (&provider, &key);
        service.opened(CLERK, "clerk").await;
        link(&service, &both, (CLERK.1, "zhou")).await;
        let path = format!("/v1/accounts/{}", CLERK.1);
        let invites = post(format!("{path}/invitation"));
        assert_eq!(service.asked_by(&both.0, invites).await.status, 200);
        is_barred(&service, comes(&service, who, "zhou").await, OWN, "unknown").await;
        link(&service, &both, (CLERK.1, "zhou")).await;
        let ends = post(format!("{path}/end"));
        assert_eq!(service.asked_by(&both.0, ends).await.status, 200);
        let ended = comes(&service, who, "zhou").await;
        is_barred(&service, ended, CLERK.0, "ended").await;
        let next = ("Q-APR", "zhou.clerk.2", CLERK.2);
        service.opened(next, "clerk").await;
        link(&service, &both, (next.1, "zhou")).await;
        let answer = comes(&service, who, "zhou").await;
        assert_eq!(place(&answer), "/desk");
    }
}

fn post(path: String) -> Call {
    let kind = "application/json";
    keyed(Call::send(Method::POST, path, kind, Vec::new()))
}

/// What is another in a token.
type Change = Box<dyn Fn(&mut Value)>;

#[tokio::test(flavor = "multi_thread")]
async fn each_altered_answer_of_a_provider_lets_nobody_in_and_stands_in_the_trace() {
    let (service, provider, key, both) = stage("", None).await;
    service.opened(CLERK, "clerk").await;
    link(&service, &both, (CLERK.1, "zhou")).await;
    let stranger = Key::fresh().expect("a key");
    let begun = sessions(&service).await;
    let now = service.now().unix_timestamp();
    let claim =
        |name: &'static str, value: Value| move |claims: &mut Value| claims[name] = value.clone();
    let changes: [(&str, Change); 7] = [
        ("openid.nonce", Box::new(claim("nonce", json!("another")))),
        ("openid.audience", Box::new(claim("aud", json!("another")))),
        ("openid.client", Box::new(claim("azp", json!("another")))),
        (
            "openid.issuer",
            Box::new(claim("iss", json!("https://else.example"))),
        ),
        ("openid.expired", Box::new(claim("exp", json!(now - 60)))),
        ("openid.stale", Box::new(claim("iat", json!(now - 3_600)))),
        (
            "openid.access-digest",
            Box::new(claim("at_hash", json!("another"))),
        ),
    ];
    for (code, change) in changes {
        let sent = sent(&service).await;
        let mut claims = claims(&service, &provider, &sent);
        change(&mut claims);
        provider.gives(Some(key.token(&header(), &claims).expect("a token")));
        refused(&service, (sent.back(&provider.issuer), &sent.cookie), code).await;
    }
    let sent_now = sent(&service).await;
    let good = claims(&service, &provider, &sent_now);
    let none = format!("{}.", input(&json!({"alg": "none"}), &good));
    let mac = input(&json!({"alg": "HS256", "kid": "one"}), &good);
    let tag = crypto::mac::hmac_sha256(key.spki(), mac.as_bytes());
    let mac = format!("{mac}.{}", URL_SAFE_NO_PAD.encode(tag));
    let forged = stranger.token(&header(), &good).expect("a token");
    let other = stranger
        .token(&json!({"alg": "ES256", "kid": "two"}), &good)
        .expect("a token");
    let kind = json!({"alg": "ES256", "kid": "one", "typ": "at+jwt"});
    let kind = key.token(&kind, &good).expect("a token");
    for (token, code) in [
        (Some(none), "openid.algorithm"),
        (Some(mac), "openid.algorithm"),
        (Some(forged), "openid.signature"),
        (Some(other), "openid.key"),
        (Some(kind), "openid.kind"),
        (None, "openid.denied"),
    ] {
        let sent = sent(&service).await;
        provider.gives(token);
        refused(&service, (sent.back(&provider.issuer), &sent.cookie), code).await;
    }
    assert_eq!(sessions(&service).await, begun, "nobody was let in");
}

/// Whoever comes back so is turned away under this code, in the answer and in the service's own trace.
async fn refused(service: &Service, came: (String, &str), code: &str) {
    refused_in(service, OWN, came, code).await;
}

/// So in the trace of a department.
pub(crate) async fn refused_in(
    service: &Service,
    whose: &str,
    (back, cookie): (String, &str),
    code: &str,
) {
    let before = grounds(service, whose).await.len();
    let answer = returns(service, back, cookie).await;
    let told = problem(&answer);
    assert_eq!(
        (told.0, told.1.as_str(), told.2.as_str()),
        (401, "sign-in.refused", code)
    );
    assert!(answer.headers.get("set-cookie").is_none());
    let after = grounds(service, whose).await;
    assert_eq!(after.get(before..), Some([code.to_owned()].as_slice()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_otherwise_than_they_were_sent_is_turned_away() {
    let (service, provider, key, both) = stage("", None).await;
    service.opened(CLERK, "clerk").await;
    link(&service, &both, (CLERK.1, "zhou")).await;
    let begun = sessions(&service).await;
    let other = sent(&service).await;
    for (case, code) in [
        ("no cookie", "openid.state"),
        ("another's cookie", "openid.state"),
        ("made up", "openid.state"),
        ("late", "openid.state"),
        ("another issuer", "openid.issuer"),
        ("no issuer", "openid.issuer"),
        ("refused there", "openid.denied"),
        ("no code", "openid.answer"),
    ] {
        let sent = sent(&service).await;
        let token = key.token(&header(), &claims(&service, &provider, &sent));
        provider.gives(Some(token.expect("a token")));
        let (back, state) = (sent.back(&provider.issuer), sent.value("state"));
        let issuer = escaped(&provider.issuer);
        let path = format!("/sign-in/openid/back?state={state}");
        let (back, cookie) = match case {
            "no cookie" => (back, String::new()),
            "another's cookie" => (back, other.cookie.clone()),
            "made up" => (back, format!("__Host-yinxin-openid={}", "A".repeat(43))),
            "another issuer" => (sent.back("https://else.example"), sent.cookie),
            "no issuer" => (format!("{path}&code=a"), sent.cookie),
            "refused there" => (
                format!("{path}&iss={issuer}&error=access_denied"),
                sent.cookie,
            ),
            "no code" => (format!("{path}&iss={issuer}"), sent.cookie),
            _ => {
                service.wait(SignedDuration::minutes(5));
                (back, sent.cookie)
            }
        };
        refused(&service, (back, &cookie), code).await;
    }
    assert_eq!(sessions(&service).await, begun, "nobody was let in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_is_said_to_be_and_local_accounts_go_on() {
    let (service, provider, key, both) = stage("", None).await;
    service.person(CLERK, "clerk").await;
    provider.goes_away(true);
    let away = problem(&service.call(Call::get("/sign-in/openid")).await);
    assert_eq!((away.0, away.1.as_str()), (503, "sign-in.provider-away"));
    let page = Call::get("/sign-in/openid").field("accept", "text/html");
    assert_eq!(
        place(&service.call(page).await),
        "/desk#sign-in.provider-away"
    );
    service.signs_in(CLERK.1, None).await;
    provider.goes_away(false);
    service.wait(SignedDuration::seconds(30));
    link(&service, &both, (CLERK.1, "zhou")).await;
    let answer = comes(&service, (&provider, &key), "zhou").await;
    assert_eq!(place(&answer), "/desk");
    // Another key: asked for once, and taken.
    let young = Key::fresh().expect("a key");
    provider.has(&young, "two");
    service.wait(SignedDuration::seconds(30));
    let sent = sent(&service).await;
    let header = json!({"alg": "ES256", "kid": "two"});
    let token = young.token(&header, &claims(&service, &provider, &sent));
    provider.gives(Some(token.expect("a token")));
    let answer = returns(&service, sent.back(&provider.issuer), &sent.cookie).await;
    assert_eq!(place(&answer), "/desk");
}

/// What a stranger's page has a browser send fills no trace, and keeps nobody behind the same address from signing in.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_turned_away_too_often_waits_and_who_was_sent_does_not() {
    let (service, provider, key, both) = stage("", None).await;
    service.opened(CLERK, "clerk").await;
    link(&service, &both, (CLERK.1, "zhou")).await;
    let knocks = async || {
        let back = "/sign-in/openid/back?code=a&code=b".to_owned();
        returns(&service, back, "").await
    };
    for _ in 0..30 {
        assert_eq!(problem(&knocks().await).2, "openid.answer");
    }
    let written = grounds(&service, OWN).await.len();
    let waits = problem(&knocks().await);
    assert_eq!((waits.0, waits.1.as_str()), (429, "sign-in.delayed"));
    assert_eq!(grounds(&service, OWN).await.len(), written);
    let answer = comes(&service, (&provider, &key), "zhou").await;
    assert_eq!(place(&answer), "/desk");
}

/// The language of the page goes along, and nothing else that stands in the address.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_led_back_to_the_page_that_they_left_and_nowhere_else() {
    let (service, provider, _, _) = stage("", None).await;
    for (lang, page) in [
        ("en", "/desk?lang=en#openid.state"),
        ("zh", "/desk?lang=zh#openid.state"),
        ("//else.example", "/desk#openid.state"),
    ] {
        let call = Call::get(format!("/sign-in/openid?lang={lang}&next=//else.example"));
        let sent = service.call(call).await;
        assert!(place(&sent).starts_with(&provider.issuer));
        let kept = cookie(&sent, "__Host-yinxin-openid").expect("a cookie");
        let back = "/sign-in/openid/back?state=a&lang=//else.example";
        let call = Call::get(back).field("cookie", kept);
        let answer = service.call(call.field("accept", "text/html")).await;
        assert_eq!(
            (answer.status.as_u16(), place(&answer)),
            (303, page.to_owned())
        );
    }
}
