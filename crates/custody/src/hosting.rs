//! The process that has a token's module, and does what its parent asks over standard input and output.

use std::io::{self, Read, Write};

use crypto::device::Fault;
use zeroize::Zeroizing;

use crate::protocol::{Answer, Request, announced};
use crate::session::Session;

/// Does what the parent asks, with the module loaded here, until the parent is gone: all that `yinxin-token` does. The
/// process is not dumpable from then on (T-K4).
///
/// # Errors
/// What is read is no request, or nobody reads the answers.
pub fn host() -> io::Result<()> {
    keep_memory_private()?;
    serve()
}

/// T-K4: it has the PIN.
fn keep_memory_private() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Ok(setrlimit(Resource::Core, none)?)
}

/// Answers until the parent is gone.
fn serve() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut session = None;
    while let Some(message) = next(&mut input)? {
        let request = Request::parse(&message);
        let request = request.ok_or(io::ErrorKind::InvalidData)?;
        let answer = Session::answer(&mut session, &request).encode();
        let length = u32::try_from(answer.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        output.write_all(&[&length.to_be_bytes(), answer.as_slice()].concat())?;
        output.flush()?;
        if let Answer::Refused {
            fault: Fault::Lost, ..
        } = Answer::parse(&answer).ok_or(io::ErrorKind::InvalidData)?
        {
            return Ok(());
        }
    }
    Ok(())
}

/// One message; `None` where the input ended between two. It may hold the PIN.
fn next(input: &mut impl Read) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = announced(length).ok_or(io::ErrorKind::InvalidData)?;
    let mut message = Zeroizing::new(vec![0; length]);
    input.read_exact(&mut message)?;
    Ok(Some(message))
}
