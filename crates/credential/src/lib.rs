//! Status lists and the printed code: issue, disclose, check.
