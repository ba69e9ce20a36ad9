//! Mail of the world: accounts, mailboxes, messages; believable, and the same for the same seed.
