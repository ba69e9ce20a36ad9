//! What keys and answers lead to: commands, questions, secrets kept, never a secret in a command.
