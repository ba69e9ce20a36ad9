//! Every phrase that is used exists, and nothing is shown by its key.

use std::path::Path;

use super::screens::all;
use crate::dnscheck::EXPLANATIONS;
use crate::domain::FeatureKind;
use crate::problem::{Hint, Meaning, Problem, ProblemCode};
use crate::session::{LeftReason, Refusal};
use crate::settings::RefusalReason;
use crate::text::Words;
use crate::tui::Action;

/// Literals with hyphens that are no phrases.
const NO_PHRASES: [&str; 3] = ["page-up", "page-down", "ovh-eu"];

fn literals(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the sources").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("stories") {
            literals(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
            for literal in code.split('"').skip(1).step_by(2) {
                let is_key = literal.contains('-')
                    && literal.starts_with(|c: char| c.is_ascii_lowercase())
                    && literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                    && !literal.ends_with('-');
                if is_key {
                    found.push(literal.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_phrase_that_the_screens_use_exists() {
    let words = Words::english();
    let mut used = Vec::new();
    literals(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui"), &mut used);
    assert!(used.len() > 300, "the sources are found");
    used.retain(|key| !NO_PHRASES.contains(&key.as_str()) && !Action::ALL.iter().any(|action| action.name() == key));
    let missing: Vec<_> = used.iter().filter(|key| !words.has(key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_trouble_finding_action_and_refusal_has_words() {
    let words = Words::english();
    let mut keys: Vec<String> = Vec::new();
    keys.extend(ProblemCode::ALL.iter().map(|code| format!("problem-{}", code.as_str())));
    keys.extend(Meaning::ALL.iter().map(|meaning| format!("meaning-{}", meaning.as_str())));
    keys.extend(Hint::ALL.iter().map(|hint| format!("hint-{}", hint.as_str())));
    keys.extend(Action::ALL.iter().map(|action| format!("action-{}", action.name())));
    let refusals = [Refusal::NotNow, Refusal::NothingChosen, Refusal::SameAccountTwice, Refusal::SameNameTwice, Refusal::OtherDomain];
    let more = [Refusal::PlanMismatch, Refusal::Blocked, Refusal::TooLate, Refusal::CopyBegun, Refusal::TargetExists];
    let rest = [Refusal::NothingToFix, Refusal::NotStopped, Refusal::NotVerified, Refusal::Finished, Refusal::ReadOnly];
    keys.extend(refusals.iter().chain(&more).chain(&rest).map(|refusal| format!("refusal-{}", refusal.key())));
    let of_orders = [Refusal::StrategyNotPossible, Refusal::WrongTyped, Refusal::SourceGone, Refusal::NothingToUndo];
    keys.extend(of_orders.iter().map(|refusal| format!("refusal-{}", refusal.key())));
    keys.extend(RefusalReason::ALL.iter().map(|reason| format!("strategy-refused-{}", reason.key())));
    keys.extend(
        FeatureKind::ALL.iter().flat_map(|kind| ["feature", "feature-many", "clicks-feature"].map(|lead| format!("{lead}-{}", kind.key()))),
    );
    let left = [LeftReason::NotOnTarget, LeftReason::OthersStay, LeftReason::Refused, LeftReason::Stays];
    keys.extend(left.iter().map(|reason| format!("feature-left-{}", reason.key())));
    keys.extend(EXPLANATIONS.iter().map(|key| format!("dns-{key}")));
    let missing: Vec<_> = keys.iter().filter(|key| !words.has(key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn a_problem_without_nouns_is_still_a_sentence() {
    let words = Words::english();
    for code in ProblemCode::ALL {
        let problem = Problem::new(*code);
        let said = words.say_about(&format!("problem-{}", code.as_str()), &problem.params);
        assert!(!said.contains('{') && !said.contains('$'), "{said}");
    }
    for hint in Hint::ALL {
        let said = words.say_about(&format!("hint-{}", hint.as_str()), &Problem::new(ProblemCode::ApiFailed).params);
        assert!(!said.contains('{') && !said.contains('$'), "{said}");
    }
}

#[test]
fn no_screen_shows_a_key_or_a_hole_instead_of_words() {
    for (name, stage) in all() {
        for (width, height) in [(80, 24), (120, 40)] {
            let screen = stage.screen(width, height);
            assert!(!screen.contains("{$") && !screen.contains("{ $"), "{name}:\n{screen}");
        }
    }
}
