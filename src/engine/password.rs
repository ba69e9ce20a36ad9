//! Passwords for accounts that the program creates.

use rand::Rng;

use crate::domain::Secret;

/// Characters that are not mistaken for one another; the symbols are accepted by every platform and need no escape anywhere.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const SYMBOLS: &[u8] = b"-_.+=";

/// A password of 24 characters: five groups of letters and digits, joined by symbols, with an upper-case letter, a lower-case
/// letter and a digit in it whatever chance says.
pub(super) fn new_password() -> Secret {
    let mut random = rand::rng();
    loop {
        let mut text = String::with_capacity(24);
        for place in 0..24 {
            let alphabet = if place % 5 == 4 { SYMBOLS } else { LETTERS };
            text.push(char::from(alphabet[random.random_range(0..alphabet.len())]));
        }
        let has = |wanted: fn(&char) -> bool| text.chars().any(|c| wanted(&c));
        if has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit) {
            return Secret::new(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_satisfies_every_platforms_rules_and_is_new_each_time() {
        let (one, two) = (new_password(), new_password());
        assert_ne!(one.expose(), two.expose());
        assert_eq!(one.expose().len(), 24);
        assert!(one.expose().chars().any(|c| !c.is_alphanumeric()));
    }
}
