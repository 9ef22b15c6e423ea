//! What a licence is: fields, numbers, holders, validity, and its life as a pure state machine.
