//! A SoftHSM2 token behind a module that ends its process in the middle of a signature, when it is told to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use custody::{Settings, Token};

/// Set for a process that is to host a module: the programs of these tests do so instead of what they do otherwise.
pub const HOST: &str = "YINXIN_TEST_HOST";
/// Names SoftHSM2's module; `tests/run` sets it.
const MODULE: &str = "YINXIN_TEST_PKCS11";
const FOLDER: &str = "YINXIN_TEST_FALLS";
const LABEL: &str = "yinxin-test";
const PIN: &str = "271828";

/// A module around SoftHSM2's. Of the files in its folder `before` and `after` have a number: so many signatures are made
/// first, and at the next one the process is killed before it is made, or after it was and before anybody has it.
const SOURCE: &str = r#"
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
typedef unsigned long (*sign)(unsigned long, void *, unsigned long, void *, unsigned long *);
struct list { unsigned long version; void *functions[68]; };
static struct list ours;
static sign theirs;
static void falls(const char *name) {
    int left = 0;
    FILE *file = fopen(name, "r+");
    if (!file) return;
    if (fscanf(file, "%d", &left) != 1 || left < 1) { unlink(name); raise(SIGKILL); }
    rewind(file);
    fprintf(file, "%d ", left - 1);
    fclose(file);
}
static unsigned long signs(unsigned long s, void *d, unsigned long n, void *out, unsigned long *length) {
    if (!out) return theirs(s, d, n, out, length);
    falls("before");
    unsigned long told = theirs(s, d, n, out, length);
    falls("after");
    return told;
}
unsigned long C_GetFunctionList(struct list **out) {
    struct list *list;
    void *module = dlopen(getenv("YINXIN_TEST_PKCS11"), RTLD_NOW);
    unsigned long (*get)(struct list **) = module ? dlsym(module, "C_GetFunctionList") : NULL;
    if (!get || get(&list) || chdir(getenv("YINXIN_TEST_FALLS"))) return 5;
    memcpy(&ours, list, sizeof ours);
    /* C_Sign is the 44th function of the list (PKCS#11 2.40). */
    theirs = (sign)list->functions[43];
    ours.functions[43] = (void *)signs;
    *out = &ours;
    return 0;
}
"#;

/// The token and its module.
#[derive(Debug, Clone)]
pub struct Module {
    folder: PathBuf,
    token: Arc<Token>,
}

/// At which side of a signature the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fall {
    /// Before it is made.
    Before,
    /// After it was made, and before anybody has it.
    After,
}

impl Fall {
    const fn file(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

impl Module {
    /// A token in this folder, where the environment names SoftHSM2; `host` is a program that knows [`HOST`]. Without it
    /// a test says what it left out; continuous integration has to name it.
    ///
    /// # Errors
    /// What cannot be made.
    pub fn expected(folder: &Path, host: &str) -> anyhow::Result<Option<Module>> {
        if std::env::var_os(MODULE).is_none_or(|module| module.is_empty()) {
            let ci = std::env::var_os("CI");
            ensure!(ci.is_none(), "continuous integration names {MODULE}");
            eprintln!("not run over a token: no module is named in {MODULE}");
            return Ok(None);
        }
        let folder = folder.canonicalize()?;
        let tokens = folder.join("tokens");
        fs::create_dir(&tokens)?;
        let conf = folder.join("conf");
        let text = format!("directories.tokendir = {}\n", tokens.display());
        fs::write(&conf, text + "log.level = ERROR\n")?;
        fs::write(folder.join("module.c"), SOURCE)?;
        let module = folder.join("module.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&module);
        compiler.arg(folder.join("module.c")).arg("-ldl");
        ensure!(compiler.status()?.success(), "it compiles");
        let mut init = Command::new("softhsm2-util");
        init.args(["--init-token", "--free", "--label", LABEL]);
        init.args(["--so-pin", "314159", "--pin", PIN]);
        let told = init.env("SOFTHSM2_CONF", &conf).output()?;
        ensure!(told.status.success(), "{told:?}");
        let variable = |name: &str, value: &Path| (name.to_owned(), value.display().to_string());
        let settings = Settings {
            program: host.into(),
            environment: vec![
                variable("SOFTHSM2_CONF", &conf),
                variable(FOLDER, &folder),
                variable(HOST, &folder),
            ],
            module,
            label: LABEL.to_owned(),
            // One: so that signatures have an order.
            sessions: 1,
            wait: Duration::from_secs(60),
            limit: Duration::from_secs(60),
            sm2: None,
        };
        let token = Arc::new(Token::new(settings, PIN.as_bytes().to_vec().into()));
        Ok(Some(Module { folder, token }))
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> Arc<Token> {
        self.token.clone()
    }

    /// Has its process killed at a signature, after so many that are made.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn falls(&self, fall: Fall, after: usize) -> anyhow::Result<()> {
        // Whole at once: the module may look at any moment.
        let written = self.folder.join("written");
        fs::write(&written, after.to_string())?;
        Ok(fs::rename(written, self.folder.join(fall.file()))?)
    }

    /// Whether it still is to be killed: nothing is then any longer.
    ///
    /// # Errors
    /// As the file system has it.
    pub fn stands(&self, fall: Fall) -> anyhow::Result<bool> {
        match fs::remove_file(self.folder.join(fall.file())) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error).context("a file of the module"),
        }
    }
}
