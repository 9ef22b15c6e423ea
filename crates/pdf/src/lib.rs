//! PDF files as evidence: read revision by revision, signatures prepared and finished in place, changes told.
