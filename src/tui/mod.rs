//! The terminal: `update` and `view` are pure, `shell` is not.
