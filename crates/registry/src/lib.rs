//! Keeps what is true about licences, seals and certificates, and what is still to be done, in SQLite or PostgreSQL.
