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

#[test]
fn an_answer_says_what_the_trace_has_to_get_yet() {
    let beside = |problem: Problem| {
        let response = problem.into_response();
        response.extensions().get::<Untraced>().copied()
    };
    let hidden = Problem::new(Code::NotFound);
    assert_eq!(beside(hidden.clone()), Some(Untraced("not-found")));
    assert_eq!(beside(hidden.traced()), None);
    let reused = Problem::new(Code::KeyReused);
    assert_eq!(beside(reused), Some(Untraced("idempotency.reused")));
    let ruled = Problem::new(Code::NotAdmitted);
    assert_eq!(beside(ruled.clone()), None);
    let said = ruled.untraced("seal.text");
    assert_eq!(beside(said), Some(Untraced("seal.text")));
}
