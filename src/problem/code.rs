//! Every kind of trouble, with its usual meaning, hints and disposition. Documented for users in `assets/i18n/*/problems.ftl`.

use serde::{Deserialize, Serialize};

use super::Disposition;

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in journals, phrases and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

names! {
    /// What kind of trouble.
    ProblemCode {
        /// The server refused user name or password.
        WrongPassword = "wrong-password",
        /// The server accepts no login for this account: one-time password to be changed, IMAP switched off.
        LoginNotAllowed = "login-not-allowed",
        /// No address for this host name.
        UnknownHost = "unknown-host",
        /// The host does not answer on this port.
        Unreachable = "unreachable",
        /// The certificate is not trusted by this system.
        UntrustedCertificate = "untrusted-certificate",
        /// The certificate has expired or is not valid yet.
        ExpiredCertificate = "expired-certificate",
        /// The certificate is for another host.
        CertificateForAnotherHost = "certificate-for-another-host",
        /// TLS could not be agreed upon.
        TlsFailed = "tls-failed",
        /// The connection was lost.
        ConnectionLost = "connection-lost",
        /// The server asks for patience.
        Throttled = "throttled",
        /// The server answered something that it should not have.
        ServerMisbehaves = "server-misbehaves",
        /// The mailbox cannot be opened or created there.
        MailboxRefused = "mailbox-refused",
        /// The target account is full.
        QuotaFull = "quota-full",
        /// A message was refused for good.
        MessageRefused = "message-refused",
        /// What was read back differs from what was sent.
        VerificationFailed = "verification-failed",
        /// The target altered dates or flags of the first messages.
        CanaryAltered = "canary-altered",
        /// The API cannot be reached.
        ApiUnreachable = "api-unreachable",
        /// The keys are wrong, or were never validated.
        ApiKeysRefused = "api-keys-refused",
        /// The consumer key has expired or was revoked.
        ConsumerKeyExpired = "consumer-key-expired",
        /// An access rule is missing.
        AccessRuleMissing = "access-rule-missing",
        /// The API answered with an error of its own.
        ApiFailed = "api-failed",
        /// The API answered something that cannot be read.
        ApiNotUnderstood = "api-not-understood",
        /// Another operation runs on the same object.
        OperationInProgress = "operation-in-progress",
        /// An operation of the platform ended in error.
        OperationFailed = "operation-failed",
        /// The address exists already.
        AddressTaken = "address-taken",
        /// The account is not there.
        AccountMissing = "account-missing",
        /// The service has no free account.
        NoFreeSeat = "no-free-seat",
        /// The platform does not take this password.
        PasswordRefused = "password-refused",
        /// The platform's own migration is not possible as things are.
        MigrationBlocked = "migration-blocked",
        /// The world is not as the plan has it: an account is gone, a seat is taken, the mail has grown beyond the quota.
        PlanOutdated = "plan-outdated",
        /// The domain is authoritative on another service of the customer.
        DomainElsewhere = "domain-elsewhere",
        /// The service is for another domain and takes no second one: an MX Plan.
        DomainNotHere = "domain-not-here",
        /// The service has expired or is suspended.
        ServiceSuspended = "service-suspended",
        /// The domain is not attached to the service, or not ready.
        DomainNotReady = "domain-not-ready",
        /// The zone is not hosted at OVHcloud, or not in this account.
        ZoneNotHere = "zone-not-here",
        /// DNS gave no answer.
        DnsUnreachable = "dns-unreachable",
        /// A secret that is needed is not in the keyring or in memory any more.
        SecretMissing = "secret-missing",
        /// The keyring does not answer.
        KeyringUnavailable = "keyring-unavailable",
        /// The configuration file is malformed.
        ConfigMalformed = "config-malformed",
        /// The session was written by a newer version.
        SessionTooNew = "session-too-new",
        /// The session's files are damaged.
        SessionDamaged = "session-damaged",
        /// Another program works on the session.
        SessionLocked = "session-locked",
        /// No session of this name.
        SessionUnknown = "session-unknown",
        /// The disk is full.
        DiskFull = "disk-full",
        /// The state folder cannot be written.
        StateReadOnly = "state-read-only",
        /// A task ended in a way nobody foresaw.
        TaskPanicked = "task-panicked",
    }
}

