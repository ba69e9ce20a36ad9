//! A logged-in connection: the port's methods, each in the file of its subject.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;

use super::ability::{Abilities, Family};
use super::appending::Caution;
use super::ceiling::Ceiling;
use super::command::Command;
use super::compression::Pace;
use super::conversation::Conversation;
use super::namespace::Namespace;
use super::reading::{HEADER, WHOLE};
use super::refusal::{refusal, says_it_exists};
use super::reply::Status;
use crate::domain::{Capabilities, Flags, MailboxName, Quota, Role, Uid, UidSet, WireName};
use crate::ports::{
    Access, AppendReport, BatchQueue, FetchedMessage, ListedMailbox, MailConnection, MailError, MailboxState, MessageSink, MessageSummary,
    NameRefused, NewMailbox, OutgoingMessage, Weighed,
};

/// Command lines stay below what Exchange and Zimbra take.
pub(super) const LONGEST_SET: usize = 7_900;

/// The mailbox that is open.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) mailbox: WireName,
    pub(super) access: Access,
    pub(super) exists: u32,
    pub(super) uid_next: Option<Uid>,
    /// Whether the server keeps mod-sequences here (it said HIGHESTMODSEQ).
    pub(super) counts_changes: bool,
}

/// One logged-in connection.
#[derive(Debug)]
pub(super) struct ImapConnection {
    pub(super) conversation: Conversation,
    pub(super) abilities: Abilities,
    pub(super) capabilities: Capabilities,
    pub(super) namespace: Namespace,
    pub(super) opened: Option<Opened>,
    /// Keywords (in lower case) that a mailbox has taken on this connection.
    pub(super) proven: HashSet<(WireName, String)>,
    pub(super) caution: Caution,
    pub(super) ceiling: Ceiling,
    pub(super) family: Family,
    /// Told how fast messages arrive; none on a packed connection, which would not tell.
    pub(super) pace: Option<Pace>,
    pub(super) appends_in_a_row: u32,
    pub(super) goodbye: Duration,
}

impl ImapConnection {
    /// Whether the server closes after a few refusals in a row.
    pub(super) fn counts_errors(&self) -> bool {
        self.family != Family::Other
    }

    /// The command that makes a mailbox, with a role where the server can.
    pub(super) fn creation(&self, mailbox: &WireName, role: Option<Role>) -> Command {
        let command = Command::new("CREATE").mailbox(mailbox);
        match role.and_then(Role::attribute).filter(|_| self.capabilities.can_create_special_use) {
            Some(attribute) => command.words(&format!(" (USE ({attribute}))")),
            None => command,
        }
    }

