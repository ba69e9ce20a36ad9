### The nine steps.

field-trimmed = blanks around what was pasted were left out
field-endpoint = API
field-application-key = Application key
field-application-secret = Application secret
field-consumer-key = Consumer key
field-client-id = Client id
field-client-secret = Client secret
field-access-token = Access token
field-typed-address = Type the address
field-consumer-empty = leave it empty: Mailferry asks for one with you
field-filter = Filter
field-address = Address
field-source-host = IMAP server
field-password = Password
field-target-host = New IMAP server
field-temporary = Old becomes
field-temporary-there = New begins as
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
column-quota-each = each
column-largest = up to
column-renamed = renamed to
column-begins-as = new begins as
column-old-becomes = old becomes
column-new-is = new one is
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
account-blocked = blocked

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
source-asking-accounts = { $count ->
    [one] Reading the accounts of one service
   *[other] Reading the accounts of { $count } services
 }
source-blocked = Blocked by OVHcloud, for spam or an open bill: it cannot move as it is.
source-conflict = { $platforms } do not move together: no destination takes them in one order of acts. Choose one kind now, the other in a second session.
source-aliases = { $count ->
    [one] 1 alias
   *[other] { $count } aliases
 }
source-quota = quota { $quota }
source-no-service = There is no service with accounts in this OVHcloud account.
source-no-account = None of your services has a configured account.
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
destination-holds = Besides mail { $platform } takes { $kinds }.
destination-holds-mail = { $platform } takes mail, nothing besides.
destination-order = Order of acts: { $name }; no other is possible.
destination-orders = Order of acts: { $name }; also possible: { $others }.
seats-on-demand = on demand
seats-billed = Each account is made when it is asked for, and may be billed.
seats-offer = { $count } { $name } of { $quota }
seats-offers = Free: { $offers }. The smallest that holds the mail is taken.
destination-call = Choose this service
destination-call-attach = Choose this service, and attach the domain
obstacle-source = The accounts are on this service already.
obstacle-no-order = These accounts cannot come here:
obstacle-state = This service is suspended or expired.
obstacle-one-domain = An MX Plan has one domain and takes no other; this one is for { $domains }.
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
 } · { $messages ->
    [one] one message
   *[other] { $messages } messages
 } · { $size } · { $time }
review-not-renamed = keeps its name
review-about = { $account }: { $skipped ->
    [0] all { $copied } folders are copied
    [one] { $copied } folders are copied, 1 stays
   *[other] { $copied } folders are copied, { $skipped } stay
 }
review-key = (`{ $key }`)
review-about-platform = { $account }: OVHcloud moves all of it.
review-about-key = (`{ $key }` shows them)
review-at-once = Create each new account right after the rename
review-call = Accept the plan; nothing is changed by that
review-order = Order: { $name }. { $undo }
review-order-wide = Order of acts: { $name }

review-blocked = { $count ->
    [one] One account has an obstacle. Once it is mended, `{ $key }` looks again.
   *[other] { $count } accounts have obstacles. Once they are mended, `{ $key }` looks again.
 }
review-more-findings = and { $count } more: `{ $key }` shows all
findings-title = Found: { $address }
findings-none = Nothing was found that should be known.
findings-blockers = To be mended first
findings-warnings = Will be different afterwards
findings-notes = Good to know

## The order of acts

order-title = In which order
order-not-here = not possible here
order-not-guided = Without the API you do the clicks, in the documented order.
no-return = from here on it cannot be undone
strategy-rename-first = Rename first
strategy-rename-first-text = the documented order
strategy-rename-first-undo = It can be undone until the copy starts.
strategy-copy-first = Copy first
strategy-copy-first-text = shortest interruption
strategy-copy-first-undo = It can be undone until the names are switched.
strategy-server-side = OVHcloud moves
strategy-server-side-text = nothing is copied from here
strategy-server-side-undo = This cannot be undone, from its first act on.
strategy-replace = Copy, then replace
strategy-replace-text = the old account is deleted
strategy-replace-undo = At its end the old account is deleted: that cannot be undone.
strategy-refused-not-offered = OVHcloud moves accounts itself only from a legacy MX Plan to Exchange or Email Pro.
strategy-refused-source-renames = The old account can be renamed, so nothing has to be deleted.
strategy-refused-no-platform = There is no OVHcloud platform behind this server that could be asked for it.
strategy-refused-source-keeps-name = An account of a legacy MX Plan cannot be renamed.
strategy-refused-target-keeps-name = A new account on a legacy MX Plan cannot be renamed after the copy.
strategy-refused-one-mx-plan = A domain has one MX Plan: there is no second one to go to.
act-rename-source = The old account gets a temporary name
act-create-own = The new account is made, under the real address
act-copy = The mail is copied, read again and compared
act-create-temporary = The new account is made, under a temporary name
act-copy-working = The mail is copied while the old account goes on working
act-switch-source = The old account gives the address up
act-switch-target = The new account takes the address
act-rest = What arrived meanwhile is copied, too
act-typed = You type the address; what is new is copied once more
act-remove = The old account is deleted, with the mail in it
act-typed-server = You type the address of each account
act-server = OVHcloud moves the account; that can take hours
act-server-look = The new account is opened once and looked at
act-server-gone = OVHcloud deletes the old mailbox within 15 days
act-features = Aliases, rights and the like are made again
act-dns = DNS is checked

