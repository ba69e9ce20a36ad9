### Explanations of DNS records: what is so, and what it means for mail. The keys come from the check.

dns-as-expected = this is as it should be.
dns-waiting = changed in the zone, and spreading. Name servers may remember the old value for some hours.
dns-dns-unreachable = the name servers gave no answer, so nothing can be said. It is tried again by itself.

dns-mx-missing = mail for { $domain } has nowhere to go, because no mail server is named.
dns-mx-elsewhere = mail for { $domain } goes to servers that are not OVHcloud's, so it does not arrive in the new accounts.
dns-mx-mixed = some mail goes to OVHcloud's servers and some elsewhere, so some of it does not arrive in the new accounts.
dns-mx-leftover = an old mail server is still named beside the right ones; mail may go there.
dns-mx-incomplete = the right servers are named, but not all of them: mail waits longer when one is down.

dns-spf-missing = nobody is named who may send for { $domain }, so receivers may take your mail for spam.
dns-spf-include-missing = OVHcloud's servers are not named as senders, so receivers may take your mail for spam.
dns-spf-two-records = receivers treat two SPF records as an error, so your mail may be rejected.
dns-spf-wrong-type = the record has the old type SPF, which receivers no longer read: it must be a TXT record.
dns-spf-too-many-lookups = receivers give up after ten look-ups, and this record needs more, so your mail may be rejected.
dns-spf-allows-everybody = the record lets everybody send in your name.
dns-spf-no-policy = the record does not say what to do with mail from others.

dns-srv-missing = mail programs do not find the settings by themselves.
dns-srv-leftover = mail programs are sent to the settings of the old service.
dns-srv-several = mail programs are sent to two services and may take the wrong one.
dns-srv-other = mail programs are sent to another server for their settings.
dns-autodiscover-leftover = the old name autodiscover is still there; some programs ask it first and get the old settings.

dns-dkim-missing = sent mail is not signed, so receivers trust it less.
dns-dkim-other = the signature's record points elsewhere, so receivers cannot check it.
dns-dkim-off = signing is not switched on for this service. Switch it on in the control panel, under Associated domains.

dns-dmarc-missing = receivers are not told what to do with forged mail. A first, careful record changes nothing for your own mail.
dns-dmarc-two-records = receivers ignore DMARC when there are two records.

dns-ownership-missing = the platform waits for proof that the domain is yours.
dns-ownership-other = the record that proves ownership points elsewhere.
