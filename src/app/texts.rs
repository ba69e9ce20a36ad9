//! Problems in words, for commands without a screen.

use crate::cli::plain_problem;
use crate::problem::Problem;

/// What happened, what it means for the mail, what to do, and the code.
pub(super) fn problem_text(problem: &Problem) -> String {
    plain_problem(problem)
}
