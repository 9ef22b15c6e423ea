//! Processes that are asked.

use std::ffi::OsString;
use std::io::{self, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::message::{self, Limits};

/// KiB that a process may have had resident and still be asked about another document: what a large one leaves behind goes
/// with its process.
const KEPT: u64 = 96 << 10;
/// Documents that one process is asked about.
const DOCUMENTS: u32 = 10_000;

/// What is started: a program that calls [`work`](crate::work) when it is given these arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its path.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// The program that runs here, whatever has become of its file since: one that was replaced meanwhile does not speak as this
/// one does.
///
/// # Errors
/// The system does not say.
pub fn this_program() -> io::Result<PathBuf> {
    // proc(5): read by the new process before it becomes another program.
    match cfg!(target_os = "linux") {
        true => Ok(PathBuf::from("/proc/self/exe")),
        false => std::env::current_exe(),
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It took more processor time than it gets.
    Time,
    /// It took more memory than it gets.
    Memory,
    /// Its process is gone for another reason, such as one that the operator has.
    Lost,
}

/// A process that answers. One question after the other; after one without an answer it is no more.
#[derive(Debug)]
pub struct Cell {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    documents: u32,
    peak: u64,
    /// For whoever asks: which of what it was told before it knows. Nothing is 0.
    pub known: u64,
}

impl Cell {
    /// Starts one. It has no environment but what bounds its allocator, and nobody reads what it says of itself.
    ///
    /// # Errors
    /// As the system has it.
    pub fn start(program: &Program) -> io::Result<Cell> {
        let mut process = Command::new(&program.path)
            .args(&program.arguments)
            .env_clear()
            // Mimalloc takes addresses of 1 GiB in advance, more than a document gets: here in pieces.
            .env("MIMALLOC_ARENA_RESERVE", "32MiB")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let ends = process.stdin.take().zip(process.stdout.take());
        let (to, from) = ends.ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Cell {
            process,
            to,
            from: BufReader::new(from),
            documents: 0,
            peak: 0,
            known: 0,
        })
    }

    /// Asks about another document, under limits that begin with it.
    ///
    /// # Errors
    /// Why there is no answer; then the process is gone.
    pub fn ask(&mut self, limits: Limits, parts: &[&[u8]]) -> Result<Vec<u8>, Ended> {
        self.documents = self.documents.saturating_add(1);
        self.put((true, limits), parts)
    }

    /// Asks once more about the same document, within what is left of its limits.
    ///
    /// # Errors
    /// As [`Cell::ask`].
    pub fn ask_more(&mut self, parts: &[&[u8]]) -> Result<Vec<u8>, Ended> {
        self.put((false, Limits::OF_A_DOCUMENT), parts)
    }

    /// The most memory that was resident in it when it last answered, KiB; 0 where the system does not say.
    #[must_use]
    pub fn peak(&self) -> u64 {
        self.peak
    }

    fn put(&mut self, how: (bool, Limits), parts: &[&[u8]]) -> Result<Vec<u8>, Ended> {
        let asked = message::ask(&mut self.to, how, parts);
        match asked.and_then(|()| message::answered(&mut self.from)) {
            Ok((octets, peak)) => {
                self.peak = peak;
                Ok(octets)
            }
            Err(error) => Err(self.ended(&error)),
        }
    }

    fn ended(&mut self, error: &io::Error) -> Ended {
        use io::ErrorKind::{BrokenPipe, UnexpectedEof};
        // Its side is closed when it ends, and by what is worth waiting for. What still is no longer speaks as it should.
        if !matches!(error.kind(), BrokenPipe | UnexpectedEof) {
            let _gone = self.process.kill();
        }
        self.process.wait().map_or(Ended::Lost, why)
    }

    fn may_stay(&self) -> bool {
        self.peak <= KEPT && self.documents < DOCUMENTS
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        // Nothing of it is worth keeping, and it is not left to be waited for.
        let _gone = self.process.kill().and_then(|()| self.process.wait());
    }
}

#[cfg(unix)]
fn why(status: ExitStatus) -> Ended {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt as _;
    let signal = status.signal();
    let is = |one: Signal| signal == Some(one.as_raw());
    // What is refused memory aborts, and so does what is nested deeper than its stack.
    if is(Signal::XCPU) {
        Ended::Time
    } else if is(Signal::ABORT) || is(Signal::SEGV) {
        Ended::Memory
    } else {
        Ended::Lost
    }
}

#[cfg(not(unix))]
fn why(_status: ExitStatus) -> Ended {
    Ended::Lost
}

/// Processes of one program, started when they are wanted, and kept while they are small. How many there are at once is for
/// whoever asks to bound.
#[derive(Debug)]
pub struct Cells {
    program: Program,
    idle: Mutex<Vec<Cell>>,
}

impl Cells {
    /// None yet.
    #[must_use]
    pub fn of(program: Program) -> Cells {
        Cells {
            program,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// One that waits for a question, or a new one.
    ///
    /// # Errors
    /// As the system has it.
    pub fn take(&self) -> io::Result<Cell> {
        let idle = self.idle().pop();
        idle.map_or_else(|| Cell::start(&self.program), Ok)
    }

    /// Keeps one that answered, unless it has grown or has answered often.
    pub fn give_back(&self, cell: Cell) {
        if cell.may_stay() {
            self.idle().push(cell);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Cell>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
