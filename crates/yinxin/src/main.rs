//! The `yinxin` binary: the service and what its operators do.

use std::process::ExitCode;

fn main() -> ExitCode {
    yinxin::run()
}
