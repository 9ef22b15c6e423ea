//! Other implementations read what we write, and we read what they write. A judge that is absent is an error
//! in continuous integration (`CI` is set) and is named otherwise; it never passes silently.

mod gmsm;
mod hierarchy;
mod judge;
mod national;
mod openssl;
