//! `yinxin-token`: loads the module of a PKCS#11 token, has one session with it, and does what its parent asks over
//! standard input and output. It is started by the service and by nobody else; it ends when its input ends.

mod session;

use std::io::{self, Read, Write};
use std::process::ExitCode;

use custody::protocol::{Answer, Request, announced};
use zeroize::Zeroizing;

use crate::session::Session;

fn main() -> ExitCode {
    match keep_memory_private().and_then(|()| serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("yinxin-token: {error}");
            ExitCode::FAILURE
        }
    }
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
            fault: crypto::device::Fault::Lost,
            ..
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
