//! The bare signer over SoftHSM2 against the token's own rate, in turns in one run:
//! `YINXIN_TEST_PKCS11=MODULE cargo bench -p custody`.
//!
//! The token's own rate: its module in this process, a thread and a session each, `C_SignInit` and `C_Sign` over a digest,
//! nothing checked after. The bare signer: `Token::sign` by as many threads, which hashes, waits for a session and takes the
//! value from another process. Ours: `KeyStore::sign`, which asks the authorisation before and checks every value under its
//! public key after (T-C3). Beside signatures a second there are signatures for each second of processor time, of this process
//! and of those that speak to the token: a machine that is busy with other things changes these little.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crypto::device::{Device, Handle, Order};
use crypto::{Authorisation, Cost, KeyAlgorithm, KeyId, KeyStore, KeyUse, SystemRandom, sha256};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use custody::{Settings, Token};
use time::UtcDateTime;

const MODULE: &str = "YINXIN_TEST_PKCS11";
const FOLDER: &str = "YINXIN_BENCH_FOLDER";
const LABEL: &str = "bench";
const PIN: &str = "271828";
const MESSAGE: &[u8] = b"one signature";
/// Measurements of each; the middle one is told.
const ROUNDS: usize = 7;
const EACH: Duration = Duration::from_secs(1);

fn main() {
    let module = std::env::var(MODULE).expect("YINXIN_TEST_PKCS11 names SoftHSM2's module");
    match std::env::var(FOLDER) {
        Ok(folder) => measure(&module, Path::new(&folder)),
        Err(_) => prepare(),
    }
}

/// Makes a token, and measures in a process that the module finds it from.
fn prepare() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tokens, conf) = (folder.path().join("tokens"), folder.path().join("conf"));
    std::fs::create_dir(&tokens).expect("a folder");
    let text = format!(
        "directories.tokendir = {}\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(&conf, text).expect("written");
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", LABEL])
        .args(["--so-pin", "314159", "--pin", PIN])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .expect("softhsm2-util is there where its module is");
    assert!(made.status.success(), "{made:?}");
    let own = std::env::current_exe().expect("this program");
    let done = Command::new(own)
        .env("SOFTHSM2_CONF", &conf)
        .env(FOLDER, folder.path())
        .status();
    assert!(done.expect("it runs").success());
}

fn measure(module: &str, folder: &Path) {
    let raw = Pkcs11::new(module).expect("the module");
    let settings = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
    raw.initialize(settings).expect("initialised");
    println!("signatures a second, the middle of {ROUNDS} rounds in turns; ratios of one round");
    let kinds = [
        ("P-256", KeyAlgorithm::EcP256),
        ("RSA 3072", KeyAlgorithm::Rsa),
    ];
    for (name, kind) in kinds {
        for threads in [1, 2, 4] {
            let path = folder.join(format!("{name}-{threads}"));
            let (store, token) = store(module, &path, kind, threads);
            let handle = store.list().first().and_then(|key| key.device);
            let handle = handle.expect("a key in the token");
            let key = store.list().into_iter().next().expect("a key");
            let bare = || {
                let by = (&key.public, key.algorithm);
                let sign = || drop(token.sign(handle, by, MESSAGE).expect("signs"));
                rate(threads, &token.processes(), || sign)
            };
            let rounds: Vec<[Rate; 3]> = (0..ROUNDS)
                .map(|_| {
                    let own = raw_rate(&raw, handle, kind, threads);
                    [own, bare(), our_rate(&store, &token, threads)]
                })
                .collect();
            println!("{name}, {threads} at once");
            tell("a second", &rounds, |rate| rate.wall);
            tell("a second of processor time", &rounds, |rate| rate.processor);
        }
    }
}

/// The middle of each, and of the ratios of one round.
fn tell(what: &str, rounds: &[[Rate; 3]], of: impl Fn(&Rate) -> f64) {
    let middle = |of: &dyn Fn(&[Rate; 3]) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        *all.get(ROUNDS / 2).expect("rounds")
    };
    let (own, bare) = (
        middle(&|[own, _, _]| of(own)),
        middle(&|[_, bare, _]| of(bare)),
    );
    let ours = middle(&|[_, _, ours]| of(ours));
    let by_bare = middle(&|[own, bare, _]| of(bare) / of(own));
    let by_ours = middle(&|[own, _, ours]| of(ours) / of(own));
    println!(
        "  {what}: the token's own {own:.0}, bare {bare:.0} ({by_bare:.2}), ours {ours:.0} ({by_ours:.2})"
    );
}

