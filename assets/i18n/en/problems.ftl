### Trouble: what happened (problem-…), what it means for the mail (meaning-…), what to do (hint-…), why a wish is refused (refusal-…).

## What stands in for a noun that is not known.

default-address = the account
default-user = this user name
default-host = the server
default-service = the service
default-domain = the domain
default-mailbox = a folder
default-secret = a password
default-path = the folder
default-file = the file
default-line = ?
default-session = this session
default-pid = ?
default-version = a newer version
default-rule = a right
default-seconds = some
default-query-id = –
default-size = more
default-limit = its limit
default-quota = its quota
default-count = some
default-codes = something there
default-task = The task
default-missing = some
default-fingerprint = ?
default-from = the folder
default-to = another folder
default-names = some folders
default-keywords = some marks
default-flags = some marks
default-server = The new server
default-what = dates or flags
default-sent = one thing
default-came = another

problem-title = Something needs you
problem-what-to-do = What to do
problem-cause = The other side said: { $cause }
problem-detail = In detail: { $cause }
problem-code = Code: { $code }
problem-fingerprint = Fingerprint of the certificate (SHA-256)
problem-pin = Accept it only if whoever runs this server gave you the same fingerprint. It then counts for this session only, and only for this certificate.
problem-pin-call = Accept this certificate and try again

problem-wrong-password = { $host } refused the password of { $user }.
problem-login-not-allowed = { $host } lets { $user } not in, although the password may be right.
problem-unknown-host = There is no server called { $host }.
problem-unreachable = { $host } does not answer.
problem-untrusted-certificate = The certificate of { $host } is not trusted by this computer.
problem-expired-certificate = The certificate of { $host } is not valid today.
problem-certificate-for-another-host = The certificate of { $host } belongs to another server.
problem-tls-failed = No secure connection to { $host } could be made.
problem-connection-lost = The connection was lost.
problem-throttled = The server asks for patience.
problem-server-misbehaves = The server answered something that makes no sense.
problem-mailbox-refused = The server refused { $mailbox }.
problem-quota-full = The new account is full.
problem-message-refused = A message was refused by the target.
problem-verification-failed = { $count ->
    [one] What was read back is not what was sent: one message.
   *[other] What was read back is not what was sent: { $count } messages.
 }
problem-canary-altered = { $server } alters the mail that it stores ({ $what }): { $sent } was sent, { $came } came back. { $count ->
    [one] One message is there so.
   *[other] { $count } messages are there so.
 }
problem-api-unreachable = The OVHcloud API does not answer.
problem-api-keys-refused = The OVHcloud API refused the keys.
problem-consumer-key-expired = The consumer key has expired or was revoked.
problem-access-rule-missing = The consumer key lacks { $rule }.
problem-api-failed = The OVHcloud API answered with an error.
problem-api-not-understood = The OVHcloud API answered something unexpected.
problem-operation-in-progress = The platform is still at work on { $address }.
problem-operation-failed = An operation of the platform on { $address } ended in an error.
problem-address-taken = { $address } exists already.
problem-account-missing = { $address } is not there.
problem-domain-not-here = { $service } is for another domain than { $domain }: an MX Plan has one domain and takes no other.
problem-no-free-seat = { $service } has no free account.
problem-password-refused = The platform does not take this password for { $address }.
problem-migration-blocked = OVHcloud does not move { $address } as things are now: { $codes }.
problem-plan-outdated = The plan does not fit { $address } any more: { $what ->
    [size] its mail has grown beyond what the new account holds.
    [account] the account is not there any more.
    [source] the old account is not there any more.
    [target] the new account is not there any more.
    [service] the service is not there any more.
    [state] the account is not usable now.
   *[other] something changed since it was accepted.
 }
problem-domain-elsewhere = { $domain } is authoritative at another service of yours: it cannot be used at the new one beside that.
problem-service-suspended = { $service } has expired or is suspended.
problem-domain-not-ready = { $domain } is not ready at the new service.
problem-zone-not-here = The DNS zone of { $domain } is not in this OVHcloud account.
problem-dns-unreachable = DNS gave no answer for { $domain }.
problem-secret-missing = The password of { $address } is not known any more.
problem-keyring-unavailable = The keyring of this computer does not answer.
problem-config-malformed = { $file } has a mistake in line { $line }.
problem-session-too-new = { $session } was written by version { $version }, which is newer than this one.
problem-session-damaged = The files of { $session } are damaged.
problem-session-locked = Another program works on { $session } (process { $pid }).
problem-session-unknown = There is no session { $session }.
problem-disk-full = The disk is full: nothing more can be written to { $path }.
problem-state-read-only = { $path } cannot be written.
problem-task-panicked = A task ended in a way that nobody foresaw.

