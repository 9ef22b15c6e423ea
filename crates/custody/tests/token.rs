//! What a token alone does, and what becomes of a service whose token is away, slow, lost or lying.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crypto::device::{Device, Fault, Handle, Order};
use crypto::{
    Authorisation, Consent, Digest, DigestAlgorithm, KeyAlgorithm, KeyStoreError, KeyUse,
    PublicKey, SignError, Signature, SignatureAlgorithm, SystemRandom,
};
use custody::{Settings, Token};
use time::UtcDateTime;

use crate::softhsm::{PIN, SoftHsm, id, made, token};

const MESSAGE: &[u8] = b"what is to be signed";
const P256: (KeyAlgorithm, SignatureAlgorithm) =
    (KeyAlgorithm::EcP256, SignatureAlgorithm::EcdsaP256Sha256);
const ONE: Handle = Handle([1; 16]);

/// A key in a token, and what it is asked.
struct Key<'a>(&'a Token, PublicKey);

impl Key<'_> {
    fn of(token: &Token) -> Key<'_> {
        let made = token.make(ONE, &id("one"), P256.0).expect("a key");
        Key(token, made)
    }

    fn sign(&self) -> Result<(), Fault> {
        let signature = self.0.sign(ONE, (&self.1, P256.1), MESSAGE)?;
        assert_eq!(self.1.check(P256.1, MESSAGE, &signature), Ok(()));
        Ok(())
    }
}

/// Sends a signal to processes of ours.
pub(crate) fn signal(name: &str, processes: &[u32]) {
    let mut command = Command::new("kill");
    command.arg(format!("-{name}"));
    command.args(processes.iter().map(u32::to_string));
    assert!(command.status().expect("kill is there").success());
}

#[test]
fn rsa_signs_by_all_its_algorithms() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    use SignatureAlgorithm as A;
    let token = softhsm.token();
    let public = token
        .make(ONE, &id("rsa"), KeyAlgorithm::Rsa)
        .expect("a key");
    assert_eq!(public.algorithm(), KeyAlgorithm::Rsa);
    for algorithm in [
        A::RsaPkcs1Sha256,
        A::RsaPkcs1Sha384,
        A::RsaPkcs1Sha512,
        A::RsaPssSha256,
        A::RsaPssSha384,
        A::RsaPssSha512,
    ] {
        let signature = token.sign(ONE, (&public, algorithm), MESSAGE);
        let signature = signature.unwrap_or_else(|fault| panic!("{algorithm:?}: {fault}"));
        let checked = public.check(algorithm, MESSAGE, &signature);
        assert_eq!(checked, Ok(()), "{algorithm:?}");
    }
}

#[test]
fn sm2_is_refused_where_the_token_has_no_mechanism_and_stays_in_the_file_where_that_is_said() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    // SoftHSM2 makes keys on the curve, and nothing that signs with them is SM2.
    let unnamed = softhsm.token();
    let named = token(
        Settings {
            sm2: Some(0x8000_0101),
            ..softhsm.settings()
        },
        PIN,
    );
    for token in [unnamed.clone(), named] {
        let made = token.make(ONE, &id("sm2"), KeyAlgorithm::Sm2);
        assert_eq!(made, Err(Fault::Unsupported));
    }
    let store = made(&softhsm.folder.path().join("keys"));
    let store = store.over_device(unnamed, &[KeyAlgorithm::Sm2]);
    let order = |name: &str, kind| Order {
        id: id(name),
        for_use: KeyUse::Ocsp,
        kind,
        algorithm: None,
        seal: None,
    };
    let orders = [
        order("national", KeyAlgorithm::Sm2),
        order("other", KeyAlgorithm::EcP256),
    ];
    store.make(&orders, &SystemRandom::new()).expect("two keys");
    let places: Vec<bool> = store
        .list()
        .iter()
        .map(|key| key.device.is_some())
        .collect();
    assert_eq!(places, [false, true]);
    for name in ["national", "other"] {
        let at = UtcDateTime::UNIX_EPOCH;
        let under = Authorisation::journalled(id(name), KeyUse::Ocsp, MESSAGE, at);
        assert!(store.sign(MESSAGE, &under).is_ok(), "{name}");
    }
}

