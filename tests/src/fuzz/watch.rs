//! What a process uses: processor time and memory, as the kernel tells them.

use std::time::Duration;

/// Processor time of this thread; `None` where the kernel does not tell.
#[must_use]
pub fn processor_time() -> Option<Duration> {
    // proc(5): time spent on the processor, in nanoseconds, stands first.
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let spent = text.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(spent))
}

/// The most memory that was resident since [`forget_peak`], in octets; 0 where the kernel does not tell.
#[must_use]
pub fn peak() -> u64 {
    let Ok(text) = std::fs::read_to_string("/proc/self/status") else {
        return 0;
    };
    text.lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<u64>().ok())
        .map_or(0, |kibibytes| kibibytes << 10)
}

/// Lets the peak begin anew from what is resident now; does nothing where the kernel does not offer it.
pub fn forget_peak() {
    // proc(5): writing 5 to clear_refs resets the peak of the process that owns the file.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
