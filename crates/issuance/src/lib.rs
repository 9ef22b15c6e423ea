//! Carries out the office's work: issue, end, certificates, status and time-stamps; where clock, keys, store and network meet.