names! {
    /// What it means for the mail.
    Meaning {
        /// Nothing was changed anywhere.
        NothingChanged = "nothing-changed",
        /// Everything copied so far is safe at the target, the rest is at the source.
        NothingLost = "nothing-lost",
        /// The mail is complete at the source; this part is not at the target.
        SourceComplete = "source-complete",
        /// Mail is not touched by this step.
        MailUntouched = "mail-untouched",
        /// Mail to the address may bounce until this is mended.
        MailMayBounce = "mail-may-bounce",
    }
}

names! {
    /// What to do.
    Hint {
        /// Type the password again.
        RetypePassword = "retype-password",
        /// Check host and port.
        CheckHost = "check-host",
        /// Check the network.
        CheckNetwork = "check-network",
        /// Compare the fingerprint and accept this certificate by hand.
        PinCertificate = "pin-certificate",
        /// Use the name that the certificate is for.
        UseCertificateName = "use-certificate-name",
        /// Wait: it goes on by itself.
        Wait = "wait",
        /// Try again.
        Retry = "retry",
        /// Make a new consumer key.
        NewConsumerKey = "new-consumer-key",
        /// Check the keys.
        CheckKeys = "check-keys",
        /// Choose another address.
        ChooseAnotherAddress = "choose-another-address",
        /// Order an account, or free one.
        OrderSeat = "order-seat",
        /// Choose another service.
        ChooseAnotherService = "choose-another-service",
        /// Raise the quota, or remove mail.
        RaiseQuota = "raise-quota",
        /// Log in to the webmail once.
        OpenWebmail = "open-webmail",
        /// Switch IMAP on.
        EnableImap = "enable-imap",
        /// Look at the saved messages.
        LookAtRefused = "look-at-refused",
        /// Go on although it is so.
        GoOnAnyway = "go-on-anyway",
        /// Leave it and look at the new server first.
        StopHere = "stop-here",
        /// Choose another password.
        ChooseAnotherPassword = "choose-another-password",
        /// Mend it at the source, then try again.
        MendAtSource = "mend-at-source",
        /// Undo what was done, and review again.
        UndoAndReview = "undo-and-review",
        /// Make the domain non-authoritative there.
        MakeNonAuthoritative = "make-non-authoritative",
        /// Change the record by hand.
        ChangeRecordByHand = "change-record-by-hand",
        /// Unlock the keyring.
        UnlockKeyring = "unlock-keyring",
        /// Correct the file.
        CorrectFile = "correct-file",
        /// Install the newer version.
        InstallNewerVersion = "install-newer-version",
        /// Watch read-only, or stop the other program.
        UseOtherInstance = "use-other-instance",
        /// Free disk space.
        FreeDiskSpace = "free-disk-space",
        /// Make the folder writable, or set another.
        MakeWritable = "make-writable",
        /// List the sessions.
        ListSessions = "list-sessions",
        /// Ask OVHcloud's support, with the query id.
        AskSupport = "ask-support",
        /// Send the log.
        SendLog = "send-log",
    }
}

