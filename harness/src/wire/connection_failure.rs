//! What kept a request from its response: names, connections, proxies, certificates.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// Why there is no response.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Obstacle {
    /// The host name has no address.
    Name,
    /// No program listens at the port.
    Refused,
    /// There is no route to the host.
    NoRoute,
    /// No response in time.
    Timeout,
    /// The proxy does not connect.
    Proxy,
    /// The server does not speak TLS.
    PlainHttp,
    /// The certificate is signed by an authority that is not trusted.
    UnknownAuthority,
    /// The certificate is for other names.
    OtherName,
    Expired,
    NotYetValid,
    /// Another problem of the certificate.
    Certificate,
    /// Anything else.
    Connection,
}

impl Obstacle {
    /// Classifies an error of the HTTP client.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let mut source = Error::source(error);
        while let Some(cause) = source {
            if let Some(found) = of_cause(cause) {
                return found;
            }
            source = cause.source();
        }
        if error.is_timeout() { Self::Timeout } else { Self::Connection }
    }

    /// What is wrong with the connection to `host`, and how to fix it.
    #[must_use]
    pub fn explained(&self, host: &str) -> (String, &'static str) {
        let (what, fix) = match self {
            Self::Name => ("the name {host} has no address", "correct the host name, or add it to DNS or /etc/hosts"),
            Self::Refused => ("no program listens at {host}", "start the issuer, or correct host and port"),
            Self::NoRoute => {
                ("there is no route to {host}", "connect to the network of the issuer, or set HTTPS_PROXY")
            }
            Self::Timeout => ("{host} did not answer in time", "check firewall and VPN, or set HTTPS_PROXY"),
            Self::Proxy => ("the proxy did not connect to {host}", "correct HTTPS_PROXY, or add the host to NO_PROXY"),
            Self::PlainHttp => {
                ("{host} does not speak TLS at this port", "use http:// for the issuer, or its TLS port")
            }
            Self::UnknownAuthority => (
                "the certificate of {host} is signed by an authority that is not trusted",
                "pass the authority's certificate with --ca FILE, or ca = \"FILE\" in the target file",
            ),
            Self::OtherName => (
                "the certificate of {host} is for another name",
                "use the name in the certificate, or issue a certificate for this one",
            ),
            Self::Expired => ("the certificate of {host} has expired", "renew it, or correct this machine's clock"),
            Self::NotYetValid => {
                ("the certificate of {host} is not valid yet", "correct the clock of this machine or of the issuer")
            }
            Self::Certificate => ("the certificate of {host} is not valid", "issue a new certificate for the server"),
            Self::Connection => ("{host} closed the connection without an answer", "read the log of the issuer"),
        };
        (what.replace("{host}", host), fix)
    }
}

fn of_cause(cause: &(dyn Error + 'static)) -> Option<Obstacle> {
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(of_tls(tls));
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => return Some(Obstacle::Refused),
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => return Some(Obstacle::NoRoute),
            io::ErrorKind::TimedOut => return Some(Obstacle::Timeout),
            _ => {}
        }
        // The source of an I/O error leaves out the error that it wraps, which may be another one.
        if let Some(found) = error.get_ref().and_then(|inner| of_cause(inner)) {
            return Some(found);
        }
    }
    // The HTTP client has no types for these.
    let text = cause.to_string();
    if text.starts_with("dns error") {
        return Some(Obstacle::Name);
    }
    ["proxy", "tunnel"].iter().any(|word| text.contains(word)).then_some(Obstacle::Proxy)
}

fn of_tls(error: &rustls::Error) -> Obstacle {
    match error {
        rustls::Error::InvalidCertificate(problem) => match problem {
            CertificateError::UnknownIssuer => Obstacle::UnknownAuthority,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Obstacle::OtherName,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Obstacle::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Obstacle::NotYetValid,
            _ => Obstacle::Certificate,
        },
        rustls::Error::InvalidMessage(_) => Obstacle::PlainHttp,
        _ => Obstacle::Connection,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_obstacle_names_the_host_and_a_fix() {
        let all = [
            Obstacle::Name,
            Obstacle::Refused,
            Obstacle::NoRoute,
            Obstacle::Timeout,
            Obstacle::Proxy,
            Obstacle::PlainHttp,
            Obstacle::UnknownAuthority,
            Obstacle::OtherName,
            Obstacle::Expired,
            Obstacle::NotYetValid,
            Obstacle::Certificate,
            Obstacle::Connection,
        ];
        for obstacle in all {
            let (what, fix) = obstacle.explained("issuer.example");
            assert!(what.contains("issuer.example") && !fix.is_empty(), "{obstacle:?}");
        }
    }

    #[test]
    fn problems_of_a_certificate_have_texts_of_their_own() {
        let of = |problem| of_tls(&rustls::Error::InvalidCertificate(problem));
        assert_eq!(of(CertificateError::UnknownIssuer), Obstacle::UnknownAuthority);
        assert_eq!(of(CertificateError::NotValidForName), Obstacle::OtherName);
        assert_eq!(of(CertificateError::Expired), Obstacle::Expired);
        assert_eq!(of(CertificateError::NotValidYet), Obstacle::NotYetValid);
        assert_eq!(of(CertificateError::BadSignature), Obstacle::Certificate);
    }
}
