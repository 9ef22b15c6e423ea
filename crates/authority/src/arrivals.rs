//! Those who are on their way with a leaf: the next step of the log waits for them, and for nobody who says so later.

use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc;

/// Who is on the way.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<Option<Way>>);

#[derive(Debug)]
struct Way {
    /// Each who comes holds a clone; nothing is ever sent.
    held: mpsc::Sender<()>,
    arrived: mpsc::Receiver<()>,
}

/// Somebody whose leaf is about to be submitted; to be held until it is, or will not be.
#[derive(Debug)]
#[must_use = "a leaf is waited for while this is held"]
pub struct Coming(
    #[expect(dead_code, reason = "that it is dropped is what is told")] mpsc::Sender<()>,
);

impl Arrivals {
    /// Somebody sets out.
    pub(crate) fn coming(&self) -> Coming {
        let mut way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let way = way.get_or_insert_with(|| {
            let (held, arrived) = mpsc::channel(1);
            Way { held, arrived }
        });
        Coming(way.held.clone())
    }

    /// Answers when all have arrived who had set out before it was asked.
    pub(crate) async fn all(&self) {
        let way = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Way { held, mut arrived }) = way {
            drop(held);
            let _nothing = arrived.recv().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn is_over(waiting: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        waiting.poll(&mut context).is_ready()
    }

    #[test]
    fn a_step_waits_for_those_who_had_set_out_and_for_nobody_later() {
        let arrivals = Arrivals::default();
        assert!(is_over(pin!(arrivals.all())), "nobody is on the way");
        let (one, other) = (arrivals.coming(), arrivals.coming());
        let mut waiting = pin!(arrivals.all());
        assert!(!is_over(waiting.as_mut()));
        drop(one);
        assert!(!is_over(waiting.as_mut()), "one has not arrived");
        let later = arrivals.coming();
        drop(other);
        assert!(is_over(waiting), "who came later is not waited for");
        let mut next = pin!(arrivals.all());
        assert!(!is_over(next.as_mut()), "the next step waits for it");
        drop(later);
        assert!(is_over(next));
    }
}
