### The nine steps.

field-trimmed = blanks around what was pasted were left out
field-endpoint = API
field-application-key = Application key
field-application-secret = Application secret
field-consumer-key = Consumer key
field-consumer-empty = leave it empty: Mailferry asks for one with you
field-filter = Filter
field-address = Address
field-source-host = IMAP server
field-password = Password
field-target-host = New IMAP server
field-temporary = Temporary name
field-new-password = New password (empty: the old one)
field-folder = Folder there

error-empty = please fill this in
error-address = this is not an address such as anna@mydomain.ovh
error-host = a server name such as ex3.mail.ovh.net, with :port where it is not 993
error-endpoint = ovh-eu, ovh-ca, ovh-us, or a full https:// address
error-twice = this account is in the list already
error-same-name = the temporary name must differ from the address
error-folder = a folder name has no empty part
error-folder-taken = another folder goes there already
folders-marked-keep = Mail marked as deleted is copied where it is, with its mark. { $key } changes this.
folders-marked-trash = Mail marked as deleted is copied into the folder for deleted mail, without its mark. { $key } changes this.
folders-marked-skip = Mail marked as deleted stays at the old account. { $key } changes this.
folders-names-suffix = Folders whose names are one name there stay apart: the second one gets a number. { $key } changes this.
folders-names-merge = Folders whose names are one name there become one. { $key } changes this.
folder-part-marked = marked as deleted

column-account = account
column-name = name
column-size = size
column-quota = quota
column-logon = last login
column-aliases = aliases
column-platform = platform
column-service = service
column-free = free
column-quota-each = per account
column-largest = mail up to
column-renamed = renamed to
column-renamed-guided = you rename it to
column-messages = messages
column-found = found
column-folder = folder
column-folder-there = there
column-record = record
column-expected = expected
column-live = live
column-badge = OVHcloud says
column-badge-short = OVHcloud

day-today = today
day-yesterday = yesterday
day-ago = { $ago } ago
account-busy = busy
account-unusable = not usable

login-queued = waiting for its turn
login-trying-short = logging in
login-failed = see below
login-proven-short = { $folders ->
    [one] works, 1 folder
   *[other] works, { $folders } folders
 }
login-trying = logging in at { $host }
login-proven = { $folders ->
    [one] works: 1 folder, { $messages } in the inbox
   *[other] works: { $folders } folders, { $messages } in the inbox
 }

## Source

source-title = Which accounts shall move?
source-asking-services = Asking the API for your services
source-asking-accounts = Reading the accounts of this service
source-no-service = There is no service with accounts in this OVHcloud account.
source-no-account = This service has no configured account.
source-no-match = No account contains this text.
source-chosen = { $count ->
    [0] None of { $of } accounts chosen yet.
   *[other] { $count } of { $of } accounts chosen, { $size }
 }
source-call = { $count ->
    [one] Go on with this account
   *[other] Go on with these { $count } accounts
 }
source-passwords-title = Prove that we can read them
source-passwords-text = The password of each account. It is tried by a login that changes nothing.
source-passwords-try = Try the logins ({ $proven } of { $count } work)
source-passwords-call = { $count ->
    [one] The login works: go on
   *[other] All { $count } logins work: go on
 }
source-guided-title = Which accounts shall move?
source-guided-text = One account after the other: its address, the server where its mail is now, its password. The login is tried at once and changes nothing.
source-guided-call = Try the login
source-guided-go-on = { $count ->
    [one] Go on with this account, or type the next one
   *[other] Go on with these { $count } accounts, or type the next one
 }

## Destination

destination-title = Where shall they go?
destination-need = { $count ->
    [one] One account looks for a new home.
   *[other] { $count } accounts look for a new home.
 }
destination-need-size = { $count ->
    [one] One account with { $size } looks for a new home.
   *[other] { $count } accounts, { $size }, the largest { $largest }
 }
destination-attached = The domain is attached to this service already.
destination-attach = { $domains } is not attached to this service yet. Mailferry attaches it in non-authoritative mode: mail for names that are not here yet still reaches the old service.
destination-mail-only = Mail only: calendars and contacts stay at the source.
destination-call = Choose this service
destination-call-attach = Choose this service, and attach the domain
obstacle-source = The accounts are on this service already.
obstacle-state = This service is suspended or expired.
obstacle-imap = IMAP is switched off for this service: switch it on in the control panel.
obstacle-seats = { $count ->
    [one] One free account is needed, and there is none: order one in the control panel, or choose another service.
   *[other] { $count } free accounts are needed, { $free } are there: order more in the control panel, or choose another service.
 }
