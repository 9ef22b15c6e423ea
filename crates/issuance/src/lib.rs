//! Carries out the office's work; the only place where clock, keys, store and network meet.

mod abandon;
mod answers;
mod asked;
mod asker;
mod bundle;
mod certify;
mod change;
mod clock;
mod documents;
mod draft;
mod found;
mod import;
mod issue;
mod keys;
mod lists;
mod look;
mod office;
mod people;
mod recheck;
mod release;
mod said;
mod sealing;
mod seals;
mod sequencer;
mod stamps;
mod upkeep;

pub use answers::{AnswerError, Answered, Held, Responder};
pub use asked::{AskedError, stamp, status};
pub use asker::{Asker, Once};
pub use bundle::BundleError;
pub use certify::CertifyError;
pub use change::{ChangeError, Changed, Order, Ordered, change};
pub use clock::{Clock, FixedClock, SystemClock};
pub use documents::{DocumentError, DocumentOrder, begin_document};
pub use draft::DraftError;
pub use found::{FIRST_LIST, FoundError, Founding};
pub use import::{Files, ImportCatalogueError, import, keep};
pub use issue::{Begun, IssueError, IssueOrder, begin, complete};
pub use keys::{ServiceKey, seal_key};
pub use lists::{ListError, Lists, Published};
pub use look::{
    EventTold, LicenceTold, SealedFile, Shown, by_number, document_file, file, find, history, job,
    list, live, shown,
};
pub use office::{Desk, Hierarchy, Office, OpenOffice, Parts, Settings};
pub use people::{PersonCertificateError, PersonRequest, certify_person, revoke_certificate};
pub use release::{Offer, ReleaseError, Submitted, offer, page, refuse, release, waiting};
pub use said::{Issued, Waits};
pub use sealing::SealingError;
pub use seals::SealError;
pub use sequencer::{AppendError, CheckpointSigner, Placed, Sequencer};
pub use stamps::{Stamp, StampError, TimeStamps};
pub use upkeep::{Round, UpkeepError, round, start};

pub use credential::{ReadJson, inspect_json};
pub use document::{Edition, sample_photo};