## Besides mail

besides-title = What belongs to the accounts besides mail
besides-none = Nothing besides mail was found.
besides-to-come = Made again after the copy
besides-to-come-text = Mailferry makes it again at { $service }, once the mail is there.
besides-made = Made again
besides-made-text = It is at { $service } now.
besides-yours = On your list
besides-stays = Stays, and goes on working
besides-summary = Besides mail: { $made } made again{ $yours ->
    [0] {""}
   *[other] , { $yours } on your list
 }{ $stays ->
    [0] {""}
    [one] , 1 stays
   *[other] , { $stays } stay
 }
feature-left-not-on-target = { $service } has nothing like it that can be made from here.
feature-left-others-stay = It needs an account that is not at { $service }.
feature-left-refused = { $service } refused it.
feature-left-stays = It belongs to the domain, stays where it is and goes on working.
feature-alias = alias
feature-delegation = right
feature-hidden-from-directory = hidden in the address book
feature-forwarding = forwarding
feature-redirection = redirection
feature-responder = automatic reply
feature-filter = filter
feature-spam-settings = settings against spam
feature-contact = contact
feature-disclaimer = footer
feature-group = group
feature-mailing-list = mailing list
feature-other = other
feature-many-alias = aliases
feature-many-delegation = rights
feature-many-hidden-from-directory = hidden accounts
feature-many-forwarding = forwarding
feature-many-redirection = redirections
feature-many-responder = automatic replies
feature-many-filter = filters
feature-many-spam-settings = settings against spam
feature-many-contact = contacts
feature-many-disclaimer = footers
feature-many-group = groups
feature-many-mailing-list = mailing lists
feature-many-other = others
feature-said-alias = alias { $alias }
feature-said-delegation = { $right ->
    [as] { $account } may send as it
    [behalf] { $account } may send on its behalf
   *[access] { $account } may open it
 }
feature-said-forwarding = all mail goes to { $to }
feature-said-forwarding-copy = mail goes to { $to }, too
feature-said-redirection = { $from } leads to { $to }
feature-said-responder-until = automatic reply until { $until }
feature-said-filter = filter “{ $name }”
feature-said-spam-settings = { $count ->
    [one] a setting against spam
   *[other] { $count } settings against spam
 }
feature-said-contact = contact { $address }
feature-said-disclaimer-outside = footer, below mail to outside
feature-said-group = group { $group }
feature-said-group-whole = group { $group }@{ $members ->
    [0] {""}
    [one] , 1 member
   *[other] , { $members } members
 }{ $others ->
    [0] {""}
   *[other] , { $others } more
 }
feature-said-group-alias = alias { $alias } of { $group }
feature-said-group-member = { $member } in { $group }
feature-said-group-manager = { $account } decides in { $group }
feature-said-group-delegation = { $right ->
    [behalf] { $account } may send on behalf of { $group }
   *[as] { $account } may send as { $group }
 }
feature-said-mailing-list = { $count ->
    [one] mailing list { $address }@, 1 subscriber
   *[other] mailing list { $address }@, { $count } subscribers
 }
feature-said-other = { $kind } { $name }
clicks-feature-alias = { $family ->
    [legacy] Control panel, tab `Emails`, `Manage redirections`, `Add a redirection` to the account.
   *[other] Control panel, tab `Email accounts`, `…` beside the account, `Configure aliases`, `Add alias`.
 }
clicks-feature-delegation = { $family ->
    [zimbra] Webmail of the account, `Settings`, `Writing Email`, `Delegates`.
    [legacy] { $service } knows no rights between accounts: leave it, or share the password.
   *[other] Control panel, tab `Email accounts`, `…` beside the account, `Manage delegations`.
 }
clicks-feature-hidden-from-directory = { $family ->
    [legacy] { $service } has no address book in which it could be hidden.
   *[other] Control panel, tab `Email accounts`, `…` beside the account, edit it and hide it in the address book.
 }
