//! Why a device did not do what was asked.

use thiserror::Error;

/// Why a device did not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The key is in a device, and the configuration names none.
    #[error("the key is in a device, and none is configured")]
    NotConfigured,
    /// The process that speaks to the device cannot be started.
    #[error("the process that speaks to the device cannot be started")]
    NotStarted,
    /// The device's module cannot be loaded.
    #[error("the device's module cannot be loaded")]
    Module,
    /// No device of this name is there.
    #[error("the device is not there")]
    Absent,
    /// The PIN is wrong. It is not tried again by itself: three tries lock many devices.
    #[error("the device refuses the PIN; it is not tried again before the service is started anew")]
    Pin,
    /// The PIN is locked or has expired.
    #[error("the device's PIN is locked or has expired")]
    PinLocked,
    /// All its sessions are at work, and none became free in time.
    #[error("all sessions of the device are at work")]
    Busy,
    /// It did not answer in time.
    #[error("the device did not answer in time")]
    Slow,
    /// It, its session or the process that speaks to it ended before there was an answer.
    #[error("the device was lost before it answered")]
    Lost,
    /// It has no such key.
    #[error("the device has no such key")]
    UnknownKey,
    /// It makes no such keys, or does not sign so.
    #[error("the device has no mechanism for this")]
    Unsupported,
    /// The message is longer than it takes, and it hashes nothing by itself.
    #[error("the message is longer than the device takes")]
    TooLong,
    /// What it answered is no answer.
    #[error("the device's answer cannot be read")]
    Answer,
    /// It refuses, with this return value of its interface.
    #[error("the device refuses with 0x{0:08x}")]
    Refused(u32),
}
