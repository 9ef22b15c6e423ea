//! One process that speaks to the token: started, asked, and ended when it does not answer in time.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crypto::device::Fault;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::protocol::{Answer, LONGEST, announced};

/// The process. It ends with this value, or with its parent: its input is closed then.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Process {
    /// Starts it; it has loaded nothing yet.
    pub(crate) fn start(
        program: &Path,
        environment: &[(String, String)],
    ) -> Result<Process, Fault> {
        let mut child = Command::new(program)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|_| Fault::NotStarted)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Fault::NotStarted);
        };
        let process = Process {
            child,
            input,
            output,
        };
        // Our ends alone: the process waits for its input as long as it likes.
        for end in [process.input.as_fd(), process.output.as_fd()] {
            let flags = fcntl_getfl(end).map_err(|_| Fault::NotStarted)?;
            fcntl_setfl(end, flags | OFlags::NONBLOCK).map_err(|_| Fault::NotStarted)?;
        }
        Ok(process)
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a message and takes its answer, in `limit` altogether. After an error nothing more is asked of this process.
    pub(crate) fn ask(&mut self, message: &[u8], limit: Duration) -> Result<Answer, Fault> {
        let until = Instant::now() + limit;
        let length = u32::try_from(message.len()).map_err(|_| Fault::TooLong)?;
        if message.len() > LONGEST {
            return Err(Fault::TooLong);
        }
        self.write(&length.to_be_bytes(), until)?;
        self.write(message, until)?;
        let mut length = [0; 4];
        self.read(&mut length, until)?;
        let length = announced(length).ok_or(Fault::Answer)?;
        let mut answer = vec![0; length];
        self.read(&mut answer, until)?;
        Answer::parse(&answer).ok_or(Fault::Answer)
    }

    fn write(&mut self, mut octets: &[u8], until: Instant) -> Result<(), Fault> {
        while !octets.is_empty() {
            match self.input.write(octets) {
                Ok(0) => return Err(Fault::Lost),
                Ok(written) => octets = octets.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    ready(&self.input, PollFlags::OUT, until)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Fault::Lost),
            }
        }
        Ok(())
    }

    fn read(&mut self, mut into: &mut [u8], until: Instant) -> Result<(), Fault> {
        while !into.is_empty() {
            match self.output.read(into) {
                Ok(0) => return Err(Fault::Lost),
                Ok(count) => into = into.get_mut(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    ready(&self.output, PollFlags::IN, until)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Fault::Lost),
            }
        }
        Ok(())
    }

    /// Ends it at once; what is not gone yet is the caller's to look after: a process in the middle of a driver's call
    /// may take its time.
    pub(crate) fn end(mut self) -> Option<Child> {
        let _gone = self.child.kill();
        match self.child.try_wait() {
            Ok(Some(_)) => None,
            _ => Some(self.child),
        }
    }
}

/// Waits until an end can be used; `Slow` when the time is up.
fn ready(end: &impl AsFd, for_what: PollFlags, until: Instant) -> Result<(), Fault> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(|_| Fault::Slow)?;
        match poll(&mut [PollFd::new(end, for_what)], Some(&left)) {
            Ok(0) => return Err(Fault::Slow),
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Err(Fault::Lost),
        }
    }
}
