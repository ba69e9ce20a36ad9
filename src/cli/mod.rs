//! The command line: a second front end to the same engine.
