//! A removal that was asked for: platforms accept it, show the account for a while, and sometimes fail at it.

use crate::domain::{EmailAddress, ServiceId};
use crate::problem::{Problem, ProblemCode};

use super::super::context::Failure;

/// Looks that find the account at rest before its removal is asked for again.
const MOST_SHOWN: u32 = 20;

/// Such looks in all, before a person is asked.
const MOST_LOOKS: u32 = 100;

/// How it stands with the request.
#[derive(Debug, Default)]
pub(super) struct Removing {
    since_asked: Option<u32>,
    looks: u32,
}

impl Removing {
    /// It was asked for.
    pub(super) const fn asked(&mut self) {
        self.since_asked = Some(0);
    }

    /// The account is there and at rest: whether the platform may still be about to remove it.
    pub(super) fn is_hoped_for(&mut self, address: &EmailAddress, service: &ServiceId) -> Result<bool, Failure> {
        let Some(shown) = self.since_asked else { return Ok(false) };
        self.looks += 1;
        if self.looks > MOST_LOOKS {
            return Err(Problem::new(ProblemCode::OperationFailed).with("address", address).with("service", service).into());
        }
        self.since_asked = (shown < MOST_SHOWN).then_some(shown + 1);
        Ok(self.since_asked.is_some())
    }
}