    async fn store_flags(&mut self, uids: &UidSet, sign: char, flags: &Flags) -> Result<(), MailError> {
        let names = flags.wire_names().join(" ");
        if names.is_empty() {
            return Ok(());
        }
        for set in uids.chunks(LONGEST_SET) {
            self.conversation.run(&Command::new(format!("UID STORE {set} {sign}FLAGS.SILENT ({names})")), |_| {}).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl MailConnection for ImapConnection {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn fetch_in_pieces(&mut self, uid: Uid) -> Result<Option<FetchedMessage>, MailError> {
        self.in_pieces(uid).await
    }

    async fn list(&mut self) -> Result<Vec<ListedMailbox>, MailError> {
        self.list_all().await
    }

    fn wire_name(&self, name: &MailboxName) -> Result<WireName, NameRefused> {
        self.namespace.wire(name)
    }

    async fn examine(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.open(mailbox, Access::Examine).await
    }

    async fn select(&mut self, mailbox: &WireName) -> Result<MailboxState, MailError> {
        self.open(mailbox, Access::Select).await
    }

    async fn open_weighed(&mut self, (mailbox, access): (&WireName, Access), from: Uid) -> Result<(MailboxState, Vec<Weighed>), MailError> {
        self.weights_on_opening((mailbox, access), from).await
    }

    async fn enumerate_each(&mut self, mailboxes: &[WireName]) -> Result<Vec<Option<Vec<MessageSummary>>>, MailError> {
        self.summaries_of_each(mailboxes).await
    }

    fn has_selected(&self, mailbox: &WireName) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.access == Access::Select && opened.mailbox == *mailbox)
    }

    fn shortest_answer(&self) -> Option<Duration> {
        self.conversation.shortest_answer()
    }

    async fn create_selected(&mut self, new: NewMailbox<'_>) -> Result<MailboxState, MailError> {
        self.create_open(new).await
    }

    async fn status(&mut self, mailbox: &WireName) -> Result<Option<MailboxState>, MailError> {
        self.status_of(mailbox).await
    }

    async fn enumerate(&mut self, from: Uid) -> Result<Vec<MessageSummary>, MailError> {
        self.summaries(from).await
    }

    async fn weigh(&mut self, from: Uid) -> Result<Vec<Weighed>, MailError> {
        self.weights(from).await
    }

    async fn flags_of(&mut self, uids: &UidSet, since: Option<u64>) -> Result<Vec<(Uid, Flags)>, MailError> {
        self.flags_in(uids, since).await
    }

    async fn overview(&mut self) -> Result<Vec<(ListedMailbox, Option<MailboxState>)>, MailError> {
        self.all_states().await
    }

    async fn fetch(&mut self, uids: &UidSet, sink: &mut dyn MessageSink) -> Result<(), MailError> {
        self.messages(std::slice::from_ref(uids), WHOLE, sink).await
    }

    async fn fetch_windows(&mut self, windows: &[UidSet], sink: &mut dyn MessageSink) -> Result<(), MailError> {
        self.conversation.take_awaited();
        self.messages(windows, WHOLE, sink).await?;
        let (bytes, waited) = self.conversation.take_awaited();
        if let Some(pace) = &self.pace {
            pace.saw(bytes, waited);
        }
        Ok(())
    }

    async fn fetch_headers(&mut self, windows: &[UidSet], sink: &mut dyn MessageSink) -> Result<(), MailError> {
        self.messages(windows, HEADER, sink).await
    }

    async fn append(&mut self, mailbox: &WireName, messages: &[OutgoingMessage]) -> Result<AppendReport, MailError> {
        self.append_all(mailbox, messages).await
    }

    async fn append_stream(&mut self, mailbox: &WireName, queue: &dyn BatchQueue) -> Result<(), MailError> {
        self.append_batches(mailbox, queue).await
    }

    async fn add_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        self.store_flags(uids, '+', flags).await
    }

    async fn remove_flags(&mut self, uids: &UidSet, flags: &Flags) -> Result<(), MailError> {
        self.store_flags(uids, '-', flags).await
    }

    async fn create(&mut self, mailbox: &WireName, role: Option<Role>) -> Result<(), MailError> {
        let command = self.creation(mailbox, role);
        if command != Command::new("CREATE").mailbox(mailbox) {
            let outcome = self.conversation.ask(&command, |_| {}).await?;
            // A role that cannot be given is no reason to go without the mailbox.
            if outcome.status == Status::Ok || says_it_exists(&outcome) {
                return Ok(());
            }
        }
        let outcome = self.conversation.ask(&Command::new("CREATE").mailbox(mailbox), |_| {}).await?;
        if outcome.status == Status::Ok || says_it_exists(&outcome) || self.is_listed(mailbox).await? {
            return Ok(());
        }
        tracing::debug!(kind = ?refusal(&outcome).kind, "a mailbox was not created");
        self.conversation.checked(outcome).map(|_| ())
    }

    async fn subscribe(&mut self, mailbox: &WireName) -> Result<(), MailError> {
        self.conversation.run(&Command::new("SUBSCRIBE").mailbox(mailbox), |_| {}).await.map(|_| ())
    }

    async fn quota(&mut self) -> Result<Option<Quota>, MailError> {
        self.storage().await
    }

    async fn logout(self: Box<Self>) {
        self.conversation.log_out(self.goodbye).await;
    }
}