clicks-feature-forwarding = { $family ->
    [zimbra] Webmail of the account, `Settings`, `Filters`: a filter that redirects all mail.
    [legacy] Control panel, tab `Emails`, `Manage redirections`, `Add a redirection`.
   *[other] Webmail of the account, `Options`, `Inbox and sweep rules`, `+`: redirect all messages.
 }
clicks-feature-redirection = { $family ->
    [legacy] Control panel, tab `Emails`, `Manage redirections`, `Add a redirection`.
   *[other] Make it an alias: control panel, tab `Email accounts`, `…`, `Configure aliases`.
 }
clicks-feature-responder = { $family ->
    [zimbra] Webmail of the account, `Settings`, `Out of Office`.
    [legacy] Control panel, tab `Emails`, `Manage auto-replies`, `Add an auto-reply`.
   *[other] Webmail of the account, `Options`, automatic processing, `Automatic replies`.
 }
clicks-feature-filter = { $family ->
    [zimbra] Webmail of the account, `Settings`, `Filters`.
    [legacy] Control panel, tab `Emails`: the filters of the account.
   *[other] Webmail of the account, `Options`, automatic processing, `Inbox and sweep rules`.
 }
clicks-feature-spam-settings = Control panel, the account at { $service }: edit its settings against spam, if it has some.
clicks-feature-contact = { $family ->
    [zimbra] Webmail, `Contacts`, `New Contact`.
    [legacy] Webmail of each account, its own address book.
   *[other] Control panel, the external contacts of the service.
 }
clicks-feature-disclaimer = { $family ->
    [zimbra] Webmail of each account, `Settings`, `Signatures`.
    [legacy] Webmail of each account, its signature.
   *[other] Control panel, `More+`, `Footers`, `…` beside the domain, `Configuration`.
 }
clicks-feature-group = { $family ->
    [exchange] Control panel, tab `Groups`, `Create a contact group`.
   *[other] { $service } has no groups with an address: aliases of one account, or a list in the address book, come nearest.
 }
clicks-feature-mailing-list = { $family ->
    [exchange] Control panel, tab `Groups`, `Create a contact group`, with its subscribers as contacts.
   *[other] { $service } has no mailing lists: keep it where it is.
 }
clicks-feature-other = Look at it in the control panel at the old place, and make at { $service } what you still need.
platform-short-exchange = Exchange
platform-short-email-pro = Email Pro
platform-short-mx-plan = MX Plan
platform-short-mx-plan-zimbra = MX Zimbra
platform-short-mx-plan-legacy = MX legacy
platform-short-zimbra = Zimbra
platform-short-imap = IMAP
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
switch-title = Switch the names
switch-title-running = The names are being switched
switch-title-undoing = The names are being switched back
switch-undoing = The new accounts give the addresses back first, then the old ones take them. All mail is in the old accounts.
switch-running = The platform does this by itself and takes some minutes at most. You can leave at any moment; the next start looks at how far it came.
switch-1 = The old account gives the address up. It can still be undone.
switch-2 = The new account takes the address.
switch-3 = What arrived meanwhile is copied and compared.
switch-call = { $count ->
    [one] Switch the names now
   *[other] Switch the names of these { $count } accounts now
 }
replace-title = Replace the old accounts
replace-text = Each account is replaced for itself: look at the new one in the webmail first, if you like. What you do not replace stays as it is, and can be replaced another day.
replace-about = The old account { $address } is deleted, with the mail in it; { $there } takes its address. That cannot be undone.
replace-call = Replace it: you are asked to type its address
replace-last-look = { $address } is looked at once more: what is new is copied and compared. Only then the old account is deleted.
replace-removing = The old account { $address } is being deleted. Everything of it is at the new one, verified.
replace-taking = The old account is gone; { $there } takes its address as soon as the platform gives it free.
replace-done = { $address } is the new account now.
replace-not-refused = { $refused ->
    [one] One message was refused at the new place. It would be lost with the old account: `{ $key }` shows it. Once it is copied, or gone at the source, this goes on.
   *[other] { $refused } messages were refused at the new place. They would be lost with the old account: `{ $key }` shows them. Once they are copied, or gone at the source, this goes on.
 }
replace-not-verified = Not everything of { $address } is verified at the new place yet, so the old account is not deleted.
replace-not-unverified = { $address } was copied without reading it again, by choice. An old account is deleted only when everything was compared.
state-switched = has its address
state-switched-gap = { $seconds ->
    [one] has its address, 1 s without a mailbox
   *[other] has its address, { $seconds } s without a mailbox
 }
