//! Each code is listed once, and says when to come back where it asks to.

use super::*;

#[test]
fn each_code_is_listed_once() {
    let codes = Code::ALL.iter().map(|code| code.text().0);
    let seen: std::collections::BTreeSet<_> = codes.collect();
    assert_eq!(seen.len(), Code::ALL.len());
}

#[test]
fn an_answer_that_asks_to_come_back_says_when() {
    for code in Code::ALL {
        let response = Problem::new(code).into_response();
        let says = response.headers().contains_key(header::RETRY_AFTER);
        assert_eq!(says, [429, 503, 507].contains(&code.text().1), "{code:?}");
    }
}
