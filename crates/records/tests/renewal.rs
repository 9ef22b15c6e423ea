//! Evidence records made, renewed and read; and every way in which one fails to prove what it is said to prove.

#[cfg(test)]
#[path = "renewal/bent.rs"]
mod bent;
#[cfg(test)]
#[path = "renewal/maker.rs"]
mod maker;
#[cfg(test)]
#[path = "renewal/mutants.rs"]
mod mutants;
#[cfg(test)]
#[path = "renewal/whole.rs"]
mod whole;
