//! What was to be signed on a page that has ended is kept no longer: whoever asked has it, and what was signed is a file of its own.

use registry::asked::By;
use registry::objects::ObjectId;

use backoffice::answers::whole;
use backoffice::office::Office;

use crate::signing::SignError;

/// Pages that are closed in one look.
const PAGE: u32 = 100;

/// Closes every page that has ended: its document goes, and that it went stands in the trace. Gives how many.
///
/// # Errors
/// `Object`, `Store`; what is left is closed by another round.
pub async fn close(office: &Office) -> Result<usize, SignError> {
    let pads = office.registry.pads();
    let mut done = 0;
    loop {
        let now = whole(office.clock.now());
        let over = pads.over(now, PAGE).await?;
        if over.is_empty() {
            return Ok(done);
        }
        for one in over {
            // The octets first: a row without them is looked at again, octets without a row never.
            if let Ok(object) = one.object.parse::<ObjectId>() {
                office.objects.remove(&object).await?;
            }
            pads.close(one, By::new("service", now)).await?;
            done += 1;
        }
    }
}