destination-attaching-title = The domain is being attached
destination-attaching-text = The new service must know the domain before an account can have an address in it. This takes some minutes; mail is not affected.
destination-starting = about to start
destination-ready = ready
destination-guided-text = The server on which the new accounts will be, as your provider names it.
destination-guided-call = Go on
clicks-head = In the control panel, if the new service is at OVHcloud
clicks-attach-1 = Open the new service, tab `Associated domains`, and press `Add a domain`.
clicks-attach-2 = Choose `{ $domains }` and the mode `non-authoritative`: mail for names that are not there yet still reaches the old service.
clicks-attach-3 = Wait until the column `Status` says `OK`.
clicks-attach-else = Anywhere else: make sure that the server accepts mail for this domain.

## Review

review-title = This is what will happen
review-looking = Looking at the accounts: { $known } of { $count } done
review-totals = { $count ->
    [one] One account
   *[other] { $count } accounts
 } · { $messages } messages · { $size } · { $time }
review-not-renamed = keeps its name
review-about = { $account }: { $skipped ->
    [0] all { $copied } folders are copied
    [one] { $copied } folders are copied, 1 stays
   *[other] { $copied } folders are copied, { $skipped } stay
 }
review-about-key = (`{ $key }` shows them)
review-at-once = Create each new account right after the rename
review-call = Accept the plan; nothing is changed by that
review-folders-title = Folders of { $address }
found-notes = { $count ->
    [one] 1 note
   *[other] { $count } notes
 }
found-warnings = { $count ->
    [one] 1 warning
   *[other] { $count } warnings
 }
found-blockers = { $count ->
    [one] 1 obstacle
   *[other] { $count } obstacles
 }
role-inbox = inbox
role-sent = sent mail
role-drafts = drafts
role-trash = trash
role-junk = junk
role-archive = archive
skip-not-mail = stays: holds no mail
skip-not-selectable = stays: cannot be opened
skip-by-choice = stays: you decided so

## Rename

rename-title = Rename the old accounts
rename-title-guided = Rename the old accounts yourself
rename-title-running = The old accounts are being renamed
rename-title-undoing = The old accounts get their names back
rename-title-proving = Proving the new names by a login
rename-title-nothing = Nothing has to be renamed
rename-nothing = The old and the new server can both have the same address, so the old accounts keep their names.
rename-gap = From now until the new account exists, nobody has the address: a message sent to it in that time may come back to its sender. Usually this takes less than a minute.
rename-undo = Nothing is deleted, and it can be undone until the copy starts.
rename-call = { $count ->
    [one] Rename this account now
   *[other] Rename these { $count } accounts now
 }
rename-call-at-once = { $count ->
    [one] Rename it now, and create the new one
   *[other] Rename these { $count } now, and create the new ones
 }
rename-call-guided = { $count ->
    [one] I have renamed it: prove it
   *[other] I have renamed them: prove it
 }
rename-running = The platform does this by itself and takes some seconds. You can leave at any moment; the next start looks at how far it came.
rename-proving = Each account is asked for under its new name. That changes nothing.
clicks-rename-1 = In the control panel, open the old service ({ $host }), tab `Email accounts`.
clicks-rename-2 = For each account below press `…`, then `Edit`, change the name as shown, and confirm.
clicks-rename-3 = Wait until the panel shows the new name without a running operation.
state-renamed = renamed
state-undoing = being undone
state-in-doubt = finding out how far it came

## Create

create-title = Create the new accounts
create-title-guided = Create the new accounts yourself
create-title-undoing = The new accounts are being removed
create-undoing = Nothing was copied yet: all mail is at the source, and stays there.
create-title-running = The new accounts are being created
create-passwords = Each gets the password that you gave it in the plan, else that of the old account; where neither is known, a generated one.
create-undo = It can be undone until the copy starts.
create-call = { $count ->
    [one] Create this account now
   *[other] Create these { $count } accounts now
 }
create-running = A free account of the new service gets the address. You can leave at any moment; the next start looks at how far it came.
create-proving = Each new account is opened once. That changes nothing.
create-proven = the new account is there
create-call-guided = I have created them: try the logins
clicks-rehearsal = In this rehearsal the control panel is { $url }
clicks-create-1 = In the control panel, open the new service ({ $host }), tab `Email accounts`.
clicks-create-2 = Press `…` beside a free account (`@configureme.me`), then `Edit`, and give it the address and a password.
clicks-create-3 = Wait until the panel shows the address without a running operation, then type the password here.
state-created = created
state-created-gap = { $seconds ->
    [one] created, 1 s without a mailbox
   *[other] created, { $seconds } s without a mailbox
 }
state-without-mailbox = without a mailbox for { $age }

## Migrate

migrate-start-title = Copy the mail
migrate-start-totals = { $count ->
    [one] One account
   *[other] { $count } accounts
 }, { $messages } messages, { $size }
