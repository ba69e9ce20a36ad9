### Explanations of DNS records; their keys come from the check.

dns-as-expected = This is as it should be.
