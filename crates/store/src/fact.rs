//! A fact on its way to either database, without its types: what carries facts out is compiled once, and not again for each
//! of them.

use std::any::Any;

use tokio::sync::oneshot;

use crate::error::StoreError;
use crate::later::Later;
use crate::link::Link;

/// What a fact does: on the open connection, or told why there is none.
pub(crate) type Run =
    Box<dyn for<'c> FnOnce(Result<&'c mut Link, StoreError>) -> Later<'c, Done> + Send>;

/// A fact that was run and not yet committed.
pub(crate) struct Done {
    /// Whether it stands, or is undone because a rule refused it.
    pub(crate) stands: bool,
    /// Tells the asker how it ended, once that is known.
    pub(crate) answer: Answer,
}

pub(crate) type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

impl std::fmt::Debug for Done {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Done")
            .field("stands", &self.stands)
            .finish_non_exhaustive()
    }
}

/// What the asker of a fact is told.
#[derive(Debug)]
pub(crate) struct Told {
    /// Whether it stands and is committed.
    pub(crate) stands: bool,
    /// What it came to, for [`Told::found`].
    found: Box<dyn Any + Send>,
}

impl Told {
    /// What a fact of this kind came to.
    pub(crate) fn found<T: 'static, E: From<StoreError> + 'static>(self) -> Result<T, E> {
        match self.found.downcast::<Result<T, E>>() {
            Ok(found) => *found,
            // Told by a fact of another kind, as none is: each has a channel of its own.
            Err(_) => Err(StoreError::stopped().into()),
        }
    }
}

/// The fact, and where its asker is told.
pub(crate) fn run<T, E, F>(fact: F) -> (Run, oneshot::Receiver<Told>)
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'c> FnOnce(&'c mut Link) -> Later<'c, Result<T, E>> + Send + 'static,
{
    let (tell, told) = oneshot::channel();
    let run: Run = Box::new(move |link| {
        Box::pin(async move {
            let found = match link {
                Ok(link) => fact(link).await,
                Err(error) => Err(E::from(error)),
            };
            Done {
                stands: found.is_ok(),
                answer: Box::new(move |committed| {
                    let found = committed.map_err(E::from).and(found);
                    let stands = found.is_ok();
                    let found = Box::new(found);
                    // The asker may have gone away.
                    let _gone = tell.send(Told { stands, found });
                }),
            }
        })
    });
    (run, told)
}
