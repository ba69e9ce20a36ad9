### The frame around the steps: header, steps, state of the mail, panels, leaving.

header-demo = rehearsal, nothing is real
header-demo-short = rehearsal
header-domains = { $first } and { $more } more

step-connect = Connect
step-source = Source
step-destination = Destination
step-review = Review
step-rename = Rename
step-create = Create
step-migrate = Migrate
step-dns = DNS
step-finish = Finish
step-of = Step { $number } of { $of } · { $name }

touch-reads-only = only reads
touch-watching = watching only
touch-attach = changes: one domain
touch-rename = changes: old names
touch-you-rename = you change: old names
touch-create = changes: new accounts
touch-you-create = you change: new accounts
touch-target-only = changes: target only
touch-undoing = changes: everything back
touch-switch = changes: names
touch-replace = deletes: old accounts
touch-platform = OVHcloud changes both
touch-zone = changes: the DNS zone
touch-until-fix = only reads, until you press f
touch-finish = changes: writes the report

## The state of the mail: on every screen, at most one line of 60 columns.

safety-untouched = Your mail is safe: nothing has been changed.
safety-attached = Your mail is safe: only the domain was attached.
safety-renamed = { $count ->
    [one] Mail is safe; { $address } has no mailbox now.
   *[other] Mail is safe; { $count } addresses have no mailbox now.
 }
safety-platform-moving = { $count ->
    [one] Your mail is with OVHcloud, which is moving it right now.
   *[other] Mail of { $count } accounts is with OVHcloud, which is moving it.
 }
safety-platform-moved = { $count ->
    [one] Mail is safe: moved by OVHcloud, { $found } messages found there.
   *[other] Mail is safe: { $count } moved by OVHcloud, { $found } found there.
 }
safety-old-gone = { $count ->
    [one] Mail is safe: { $verified } verified there; an old account is gone.
   *[other] Mail is safe: { $verified } verified there; { $count } of { $of } old are gone.
 }
safety-created = Your mail is safe: all of it is still at the source.
safety-copying = Your mail is safe: nothing is removed from the source.
safety-unverified = Your mail is safe: copied, not verified, and still at the source.
safety-verified = { $verified ->
    [one] Mail is safe: one message verified at both places.
   *[other] Mail is safe: { $verified } messages verified at both places.
 }
safety-verified-refused = Safe: { $verified } verified, { $refused } refused and kept at the source.

activity-none = Nothing has happened yet.

too-small = This window is too small to read. Make it at least { $width } columns by { $height } lines; everything goes on meanwhile.

fatal-title = Mailferry has stopped

call-go-on = Go on
call-retry = Try again

## Panels

help-title = Keys
help-here = On this screen
help-everywhere = Everywhere, where it makes sense
help-typing = While you type, letters are letters: F1 help, F2 tasks, F3 log. Ctrl-C stops, and the next start goes on from here.
help-connect = Choose who does the clicks. Through the API Mailferry renames, creates and checks by itself; otherwise it shows you each click and proves it.
help-source = Choose the accounts that move. Each password is tried at once, by a login that changes nothing.
help-destination = Choose where the accounts go. What cannot receive them says why.
help-review = Everything that will happen, before it does. Names and folders can still be changed.
help-rename = The old accounts get a temporary name, so that the new ones can have the real address. It can be undone until the copy starts.
help-switch = The old accounts give the real addresses up, the new ones take them. Until a new account has its address, it can be undone.
help-replace = An old account that cannot be renamed is deleted once you typed its address, and only when everything of it is verified. Then the new one takes the address.
help-create-temporary = The new accounts come into being under temporary names that nobody writes to. The old ones go on working.
help-server = OVHcloud moves the accounts itself. Each is confirmed by typing its address, because it can neither be cancelled nor undone.
help-create = The new accounts come into being under the real addresses. It can be undone until the copy starts.
help-migrate = The copy. It can be paused or stopped at any moment, even by pulling the plug: the next start goes on where it was, and no message is copied twice.
help-dns = What the world's mail servers and programs must find, and what they find. Each record is explained when it is selected.
help-finish = The report, and what has to be set in every mail program.

tasks-title = Running tasks
tasks-head = { $running } running, { $stopped } stopped
tasks-none = Nothing is running right now.
tasks-paused = Paused: nothing new is started.
task-stopped = stopped
task-waiting = in { $left }: { $why }
task-counted = { $activity } { $done } of { $total }
task-attach-domain = Attach { $domain }
task-inventory = Look at { $account }
task-rename-source = Rename { $account }
task-undo-rename = Give { $account } its name back
task-create-target = Create the new { $account }
task-undo-create = Remove the new { $account }
task-survey = Look for changes in { $account }
task-copy-mailbox = Copy { $account } { $folder }
task-verify-mailbox = Verify { $account } { $folder }
task-check-dns = Check DNS of { $domain }
task-fix-dns = Change DNS of { $domain }
task-inspect-features = Look at what { $account } has besides mail
task-inspect-shared = Look at what { $domain } has besides mail
task-rename-target = Give the new { $account } its address
task-undo-rename-target = Take the address from the new { $account }
task-remove-source = Delete the old { $account }
task-server-migrate = OVHcloud moves { $account }
task-carry-features = Make again what { $account } had
task-carry-shared = Make again what { $domain } had
task-detach-domain = Detach { $domain }
task-finish = Write the report

