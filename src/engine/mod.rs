//! The machine room: a supervisor that keeps due tasks running, a recorder that is the one writer of the journal, retry, progress.
