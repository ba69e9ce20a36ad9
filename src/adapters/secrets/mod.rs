//! The OS keyring, or memory.
