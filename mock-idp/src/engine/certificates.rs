//! New keys with certificates, for calls of the management API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp_core::management::ApiError;
use mock_idp_core::management::certificates::{RequestedNames, SigningRequest};
use mock_idp_core::protocol::certificate::{CertifiedKey, X509Certificate};

use super::Management;
use crate::keys::{KeyError, Validity, pem, self_signed, signing_request};

/// Okta: the years of the certificate that an app has from the start.
pub(crate) const FIRST_CERTIFICATE: i64 = 10;

const YEAR: i64 = 365 * 24 * 60 * 60;

impl Management {
    /// A new private key, PEM.
    ///
    /// # Errors
    /// Key generation failed.
    pub(crate) async fn new_private_key(&self) -> Result<String, ApiError> {
        let purpose = self.decide(|moment| moment.bytes());
        Ok(pem(&self.instance().new_key(purpose).await?).to_owned())
    }

    /// A certificate of a new key.
    ///
    /// # Errors
    /// Key generation failed.
    pub(crate) async fn new_certificate(&self, years: i64) -> Result<X509Certificate, ApiError> {
        let (serial, now) = self.decide(|moment| (moment.bytes(), moment.now));
        let key = self.instance().new_key(serial).await?;
        let org = self.read(|org, _| Ok(org.identity().subdomain.clone()))?;
        // Okta: the subject of the certificates of apps.
        let subject = [
            ("C", "US"),
            ("ST", "California"),
            ("L", "San Francisco"),
            ("O", "Okta"),
            ("OU", "SSOProvider"),
            ("CN", org.as_str()),
            ("emailAddress", "info@okta.com"),
        ];
        let validity = Validity { not_before: now, not_after: now.saturating_add(years.saturating_mul(YEAR)) };
        let der = self_signed(&key, &subject, &serial, validity).map_err(failed)?;
        X509Certificate::read(&der).ok_or_else(|| ApiError::internal("the new certificate cannot be read"))
    }

    /// A certificate signing request of a new key.
    ///
    /// # Errors
    /// Key generation failed, or the names cannot be in a request.
    pub(crate) async fn new_signing_request(&self, names: RequestedNames) -> Result<SigningRequest, ApiError> {
        let purpose = self.decide(|moment| moment.bytes());
        let key = self.instance().new_key(purpose).await?;
        let subject: Vec<_> = names.subject.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let made = signing_request(&key, &subject, names.dns);
        let made = made.map_err(|error| ApiError::not_well_formed(error.to_string()))?;
        let key = CertifiedKey::of_spki(&made.public_key);
        let key = key.ok_or_else(|| ApiError::internal("the new key cannot be read"))?;
        Ok(SigningRequest { csr: STANDARD.encode(made.request), key })
    }
}

fn failed(error: KeyError) -> ApiError {
    ApiError::internal(error.to_string())
}
