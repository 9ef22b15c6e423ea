//! What a process of its own does: it answers, under limits that it sets itself.

use std::fs;
use std::io::{self, Read, Write};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::message::{self, Limits};

/// Ticks of a second in `/proc/PID/stat` (proc(5), `USER_HZ`).
const TICKS: u64 = 100;

/// Answers each question until nobody asks any more. The limits of a question that begins a document are in force before
/// `answer` sees it; where the document exceeds them, the system ends this process, and there is no answer.
///
/// # Errors
/// The other side is gone, or no limit can be set: then nothing is answered.
pub fn work(
    from: &mut impl Read,
    out: &mut impl Write,
    answer: &mut dyn FnMut(Vec<Vec<u8>>) -> Vec<u8>,
) -> io::Result<()> {
    // No image of what somebody brought is left on a disk (T-P8).
    set(Resource::Core, 0)?;
    let mut held = Held::now();
    while let Some(question) = message::asked(from)? {
        if question.is_new {
            // What was just received belongs to the document.
            bound(question.limits, held)?;
        }
        let octets = answer(question.parts);
        held = Held::now();
        message::answer(out, &octets, held.map_or(0, |held| held.peak))?;
    }
    Ok(())
}

/// Memory of this process, KiB.
#[derive(Clone, Copy)]
struct Held {
    /// Addresses that it has.
    size: u64,
    /// The most that was resident until now.
    peak: u64,
}

impl Held {
    /// `None` where the system does not say.
    fn now() -> Option<Held> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let figure = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().split(' ').next()?.parse().ok()
        };
        Some(Held {
            size: figure("VmSize:")?,
            peak: figure("VmHWM:")?,
        })
    }
}

/// Whole seconds of processor time that this process took.
fn taken() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // proc(5): the name of the program stands in parentheses and may hold any; utime and stime are fields 14 and 15.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11);
    let mut time = || times.next()?.parse::<u64>().ok();
    Some(time()?.checked_add(time()?)? / TICKS)
}

fn bound(limits: Limits, held: Option<Held>) -> io::Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let unknown = || io::Error::other("what the process takes is not known");
    let (held, taken) = held.zip(taken()).ok_or_else(unknown)?;
    set(Resource::Cpu, taken.saturating_add(limits.seconds.max(1)))?;
    let addresses = held.size.saturating_mul(1024);
    set(Resource::As, addresses.saturating_add(limits.memory))
}

/// The limit that the system acts upon; never above the one that was given to the process.
fn set(what: Resource, limit: u64) -> io::Result<()> {
    let maximum = getrlimit(what).maximum;
    let current = maximum.map_or(limit, |maximum| maximum.min(limit));
    let new = Rlimit {
        current: Some(current),
        maximum,
    };
    Ok(setrlimit(what, new)?)
}