state-old-gives-name = old one: { $what }
state-takes-name = new one takes it
state-name-not-free = waits for the name
name-awaited = { $address }: the platform has not given the name free yet. Waited for { $age } so far, asked again in { $left }.
name-awaited-long = { $address }: the platform has not given the name free yet. Waited for { $age } so far.
state-removing = being deleted: { $what }
state-last-look = last look: { $what }
state-to-confirm = verified; type its address to replace
state-refused-left = { $count } refused: it stays as it is
state-not-verified = not verified: it stays as it is
state-undoing = being undone
state-in-doubt = finding out how far it came

## Create

create-title = Create the new accounts
create-title-guided = Create the new accounts yourself
create-title-undoing = The new accounts are being removed
create-undoing = Nothing was copied yet: your mail is in the old accounts, and stays there. A new account that got mail meanwhile is not removed.
create-kept = { $count ->
    [one] { $address } was not removed: 1 message has arrived there and would be lost. Move it to the old account with a mail program and undo again, or go on.
   *[other] { $address } was not removed: { $count } messages have arrived there and would be lost. Move them to the old account with a mail program and undo again, or go on.
 }
create-title-running = The new accounts are being created
create-passwords = Each gets the password that you gave it in the plan, else that of the old account; where neither is known, a generated one.
create-undo = It can be undone until the copy starts, or until mail arrives there.
create-undo-copy-first = It can be undone until the names are switched.
create-undo-replace = It can be undone until you let an old account be deleted.
create-temporary = Each begins under a temporary name that nobody writes to; the old account goes on working.
create-billed = The platform makes each account when it is asked for, and may bill it.
create-running-temporary = The platform makes the accounts. You can leave at any moment; the next start looks at how far it came.
state-created-for = made, for { $address }
state-will-be = for { $address }
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
state-without-mailbox = no mailbox for { $age }

undoing-title = Everything is being undone
undoing-text = All mail is in the old accounts. You can leave at any moment; the next start goes on with it.
undoing-create = new one being removed
undoing-kept = new one stays: mail has arrived there
undoing-rename = gets its name back
undoing-domain = is taken from the new service
undoing-waits = waits its turn
undoing-done = as it was before
undoing-stays = stays at the new service

## Migrate

migrate-start-title = Copy the mail
migrate-start-totals = { $count ->
    [one] One account
   *[other] { $count } accounts
 }, { $messages ->
    [one] one message
   *[other] { $messages } messages
 }, { $size }
migrate-start-text = Every message is copied with its date and its marks, then the target is read again and compared. The source is only read. You can stop and go on as often as you like.
migrate-start-undo = From here on rename and create are no longer undone by a key.
migrate-start-undo-copy-first = The old accounts go on working meanwhile; it can be undone until the names are switched.
migrate-start-undo-replace = The old accounts go on working meanwhile; it can be undone until one of them is deleted.
migrate-start-call = Start the copy
migrate-title-rest = Copying what arrived meanwhile
server-title = Let OVHcloud move the accounts
server-title-running = OVHcloud moves the accounts
server-totals = { $done } of { $count } accounts moved
server-about = OVHcloud moves it itself. That can take hours and cannot be cancelled; the old mailbox cannot be opened any more, and is deleted within 15 days.
server-call = Move it: you are asked to type its address
server-following = OVHcloud is at work. It goes on when you leave, and the next start looks at how far it came. Do not change the password of the old account.
server-found = { $messages ->
    [one] One message is at the new place.
   *[other] { $messages } messages are at the new place.
 }
server-found-all = { $messages } messages are at the new place; { $before } were counted before.
server-found-less = { $messages } messages are at the new place, { $before } were counted before: look at the account, and into its folders below the inbox.
state-to-give = type its address to let it move
state-platform-moves = moving for { $age }: { $what }
state-moved = moved, its login works
state-moved-found = moved: { $messages } messages in { $folders ->
    [one] 1 folder
   *[other] { $folders } folders
 }
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
state-waiting = waits its turn
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
finish-replaced = old one deleted
finish-moved = by OVHcloud
finish-totals-platform = { $count ->
    [one] One account
   *[other] { $count } accounts
 } moved by OVHcloud · { $found } messages found there
finish-carrying = Besides mail: { $made } of { $all } made again
finish-carried = Besides mail: { $made } made again{ $yours ->
    [0] {""}
   *[other] , { $yours } on your list (`{ $key }`)
 }
finish-waiting = The report waits until everything besides mail is made again
finish-source-deleted = The old accounts are deleted.
finish-source-platform = OVHcloud deletes the old mailboxes within 15 days.
finish-settings = To be set in every mail program and phone
settings-incoming = incoming
settings-outgoing = outgoing
settings-webmail = webmail
settings-imap = IMAP { $host }, SSL/TLS
settings-smtp = SMTP { $host }:587, STARTTLS
settings-smtp-tls = SMTP { $host }:465, SSL/TLS
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
