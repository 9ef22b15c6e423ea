//! The steps of a ceremony at the command line: a whole one, its drill, and what is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crypto::{KeyAlgorithm, SeededRandom, Signer, SoftwareSigner, generate_pkcs8};

use super::{Ran, fixture, run};

const KEEPERS: [&str; 3] = ["li-si", "wang-wu", "zhao-liu"];
const ALL: [&str; 5] = ["zhang-san", "li-si", "wang-wu", "zhao-liu", "sun-qi"];
const DRILL: &str = "\n[drill]\nseed = 1\nat = \"2026-11-27T09:00:00Z\"\n";

/// A room: declarations, media and the ceremony's folder.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Room {
        let room = Room(tempfile::tempdir().expect("a folder"));
        for keeper in KEEPERS {
            fs::create_dir_all(room.at("media").join(keeper)).expect("a medium");
        }
        let request = fs::read(fixture("ceremony/issuing.csr")).expect("a request");
        fs::write(room.at("issuing.csr"), request).expect("writable");
        room
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().expect("UTF-8").to_owned()
    }

    fn share(&self, keeper: &str) -> PathBuf {
        self.at("media").join(keeper).join("root-2026.share")
    }

    /// Writes a declaration and gives the digest that its plan says.
    fn planned(&self, text: &str) -> String {
        fs::write(self.at("declaration.toml"), text).expect("writable");
        let declaration = self.text("declaration.toml");
        let plan = run(&["ceremony", "plan", "--declaration", &declaration]);
        assert_eq!(plan.status, 0, "{}", plan.err);
        let digest = plan.out.trim_end().rsplit_once("signed off: ");
        digest.expect("the digest").1.to_owned()
    }

    fn step(&self, step: &str, digest: &str, present: &[&str]) -> Ran {
        let paths = ["declaration.toml", "folder", "media"].map(|name| self.text(name));
        let mut words = vec![
            "ceremony",
            step,
            "--declaration",
            &paths[0],
            "--folder",
            &paths[1],
        ];
        words.extend(["--media", &paths[2], "--signed-off", digest]);
        words.extend(present.iter().flat_map(|name| ["--present", *name]));
        run(&words)
    }

    fn drilled(&self, text: &str, present: &[&str]) -> Ran {
        self.step("drill", &self.planned(text), present)
    }

    fn verified(&self, more: &[&str]) -> Ran {
        let folder = self.text("folder");
        run(&[&["ceremony", "verify", "--folder", &folder], more].concat())
    }

    /// Every file of the folder with its octets.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.at("folder")).expect("a folder");
        let mut files: Vec<_> = entries
            .map(|entry| {
                let entry = entry.expect("an entry");
                let name = entry.file_name().to_str().expect("UTF-8").to_owned();
                (name, fs::read(entry.path()).expect("a file"))
            })
            .collect();
        files.sort();
        files
    }
}

fn first() -> String {
    fs::read_to_string(fixture("ceremony/declaration.toml")).expect("a declaration")
}

/// The session after it, which signs a list alone.
fn after(text: &str) -> String {
    let (before, rest) = text.split_once("[[certificate]]").expect("it is there");
    let (_, after) = rest.split_once("[list]").expect("it is there");
    let text = format!("{before}[list]{after}");
    text.replace("session = 1", "session = 2")
        .replace("number = 1", "number = 2")
}

fn second() -> String {
    after(&first())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o7777
}

#[test]
fn a_drill_held_twice_leaves_the_same_octets_key_store_and_shares_among_them() {
    let rooms = [Room::new(), Room::new()];
    for room in &rooms {
        let ran = room.drilled(&first(), &ALL);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        assert!(
            ran.out.starts_with("drilled: root-2026, session 1\n"),
            "{}",
            ran.out
        );
        // A quorum of two opens it for the next session.
        let next = room.drilled(&second(), &["zhang-san", "li-si", "zhao-liu", "sun-qi"]);
        assert_eq!((next.status, next.err.as_str()), (0, ""));
    }
    assert_eq!(rooms[0].files(), rooms[1].files());
    let names: Vec<String> = rooms[0].files().into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"root.keys".to_owned()) && names.contains(&"root-2.crl".to_owned()));
    for keeper in KEEPERS {
        let [one, other] =
            [&rooms[0], &rooms[1]].map(|room| fs::read(room.share(keeper)).expect("a share"));
        assert_eq!(one, other);
        assert_eq!(mode(&rooms[0].share(keeper)), 0o600);
    }
    assert_eq!(mode(&rooms[0].at("folder/root.keys")), 0o600);
    assert_eq!(mode(&rooms[0].at("folder")), 0o700);
    let verified = rooms[0].verified(&[]);
    assert!(
        verified
            .out
            .ends_with("DRILL, 2 sessions: as declared, signed by all\n"),
        "{}",
        verified.out
    );
    assert_eq!(verified.status, 0);
}