migrate-start-text = Every message is copied with its date and its marks, then the target is read again and compared. The source is only read. You can stop and go on as often as you like.
migrate-start-undo = From here on rename and create are no longer undone by a key.
migrate-start-call = Start the copy
migrate-title = Copying the mail
migrate-totals = { $done } of { $accounts } accounts done · { $copied } of { $messages } messages · { $bytes } of { $size }
migrate-totals-short = { $done }/{ $accounts } accounts · { $copied } of { $messages } messages · { $bytes }
migrate-paused = paused
migrate-paused-text = Paused. Nothing new is started; what is copied stays copied.
migrate-all-verified = everything verified
migrate-verifying = reading the target again
migrate-left = { $time } left
migrate-measuring = measuring
migrate-warming-up = Opening the accounts
migrate-rate = { $messages } messages/s
migrate-rate-wide = { $messages } messages/s, { $bytes }/s
migrate-limited = limited by { $what }
migrate-limited-lanes = limited by { $what }, { $lanes } lanes
migrate-refused = { $count } refused
migrate-folders-of = Folders of { $address }
state-verified = done, verified
state-unverified = done, not verified
state-verifying = verifying { $folder }
state-copied = copied, to be verified
state-paused = paused
state-waiting = waiting for its turn
state-not-copied = not copied
folder-stays = This folder stays at the source.
folder-copying = Goes to { $there }. { $size } copied so far.
folder-verified = Goes to { $there }. { $verified } messages found again, { $size }, { $how }. Marks differ on { $flags }, dates on { $dates }.
folder-unverified = Goes to { $there }. { $size } copied, not read again by choice.
folder-sampled = { $count } of them by header, flags and date only.
folder-reflagged = Marks of { $count } followed the source.
folder-disappeared = { $count } are not at the source any more.
folder-removed = { $count } were deleted at the target since.
folder-vanished = The source does not have this folder any more.
folder-by-bytes = compared byte by byte
folder-by-content = compared by content, because the target rebuilds messages

## DNS

records-title = DNS of { $domains }
records-asking = Asking the name servers of { $domain }
records-as-expected = as expected
records-waiting = changed, spreading
records-no-answer = no answer
records-none = none
records-changing = being changed
records-expected = expected
records-selectors = { $count } selectors
records-live = now
records-remove = remove
records-update = change
records-add = add
records-call-fix = Change it in the zone; the zone is saved first
records-paste = Add this where your DNS is managed, { $key } copies it:
records-call-good = Everything is as it should be: go on
records-watching = { $waiting ->
    [one] One record is spreading; it is watched. You can go on.
   *[other] { $waiting } records are spreading; they are watched. You can go on.
 }
records-wrong = { $wrong ->
    [0] Nothing is wrong.
    [one] One record is wrong. You can go on and mend it later.
   *[other] { $wrong } records are wrong. You can go on and mend them later.
 }
record-mx = MX
record-spf = SPF
record-dkim = DKIM
record-dmarc = DMARC
record-autodiscover = autodiscover
record-ownership = ownership
badge-good = good
badge-wrong = wrong

## Finish

finish-title = Finish
finish-title-done = Finished
finish-totals = { $count ->
    [one] One account
   *[other] { $count } accounts
 } · { $verified } messages verified · { $size }{ $refused ->
    [0] {""}
   *[other] { " " }· { $refused } refused
 }
finish-verified = all verified
finish-unverified = not verified
finish-kept = kept as { $name }
finish-settings = To be set in every mail program and phone
settings-incoming = incoming
settings-outgoing = outgoing
settings-webmail = webmail
settings-imap = IMAP { $host }, SSL/TLS
settings-smtp = SMTP { $host }:587, STARTTLS
settings-user = user name
settings-user-address = the address
finish-source-kept = The old accounts stay, under their temporary names.
finish-source-reset = Reset them in the control panel when you no longer need them; that deletes the mail there.
finish-source-untouched = The old accounts stay untouched.
finish-forget = Forget the passwords and keys of this session
finish-call = Write the report and finish
finish-running = Writing the report
finish-reports = The report lies in { $folder }
finish-more-files = { $count ->
    [one] and one more file
   *[other] and { $count } more files
 }
finish-forgotten = Passwords and keys are forgotten.
finish-leave = Leave

## Looking at an earlier step

past-connect = Connect, as answered
past-source = Accounts, as chosen
past-destination = Destination, as chosen
past-review = The accepted plan
past-rename = Renamed
past-create = Created
past-migrate = Copied
past-dns = DNS
past-expires = the key ends { $when }
past-reopen = Press `{ $key }` to answer from here on again; nothing has been changed yet, and what you typed is kept.
past-too-late = Something has been changed already, so this can only be looked at.
past-done = This is done and can only be looked at.
