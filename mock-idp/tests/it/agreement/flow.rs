//! Runs a question with the real endpoints, as a client and a browser.

use std::collections::BTreeMap;

use mock_idp::MockIdp;
use reqwest::{Client, Response};
use serde_json::{Map, Value, json};

use super::{CALLBACK, Ending, SECRET};
use crate::flow::{browser, location, state_handle};

const WEB: &str = "0oa00000000000000001";
const SERVICE: &str = "0oa00000000000000002";
const SESSION: &str = "0oa00000000000000003";
const VERIFIER: &str = "agreement-agreement-agreement-agreement-agreement";
const ONE_MINUTE_EARLIER: &str = "2026-01-31T11:59:00Z";

pub(super) type Question = BTreeMap<&'static str, String>;

/// Sets the mock's clock and stops it.
pub(super) async fn set_clock(mock: &MockIdp, time: &str) {
    let url = format!("{}/_mock/clock", mock.url());
    let response = browser().post(url).json(&json!({"set": time, "freeze": true})).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

/// Removes sessions and consents of earlier questions, and sets the clock.
pub(super) async fn reset(mock: &MockIdp, time: &str) {
    let response = browser().post(format!("{}/_mock/reset", mock.url())).json(&json!({})).send().await.unwrap();
    assert!(response.status().is_success());
    set_clock(mock, time).await;
}

/// One question to one mock, with one browser.
struct Flow<'a> {
    mock: &'a MockIdp,
    question: &'a Question,
    browser: Client,
    /// The authorization server's base.
    server: String,
}

/// Runs the flow that a question describes.
pub(super) async fn run(mock: &MockIdp, question: &Question) -> Ending {
    let path = if question["server"] == "org" { "/oauth2" } else { "/oauth2/default" };
    let flow = Flow { mock, question, browser: browser(), server: format!("{}{path}", mock.url()) };
    match question["grant"].as_str() {
        "client_credentials" => flow.direct(SERVICE, "client_credentials").await,
        "password" => flow.direct(WEB, "password").await,
        "refresh_token" => flow.refreshed().await,
        _ => flow.by_browser().await,
    }
}