#[test]
fn keys_cannot_be_read_out_and_a_discarded_one_is_gone() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let token = softhsm.token();
    let key = Key::of(&token);
    let told = dumped(&softhsm.tokens());
    for line in [
        "CKA_SENSITIVE: TRUE",
        "CKA_EXTRACTABLE: FALSE",
        "CKA_SIGN: TRUE",
        "CKA_DECRYPT: FALSE",
    ] {
        assert!(
            told.contains(&line.to_owned()),
            "{line} is not among {told:?}"
        );
    }
    key.sign().expect("it signs");
    token.discard(ONE).expect("discarded");
    assert_eq!(key.sign(), Err(Fault::UnknownKey));
    assert!(dumped(&softhsm.tokens()).is_empty());
}

/// What the token's private key says of itself, as SoftHSM2's own program prints it: a name, then a value, on lines of their own.
fn dumped(tokens: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for token in std::fs::read_dir(tokens).expect("a folder").flatten() {
        for file in std::fs::read_dir(token.path()).expect("a folder").flatten() {
            let path = file.path();
            if path.extension().is_none_or(|end| end != "object") || path.ends_with("token.object")
            {
                continue;
            }
            let told = Command::new("softhsm2-dump-file").arg(&path).output();
            let told = String::from_utf8(told.expect("it is there").stdout).expect("text");
            if told.contains("CKO_PRIVATE_KEY") {
                found.push(told);
            }
        }
    }
    let all = found.join("\n");
    let mut name = "";
    let mut lines = Vec::new();
    for line in all.lines() {
        let last = line.split_whitespace().next_back().unwrap_or_default();
        match last {
            "TRUE" | "FALSE" => lines.push(format!("{name}: {last}")),
            _ if last.starts_with("CKA_") => name = last,
            _ => {}
        }
    }
    lines
}

#[test]
fn a_token_that_is_away_is_told_and_one_that_is_back_signs() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let first = softhsm.token();
    let key = Key::of(&first);
    let (there, away) = (softhsm.tokens(), softhsm.folder.path().join("away"));
    std::fs::rename(&there, &away).expect("moved");
    std::fs::create_dir(&there).expect("an empty folder");
    // A process that starts without its token, and the same one when it is back.
    let later = softhsm.token();
    let of_later = Key(&later, key.1.clone());
    assert_eq!(of_later.sign(), Err(Fault::Absent));
    assert!(later.processes().is_empty());
    std::fs::remove_dir(&there).expect("removed");
    std::fs::rename(&away, &there).expect("moved back");
    assert_eq!(of_later.sign(), Ok(()));
    assert_eq!(key.sign(), Ok(()));
}

#[test]
fn a_wrong_pin_is_tried_once_and_locks_nothing() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let right = softhsm.token();
    let public = Key::of(&right).1;
    let wrong = token(softhsm.settings(), "000000");
    let asked = || Key(&wrong, public.clone()).sign();
    assert_eq!(asked(), Err(Fault::Pin));
    // The token is away now: who asked it again would hear so.
    let away = softhsm.folder.path().join("away");
    std::fs::rename(softhsm.tokens(), away).expect("moved");
    assert_eq!(asked(), Err(Fault::Pin));
    assert!(wrong.processes().is_empty());
    assert!(!format!("{wrong:?}").contains("000000"));
}

#[test]
fn a_process_that_was_killed_is_followed_by_another() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let token = softhsm.token();
    let key = Key::of(&token);
    let before = token.processes();
    signal("KILL", &before);
    // It may still be dying when it is asked: then that is told, and the next one is asked of another.
    let first = key.sign();
    assert!(matches!(first, Ok(()) | Err(Fault::Lost)), "{first:?}");
    assert_eq!(key.sign(), Ok(()));
    assert_ne!(token.processes(), before);
}

#[test]
fn killed_in_the_middle_a_token_loses_nothing_and_signs_nothing_twice() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let token = softhsm.token();
    let key = Key::of(&token);
    let begun = token.processes();
    // Stopped, it has taken the question when it is killed, and nobody knows what it did with it.
    signal("STOP", &begun);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| key.sign());
        signal("KILL", &begun);
        let told = asked.join().expect("it returns");
        // Asked before it was killed: lost, and not asked of another. Asked after: another signed.
        assert!(matches!(told, Ok(()) | Err(Fault::Lost)), "{told:?}");
    });
    let (good, lost) = under_fire(&token, &key);
    assert!(good > 0 && lost < 200, "{good} good, {lost} lost");
    // Both sessions may still be dying; who asks after them is answered by a third.
    let told = [key.sign(), key.sign(), key.sign()];
    assert_eq!(told[2], Ok(()), "{told:?}");
    assert!(token.processes().len() <= 2);
}

