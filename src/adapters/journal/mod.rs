//! Journal and ledger in SQLite.
