//! Flaws that the mock does not have: a proxy in front of it changes a response.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::embedded::Mock;
use harness::issuer_target::Behavior;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::changed_responses_by_check;
use crate::support::{assert_passes, run};

/// A response that passes the proxy.
pub(crate) struct ProxiedResponse {
    path: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl ProxiedResponse {
    /// Changes the Location header.
    pub(crate) fn relocate(&mut self, change: impl Fn(&str) -> String) {
        if let Some(location) = self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()) {
            let location = change(location);
            self.headers.insert(header::LOCATION, HeaderValue::from_str(&location).expect("a header"));
        }
    }

    pub(crate) fn at(&self, end: &str) -> bool {
        self.path.ends_with(end)
    }

    /// Whether it is a redirect whose URL contains `text`.
    pub(crate) fn carries(&self, text: &str) -> bool {
        self.headers.get(header::LOCATION).is_some_and(|to| to.to_str().is_ok_and(|to| to.contains(text)))
    }

    /// Changes it to a successful JSON response.
    pub(crate) fn succeed(&mut self, body: &str) {
        self.status = StatusCode::OK;
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = body.to_owned();
    }

    /// Changes the claims of an ID token in a body or redirect. The signature becomes invalid.
    pub(crate) fn reclaim(&mut self, change: impl Fn(&mut Map<String, Value>)) {
        self.body = with_changed_part(&self.body, "\"id_token\":\"", 1, &change);
        self.relocate(|location| with_changed_part(location, "id_token=", 1, &change));
    }

    /// Changes the header of the ID token of the token endpoint.
    pub(crate) fn rehead(&mut self, change: impl Fn(&mut Map<String, Value>)) {
        self.body = with_changed_part(&self.body, "\"id_token\":\"", 0, &change);
    }

    /// Changes the claims of the access token of the token endpoint.
    pub(crate) fn reclaim_access(&mut self, change: impl Fn(&mut Map<String, Value>)) {
        if self.at("/v1/token") && self.status == 200 {
            self.body = with_changed_part(&self.body, "\"access_token\":\"", 1, &change);
        }
    }

    /// Changes its header.
    pub(crate) fn rehead_access(&mut self, change: impl Fn(&mut Map<String, Value>)) {
        if self.at("/v1/token") && self.status == 200 {
            self.body = with_changed_part(&self.body, "\"access_token\":\"", 0, &change);
        }
    }

    /// Whether it is the response to a refresh: its ID token has no nonce.
    pub(crate) fn refreshes(&self) -> bool {
        let nonce = Cell::new(true);
        with_changed_part(&self.body, "\"id_token\":\"", 1, &|claims| nonce.set(claims.contains_key("nonce")));
        self.at("/v1/token") && !nonce.get()
    }

    /// Changes it to a page.
    pub(crate) fn show(&mut self, page: &str) {
        self.status = StatusCode::OK;
        self.headers.remove(header::LOCATION);
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        self.body = page.to_owned();
    }

    /// Changes it to a redirect.
    pub(crate) fn redirect_to(&mut self, address: &'static str) {
        self.status = StatusCode::FOUND;
        self.headers.insert(header::LOCATION, HeaderValue::from_static(address));
    }

    /// Publishes only the current key.
    fn one_key(&mut self) {
        if self.at("/keys") {
            let mut keys: Value = serde_json::from_str(&self.body).expect("a key set");
            keys["keys"].as_array_mut().expect("keys").truncate(1);
            self.body = keys.to_string();
        }
    }

    /// Changes it to a redirect with a code.
    pub(crate) fn issue_a_code(&mut self) {
        self.redirect_to("http://localhost:7803/callback?code=c&state=s");
    }

    /// Changes it to a redirect to another host.
    pub(crate) fn redirect_elsewhere(&mut self) {
        self.redirect_to("http://127.0.0.1:9/evil?code=c&state=s");
    }
}

/// Changes a part of the signed token behind `mark`: 0 is its header, 1 its claims.
fn with_changed_part(text: &str, mark: &str, part: usize, change: &impl Fn(&mut Map<String, Value>)) -> String {
    let Some(begin) = text.find(mark).map(|at| at + mark.len()) else { return text.to_owned() };
    let length = text[begin..].find(['"', '&']).unwrap_or(text.len() - begin);
    let mut parts: Vec<String> = text[begin..begin + length].split('.').map(str::to_owned).collect();
    let bytes = URL_SAFE_NO_PAD.decode(&parts[part]).expect("base64url");
    let mut members = serde_json::from_slice(&bytes).expect("members");
    change(&mut members);
    parts[part] = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&members).expect("JSON"));
    format!("{}{}{}", &text[..begin], parts.join("."), &text[begin + length..])
}