/// Two threads sign a hundred times each while processes are killed; every value was good, and each failure was `Lost`.
fn under_fire(token: &Token, key: &Key<'_>) -> (usize, usize) {
    let each = || {
        let told: Vec<_> = (0..100).map(|_| key.sign()).collect();
        let other = told
            .iter()
            .find(|told| !matches!(told, Ok(()) | Err(Fault::Lost)));
        assert_eq!(other, None);
        told.iter().filter(|told| told.is_ok()).count()
    };
    std::thread::scope(|scope| {
        let threads = [scope.spawn(each), scope.spawn(each)];
        while !threads.iter().all(|thread| thread.is_finished()) {
            for process in token.processes() {
                // One that is gone meanwhile is no failure.
                let _gone = Command::new("kill")
                    .args(["-KILL", &process.to_string()])
                    .output();
            }
        }
        let good: usize = threads
            .map(|thread| thread.join().expect("it returns"))
            .iter()
            .sum();
        (good, 200 - good)
    })
}

#[test]
fn a_token_that_does_not_answer_is_slow_and_the_next_one_who_asks_is_answered() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let settings = Settings {
        sessions: 1,
        limit: Duration::from_secs(5),
        ..softhsm.settings()
    };
    let patient = token(settings.clone(), PIN);
    let public = Key::of(&patient).1;
    let token = token(
        Settings {
            wait: Duration::from_millis(10),
            limit: Duration::from_millis(400),
            ..settings
        },
        PIN,
    );
    let key = Key(&token, public);
    // On a machine that is busy itself a start may take longer: what is asked here is only what it says then.
    while key.sign() == Err(Fault::Slow) {}
    signal("STOP", &token.processes());
    let told = std::thread::scope(|scope| {
        let threads = [scope.spawn(|| key.sign()), scope.spawn(|| key.sign())];
        threads.map(|thread| thread.join().expect("it returns"))
    });
    // One had the session, the other waited for it no longer than it was to.
    assert!(
        told.contains(&Err(Fault::Slow)) && told.contains(&Err(Fault::Busy)),
        "{told:?}"
    );
    while key.sign() == Err(Fault::Slow) {}
    assert_eq!(key.sign(), Ok(()));
}

/// A shared library that does this when it is asked for its functions.
fn module(folder: &Path, does: &str) -> std::path::PathBuf {
    let (source, library) = (folder.join("module.c"), folder.join("module.so"));
    let text = format!(
        "#include <stdlib.h>\n#include <unistd.h>\nlong C_GetFunctionList(void **l) {{ {does}; return 5; }}\n\
         long C_GetInterface(void *a, void *b, void **l, long f) {{ {does}; return 5; }}\n"
    );
    std::fs::write(&source, text).expect("written");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source);
    assert!(compiler.status().expect("cc is there").success());
    library
}

#[test]
fn a_module_that_falls_hangs_or_is_none_takes_its_own_process_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = |module: std::path::PathBuf| Settings {
        program: env!("CARGO_BIN_EXE_yinxin-token").into(),
        environment: Vec::new(),
        module,
        label: "none".to_owned(),
        sessions: 1,
        wait: Duration::from_secs(60),
        limit: Duration::from_secs(60),
        sm2: None,
    };
    let asked = |settings: Settings| {
        let token = token(settings, PIN);
        let told = token.discard(ONE);
        assert!(token.processes().is_empty());
        told
    };
    let falls = module(folder.path(), "abort()");
    assert_eq!(asked(settings(falls)), Err(Fault::Lost));
    let hangs = Settings {
        limit: Duration::from_millis(50),
        ..settings(module(folder.path(), "for (;;) pause()"))
    };
    assert_eq!(asked(hangs), Err(Fault::Slow));
    let none = settings(folder.path().join("none.so"));
    assert_eq!(asked(none.clone()), Err(Fault::Module));
    let no_program = Settings {
        program: folder.path().join("none"),
        ..none
    };
    assert_eq!(asked(no_program), Err(Fault::NotStarted));
}

/// A device that makes another value than it should (T-C3), or none.
#[derive(Debug)]
struct Lying(Arc<Token>, Option<Signature>);

impl Device for Lying {
    fn make(
        &self,
        handle: Handle,
        name: &crypto::KeyId,
        kind: KeyAlgorithm,
    ) -> Result<PublicKey, Fault> {
        self.0.make(handle, name, kind)
    }

    fn sign(
        &self,
        handle: Handle,
        by: (&PublicKey, SignatureAlgorithm),
        _message: &[u8],
    ) -> Result<Signature, Fault> {
        match &self.1 {
            Some(value) => Ok(value.clone()),
            None => self.0.sign(handle, by, b"something else"),
        }
    }

