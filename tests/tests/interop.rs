//! Other implementations read what we write, and we read what they write. A judge that is absent is an error
//! in continuous integration (`CI` is set) and is named otherwise; it never passes silently.

#[cfg(test)]
#[path = "interop/gmsm.rs"]
mod gmsm;
#[cfg(test)]
#[path = "interop/hierarchy.rs"]
mod hierarchy;
#[cfg(test)]
#[path = "interop/judge.rs"]
mod judge;
#[cfg(test)]
#[path = "interop/national.rs"]
mod national;
#[cfg(test)]
#[path = "interop/openssl.rs"]
mod openssl;
