//! Keys with certificates: `/api/v1/apps/{id}/credentials/keys`, `…/csrs`, the same of identity providers, `/api/v1/idps/credentials/keys`.

use rcgen::{CertificateParams, CertificateSigningRequestParams, Issuer, KeyPair};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, Reply, values};

const KEY_MEMBERS: [&str; 10] =
    ["created", "lastUpdated", "expiresAt", "kid", "kty", "use", "x5c", "x5t#S256", "e", "n"];

fn saml_app(label: &str) -> Value {
    json!({ "label": label, "signOnMode": "SAML_2_0", "settings": { "signOn": {
        "ssoAcsUrl": "https://app.example.test/acs", "audience": "urn:app",
    } } })
}

async fn provider(api: &Api, name: &str) -> String {
    let body = json!({
        "type": "OIDC", "name": name,
        "protocol": { "type": "OIDC", "scopes": ["openid"], "issuer": { "url": "https://idp.example.test" },
            "endpoints": { "authorization": { "url": "https://idp.example.test/a" }, "token": { "url": "https://idp.example.test/t" },
                "jwks": { "url": "https://idp.example.test/k" } },
            "credentials": { "client": { "client_id": "a", "client_secret": "b" } } },
        "policy": { "subject": { "userNameTemplate": { "template": "idpuser.email" } } },
    });
    api.create("/api/v1/idps", body).await["id"].as_str().unwrap().to_owned()
}

async fn publish(api: &Api, path: &str, media_type: &str, certificate: Vec<u8>) -> Reply {
    let request = api.client.request(Method::POST, format!("{}{path}", api.base()));
    let request = request.header("authorization", format!("SSWS {}", api.token)).header("content-type", media_type);
    Reply::read(request.body(certificate).send().await.unwrap()).await
}

/// A certificate that an authority issues for a signing request.
fn issued(csr: &str, days: i64) -> rcgen::Certificate {
    let pem = format!("-----BEGIN CERTIFICATE REQUEST-----\n{csr}\n-----END CERTIFICATE REQUEST-----\n");
    let mut request = CertificateSigningRequestParams::from_pem(&pem).unwrap();
    request.params.not_before = time::OffsetDateTime::from_unix_timestamp(1_767_225_600).unwrap();
    request.params.not_after = request.params.not_before + time::Duration::days(days);
    request.signed_by(&Issuer::new(CertificateParams::default(), KeyPair::generate().unwrap())).unwrap()
}

