//! `yinxin-token`: loads the module of a PKCS#11 token, has one session with it, and does what its parent asks over
//! standard input and output. It is started by the service and by nobody else; it ends when its input ends.

use std::process::ExitCode;

fn main() -> ExitCode {
    match custody::host() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("yinxin-token: {error}");
            ExitCode::FAILURE
        }
    }
}
