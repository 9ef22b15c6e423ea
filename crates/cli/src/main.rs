//! The `yinxin-verify` binary.
fn main() {}
