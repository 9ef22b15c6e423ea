//! The `yinxin-verify` binary.

use std::process::ExitCode;

use time::UtcDateTime;

fn main() -> ExitCode {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this binary that asks what time it is; everything below is told"
    )]
    let now = UtcDateTime::now();
    ExitCode::from(cli::run_apart(
        std::env::args_os().collect(),
        now,
        &mut std::io::stdout().lock(),
        &mut std::io::stderr().lock(),
    ))
}
