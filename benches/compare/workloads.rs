//! Mail to be copied: the same bytes in every run, from a small generator of numbers.

use std::fmt::Write as _;
use std::io;

use super::talk::{Account, Manner, Message, Writer, connect};

/// A set of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    /// So many messages of about 5 KB in ten mailboxes.
    Small(usize),
    /// 2,000 messages, 407 MB together, the largest 30 MB, in four mailboxes.
    Mixed,
    /// So many messages of about 600 bytes in one mailbox.
    Tiny(usize),
    /// So many messages of about 600 bytes in so many mailboxes.
    Spread(usize, usize),
}

/// xorshift64*: no crate, no seed from outside.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or(0)
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Messages and where they go, one by one: 407 MB need not be there at once.
pub(crate) struct Mill {
    numbers: Numbers,
    /// A megabyte of base64 lines, of which messages are cut.
    lines: Vec<u8>,
}

impl Mill {
    pub(crate) fn new() -> Self {
        let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
        let mut lines = Vec::with_capacity(1 << 20);
        while lines.len() < 1 << 20 {
            lines.extend((0..76).map(|_| ALPHABET[numbers.below(64)]));
            lines.extend_from_slice(b"\r\n");
        }
        Self { numbers, lines }
    }

    /// A message of about so many bytes.
    pub(crate) fn message(&mut self, number: usize, bytes: usize) -> Message {
        let id = self.numbers.next();
        let day = 1 + self.numbers.below(28);
        let (hour, minute) = (self.numbers.below(24), self.numbers.below(60));
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][self.numbers.below(12)];
        let year = 2010 + self.numbers.below(15);
        let mut text = String::new();
        let head = write!(
            text,
            "Return-Path: <anna@example.com>\r\nReceived: from mx1.example.com by mx2.example.org with ESMTPS id {id:x};\r\n\
             \t{day} {month} {year} {hour:02}:{minute:02}:00 +0100\r\nMessage-ID: <{id:016x}.{number}@example.com>\r\n\
             Date: {day} {month} {year} {hour:02}:{minute:02}:00 +0100\r\nFrom: Anna <anna@example.com>\r\nTo: John <john@example.org>\r\n\
             Subject: Message {number} of the comparison\r\nMIME-Version: 1.0\r\n"
        );
        head.expect("a string takes everything");
        if bytes < 64 << 10 {
            text.push_str("Content-Type: text/plain; charset=utf-8\r\n\r\n");
        } else {
            text.push_str("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        }
        let mut body = text.into_bytes();
        while body.len() < bytes {
            let from = self.numbers.below(self.lines.len() / 78) * 78;
            let want = (bytes - body.len()).min(256 << 10) / 78 * 78 + 78;
            let until = (from + want).min(self.lines.len());
            body.extend_from_slice(&self.lines[from..until]);
        }
        let flags = match self.numbers.below(10) {
            0 | 1 => "",
            2 => "\\Seen \\Answered",
            3 => "\\Seen \\Flagged",
            _ => "\\Seen",
        };
        let date = format!("{day:2}-{month}-{year} {hour:02}:{minute:02}:00 +0100");
        Message { flags: flags.to_owned(), date, body }
    }

    fn small(&mut self, number: usize) -> Message {
        let bytes = 3000 + self.numbers.below(4700);
        self.message(number, bytes)
    }

    /// 4 of 30 MiB, 16 of 5 MiB, 80 of 1 MiB, 400 of 248 KiB, 1,500 of 8 KiB, mingled.
    fn mixed(&mut self, number: usize) -> Message {
        let bytes = match number % 500 {
            250 => 30 << 20,
            n if n % 100 == 50 => 5 << 20,
            n if n % 20 == 10 => 1 << 20,
            n if n % 5 == 1 => 248 << 10,
            _ => 8 << 10,
        };
        self.message(number, bytes)
    }
}

impl Workload {
    /// The mailboxes of the source, INBOX first.
    pub(crate) fn mailboxes(self) -> Vec<String> {
        let names = ["INBOX", "Archive", "Clients", "Family", "Invoices", "Lists", "Projects", "Receipts", "Travel", "Work"];
        let count = match self {
            Self::Small(_) => names.len(),
            Self::Mixed => 4,
            Self::Tiny(_) => 1,
            Self::Spread(_, count) => count,
        };
        (0..count).map(|place| names.get(place).map_or_else(|| format!("Folder {place}"), |&name| name.to_owned())).collect()
    }

