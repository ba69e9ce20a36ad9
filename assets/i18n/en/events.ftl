### What happened, in the lines at the bottom. The account or domain stands before the sentence.

event-session-opened = Session { $id } begun
event-session-resumed = Taken up again
event-mode-automatic = Through the OVHcloud API
event-mode-guided = You do the clicks, Mailferry proves them
event-api-connected = Connected to the API
event-sources-chosen = { $count ->
    [one] One account chosen, its login works
   *[other] { $count } accounts chosen, all logins work
 }
event-destination-chosen = Destination chosen: { $name }
event-domain-attaching = being attached to the new service
event-domain-attached = attached to the new service
event-domain-ready = ready at the new service
event-inventory-taken = looked at: { $messages } messages, { $size }
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
event-create-undone = the new account is removed again
event-copy-confirmed = Copy started
event-batch-settled = { $folder }: after the interruption { $found } found there, { $again } are copied again
event-message-refused = refused by the target, saved as .eml ({ $size }): { $reason }
event-message-repaired = { $folder }: a message is sent with a repair: { $repairs }
event-rebuilds-seen = the new server gives messages another form; they are compared by what they say
event-altered-accepted = goes on although the new server alters mail
event-refused-retried = refused messages are tried again
event-renumbered-source = { $folder } was renumbered by the old server, { $count } messages recognised
event-renumbered-target = { $folder } was renumbered by the new server, { $count } messages recognised
event-mailbox-copied = { $folder } copied, { $messages } messages
event-mailbox-verified = { $folder } verified, { $verified } messages
event-mailbox-differs = { $folder }: { $missing } messages are not as expected and are looked at again
event-verification-skipped = { $folder } is not verified, as configured
event-flags-carried = { $folder }: marks of { $messages } messages changed at the source, and here too
event-surveyed = { $unchanged ->
    [one] nothing new in one folder
   *[other] nothing new in { $unchanged } folders
}
event-surveyed-more = nothing new in { $unchanged } folders; { $found } came, { $vanished } are gone at the source
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
