//! Time from the operating system.