activity-queued = waiting for its turn
activity-connecting = connecting
activity-reading-folders = reading folders
activity-reading-list = reading the list of messages
activity-settling = finding out what arrived before
activity-awaiting-late = waiting for what may still arrive
activity-copying = copying
activity-verifying = reading the target again
activity-asking = asking the platform
activity-waiting-for-platform = platform at work
activity-waiting-for-name = waiting until the address is free
activity-platform-migrates = OVHcloud is moving it
activity-carrying = aliases, rights, contacts
activity-proving-login = logging in
activity-asking-dns = asking DNS
activity-watching-dns = watching DNS
activity-writing = writing

limit-source = the old server
limit-target = the new server
limit-network = the network
limit-throttling = patience asked for

log-title = What happened
log-head = Newest first. The complete journal lies in { $folder }

refused-title = Refused messages
refused-head = { $count ->
    [one] 1 message of { $address } was not taken by the target. It is still at the source, and saved as .eml in { $folder }.
   *[other] { $count } messages of { $address } were not taken by the target. They are still at the source, and saved as .eml in { $folder }.
 }

secrets-title = Passwords
secrets-missing = Passwords are not kept between runs here. Type them again, and everything goes on where it was.
secrets-again = Type the password again, and the task goes on where it was. Fields that you leave empty stay as they are.
secrets-source = { $address }, old account
secrets-target = { $address }, new account
secrets-call = Keep and go on
secrets-keeping = Keeping
secrets-keyring = Passwords and keys are kept in this computer's keyring, nowhere else.
secrets-this-run = Passwords and keys are kept in memory, for this run only: { $why }
secrets-no-keyring = there is no keyring here.

password-title = Password
password-of = The password of { $address } at its new place:
password-handle = Give it to its owner in a safe way. It can be changed in the webmail or in the control panel.
password-gone = It is not kept any more. Set a new one in the control panel.
password-call = Close

typed-removal-title = Replace the old account
typed-removal-first = First { $address } is looked at once more: what is new is copied, and compared. { $verified } messages are verified so far.
typed-removal-then = Then the old account { $address } is deleted, with all the mail in it. The new one, { $there }, gets the address.
typed-removal-gap = In between the address has no mailbox, for minutes perhaps: the platform has to give the name free. Mail may come back to its sender in that time.
typed-removal-call = Delete the old account, and replace it
typed-server-title = Let OVHcloud move the account
typed-server-text = OVHcloud moves { $address } to { $target } itself:
typed-server-before = Before
typed-server-before-text = Filters, automatic replies and mailing lists are not taken along{ $family ->
    [email-pro] , nor are the contacts of the webmail
   *[other] {""}
 }.
typed-server-during = During
typed-server-during-text = It can take several hours and cannot be cancelled. The old mailbox cannot be opened; do not change its password.
typed-server-after = After
typed-server-after-text = OVHcloud deletes the old mailbox within 15 days. Mail programs need the new settings.
typed-server-call = I have read this: move it
undo-all-title = Undo everything
undo-all-text = All of this is taken back. Copies go with the new accounts; your mail stays where it is, in the old ones.
undo-all-create = new account { $address } is removed
undo-all-rename = { $from } becomes { $to } again
undo-all-domain = { $domain } is taken from the new service again
undo-all-call = Undo all of it
undo-all-too-late = { $count ->
    [one] The point of no return is behind { $address }: this can no longer be undone.
   *[other] The point of no return is behind { $count } accounts: this can no longer be undone.
 }
undo-all-copy-begun = The copy has begun, and new mail arrives at the new accounts: removing them could lose some. This can no longer be undone from here.

leave-title = Leave
leave-text = What is in flight is finished first, then Mailferry ends. Nothing is lost: the next start goes on from here.
leave-resume = Later: mailferry resume { $id }
leave-call = Leave now

stopping-softly = Finishing what is in flight… Ctrl-C again ends at once; nothing is lost then either.

farewell-finished = All done. The report stays in the session's folder.
farewell-soft = Stopped. Nothing is lost. Go on with: { $resume }
farewell-hard = Stopped at once. What was in flight is settled at the next start. Go on with: { $resume }

copied-address = The address is in the clipboard.
copied-name = The new name is in the clipboard.
copied-record = The record is in the clipboard.

## The list of sessions

picker-text = There is work that is not finished. Go on with it, or begin anew.
picker-new = Begin a new session
picker-finished = Finished
picker-at = stopped at step { $number } of { $of }, { $name }
picker-held = another program works on it (process { $pid }): watch
picker-done = finished
picker-ago = { $ago } ago
picker-no-accounts = no accounts chosen yet
