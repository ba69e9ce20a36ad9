### What happened, in the lines at the bottom. The account or domain stands before the sentence.

event-session-opened = Session { $id } begun
event-session-resumed = Taken up again
event-mode-automatic = Through the OVHcloud API
event-mode-guided = You do the clicks, Mailferry proves them
event-strategy-chosen = Order of acts: { $name }
event-api-connected = Connected to the API
event-sources-chosen = { $count ->
    [one] One account chosen, its login works
   *[other] { $count } accounts chosen, all logins work
 }
event-destination-chosen = Destination chosen: { $name }
event-domain-attaching = being attached to the new service
event-domain-attached = attached to the new service
event-domain-ready = ready at the new service
event-inventory-taken = { $messages ->
    [one] looked at: one message, { $size }
   *[other] looked at: { $messages } messages, { $size }
 }
event-answers-reopened = Back to earlier answers; nothing was changed
event-plan-accepted = { $count ->
    [one] Plan accepted for one account
   *[other] Plan accepted for { $count } accounts
 }
event-rename-confirmed = Renaming confirmed
event-renaming = being renamed to { $to }
event-source-renamed = is now { $to } at the old place
event-source-kept = keeps its name at the old place
event-undo-requested = being undone
event-rename-undone = is { $address } again
event-create-confirmed = Creating confirmed
event-creating = { $to } is being created
event-target-created = created and open
event-target-created-gap = { $seconds ->
    [one] created, 1 second without a mailbox
   *[other] created, { $seconds } seconds without a mailbox
 }
event-password-renewed = the password made before was lost with the program; the account has a new one
event-target-renaming = the new account is getting the address { $name }
event-target-renamed = the new account is { $name } now
event-target-renamed-gap = { $seconds ->
    [one] the new account has the address; 1 second without a mailbox
   *[other] the new account has the address; { $seconds } seconds without a mailbox
 }
event-target-giving-back = the new account gives the address back
event-target-gave-back = the new account has its temporary name again
event-removal-confirmed = will be replaced: looked at once more first
event-removing = the old account { $name } is being deleted
event-source-removed = the old account is deleted
event-domain-detach-requested = will be taken from the new service again
event-domain-detaching = is being taken from the new service
event-domain-detached = is no longer attached to the new service
event-server-confirmed = given to OVHcloud
event-server-moving = OVHcloud moves the account; it cannot be stopped any more
event-server-moved = moved by OVHcloud, its login works
event-server-moved-found = { $messages ->
    [one] moved by OVHcloud, one message found there
   *[other] moved by OVHcloud, { $messages } messages found there
 }
event-features-seen = { $count ->
    [one] one thing besides mail found
   *[other] { $count } things besides mail found
 }
event-feature-carried = made again: { $what }
event-feature-left = on your list: { $what }
event-feature-stays = stays where it is: { $what }
event-create-undone = the new account is removed again
event-create-undo-given-up = { $count ->
    [one] the new account stays: 1 message had arrived there
   *[other] the new account stays: { $count } messages had arrived there
 }
event-copy-confirmed = Copy started
event-batch-settled = { $folder }: after the interruption { $found } found there, { $again } are copied again
event-message-refused = refused by the target, saved as .eml ({ $size }): { $reason }
event-message-repaired = { $folder }: a message is sent with a repair: { $repairs }
event-rebuilds-seen = the new server gives messages another form; they are compared by what they say
event-altered-accepted = goes on although the new server alters mail
event-refused-retried = refused messages are tried again
event-renumbered-source = { $count ->
    [one] { $folder } was renumbered by the old server, one message recognised
   *[other] { $folder } was renumbered by the old server, { $count } messages recognised
 }
event-renumbered-target = { $count ->
    [one] { $folder } was renumbered by the new server, one message recognised
   *[other] { $folder } was renumbered by the new server, { $count } messages recognised
 }
event-mailbox-copied = { $messages ->
    [one] { $folder } copied, one message
   *[other] { $folder } copied, { $messages } messages
 }
event-mailbox-verified = { $verified ->
    [0] { $folder } verified, nothing in it
    [one] { $folder } verified, one message
   *[other] { $folder } verified, { $verified } messages
 }
event-mailbox-differs = { $missing ->
    [one] { $folder }: one message is not as expected and is looked at again
   *[other] { $folder }: { $missing } messages are not as expected and are looked at again
 }
event-verification-skipped = { $folder } is not verified, as configured
event-flags-carried = { $messages ->
    [one] { $folder }: marks of one message changed at the source, and here too
   *[other] { $folder }: marks of { $messages } messages changed at the source, and here too
 }
event-surveyed = { $unchanged ->
    [one] nothing new in one folder
   *[other] nothing new in { $unchanged } folders
}
event-surveyed-more = { $unchanged ->
    [one] nothing new in one folder
   *[other] nothing new in { $unchanged } folders
 }; { $found } came, { $vanished ->
    [one] one is gone at the source
   *[other] { $vanished } are gone at the source
 }
event-delta-requested = looked at again for new mail
event-dns-checked = { $wrong ->
    [0] DNS is as it should be
    [one] DNS: one record is wrong
   *[other] DNS: { $wrong } records are wrong
 }
event-dns-fixing = { $record } is being changed, the zone is saved first
event-dns-fixed = { $record } changed in the zone
event-dns-accepted = DNS left as it is
event-task-retried = tried again
event-paused = Paused
event-unpaused = Going on
event-finish-confirmed = Finishing
event-report-saved = Report written
event-secrets-forgotten = Passwords and keys forgotten
event-session-finished = Finished
