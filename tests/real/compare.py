#!/usr/bin/env python3
"""Compares two accounts, message by message and mailbox by mailbox, and prints what differs, as JSON. Ends with 1 when something differs
that neither the target's known ways nor Mailferry's report explain.

  compare.py KIND:PORT:USER KIND:PORT:USER CA.pem REPORT.json

The known ways of the servers, each seen without Mailferry too:

  dovecot   drops a CR at the very end and one before CRLF; stores NUL as 0x80; gives a date in the future the time of the APPEND, and one before 1970 another
  cyrus     replaces 8-bit bytes in headers by X
  courier   drops a CR that no LF follows; adds a missing line end at the very end
"""

import datetime
import json
import re
import sys
import time
from collections import Counter, defaultdict

from accounts import Account


def as_cyrus(text):
    end = re.search(rb"\r?\n\r?\n", text)
    head = text[: end.start()] if end else text
    return re.sub(rb"[\x80-\xff]", b"X", head) + text[len(head) :]


# What a server makes of bytes: how it is called in the table, and how to do the same.
WAYS = {
    "dovecot": [
        ("CR before CRLF dropped", lambda text: re.sub(rb"\r(?=\r\n)", b"", text)),
        ("last CR dropped", lambda text: re.sub(rb"\r\Z", b"", text)),
        ("NUL replaced", lambda text: text.replace(b"\0", b"\x80")),
    ],
    "cyrus": [("8-bit header bytes replaced", as_cyrus)],
    "courier": [
        ("bare CR dropped", lambda text: re.sub(rb"\r(?!\n)", b"", text)),
        ("final line end added", lambda text: text if text.endswith(b"\n") else text + b"\r\n"),
    ],
}


def kept(kind, text):
    """The bytes as the target keeps them, and what it changed."""
    changes = []
    for name, change in WAYS[kind]:
        changed = change(text)
        if changed != text:
            changes.append(name)
            text = changed
    return text, changes


def instant(date):
    return datetime.datetime.strptime(date.strip(), "%d-%b-%Y %H:%M:%S %z").timestamp()


def is_known_date(kind, source, target):
    """Whether this INTERNALDATE is one that servers do not keep: Mailferry says the nearest that all keep (1970 to 2037), Dovecot the present."""
    at = instant(source)
    is_clamped = instant(target) == max(0, min(at, 2_145_916_799))
    return is_clamped or kind == "dovecot" and (at > time.time() - 86_400 or at < 0)


