//! Named mutations of receipts, checkpoints, leaves and stored logs, each refused for exactly one reason.
//! A mutant is signed again with the right keys, except where the signature is what is wrong.

#[cfg(test)]
#[path = "mutations/leaves.rs"]
mod leaves;
#[cfg(test)]
#[path = "mutations/office.rs"]
mod office;
#[cfg(test)]
#[path = "mutations/receipts.rs"]
mod receipts;
#[cfg(test)]
#[path = "mutations/stored.rs"]
mod stored;
#[cfg(test)]
#[path = "mutations/trust.rs"]
mod trust;
