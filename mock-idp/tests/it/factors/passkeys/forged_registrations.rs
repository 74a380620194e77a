//! Registrations that are not valid: one for each step of the verification.

use rcgen::{CertificateParams, CustomExtension, DnType, IsCa, KeyPair};
use serde_json::{Value, json};

use super::authenticator::{
    AAGUID, Authenticator, BACKED_UP, HAS_CREDENTIAL, HAS_EXTENSIONS, PRESENT, Registration, Statement, bytes, int,
    map, text,
};
use super::{IdxSignIn, factors, mock_with_passkeys, origin};
use crate::factors::LOGIN;
use crate::market::journal;

type Change = Box<dyn FnOnce(&mut Registration)>;

fn forged(change: impl FnOnce(&mut Registration) + 'static) -> Change {
    Box::new(change)
}

/// A COSE key with another parameter.
fn key_with(algorithm: i64, curve: i64, x: &[u8]) -> Vec<u8> {
    map(&[
        (int(1), int(2)),
        (int(3), int(algorithm)),
        (int(-1), int(curve)),
        (int(-2), bytes(x)),
        (int(-3), bytes(&[1; 32])),
    ])
}

/// An attestation by a certificate, which meets the requirements unless it is changed.
fn certified(change: impl FnOnce(&mut CertificateParams)) -> Statement {
    let mut parameters = CertificateParams::default();
    let subject = &mut parameters.distinguished_name;
    *subject = rcgen::DistinguishedName::new();
    subject.push(DnType::CountryName, "SE");
    subject.push(DnType::OrganizationName, "Software authenticators");
    subject.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
    subject.push(DnType::CommonName, "Software authenticator");
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.custom_extensions = vec![model(&AAGUID)];
    change(&mut parameters);
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    Statement::Certified(Box::new(key), certificate.der().to_vec())
}

/// The extension that names a model of authenticators.
fn model(aaguid: &[u8]) -> CustomExtension {
    let content = [&[0x04, 0x10], aaguid].concat();
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4], content)
}

fn packed(statement: Statement) -> Change {
    forged(|made| {
        made.format = "packed".to_owned();
        made.statement = statement;
    })
}

#[tokio::test]
async fn a_registration_is_refused_at_the_step_that_fails() {
    let mock = mock_with_passkeys("REQUIRED").await;
    let verified = PRESENT | 1 << 2 | HAS_CREDENTIAL;
    let rows: Vec<(&str, Change)> = vec![
        ("the client data is not JSON", forged(|made| made.client_data = json!("text"))),
        ("has the type `webauthn.get`", forged(|made| made.client_data["type"] = json!("webauthn.get"))),
        ("has another challenge", forged(|made| made.client_data["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAA"))),
        (
            "the origin `https://evil.example.test` is neither",
            forged(|made| made.client_data["origin"] = json!("https://evil.example.test")),
        ),
        ("embedded in one of another origin", forged(|made| made.client_data["crossOrigin"] = json!(true))),
        (
            "no token binding",
            forged(|made| made.client_data["tokenBinding"] = json!({ "status": "present", "id": "x" })),
        ),
        ("not CBOR with `fmt`", forged(|made| made.statement = Statement::Raw(vec![0xff]))),
        ("not CBOR with `fmt`", forged(|made| made.statement = Statement::Raw(text("no map")))),
        ("for another relying party", forged(|made| "evil.example.test".clone_into(&mut made.rp_id))),
        ("no user was present", forged(move |made| made.flags = verified & !PRESENT)),
        ("the user was not verified", forged(|made| made.flags = PRESENT | HAS_CREDENTIAL)),
        ("says that it cannot be", forged(move |made| made.flags = verified | BACKED_UP)),
        ("no attested credential", forged(move |made| made.flags = verified & !HAS_CREDENTIAL)),
        ("malformed: it is too long", forged(|made| made.rest = vec![0])),
        (
            "malformed: the extensions are not a CBOR map",
            forged(move |made| {
                made.flags = verified | HAS_EXTENSIONS;
                made.rest = int(1);
            }),
        ),
        ("malformed: the public key is not CBOR", forged(|made| made.key = vec![0xff])),
        ("the algorithm -8 was not offered", forged(|made| made.key = key_with(-8, 6, &[1; 32]))),
        ("it has no algorithm", forged(|made| made.key = map(&[]))),
        ("the curve is not P-256", forged(|made| made.key = key_with(-7, 2, &[1; 32]))),
        ("a parameter has the wrong length", forged(|made| made.key = key_with(-7, 1, &[1; 31]))),
        (
            "a parameter is missing",
            forged(|made| {
                made.key = map(&[(int(1), int(2)), (int(3), int(-7)), (int(-1), int(1))]);
            }),
        ),
        ("its type does not fit its algorithm", forged(|made| made.key = map(&[(int(1), int(3)), (int(3), int(-7))]))),
        ("the attestation format `invented` is unknown", forged(|made| "invented".clone_into(&mut made.format))),
        ("`none` has an empty one", forged(|made| made.statement = Statement::SelfSigned(-7))),
        ("`alg` is missing", packed(Statement::Empty)),
        ("`sig` is missing", packed(Statement::Raw(map(&[(text("alg"), int(-7))])))),
        ("`alg` is not that of the credential", packed(Statement::SelfSigned(-257))),
        (
            "the key of the credential has not made the signature",
            packed(Statement::Raw(map(&[(text("alg"), int(-7)), (text("sig"), bytes(b"forged"))]))),
        ),
        (
            "`x5c` has no certificate",
            packed(Statement::Raw(map(&[
                (text("alg"), int(-7)),
                (text("sig"), bytes(b"forged")),
                (text("x5c"), vec![0x81, 0x41, 0x00]),
            ]))),
        ),
        ("the key of the certificate has not made the signature", {
            let Statement::Certified(_, certificate) = certified(|_| {}) else { unreachable!() };
            packed(Statement::Certified(Box::new(KeyPair::generate().unwrap()), certificate))
        }),
        (
            "lacks country, organization or common name",
            packed(certified(|parameters| {
                parameters.distinguished_name.remove(DnType::CountryName);
            })),
        ),
        (
            "is not `Authenticator Attestation`",
            packed(certified(|parameters| {
                parameters.distinguished_name.push(DnType::OrganizationalUnitName, "Another unit");
            })),
        ),
        (
            "another model of authenticators",
            packed(certified(|parameters| {
                parameters.custom_extensions = vec![model(&[0; 16])];
            })),
        ),
        (
            "that of an authority",
            packed(certified(|parameters| parameters.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained))),
        ),
        ("more than 1023 bytes", forged(|made| made.credential_id = vec![7; 1024])),
    ];
    let authenticator = Authenticator::new(b"credential");
    let sign_in = IdxSignIn::enrolling(&mock).await;
    let options = sign_in.options();
    for (reason, change) in rows {
        let answer = authenticator.forge_registration(&options, origin(&mock), |made| {
            made.flags = verified;
            change(made);
        });
        let (status, document) = sign_in.answer(answer).await;
        let message = &document["messages"]["value"][0]["i18n"]["key"];
        assert_eq!((status, message), (401, &json!("errors.E0000004")), "{reason}: {document}");
        assert_eq!(sign_in_options(&document), options, "{reason}: a failed answer keeps the challenge");
        assert!(journal(&mock).await.contains(reason), "{reason}");
    }
    for (member, reason) in
        [("clientData", "`clientData` is not base64"), ("attestation", "`attestation` is not base64")]
    {
        let mut answer = authenticator.register(&options, origin(&mock));
        answer[member] = "*".into();
        assert_eq!(sign_in.answer(answer).await.0, 401);
        assert!(journal(&mock).await.contains(reason), "{reason}");
    }
    assert_eq!(factors(&mock).await, Value::Null, "nothing is enrolled");
    let answer = authenticator.forge_registration(&options, origin(&mock), |made| made.flags = verified);
    let (status, document) = sign_in.answer(answer).await;
    assert_eq!(status, 200, "{document}");
    assert_eq!(factors(&mock).await.as_array().unwrap().len(), 1);
}

