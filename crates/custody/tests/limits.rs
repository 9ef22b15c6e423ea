//! Lengths of both directions of the protocol, at the limit and beyond it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crypto::device::{Device, Fault, Handle};
use crypto::{KeyAlgorithm, SignatureAlgorithm};
use custody::Settings;
use custody::protocol::{Answer, LONGEST, Mechanism, Request};

use crate::softhsm::{PIN, SoftHsm, id, token};

const ONE: Handle = Handle([1; 16]);

/// A request to sign that is so long altogether.
fn signing(length: usize) -> Vec<u8> {
    let bare = Request::Sign {
        handle: ONE,
        mechanism: Mechanism::Eddsa,
        octets: &[],
    };
    let octets = vec![7; length - bare.encode().len()];
    let whole = Request::Sign {
        handle: ONE,
        mechanism: Mechanism::Eddsa,
        octets: &octets,
    };
    whole.encode().to_vec()
}

/// What the process that speaks to a token says to a length and what comes after it, and whether it ended well.
fn told(length: usize, message: &[u8]) -> (Vec<u8>, bool) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_yinxin-token"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let length = u32::try_from(length).expect("four octets");
    let mut input = process.stdin.take().expect("its input");
    let whole = [&length.to_be_bytes(), message].concat();
    // It may be gone before it has read all.
    let _gone = input.write_all(&whole);
    drop(input);
    let mut output = Vec::new();
    let mut end = process.stdout.take().expect("its output");
    end.read_to_end(&mut output).expect("it is read");
    (output, process.wait().expect("it ends").success())
}

#[test]
fn the_process_reads_the_longest_request_and_ends_at_a_longer_one() {
    // Nothing is open yet: that is what it says, so that it has read all of it.
    let unasked = Answer::Refused {
        fault: Fault::Answer,
        nothing_signed: true,
    };
    let (output, well) = told(LONGEST, &signing(LONGEST));
    let (length, answer) = output.split_first_chunk::<4>().expect("a length");
    assert_eq!(
        usize::try_from(u32::from_be_bytes(*length)),
        Ok(answer.len())
    );
    assert_eq!((Answer::parse(answer), well), (Some(unasked), true));
    // Beyond: whether the octets are there or not, it does not wait for them.
    for message in [signing(LONGEST + 1), Vec::new()] {
        assert_eq!(told(LONGEST + 1, &message), (Vec::new(), false));
    }
    assert_eq!(told(0xffff_ffff, &[]), (Vec::new(), false));
    // Neither is a message that stops in the middle, or one that is no request.
    assert_eq!(told(40, &signing(39)), (Vec::new(), false));
    assert_eq!(told(1, &[9]), (Vec::new(), false));
}

/// A program that says these octets, as often, to whatever it is told.
fn program(folder: &Path, says: &str) -> PathBuf {
    let (text, program) = (folder.join("text"), folder.join("program"));
    std::fs::write(&text, format!("#!/bin/sh\n{says}\ncat > /dev/null\n")).expect("written");
    // Another process writes it: what this one has open for writing, a process that it starts meanwhile would have, too.
    let mut install = Command::new("install");
    install.args(["-m", "755"]).args([&text, &program]);
    assert!(install.status().expect("install is there").success());
    program
}

#[test]
fn the_service_reads_the_longest_answer_and_ends_who_announces_a_longer_one() {
    let asked = |says: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings {
            program: program(folder.path(), says),
            environment: Vec::new(),
            module: "/none".into(),
            label: "none".to_owned(),
            sessions: 1,
            wait: Duration::from_secs(60),
            limit: Duration::from_secs(60),
            sm2: None,
        };
        let token = token(settings, PIN);
        (token.discard(ONE), token.processes().len())
    };
    // To the opening `done`, once it is read; five octets before one string that fills the message.
    let open = Request::Open {
        module: b"/none",
        label: "none",
        pin: PIN.as_bytes(),
    };
    let opened = format!(
        r"head -c {} > /dev/null; printf '\000\000\000\001\000'; head -c 21 > /dev/null",
        4 + open.encode().len()
    );
    let longest = r"printf '\000\020\000\000\000\000\017\377\373'; head -c 1048571 /dev/zero";
    assert_eq!(asked(&format!("{opened}; {longest}")), (Ok(()), 1));
    // One octet more, all of it there; and one that will never come: it is not waited for.
    let longer = r"printf '\000\020\000\001\000\000\017\377\374'; head -c 1048572 /dev/zero";
    for beyond in [longer, r"printf '\377\377\377\377'"] {
        let told = asked(&format!("{opened}; {beyond}"));
        assert_eq!(told, (Err(Fault::Answer), 0), "{beyond}");
        assert_eq!(asked(beyond), (Err(Fault::Answer), 0), "{beyond}");
    }
    // Nor is an answer that comes with the one before it: nothing was asked yet.
    let two = r"printf '\000\000\000\001\000\000\000\000\001\000'";
    assert_eq!(asked(two), (Err(Fault::Answer), 0));
}

#[test]
fn the_longest_message_is_signed_whole_and_a_longer_one_does_not_leave() {
    let Some(softhsm) = SoftHsm::expected() else {
        return;
    };
    let token = softhsm.token();
    let public = token.make(ONE, &id("one"), KeyAlgorithm::Ed25519);
    let public = public.expect("a key");
    let by = (&public, SignatureAlgorithm::Ed25519);
    let longest = vec![7; LONGEST - 64];
    let signature = token.sign(ONE, by, &longest).expect("it signs");
    assert_eq!(public.check(by.1, &longest, &signature), Ok(()));
    let longer = vec![7; LONGEST - 63];
    assert_eq!(token.sign(ONE, by, &longer), Err(Fault::TooLong));
}
