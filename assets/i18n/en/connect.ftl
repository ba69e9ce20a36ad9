### Connect: how the API is reached, where keys were found, what is wrong with them; and what is wrong with a password.

connect-title = How shall we reach your accounts?
connect-demo = This is the rehearsal: a small OVHcloud on your own computer, with made-up mail.
connect-automatic = Let Mailferry do it, through the OVHcloud API
connect-guided = I click in the control panel myself
connect-guided-text = Mailferry shows each click and proves it by a login. No key is needed; it works between any two IMAP servers.
connect-application = Through the API, with an application key
connect-application-text = It renames, creates and checks by itself. You approve a key with narrow rights, once, in your browser.
connect-client = Through the API, with a service account (OAuth2)
connect-client-text = A client id and its secret. What it may do is up to its IAM policy; what it lacks is named before anything changes.
connect-token = Through the API, with an access token
connect-token-text = A token that you have already. It usually ends within the hour, and Mailferry asks for another one then.
connect-found = Through the API, with the keys in { $place }
connect-found-text = { $method } for { $endpoint }. Its rights are looked at before anything else.
connect-method-application = Application key and consumer key
connect-method-new-key = Application key; you approve a consumer key in your browser
connect-method-client = Service account
connect-method-token = Access token
connect-place-environment = the environment (OVH_…)
connect-place-file = { $path }
connect-place-session = this computer's keyring, from session { $session }
connect-call-found = Use these keys
connect-call-automatic = Use the API
connect-call-guided = I do the clicks
connect-keys-title = The keys of your OVHcloud account
connect-keys-text = Make an application at `{ $page }` and copy its two keys here. The third one, the consumer key, is made together with you in a moment.
connect-client-title = The service account
connect-client-page = It was made with `POST /me/api/oauth2/client`, which showed its secret once. Its IAM policy must allow e-mail and DNS zones.
connect-token-title = The access token
connect-token-page = It is kept as a password is kept, and sent to the end point above, nowhere else.
connect-call-keys = Connect
connect-asking = Asking the API
connect-approve-title = Allow Mailferry in your browser
connect-approve-text = Open this page, log in to your OVHcloud account, and allow access:
connect-approve-rights = The key may look at services, accounts and domains, rename and create accounts, and edit the DNS zone. It may not order, pay, or read mail.
connect-approve-waiting = Waiting for your approval, { $age }
connect-code-title = Allow Mailferry with your telephone
connect-code-text = Point its camera at the code, log in to your OVHcloud account, and allow access. This goes on by itself then.
connect-code-small = This window is too small for the code: it takes { $width } columns and { $height } lines. The page is:
connect-code-long = The address is too long for a code that fits. The page is:

## Keys that were found and are not used, each behind the place: "~/.ovh.conf: …"

credential-trouble = { $place }: { $trouble }
credential-malformed = line { $line }: { $wrong }. Keys in it are not used.
credential-line-section = a section is a name in brackets, as in [ovh-eu]
credential-line-no-key = a line is name=value, a section in brackets, or a comment that begins with ; or #
credential-line-no-section = a value stands before the first section, such as [ovh-eu]
credential-line-twice = this name is there twice in its section
credential-line-blanks = a value has no blanks; a comment has a line of its own
credential-half = there is { $has } and no { $lacks }. Both belong together: add { $lacks }, or remove { $has }.
credential-mixed = there are values of several kinds. Keep one: application keys, or client_id and client_secret, or access_token.
credential-unknown-endpoint = the end point { $endpoint } is not known. Use ovh-eu, ovh-ca, ovh-us or a full https:// address.
credential-other-endpoint = there are keys for { $others }, and none for { $endpoint }. Keys hold for one region only: choose it with --endpoint.
credential-unreadable = it cannot be read: { $cause }
credential-exposed = others can read this file (mode { $mode }). Change that: chmod 600 { $place }
credential-nothing = there are no keys.
credential-keyring-empty = no session of this computer has left keys of the API in the keyring. Without --credentials-from keyring they are looked for elsewhere, and can be typed.

## What is wrong with a password for a new account

password-too-short = it has fewer than { $limit } characters
password-too-long = it has more than { $limit } characters
password-blanks = blanks and control characters cannot be in it
password-accents = letters with accents cannot be in it
password-too-simple = it needs three of these: capitals, small letters, digits, special characters
password-holds-name = it holds { $name }, which is part of a name of the account
password-no-capital = a capital has to be in it
password-no-special = a special character has to be in it
