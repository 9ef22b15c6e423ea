//! The threads of the process, in two parts (T-A4). Those in front accept connections, read requests and answer strangers;
//! those of the office do what departments ask for, store, log and upkeep included, and give way to the others.
//!
//! However many licences are waiting for their seals, an inspector's question finds a thread that is not at work on one, and a
//! processor that is given up for it.

use std::future::Future;
use std::io;

use rustix::process::{getpriority_process, setpriority_process};
use tokio::runtime::{Builder, Handle, Runtime};

/// By how much the office's threads give way: at 5 steps a thread gets about a quarter of a processor while another that
/// does not give way wants it, and all of it otherwise (sched(7)).
const GIVES_WAY: i32 = 5;

/// Both parts.
#[derive(Debug)]
pub struct Threads {
    // Ends first: what it still asks of the other is answered until then.
    front: Runtime,
    office: Runtime,
    gives_way: GivesWay,
}

impl Threads {
    /// Starts both, each with as many workers as there are processors.
    ///
    /// # Errors
    /// As the system has it, where it gives no threads.
    pub fn start() -> io::Result<Self> {
        let mut front = Builder::new_multi_thread();
        let front = front.thread_name("front").enable_all().build()?;
        let gives_way = GivesWay::of_this();
        let mut office = Builder::new_multi_thread();
        office
            .thread_name("office")
            .on_thread_start(move || gives_way.begin());
        let office = office.enable_all().build()?;
        Ok(Self {
            front,
            office,
            gives_way,
        })
    }

    /// Where connections are accepted and strangers answered, for [`run`](crate::run).
    #[must_use]
    pub fn front(&self) -> Handle {
        self.front.handle().clone()
    }

    /// Runs `work` in the office. The calling thread gives way from then on, and with it what it starts.
    pub fn run<W: Future>(&self, work: W) -> W::Output {
        self.gives_way.begin();
        self.office.block_on(work)
    }
}

/// How nice a thread of the office is. On Linux niceness is each thread's own, and inherited by what the thread starts:
/// it is set and not added, since the office's threads start each other.
#[derive(Debug, Clone, Copy)]
struct GivesWay(Option<i32>);

impl GivesWay {
    /// [`GIVES_WAY`] steps nicer than the calling thread is; as it is where niceness is the whole process's.
    fn of_this() -> Self {
        if cfg!(not(target_os = "linux")) {
            return Self(None);
        }
        let niceness = getpriority_process(None).ok();
        Self(niceness.map(|niceness| niceness + GIVES_WAY))
    }

    fn begin(self) {
        let set = self.0.map(|niceness| setpriority_process(None, niceness));
        if let Some(Err(error)) = set {
            tracing::debug!(%error, "a thread does not give way");
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn niceness() -> i32 {
        getpriority_process(None).expect("a thread has one")
    }

    #[test]
    fn the_offices_threads_give_way_and_those_in_front_do_not() {
        let before = niceness();
        let threads = Threads::start().expect("threads");
        let front = threads.front();
        let (office, aside) = threads.run(async {
            let office = tokio::spawn(async { niceness() });
            let aside = tokio::task::spawn_blocking(|| std::thread::spawn(niceness).join());
            (office.await, aside.await)
        });
        // 19 is where it ends.
        let lower = (before + GIVES_WAY).min(19);
        assert_eq!(office.expect("it ends"), lower);
        let aside = aside.expect("it ends").expect("it ends");
        assert_eq!(aside, lower, "what the office starts gives way, too");
        let asked = front.spawn(async {
            let aside = tokio::task::spawn_blocking(niceness);
            (niceness(), aside.await)
        });
        let (asked, aside) = threads.run(asked).expect("it ends");
        assert_eq!((asked, aside.expect("it ends")), (before, before));
    }
}
