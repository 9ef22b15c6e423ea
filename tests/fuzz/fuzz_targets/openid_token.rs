#![no_main]
//! The target `openid_token` of `tests::fuzz` under libFuzzer.

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tests::fuzz::Target;
use tests::fuzz::target::named;

static TARGET: LazyLock<&'static Target> =
    LazyLock::new(|| named("openid_token").expect("a target of this name"));

fuzz_target!(|octets: &[u8]| {
    (TARGET.read)(octets);
});
