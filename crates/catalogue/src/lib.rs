//! What may be done at all: matters, licence types, seal scopes and who holds which power.
