//! No signature of our own is ever refused (T-V8): a carry lost once in several hundred thousand would show here.
//!
//! `YINXIN_SM2_SIGNATURES=1000000 cargo test --release -p crypto --test all national::many` asks for the million of T-V8.

use crypto::{KeyAlgorithm, Signature, SignatureAlgorithm, SystemRandom, ThrowAway};

/// How many, where nobody says otherwise.
const USUAL: usize = 20_000;
/// How many each key makes.
const OF_A_KEY: usize = 500;

#[test]
fn no_signature_of_our_own_is_refused() {
    let asked = std::env::var("YINXIN_SM2_SIGNATURES");
    let wanted = asked.map_or(USUAL, |text| text.parse().expect("a number of signatures"));
    let mut made = 0_usize;
    while made < wanted {
        let algorithm = SignatureAlgorithm::Sm2Sm3;
        let key = ThrowAway::generate(algorithm, KeyAlgorithm::Sm2, &SystemRandom::new());
        let key = key.expect("made here");
        for _ in 0..OF_A_KEY.min(wanted - made) {
            let message = made.to_be_bytes();
            let value = key.sign(&message).expect("signs");
            let received = Signature::new(value.into_bytes());
            let checked = key.public_key().check(algorithm, &message, &received);
            assert_eq!(
                checked,
                Ok(()),
                "{received:?} by {:02x?}",
                key.public_key().spki()
            );
            made += 1;
        }
    }
    assert_eq!(made, wanted);
}
