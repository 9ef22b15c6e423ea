//! Work on hostile octets in a process of its own, which ends when it takes more processor time or memory than it gets (T-I3).
//!
//! [`Cells`] keeps such processes and asks them; [`work`] is what one of them does from its start to its end. The limits are
//! the system's (`setrlimit(2)`), set by the process itself before it looks at anything: they hold whatever the cause is, in
//! code of others too, and nothing of ours has to count. What ended is gone with all that it held, and the next question is
//! asked of another process. It holds no key, no secret and no connection: its environment is empty, and it is given octets.
//!
//! The limits are set on Linux alone. Elsewhere the work is in a process of its own and is not ended.
//!
//! # Messages
//! A question: `more` (one octet: 0 a new document, 1 one more about it), seconds and octets of memory (8 octets each),
//! count of parts (4), then each part's length (8) and octets. An answer: its length (8), its octets, the most memory that
//! was resident until then, KiB (8). Numbers are little-endian.

mod cells;
mod message;
mod work;

pub use cells::{Cell, Cells, Ended, Program, this_program};
pub use message::Limits;
pub use work::work;
