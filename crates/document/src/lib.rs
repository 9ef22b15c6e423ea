//! Lays a template out on a sheet, writes it as PDF, seals in place, reads files back and tells what changed.
