//! A PKCS#11 token behind a bounded number of processes, each with one session.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crypto::device::{Device, Fault, Handle, public_of_point, public_of_rsa};
use crypto::{Digest, KeyAlgorithm, KeyId, PublicKey, Signature, SignatureAlgorithm};
use zeroize::Zeroizing;

use crate::asked::{asked, signature};
use crate::known::Known;
use crate::process::Process;
use crate::protocol::{Answer, Mechanism, Request};

/// How long a key may take to be made: an RSA key in a card takes its time.
const MAKING: Duration = Duration::from_secs(120);

/// Where a token is and how it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The program that speaks to it, `yinxin-token`.
    pub program: PathBuf,
    /// Variables of that process besides those of this one: modules are told so where their own configuration is.
    pub environment: Vec<(String, String)>,
    /// The module of its maker, a shared library.
    pub module: PathBuf,
    /// Its label.
    pub label: String,
    /// Most sessions at once, each a process.
    pub sessions: usize,
    /// How long a caller waits for a session.
    pub wait: Duration,
    /// How long the token may take for one act.
    pub limit: Duration,
    /// The vendor's number of the mechanism that signs `SM3(Z ‖ M)` with an SM2 key.
    pub sm2: Option<u32>,
}

/// The token. Nothing is started before something is asked of it, so that a service starts without it, too.
///
/// Shared by all threads of a process. An act is tried again, once, where its session had ended before and it is certain
/// that nothing was signed; never otherwise.
pub struct Token {
    settings: Settings,
    pin: Zeroizing<Vec<u8>>,
    state: Mutex<State>,
    changed: Condvar,
    known: Known,
}

#[derive(Default)]
struct State {
    idle: Vec<Process>,
    /// Those at work, with their numbers.
    out: Vec<u32>,
    /// Whether one is being started: one at a time, so that a wrong PIN is tried once.
    starting: bool,
    /// Why the PIN is not tried again.
    refused: Option<Fault>,
    /// Ended, and not gone yet.
    ending: Vec<Child>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Token")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What a caller was given.
enum Place {
    /// A session that is open.
    Open(Process),
    /// The right to start one.
    Start,
}

impl Token {
    /// Asks a key once for the value over these octets.
    fn sign_octets(
        &self,
        handle: Handle,
        algorithm: SignatureAlgorithm,
        (mechanism, octets): (Mechanism, &[u8]),
    ) -> Result<Signature, Fault> {
        let request = Request::Sign {
            handle,
            mechanism,
            octets,
        };
        let value = self.ask(&request, self.settings.limit)?;
        match <[Vec<u8>; 1]>::try_from(value) {
            Ok([value]) => signature(algorithm, value),
            Err(_) => Err(Fault::Answer),
        }
    }

    /// A token under the user's PIN.
    #[must_use]
    pub fn new(settings: Settings, pin: Zeroizing<Vec<u8>>) -> Token {
        Token {
            settings,
            pin,
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
            known: Known::default(),
        }
    }

    /// The numbers of the processes that run for it.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        let state = self.lock();
        let idle = state.idle.iter().map(Process::id);
        idle.chain(state.out.iter().copied()).collect()
    }

    /// Does one act in one session, and remembers whether it was answered: also by a refusal of this act.
    fn ask(&self, request: &Request<'_>, limit: Duration) -> Result<Vec<Vec<u8>>, Fault> {
        let done = self.act(request, limit);
        let refused = matches!(done, Err(Fault::UnknownKey | Fault::Unsupported));
        self.known.acted(Instant::now(), done.is_ok() || refused);
        done
    }

    fn act(&self, request: &Request<'_>, limit: Duration) -> Result<Vec<Vec<u8>>, Fault> {
        let message = request.encode();
        let until = Instant::now() + self.settings.wait;
        // A session that ended while it lay idle says so before it signs: then a fresh one is asked.
        let (mut process, fresh) = self.session(until)?;
        let mut answer = process.ask(&message, limit);
        if let Ok(Answer::Refused {
            fault: Fault::Lost,
            nothing_signed: true,
        }) = answer
            && !fresh
        {
            self.give_back(process, false);
            process = self.another(until)?;
            answer = process.ask(&message, limit);
        }
        let good = match &answer {
            Err(_) => false,
            Ok(Answer::Done(_)) => true,
            Ok(Answer::Refused { fault, .. }) => !matches!(fault, Fault::Lost | Fault::Absent),
        };
        self.give_back(process, good);
        match answer? {
            Answer::Done(strings) => Ok(strings),
            Answer::Refused { fault, .. } => Err(fault),
        }
    }

    /// An open session, and whether it was opened just now.
    fn session(&self, until: Instant) -> Result<(Process, bool), Fault> {
        match self.place(until)? {
            Place::Open(process) => Ok((process, false)),
            Place::Start => Ok((self.start()?, true)),
        }
    }

