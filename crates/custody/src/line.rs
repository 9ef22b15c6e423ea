//! A pipe each way, and messages over them: a length in four octets, then as many octets.
//!
//! A token's signature costs tens of microseconds, and so does waking a process that sleeps. A message is therefore written
//! by one call and, where it is short, read by one; and who waits for one that should come soon looks again for a moment, and
//! lets others have the processor meanwhile, before it sleeps.

use std::io::{ErrorKind, IoSlice, Read, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use crypto::device::Fault;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use zeroize::Zeroizing;

use crate::protocol::{LONGEST, announced};

/// Octets of a length.
const HEAD: usize = 4;
/// Octets that are read at first: a request to sign, and its value, are shorter.
const FIRST: usize = 1_024;

/// Both pipes, of which neither has a call wait.
#[derive(Debug)]
pub(crate) struct Line<I, O> {
    input: I,
    output: O,
    /// How long it looks again before it sleeps.
    awake: Duration,
    /// Whether it does: the last message came about as soon. A card that takes its time costs no processor time here.
    brisk: bool,
}

impl<I: Read + AsFd, O: Write + AsFd> Line<I, O> {
    /// Over these ends.
    pub(crate) fn over(input: I, output: O, awake: Duration) -> Result<Self, Fault> {
        for end in [input.as_fd(), output.as_fd()] {
            let flags = fcntl_getfl(end).map_err(|_| Fault::NotStarted)?;
            fcntl_setfl(end, flags | OFlags::NONBLOCK).map_err(|_| Fault::NotStarted)?;
        }
        Ok(Line {
            input,
            output,
            awake,
            brisk: true,
        })
    }

    /// Sends a message; `Slow` when it was not taken in time.
    pub(crate) fn send(&mut self, message: &[u8], until: Option<Instant>) -> Result<(), Fault> {
        let length = u32::try_from(message.len()).map_err(|_| Fault::TooLong)?;
        if message.len() > LONGEST {
            return Err(Fault::TooLong);
        }
        let head = length.to_be_bytes();
        let mut parts = [IoSlice::new(&head), IoSlice::new(message)];
        let mut left = parts.as_mut_slice();
        while !left.is_empty() {
            match self.output.write_vectored(left) {
                Ok(0) => return Err(Fault::Lost),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    sleep(&self.output, PollFlags::OUT, until)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Fault::Lost),
            }
        }
        Ok(())
    }

    /// Takes the next message, which may hold the PIN; `None` where the other end is gone between two.
    pub(crate) fn take(
        &mut self,
        until: Option<Instant>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        let mut first = Zeroizing::new([0; FIRST]);
        let mut there = 0;
        while there < HEAD {
            match self.read(first.get_mut(there..).unwrap_or_default(), until)? {
                0 if there == 0 => return Ok(None),
                0 => return Err(Fault::Lost),
                count => there += count,
            }
        }
        let came = first.get(..there).unwrap_or_default();
        let (head, came) = came.split_first_chunk().ok_or(Fault::Answer)?;
        let length = announced(*head).ok_or(Fault::Answer)?;
        let mut message = Zeroizing::new(vec![0; length]);
        // One message is answered before the next is sent: more than this one is none of this protocol.
        let (taken, mut rest) = message
            .split_at_mut_checked(came.len())
            .ok_or(Fault::Answer)?;
        taken.copy_from_slice(came);
        while !rest.is_empty() {
            match self.read(rest, until)? {
                0 => return Err(Fault::Lost),
                count => rest = rest.get_mut(count..).unwrap_or_default(),
            }
        }
        Ok(Some(message))
    }

    /// Reads what is there, or waits for it.
    fn read(&mut self, into: &mut [u8], until: Option<Instant>) -> Result<usize, Fault> {
        let from = Instant::now();
        let awake_until = from + self.awake * u32::from(self.brisk);
        loop {
            match self.input.read(into) {
                Ok(count) => {
                    self.brisk = from.elapsed() < self.awake * 2;
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if Instant::now() < awake_until {
                        std::thread::yield_now();
                    } else {
                        sleep(&self.input, PollFlags::IN, until)?;
                    }
                }
                Err(_) => return Err(Fault::Lost),
            }
        }
    }
}

/// Sleeps until an end can be used; `Slow` when the time is up.
fn sleep(end: &impl AsFd, for_what: PollFlags, until: Option<Instant>) -> Result<(), Fault> {
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.map(Timespec::try_from).transpose();
        let left = left.map_err(|_| Fault::Slow)?;
        match poll(&mut [PollFd::new(end, for_what)], left.as_ref()) {
            Ok(0) => return Err(Fault::Slow),
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Err(Fault::Lost),
        }
    }
}