impl Flow<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.question.get(name).map(String::as_str)
    }

    /// A request to the token endpoint that needs no browser.
    async fn direct(&self, client: &str, grant: &str) -> Ending {
        let scope = self.scope();
        let mut form = vec![("grant_type", grant), ("scope", scope.as_str())];
        if let Some(user) = self.get("user") {
            form.extend([("username", user), ("password", "Passw0rd!")]);
        }
        match self.token(client, &form).await {
            Ok(body) => Ending::Tokens { authorize: None, token: Some(body.into()) },
            Err(ending) => ending,
        }
    }

    /// The scopes of the request that signs the user in.
    fn scope(&self) -> String {
        let scope = &self.question["scope"];
        let refreshes = self.question["grant"] == "refresh_token";
        let missing = !scope.split(' ').any(|scope| scope == "offline_access");
        if refreshes && missing { format!("{scope} offline_access").trim().to_owned() } else { scope.clone() }
    }

    /// A refresh, after a sign-in by a code, or by the password where the client knows no codes.
    async fn refreshed(&self) -> Ending {
        let unauthorized =
            |ending: &Ending| matches!(ending, Ending::Error { error, .. } if error == "unauthorized_client");
        let refused = self.refresh("none").await.err();
        if let Some(refused) = refused.filter(unauthorized) {
            return refused;
        }
        let mut signed_in = match self.by_password().await {
            true => self.direct(WEB, "password").await,
            false => self.by_browser().await,
        };
        let Ending::Tokens { token: Some(body), .. } = &mut signed_in else { return signed_in };
        let token = body["refresh_token"].as_str().unwrap_or("none").to_owned();
        match self.refresh(&token).await {
            Ok(body) => Ending::Tokens { authorize: None, token: Some(body.into()) },
            Err(ending) => ending,
        }
    }

    /// Whether the client may use passwords, but no codes.
    async fn by_password(&self) -> bool {
        let mut may = [false; 2];
        for (may, grant) in may.iter_mut().zip(["password", "authorization_code"]) {
            let refused = self.token(WEB, &[("grant_type", grant)]).await.err();
            *may = !matches!(refused, Some(Ending::Error { error, .. }) if error == "unauthorized_client");
        }
        may == [true, false]
    }

    async fn refresh(&self, token: &str) -> Result<Map<String, Value>, Ending> {
        self.token(WEB, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn by_browser(&self) -> Ending {
        let has_session = self.get("auth_time").is_some();
        let consents = self.get("consent") != Some("missing");
        if has_session {
            self.begin_session(consents).await;
        }
        let fields = match self.authorize(has_session, consents, self.get("prompt")).await {
            Ok(fields) => fields,
            Err(ending) => return ending,
        };
        let front = fields.contains_key("access_token") || fields.contains_key("id_token");
        let authorize = front.then(|| fields.clone().into());
        let Some(code) = fields.get("code").and_then(Value::as_str) else {
            return Ending::Tokens { authorize, token: None };
        };
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        match self.token(WEB, &form).await {
            Ok(body) => Ending::Tokens { authorize, token: Some(body.into()) },
            Err(ending) => ending,
        }
    }

    /// Signs the user in a minute before the flow, and gives the consent that the flow has.
    async fn begin_session(&self, consents: bool) {
        set_clock(self.mock, ONE_MINUTE_EARLIER).await;
        let request = [
            ("client_id", SESSION),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", CALLBACK),
            ("state", "s"),
        ];
        let page = self.browser.get(format!("{}/oauth2/v1/authorize", self.mock.url())).query(&request);
        let page = page.send().await.unwrap().text().await.unwrap();
        self.pick(&page).await;
        if consents {
            // Asked for by prompt=none, a consent can only have been given before.
            let _ = self.authorize(true, true, None).await;
        }
        set_clock(self.mock, super::NOW).await;
    }

    async fn pick(&self, page: &str) -> Response {
        let form = [("stateHandle", state_handle(page)), ("user", self.question["user"].clone())];
        self.browser.post(format!("{}/signin/pick", self.mock.url())).form(&form).send().await.unwrap()
    }

    /// Sends the authorization request and does what the pages ask; the parameters that arrive at the redirect URI.
    async fn authorize(
        &self,
        has_session: bool,
        consents: bool,
        prompt: Option<&str>,
    ) -> Result<Map<String, Value>, Ending> {
        let response_type = self.get("response_type").unwrap_or("code");
        let scope = self.scope();
        let challenge = challenge();
        let mut request = vec![
            ("client_id", WEB),
            ("response_type", response_type),
            ("scope", scope.as_str()),
            ("redirect_uri", CALLBACK),
            ("state", "s"),
        ];
        if response_type.contains("code") {
            request.extend([("code_challenge_method", "S256"), ("code_challenge", challenge.as_str())]);
        }
        if response_type != "code" {
            request.push(("nonce", "preview"));
        }
        request.extend(prompt.map(|prompt| ("prompt", prompt)));
        let response = self.browser.get(format!("{}/v1/authorize", self.server)).query(&request).send().await.unwrap();
        if response.status() == 302 {
            return arrived(&location(&response));
        }
        let page = page(response).await?;
        if page.contains("data-se=\"consent\"") {
            return self.consent(&page, consents).await;
        }
        if has_session {
            return Err(Ending::Question("sign_in"));
        }
        let response = self.pick(&page).await;
        if response.status() == 302 {
            return arrived(&location(&response));
        }
        let page = response.text().await.unwrap();
        if page.contains("data-se=\"consent\"") {
            return self.consent(&page, consents).await;
        }
        let error = text_of(&page, "okta-code");
        Err(Ending::Error { shown: "sign_in_page", error, description: String::new() })
    }

    async fn consent(&self, page: &str, consents: bool) -> Result<Map<String, Value>, Ending> {
        if !consents {
            return Err(Ending::Question("consent"));
        }
        let handle = state_handle(page);
        // Optional scopes are allowed too.
        let optional = page.match_indices("name=\"scope\" value=\"").map(|(at, found)| &page[at + found.len()..]);
        let optional = optional.filter_map(|rest| rest.split_once('"')).map(|(scope, _)| ("scope", scope));
        let form: Vec<(&str, &str)> =
            [("stateHandle", handle.as_str()), ("consent", "allow")].into_iter().chain(optional).collect();
        let url = format!("{}/signin/consent", self.mock.url());
        let response = self.browser.post(url).form(&form).send().await.unwrap();
        assert_eq!(response.status(), 302, "{page}");
        arrived(&location(&response))
    }

    async fn token(&self, client: &str, form: &[(&str, &str)]) -> Result<Map<String, Value>, Ending> {
        let request = browser().post(format!("{}/v1/token", self.server)).basic_auth(client, Some(SECRET)).form(form);
        let response = request.send().await.unwrap();
        let status = response.status();
        let body: Map<String, Value> = response.json().await.unwrap();
        match status.as_u16() {
            200 => Ok(body),
            _ => {
                let text = |name: &str| body[name].as_str().unwrap().to_owned();
                let (error, description) = (text("error"), text("error_description"));
                Err(Ending::Error { shown: "token_response", error, description })
            }
        }
    }
}

/// The S256 challenge of [`VERIFIER`].
fn challenge() -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes()))
}

/// The parameters at the redirect URI, or the error there.
fn arrived(location: &str) -> Result<Map<String, Value>, Ending> {
    assert!(location.starts_with(CALLBACK), "{location}");
    let url = url::Url::parse(&location.replacen('#', "?", 1)).unwrap();
    let fields: Map<String, Value> =
        url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
    match fields.get("error").and_then(Value::as_str) {
        None => Ok(fields),
        Some(error) => Err(Ending::Error {
            shown: "redirect",
            error: error.to_owned(),
            description: fields["error_description"].as_str().unwrap().to_owned(),
        }),
    }
}

/// The text of a page, unless it is the error page.
async fn page(response: Response) -> Result<String, Ending> {
    let status = response.status();
    let page = response.text().await.unwrap();
    if status == 200 {
        return Ok(page);
    }
    let (error, description) = (text_of(&page, "error-code"), text_of(&page, "error-description"));
    Err(Ending::Error { shown: "page", error, description })
}

/// The text of the element with this marker.
fn text_of(page: &str, mark: &str) -> String {
    let document = scraper::Html::parse_document(page);
    let selector = scraper::Selector::parse(&format!("[data-se={mark}]")).unwrap();
    document.select(&selector).next().unwrap_or_else(|| panic!("no {mark} in {page}")).text().collect()
}
