//! Named mutations of messages, time-stamps and OCSP answers, each refused for exactly one reason. Every
//! mutant is signed again with the right key, except where the signature is what is wrong.

#[cfg(test)]
#[path = "mutations/answers.rs"]
mod answers;
#[cfg(test)]
#[path = "mutations/archives.rs"]
mod archives;
#[cfg(test)]
#[path = "mutations/bent.rs"]
mod bent;
#[cfg(test)]
#[path = "mutations/encodings.rs"]
mod encodings;
#[cfg(test)]
#[path = "mutations/forge.rs"]
mod forge;
#[cfg(test)]
#[path = "mutations/messages.rs"]
mod messages;
#[cfg(test)]
#[path = "mutations/moments.rs"]
mod moments;
#[cfg(test)]
#[path = "mutations/national.rs"]
mod national;
#[cfg(test)]
#[path = "mutations/requests.rs"]
mod requests;
#[cfg(test)]
#[path = "mutations/stamps.rs"]
mod stamps;
