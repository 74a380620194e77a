//! An issuer for tests: correct, except where a test changes its behaviour.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const CLIENT_ID: &str = "0oatestclient0000005";
pub(crate) const CLIENT_SECRET: &str = "s:ecret/with+odd characters";
pub(crate) const USER_ID: &str = "00utestuser000000005";
pub(crate) const CODE: &str = "the-code-that-works-once";

/// Changes the claims of a token before it is signed.
type EditClaims = Box<dyn FnMut(&mut Value) + Send>;

/// How the issuer behaves, and the state of its sign-in.
pub(crate) struct Behaviour {
    pub(crate) kid: String,
    pub(crate) sign_with_other_key: bool,
    pub(crate) algorithm_none: bool,
    pub(crate) edit_id_token: EditClaims,
    pub(crate) edit_access_token: EditClaims,
    pub(crate) rotates_refresh_tokens: bool,
    /// Error response of the token endpoint.
    pub(crate) token_error: Option<(u16, Value)>,
    pub(crate) userinfo_subject: String,
    /// Key ids published now.
    pub(crate) published: Vec<String>,
    /// The `Date` header of its answers.
    pub(crate) date: Option<&'static str>,
    authorization: Option<Url>,
    refreshes: u32,
}

pub(crate) struct FakeIssuer {
    server: MockServer,
    pub(crate) behaviour: Arc<Mutex<Behaviour>>,
}

#[expect(clippy::disallowed_methods, reason = "the app reads the machine's clock, so its issuer must")]
pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

fn own_key() -> EncodingKey {
    EncodingKey::from_rsa_pem(include_bytes!("keys/issuer.pem")).unwrap()
}

fn other_key() -> EncodingKey {
    EncodingKey::from_rsa_pem(include_bytes!("keys/other.pem")).unwrap()
}

impl FakeIssuer {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let behaviour = Arc::new(Mutex::new(Behaviour {
            kid: "key-1".to_owned(),
            sign_with_other_key: false,
            algorithm_none: false,
            edit_id_token: Box::new(|_| {}),
            edit_access_token: Box::new(|_| {}),
            rotates_refresh_tokens: false,
            token_error: None,
            userinfo_subject: USER_ID.to_owned(),
            published: vec!["key-1".to_owned()],
            date: None,
            authorization: None,
            refreshes: 0,
        }));
        let issuer = format!("{}/oauth2/default", server.uri());
        let endpoint = |kind: EndpointKind| Endpoint { kind, issuer: issuer.clone(), behaviour: behaviour.clone() };
        let get = |at: &'static str, kind| Mock::given(method("GET")).and(path(at)).respond_with(endpoint(kind));
        let post = |at: &'static str, kind| Mock::given(method("POST")).and(path(at)).respond_with(endpoint(kind));
        get("/oauth2/default/.well-known/openid-configuration", EndpointKind::Discovery).mount(&server).await;
        get("/oauth2/default/v1/keys", EndpointKind::Keys).mount(&server).await;
        get("/oauth2/default/v1/userinfo", EndpointKind::Userinfo).mount(&server).await;
        post("/oauth2/default/v1/token", EndpointKind::Token).mount(&server).await;
        post("/oauth2/default/v1/introspect", EndpointKind::Introspection).mount(&server).await;
        Self { server, behaviour }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/oauth2/default", self.server.uri())
    }

    /// The redirect of the issuer after a sign-in.
    pub(crate) fn authorize(&self, request: &Url) -> Url {
        assert_eq!(request.path(), "/oauth2/default/v1/authorize");
        assert_eq!(parameter(request, "response_type").unwrap(), "code");
        assert_eq!(parameter(request, "client_id").unwrap(), CLIENT_ID);
        assert_eq!(parameter(request, "code_challenge_method").unwrap(), "S256");
        self.behaviour.lock().authorization = Some(request.clone());
        let mut back = Url::parse(&parameter(request, "redirect_uri").unwrap()).unwrap();
        back.query_pairs_mut().append_pair("code", CODE).append_pair("state", &parameter(request, "state").unwrap());
        back
    }

    /// How often the keys were fetched.
    pub(crate) async fn key_fetches(&self) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().filter(|request| request.url.path().ends_with("/v1/keys")).count()
    }

    /// The paths of all requests so far.
    pub(crate) async fn requested_paths(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().map(|request| request.url.path().to_owned()).collect()
    }

    /// An access token with these scopes, without a sign-in.
    pub(crate) fn access_token(&self, scopes: &[&str]) -> String {
        let mut behaviour = self.behaviour.lock();
        access_token(&self.url(), &mut behaviour, scopes.iter().map(|it| (*it).to_owned()).collect())
    }
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
}

enum EndpointKind {
    Discovery,
    Keys,
    Token,
    Userinfo,
    Introspection,
}

struct Endpoint {
    kind: EndpointKind,
    issuer: String,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl Respond for Endpoint {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut behaviour = self.behaviour.lock();
        let answer = self.answer(&mut behaviour, request);
        match behaviour.date {
            Some(date) => answer.insert_header("date", date),
            None => answer,
        }
    }
}