#[tokio::test]
async fn a_saml_app_has_a_key_and_gets_others() {
    let api = Api::market().await;
    let app = api.create("/api/v1/apps", saml_app("Payroll")).await;
    let own = format!("/api/v1/apps/{}", app["id"].as_str().unwrap());
    let first = app["credentials"]["signing"]["kid"].clone();
    assert_eq!(values(&api.get(&format!("{own}/credentials/keys")).await.body, "/kid"), [first.as_str().unwrap()]);
    for (years, status) in [("", 400), ("?validityYears=1", 400), ("?validityYears=x", 400), ("?validityYears=11", 400)]
    {
        assert_eq!(api.post(&format!("{own}/credentials/keys/generate{years}"), json!({})).await.status, status);
    }
    let second = api.post(&format!("{own}/credentials/keys/generate?validityYears=2"), json!({})).await;
    assert_eq!((second.status.as_u16(), second.keys()), (201, KEY_MEMBERS.to_vec()));
    let kid = second.body["kid"].as_str().unwrap();
    assert_eq!(api.get(&format!("{own}/credentials/keys/{kid}")).await.body, second.body);
    assert_eq!(
        api.get(&format!("{own}/credentials/keys/unknown")).await.error(),
        (404, "E0000007", "Not found: Resource not found: unknown (JsonWebKey)", vec![])
    );
    let rotated = json!({ "label": "Payroll", "signOnMode": "SAML_2_0", "credentials": { "signing": { "kid": kid } } });
    assert_eq!(api.put(&own, rotated).await.body["credentials"]["signing"]["kid"], kid);
    let unknown =
        json!({ "label": "Payroll", "signOnMode": "SAML_2_0", "credentials": { "signing": { "kid": "unknown" } } });
    assert_eq!(api.put(&own, unknown).await.error().0, 400);
    assert_eq!(api.put(&own, saml_app("Payroll")).await.body["credentials"]["signing"]["kid"], kid);
    let events = api.get("/api/v1/logs?filter=eventType+sw+%22app.keys%22").await.body;
    assert_eq!(values(&events, "/eventType"), ["app.keys.generate", "app.keys.generate", "app.keys.rotate"]);
    let metadata = api.client.get(format!("{}{own}/sso/saml/metadata?kid={kid}", api.base()));
    let metadata = metadata.header("authorization", format!("SSWS {}", api.token)).send().await.unwrap();
    assert_eq!(metadata.headers()["content-type"], "text/xml;charset=UTF-8");
    let metadata = metadata.text().await.unwrap();
    assert!(
        metadata.contains(second.body["x5c"][0].as_str().unwrap()) && metadata.contains("/sso/saml\"/>"),
        "{metadata}"
    );
    api.create(&format!("{own}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&format!("{own}/credentials/keys")).await.error().0, 404);
}

#[tokio::test]
async fn a_key_is_cloned_to_another_app_once() {
    let api = Api::market().await;
    let (one, other) =
        (api.create("/api/v1/apps", saml_app("One")).await, api.create("/api/v1/apps", saml_app("Two")).await);
    let (id, target) = (one["id"].as_str().unwrap(), other["id"].as_str().unwrap());
    let kid = one["credentials"]["signing"]["kid"].as_str().unwrap();
    let clone = format!("/api/v1/apps/{id}/credentials/keys/{kid}/clone");
    assert_eq!(api.post(&clone, json!({})).await.error().0, 400);
    assert_eq!(api.post(&format!("{clone}?targetAid=0oaunknown"), json!({})).await.error().0, 404);
    let cloned = api.post(&format!("{clone}?targetAid={target}"), json!({})).await;
    assert_eq!((cloned.status.as_u16(), &cloned.body["kid"]), (201, &json!(kid)));
    assert_eq!(api.get(&format!("/api/v1/apps/{target}/credentials/keys/{kid}")).await.body, cloned.body);
    assert_eq!(api.post(&format!("{clone}?targetAid={target}"), json!({})).await.error().0, 400);
}

#[tokio::test]
async fn a_signing_request_becomes_a_key_with_the_certificate_of_an_authority() {
    let api = Api::market().await;
    let app = api.create("/api/v1/apps", saml_app("Payroll")).await;
    let provider = provider(&api, "Partner").await;
    for own in [format!("/api/v1/apps/{}", app["id"].as_str().unwrap()), format!("/api/v1/idps/{provider}")] {
        let requests = format!("{own}/credentials/csrs");
        let body = json!({
            "subject": { "countryName": "US", "organizationName": "Okta, Inc.", "commonName": "SP Issuer" },
            "subjectAltNames": { "dnsNames": ["dev.okta.com"] },
        });
        let created = api.post(&requests, body).await;
        assert_eq!((created.status.as_u16(), created.keys()), (201, vec!["id", "created", "csr", "kty", "_links"]));
        let one = format!("{requests}/{}", created.body["id"].as_str().unwrap());
        assert_eq!(api.get(&one).await.body, created.body);
        assert_eq!(api.get(&requests).await.body, json!([created.body]));
        let csr = created.body["csr"].as_str().unwrap();
        let publishing = format!("{one}/lifecycle/publish");
        let (short, valid) = (issued(csr, 30), issued(csr, 365));
        let other = rcgen::generate_simple_self_signed(vec!["other.example.test".to_owned()]).unwrap();
        let x509 = "application/x-x509-ca-cert";
        for wrong in [short.der().to_vec(), other.cert.der().to_vec(), b"no certificate".to_vec()] {
            assert_eq!(publish(&api, &publishing, x509, wrong).await.error().1, "E0000001");
        }
        assert_eq!(publish(&api, &publishing, "text/plain", valid.der().to_vec()).await.error().1, "E0000021");
        let published = publish(&api, &publishing, "application/x-pem-file", valid.pem().into_bytes()).await;
        assert_eq!((published.status.as_u16(), published.keys()), (201, KEY_MEMBERS.to_vec()));
        let kid = published.body["kid"].as_str().unwrap();
        assert_eq!(api.get(&format!("{own}/credentials/keys/{kid}")).await.body, published.body);
        assert_eq!(api.get(&one).await.error().0, 404);
        let another = api.create(&requests, json!({})).await;
        assert_eq!(api.delete(&format!("{requests}/{}", another["id"].as_str().unwrap())).await.status, 204);
        assert_eq!(api.get(&requests).await.body, json!([]));
    }
    let events = api.get("/api/v1/logs?filter=eventType+sw+%22app.app_instance.csr%22").await.body;
    let operations = ["generate", "publish", "generate", "revoke"];
    assert_eq!(values(&events, "/eventType"), operations.map(|name| format!("app.app_instance.csr.{name}")));
}

#[tokio::test]
async fn a_signing_request_is_returned_as_such_if_the_request_wants_it() {
    let api = Api::market().await;
    let app = api.create("/api/v1/apps", saml_app("Payroll")).await;
    let url = format!("{}/api/v1/apps/{}/credentials/csrs", api.base(), app["id"].as_str().unwrap());
    let request = api.client.post(url).header("authorization", format!("SSWS {}", api.token));
    let answer = request.header("accept", "application/pkcs10").json(&json!({})).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
        (201, "application/pkcs10")
    );
    assert!(answer.text().await.unwrap().starts_with("MII"));
}

#[tokio::test]
async fn a_provider_signs_with_a_key_of_its_own() {
    let api = Api::market().await;
    let (one, other) = (provider(&api, "One").await, provider(&api, "Two").await);
    let keys = format!("/api/v1/idps/{one}/credentials/keys");
    assert_eq!(api.get(&keys).await.body, json!([]));
    assert_eq!(api.get(&format!("{keys}/active")).await.status, 204);
    let key = api.post(&format!("{keys}/generate?validityYears=2"), json!({})).await;
    assert_eq!(key.status, 200);
    let kid = key.body["kid"].as_str().unwrap();
    let mut body = api.get(&format!("/api/v1/idps/{one}")).await.body;
    body["protocol"]["credentials"]["signing"] = json!({ "kid": kid });
    assert_eq!(api.put(&format!("/api/v1/idps/{one}"), body).await.status, 200);
    assert_eq!(api.get(&format!("{keys}/active")).await.body, json!([key.body]));
    let cloned = api.post(&format!("{keys}/{kid}/clone?targetIdpId={other}"), json!({})).await;
    assert_eq!((cloned.status.as_u16(), &cloned.body), (201, &key.body));
}

#[tokio::test]
async fn a_certificate_that_providers_are_trusted_by_is_stored_as_written() {
    let api = Api::market().await;
    let keys = "/api/v1/idps/credentials/keys";
    assert_eq!(api.get(keys).await.body, json!([]));
    let app = api.create("/api/v1/apps", saml_app("Source")).await;
    let source =
        api.get(&format!("/api/v1/apps/{}/credentials/keys", app["id"].as_str().unwrap())).await.body[0].clone();
    let mut written = source["x5c"][0].as_str().unwrap().to_owned();
    written.insert_str(64, "\n    ");
    let created = api.post(keys, json!({ "x5c": [written] })).await;
    assert_eq!(
        (created.status.as_u16(), created.keys()),
        (200, vec!["kty", "created", "lastUpdated", "expiresAt", "alg", "kid", "use", "x5c", "x5t#S256", "e", "n"])
    );
    assert_eq!(created.body["x5c"][0], written.as_str());
    for same in ["n", "e", "expiresAt", "x5t#S256"] {
        assert_eq!(created.body[same], source[same], "{same}");
    }
    let kid = created.body["kid"].as_str().unwrap();
    let one = format!("{keys}/{kid}");
    assert_eq!(api.get(&one).await.body, created.body);
    let listed = api.get(keys).await;
    assert_eq!(listed.body, json!([created.body]));
    assert_eq!(listed.links, [format!("<{}{keys}?after={kid}&limit=20>; rel=\"next\"", api.base())]);
    assert_eq!(api.get(&format!("{keys}?after={kid}&limit=20")).await.body, json!([]));
    let elliptic = rcgen::generate_simple_self_signed(vec!["idp.example.test".to_owned()]).unwrap();
    let replaced = api.put(&one, json!({ "x5c": [elliptic.cert.pem()] })).await.body;
    assert_eq!(
        (&replaced["kty"], &replaced["kid"], &replaced["created"]),
        (&json!("EC"), &json!(kid), &created.body["created"])
    );
    for wrong in [json!({}), json!({ "x5c": [] }), json!({ "x5c": ["no certificate"] }), json!({ "x5c": 1 })] {
        assert_eq!(api.post(keys, wrong).await.error().0, 400);
    }
    let provider = provider(&api, "Partner").await;
    let mut body = api.get(&format!("/api/v1/idps/{provider}")).await.body;
    body["protocol"]["credentials"]["trust"] = json!({ "kid": kid });
    assert_eq!(api.put(&format!("/api/v1/idps/{provider}"), body).await.status, 200);
    assert_eq!(api.delete(&one).await.error().0, 403);
    assert_eq!(api.delete(&format!("/api/v1/idps/{provider}")).await.status, 204);
    assert_eq!(api.delete(&one).await.status, 204);
    assert_eq!(api.get(&one).await.error().0, 404);
    let events = api.get("/api/v1/logs?filter=eventType+sw+%22system.idp.key%22").await.body;
    assert_eq!(
        values(&events, "/eventType"),
        ["system.idp.key.create", "system.idp.key.update", "system.idp.key.delete"]
    );
}
