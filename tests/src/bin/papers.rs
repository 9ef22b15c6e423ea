//! `papers FOLDER`: leaves sealed stage documents there, on one page and on several, below `ofd` sealed packages, and below
//! `levels` a caller's page at each level, for outside judges.

use anyhow::Context as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("usage: papers FOLDER")?;
    let folder = std::path::Path::new(&folder);
    tests::papers::leave(folder).await?;
    tests::levels::leave(&folder.join("levels")).await?;
    tests::packages::leave(&folder.join("ofd"))
}
