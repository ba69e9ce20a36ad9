#!/usr/bin/env python3
"""Fills an account with a set of mailboxes that has a bit of everything, and with the corpus. Prints what the server refused, as JSON.

  fill.py KIND:PORT:USER CA.pem [CORPUS]
"""

import json
import pathlib
import random
import re
import sys

from accounts import Account, quoted

USUAL = "02-Feb-2024 10:00:00 +0100"
FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Draft", "\\Deleted"]
# Every ordinary letter counts twice here: once for the server, once for whoever copies it.
NAMES = [
    ("Projects", "2023", "Lyon"), ("Projects", "2024", "Q1", "Notes"), ("Projects", "2024", "Q2"),
    ("Été & Co",), ("日本語", "メール"), ("Ελληνικά", "παλιά"), ("Кошка",), ("Emoji 🎉",), ("Cafe\u0301",),
    ('Quote "x" y',), ("Back \\ slash",), ("Paren (x) {3}",), ("Percent % Star *",), ("~tilde",), ("-dash",), ("#number",),
    ("a&b",), ("&AGE-",), ("v1.0", "notes"), ("case",), ("CASE", "below"), ("two  spaces",), ("long " + "x" * 150,),
    ("Empty",), ("Empty parent", "child"), ("INBOX", "below"), ("Ordner", "Gesendet"),
]


def head(number, **more):
    lines = [f"Message-ID: <{number}@example.com>", "From: Anna <anna@example.com>", f"Subject: number {number}"]
    return "".join(line + "\r\n" for line in lines + [f"{name.replace('_', '-')}: {value}" for name, value in more.items()])


def plain(number, lines=3):
    return (head(number) + "\r\n" + "a line of mail\r\n" * lines).encode()


def dates():
    return [
        "01-Jan-1970 00:00:01 +0000", "31-Dec-1969 23:59:59 +0000", "13-Dec-1901 20:45:52 +0000", "01-Jul-1960 12:00:00 +0000",
        "29-Feb-2000 23:59:59 +0000", "31-Dec-1999 23:59:59 -1200", "01-Jan-2000 00:00:00 +1400", "19-Jan-2038 03:14:08 +0000",
        "01-Jan-2099 00:00:00 +0000", "25-Mar-2018 02:30:00 +0100", " 2-Feb-2024 10:00:00 +0545", "01-Jan-1980 00:00:00 -0930",
    ]


def odd(chance):
    """(flags, date, bytes): what a parser may stumble over."""
    twin = plain("twin")
    yield from [("\\Seen", USUAL, twin)] * 3 + [("", "03-Feb-2024 10:00:00 +0100", twin)]
    texts = [
        b"Subject: no id\r\n\r\nhello\r\n", b"Subject: no id\r\n\r\nhello\r\n", b"Subject: only headers\r\n", b"Subject: headers\r\n\r\n",
        b"\r\nno headers\r\n", b"x", b"\r\n", b"no colon here\r\n\r\nbody\r\n", b"Subject: no end\r\n\r\nno final line end",
        b"Subject: bare LF\n\nbody\nof lines\n", b"Subject: bare CR\r\n\r\none\rtwo\r\n", b"Subject: last CR\r\n\r\nline\r\r",
        b"Subject: NUL\r\n\r\na\0b\0\r\n", "Subject: 8-bit é ß\r\n\r\né\r\n".encode(), b"Subject: latin \xe9\xdf\r\n\r\n\xe9\xff\r\n",
        b"From me Thu Jan  1 00:00:00 1970\r\nSubject: mbox\r\n\r\nFrom here\r\n>From there\r\n", b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n",
        b"Subject: folded\r\n\t over\r\n  lines\r\n\r\n\r\n\r\n", b"Subject: literal\r\n\r\na1 OK done {3}\r\n)\r\n* BYE\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 70_000 + b"\r\n", b"X-Long: " + b"y" * 9_000 + b"\r\nSubject: long header\r\n\r\nbody\r\n",
        (head("mime", MIME_Version="1.0", Content_Type='multipart/mixed; boundary="b"') + "\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n").encode(),
        b"Subject: binary\r\nContent-Transfer-Encoding: binary\r\n\r\n" + chance.randbytes(5_000).replace(b"\0", b"\1") + b"\r\n",
    ]
    yield from [("\\Seen" if at % 2 else "", USUAL, text) for at, text in enumerate(texts)]
    for at, date in enumerate(dates()):
        yield "", date, plain(f"date{at}")


