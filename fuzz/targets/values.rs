//! Values that a server spells: INTERNALDATE, modified UTF-7, flags, mailbox names, addresses. What can be read can be written and read again.
#![no_main]

use mailferry::domain::{EmailAddress, Flags, InternalDate, MailboxName, decode_utf7, encode_utf7};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(date) = text.parse::<InternalDate>() {
        assert_eq!(date.to_string().parse::<InternalDate>(), Ok(date));
        let kept = date.nearest_kept();
        assert_eq!(kept.nearest_kept(), kept);
    }
    if let Some(name) = decode_utf7(&text) {
        assert_eq!(decode_utf7(&encode_utf7(&name)), Some(name));
    }
    assert_eq!(decode_utf7(&encode_utf7(&text)).as_deref(), Some(&*text));
    let flags = Flags::from(text.clone().into_owned());
    assert_eq!(Flags::from(flags.to_string()), flags);
    let _ = MailboxName::from_segments(text.split('/').map(str::to_owned));
    let _ = text.parse::<EmailAddress>();
});
