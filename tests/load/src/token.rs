//! Keys in a SoftHSM2 token, under `--keys token`: its module is named by `YINXIN_TEST_PKCS11`, its programs stand where the
//! system has them, and `yinxin-token` beside this one.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use custody::{Settings, Token};

const LABEL: &str = "load";
const PIN: &str = "271828";
/// Sessions at once: one for each processor of the machine, and one that waits.
const SESSIONS: usize = 3;

/// Makes an empty token below the folder.
///
/// # Errors
/// What does not stand where it should.
pub(crate) fn initialise(folder: &Path) -> anyhow::Result<()> {
    let tokens = folder.join("tokens");
    std::fs::create_dir(&tokens)?;
    let text = format!(
        "directories.tokendir = {}\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(folder.join("softhsm.conf"), text)?;
    let told = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", LABEL])
        .args(["--so-pin", "314159", "--pin", PIN])
        .env("SOFTHSM2_CONF", folder.join("softhsm.conf"))
        .output()?;
    ensure!(told.status.success(), "{told:?}");
    Ok(())
}

/// The token below the folder, where one was made.
///
/// # Errors
/// No module is named.
pub(crate) fn found(folder: &Path) -> anyhow::Result<Option<Arc<Token>>> {
    let conf = folder.join("softhsm.conf");
    if !conf.exists() {
        return Ok(None);
    }
    let module = std::env::var_os("YINXIN_TEST_PKCS11");
    let settings = Settings {
        program: std::env::current_exe()?.with_file_name("yinxin-token"),
        environment: vec![("SOFTHSM2_CONF".to_owned(), conf.display().to_string())],
        module: module.context("YINXIN_TEST_PKCS11 names no module")?.into(),
        label: LABEL.to_owned(),
        sessions: SESSIONS,
        wait: Duration::from_secs(10),
        limit: Duration::from_secs(10),
        sm2: None,
    };
    let token = Token::new(settings, PIN.as_bytes().to_vec().into());
    Ok(Some(Arc::new(token)))
}