    /// A session that is opened now; those that lie idle ended with the one that was asked.
    fn another(&self, until: Instant) -> Result<Process, Fault> {
        let stale = std::mem::take(&mut self.lock().idle);
        for process in stale {
            self.bury(process);
        }
        self.session(until).map(|(process, _)| process)
    }

    /// Waits for a session, or for the right to start one.
    fn place(&self, until: Instant) -> Result<Place, Fault> {
        let mut state = self.lock();
        loop {
            state
                .ending
                .retain_mut(|child| !matches!(child.try_wait(), Ok(Some(_))));
            if let Some(process) = state.idle.pop() {
                state.out.push(process.id());
                return Ok(Place::Open(process));
            }
            if let Some(fault) = state.refused {
                return Err(fault);
            }
            let at_work = state.out.len();
            if at_work < self.settings.sessions.max(1) && !state.starting {
                state.starting = true;
                return Ok(Place::Start);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::Busy);
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Starts a process and logs in.
    fn start(&self) -> Result<Process, Fault> {
        let opened = self.open();
        let mut state = self.lock();
        state.starting = false;
        match &opened {
            Ok(process) => state.out.push(process.id()),
            Err(fault @ (Fault::Pin | Fault::PinLocked)) => state.refused = Some(*fault),
            Err(_) => {}
        }
        drop(state);
        self.changed.notify_all();
        opened
    }

    fn open(&self) -> Result<Process, Fault> {
        let mut process = Process::start(&self.settings.program, &self.settings.environment)?;
        let request = Request::Open {
            module: self.settings.module.as_os_str().as_bytes(),
            label: &self.settings.label,
            pin: &self.pin,
        };
        let fault = match process.ask(&request.encode(), self.settings.limit) {
            Ok(Answer::Done(_)) => return Ok(process),
            Ok(Answer::Refused { fault, .. }) | Err(fault) => fault,
        };
        self.bury(process);
        Err(fault)
    }

    /// A process comes back; one that is no longer good is ended.
    fn give_back(&self, process: Process, good: bool) {
        let id = process.id();
        if good {
            let mut state = self.lock();
            state.out.retain(|out| *out != id);
            state.idle.push(process);
        } else {
            self.bury(process);
            self.lock().out.retain(|out| *out != id);
        }
        self.changed.notify_one();
    }

    fn bury(&self, process: Process) {
        if let Some(child) = process.end() {
            self.lock().ending.push(child);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        let mut state = self.lock();
        let (idle, mut ending) = (
            std::mem::take(&mut state.idle),
            std::mem::take(&mut state.ending),
        );
        drop(state);
        ending.extend(idle.into_iter().filter_map(Process::end));
        for child in &mut ending {
            let _gone = child.wait();
        }
    }
}

impl Device for Token {
    fn make(&self, handle: Handle, name: &KeyId, kind: KeyAlgorithm) -> Result<PublicKey, Fault> {
        let vendor = match kind {
            KeyAlgorithm::Sm2 => Some(self.settings.sm2.ok_or(Fault::Unsupported)?),
            _ => None,
        };
        let request = Request::Make {
            handle,
            name: name.as_str(),
            kind,
            vendor,
        };
        let made = self.ask(&request, MAKING.max(self.settings.limit))?;
        let public = match (kind, made.as_slice()) {
            (KeyAlgorithm::Rsa, [modulus, exponent]) => public_of_rsa(modulus, exponent),
            (_, [point]) => public_of_point(kind, point),
            _ => return Err(Fault::Answer),
        };
        public.map_err(|_| Fault::Answer)
    }

    fn sign(
        &self,
        handle: Handle,
        by: (&PublicKey, SignatureAlgorithm),
        message: &[u8],
    ) -> Result<Signature, Fault> {
        let (mechanism, octets) = asked(by, message, self.settings.sm2)?;
        self.sign_octets(handle, by.1, (mechanism, &octets))
    }

    fn sign_digest(
        &self,
        handle: Handle,
        by: (&PublicKey, SignatureAlgorithm),
        digest: &Digest,
    ) -> Result<Signature, Fault> {
        // PKCS#11 6.3.12: CKM_ECDSA takes what was hashed before.
        if by.1 != SignatureAlgorithm::EcdsaP256Sha256 {
            return Err(Fault::Unsupported);
        }
        self.sign_octets(handle, by.1, (Mechanism::Ecdsa, digest.bytes()))
    }

    fn discard(&self, handle: Handle) -> Result<(), Fault> {
        let request = Request::Discard { handle };
        self.ask(&request, self.settings.limit).map(|_| ())
    }

    fn answers(&self, now: Instant) -> Result<(), Fault> {
        let ask = || self.act(&Request::Answer, self.settings.limit).map(|_| ());
        self.known.or_ask(now, ask)
    }
}