class Comparison:
    def __init__(self, source, target, report):
        self.source, self.target, self.report = source, target, report
        self.counts = Counter()
        self.changed = Counter()
        self.mailboxes = {}
        # What the report admits, and what nothing explains.
        self.listed, self.unexplained = defaultdict(list), defaultdict(list)
        self.targets = {box["name"]: box for box in report["mailboxes"]}
        self.repaired = {(row["mailbox"], row["uid"]): row["repairs"] for row in report["repaired"]}
        self.refused = {(row["mailbox"], row["uid"]): row["reason"] for row in report["refused"]}

    def run(self):
        sources, targets = self.source.mailboxes(), self.target.mailboxes()
        subscribed = self.source.subscribed(), self.target.subscribed()
        met = set()
        for levels, (wire, holds_mail, roles) in sorted(sources.items()):
            if not holds_mail:
                continue
            self.counts["mailboxes"] += 1
            place = self.place(levels, targets)
            if place is None:
                continue
            if place in met:
                self.unexplained["merged"].append("/".join(levels))
            met.add(place)
            there = targets[place]
            self.messages("/".join(levels), self.source.messages(wire), self.target.messages(there[0]))
            if (levels in subscribed[0]) and place not in subscribed[1]:
                self.unexplained["not subscribed"].append("/".join(levels))
            if roles - there[2] and "SPECIAL-USE" in self.target.imap.capabilities:
                self.listed["roles"].append(f"{'/'.join(levels)}: {' '.join(roles)}")
        for levels, (wire, holds_mail, _) in targets.items():
            if holds_mail and levels not in met and self.target.messages(wire):
                self.unexplained["extra mailbox"].append("/".join(levels))

    def place(self, levels, targets):
        """Where the mailbox went: where it was, or where the report says."""
        name = "/".join(levels)
        row = self.targets.get(name)
        if row is None or row["to"] is None:
            self.unexplained["mailbox not in the report"].append(name)
            return None
        # Below INBOX and beside it is the same place where every name begins with INBOX.
        beside = levels[1:] if levels[0] == "INBOX" and len(levels) > 1 and self.target.prefix else levels
        for same in (levels, beside):
            if same in targets and targets[same][1] and row["to"] == name:
                return same
        to = tuple(row["to"].split("/"))
        if to in targets and row["to"] != name:
            self.listed["renamed"].append(f"{name} -> {row['to']}")
            return to
        if self.report["outcome"] == "unfinished" and not row["copied"]:
            # Nothing is claimed of it; the run ended with 1 and named it.
            self.counts["messages of refused mailboxes"] += row["messages"]
            self.listed["mailbox refused"].append(f"{name} -> {row['to']}: {row['messages']} messages")
            return None
        self.unexplained["mailbox missing"].append(f"{name} -> {row['to']}")
        return None

    def messages(self, name, source, target):
        self.counts["messages"] += len(source)
        self.mailboxes[name] = {"messages": len(source), "identical": 0}
        self.counts["bytes"] += sum(len(text) for *_, text in source)
        there = defaultdict(list)
        for uid, flags, date, text in target:
            there[text].append((flags, date))
        # Twins are paired with the one that is most alike first.
        waiting = []
        for uid, flags, date, text in source:
            expected, changes = kept(self.target.kind, text)
            waiting.append((uid, flags, date, text, expected, changes))
        pairs, left = [], []
        for row in waiting:
            same = [other for other in there[row[4]] if other[0] == row[1] and instant(other[1]) == instant(row[2])]
            (pairs.append((row, same[0])) or there[row[4]].remove(same[0])) if same else left.append(row)
        missing = []
        for row in left:
            if there[row[4]]:
                pairs.append((row, there[row[4]].pop(0)))
            else:
                missing.append(row)
        for row, other in pairs:
            self.pair(name, row, other)
        for uid, _, date, text, _, _ in missing:
            what = {"mailbox": name, "uid": uid, "date": date, "bytes": len(text), "begins": repr(text[:60])}
            mended = self.take_mended(name, uid, date, there)
            if mended:
                self.counts["repaired"] += 1
                self.listed["repaired"].append(what | {"repairs": self.repaired[name, uid], "now": len(mended)})
            elif (name, uid) in self.refused:
                self.counts["refused"] += 1
                self.listed["refused"].append(what | {"why": self.refused[name, uid]})
            else:
                self.unexplained["missing"].append(what)
        for text, others in there.items():
            for flags, date in others:
                self.unexplained["doubled or unknown"].append({"mailbox": name, "date": date, "bytes": len(text), "begins": repr(text[:60])})

    def take_mended(self, name, uid, date, there):
        """The repaired form of a message that the report lists as repaired: of those left over the first of its date."""
        for text, others in there.items():
            for other in others:
                if (name, uid) in self.repaired and instant(other[1]) == instant(date):
                    others.remove(other)
                    return text
        return None

    def pair(self, name, row, other):
        uid, flags, date, text, _, changes = row
        self.counts["arrived"] += 1
        self.counts["identical"] += not changes
        self.mailboxes[name]["identical"] += not changes
        self.changed.update(changes)
        what = {"mailbox": name, "uid": uid}
        if flags != other[0]:
            difference = what | {"source": sorted(flags), "target": sorted(other[0])}
            self.counts["flags differ"] += 1
            (self.listed if self.targets[name]["flags_differ"] else self.unexplained)["flags"].append(difference)
        if instant(date) != instant(other[1]):
            difference = what | {"source": date, "target": other[1]}
            self.counts["dates differ"] += 1
            is_known = is_known_date(self.target.kind, date, other[1])
            (self.listed if is_known else self.unexplained)["dates"].append(difference)

    def told(self):
        return {
            "counts": self.counts, "changed by the target": self.changed, "mailboxes": self.mailboxes,
            "listed": self.listed, "unexplained": self.unexplained,
        }


def main():
    source, target = Account(sys.argv[1], sys.argv[3]), Account(sys.argv[2], sys.argv[3])
    with open(sys.argv[4], encoding="utf-8") as file:
        report = json.load(file)["accounts"][0]
    comparison = Comparison(source, target, report)
    comparison.run()
    source.leave()
    target.leave()
    print(json.dumps(comparison.told(), ensure_ascii=False))
    sys.exit(1 if comparison.unexplained else 0)


main()
