//! A program that judges, and the files that it is given.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use tempfile::TempDir;

/// A folder of its own for one test, in which the program runs.
pub(crate) struct Judge {
    program: OsString,
    folder: TempDir,
}

impl Judge {
    /// The judge of `tests/judges/go`, built by `./tests/run install`.
    pub(crate) fn gmsm() -> Option<Self> {
        Self::call(std::env::var_os("YINXIN_JUDGE_GMSM").unwrap_or_else(|| "gmsm-judge".into()))
    }

    /// `None`, said aloud, where the program is absent and nobody insists on it.
    pub(crate) fn call(program: impl Into<OsString>) -> Option<Self> {
        let program = program.into();
        let found = Command::new(&program)
            .arg("version")
            .output()
            .is_ok_and(|output| output.status.success());
        if !found {
            let name = program.display();
            assert!(std::env::var_os("CI").is_none(), "{name} is absent");
            eprintln!("not judged: {name} is absent");
            return None;
        }
        Some(Self {
            program,
            folder: tempfile::tempdir().expect("a folder"),
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, octets: &[u8]) {
        std::fs::write(self.path(name), octets).expect("a file");
    }

    pub(crate) fn put_pem(&self, name: &str, label: &str, der: &[u8]) {
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).expect("text"))
            .collect();
        self.put(
            name,
            format!(
                "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
                lines.join("\n")
            )
            .as_bytes(),
        );
    }

    pub(crate) fn copy(&self, name: &str, from: &Path) {
        std::fs::copy(from, self.path(name)).expect("a file");
    }

    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("a file")
    }

    /// Runs the program with `arguments`, split at spaces.
    pub(crate) fn run(&self, arguments: &str) -> Output {
        let mut command = Command::new(&self.program);
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("OPENSSL_CONF");
        command.output().expect("the judge runs")
    }

    /// Runs the program and asks that it accepts.
    pub(crate) fn accepts(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        let said = [output.stdout, output.stderr]
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .concat();
        assert!(
            output.status.success(),
            "{} {arguments}\n{said}",
            self.program.display()
        );
        said
    }

    /// Runs the program and asks that it refuses.
    pub(crate) fn refuses(&self, arguments: &str) {
        let output = self.run(arguments);
        assert!(
            !output.status.success(),
            "{} {arguments} was accepted",
            self.program.display()
        );
    }
}
