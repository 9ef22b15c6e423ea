//! What inspectors and operators run without the service: verify a file offline, make a key hierarchy.
