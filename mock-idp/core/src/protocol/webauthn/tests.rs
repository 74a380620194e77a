use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::protocol::jose::Jwk;

const ORG: &str = "http://localhost:7801";
const CHALLENGE: &str = "lIUESAN_6okBSW5ZsRkc6YjFelM";

fn client_data(kind: &str) -> Vec<u8> {
    format!(r#"{{"type":"webauthn.{kind}","challenge":"{CHALLENGE}","origin":"{ORG}"}}"#).into_bytes()
}

fn with_ceremony<T>(run: impl FnOnce(Ceremony<'_>) -> T) -> T {
    run(Ceremony { origins: &[ORG.to_owned()], challenge: CHALLENGE, requires_user_verification: false })
}

/// The head of an item. RFC 8949 3.
fn head(major: u8, length: usize) -> Vec<u8> {
    [vec![major << 5 | 25], u16::try_from(length).unwrap().to_be_bytes().to_vec()].concat()
}

fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

/// An attestation object whose statement has a signature and a certificate.
fn object(format: &str, data: &[u8], signature: &[u8], certificate: &[u8]) -> Vec<u8> {
    let statement = [
        head(5, 3),
        text("alg"),
        vec![0x26],
        text("sig"),
        bytes(signature),
        text("x5c"),
        head(4, 1),
        bytes(certificate),
    ];
    [head(5, 3), text("fmt"), text(format), text("attStmt"), statement.concat(), text("authData"), bytes(data)].concat()
}

/// Authenticator data for this relying party, with any flags and any rest.
fn data_of(flags: u8, rest: &[u8]) -> Vec<u8> {
    let hash: [u8; 32] = Sha256::digest("localhost").into();
    [hash.as_slice(), &[flags | 1], rest].concat()
}

#[test]
fn an_origin_has_no_path_and_no_default_port() {
    assert_eq!(origin_of("https://acme.example.test:443/orgs/two").as_deref(), Some("https://acme.example.test"));
    assert_eq!(origin_of(ORG).as_deref(), Some(ORG));
}

#[test]
fn members_are_read_in_both_alphabets_with_and_without_padding() {
    for text in ["-_8=", "-_8", "+/8=", "+/8", " +/8=\n"] {
        assert_eq!(decode("clientData", text), Ok(vec![0xfb, 0xff]), "{text}");
    }
    assert_eq!(decode("clientData", "-_*8"), Err(CeremonyError::Encoding("clientData")));
}

proptest! {
    #[test]
    fn no_registration_of_arbitrary_bytes_is_accepted(
        client in any::<Vec<u8>>(), attestation in any::<Vec<u8>>(), flags in any::<u8>(), rest in any::<Vec<u8>>(),
        format in "none|packed|fido-u2f|other", signature in any::<Vec<u8>>(), certificate in any::<Vec<u8>>(),
    ) {
        let create = client_data("create");
        let well_formed = object(&format, &data_of(flags, &rest), &signature, &certificate);
        for (client_data, attestation_object) in [(&client, &attestation), (&create, &attestation), (&create, &well_formed)] {
            let registration = Registration { client_data, attestation_object };
            let verified = with_ceremony(|ceremony| verify_registration(ceremony, registration, |_| false));
            prop_assert!(verified.is_err());
        }
    }

    #[test]
    fn no_assertion_of_arbitrary_bytes_is_accepted(
        client in any::<Vec<u8>>(), data in any::<Vec<u8>>(), flags in any::<u8>(), rest in any::<Vec<u8>>(),
        signature in any::<Vec<u8>>(),
    ) {
        let key: Jwk = serde_json::from_value(serde_json::json!({
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        })).unwrap();
        let get = client_data("get");
        let well_formed = data_of(flags, &rest);
        for (client_data, authenticator_data) in [(&client, &data), (&get, &data), (&get, &well_formed)] {
            let assertion = Assertion { client_data, authenticator_data, signature: &signature, user_handle: None };
            let known = [KnownCredential { key: &key, sign_count: 0 }];
            prop_assert!(with_ceremony(|ceremony| verify_assertion(ceremony, assertion, &known, b"")).is_err());
        }
    }
}
