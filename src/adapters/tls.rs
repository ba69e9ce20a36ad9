//! TLS for every client of the house: the system's trust, extra authorities, or one certificate that a person pinned.
//!
//! A certificate is always checked. What was refused travels inside the TLS error with its SHA-256, so that the
//! person can be shown what was seen ([`certificate_seen`]). There is no switch that turns checking off.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, OtherError, SignatureScheme};

use crate::domain::CertificatePin;
use crate::ports::CertificateSeen;
use crate::problem::ProblemCode;

/// Whom we trust beyond the system's own certificate authorities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// PEM texts of further authorities; each may hold several certificates.
    pub extra_ca_pem: Vec<String>,
}

/// The extra authorities cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the extra certificate authorities cannot be used: {0}")]
pub struct TrustError(pub String);

impl Trust {
    /// The settings of a TLS client (ring, TLS 1.2 and 1.3). With a pin exactly that certificate is accepted, even when it is
    /// expired or from nobody; without one the system's authorities and the extra ones decide. Share one per pin: sessions are resumed.
    ///
    /// # Errors
    /// [`TrustError`] when an extra authority is not a certificate.
    pub fn client_config(&self, pin: Option<&CertificatePin>) -> Result<ClientConfig, TrustError> {
        let provider = Arc::new(ring::default_provider());
        let judge = match pin {
            Some(pin) => Judge::Pinned(normalised(&pin.0)),
            None => Judge::Authorities(self.authorities(&provider)?),
        };
        let verifier = Arc::new(Verifier { judge, provider: Arc::clone(&provider) });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TrustError(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(config)
    }

    /// `None` when there is no authority at all (a bare container): then every certificate is untrusted, and can be pinned.
    fn authorities(&self, provider: &Arc<CryptoProvider>) -> Result<Option<Arc<dyn ServerCertVerifier>>, TrustError> {
        let mut extra = Vec::new();
        for text in &self.extra_ca_pem {
            let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
            let found = found.map_err(|error| TrustError(error.to_string()))?;
            if found.is_empty() {
                return Err(TrustError("no certificate in the PEM text".to_owned()));
            }
            extra.extend(found);
        }
        let has_extra = !extra.is_empty();
        match rustls_platform_verifier::Verifier::new_with_extra_roots(extra, Arc::clone(provider)) {
            Ok(verifier) => Ok(Some(Arc::new(verifier))),
            Err(error) if has_extra => Err(TrustError(error.to_string())),
            Err(error) => {
                tracing::warn!(%error, "no certificate authorities on this machine");
                Ok(None)
            }
        }
    }
}

/// The certificate that was refused, when this error (or one of its sources) is such a refusal.
pub fn certificate_seen(error: &(dyn StdError + 'static)) -> Option<CertificateSeen> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(TlsError::InvalidCertificate(CertificateError::Other(other))) = error.downcast_ref::<TlsError>() {
            return other.0.downcast_ref::<Rejected>().map(|rejected| rejected.0.clone());
        }
        // The source of an `io::Error` is the source of what it wraps: the wrapped error itself is looked at here.
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// SHA-256 of a certificate, lower-case hex.
pub fn certificate_sha256(certificate: &[u8]) -> String {
    use std::fmt::Write as _;
    let hash = ring::cipher_suite::TLS13_AES_128_GCM_SHA256
        .tls13()
        .map(|suite| suite.common.hash_provider.hash(certificate))
        .expect("the suite named TLS13 is one of TLS 1.3");
    hash.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Hex as people paste it: with colons or blanks, in any case.
fn normalised(hex: &str) -> String {
    hex.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect()
}

/// Travels inside the TLS error.
#[derive(Debug)]
struct Rejected(CertificateSeen);

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate refused: {} (SHA-256 {})", self.0.reason.as_str(), self.0.sha256)
    }
}

impl StdError for Rejected {}

#[derive(Debug)]
enum Judge {
    Pinned(String),
    Authorities(Option<Arc<dyn ServerCertVerifier>>),
}

#[derive(Debug)]
struct Verifier {
    judge: Judge,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let sha256 = certificate_sha256(end_entity);
        let reason = match &self.judge {
            Judge::Pinned(pin) if *pin == sha256 => return Ok(ServerCertVerified::assertion()),
            Judge::Pinned(_) | Judge::Authorities(None) => ProblemCode::UntrustedCertificate,
            Judge::Authorities(Some(inner)) => match inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
                Ok(verified) => return Ok(verified),
                Err(error) => reason_of(&error),
            },
        };
        let rejected = Rejected(CertificateSeen { sha256, reason });
        Err(TlsError::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(rejected)))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn reason_of(error: &TlsError) -> ProblemCode {
    match error {
        TlsError::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => ProblemCode::ExpiredCertificate,
        TlsError::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            ProblemCode::CertificateForAnotherHost
        }
        _ => ProblemCode::UntrustedCertificate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_people_paste_it() {
        assert_eq!(normalised("AB:cd 01"), "abcd01");
        assert_eq!(certificate_sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn an_authority_that_is_no_certificate_is_refused() {
        let trust = Trust { extra_ca_pem: vec!["hello".to_owned()] };
        assert!(trust.client_config(None).is_err());
    }

    #[test]
    fn a_refusal_is_found_inside_the_errors_that_wrap_it() {
        let seen = CertificateSeen { sha256: "00".to_owned(), reason: ProblemCode::ExpiredCertificate };
        let tls = TlsError::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Rejected(seen.clone())))));
        let io = std::io::Error::new(std::io::ErrorKind::InvalidData, tls);
        assert_eq!(certificate_seen(&io), Some(seen));
        assert_eq!(certificate_seen(&std::io::Error::other("else")), None);
    }
}
