//! Writes one message of the catalogue: headers as mail programs and servers write them, then the body.

use std::fmt::Write as _;

use bytes::Bytes;

use super::super::dice::Dice;
use super::super::transfer::encoded_words;
use super::Fill;
use super::body::{Shape, write_body};
use super::catalogue::Entry;
use super::mailboxes::Stream;
use super::people::{Person, mailbox, somebody};
use super::words::subjects;
use crate::domain::InternalDate;

const AGENTS: [&str; 5] = [
    "X-Mailer: Microsoft Outlook 16.0",
    "User-Agent: Mozilla Thunderbird",
    "X-Mailer: Apple Mail (2.3654.60.1)",
    "User-Agent: Roundcube Webmail/1.6.0",
    "X-Mailer: iPhone Mail (20H115)",
];

/// The bytes of an entry.
pub(super) fn compose(entry: &Entry, fill: &Fill) -> Bytes {
    let mut dice = Dice::of(entry.seed, &[]);
    let shape = Shape::draw(&mut dice, entry.tongue, entry.size);
    let mut head = String::with_capacity(1024);
    write_head(&mut head, &mut dice, entry, fill);
    let mut message = head.into_bytes();
    message.reserve(entry.size as usize + 512);
    write_body(&mut message, &mut dice, entry, shape);
    Bytes::from(message)
}

fn write_head(head: &mut String, dice: &mut Dice, entry: &Entry, fill: &Fill) {
    let owner = fill.owner.to_string();
    let name = owner_name(fill);
    let other = somebody(dice);
    let is_own = matches!(entry.stream, Stream::Sent | Stream::Drafts);
    let sent = header_date(entry.sent);
    if !is_own {
        write_trace(head, dice, &other, &owner, &sent);
    }
    let message_id = format!("<{:016x}.{}@{}>", dice.bits(), dice.below(10_000), if is_own { "mydomain.ovh" } else { "example.com" });
    let lacks_id = dice.percent(if entry.stream == Stream::Drafts { 60 } else { 3 });
    let me = mailbox(&name, &owner);
    let them = mailbox(other.name, other.address);
    let (from, to) = if is_own { (me, them) } else { (them, me) };
    // Errors cannot happen: the text grows in memory.
    let _ = write!(head, "From: {from}\r\nTo: {to}\r\n");
    if dice.percent(25) {
        let copy = somebody(dice);
        let _ = write!(head, "Cc: {}\r\n", mailbox(copy.name, copy.address));
    }
    let _ = write!(head, "Subject: {}\r\nDate: {sent}\r\n", subject(dice, entry));
    if !lacks_id {
        let _ = write!(head, "Message-ID: {message_id}\r\n");
    }
    if dice.percent(30) {
        let parent = format!("<{:016x}@example.org>", dice.bits());
        let _ = write!(head, "In-Reply-To: {parent}\r\nReferences: <{:016x}@example.com>\r\n {parent}\r\n", dice.bits());
    }
    let _ = write!(head, "{}\r\n", dice.pick(&AGENTS));
    if dice.percent(4) {
        let _ = write!(head, "Disposition-Notification-To: {from}\r\nX-Priority: 1 (Highest)\r\n");
    }
    if !is_own && dice.percent(8) {
        head.push_str("List-Id: News of the month <news.example.com>\r\nList-Unsubscribe: <https://www.example.com/unsubscribe>\r\n");
    }
    head.push_str("MIME-Version: 1.0\r\n");
}

/// What servers wrote on the way.
fn write_trace(head: &mut String, dice: &mut Dice, from: &Person, owner: &str, sent: &str) {
    let _ = write!(head, "Return-Path: <{}>\r\nDelivered-To: {owner}\r\n", from.address);
    for hop in 0..=dice.below(3) {
        let _ = write!(
            head,
            "Received: from mx{hop}.example.com (mx{hop}.example.com [192.0.2.{}])\r\n\tby mx{}.mail.ovh.net (Postfix) with ESMTPS id {:010X}\r\n\tfor <{owner}>; {sent}\r\n",
            dice.below(250),
            hop + 1,
            dice.bits() >> 24,
        );
    }
    if dice.percent(50) {
        let _ = write!(
            head,
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=mail;\r\n\th=from:to:subject:date; bh={:016x}; b={:016x}\r\n",
            dice.bits(),
            dice.bits()
        );
    }
}

fn subject(dice: &mut Dice, entry: &Entry) -> String {
    let text = dice.pick(subjects(entry.tongue));
    let prefix = *dice.pick(&["", "", "", "Re: ", "Re: ", "Fwd: ", "RE: RE: "]);
    let number = if dice.percent(30) { format!(" #{}", dice.below(9000)) } else { String::new() };
    let text = format!("{prefix}{text}{number}");
    if text.is_ascii() { text } else { encoded_words(&text) }
}

/// `john.smith@…` is John Smith.
fn owner_name(fill: &Fill) -> String {
    let words = fill.owner.local().split(['.', '_', '-']).filter(|w| w.chars().all(|c| c.is_ascii_alphabetic()));
    let capital = |word: &str| word.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect::<String>();
    words.map(capital).collect::<Vec<_>>().join(" ")
}

/// `Mon, 02 Feb 2026 10:00:00 +0100` (RFC 5322 §3.3).
fn header_date(date: InternalDate) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let local = date.unix_seconds() + i64::from(date.offset_minutes()) * 60;
    let day = usize::try_from(local.div_euclid(86_400).rem_euclid(7)).unwrap_or(0);
    let text = date.to_string();
    let (calendar, time) = text.split_once(' ').unwrap_or((&text, ""));
    format!("{}, {} {time}", DAYS[day], calendar.replace('-', " "))
}