pub(crate) type Tamper = fn(&mut ProxiedResponse);

struct Proxy {
    mock: String,
    client: reqwest::Client,
    change: Tamper,
    /// The first good answer of the token endpoint, for a proxy that gives it again.
    tokens: Mutex<Option<String>>,
}

async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let path = parts.uri.path().to_owned();
    let method = Method::from_bytes(parts.method.as_str().as_bytes()).expect("a method");
    let url = format!("{}{}", proxy.mock, parts.uri);
    // The Host header is kept, so the issuer uses the URL of the proxy.
    let response =
        proxy.client.request(method, url).headers(parts.headers).body(body).send().await.expect("a response");
    let (status, mut headers) = (response.status(), response.headers().clone());
    let body = response.text().await.expect("a text");
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    let mut response = ProxiedResponse { path, status, headers, body };
    if response.at("/v1/token") && response.status == 200 {
        proxy.tokens.lock().expect("a lock").get_or_insert_with(|| response.body.clone());
    }
    (proxy.change)(&mut response);
    if response.body == "AGAIN" {
        response.body = proxy.tokens.lock().expect("a lock").clone().unwrap_or_default();
    }
    (response.status, response.headers, response.body).into_response()
}

/// A mock behind a proxy. Dropping it stops both.
pub(crate) struct ChangingProxy {
    pub(crate) url: String,
    pub(crate) mock: Mock,
    server: JoinHandle<()>,
}

impl ChangingProxy {
    /// Starts a mock with the behavior of OpenID conformance or Okta.
    pub(crate) async fn start_as(openid: bool, change: Tamper) -> Self {
        let mock = Mock::start_as(if openid { Behavior::OpenId } else { Behavior::Okta }).await.expect("a mock");
        // Installs the TLS provider that a client needs even for plain http.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let base = mock.base.as_str().trim_end_matches('/').to_owned();
        let proxy = Arc::new(Proxy { mock: base, client, change, tokens: Mutex::default() });
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let routes = Router::new().fallback(forward).with_state(proxy);
        let server = tokio::spawn(async move { axum::serve(socket, routes).await.expect("a server") });
        Self { url: format!("http://localhost:{port}/oauth2/default"), mock, server }
    }
}

impl Drop for ChangingProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Each line is a test: with this change of a response, this check of this scenario fails.
macro_rules! detects {
    ($($name:ident: $scenario:literal, $check:literal, $change:expr;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let proxy = $crate::changed_responses::ChangingProxy::start_as(false, $change).await;
                let run = $crate::support::run(&proxy.url, &[$scenario]).await;
                $crate::support::assert_check_fails(&run, $scenario, $check);
            }
        )+

        /// The scenarios that are tested here.
        pub(crate) const SCENARIOS: &[&str] = &[$($scenario),+];

        /// The checks that are tested here.
        pub(crate) const TESTED: &[&str] = &[$($check),+];
    };
}

pub(crate) use detects;

