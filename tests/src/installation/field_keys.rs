//! Under which field keys an installation is opened: number 1 alone, until its folder says otherwise.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use crypto::Random;
use crypto::aead::AeadKey;
use registry::Secrets;
use registry::objects::Wrapping;

const FILE: &str = "field.numbers";

/// Writes which numbers are used: the first seals, the others open.
pub(super) fn take(folder: &Path, numbers: &[u8]) -> anyhow::Result<()> {
    Ok(fs::write(folder.join(FILE), numbers)?)
}

fn numbers(folder: &Path) -> anyhow::Result<(u8, Vec<u8>)> {
    let numbers = match fs::read(folder.join(FILE)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => vec![1],
        read => read?,
    };
    let (current, others) = numbers.split_first().context("a field key")?;
    Ok((*current, others.to_vec()))
}

pub(super) fn secrets(folder: &Path, random: Arc<dyn Random>) -> anyhow::Result<Secrets> {
    let key = |number: u8| (number.into(), AeadKey::new([number; 32]));
    let (current, others) = numbers(folder)?;
    let secrets = Secrets::numbered(key(current), [2; 32], random);
    let others = others.into_iter().map(key);
    Ok(others.fold(secrets, |secrets, (number, key)| {
        secrets.and_opens(number, key)
    }))
}

pub(super) fn wrapping(folder: &Path) -> anyhow::Result<Arc<Wrapping>> {
    let key = |number: u8| (number.into(), AeadKey::new([number + 3; 32]));
    let (current, others) = numbers(folder)?;
    let (number, first) = key(current);
    let wrapping = Wrapping::new(number, first);
    let others = others.into_iter().map(key);
    Ok(Arc::new(
        others.fold(wrapping, |wrapping, (number, key)| {
            wrapping.with_former(number, key)
        }),
    ))
}
