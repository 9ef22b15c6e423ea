//! One process that speaks to the token: started, asked, and ended when it does not answer in time.

use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crypto::device::Fault;

use crate::line::Line;
use crate::protocol::Answer;

/// How long a caller looks for its answer before it sleeps: a token in software has signed by then.
const AWAKE: Duration = Duration::from_micros(200);

/// The process. It ends with this value, or with its parent: its input is closed then.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    line: Line<ChildStdout, ChildStdin>,
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
        let line = Line::over(output, input, AWAKE)?;
        Ok(Process { child, line })
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a message and takes its answer, in `limit` altogether. After an error nothing more is asked of this process.
    pub(crate) fn ask(&mut self, message: &[u8], limit: Duration) -> Result<Answer, Fault> {
        let until = Some(Instant::now() + limit);
        match self.line.send(message, until) {
            // Nobody has the whole of it, who could have done what it asks.
            Err(Fault::Lost) => {
                return Ok(Answer::Refused {
                    fault: Fault::Lost,
                    nothing_signed: true,
                });
            }
            sent => sent?,
        }
        let answer = self.line.take(until)?.ok_or(Fault::Lost)?;
        Answer::parse(&answer).ok_or(Fault::Answer)
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