/// A store with one key in the token, and the token.
fn store(module: &str, path: &Path, kind: KeyAlgorithm, sessions: usize) -> (KeyStore, Arc<Token>) {
    let settings = Settings {
        program: env!("CARGO_BIN_EXE_yinxin-token").into(),
        environment: Vec::new(),
        module: module.into(),
        label: LABEL.to_owned(),
        sessions,
        wait: Duration::from_secs(60),
        limit: Duration::from_secs(60),
        sm2: None,
    };
    let token = Arc::new(Token::new(settings, PIN.as_bytes().to_vec().into()));
    let random = SystemRandom::new();
    let store = KeyStore::create_at_cost(path, b"passphrase", Cost::FOR_TESTS, &random);
    let store = store.expect("a store").over_device(token.clone(), &[]);
    let order = Order {
        id: id(),
        for_use: KeyUse::Ocsp,
        kind,
        algorithm: None,
        seal: None,
    };
    store.make(&[order], &random).expect("a key");
    (store, token)
}

fn id() -> KeyId {
    KeyId::parse("one").expect("a plain name")
}

/// Signatures in a time.
struct Rate {
    wall: f64,
    processor: f64,
}

/// Seconds of processor time that this process and others have had (`utime` and `stime` of `/proc/PID/stat`).
fn processor(others: &[u32]) -> f64 {
    let others = others.iter().map(u32::to_string);
    let ticks = others.chain(["self".to_owned()]).map(|process| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let times = fields.split_whitespace().skip(11).take(2);
        let times = times.map(|ticks| ticks.parse::<f64>().expect("a number"));
        times.sum::<f64>()
    });
    // USER_HZ is 100 wherever Linux runs.
    ticks.sum::<f64>() / 100.0
}

/// As many signatures as threads of `turn` make in a second; a turn prepares and gives what signs once.
fn rate<F: FnMut()>(threads: usize, others: &[u32], turn: impl Fn() -> F + Sync) -> Rate {
    let before = processor(others);
    let count: u32 = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut once = turn();
                    once();
                    let (begin, mut count) = (Instant::now(), 0);
                    while begin.elapsed() < EACH {
                        once();
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        let counts = running.into_iter().map(|thread| thread.join());
        counts.map(|count| count.expect("it returns")).sum()
    });
    let count = f64::from(count);
    Rate {
        wall: count / EACH.as_secs_f64(),
        processor: count / (processor(others) - before),
    }
}

fn raw_rate(module: &Pkcs11, handle: Handle, kind: KeyAlgorithm, threads: usize) -> Rate {
    // What a caller of the module prepares once: DigestInfo of SHA-256, of which ECDSA takes the digest alone.
    let info = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let digest = sha256(MESSAGE);
    let octets = match kind {
        KeyAlgorithm::Rsa => [&info[..], &digest].concat(),
        _ => digest.to_vec(),
    };
    let slots = module.get_slots_with_initialized_token().expect("slots");
    let slot = *slots.first().expect("the token");
    // The first session logs all of them in.
    let first = module.open_ro_session(slot).expect("a session");
    let _in = first.login(UserType::User, Some(&AuthPin::from(PIN)));
    rate(threads, &[], || {
        let session = module.open_ro_session(slot).expect("a session");
        let private = Attribute::Class(ObjectClass::PRIVATE_KEY);
        let found = session.find_objects(&[private, Attribute::Id(handle.0.to_vec())]);
        let key = *found.expect("looked for").first().expect("the key");
        let octets = &octets;
        move || {
            let mechanism = match kind {
                KeyAlgorithm::Rsa => Mechanism::RsaPkcs,
                _ => Mechanism::Ecdsa,
            };
            session.sign(&mechanism, key, octets).expect("signs");
        }
    })
}

fn our_rate(store: &KeyStore, token: &Token, threads: usize) -> Rate {
    let now = UtcDateTime::UNIX_EPOCH;
    let under = Authorisation::journalled(id(), KeyUse::Ocsp, MESSAGE, now);
    rate(threads, &token.processes(), || {
        let under = &under;
        move || {
            store.sign(MESSAGE, under).expect("signs");
        }
    })
}