    /// Messages in all mailboxes together.
    pub(crate) const fn messages(self) -> usize {
        match self {
            Self::Small(count) | Self::Tiny(count) | Self::Spread(count, _) => count,
            Self::Mixed => 2000,
        }
    }

    /// Fills an empty account; the number of bytes.
    pub(crate) async fn fill(self, account: &Account) -> io::Result<usize> {
        let (mut ear, mouth) = connect(account).await?;
        let mut writer = Writer::new(mouth, Manner::Multi);
        let mut mill = Mill::new();
        let mailboxes = self.mailboxes();
        let (mut number, mut bytes) = (0, 0);
        let mut answered = 0;
        for (place, mailbox) in mailboxes.iter().enumerate() {
            writer.open(mailbox);
            let until = self.messages() * (place + 1) / mailboxes.len();
            while number < until {
                let message = match self {
                    Self::Small(_) => mill.small(number),
                    Self::Mixed => mill.mixed(number),
                    Self::Tiny(_) | Self::Spread(..) => mill.message(number, 600),
                };
                bytes += message.body.len();
                writer.put(&message).await?;
                number += 1;
                // The server's answers must not pile up.
                if writer.commands.len() > answered + 8 {
                    writer.hand_over().await?;
                }
                while writer.commands.len() > answered + 8 {
                    ear.until("w").await?;
                    answered += 1;
                }
            }
        }
        writer.close();
        writer.hand_over().await?;
        while writer.commands.len() > answered {
            ear.until("w").await?;
            answered += 1;
        }
        writer.log_out().await?;
        Ok(bytes)
    }
}

/// Messages in these mailboxes of an account.
pub(crate) async fn count(account: &Account, mailboxes: &[String]) -> io::Result<usize> {
    let (mut ear, mut mouth) = connect(account).await?;
    let mut sum = 0;
    for mailbox in mailboxes {
        super::talk::say(&mut mouth, &format!("s STATUS \"{mailbox}\" (MESSAGES)\r\n")).await?;
        let told = ear.until("s").await?;
        let found = told.iter().find_map(|line| line.rsplit_once("MESSAGES ")?.1.split(')').next()?.parse::<usize>().ok());
        sum += found.unwrap_or(0);
    }
    Ok(sum)
}

/// Changes one percent of an account: half of it new messages, half of it flags of messages that are there.
pub(crate) async fn change(account: &Account, workload: Workload, round: usize) -> io::Result<()> {
    let mailboxes = workload.mailboxes();
    let each = (workload.messages() / 200 / mailboxes.len()).max(1);
    let mut mill = Mill::new();
    let (mut ear, mouth) = connect(account).await?;
    let mut writer = Writer::new(mouth, Manner::Single);
    for mailbox in &mailboxes {
        writer.reopen(mailbox);
        for number in 0..each {
            writer.put(&mill.message(1_000_000 + round * 10_000 + number, 5000)).await?;
        }
    }
    writer.hand_over().await?;
    for _ in 0..writer.commands.len() {
        ear.until("w").await?;
    }
    let mut mouth = writer.into_mouth();
    for mailbox in &mailboxes {
        let first = 1 + round * each;
        let last = first + each - 1;
        let sign = if round.is_multiple_of(2) { '+' } else { '-' };
        let text = format!("w SELECT \"{mailbox}\"\r\nw STORE {first}:{last} {sign}FLAGS.SILENT (\\Draft)\r\n");
        super::talk::say(&mut mouth, &text).await?;
        ear.until("w").await?;
        ear.until("w").await?;
    }
    Ok(())
}