impl ProblemCode {
    /// Usual meaning, hints and disposition.
    #[expect(clippy::match_same_arms, reason = "a table: one line per code, in the order of the codes")]
    pub(super) const fn usual(self) -> (Meaning, &'static [Hint], Disposition) {
        use Disposition::{AskUser, RetryAfter, SkipItem, StopSession};
        use Hint as H;
        use Meaning as M;
        match self {
            Self::WrongPassword => (M::NothingLost, &[H::RetypePassword], AskUser),
            Self::LoginNotAllowed => (M::NothingLost, &[H::OpenWebmail, H::EnableImap], AskUser),
            Self::UnknownHost => (M::NothingLost, &[H::CheckHost, H::CheckNetwork], RetryAfter(0)),
            Self::Unreachable => (M::NothingLost, &[H::Wait, H::CheckHost, H::CheckNetwork], RetryAfter(0)),
            Self::UntrustedCertificate => (M::NothingLost, &[H::CheckHost, H::PinCertificate], AskUser),
            Self::ExpiredCertificate => (M::NothingLost, &[H::CheckHost, H::PinCertificate], AskUser),
            Self::CertificateForAnotherHost => (M::NothingLost, &[H::UseCertificateName, H::PinCertificate], AskUser),
            Self::TlsFailed => (M::NothingLost, &[H::CheckHost], AskUser),
            Self::ConnectionLost => (M::NothingLost, &[H::Wait, H::CheckNetwork], RetryAfter(0)),
            Self::Throttled => (M::NothingLost, &[H::Wait], RetryAfter(0)),
            Self::ServerMisbehaves => (M::NothingLost, &[H::Retry, H::SendLog], RetryAfter(0)),
            Self::MailboxRefused => (M::SourceComplete, &[H::Retry], AskUser),
            Self::QuotaFull => (M::SourceComplete, &[H::RaiseQuota, H::Retry], AskUser),
            Self::MessageRefused => (M::SourceComplete, &[H::LookAtRefused, H::Retry], SkipItem),
            Self::VerificationFailed => (M::SourceComplete, &[H::Retry, H::SendLog], AskUser),
            Self::CanaryAltered => (M::SourceComplete, &[H::GoOnAnyway, H::StopHere], AskUser),
            Self::ApiUnreachable => (M::NothingLost, &[H::Wait, H::CheckNetwork], RetryAfter(0)),
            Self::ApiKeysRefused => (M::NothingLost, &[H::CheckKeys, H::NewConsumerKey], AskUser),
            Self::ConsumerKeyExpired => (M::NothingLost, &[H::NewConsumerKey], AskUser),
            Self::AccessRuleMissing => (M::NothingLost, &[H::NewConsumerKey], AskUser),
            Self::ApiFailed => (M::NothingLost, &[H::Retry, H::AskSupport], AskUser),
            Self::ApiNotUnderstood => (M::NothingLost, &[H::Retry, H::SendLog], AskUser),
            Self::OperationInProgress => (M::NothingLost, &[H::Wait], RetryAfter(0)),
            Self::OperationFailed => (M::NothingLost, &[H::Retry, H::AskSupport], AskUser),
            Self::AddressTaken => (M::NothingLost, &[H::ChooseAnotherAddress], AskUser),
            Self::AccountMissing => (M::NothingLost, &[H::Retry], AskUser),
            Self::NoFreeSeat => (M::NothingLost, &[H::OrderSeat, H::ChooseAnotherService], AskUser),
            Self::PasswordRefused => (M::NothingLost, &[H::ChooseAnotherPassword, H::Retry], AskUser),
            Self::MigrationBlocked => (M::NothingChanged, &[H::MendAtSource, H::Retry], AskUser),
            Self::PlanOutdated => (M::NothingLost, &[H::UndoAndReview, H::Retry], AskUser),
            Self::DomainElsewhere => (M::NothingChanged, &[H::MakeNonAuthoritative, H::Retry], AskUser),
            Self::DomainNotHere => (M::NothingChanged, &[H::ChooseAnotherService], AskUser),
            Self::ServiceSuspended => (M::NothingLost, &[H::ChooseAnotherService, H::AskSupport], AskUser),
            Self::DomainNotReady => (M::NothingLost, &[H::Wait, H::Retry], AskUser),
            Self::ZoneNotHere => (M::MailUntouched, &[H::ChangeRecordByHand], AskUser),
            Self::DnsUnreachable => (M::MailUntouched, &[H::Wait, H::CheckNetwork], RetryAfter(0)),
            Self::SecretMissing => (M::NothingLost, &[H::RetypePassword], AskUser),
            Self::KeyringUnavailable => (M::NothingLost, &[H::UnlockKeyring], AskUser),
            Self::ConfigMalformed => (M::NothingChanged, &[H::CorrectFile], StopSession),
            Self::SessionTooNew => (M::NothingChanged, &[H::InstallNewerVersion], StopSession),
            Self::SessionDamaged => (M::NothingLost, &[H::SendLog], StopSession),
            Self::SessionLocked => (M::NothingChanged, &[H::UseOtherInstance], StopSession),
            Self::SessionUnknown => (M::NothingChanged, &[H::ListSessions], StopSession),
            Self::DiskFull => (M::NothingLost, &[H::FreeDiskSpace, H::Retry], StopSession),
            Self::StateReadOnly => (M::NothingLost, &[H::MakeWritable], StopSession),
            Self::TaskPanicked => (M::NothingLost, &[H::Retry, H::SendLog], AskUser),
        }
    }
}
