"""What fill.py and compare.py share: a login, mailbox names, and the account at a glance. Only the standard library; nothing of Mailferry."""

import base64
import imaplib
import re
import socket
import ssl

imaplib._MAXLINE = 50_000_000
ROLES = {"\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash"}


def decoded(name):
    """RFC 3501 section 5.1.3: modified UTF-7 to text."""
    base = lambda match: base64.b64decode(match[1].replace(",", "/") + "=" * (-len(match[1]) % 4)).decode("utf-16-be") if match[1] else "&"
    return re.sub(r"&([^-]*)-", base, name)


def encoded(name):
    """RFC 3501 section 5.1.3: text to modified UTF-7."""
    base = lambda match: "&" + base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
    return re.sub(r"[^\x20-\x7e]+", base, name.replace("&", "&-"))


def quoted(wire):
    return '"' + wire.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Account:
    """A connection to one account. `server` is KIND:PORT:USER, such as cyrus:2993:anna@example.com."""

    def __init__(self, server, ca):
        self.kind, port, self.user = server.split(":", 2)
        context = ssl.create_default_context(cafile=ca)
        self.imap = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=context, timeout=120)
        self.imap.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ok(self.imap.login(self.user, "secret"))
        namespace = self.ok(self.imap.namespace())[0].decode()
        personal = re.match(r'\(\("([^"]*)" "(.)"\)', namespace)
        self.prefix, self.delimiter = personal[1], personal[2]

    @staticmethod
    def ok(answer):
        if answer[0] != "OK":
            raise RuntimeError(f"{answer}")
        return answer[1]

    def wire(self, levels):
        """The spelling of a name here. INBOX is INBOX everywhere."""
        name = self.delimiter.join(levels)
        return encoded(name if levels == ("INBOX",) else self.prefix + name)

    def levels(self, wire):
        name = decoded(wire)
        if name.upper() == "INBOX":
            return ("INBOX",)
        if name.upper() == f"{self.prefix}INBOX".upper():
            return ("", "INBOX")  # not the inbox: a mailbox below it that bears its name
        return tuple(name.removeprefix(self.prefix).split(self.delimiter))

    def _names(self, command, *arguments):
        self.imap.untagged_responses.clear()
        self.ok(self.imap._simple_command(command, *arguments))
        lines = self.imap.untagged_responses.pop("LIST", []) + self.imap.untagged_responses.pop("LSUB", [])
        for line in lines:
            if not line:
                continue
            head, literal = line if isinstance(line, tuple) else (line, None)
            attributes, rest = re.match(rb'\(([^)]*)\) (?:"(?:\\.|[^"])"|NIL) (.*)', head, re.S).groups()
            if literal is not None:
                wire = literal.decode()
            elif rest.startswith(b'"'):
                wire = re.sub(r"\\(.)", r"\1", rest.strip()[1:-1].decode())
            else:
                wire = rest.decode().strip()
            yield wire, {attribute.lower() for attribute in attributes.decode().split()}

    def mailboxes(self):
        """Levels of each mailbox: its wire name, whether it can hold mail, its roles."""
        wants_roles = "SPECIAL-USE" in self.imap.capabilities and self.kind != "cyrus"
        found = {}
        for wire, attributes in self._names("LIST", '""', '"*"', *(["RETURN (SPECIAL-USE)"] if wants_roles else [])):
            found[self.levels(wire)] = (wire, not attributes & {"\\noselect", "\\nonexistent"}, attributes & ROLES)
        return found

    def subscribed(self):
        return {self.levels(wire) for wire, attributes in self._names("LSUB", '""', '"*"') if "\\noselect" not in attributes}

    def append(self, wire, flags, date, text):
        """Appends bytes as they are; answers None, or why not."""
        self.imap.literal = text
        try:
            answer, told = self.imap._simple_command("APPEND", quoted(wire), f"({flags})", f'"{date}"')
        except imaplib.IMAP4.error as error:
            if isinstance(error, imaplib.IMAP4.abort):
                raise
            return str(error)
        finally:
            self.imap.literal = None
        return None if answer == "OK" else told[0].decode(errors="replace")

    def messages(self, wire):
        """Every message: (UID, flags, INTERNALDATE, bytes)."""
        exists = int(self.ok(self.imap.select(quoted(wire), readonly=True))[0])
        found = []
        for first in range(1, exists + 1, 200):
            window = f"{first}:{min(first + 199, exists)}"
            parts = self.ok(self.imap.fetch(window, "(UID FLAGS INTERNALDATE BODY.PEEK[])"))
            for at, part in enumerate(parts):
                if isinstance(part, tuple):
                    tail = parts[at + 1] if at + 1 < len(parts) and isinstance(parts[at + 1], bytes) else b""
                    found.append(message(part[0] + tail, part[1]))
                elif re.search(rb'BODY\[\] (""|NIL)', part or b""):
                    found.append(message(part, b""))
        if len(found) != exists:
            raise RuntimeError(f"{self.user} {wire}: {len(found)} of {exists} were given")
        return found

    def leave(self):
        self.imap.logout()


def message(head, body):
    flags = re.search(rb"FLAGS \(([^)]*)\)", head)[1].decode().split()
    flags = frozenset(flag.lower() if flag.startswith("\\") else flag for flag in flags)
    date = re.search(rb'INTERNALDATE "([^"]*)"', head)[1].decode()
    return int(re.search(rb"UID (\d+)", head)[1]), flags - {"\\recent"}, date, body
