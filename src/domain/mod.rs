//! The nouns of the house: values that cannot be wrong once they exist.
//!
//! Every type here is parsed at the edge and trusted everywhere else. No IO, no clock, no
//! policy: what to *do* with an address or a mailbox is decided in `plan`, `mailcopy` and `session`.

mod account;
mod address;
mod capabilities;
mod choices;
mod credential;
mod endpoint;
mod feature;
mod flags;
mod ids;
mod internal_date;
mod loose_date;
mod mailbox;
mod measure;
mod platform;
mod secret;
mod thoroughness;
mod uid;
mod utf7;
mod zone;

pub use account::{
    Account, AttachedDomain, DkimState, DomainType, MailAccess, MigrationCheck, MigrationFinding, ObjectState, PasswordPolicy, SeatModel,
    SeatOffer, Service, ServiceContacts,
};
pub use address::{AddressError, DomainName, EmailAddress};
pub use capabilities::{Capabilities, Quota};
pub use choices::{Altered, Collisions, CopyChoices, DeletedMail, Receipts};
pub use credential::{AccessRule, Credential, CredentialStatus};
pub use endpoint::{ApiEndpoint, CertificatePin, EndpointError, ImapEndpoint, Security};
pub use feature::{Feature, FeatureKind, FeatureOwner, FilterRule, Right};
pub use flags::{Flags, Keyword, SystemFlag};
pub use ids::{BatchId, FeatureId, IdError, MailboxId, MigrationId, OperationId, SessionId};
pub use internal_date::InternalDate;
pub use mailbox::{MailboxName, MailboxNameError, Role, WireName};
pub use measure::{ByteSize, Moment};
pub use platform::{Platform, ServiceId};
pub use secret::{Secret, SecretRef};
pub use thoroughness::{Thoroughness, ThoroughnessError};
pub use uid::{Uid, UidSet, UidValidity};
pub use utf7::{decode as decode_utf7, encode as encode_utf7};
pub use zone::{DnsRecord, RecordType, ZoneRecord};
