//! Parts of the frame, as functions of data: header, steps, lines of what happened, footer.

mod activity;
mod code;
mod footer;
mod header;
mod steps;

pub(super) use activity::activity_line;
pub(super) use code::{NoCode, code};
pub(super) use footer::footer;
pub(super) use header::header;
pub(super) use steps::{step_column, step_line};
