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
finding-foreign-flags = The new server does not know these marks of the old one: { $flags }.
