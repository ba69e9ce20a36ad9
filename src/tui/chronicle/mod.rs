//! What happened, in words: one line per event that a person wants to know. The journal has them all.

mod exchange;

use std::collections::VecDeque;

use crate::domain::{EmailAddress, MailboxId, MigrationId, Moment};
use crate::session::{Event, Mode, Session, Side, StoredEvent, Witness};
use crate::text::{Value, Words};

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Something is done.
    Good,
    /// Something goes on.
    Plain,
    /// Something is worth a look.
    Warning,
    /// Something stopped.
    Wrong,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// When it happened.
    pub(super) at: Moment,
    /// The account or domain that it is about; may be empty.
    pub(super) about: String,
    /// The sentence.
    pub(super) text: String,
    /// How it is meant.
    pub(super) tone: Tone,
}

/// Lines that are remembered.
const MOST: usize = 500;

/// Adds the line of an event, if it has one.
pub(super) fn push(chronicle: &mut VecDeque<Entry>, words: &Words, session: &Session, stored: &StoredEvent) {
    let teller = Teller { words, session };
    if let Some((about, text, tone)) = teller.tell(&stored.event) {
        if chronicle.len() == MOST {
            chronicle.pop_front();
        }
        chronicle.push_back(Entry { at: stored.at, about, text, tone });
    }
}

struct Teller<'a> {
    words: &'a Words,
    session: &'a Session,
}

type Told = Option<(String, String, Tone)>;

