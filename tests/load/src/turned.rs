//! A field key takes the place of another while licences are issued (T-P5): what everything costs that comes under the new
//! key, and what those who ask notice of it.

use std::sync::Arc;
use std::time::Instant;

use anyhow::ensure;
use issuance::SystemClock;

use crate::round::{Asked, round, times};
use crate::stage::Stage;
use crate::told;
use crate::work::Department;

/// The service seals under the first key and opens under both; who brings everything under the second does the reverse.
const SERVICE: &[u8] = &[1, 3];
const TURNED: &[u8] = &[3, 1];

/// Issues so many licences, then measures a round before and a round meanwhile.
pub(crate) async fn turnover(
    stage: &mut Stage,
    kind: &str,
    (licences, asked): (usize, Asked),
) -> anyhow::Result<()> {
    stage.installation.use_field_keys(SERVICE)?;
    stage.killed().await?;
    let department = Arc::new(Department::issuing(stage, kind)?);
    times(&department, asked.callers, licences).await?;
    told::row(
        &format!("issue {kind}, before"),
        &round(&stage.service, &department, asked).await?,
    );
    stage.installation.use_field_keys(TURNED)?;
    let office = stage.installation.open(Arc::new(SystemClock)).await?;
    let turning = async {
        let began = Instant::now();
        let columns = office.registry().reencryption().run(&mut |_| {}).await?;
        let values: u64 = columns.iter().map(|column| column.anew).sum();
        let unopened: u64 = columns.iter().map(|column| column.unopened).sum();
        let (rows, began) = (began.elapsed(), Instant::now());
        let objects = office.objects().rewrap().await?;
        ensure!(
            unopened == 0 && objects.unopened.is_empty(),
            "something does not open"
        );
        Ok((values, rows, objects.anew, began.elapsed()))
    };
    let (meanwhile, turned) = tokio::join!(round(&stage.service, &department, asked), turning);
    told::row(&format!("issue {kind}, meanwhile"), &meanwhile?);
    let (values, rows, objects, heads) = turned?;
    println!(
        "\n{values} values under another field key in {:.1} s, {objects} documents in {:.1} s\n",
        rows.as_secs_f64(),
        heads.as_secs_f64()
    );
    Ok(())
}
