//! `papers FOLDER`: leaves sealed stage documents there, on one page and on several, and below `ofd` sealed packages, for
//! outside judges.

use anyhow::Context as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("usage: papers FOLDER")?;
    let folder = std::path::Path::new(&folder);
    tests::papers::leave(folder).await?;
    tests::packages::leave(&folder.join("ofd"))
}
