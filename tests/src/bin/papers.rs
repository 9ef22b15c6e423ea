//! `papers FOLDER`: leaves sealed stage documents there, on one page and on several, for outside judges.

use anyhow::Context as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("usage: papers FOLDER")?;
    tests::papers::leave(folder.as_ref()).await
}