impl Teller<'_> {
    fn say(&self, key: &str, params: &[(&str, Value<'_>)]) -> String {
        self.words.say(key, params)
    }

    fn account(&self, id: MigrationId) -> String {
        self.session.migration(id).map_or_else(String::new, |m| m.source.address.local().to_owned())
    }

    fn address(&self, id: MigrationId) -> String {
        self.session.migration(id).map_or_else(String::new, |m| m.source.address.to_string())
    }

    fn folder(&self, id: MigrationId, mailbox: MailboxId) -> String {
        let found = self.session.migration(id).and_then(|m| m.mailboxes.get(&mailbox));
        found.map_or_else(String::new, |m| m.mapping.name.to_string())
    }

    fn tell(&self, event: &Event) -> Told {
        let of_acts = || self.of_acts(event).or_else(|| exchange::tell(self, event));
        self.of_answers(event).or_else(of_acts).or_else(|| self.of_mail(event)).or_else(|| self.of_the_end(event))
    }

    #[expect(clippy::unnecessary_wraps, reason = "an arm of matches in which events may have no line")]
    fn plain(&self, about: impl Into<String>, key: &str, params: &[(&str, Value<'_>)], tone: Tone) -> Told {
        Some((about.into(), self.say(key, params), tone))
    }

    fn of_answers(&self, event: &Event) -> Told {
        match event {
            Event::SessionOpened { id, .. } => self.plain("", "event-session-opened", &[("id", id.as_str().into())], Tone::Plain),
            Event::SessionResumed { .. } => self.plain("", "event-session-resumed", &[], Tone::Plain),
            Event::ModeChosen { mode, .. } => {
                let key = if *mode == Mode::Automatic { "event-mode-automatic" } else { "event-mode-guided" };
                self.plain("", key, &[], Tone::Plain)
            }
            Event::StrategyChosen { strategy } => self.plain(
                "",
                "event-strategy-chosen",
                &[("name", self.say(crate::tui::orders::name_key(*strategy), &[]).into())],
                Tone::Plain,
            ),
            Event::ApiConnected { .. } => self.plain("", "event-api-connected", &[], Tone::Good),
            Event::SourcesChosen { accounts } => self.plain("", "event-sources-chosen", &[("count", accounts.len().into())], Tone::Good),
            Event::DestinationChosen { destination, .. } => {
                let name = destination.display_name.clone().unwrap_or_else(|| destination.endpoint.host.clone());
                self.plain("", "event-destination-chosen", &[("name", name.into())], Tone::Good)
            }
            Event::DomainReady { domain, attached_by_us } => {
                let key = if *attached_by_us { "event-domain-attached" } else { "event-domain-ready" };
                self.plain(domain.as_str(), key, &[], Tone::Good)
            }
            Event::DomainAttachIntended { domain, .. } => self.plain(domain.as_str(), "event-domain-attaching", &[], Tone::Plain),
            Event::InventoryTaken { migration, inventory } => {
                let params = [("messages", inventory.messages.into()), ("size", inventory.bytes.to_string().into())];
                self.plain(self.account(*migration), "event-inventory-taken", &params, Tone::Good)
            }
            Event::AnswersReopened { .. } => self.plain("", "event-answers-reopened", &[], Tone::Plain),
            Event::PlanAccepted { migrations, .. } => {
                self.plain("", "event-plan-accepted", &[("count", migrations.len().into())], Tone::Good)
            }
            _ => None,
        }
    }

    fn of_acts(&self, event: &Event) -> Told {
        let named = |id: &MigrationId, key: &str, to: &EmailAddress, tone| {
            self.plain(self.account(*id), key, &[("to", to.to_string().into())], tone)
        };
        match event {
            Event::RenameConfirmed => self.plain("", "event-rename-confirmed", &[], Tone::Plain),
            Event::RenameIntended { migration, to, .. } => named(migration, "event-renaming", to, Tone::Plain),
            Event::SourceRenamed { migration, witness: Witness::NotNeeded } => {
                self.plain(self.account(*migration), "event-source-kept", &[], Tone::Good)
            }
            Event::SourceRenamed { migration, .. } => {
                let to = self.session.migration(*migration).and_then(|m| m.temporary.clone())?;
                named(migration, "event-source-renamed", &to, Tone::Good)
            }
            Event::RenameUndoRequested { migration } | Event::CreateUndoRequested { migration } => {
                self.plain(self.account(*migration), "event-undo-requested", &[], Tone::Plain)
            }
            Event::RenameUndone { migration } => {
                self.plain(self.account(*migration), "event-rename-undone", &[("address", self.address(*migration).into())], Tone::Good)
            }
            Event::CreateConfirmed => self.plain("", "event-create-confirmed", &[], Tone::Plain),
            Event::CreateIntended { migration, address, .. } => named(migration, "event-creating", address, Tone::Plain),
            Event::TargetCreated { migration, gap_millis, .. } => match gap_millis {
                Some(gap) => {
                    self.plain(self.account(*migration), "event-target-created-gap", &[("seconds", gap.div_ceil(1000).into())], Tone::Good)
                }
                None => self.plain(self.account(*migration), "event-target-created", &[], Tone::Good),
            },
            Event::TargetPasswordRenewed { migration } => {
                self.plain(self.account(*migration), "event-password-renewed", &[], Tone::Warning)
            }
            Event::CreateUndone { migration } => self.plain(self.account(*migration), "event-create-undone", &[], Tone::Good),
            Event::CreateUndoGivenUp { migration, messages } => {
                let params = [("count", (*messages).into())];
                self.plain(self.account(*migration), "event-create-undo-given-up", &params, Tone::Warning)
            }
            Event::CopyConfirmed => self.plain("", "event-copy-confirmed", &[], Tone::Plain),
            _ => None,
        }
    }

    fn of_mail(&self, event: &Event) -> Told {
        match event {
            Event::BatchSettled { migration, mailbox, found, again, .. } => {
                let params = [("folder", self.folder(*migration, *mailbox).into()), ("found", (*found).into()), ("again", (*again).into())];
                self.plain(self.account(*migration), "event-batch-settled", &params, Tone::Plain)
            }
            Event::MessageRepaired { migration, mailbox, repairs, .. } if !repairs.is_empty() => {
                let named: Vec<String> = repairs.iter().map(|repair| self.say(&format!("repair-{}", repair.key()), &[])).collect();
                let params = [("folder", self.folder(*migration, *mailbox).into()), ("repairs", named.join(", ").into())];
                self.plain(self.account(*migration), "event-message-repaired", &params, Tone::Plain)
            }
            Event::RebuildsSeen { migration } => self.plain(self.account(*migration), "event-rebuilds-seen", &[], Tone::Plain),
            Event::AlteredAccepted { migration } => self.plain(self.account(*migration), "event-altered-accepted", &[], Tone::Warning),
            Event::MessageRefused { migration, bytes, reason, .. } => {
                let params = [("size", bytes.to_string().into()), ("reason", reason.into())];
                self.plain(self.account(*migration), "event-message-refused", &params, Tone::Warning)
            }
            Event::RefusedRetried { migration } => self.plain(self.account(*migration), "event-refused-retried", &[], Tone::Plain),
            Event::ValidityChanged { migration, mailbox, side, recognised, .. } => {
                let key = if *side == Side::Source { "event-renumbered-source" } else { "event-renumbered-target" };
                let params = [("folder", self.folder(*migration, *mailbox).into()), ("count", (*recognised).into())];
                self.plain(self.account(*migration), key, &params, Tone::Warning)
            }
            Event::MailboxCopied { migration, mailbox, messages } => {
                let params = [("folder", self.folder(*migration, *mailbox).into()), ("messages", (*messages).into())];
                self.plain(self.account(*migration), "event-mailbox-copied", &params, Tone::Plain)
            }
            Event::MailboxVerified { migration, mailbox, verified, missing, unaccounted, altered, .. } => {
                let missing = missing + unaccounted + altered;
                let params =
                    [("folder", self.folder(*migration, *mailbox).into()), ("verified", (*verified).into()), ("missing", missing.into())];
                let (key, tone) =
                    if missing == 0 { ("event-mailbox-verified", Tone::Good) } else { ("event-mailbox-differs", Tone::Warning) };
                self.plain(self.account(*migration), key, &params, tone)
            }
            Event::VerificationSkipped { migration, mailbox, .. } => {
                let params = [("folder", self.folder(*migration, *mailbox).into())];
                self.plain(self.account(*migration), "event-verification-skipped", &params, Tone::Warning)
            }
            Event::FlagsCarried { migration, mailbox, messages, .. } if *messages > 0 => {
                let params = [("folder", self.folder(*migration, *mailbox).into()), ("messages", (*messages).into())];
                self.plain(self.account(*migration), "event-flags-carried", &params, Tone::Plain)
            }
            Event::AccountSurveyed { migration, unchanged, vanished, found } => {
                let params = [("unchanged", unchanged.len().into()), ("vanished", vanished.len().into()), ("found", found.len().into())];
                let has_more = !vanished.is_empty() || !found.is_empty();
                let key = if has_more { "event-surveyed-more" } else { "event-surveyed" };
                self.plain(self.account(*migration), key, &params, Tone::Plain)
            }
            Event::DeltaRequested { migration } => self.plain(self.account(*migration), "event-delta-requested", &[], Tone::Plain),
            _ => None,
        }
    }

    fn of_the_end(&self, event: &Event) -> Told {
        match event {
            Event::DnsChecked { domain, records } => {
                let wrong = records.iter().filter(|r| r.verdict == crate::dnscheck::Verdict::Wrong).count();
                let tone = if wrong == 0 { Tone::Good } else { Tone::Warning };
                self.plain(domain.as_str(), "event-dns-checked", &[("wrong", wrong.into())], tone)
            }
            Event::DnsFixRequested { domain, purpose, .. } => {
                let record = self.say(crate::tui::steps::purpose_key(*purpose), &[]);
                self.plain(domain.as_str(), "event-dns-fixing", &[("record", record.into())], Tone::Plain)
            }
            Event::DnsFixed { domain, purpose } => {
                let record = self.say(crate::tui::steps::purpose_key(*purpose), &[]);
                self.plain(domain.as_str(), "event-dns-fixed", &[("record", record.into())], Tone::Good)
            }
            Event::DnsAccepted => self.plain("", "event-dns-accepted", &[], Tone::Plain),
            Event::TaskStopped { task, problem } => {
                let about = task.migration().map_or_else(String::new, |id| self.account(id));
                let mut params = problem.params.clone();
                if let (false, false) = (params.contains_key("address"), about.is_empty()) {
                    params.insert("address".to_owned(), about.clone());
                }
                Some((about, self.words.say_about(&format!("problem-{}", problem.code.as_str()), &params), Tone::Wrong))
            }
            Event::TaskRetried { task } => {
                let about = task.migration().map_or_else(String::new, |id| self.account(id));
                self.plain(about, "event-task-retried", &[], Tone::Plain)
            }
            Event::Paused => self.plain("", "event-paused", &[], Tone::Plain),
            Event::Unpaused => self.plain("", "event-unpaused", &[], Tone::Plain),
            Event::FinishConfirmed { .. } => self.plain("", "event-finish-confirmed", &[], Tone::Plain),
            Event::ReportSaved { files } => self.plain("", "event-report-saved", &[("count", files.len().into())], Tone::Good),
            Event::SecretsForgotten => self.plain("", "event-secrets-forgotten", &[], Tone::Good),
            Event::SessionFinished => self.plain("", "event-session-finished", &[], Tone::Good),
            _ => None,
        }
    }
}
