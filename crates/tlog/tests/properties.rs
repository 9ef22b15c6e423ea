//! Properties: every proof verifies, every altered one fails; what is written is read back.

#[cfg(test)]
#[path = "properties/tree.rs"]
mod tree;
