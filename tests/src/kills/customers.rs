//! Customers of a service that goes away: they ask again under the same key until they have their licence.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::cases;
use crate::customer::{Asked, Customer, Told, Tried};
use crate::installation::Installation;
use crate::kills::{DEPARTMENT, Place};

/// How long a customer waits who was asked to come back.
const LATER: Duration = Duration::from_millis(10);

/// One customer's work, request after request; each acknowledged step is told.
pub(crate) async fn work(
    installation: Installation,
    number: u32,
    mut places: watch::Receiver<Place>,
    answered: mpsc::Sender<bool>,
) -> anyhow::Result<Vec<Asked>> {
    let mut asked = Vec::new();
    for running in 0_u64.. {
        if places.borrow_and_update().last {
            break;
        }
        let key = format!("kill-{number:04}-{running:08}");
        let case = u64::from(number) * 10_000 + running;
        let body = cases::body(&cases::case("FOOD", case)?);
        let mut told = Told::to(Some(answered.clone()));
        let issued = loop {
            let place = places.borrow_and_update().clone();
            let customer = Customer::new(&installation, &place.base, DEPARTMENT);
            let tried = customer.carry(&key, &body, place.now, &mut told).await?;
            match tried {
                Tried::Issued(issued) => break issued,
                Tried::Later => tokio::time::sleep(LATER).await,
                Tried::Gone => places.changed().await?,
            }
        };
        asked.push(Asked { key, body, issued });
    }
    Ok(asked)
}