/// Own keys of two who take part, as files.
fn own_keys(room: &Room) -> [(&'static str, PathBuf, String); 2] {
    [("zhang-san", 21), ("sun-qi", 22)].map(|(name, seed)| {
        let pkcs8 = generate_pkcs8(KeyAlgorithm::Ed25519, &SeededRandom::new(seed)).expect("a key");
        let path = room.at(name);
        fs::write(&path, &*pkcs8).expect("writable");
        open_to(&path, 0o600);
        let key = SoftwareSigner::from_pkcs8(&pkcs8, None).expect("a key");
        let spki = key.public_key().spki().iter();
        (
            name,
            path,
            spki.map(|octet| format!("{octet:02x}")).collect(),
        )
    })
}

fn open_to(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("own");
}

/// A real ceremony of a kind that no drill has, with the keys of those who sign.
fn real(keys: &[(&str, PathBuf, String)]) -> String {
    let text = first()
        .replace(DRILL, "")
        .replace("ecdsa-p384", "ecdsa-p256");
    keys.iter().fold(text, |text, (name, _, spki)| {
        let line = format!("name = \"{name}\"\n");
        text.replace(&line, &format!("{line}key = \"{spki}\"\n"))
    })
}

#[test]
fn a_ceremony_is_held_gone_on_from_signed_and_verified() {
    let room = Room::new();
    let keys = own_keys(&room);
    let text = real(&keys);
    let ran = room.step("hold", &room.planned(&text), &ALL);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let open = room.verified(&[]);
    assert_eq!(open.status, 2, "{}", open.out);
    assert!(
        open.out.contains("session 1: sun-qi has not signed"),
        "{}",
        open.out
    );
    let folder = room.text("folder");
    let sign = |name: &str, key: &Path| {
        let words = [
            "ceremony", "sign", "--folder", &folder, "--as", name, "--key",
        ];
        run(&[&words[..], &[key.to_str().expect("UTF-8")]].concat())
    };
    let strange = sign("zhang-san", &keys[1].1);
    assert!(
        strange.err.contains("not that of zhang-san"),
        "{}",
        strange.err
    );
    open_to(&keys[0].1, 0o644);
    assert!(sign("zhang-san", &keys[0].1).err.contains("0600 is needed"));
    open_to(&keys[0].1, 0o600);
    for (name, path, _) in &keys {
        let signed = sign(name, path);
        assert_eq!((signed.status, signed.err.as_str()), (0, ""));
    }
    let verified = room.verified(&[]);
    assert_eq!(verified.status, 0, "{}", verified.out);
    assert!(
        verified
            .out
            .ends_with("1 sessions: as declared, signed by all\n")
    );
    let mut lines = verified.out.lines();
    let head = lines.find_map(|line| line.strip_prefix("transcript, SHA-256: "));
    let head = head.expect("the digest").to_owned();
    assert_eq!(room.verified(&["--head", &head]).status, 0);
    // A later session with a quorum; what was made public before is now another.
    let digest = room.planned(&after(&text));
    let next = room.step(
        "hold",
        &digest,
        &["zhang-san", "wang-wu", "zhao-liu", "sun-qi"],
    );
    assert_eq!((next.status, next.err.as_str()), (0, ""));
    assert_eq!(room.verified(&["--head", &head]).status, 1);
    let statement = run(&["ceremony", "statement", "--folder", &folder]);
    assert!(
        statement
            .out
            .starts_with("yinxin ceremony statement v1\nheld\nsession 2\n")
    );
}

#[test]
fn a_share_that_is_missing_foreign_wrong_or_damaged_opens_nothing() {
    let room = Room::new();
    assert_eq!(room.drilled(&first(), &ALL).status, 0);
    let present = ["zhang-san", "li-si", "wang-wu", "sun-qi"];
    let before = room.files();
    let refused = |why: &str| {
        let ran = room.drilled(&second(), &present);
        assert_eq!(ran.status, 64, "{}", ran.out);
        assert!(ran.err.contains(why), "{why}: {}", ran.err);
        assert_eq!(room.files(), before);
    };
    let own = fs::read(room.share("li-si")).expect("a share");
    fs::write(
        room.share("li-si"),
        fs::read(room.share("zhao-liu")).expect("a share"),
    )
    .expect("writable");
    refused("li-si brought share 3, and was given share 1");
    // Of another set: the drill with another seed.
    let other = Room::new();
    assert_eq!(
        other
            .drilled(&first().replace("seed = 1", "seed = 2"), &ALL)
            .status,
        0
    );
    fs::copy(other.share("li-si"), room.share("li-si")).expect("writable");
    refused("the shares are of different sets");
    fs::copy(other.share("wang-wu"), room.share("wang-wu")).expect("writable");
    refused("the root's key store cannot be used");
    let mut damaged = own.clone();
    damaged[60] ^= 1;
    fs::write(room.share("li-si"), &damaged).expect("writable");
    refused("is no good share");
    fs::remove_file(room.share("li-si")).expect("gone");
    refused("a share cannot be used");
    fs::remove_dir(room.at("media/li-si")).expect("gone");
    refused("the medium of li-si is not there");
    let few = room.drilled(&second(), &["zhang-san", "wang-wu", "sun-qi"]);
    assert!(
        few.err
            .contains("present are 1 of the 2 keepers that are needed"),
        "{}",
        few.err
    );
}

#[test]
fn nothing_is_left_of_a_session_that_is_refused() {
    let room = Room::new();
    let digest = room.planned(&first());
    // Changed after it was signed off.
    fs::write(room.at("declaration.toml"), first().replace("180", "181")).expect("writable");
    let ran = room.step("drill", &digest, &ALL);
    assert!(
        ran.err.contains("not the one that was signed off"),
        "{}",
        ran.err
    );
    let held = room.step("hold", &room.planned(&first()), &ALL);
    assert!(
        held.err
            .contains("a declaration with [drill] is for `drill`"),
        "{}",
        held.err
    );
    let real = room.step("drill", &room.planned(&first().replace(DRILL, "")), &ALL);
    assert!(real.err.contains("one without for `hold`"), "{}", real.err);
    // A share is on a medium already: another ceremony's of this name, which is not written over.
    fs::write(room.share("wang-wu"), b"x").expect("writable");
    let ran = room.drilled(&first(), &ALL);
    assert_eq!(ran.status, 64);
    assert!(ran.err.contains("wang-wu"), "{}", ran.err);
    assert!(!room.share("li-si").exists() && room.files().is_empty());
    fs::remove_file(room.share("wang-wu")).expect("gone");
    fs::write(room.at("issuing.csr"), b"no request").expect("writable");
    let ran = room.drilled(&first(), &ALL);
    assert!(
        ran.err
            .contains("issuing.csr is not there, or not the request"),
        "{}",
        ran.err
    );
    assert!(!room.share("li-si").exists() && room.files().is_empty());
}

#[test]
fn what_was_altered_is_named() {
    let room = Room::new();
    assert_eq!(room.drilled(&first(), &ALL).status, 0);
    let path = room.at("folder/issuing.cer");
    let mut octets = fs::read(&path).expect("a certificate");
    let letter = octets
        .windows(4)
        .position(|four| four == b"2026")
        .expect("a name");
    octets[letter] = b'1';
    fs::write(&path, octets).expect("writable");
    let ran = room.verified(&[]);
    assert_eq!(ran.status, 1);
    let named = format!("issuing.cer: the octet at {letter} is not what was declared");
    assert!(ran.out.contains(&named), "{}", ran.out);
    assert!(
        ran.out.contains("DRILL, 1 sessions: not as declared"),
        "{}",
        ran.out
    );
    let next = room.drilled(&second(), &ALL);
    assert!(next.err.contains("cannot be gone on from"), "{}", next.err);
}

#[test]
fn a_verdict_is_told_to_machines_too() {
    let room = Room::new();
    assert_eq!(room.drilled(&first(), &ALL).status, 0);
    let read = |ran: &Ran| serde_json::from_str::<serde_json::Value>(&ran.out).expect("JSON");
    let good = room.verified(&["--json"]);
    let told = read(&good);
    assert_eq!((good.status, &told["verdict"]), (0, &"as_declared".into()));
    assert_eq!(
        (&told["drill"], &told["sessions"]),
        (&true.into(), &1.into())
    );
    let transcript = fs::read(room.at("folder/transcript")).expect("a transcript");
    let digest = crypto::sha256(&transcript).map(|octet| format!("{octet:02x}"));
    assert_eq!(told["transcript"], digest.concat());
    fs::remove_file(room.at("folder/issuing.cer")).expect("gone");
    let bad = room.verified(&["--json"]);
    let told = read(&bad);
    assert_eq!(
        (bad.status, &told["verdict"]),
        (1, &"not_as_declared".into())
    );
    assert_eq!(told["faults"][0], "issuing.cer is not there");
}

#[test]
fn a_step_that_is_not_understood_is_usage() {
    for words in [
        &["ceremony"][..],
        &["ceremony", "dance"],
        &["ceremony", "plan"],
        &["ceremony", "plan", "--declaration", "/nowhere/at/all"],
        &["ceremony", "verify", "--folder", "x", "--head", "abc"],
        &["ceremony", "sign", "--folder", "x", "--as", "zhang-san"],
        &["ceremony", "statement", "--folder", "/nowhere/at/all"],
    ] {
        assert_eq!(run(words).status, 64, "{words:?}");
    }
    let help = run(&["ceremony", "--help"]);
    assert_eq!(help.status, 0);
    for step in ["plan", "hold", "drill", "statement", "sign", "verify"] {
        assert!(help.out.contains(step), "{step}");
    }
}
