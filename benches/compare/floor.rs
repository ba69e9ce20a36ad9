//! The floor: what a copy costs when nothing is checked, nothing is remembered and nothing is compared.
//!
//! One connection per side (or several pairs, which share the mailboxes), one streamed `UID FETCH 1:*` per mailbox, overlapped with
//! APPEND commands that are not waited for one by one. It runs as a process of its own, as the tools that it is compared with do.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::measure::since_1970;
use super::talk::{Account, Manner, Message, Writer, connect, failed, say};

/// Messages between reader and writer.
const BETWEEN: usize = 64;

/// What is copied, and how.
#[derive(Debug, Clone)]
pub(crate) struct Floor {
    pub(crate) from: Account,
    pub(crate) to: Account,
    pub(crate) manner: Manner,
    /// Pairs of connections; none: the source is only read, and what it says is thrown away.
    pub(crate) pairs: usize,
    /// Where it says at the end when how many messages had been stored.
    pub(crate) progress: PathBuf,
    /// Known beforehand: even a LIST would be more than the floor.
    pub(crate) mailboxes: Vec<String>,
}

impl Floor {
    /// As arguments of [`Floor::from_arguments`].
    pub(crate) fn arguments(&self) -> Vec<String> {
        let account = |account: &Account| {
            let ca = account.ca.as_ref().map_or_else(String::new, |path| path.display().to_string());
            [account.address.to_string(), ca, account.user.clone()]
        };
        let manner = match self.manner {
            Manner::Multi => "multi",
            Manner::MultiSelected => "multi-selected",
            Manner::Single => "single",
        };
        let mut all = vec!["floor".to_owned()];
        all.extend(account(&self.from));
        all.extend(account(&self.to));
        all.extend([manner.to_owned(), self.pairs.to_string(), self.progress.display().to_string()]);
        all.extend(self.mailboxes.clone());
        all
    }

    /// From the arguments of the child process, without the word `floor`.
    pub(crate) fn from_arguments(arguments: &[String]) -> Option<Self> {
        let account = |at: usize| {
            let ca = arguments.get(at + 1)?;
            let ca = (!ca.is_empty()).then(|| ca.into());
            Some(Account { address: arguments.get(at)?.parse().ok()?, ca, user: arguments.get(at + 2)?.clone() })
        };
        let manner = match arguments.get(6)?.as_str() {
            "multi" => Manner::Multi,
            "multi-selected" => Manner::MultiSelected,
            _ => Manner::Single,
        };
        let pairs = arguments.get(7)?.parse().ok()?;
        let progress = arguments.get(8)?.into();
        Some(Self { from: account(0)?, to: account(3)?, manner, pairs, progress, mailboxes: arguments.get(9..)?.to_vec() })
    }

    /// Copies everything.
    pub(crate) async fn run(self) -> io::Result<()> {
        if self.pairs == 0 {
            return read_only(&self).await;
        }
        let left = Arc::new(Mutex::new(VecDeque::from(self.mailboxes.clone())));
        let pairs: Vec<_> = (0..self.pairs).map(|_| pair(&self, Arc::clone(&left))).collect();
        let mut stored = futures::future::try_join_all(pairs).await?.concat();
        stored.sort_unstable();
        let mut text = String::new();
        for (at, messages) in stored {
            let _ = writeln!(text, "{} {messages}", at.as_millis());
        }
        std::fs::write(&self.progress, text)
    }
}

async fn read_only(floor: &Floor) -> io::Result<()> {
    let (ear, mouth) = connect(&floor.from).await?;
    let left = Arc::new(Mutex::new(VecDeque::from(floor.mailboxes.clone())));
    let (feed, mut items) = mpsc::channel(BETWEEN);
    let dropping = async move {
        while items.recv().await.is_some() {}
        Ok(())
    };
    futures::future::try_join(read(ear, mouth, left, feed), dropping).await.map(|_| ())
}

enum Item {
    Mailbox(String),
    Message(Message),
}

/// One pair of connections, until no mailbox is left. Answers when how many messages were stored.
async fn pair(floor: &Floor, left: Arc<Mutex<VecDeque<String>>>) -> io::Result<Vec<(Duration, usize)>> {
    let ((ear, mouth), (mut told, target)) = futures::future::try_join(connect(&floor.from), connect(&floor.to)).await?;
    let (feed, mut items) = mpsc::channel(BETWEEN);
    let reading = read(ear, mouth, left, feed);
    let writing = async move {
        let mut writer = Writer::new(target, floor.manner);
        while let Some(item) = items.recv().await {
            match item {
                Item::Mailbox(mailbox) => writer.open(&mailbox),
                Item::Message(message) => writer.put(&message).await?,
            }
            if items.is_empty() {
                writer.hand_over().await?;
            }
        }
        writer.close();
        let commands = std::mem::take(&mut writer.commands);
        writer.log_out().await?;
        Ok::<_, io::Error>(commands)
    };
    // Answers are read all the time, so that the server is never held up by them.
    let hearing = async move {
        let mut answers = Vec::new();
        loop {
            let line = told.line().await?;
            match line {
                line if line.starts_with(b"w OK") => answers.push(since_1970()),
                line if line.starts_with(b"z ") => return Ok::<_, io::Error>(answers),
                line if line.starts_with(b"w ") => return Err(failed(String::from_utf8_lossy(line))),
                _ => {}
            }
        }
    };
    let ((), commands, answers) = futures::future::try_join3(reading, writing, hearing).await?;
    if answers.len() == commands.len() {
        Ok(answers.into_iter().zip(commands).collect())
    } else {
        Err(failed(format!("{} answers to {} commands", answers.len(), commands.len())))
    }
}

async fn read(
    mut ear: super::talk::Ear,
    mut mouth: super::talk::Mouth,
    left: Arc<Mutex<VecDeque<String>>>,
    feed: mpsc::Sender<Item>,
) -> io::Result<()> {
    let gone = |_| failed("the writer is gone");
    loop {
        let next = left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(mailbox) = next else { return say(&mut mouth, "z LOGOUT\r\n").await };
        say(&mut mouth, &format!("e EXAMINE \"{mailbox}\"\r\n")).await?;
        ear.until("e").await?;
        say(&mut mouth, "f UID FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])\r\n").await?;
        feed.send(Item::Mailbox(mailbox)).await.map_err(gone)?;
        while let Some(message) = ear.message("f").await? {
            feed.send(Item::Message(message)).await.map_err(gone)?;
        }
    }
}
