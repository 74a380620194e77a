//! A small https server whose certificate may be wrong.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A running server. It ends with the test.
pub(crate) struct TlsServer {
    /// The URL of the issuer whose discovery document it serves.
    pub(crate) issuer: String,
    /// The authority of its certificate.
    pub(crate) ca_pem: String,
}

/// Serves a discovery document with a certificate for `name` that expires at the end of `year`.
pub(crate) async fn tls_server(name: &str, year: i32) -> TlsServer {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let ca_key = KeyPair::generate().expect("a key");
    let mut ca = CertificateParams::new(Vec::<String>::new()).expect("parameters");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).expect("an authority").pem();
    let key = KeyPair::generate().expect("a key");
    let mut leaf = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    leaf.not_after = date_time_ymd(year, 12, 31);
    let certificate = leaf.signed_by(&key, &Issuer::from_params(&ca, &ca_key)).expect("a certificate");
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], private).expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let socket = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let issuer = format!("https://localhost:{}", socket.local_addr().expect("an address").port());
    let body = serde_json::json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") }).to_string();
    tokio::spawn(async move {
        while let Ok((connection, _)) = socket.accept().await {
            let (acceptor, body) = (acceptor.clone(), body.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(connection).await else { return };
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
                let reply = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                let _ = stream.write_all(reply.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    TlsServer { issuer, ca_pem }
}
