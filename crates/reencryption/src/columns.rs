//! Table only: every column that stands sealed, and what its place is called.
//!
//! The book that writes a column names the place. What is said here of it is held against a database in which every
//! column has values (`tests`), and a column that is missing here is missed there.

/// A sealed column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The column in whose order rows are gone over: one that begins an index.
    pub(crate) order: Order,
    /// What names the row in the place of its value, as an expression.
    pub(crate) row: &'static str,
    /// Whose row it is; rows of nobody are sealed for the department without a name.
    pub(crate) of: Whose,
    /// Which rows: those of which this is true.
    pub(crate) within: &'static str,
    /// Table and column in the place of the value, where they are called otherwise.
    pub(crate) called: Option<(&'static str, &'static str)>,
}

/// A column that begins an index, by what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Text(&'static str),
    Octets(&'static str),
    Number(&'static str),
}

/// Whose a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Of the department in its column `department`.
    Department,
    /// Of the installation.
    Nobody,
}

const fn of(table: &'static str, column: &'static str, key: &'static str) -> Column {
    Column {
        table,
        column,
        order: Order::Text(key),
        row: key,
        of: Whose::Department,
        within: "TRUE",
        called: None,
    }
}

const fn link(kind: &'static str, called: (&'static str, &'static str)) -> Column {
    Column {
        order: Order::Octets("handle_digest"),
        row: "object",
        within: kind,
        called: Some(called),
        ..of("person_link", "handle", "object")
    }
}

/// All of them.
pub const COLUMNS: &[Column] = &[
    of("account", "password", "id"),
    of("account", "factor", "id"),
    of("caller", "secret", "id"),
    of("case_file", "content", "case_number"),
    // Links as they were kept before they had a table of their own.
    Column {
        order: Order::Octets("handle_digest"),
        ..of("case_link", "handle", "case_number")
    },
    of("job", "payload", "id"),
    of("licence_use", "content", "id"),
    of("mandate", "content", "id"),
    of("mandate", "reason", "id"),
    // Of one event, to each of its receivers.
    of("outbox", "payload", "event"),
    link("kind = 'case'", ("case_link", "handle")),
    link("kind = 'licence'", ("person_link", "handle")),
    link("kind = 'holder'", ("person_link", "handle of holder")),
    of("prepared_signature", "intent", "id"),
    Column {
        order: Order::Number("asked"),
        row: "caller || ' ' || request_key",
        ..of("request", "response", "asked")
    },
    of("pad", "content", "id"),
    of("pad", "reason", "id"),
    of("seal_application", "content", "code"),
    of("seal_list", "content", "id"),
    of("signature", "intent", "id"),
    of("signer", "person", "id"),
    of("signer_handwriting", "strokes", "signer"),
    Column {
        row: "signing || ' ' || CAST(place AS TEXT)",
        ..of("signing_seat", "intent", "signing")
    },
    Column {
        row: "signing || ' ' || CAST(place AS TEXT)",
        ..of("signing_seat", "reason", "signing")
    },
    Column {
        order: Order::Number("list"),
        row: "CAST(list AS TEXT)",
        of: Whose::Nobody,
        ..of("status_list", "permutation", "list")
    },
    of("subscription", "secret", "department"),
    of("version", "content", "identifier"),
    of("version", "salts", "identifier"),
    of("version", "handle", "identifier"),
];
