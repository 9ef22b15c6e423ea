//! Where keys are kept besides the key store's own file.
//!
//! [`Token`] is a PKCS#11 token behind [`crypto::device::Device`]: keys are made in it, cannot be read out, and sign. Its
//! module never runs in the service: `yinxin-token`, the binary of this crate, loads it by [`host`], has one session, and speaks
//! [`protocol`] over its standard input and output. A module that hangs or falls takes one such process with it.

mod asked;
mod hosting;
mod known;
mod line;
mod process;
pub mod protocol;
mod session;
mod token;

pub use hosting::host;
pub use token::{Settings, Token};
