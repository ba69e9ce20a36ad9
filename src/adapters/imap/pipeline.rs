//! Several commands at once: the next ones leave before the first is answered, which saves a round trip each.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::command::Command;
use super::conversation::Conversation;
use super::reply::{Outcome, Reply};
use crate::ports::MailError;

impl Conversation {
    /// Sends commands one behind the other, at most `depth` without an answer, and gives each response with the place of the oldest
    /// command that is not over. The outcomes come in the order of the commands, whatever their status.
    pub(super) async fn ask_all(
        &mut self,
        commands: &[Command],
        depth: usize,
        mut each: impl FnMut(usize, Reply),
    ) -> Result<Vec<Outcome>, MailError> {
        let began = Instant::now();
        let mut outcomes: Vec<Option<Outcome>> = vec![None; commands.len()];
        let mut waiting: VecDeque<(usize, String)> = VecDeque::new();
        let mut next = 0;
        loop {
            let mut together = Vec::new();
            while next < commands.len() && waiting.len() < depth.max(1) {
                let command = &commands[next];
                if command.is_one_line() {
                    waiting.push_back((next, self.compose(command, &mut together)));
                } else if waiting.is_empty() {
                    // The server has to agree before it goes on: it travels alone.
                    outcomes[next] = Some(self.ask(command, |reply| each(next, reply)).await?);
                } else {
                    break;
                }
                next += 1;
            }
            if !together.is_empty() {
                self.send(&together).await?;
            }
            let Some((oldest, _)) = waiting.front() else { break };
            match self.next().await? {
                Reply::Done { tag, outcome } => match waiting.iter().position(|(_, waits)| *waits == tag) {
                    Some(at) => {
                        if let Some((place, _)) = waiting.remove(at) {
                            if place == 0 {
                                self.was_answered_in(began.elapsed());
                            }
                            outcomes[place] = Some(outcome);
                        }
                    }
                    None => {
                        return Err(self.fail(MailError::Protocol(format!("an answer to {tag}, which was not asked: {}", outcome.text))));
                    }
                },
                reply => each(*oldest, reply),
            }
        }
        Ok(outcomes.into_iter().flatten().collect())
    }
}