    fn discard(&self, handle: Handle) -> Result<(), Fault> {
        self.0.discard(handle)
    }

    fn answers(&self, now: Instant) -> Result<(), Fault> {
        self.0.answers(now)
    }
}

#[test]
fn a_value_that_is_not_good_does_not_leave() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let values = [None, Some(Signature::new(vec![0x30, 6, 2, 1, 1, 2, 1, 1]))];
    for (turn, value) in values.into_iter().enumerate() {
        let store = made(&softhsm.folder.path().join(format!("keys-{turn}")));
        let store = store.over_device(Arc::new(Lying(softhsm.token(), value)), &[]);
        let order = Order {
            id: id("one"),
            for_use: KeyUse::Ocsp,
            kind: KeyAlgorithm::EcP256,
            algorithm: None,
            seal: None,
        };
        store.make(&[order], &SystemRandom::new()).expect("a key");
        let at = UtcDateTime::UNIX_EPOCH;
        let under = Authorisation::journalled(id("one"), KeyUse::Ocsp, MESSAGE, at);
        assert_eq!(store.sign(MESSAGE, &under), Err(SignError::SelfCheck));
    }
}

#[test]
fn a_person_s_key_in_a_token_signs_the_digest_that_they_consented_to() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let store = made(&softhsm.folder.path().join("keys"));
    let store = store.over_device(softhsm.token(), &[]);
    let order = |name: &str, kind| Order {
        id: id(name),
        for_use: KeyUse::Person,
        kind,
        algorithm: None,
        seal: None,
    };
    let orders = [
        order("person-a1", KeyAlgorithm::EcP256),
        order("person-a2", KeyAlgorithm::EcP384),
    ];
    store.make(&orders, &SystemRandom::new()).expect("two keys");
    let digest = Digest::of(DigestAlgorithm::Sha256, MESSAGE);
    let at = UtcDateTime::UNIX_EPOCH;
    let sign = |signer: &str, document: &[u8]| {
        let consent = Consent {
            signer: signer.to_owned(),
            document: document.try_into().expect("32 octets"),
            intent: "同意".to_owned(),
            at,
            list: None,
        };
        let key = id(&format!("person-{signer}"));
        let under = Authorisation::consented(key, MESSAGE, at, consent);
        store.sign_digest(&digest, &under)
    };
    let signature = sign("a1", digest.bytes()).expect("signs");
    let (key, algorithm, _) = store.public_key(&id("person-a1")).expect("there");
    assert_eq!(key.check(algorithm, MESSAGE, &signature), Ok(()));
    assert_eq!(sign("a1", &[7; 32]), Err(SignError::NotConsented));
    let unsupported = Err(SignError::DigestUnsupported);
    assert_eq!(sign("a2", digest.bytes()), unsupported);
}

#[test]
fn a_store_whose_device_is_not_configured_lists_its_keys_and_says_why_they_do_not_sign() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let path = softhsm.folder.path().join("keys");
    let order = Order {
        id: id("one"),
        for_use: KeyUse::Ocsp,
        kind: KeyAlgorithm::EcP256,
        algorithm: None,
        seal: None,
    };
    let store = made(&path).over_device(softhsm.token(), &[]);
    store
        .make(std::slice::from_ref(&order), &SystemRandom::new())
        .expect("a key");
    let bare = crypto::KeyStore::open_at_cost(&path, crypto::Cost::FOR_TESTS).expect("opens");
    bare.unlock(crate::softhsm::PASSPHRASE)
        .expect("the passphrase");
    assert_eq!(bare.list(), store.list());
    let under =
        Authorisation::journalled(id("one"), KeyUse::Ocsp, MESSAGE, UtcDateTime::UNIX_EPOCH);
    let refused = Err(SignError::Device(Fault::NotConfigured));
    assert_eq!(bare.sign(MESSAGE, &under), refused);
    // A device that fails while a key is made leaves the store as it was.
    let absent = Settings {
        label: "another".to_owned(),
        ..softhsm.settings()
    };
    let over = bare.over_device(token(absent, PIN), &[]);
    let refused = over.make(
        &[Order {
            id: id("two"),
            ..order
        }],
        &SystemRandom::new(),
    );
    let source = Fault::Absent;
    assert_eq!(
        refused,
        Err(KeyStoreError::Device {
            key: id("two"),
            source
        })
    );
    assert_eq!(over.list().len(), 1);
}
