### Findings of the review.

finding-target-rebuilds = The new server rebuilds messages when it stores them. Nothing is lost; they are compared by content instead of byte by byte.
finding-keywords-dropped = The new server does not store these marks: { $keywords }. The messages themselves are copied.
finding-too-big = { $count ->
    [one] One message is larger than the new server takes ({ $limit }). It stays at the source and is saved as a file.
   *[other] { $count } messages are larger than the new server takes ({ $limit }). They stay at the source and are saved as files.
 }
finding-does-not-fit = { $size } of mail do not fit into { $quota }. Give the new account more room first.
finding-renamed = { $from } is called { $to } there.
finding-merged = { $names } become one folder there: { $to }.
finding-not-mail = { $names } hold no mail (calendar, contacts) and stay at the source.
finding-aliases = { $count ->
    [one] It has one alias: what becomes of it is told under what belongs to it besides mail.
   *[other] It has { $count } aliases: what becomes of them is told under what belongs to it besides mail.
 }
finding-dates = { $count ->
    [one] One message has a date that the new server cannot keep.
   *[other] { $count } messages have dates that the new server cannot keep.
 }
finding-deleted-mail = { $count ->
    [one] One message is marked as deleted and still there.
   *[other] { $count } messages are marked as deleted and still there.
 }
repair-trailing-nuls-dropped = NUL bytes behind the end dropped
repair-nuls-replaced = NUL bytes replaced by blanks
repair-line-ends-mended = line ends mended
repair-mbox-line-kept = first line of an mbox file kept as a header
repair-long-lines-encoded = overlong lines encoded
repair-signed-lines-encoded = overlong lines of a signed part encoded, its signature does not fit any more
repair-headers-refolded = overlong headers folded
repair-headers-encoded = 8-bit characters in headers encoded
repair-sender-filled-in = empty sender filled in
repair-header-added = missing header added
repair-receipt-request-disarmed = request for a read receipt renamed
repair-read-in-pieces = put together from pieces, because the old server did not give it whole
finding-service-unusable = { $service } is suspended or has expired. Renew it, or choose another service.
finding-account-blocked = { $address } is blocked by OVHcloud, for spam or an unpaid bill. Have it unblocked first; a new password often does it.
finding-account-busy = OVHcloud is at work on { $address }. It is waited for.
finding-imap-off = { $place ->
    [service] IMAP is switched off for the service { $name }. Switch it on in its settings first.
   *[other] IMAP is switched off for { $name }. Switch it on in the settings of the account first.
}
finding-password-login-blocked = An authentication policy refuses passwords over IMAP for { $address }. Choose another policy for the account first.
finding-networks-limited = Only these networks may connect to { $service }: { $networks }. Run Mailferry from one of them, or add yours.
finding-too-few-seats = { $service } has room for { $free } more accounts, and { $needed } are chosen. Order accounts, or choose fewer.
finding-may-be-billed = { $service } makes accounts on demand, and OVHcloud may bill them.
finding-name-not-allowed = The new service does not take { $address }: beside letters and digits it knows { $characters } only. Rename the account first.
finding-domain-not-validated = OVHcloud has not seen yet that { $domain } is yours. { $cname ->
    [none] It checks this by itself.
   *[other] Add the record { $cname }.{ $domain } CNAME ovh.com. within 48 hours.
}
finding-domain-authoritative = { $service } refuses mail for addresses of { $domain } that it does not hold. While addresses are on two services, make the domain non-authoritative there.
finding-migration-blocked = OVHcloud does not migrate this account as things are: { $codes }. Remove what is named at the old account first.
finding-migration-warns = OVHcloud's migration leaves behind: { $codes }.
# What OVHcloud's own check may name (email.domain.MigrationCheckCodeEnum); those without words stay as they are.
code-account-empty = no such account
code-account-inprogress = account being changed
code-delegation-exist = delegation
code-domain-empty = no such domain
code-filter-exist = filters
code-forward-exist = redirection
code-forward-local = redirection on the same server
code-mailinglist-exist = mailing list
code-mailinglist-inprogress = mailing list being changed
code-redirection-inprogress = redirection being changed
code-responder-exist = automatic reply
code-responder-inprogress = automatic reply being changed
code-unknown = no reason given
finding-contacts-differ = OVHcloud migrates between services of the same administrative and technical contact only. Here: { $from }; there: { $to }.
finding-right-missing = The API key must not do { $rule }, which this plan needs. Make a new key.
finding-key-ends-soon = The API key ends at { $at }. When it ends in the middle, everything waits for a new one; nothing is lost.
finding-foreign-flags = The new server does not know these marks of the old one: { $flags }.
