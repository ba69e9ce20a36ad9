//! Whether a problem is told as it must be: what happened, what it means for the mail, what to do.
//!
//! Include it with `#[path = "support/told.rs"] mod told;`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::collections::BTreeMap;

use mailferry::problem::{Problem, ProblemCode};
use mailferry::text::Words;

/// The sentences of a problem; fails when one is missing, has a hole, or speaks of a noun that nobody gave.
pub(crate) fn sentences(problem: &Problem) -> Vec<String> {
    let words = Words::english();
    let mut said = vec![
        words.say_about(&format!("problem-{}", problem.code.as_str()), &problem.params),
        words.say_about(&format!("meaning-{}", problem.meaning.as_str()), &BTreeMap::new()),
    ];
    said.extend(problem.hints.iter().map(|hint| words.say_about(&format!("hint-{}", hint.as_str()), &problem.params)));
    assert!(said.len() > 2, "{problem:?} says not what to do");
    for sentence in &said {
        let is_whole = sentence.contains(' ') && !sentence.contains('{') && !sentence.contains('$') && sentence.ends_with(['.', ':', ')']);
        let is_command = sentence.contains("mailferry ") || sentence.contains("number:");
        assert!(is_whole || is_command, "{problem:?}: {sentence}");
    }
    said
}

/// What a command told on standard error: the sentences of this problem, and its code.
pub(crate) fn must_tell(stderr: &str, code: ProblemCode, nouns: &[&str]) {
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(lines.first().is_some_and(|line| line.starts_with("error: ")), "{stderr}");
    assert!(stderr.contains("  What to do:\n    - ") && stderr.contains(&format!("Code: {}", code.as_str())), "{stderr}");
    let meant = mailferry::problem::Meaning::ALL.iter().any(|meaning| {
        let sentence = Words::english().say(&format!("meaning-{}", meaning.as_str()), &[]);
        lines.get(1).is_some_and(|line| line.trim() == sentence)
    });
    assert!(meant, "what it means for the mail is missing: {stderr}");
    for noun in nouns {
        assert!(stderr.contains(noun), "{noun} is not named: {stderr}");
    }
}
