//! SM2 and SM3 in σ, the processor time of one P-256 signature, which is taken before and after each measurement on
//! the same processor. The signatures are bare: a throw-away key does not check what it signed.

use std::hint::black_box;
use std::time::Duration;

use crypto::sm::Sm4Key;
use crypto::{
    Digest, DigestAlgorithm, KeyAlgorithm, PublicKey, Signature, SignatureAlgorithm, SystemRandom,
    ThrowAway,
};

/// Measurements; the middle one is told.
const ROUNDS: usize = 11;
/// Signatures of one measurement of σ.
const SIGNATURES: u32 = 2_000;
/// Signatures, and checks, of one measurement: the system counts processor time in steps of four milliseconds.
const MADE: u32 = 500;
const CHECKED: u32 = 2_000;
/// Checks of one measurement with keys that were never met, which have to be made first.
const STRANGERS: u32 = 400;
const MESSAGE: &[u8] = b"one signature";
/// Octets of one measurement of a digest.
const OCTETS: usize = 16 * 1024 * 1024;
/// Octets of each, where many are hashed together.
const PART: usize = OCTETS.div_ceil(160);

fn main() {
    let p256 = key(SignatureAlgorithm::EcdsaP256Sha256, KeyAlgorithm::EcP256);
    let sm2 = key(SignatureAlgorithm::Sm2Sm3, KeyAlgorithm::Sm2);
    println!("the middle of {ROUNDS}");
    for (name, key) in [("P-256", &p256), ("SM2", &sm2)] {
        let value = received(key);
        tell(&format!("{name} signature"), &p256, MADE, || {
            black_box(key.sign(black_box(MESSAGE)).expect("signs"));
        });
        tell(&format!("{name} check, key known"), &p256, CHECKED, || {
            key.public_key()
                .check(key.algorithm(), black_box(MESSAGE), &value)
                .expect("its own");
        });
        let spki = key.public_key().spki();
        tell(
            &format!("{name} check, key read for it"),
            &p256,
            CHECKED,
            || {
                PublicKey::parse(black_box(spki))
                    .expect("a key")
                    .check(key.algorithm(), MESSAGE, &value)
                    .expect("its own");
            },
        );
    }
    strangers(&p256);
    let octets = vec![0x5a; OCTETS];
    for algorithm in [DigestAlgorithm::Sm3, DigestAlgorithm::Sha256] {
        rate(&format!("{algorithm:?}"), || {
            black_box(Digest::of(algorithm, black_box(&octets)));
        });
    }
    let key = Sm4Key::new([0x5a; 16]);
    rate("SM4 in GCM", || {
        let sealed = key.seal(black_box(&octets), b"", &SystemRandom::new());
        black_box(sealed.expect("sealed"));
    });
    let sealed = key.encrypt_cbc(&[0; 16], &octets);
    rate("SM4 in CBC, deciphered", || {
        black_box(key.decrypt_cbc(&[0; 16], black_box(&sealed)));
    });
    let few = octets.get(..OCTETS / 16).expect("a part");
    rate("SM4 in CBC, a sixteenth enciphered", || {
        black_box(key.encrypt_cbc(&[0; 16], black_box(few)));
    });
    a_million_times();
    let parts: Vec<&[u8]> = octets.chunks(PART).collect();
    rate("Sm3 of 160 contents", || {
        black_box(Digest::of_each(DigestAlgorithm::Sm3, black_box(&parts)));
    });
}

/// GB/T 32907 annex A.2: one block enciphered a million times under itself. In CBC with the block before as the next one's
/// initial value and nothing else, a block is enciphered alone.
fn a_million_times() {
    let published = [
        0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32,
        0x10,
    ];
    let key = Sm4Key::new(published);
    // A chain over zeros: each block is the one before enciphered.
    let chain = key.encrypt_cbc(&published, &vec![0; 16 * 1_000_000]);
    let last = chain.get(16 * 999_999..16 * 1_000_000).expect("as many");
    assert_eq!(
        last,
        [
            0x59, 0x52, 0x98, 0xc7, 0xc6, 0xfd, 0x27, 0x1f, 0x04, 0x02, 0xf8, 0x04, 0xc3, 0x3d,
            0x3f, 0x66
        ]
    );
    println!("SM4 a million times: the published value");
}

/// Prints how fast `act` goes through [`OCTETS`].
fn rate(what: &str, mut act: impl FnMut()) {
    let one = |_| 16.0 * 1.048_576 / time(2, &mut act).as_secs_f64();
    let mut rates: Vec<f64> = (0..ROUNDS).map(one).collect();
    rates.sort_by(f64::total_cmp);
    let rate = rates.get(ROUNDS / 2).expect("there are that many");
    println!("{what:40} {rate:8.0} MB/s");
}

/// Keys that were never met: nothing is prepared for them.
fn strangers(p256: &ThrowAway) {
    let mut keys = (0..)
        .map(|_| key(SignatureAlgorithm::Sm2Sm3, KeyAlgorithm::Sm2))
        .take(ROUNDS * 400)
        .map(|key| (key.public_key().spki().to_vec(), received(&key)))
        .collect::<Vec<_>>()
        .into_iter();
    tell("SM2 check, key never met before", p256, STRANGERS, || {
        let (spki, value) = keys.next().expect("one for each");
        PublicKey::parse(&spki)
            .expect("a key")
            .check(SignatureAlgorithm::Sm2Sm3, MESSAGE, &value)
            .expect("its own");
    });
}

fn key(algorithm: SignatureAlgorithm, kind: KeyAlgorithm) -> ThrowAway {
    ThrowAway::generate(algorithm, kind, &SystemRandom::new()).expect("made here")
}

/// A signature as it would be received: nothing is known of it.
fn received(key: &ThrowAway) -> Signature {
    Signature::new(key.sign(MESSAGE).expect("signs").into_bytes())
}

/// Prints what `act` costs.
fn tell(what: &str, p256: &ThrowAway, times: u32, mut act: impl FnMut()) {
    let sigma = || {
        time(SIGNATURES, || {
            black_box(p256.sign(black_box(MESSAGE)).expect("signs"));
        })
    };
    let mut costs: Vec<(f64, Duration)> = (0..ROUNDS)
        .map(|_| {
            let before = sigma();
            let cost = time(times, &mut act);
            let sigma = (before + sigma()) / 2;
            (cost.as_secs_f64() / sigma.as_secs_f64(), cost)
        })
        .collect();
    costs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (sigmas, cost) = costs.get(ROUNDS / 2).expect("there are that many");
    let micros = cost.as_secs_f64() * 1e6;
    println!("{what:40} {sigmas:6.1} σ {micros:8.0} µs");
}

/// The processor time of one of `times`.
fn time(times: u32, mut act: impl FnMut()) -> Duration {
    let began = processor();
    for _ in 0..times {
        act();
    }
    (processor() - began) / times
}

/// The processor time of this thread until now.
fn processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("this is Linux");
    let first = told.split_whitespace().next().expect("a figure");
    Duration::from_nanos(first.parse().expect("nanoseconds"))
}