meaning-nothing-changed = Nothing was changed anywhere.
meaning-nothing-lost = No mail is lost: what is copied is safe at the target, everything else is at the source.
meaning-source-complete = No mail is lost: everything is still at the source, but this part is not at the target.
meaning-mail-untouched = Your mail is not touched by this.
meaning-mail-may-bounce = Messages to this address may come back to their senders until this is mended.

hint-retype-password = Type the password again.
hint-check-host = Check the name of the server and the port.
hint-check-network = Check the network of this computer.
hint-pin-certificate = Compare the fingerprint with the one that you were given, and accept the certificate by hand.
hint-use-certificate-name = Use the server name that the certificate is for.
hint-wait = Wait: it goes on by itself.
hint-retry = Try again.
hint-go-on-anyway = Go on anyway, if you can live with it: the report lists what differs. (Command line: --go-on-if-altered.)
hint-stop-here = Or stop here, and ask whoever runs the new server: nothing more is copied until you decide.
hint-new-consumer-key = Make a new consumer key: leave its field empty and connect again.
hint-check-keys = Check the keys, and that they belong to this API.
hint-choose-another-address = Choose another address.
hint-order-seat = Order an account in the control panel, or free one.
hint-choose-another-service = Choose another service.
hint-raise-quota = Give the account more room, or remove mail from it.
hint-open-webmail = Log in to the webmail once, and do what it asks.
hint-enable-imap = Switch IMAP on for this account.
hint-look-at-refused = Look at the saved messages.
hint-change-record-by-hand = Change the record where your DNS is managed; the exact line is shown.
hint-choose-another-password = Choose another password, longer or with other kinds of characters.
hint-mend-at-source = Mend it at the old place, then try again.
hint-undo-and-review = Undo what was done, and look at the plan again: nothing is lost by that.
hint-make-non-authoritative = Make the domain non-authoritative there, in the control panel, tab `Associated domains`.
hint-unlock-keyring = Unlock the keyring of this computer.
hint-correct-file = Correct the file.
hint-install-newer-version = Install the newer version of Mailferry.
hint-use-other-instance = Go on in the other window, or watch from here.
hint-free-disk-space = Free some disk space; the next start goes on from here.
hint-make-writable = Make the folder writable, or choose another one.
hint-list-sessions = See what is there: mailferry sessions list
hint-ask-support = Ask OVHcloud's support, with this number: { $query-id }
hint-send-log = Send us the log; it holds no passwords and no mail.

## The same for the command line, where a command does it.

command-retype-password = Give the same command again, with the right password.
command-check-host = Give the command with the right name of the server and the right port: imaps://USER@HOST:PORT
command-pin-certificate = If you trust who runs it, give the certificate of its authority: --ca FILE
command-use-certificate-name = Give the command with the server name that the certificate is for.
command-retry = Give the same command again.
command-new-consumer-key = Make a new consumer key: mailferry resume, and connect again.
command-raise-quota = Give the account more room, or remove mail from it; then give the same command again.
command-look-at-refused = Look at the saved messages, in the folder refused of the session.
command-use-other-instance = Wait until it has ended, or look at it: mailferry sessions show { $session }
command-free-disk-space = Free some disk space (df -h tells where), and give the same command again: it goes on from here.
command-make-writable = Make the folder writable (chmod u+rwx), or name another one: --state DIR
command-correct-file = Correct line { $line } of { $file }.
command-list-sessions = See what is there: mailferry sessions list

refusal-strategy-not-possible = These platforms do not allow this order of acts.
refusal-wrong-typed = This is not the address of the account.
refusal-source-gone = The old account is gone.
refusal-nothing-to-undo = There is nothing that could be undone.
refusal-not-now = That is not possible at this step.
refusal-nothing-chosen = Nothing is chosen yet.
refusal-same-account-twice = The same account is chosen twice.
refusal-same-name-twice = Another account has this name already.
refusal-other-domain = The temporary name must stay in the same domain.
refusal-plan-mismatch = The plan no longer fits the accounts: please look at it again.
refusal-blocked = An obstacle that was found must be mended first.
refusal-too-late = Something was changed already: this answer can no longer be taken back.
refusal-copy-begun = The copy has begun: this can no longer be undone from here.
refusal-target-exists = The new account must be removed first.
refusal-nothing-to-fix = This record is not changed from here.
refusal-not-stopped = This task is not stopped.
refusal-not-verified = Not everything is verified yet.
refusal-finished = The session is finished.
refusal-read-only = Another program works on this session: from here it can only be watched.
