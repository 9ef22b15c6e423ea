//! A person signs on a page in a browser: with a finger on a telephone, and with a keyboard alone.

use std::path::Path;

use serde_json::{Value, json};
use server::Call;
use tests::browser::Browser;
use tests::paper::{form, page};

use super::content;
use super::stage::{Service, keyed, text};

const BOARD: &str = "!document.querySelector('#board').hidden";

fn pictured(browser: &mut Browser, name: &str) {
    if let Some(kept) = std::env::var_os("YINXIN_PICTURES") {
        let file = Path::new(&kept).join(format!("pad-{name}.png"));
        browser.picture(&file).expect("kept");
    }
}

/// A page for somebody: its identifier, link and code.
async fn asked(service: &Service) -> Value {
    let mut order = content::pad();
    order["visible"] = json!({"page": 1, "x_mm": 120, "y_mm": 40});
    let call = keyed(form("/v1/pads", &order, &page("form")));
    let bureau = service.at("Q-APR");
    let made = bureau.call("approvals", call, service.now()).await;
    let made = made.expect("an answer");
    assert_eq!(made.status, 201, "{}", made.json());
    made.json()
}

async fn state(service: &Service, made: &Value) -> Value {
    let call = Call::get(format!("/v1/pads/{}", text(made, "pad")));
    let bureau = service.at("Q-APR");
    let told = bureau.call("approvals", call, service.now()).await;
    told.expect("an answer").json()["state"].clone()
}

/// Where the board lies in the window: left, top, width, height.
fn board(browser: &mut Browser) -> [f64; 4] {
    let look = "(() => { const board = document.querySelector('canvas'); board.scrollIntoView({block: 'center'}); \
                const box = board.getBoundingClientRect(); return [box.left, box.top, box.width, box.height]; })()";
    let told = browser.value(look).expect("a board");
    serde_json::from_value(told).expect("four numbers")
}

/// A name, as far as a test can write: strokes of fractions of the board.
fn writes(browser: &mut Browser) {
    let [left, top, width, height] = board(browser);
    let strokes: [&[(f64, f64)]; 5] = [
        &[(0.10, 0.35), (0.20, 0.34), (0.30, 0.33), (0.38, 0.32)],
        &[(0.24, 0.15), (0.24, 0.35), (0.24, 0.60), (0.25, 0.85)],
        &[(0.23, 0.40), (0.18, 0.55), (0.12, 0.68)],
        &[(0.26, 0.40), (0.32, 0.52), (0.38, 0.62)],
        &[
            (0.60, 0.20),
            (0.58, 0.45),
            (0.62, 0.70),
            (0.75, 0.75),
            (0.88, 0.55),
        ],
    ];
    for stroke in strokes {
        let place = |(x, y): &(f64, f64)| (left + x * width, top + y * height);
        let points: Vec<_> = stroke.iter().map(place).collect();
        browser.stroke(&points).expect("a stroke");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_with_a_finger_on_a_telephone() {
    let service = Service::on_this_machine().await;
    let Some(mut browser) = Browser::expected().expect("it begins") else {
        return;
    };
    let made = asked(&service).await;
    browser.as_telephone((390, 844)).expect("a telephone");
    let link = format!("{}?lang=en", text(&made, "link"));
    browser.open(&link).expect("the door");
    pictured(&mut browser, "door");
    browser.write("[name=code]", "12").expect("a field");
    browser.follow("form button").expect("the door again");
    let refused = "document.querySelector('[role=alert]').innerText.startsWith('Not opened')";
    browser.wait(refused).expect("refused");
    pictured(&mut browser, "refused");
    browser
        .write("[name=code]", &text(&made, "code"))
        .expect("a field");
    browser.follow("form button").expect("it opens");
    browser.wait(BOARD).expect("a board");
    let is_wide = "document.documentElement.scrollWidth <= 390";
    assert_eq!(browser.value(is_wide).expect("a width"), json!(true));
    pictured(&mut browser, "open");
    // Without a stroke what was written cannot be signed with; a stroke is taken back, and all of them.
    let closed = "document.querySelector('#written').disabled";
    assert_eq!(browser.value(closed).expect("a button"), json!(true));
    writes(&mut browser);
    let count = "document.querySelector('#count').innerText";
    browser
        .wait(&format!("{count} === 'Strokes: 5'"))
        .expect("five");
    browser.press("#undo").expect("a button");
    browser
        .wait(&format!("{count} === 'Strokes: 4'"))
        .expect("four");
    browser.press("#clear").expect("a button");
    browser
        .wait(&format!("{count} === 'Strokes: 0'"))
        .expect("none");
    assert_eq!(browser.value(closed).expect("a button"), json!(true));
    writes(&mut browser);
    browser
        .wait(&format!("!{closed}"))
        .expect("it may be signed");
    browser.press("[name=read]").expect("a box");
    pictured(&mut browser, "written");
    browser.follow("#written").expect("signed");
    browser
        .wait("document.querySelector('.answer.good') !== null")
        .expect("signed");
    pictured(&mut browser, "signed");
    assert_eq!(state(&service, &made).await, "signed");
    // Nothing that a script of the page could tell is told to it.
    let cookie = browser.value("document.cookie").expect("a text");
    assert_eq!(cookie, json!(""));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_with_a_keyboard_alone_and_without_handwriting() {
    let service = Service::on_this_machine().await;
    let Some(mut browser) = Browser::expected().expect("it begins") else {
        return;
    };
    let made = asked(&service).await;
    browser.resize((1280, 900)).expect("a desk");
    browser.open(&text(&made, "link")).expect("the door");
    browser.tab_to("[name=code]").expect("a field");
    browser.type_in(&text(&made, "code")).expect("typed");
    browser.strike_through("Enter").expect("it opens");
    browser.wait(BOARD).expect("a board");
    pictured(&mut browser, "desktop");
    // The same at 200 %: half as many points of the page in the window.
    browser.resize((320, 450)).expect("a window");
    let is_wide = "document.documentElement.scrollWidth <= 320";
    assert_eq!(browser.value(is_wide).expect("a width"), json!(true));
    pictured(&mut browser, "narrow");
    browser.resize((1280, 900)).expect("a desk");
    browser.tab_to("[name=read]").expect("a box");
    browser.strike(" ").expect("ticked");
    browser
        .tab_to("[name=how][value=chosen]")
        .expect("a button");
    browser.strike_through("Enter").expect("signed");
    browser
        .wait("document.querySelector('.answer.good') !== null")
        .expect("signed");
    pictured(&mut browser, "over");
    assert_eq!(state(&service, &made).await, "signed");
}