detects! {
    state_altered: "code.web.custom", "callback.state",
        |response| response.relocate(|location| location.replace("state=", "state=x"));
    state_dropped_from_an_error: "prompt.none.no-session", "refusal.state",
        |response| response.relocate(|location| location.replace("state=", "stale="));
    code_in_the_fragment: "code.web.custom", "callback.delivery",
        |response| response.relocate(|location| location.replace("/callback?", "/callback#"));
    redirect_that_repeats_the_post: "code.web.custom", "callback.status",
        |response| if response.status == 303 || response.status == 302 { response.status = StatusCode::TEMPORARY_REDIRECT };
    foreign_issuer_in_the_response: "code.web.custom", "callback.issuer",
        |response| response.relocate(|location| format!("{location}&iss=https%3A%2F%2Fevil.example"));
    sent_to_an_unregistered_address: "redirect.unregistered", "page.stays",
        |response| if response.status == 400 { response.redirect_elsewhere() };
    signed_out_to_an_unregistered_address: "logout.unregistered", "page.stays",
        |response| if response.status == 400 && response.at("/logout") { response.redirect_elsewhere() };
    code_that_works_twice: "code.reuse", "code.single-use",
        |response| if response.at("/v1/token") && response.status == 400 { response.succeed("AGAIN") };
    wrong_verifier_accepted: "code.pkce.wrong-verifier", "token-error.status",
        |response| if response.at("/v1/token") && response.status == 400 { response.succeed("{}") };
    another_error_than_okta_s: "token.missing-code", "token-error.error",
        |response| response.body = response.body.replace("invalid_request", "invalid_grant");
    another_wording_than_okta_s: "token.missing-code", "token-error.description",
        |response| response.body = response.body.replace("is missing", "is absent");
    tokens_that_may_be_stored: "service.basic", "token.no-store",
        |response| drop(response.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public")));
    another_scope_than_asked_for: "service.basic", "token.scope",
        |response| response.body = response.body.replace("\"scope\":\"products:read\"", "\"scope\":\"products\"");
    revocation_without_effect: "revoke.refresh-token", "revocation.effect",
        |response| if response.at("/introspect") { response.succeed("{\"active\":true,\"client_id\":\"c\"}") };
    revocation_without_cascade: "revoke.refresh-token", "revocation.cascade",
        |response| if response.at("/introspect") { response.succeed("{\"active\":true}") };
    garbage_called_active: "introspect.garbage", "introspection.inactive",
        |response| if response.at("/introspect") { response.succeed("{\"active\":true}") };
    inactive_and_talkative: "introspect.garbage", "introspection.nothing-else",
        |response| if response.at("/introspect") { response.succeed("{\"active\":false,\"sub\":\"me\"}") };
    rotated_token_that_still_works: "refresh.reuse", "refresh.reuse-revokes",
        |response| if response.at("/v1/token") && response.status == 400 { response.succeed("AGAIN") };
    refresh_that_does_not_rotate: "refresh.rotation", "refresh.rotated",
        |response| if response.at("/v1/token") { response.succeed("AGAIN") };
    userinfo_with_another_sub: "userinfo.get.custom", "userinfo.sub",
        |response| if response.at("/userinfo") { response.body = response.body.replace("00ubuyer", "00uadmin") };
    userinfo_that_lacks_claims: "userinfo.get.custom", "userinfo.claims",
        |response| if response.at("/userinfo") { response.body = response.body.replace("email_verified", "email_seen") };
    userinfo_for_everybody: "userinfo.bad-token", "bearer.status",
        |response| if response.at("/userinfo") { response.succeed("{\"sub\":\"me\"}") };
    refusal_without_a_challenge: "userinfo.bad-token", "bearer.challenge",
        |response| drop(response.headers.remove(header::WWW_AUTHENTICATE));
    private_key_published: "keys.custom", "keys.public",
        |response| if response.at("/keys") { response.body = response.body.replacen("\"kty\"", "\"d\":\"x\",\"kty\"", 1) };
    two_keys_of_one_id: "keys.custom", "keys.ids",
        |response| if response.at("/keys") { response.body = response.body.replace("\"kid\"", "\"id\"") };
    scope_missing_in_discovery: "discovery.custom.openid", "discovery.scopes",
        |response| if response.at("configuration") { response.body = response.body.replace("\"profile\",\"email\"", "\"email\",\"profile\"") };
    grant_missing_in_discovery: "discovery.custom.openid", "discovery.value",
        |response| if response.at("configuration") { response.body = response.body.replace("\"S256\"", "\"plain\"") };
    stranger_in_discovery: "discovery.custom.openid", "discovery.absent",
        |response| if response.at("configuration") { response.body = response.body.replacen('{', "{\"acr_values_supported\":[],", 1) };
    another_issuer_in_discovery: "discovery.custom.oauth", "discovery.issuer",
        |response| if response.at("server") { response.body = response.body.replacen("/oauth2/default\"", "/oauth2/other\"", 1) };
    sign_in_page_in_a_frame: "headers.sign-in-page", "headers.not-framed",
        |response| {
            response.headers.remove(header::X_FRAME_OPTIONS);
            response.headers.remove(header::CONTENT_SECURITY_POLICY);
        };
    code_leaked_by_the_referrer: "headers.redirect", "headers.referrer-policy",
        |response| drop(response.headers.remove(header::REFERRER_POLICY));
    no_request_id: "headers.token", "headers.request-id",
        |response| drop(response.headers.remove("x-okta-request-id"));
    no_rate_limit: "headers.token", "headers.rate-limit",
        |response| drop(response.headers.remove("x-rate-limit-remaining"));
    any_origin_allowed: "cors.preflight", "cors.origin",
        |response| drop(response.headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")));
    pushed_request_without_a_name: "pushed.followed", "pushed.accepted",
        |response| response.body = response.body.replace("\"request_uri\"", "\"name\"");
    pushed_request_with_another_status: "pushed.followed", "pushed.status",
        |response| if response.at("/par") { response.status = StatusCode::CREATED };
    made_up_name_followed: "pushed.made-up", "pushed.not-followed",
        |response| if response.at("/authorize") { response.issue_a_code() };
    signed_request_ignored: "request-object.signed", "request-object.inside",
        |response| response.relocate(|location| location.replace("state=", "state=x"));
    forged_request_trusted: "request-object.forged", "request-object.refused",
        |response| if response.at("/authorize") { response.issue_a_code() };
    bound_token_called_a_bearer: "dpop.bound", "dpop.token-type",
        |response| response.body = response.body.replace("\"DPoP\"", "\"Bearer\"");
    bound_token_that_names_no_key: "dpop.bound", "dpop.bound",
        |response| if response.at("/v1/token") && response.status == 200 {
            response.body = with_changed_part(&response.body, "\"access_token\":\"", 1, &|claims| drop(claims.remove("cnf")));
        };
    bound_token_that_opens_nothing: "dpop.bound", "dpop.accepted",
        |response| if response.at("/userinfo") { response.status = StatusCode::UNAUTHORIZED };
    bound_token_without_a_proof: "dpop.as-bearer", "dpop.refused",
        |response| if response.at("/userinfo") { response.succeed("{\"sub\":\"me\"}") };
    device_without_a_code: "device.allowed", "device.codes",
        |response| response.body = response.body.replace("\"user_code\"", "\"code\"");
    request_by_the_back_channel_without_an_id: "back-channel.approved", "back-channel.begun",
        |response| response.body = response.body.replace("\"auth_req_id\"", "\"id\"");
    assertion_that_is_not_taken: "assertion.private-key", "grant.tokens",
        |response| if response.at("/token") { response.status = StatusCode::BAD_REQUEST };
    registration_without_a_secret: "registration.life", "registration.created",
        |response| response.body = response.body.replace("\"client_secret\"", "\"word\"");
    registration_that_tells_its_secret_again: "registration.life", "registration.secret-once",
        |response| if response.path.contains("/clients/") && response.status == 200 {
            response.body = response.body.replacen('{', "{\"client_secret\":\"secret\",", 1);
        };
    registration_that_stays: "registration.life", "registration.removed",
        |response| if response.path.contains("/clients/") && response.status == 204 { response.succeed("{}") };
    rotation_after_which_the_old_key_signs: "rotation.keys", "rotation.new-key",
        |response| if response.at("/v1/token") { response.succeed("AGAIN") };
    rotation_to_a_key_that_was_not_published: "rotation.keys", "rotation.ahead", ProxiedResponse::one_key;
    rotation_that_drops_the_old_key: "rotation.keys", "rotation.old-key", ProxiedResponse::one_key;
    exchange_without_a_type: "exchange.on-behalf", "exchange.issued-token-type",
        |response| if response.at("/v1/token") { response.body = response.body.replace("token-type:access_token", "token-type:jwt") };
    exchange_for_another_user: "exchange.on-behalf", "exchange.subject",
        |response| if response.body.contains("issued_token_type") {
            response.body = with_changed_part(&response.body, "\"access_token\":\"", 1, &|claims| drop(claims.insert("sub".into(), "other".into())));
        };
    exchange_with_an_id_token: "exchange.on-behalf", "token.no-id-token",
        |response| if response.body.contains("issued_token_type") {
            response.body = response.body.replacen('{', "{\"id_token\":\"a.b.c\",", 1);
        };
    exchange_of_garbage: "exchange.garbage", "token-error.status",
        |response| if response.at("/v1/token") { response.succeed("{}") };
    exchange_of_a_forged_token: "exchange.forged", "token-error.status",
        |response| if response.at("/v1/token") && response.status == 400 { response.succeed("AGAIN") };
    exchange_for_openid: "exchange.openid", "token-error.status",
        |response| if response.at("/v1/token") && response.status == 400 { response.succeed("AGAIN") };
    signature_by_the_secret_not_taken: "assertion.secret", "grant.tokens",
        |response| if response.at("/v1/token") { response.status = StatusCode::BAD_REQUEST };
    signature_by_another_secret_taken: "assertion.secret-forged", "token-error.status",
        |response| if response.at("/v1/token") { response.succeed("{}") };
    secret_shown_instead_of_signing: "assertion.secret-shown", "token-error.status",
        |response| if response.at("/v1/token") { response.succeed("{}") };
    signed_out_without_a_frame: "front-channel.oidcc-frontchannel-rp-initiated-logout", "front-channel.loaded",
        |response| if response.at("/logout") { response.body = response.body.replace("<iframe", "<div") };
    frame_that_names_no_issuer: "front-channel.oidcc-frontchannel-rp-initiated-logout", "front-channel.iss",
        |response| if response.at("/logout") { response.body = response.body.replace("?iss=", "?who=") };
    frame_that_names_no_session: "front-channel.oidcc-frontchannel-rp-initiated-logout", "front-channel.sid",
        |response| if response.at("/logout") { response.body = response.body.replace("sid=", "id=") };
    frame_that_tells_more: "front-channel.oidcc-frontchannel-rp-initiated-logout", "front-channel.parameters",
        |response| if response.at("/logout") { response.body = response.body.replace("?iss=", "?more=1&amp;iss=") };
    signed_out_without_a_way_back: "front-channel.oidcc-frontchannel-rp-initiated-logout", "front-channel.onward",
        |response| if response.at("/logout") { response.body = response.body.replace("state=", "stale=") };
    logout_without_a_logout_token: "back-channel.oidcc-backchannel-rp-initiated-logout", "logout-token.posted",
        // A changed hint is not accepted, so the session stays.
        |response| response.reclaim(|claims| drop(claims.insert("sid".into(), "another".into())));
    registration_for_everybody: "registration.no-token", "registration.refused",
        |response| if response.at("/clients") { response.status = StatusCode::CREATED };
    many_winners: "security.race.code", "race.one-winner",
        |response| if response.at("/token") { response.status = StatusCode::OK };
    codes_by_number: "security.chance", "entropy.different",
        |response| response.relocate(|location| location.replace("code=", "code=00000000"));
    verifier_for_nothing: "security.downgrade", "security.downgrade",
        |response| if response.at("/token") { response.succeed("{}") };
    issuer_promised_and_not_named: "security.mix-up", "mix-up.iss",
        |response| if response.at("configuration") {
            let promise = "{\"authorization_response_iss_parameter_supported\":true,";
            response.body = response.body.replacen('{', promise, 1);
        };
    authorization_read_by_a_script: "security.no-cors", "security.no-cors",
        |response| drop(response.headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")));
    token_taken_from_the_query: "security.token-in-query", "security.token-in-query",
        |response| if response.at("/userinfo") { response.succeed("{\"sub\":\"me\"}") };
    parameter_taken_twice: "security.twice", "security.twice",
        |response| if response.at("/token") { response.succeed("{}") };
    page_that_tells_where_it_was: "security.sign-in-page", "security.referrer-policy",
        |response| drop(response.headers.remove(header::REFERRER_POLICY));
    page_that_loads_anything: "security.sign-in-page", "security.content-policy",
        |response| drop(response.headers.remove(header::CONTENT_SECURITY_POLICY));
    another_claim_in_the_snapshot:
        "matrix.market-demo.buyer@example.test.default.authorization_code.openid+profile+email+address+phone",
        "claims.snapshot",
        |response| if response.at("/userinfo") { response.body = response.body.replace("Ben", "Bob") };
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_change_every_scenario_passes() {
    let mut scenarios = [SCENARIOS, changed_responses_by_check::SCENARIOS].concat();
    scenarios.sort_unstable();
    scenarios.dedup();
    // Without the proxy, discovery does not announce `iss`.
    scenarios.retain(|id| *id != "security.mix-up");
    let proxy = ChangingProxy::start_as(false, |_| {}).await;
    let run = run(&proxy.url, &scenarios).await;
    for scenario in scenarios {
        assert_passes(&run, scenario);
    }
}