def generated(chance):
    """Levels of each mailbox: its messages."""
    flags = [" ".join(flag for bit, flag in enumerate(FLAGS) if number >> bit & 1) for number in range(32)]
    keywords = ["$Forwarded", "$MDNSent", "$Junk NonJunk", "Projet-Lyon", "$label1 \\Seen", "a b c d e f g h", "UPPER lower"]
    yield ("INBOX",), [(flag, USUAL, plain(f"flag{at}")) for at, flag in enumerate(flags + keywords)]
    yield ("Odd",), odd(chance)
    for role in ["Sent", "Drafts", "Junk", "Trash"]:
        yield (role,), [("\\Seen", f"{day:02}-Mar-2021 08:00:00 +0100", plain(f"{role}{day}", day)) for day in range(1, 29)]
    sizes = [0, 1, 100, 5_000, 200_000]
    yield ("Sizes",), [("", USUAL, plain(f"size{size}", size)) for size in sizes]
    yield ("Tiny",), [("", USUAL, f"Subject: {number}\r\n\r\n{number}\r\n".encode()) for number in range(300)]
    for at, name in enumerate(NAMES):
        yield name, [] if name[0].startswith("Empty") else [("", USUAL, plain(f"name{at}"))]


def corpus(folder):
    """The files as they are, but for those of old Macs, whose lines end with CR alone: as a mail program would have sent them, and once
    more as they are."""
    whole, macs = [], []
    for at, path in enumerate(sorted(pathlib.Path(folder).rglob("*.eml"))):
        flags, date, text = "\\Seen" if at % 2 else "", f"{at % 28 + 1:02}-Apr-2022 12:{at % 60:02}:00 +0200", path.read_bytes()
        if b"\n" not in text:
            macs.append((flags, date, text))
            text = text.replace(b"\r", b"\r\n")
        whole.append((flags, date, text))
    return [(("Corpus",), whole), (("Corpus of old Macs",), macs)]


def main():
    account = Account(sys.argv[1], sys.argv[2])
    mailboxes = list(generated(random.Random(7)))
    if len(sys.argv) > 3:
        mailboxes += corpus(sys.argv[3])
    there = account.mailboxes()
    taken, refused, names = 0, [], []
    for at, (levels, messages) in enumerate(mailboxes):
        if account.prefix and levels[0] == "INBOX" and len(levels) > 1:
            levels = levels[1:]  # everything is below INBOX here
        wire = account.wire(levels)
        # A level that holds the delimiter is another mailbox here, deeper down: what the server makes of it is copied.
        if levels not in there:
            answer, told = account.imap.create(quoted(wire))
            if answer != "OK":
                names.append({"mailbox": "/".join(levels), "why": told[0].decode(errors="replace")})
                continue
        if at % 3:
            account.ok(account.imap.subscribe(quoted(wire)))
        for flags, date, text in messages:
            why = account.append(wire, flags, date, text)
            if why and "bare newlines" in why:
                # Nothing like it can be on this server; what a mail server would have made of it can.
                why = account.append(wire, flags, date, re.sub(rb"\r\n|\r|\n", b"\r\n", text))
            if why is None:
                taken += 1
            else:
                refused.append({"mailbox": "/".join(levels), "date": date, "begins": repr(text[:40]), "why": why})
    account.leave()
    print(json.dumps({"taken": taken, "refused": refused, "names": names}))


main()