fn sign_in_options(document: &Value) -> Value {
    document["currentAuthenticator"]["value"]["contextualData"]["activationData"].clone()
}

#[tokio::test]
async fn attestations_by_the_key_itself_by_a_certificate_and_of_formats_that_are_not_read_are_accepted() {
    let unread: Change = forged(|made| {
        "fido-u2f".clone_into(&mut made.format);
        made.statement = Statement::Raw(map(&[(text("sig"), bytes(b"not read"))]));
    });
    let extended = forged(|made| {
        made.flags |= HAS_EXTENSIONS;
        made.rest = map(&[(text("credProtect"), int(2))]);
    });
    let longest = forged(|made| made.credential_id = vec![7; 1023]);
    let without_model = packed(certified(|parameters| parameters.custom_extensions.clear()));
    for (note, change) in [
        ("with an attestation by its own key", packed(Statement::SelfSigned(-7))),
        ("with an attestation by a certificate", packed(certified(|_| {}))),
        ("with an attestation by a certificate", without_model),
        ("of the format fido-u2f, which is not verified", unread),
        ("without attestation", extended),
        ("without attestation", longest),
    ] {
        let mock = mock_with_passkeys("DISCOURAGED").await;
        let sign_in = IdxSignIn::enrolling(&mock).await;
        let answer = Authenticator::new(b"credential").forge_registration(&sign_in.options(), origin(&mock), change);
        let (status, document) = sign_in.answer(answer).await;
        assert_eq!(status, 200, "{note}: {document}");
        assert!(journal(&mock).await.contains(note), "{note}");
    }
}

#[tokio::test]
async fn a_credential_that_another_user_has_is_refused() {
    let org = super::with_webauthn("DISCOURAGED").user("00uadmin0000000005d7", |user| {
        user.factors = vec![crate::org::model(json!({
            "factorType": "webauthn", "provider": "FIDO", "profile": { "credentialId": "Y3JlZGVudGlhbA" },
            "credential": { "publicKey": {
                "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            } },
        }))];
    });
    let mock = crate::market::stopped(&crate::factors::app_policy(org, &super::resistant())).await;
    let sign_in = IdxSignIn::enrolling(&mock).await;
    let taken = Authenticator::new(b"credential").register(&sign_in.options(), origin(&mock));
    assert_eq!(sign_in.answer(taken).await.0, 401);
    assert!(journal(&mock).await.contains("the credential is registered already"));
    let own = Authenticator::new(b"another credential").register(&sign_in.options(), origin(&mock));
    assert_eq!(sign_in.answer(own).await.0, 200, "{LOGIN}");
}
