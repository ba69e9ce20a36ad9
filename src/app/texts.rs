//! Problems in words, for commands without a screen: what happened, what it means for the mail, what to do, the code.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use crate::problem::{Hint, Problem};
use crate::text::Words;

static WORDS: LazyLock<Words> = LazyLock::new(Words::english);

/// All of it, in lines; the last words of a command.
pub(super) fn problem_text(problem: &Problem) -> String {
    let mut text = format!("error: {}", headline(problem));
    let mut line = |line: &str| {
        let _ = write!(text, "\n  {line}");
    };
    line(&WORDS.say_about(&format!("meaning-{}", problem.meaning.as_str()), &BTreeMap::new()));
    if !problem.hints.is_empty() {
        line(&format!("{}:", WORDS.say("problem-what-to-do", &[])));
        for hint in &problem.hints {
            line(&format!("  - {}", advice(*hint, problem)));
        }
    }
    if let Some(fingerprint) = problem.params.get("fingerprint") {
        line(&format!("{}: {fingerprint}", WORDS.say("problem-fingerprint", &[])));
    }
    if let Some(cause) = &problem.cause {
        line(&WORDS.say("problem-detail", &[("cause", one_line(cause).into())]));
    }
    line(&WORDS.say("problem-code", &[("code", problem.code.as_str().into())]));
    text
}

/// The same in one line, among other lines.
pub(super) fn problem_line(problem: &Problem) -> String {
    let cause = problem.cause.as_deref().map(|cause| format!(" ({})", one_line(cause))).unwrap_or_default();
    format!("{}{cause} [{}]", headline(problem), problem.code.as_str())
}

fn headline(problem: &Problem) -> String {
    one_line(&WORDS.say_about(&format!("problem-{}", problem.code.as_str()), &problem.params))
}

/// What to do, as a command to give where there is one; else in the words of the wizard.
fn advice(hint: Hint, problem: &Problem) -> String {
    let command = format!("command-{}", hint.as_str());
    let key = if WORDS.has(&command) { command } else { format!("hint-{}", hint.as_str()) };
    one_line(&WORDS.say_about(&key, &problem.params))
}

/// Foreign text on one line, without what a terminal would obey.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemCode;

    #[test]
    fn every_problem_says_what_happened_what_it_means_and_what_to_do() {
        for code in ProblemCode::ALL {
            let text = problem_text(&Problem::new(*code).with("host", "imap.example.com:993").because("a\u{1b}[2Jb\r\nc"));
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines[0].len() > "error: ".len() + 10 && lines[1].len() > 10, "{text}");
            assert!(lines[2].trim() == "What to do:" && lines[3].trim().len() > 10, "{text}");
            assert_eq!(lines.last().map(|line| line.trim()), Some(format!("Code: {}", code.as_str()).as_str()), "{text}");
            let has_hole = text.contains('{') || text.contains("hint-") || text.contains("meaning-") || text.contains("command-");
            assert!(!has_hole && !text.contains('\u{1b}'), "{text}");
        }
    }

    #[test]
    fn a_wrong_password_reads_like_this() {
        let problem =
            Problem::new(ProblemCode::WrongPassword).with("host", "imap.example.com:993").with("user", "anna").because("NO sorry");
        insta::assert_snapshot!(problem_text(&problem), @r"
        error: imap.example.com:993 refused the password of anna.
          No mail is lost: what is copied is safe at the target, everything else is at the source.
          What to do:
            - Give the same command again, with the right password.
          In detail: NO sorry
          Code: wrong-password
        ");
        let line = problem_line(&problem);
        assert_eq!(line, "imap.example.com:993 refused the password of anna. (NO sorry) [wrong-password]");
        insta::assert_snapshot!(problem_line(&problem), @"imap.example.com:993 refused the password of anna. (NO sorry) [wrong-password]");
    }
}