impl Endpoint {
    fn answer(&self, behaviour: &mut Behaviour, request: &Request) -> ResponseTemplate {
        match self.kind {
            EndpointKind::Discovery => ok(discovery(&self.issuer)),
            EndpointKind::Keys => {
                ok(json!({ "keys": behaviour.published.iter().map(|kid| public_key(kid)).collect::<Vec<_>>() }))
            }
            EndpointKind::Token => token(&self.issuer, behaviour, request),
            EndpointKind::Userinfo => {
                ok(json!({ "sub": behaviour.userinfo_subject, "name": "Tess Test", "zoneinfo": "Europe/Paris" }))
            }
            EndpointKind::Introspection => {
                assert_basic(request);
                ok(json!({ "active": true, "token_type": "Bearer", "username": "tess@example.test" }))
            }
        }
    }
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).insert_header("x-okta-request-id", "reqtest0001").set_body_json(body)
}

fn discovery(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/v1/authorize"),
        "token_endpoint": format!("{issuer}/v1/token"),
        "userinfo_endpoint": format!("{issuer}/v1/userinfo"),
        "jwks_uri": format!("{issuer}/v1/keys"),
        "response_types_supported": ["code", "id_token", "code id_token"],
        "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
        "grant_types_supported": ["authorization_code", "refresh_token", "urn:okta:params:oauth:grant-type:otp"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "id_token_encryption_alg_values_supported": ["RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "end_session_endpoint": format!("{issuer}/v1/logout"),
        "introspection_endpoint": format!("{issuer}/v1/introspect"),
    })
}

fn public_key(kid: &str) -> Value {
    let mut jwk = Jwk::from_encoding_key(&own_key(), Algorithm::RS256).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    let mut jwk = serde_json::to_value(jwk).unwrap();
    jwk["use"] = json!("sig");
    jwk
}

/// RFC 6749 2.3.1: id and secret are form-encoded before Base64.
fn assert_basic(request: &Request) {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(CLIENT_ID), encode(CLIENT_SECRET));
    assert_eq!(request.headers["authorization"], format!("Basic {}", STANDARD.encode(pair)).as_str());
}

fn token(issuer: &str, behaviour: &mut Behaviour, request: &Request) -> ResponseTemplate {
    assert_basic(request);
    let form: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |name: &str| form.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
    if let Some((status, body)) = &behaviour.token_error {
        return ResponseTemplate::new(*status).set_body_json(body);
    }
    let authorization = behaviour.authorization.clone().expect("there was no authorization request");
    let scope = parameter(&authorization, "scope").unwrap();
    let scopes: Vec<String> = scope.split(' ').map(str::to_owned).collect();
    let mut answer = json!({ "token_type": "Bearer", "expires_in": 3600, "scope": scope });
    let nonce = match field("grant_type").unwrap() {
        "authorization_code" => {
            assert_eq!(field("code"), Some(CODE));
            assert_eq!(field("redirect_uri"), parameter(&authorization, "redirect_uri").as_deref());
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier").unwrap()));
            assert_eq!(Some(hash), parameter(&authorization, "code_challenge"), "PKCE");
            answer["refresh_token"] = json!("refresh-0");
            parameter(&authorization, "nonce")
        }
        "refresh_token" => {
            let held = if behaviour.rotates_refresh_tokens { behaviour.refreshes } else { 0 };
            assert_eq!(field("refresh_token"), Some(format!("refresh-{held}").as_str()));
            behaviour.refreshes += 1;
            if behaviour.rotates_refresh_tokens {
                answer["refresh_token"] = json!(format!("refresh-{}", behaviour.refreshes));
            }
            None
        }
        other => panic!("grant type {other}"),
    };
    let access = access_token(issuer, behaviour, scopes);
    answer["id_token"] = json!(id_token(issuer, behaviour, nonce.as_deref(), &access));
    answer["access_token"] = json!(access);
    ok(answer)
}

fn id_token(issuer: &str, behaviour: &mut Behaviour, nonce: Option<&str>, access_token: &str) -> String {
    let at_hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16]);
    let mut claims = json!({
        "sub": USER_ID, "name": "Tess <b>Test</b>", "email": "tess@example.test", "ver": 1, "iss": issuer,
        "aud": CLIENT_ID, "iat": now(), "exp": now() + 3600, "jti": "ID.test", "amr": ["pwd"], "idp": "00otest",
        "auth_time": now() - 30, "at_hash": at_hash, "groups": ["Everyone", "Buyers"],
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    (behaviour.edit_id_token)(&mut claims);
    sign(behaviour, &claims)
}

fn access_token(issuer: &str, behaviour: &mut Behaviour, scopes: Vec<String>) -> String {
    let mut claims = json!({
        "ver": 1, "jti": format!("AT.{}", behaviour.refreshes), "iss": issuer, "aud": "api://default", "iat": now(), "exp": now() + 3600,
        "cid": CLIENT_ID, "uid": USER_ID, "scp": scopes, "auth_time": now() - 30, "sub": "tess@example.test",
        "feature_access": ["basic"],
    });
    (behaviour.edit_access_token)(&mut claims);
    sign(behaviour, &claims)
}

fn sign(behaviour: &Behaviour, claims: &Value) -> String {
    let algorithm = if behaviour.algorithm_none { "none" } else { "RS256" };
    let header = json!({ "kid": behaviour.kid, "alg": algorithm });
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    if behaviour.algorithm_none {
        return format!("{message}.");
    }
    let key = if behaviour.sign_with_other_key { other_key() } else { own_key() };
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256).unwrap();
    format!("{message}.{signature}")
}

impl Behaviour {
    /// Starts a new family of refresh tokens.
    pub(crate) fn reset_refreshes(&mut self) {
        self.refreshes = 0;
    }
}
