//! Speaks HTTP: routes, callers, problem documents, pages, configuration.
