//! Work that is lost at a chosen moment, as a process is: it is never polled again, and nothing of it runs further.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::task::coop::{consume_budget, has_budget_remaining};

/// Operations that tokio lets a task do in one poll.
const BUDGET: usize = 128;

/// On which side of a wait the process is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The work has just asked for something (a write, a file, a place in the log), and nobody has begun it.
    Before,
    /// What it asked for is done, and it has not learned so.
    After,
}

/// How interrupted work ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<T> {
    /// It was complete before the moment came.
    Done(T),
    /// It was lost.
    Lost,
}

/// Work that is lost at its `wait`-th wait, from 1.
pub struct Interrupted<F> {
    work: Pin<Box<F>>,
    wait: usize,
    side: Side,
    waits: usize,
}

impl<F> std::fmt::Debug for Interrupted<F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Interrupted")
            .field("wait", &self.wait)
            .field("side", &self.side)
            .finish_non_exhaustive()
    }
}

impl<F: Future> Interrupted<F> {
    /// Work to be lost on this side of this wait.
    pub fn new(work: F, wait: usize, side: Side) -> Self {
        Self {
            work: Box::pin(work),
            wait,
            side,
            waits: 0,
        }
    }

    /// What is left of it: a process that was slow and not lost goes on.
    pub fn rest(self) -> Pin<Box<F>> {
        self.work
    }
}

impl<F: Future> Future for Interrupted<F> {
    type Output = Ended<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.waits == self.wait {
            // Woken: what the work waits for is there.
            return Poll::Ready(Ended::Lost);
        }
        if !spend(context) {
            return Poll::Pending;
        }
        match self.work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ended::Done(done)),
            Poll::Pending => {
                self.waits += 1;
                if self.waits == self.wait && self.side == Side::Before {
                    return Poll::Ready(Ended::Lost);
                }
                Poll::Pending
            }
        }
    }
}

/// Spends the budget of this poll but for one operation: between two answers of its stores the work waits, however fast they
/// are, and can be lost there. False where less than that was left; the task is woken then, and begins anew with a whole one.
fn spend(context: &mut Context<'_>) -> bool {
    let spent = (1..BUDGET).all(|_| pin!(consume_budget()).poll(context).is_ready());
    if spent && !has_budget_remaining() {
        context.waker().wake_by_ref();
    }
    spent && has_budget_remaining()
}
