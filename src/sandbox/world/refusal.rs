//! What the world refuses, by meaning. The HTTP door writes status and body from it, the in-process door an `ApiError`:
//! so both refuse the same.

/// Why the world does not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such object: 404.
    #[error("The requested object ({0}) does not exist")]
    NotFound(String),
    /// Another operation runs on the object: 409.
    #[error("This {0} is already being processed, please try later")]
    InProgress(String),
    /// The address belongs to an account or alias, or is promised to one: 409.
    #[error("Email address is already used.")]
    AddressTaken,
    /// No free slot, seat or number is left: 400, `NoSlotAvailable`.
    #[error("{0}")]
    NoSeat(String),
    /// The platform does not take this password: 400, `InvalidPasswordNotMatchingPolicy`.
    #[error("{0}")]
    PasswordRefused(String),
    /// The domain is not usable yet: 400, `DomainNotReady`.
    #[error("{0}")]
    DomainNotReady(String),
    /// The object was changed since it was read: 412, `InvalidChecksum`.
    #[error("Invalid checksum")]
    Stale,
    /// What was asked is not possible, or contradicts what is there: 400.
    #[error("{0}")]
    Invalid(String),
    /// The service is suspended or has expired: 460.
    #[error("The service {0} has expired")]
    Expired(String),
    /// The world could not be written down: 500.
    #[error("the world cannot be written: {0}")]
    Broken(String),
}
