//! The binary itself: each file is judged in a process of its own.

use serde_json::Value;

use crate::{Ran, files, fixture, run};

/// The binary itself, with what a shell says before it is run.
fn binary(before: &str, arguments: &[&str]) -> Ran {
    let ran = std::process::Command::new("sh")
        .args(["-c", &format!("{before} exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_yinxin-verify"))
        .args(arguments)
        .output()
        .expect("it runs");
    Ran {
        status: ran
            .status
            .code()
            .and_then(|code| code.try_into().ok())
            .expect("a status"),
        out: String::from_utf8(ran.stdout).expect("UTF-8"),
        err: String::from_utf8(ran.stderr).expect("UTF-8"),
    }
}

#[test]
fn files_judged_in_processes_of_their_own_are_judged_the_same() {
    let (_folder, paths) = files(&[("a.txt", b"hello"), ("b.pdf", b"%PDF-")]);
    let sealed = fixture("fuzz/licence/sealed.pdf");
    let (absent, at) = (format!("{}-", paths[0]), "2026-07-03T01:00:00Z");
    for arguments in [
        &["--at", at, &sealed, &paths[0], &paths[1], &absent][..],
        &["--at", at, "--json", &paths[1], &sealed],
        &["--at", at, "--report", "etsi", &sealed],
        &["--at", at, "--report", "detailed", &paths[0], &paths[1]],
        &["--trust", &absent, &sealed],
        &["--bundle", &paths[0]],
        &["--help"],
        &[],
    ] {
        let (apart, here) = (binary("", arguments), run(arguments));
        assert_eq!(apart.status, here.status, "{arguments:?}");
        assert_eq!(apart.out, here.out, "{arguments:?}");
        assert_eq!(apart.err, here.err, "{arguments:?}");
    }
}

#[test]
fn a_pipe_that_nobody_writes_into_is_not_waited_for() {
    let (folder, paths) = files(&[("a.txt", b"hello")]);
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("it runs").success());
    let pipe = pipe.to_str().expect("a plain name");
    for ran in [
        binary("", &["--json", pipe, &paths[0]]),
        run(&["--json", pipe, &paths[0]]),
    ] {
        assert_eq!(ran.status, cli::SOME_OPEN, "{}", ran.err);
        let told: Vec<Value> = ran
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect("one object a line"))
            .collect();
        assert_eq!(told[0]["findings"][0]["code"], "input.unreadable");
        assert_eq!(told.len(), 2, "the next one is judged");
    }
}

#[test]
fn a_file_that_takes_more_memory_than_there_is_is_not_processed_and_the_next_one_is_judged() {
    // It is held whole, in a process that may not.
    let mut message = vec![
        0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2,
    ];
    message.resize(48 << 20, b'c');
    let (_folder, paths) = files(&[("a.p7s", &message), ("b.txt", b"hello")]);
    let little = "ulimit -v 40000;";
    let ran = binary(little, &["--json", &paths[0], &paths[1]]);
    assert_eq!(ran.status, cli::SOME_OPEN, "{}", ran.err);
    let reports: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let [spent, next] = reports.as_slice() else {
        panic!("two reports: {}", ran.out);
    };
    assert_eq!(spent["verdict"], "not_processed");
    assert_eq!(spent["kind"], "cms");
    assert_eq!(spent["findings"][0]["code"], "limit.spent");
    assert_eq!(next["findings"][0]["code"], "input.unknown");
    for form in ["etsi", "detailed"] {
        let ran = binary(little, &["--report", form, &paths[0]]);
        assert!(ran.out.contains("limit.spent"), "{}", ran.out);
    }
    let ran = binary(little, &[&paths[0]]);
    assert!(ran.out.contains("not processed") && ran.out.contains("limit.spent"));
    let ran = binary(little, &["--bundle", &paths[0]]);
    assert_eq!((ran.status, ran.out.as_str()), (cli::SOME_OPEN, ""));
    assert!(ran.err.contains("memory"), "{}", ran.err);
}
