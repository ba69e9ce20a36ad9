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
    [one] One alias has to be made again by hand.
   *[other] { $count } aliases have to be made again by hand.
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
finding-foreign-flags = The new server does not know these marks of the old one: { $flags }.
