//! The loop with a fake engine: keys in, commands and stops out.
