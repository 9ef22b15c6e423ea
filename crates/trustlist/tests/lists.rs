//! Trusted lists: written and read, what each says, and what is refused for which reason.

mod lists {
    mod algorithms;
    mod history;
    mod maker;
    mod mutations;
    mod pointers;
    mod reference;
}
