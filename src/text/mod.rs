//! Words: a phrase and its parameters become a sentence in a language.
