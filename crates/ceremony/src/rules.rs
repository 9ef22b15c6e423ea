//! What a declaration asks of a session: the same before it is held and when it is judged.

use crypto::{KeyId, sha256};
use thiserror::Error;

use crate::declaration::Issued;
use crate::transcript::Line;
use crate::{Declaration, Duty, ReadRequest, Request};

/// A rule that a session breaks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Broken {
    /// Somebody who is not declared, or twice.
    #[error("{0} is not declared, or named twice")]
    Stranger(KeyId),
    /// Too few of those whose presence is needed.
    #[error("present are {have} of the {need} {duty}s that are needed")]
    Absent {
        /// As what.
        duty: &'static str,
        /// How many are there.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// Another session than the one that follows.
    #[error("session {declared} is declared, and session {next} follows")]
    Session {
        /// Which is declared.
        declared: u32,
        /// Which follows.
        next: usize,
    },
    /// Something changed that stays as the root was declared.
    #[error("{0} is another than in the first session's declaration")]
    Departs(&'static str),
    /// A number of a list that is not above those before.
    #[error("list {0} does not come after those before it")]
    ListNumber(u64),
    /// A certificate that was revoked before is not declared revoked any more.
    #[error("certificate {0} was revoked before, and would not be any more")]
    NotRevoked(String),
    /// A certificate to be revoked that this root never signed.
    #[error("certificate {0} is declared revoked, and was never signed by this root")]
    UnknownSerial(String),
    /// A certificate of this name is there already.
    #[error("{0} was certified in an earlier session")]
    NameTaken(KeyId),
    /// A request was not brought, or another than was declared.
    #[error("{name}.csr is not there, or not the request that was declared")]
    OtherRequest {
        /// Whose.
        name: KeyId,
    },
    /// A request that is none, or asks for something else.
    #[error("the request {name}.csr is refused")]
    Request {
        /// Whose.
        name: KeyId,
        /// Why.
        #[source]
        cause: ReadRequest,
    },
}

/// The request of a certificate, if it is the one that was declared and asks for no more.
pub(crate) fn read_request(issued: &Issued, octets: Option<&[u8]>) -> Result<Request, Broken> {
    let name = || issued.name.clone();
    let of = octets.filter(|octets| sha256(octets) == issued.request);
    let octets = of.ok_or_else(|| Broken::OtherRequest { name: name() })?;
    let refused = |cause| Broken::Request {
        name: name(),
        cause,
    };
    let request = Request::parse(octets).map_err(refused)?;
    request
        .inspect(&issued.asked, issued.profile)
        .map_err(refused)?;
    Ok(request)
}

/// Whether those are there who have to be: the master, witnesses, and the keepers: all of them where shares are given out.
pub(crate) fn inspect_presence(declared: &Declaration, present: &[KeyId]) -> Result<(), Broken> {
    let twice = |at: usize, name: &KeyId| present.iter().skip(at + 1).any(|other| other == name);
    let strange =
        |(at, name): &(usize, &KeyId)| declared.participant(name).is_none() || twice(*at, name);
    if let Some((_, name)) = present.iter().enumerate().find(strange) {
        return Err(Broken::Stranger(name.clone()));
    }
    let (quorum, all) = declared.quorum();
    let keepers = if declared.session == 1 { all } else { quorum };
    let needed = [
        (Duty::Master, 1),
        (Duty::Keeper, usize::from(keepers)),
        (Duty::Witness, declared.witnesses),
    ];
    for (duty, need) in needed {
        let have = declared
            .of_duty(duty)
            .filter(|name| present.contains(name))
            .count();
        if have < need {
            let duty = duty.word();
            return Err(Broken::Absent { duty, have, need });
        }
    }
    Ok(())
}

/// Members of this name of the lines with this word.
fn told<'a>(lines: &'a [Line], word: &'a str, member: &'a str) -> impl Iterator<Item = &'a str> {
    let of = lines.iter().filter(move |line| line.entry.word == word);
    of.filter_map(move |line| line.entry.member(member))
}

pub(crate) fn inspect_numbers(declared: &Declaration, before: &[Line]) -> Result<(), Broken> {
    let number = declared.list.number;
    // RFC 5280 5.2.3: strictly increasing.
    let mut numbers = told(before, "list", "number").filter_map(|known| known.parse::<u64>().ok());
    if numbers.any(|known| known >= number) {
        return Err(Broken::ListNumber(number));
    }
    let taken = |issued: &&Issued| {
        let file = format!("{}.cer", issued.name);
        told(before, "certificate", "file").any(|known| known == file)
    };
    match declared.certificates.iter().find(taken) {
        Some(issued) => Err(Broken::NameTaken(issued.name.clone())),
        None => Ok(()),
    }
}

/// What was revoked stays so, and nothing is revoked that was never signed.
pub(crate) fn inspect_revoked(declared: &Declaration, before: &[Line]) -> Result<(), Broken> {
    let now: Vec<String> = declared
        .revoked
        .iter()
        .map(|one| one.serial.to_string())
        .collect();
    let mut gone =
        told(before, "revoked", "serial").filter(|known| !now.iter().any(|one| one == known));
    if let Some(serial) = gone.next() {
        return Err(Broken::NotRevoked(serial.to_owned()));
    }
    let signed =
        |serial: &String| told(before, "certificate", "serial").any(|known| known == serial);
    match now.iter().find(|serial| !signed(serial)) {
        Some(serial) => Err(Broken::UnknownSerial(serial.clone())),
        None => Ok(()),
    }
}
