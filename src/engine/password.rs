//! Passwords for accounts that the program creates, by the rules of where they are created.

use rand::Rng;
use rand::seq::SliceRandom;

use crate::domain::{PasswordPolicy, Secret};
use crate::plan::PasswordRules;

/// Characters that are not mistaken for one another; the symbols are accepted by every platform and need no escape anywhere.
const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";
const SYMBOLS: &[u8] = b"-_.+=";
/// One of these is in every password, whatever chance says.
const CLASSES: [&[u8]; 4] = [LOWER, UPPER, DIGITS, SYMBOLS];

/// The usual length: within the bounds of every platform, and beyond every search.
const USUAL_LENGTH: usize = 24;
/// Tries until no name of the account is in it. Even one more try is rare.
const MOST_TRIES: usize = 100;

/// A password of 24 characters, or as near to that as the rules allow: groups of letters and digits, joined by symbols. `names` are
/// those of the account (`plan::names_in`): a complex password holds none of them.
pub(super) fn new_password_for(rules: &PasswordRules, names: &[String]) -> Secret {
    // Whatever the service asks for: a password that would satisfy the strictest one satisfies it, too.
    let policy = PasswordPolicy { is_complex: true, needs_special: true, ..rules.policy.clone() };
    let strict = PasswordRules { policy, is_plain: true };
    let mut password = one(length(rules));
    for _ in 0..MOST_TRIES {
        if strict.faults(names, &password).is_empty() {
            break;
        }
        password = one(length(rules));
    }
    password
}

fn length(rules: &PasswordRules) -> usize {
    let bound = |limit: Option<u32>, none: usize| limit.map_or(none, |limit| usize::try_from(limit).unwrap_or(none));
    let longest = bound(rules.policy.longest, usize::MAX).max(1);
    USUAL_LENGTH.max(bound(rules.policy.shortest, 0)).min(longest)
}

fn one(length: usize) -> Secret {
    let mut random = rand::rng();
    let mut pick = |from: &[u8]| char::from(from[random.random_range(0..from.len())]);
    // Where each of the first four classes stands is chance, too; the first character is a letter, which nothing takes for a formula.
    let mut kinds: Vec<&[u8]> = (0..length).map(|place| if place % 5 == 4 { SYMBOLS } else { CLASSES[place % 3] }).collect();
    if length >= CLASSES.len() && length < 5 {
        kinds[length - 1] = SYMBOLS;
    }
    let (first, rest) = kinds.split_first_mut().map_or((None, None), |(first, rest)| (Some(first), Some(rest)));
    if let (Some(_), Some(rest)) = (first, rest) {
        let symbols: Vec<usize> = (0..rest.len()).filter(|at| rest[*at] == SYMBOLS).collect();
        let mut others: Vec<&[u8]> = rest.iter().copied().filter(|kind| *kind != SYMBOLS).collect();
        others.shuffle(&mut rand::rng());
        let mut others = others.into_iter();
        for (at, slot) in rest.iter_mut().enumerate() {
            if !symbols.contains(&at) {
                *slot = others.next().unwrap_or(LOWER);
            }
        }
    }
    let mut text = String::with_capacity(length);
    for kind in kinds {
        text.push(pick(kind));
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Platform;
    use crate::plan::{PasswordFault, names_in};
    use proptest::prelude::*;

    #[test]
    fn a_password_satisfies_every_platforms_rules_and_is_new_each_time() {
        let usual = || new_password_for(&PasswordRules::default(), &[]);
        let (one, two) = (usual(), usual());
        assert_ne!(one.expose(), two.expose());
        assert_eq!(one.expose().len(), 24);
        let complex = PasswordPolicy { is_complex: true, ..PasswordPolicy::default() };
        for platform in Platform::ALL {
            assert_eq!(PasswordRules::of(platform, &complex).faults(&[], &one), [], "{platform}");
        }
    }

    proptest! {
        /// Written from the policy's words, not from the checker.
        #[test]
        fn whatever_the_policy_asks_for_is_there(
            shortest in proptest::option::of(4u32..40), room in 0u32..40, has_longest: bool, is_complex: bool, needs_special: bool,
        ) {
            let longest = has_longest.then(|| shortest.unwrap_or(4) + room);
            let policy = PasswordPolicy { shortest, longest, is_complex, needs_special, ..PasswordPolicy::default() };
            let names = names_in(&"john.smith@mydomain.ovh".parse().expect("an address"), &[Some("John Smith")]);
            let password = new_password_for(&PasswordRules { policy, is_plain: true }, &names);
            let text = password.expose();
            let length = u32::try_from(text.len()).expect("short");
            prop_assert!(text.is_ascii() && shortest.is_none_or(|s| s <= length) && longest.is_none_or(|l| length <= l), "{}", length);
            let kinds = [char::is_uppercase, char::is_lowercase, char::is_numeric].map(|is: fn(char) -> bool| text.chars().any(is));
            prop_assert!(kinds.iter().all(|there| *there) && text.chars().any(|c| c.is_ascii_punctuation()));
            prop_assert!(!text.contains(char::is_whitespace) && text.starts_with(|c: char| c.is_ascii_lowercase()));
            let folded = text.to_lowercase();
            prop_assert!(["john", "smith"].iter().all(|name| !folded.contains(name)));
        }

        /// The checker and the maker agree for every platform.
        #[test]
        fn the_checker_takes_what_is_made(at in 0..Platform::ALL.len(), is_complex: bool, shortest in proptest::option::of(5u32..25)) {
            let rules = PasswordRules::of(Platform::ALL[at], &PasswordPolicy { shortest, is_complex, ..PasswordPolicy::default() });
            let names = vec!["keller".to_owned()];
            prop_assert_eq!(rules.faults(&names, &new_password_for(&rules, &names)), Vec::<PasswordFault>::new());
        }
    }
}
