//! Sign-ins at external identity providers: a second org of the same mock is the provider of the market.

mod accounts;
mod answers;
mod routing;

use mock_idp::{BUILT_IN_ORG, MockIdp};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::flow::{WEB, after, browser, code_request, decode, location, parameter, redeem, state_handle};
use crate::market::{journal, post, shared};

const PARTNERS: &str = include_str!("partners.yaml");
const CLIENT: &str = "0oapartnersmarket000";
/// The user of the partners with the name of the market's buyer.
const PARTNER_BUYER: &str = "00upartnerbuyer00000";
const PAT: &str = "00upartnerpat0000000";
const BUYER: &str = "00ubuyer0000000005d7";
const BUYERS: &str = "00gbuyers000000005d7";
const TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";
const PROBLEM: &str =
    "There was a problem signing you into your identity provider. Please contact your administrator for help.";

/// The market, the partners' org beside it, and a browser.
pub(crate) struct Federation {
    pub(crate) mock: MockIdp,
    browser: Client,
    /// Id of the provider.
    provider: String,
}

impl Federation {
    /// The provider is offered on the sign-in page of every app, beside the form. `change`: of its object.
    pub(crate) async fn offered(change: impl FnOnce(&mut Value)) -> Self {
        let federation = Self::start(change).await;
        federation.route(json!({}), true).await;
        federation
    }

    /// Without a routing rule.
    async fn start(change: impl FnOnce(&mut Value)) -> Self {
        Self::start_in(BUILT_IN_ORG.to_owned(), change).await
    }

    /// The same for the users of another org.
    async fn start_in(org: String, change: impl FnOnce(&mut Value)) -> Self {
        let mock = MockIdp::builder().org_yaml(org).org_yaml(PARTNERS).start().await.unwrap();
        let partners = format!("{}/_org/partners", mock.url());
        let endpoint =
            |path: &str| json!({ "url": format!("{partners}/oauth2/v1/{path}"), "binding": "HTTP-REDIRECT" });
        let mut provider = json!({
            "type": "OIDC", "name": "Partners", "issuerMode": "DYNAMIC",
            "protocol": {
                "type": "OIDC",
                "endpoints": {
                    "authorization": endpoint("authorize"), "token": endpoint("token"),
                    "userInfo": endpoint("userinfo"), "jwks": endpoint("keys"),
                },
                "scopes": ["openid", "profile", "email"],
                "issuer": { "url": partners },
                "credentials": { "client": { "client_id": CLIENT, "client_secret": "mock-secret-partners" } },
            },
            "policy": {
                "accountLink": { "action": "AUTO" }, "maxClockSkew": 0,
                "provisioning": {
                    "action": "AUTO", "profileMaster": false,
                    "groups": { "action": "ASSIGN", "assignments": [BUYERS] },
                    "conditions": { "deprovisioned": { "action": "NONE" }, "suspended": { "action": "NONE" } },
                },
                "subject": { "matchType": "USERNAME", "userNameTemplate": { "template": "idpuser.email" } },
            },
        });
        change(&mut provider);
        let mut federation = Self { mock, browser: browser(), provider: String::new() };
        let created = federation.api("/api/v1/idps", Some(provider)).await;
        created["id"].as_str().unwrap().clone_into(&mut federation.provider);
        federation
    }

    /// Sends a request to the management API of the market: a POST if there is a body.
    async fn api(&self, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.mock.url());
        let request = match body {
            Some(body) => shared().post(url).json(&body),
            None => shared().get(url),
        };
        let response = request.header("authorization", format!("SSWS {TOKEN}")).send().await.unwrap();
        let (status, body) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// Adds a routing rule to the provider; `also_local`: and to the org itself.
    async fn route(&self, conditions: Value, also_local: bool) {
        let policies = self.api("/api/v1/policies?type=IDP_DISCOVERY", None).await;
        let policy = policies[0]["id"].as_str().unwrap();
        let mut providers = vec![json!({ "type": "OIDC", "id": self.provider })];
        providers.extend(also_local.then(|| json!({ "type": "OKTA" })));
        let rule = json!({
            "name": "To the partners", "type": "IDP_DISCOVERY", "priority": 1, "conditions": conditions,
            "actions": { "idp": { "providers": providers, "idpSelectionType": "SPECIFIC" } },
        });
        self.api(&format!("/api/v1/policies/{policy}/rules"), Some(rule)).await;
    }

    async fn get(&self, url: &str) -> Response {
        self.browser.get(url).send().await.unwrap()
    }

    /// An authorization request of the market's web app, with more parameters.
    async fn authorize(&self, more: &[(&str, &str)]) -> Response {
        let query = [code_request(WEB, "openid profile email"), more.to_vec()].concat();
        let url = format!("{}/oauth2/default/v1/authorize", self.mock.url());
        self.browser.get(url).query(&query).send().await.unwrap()
    }

    /// Follows the button of the sign-in page. Returns the request to the provider.
    async fn leave(&self) -> String {
        let page = self.authorize(&[]).await.text().await.unwrap();
        let href = after(&page, "data-se=\"social-auth-general-idp-button\" href=\"").to_owned();
        assert!(page.contains("Sign in with <bdi>Partners</bdi>"), "{page}");
        location(&self.get(&format!("{}{href}", self.mock.url())).await)
    }

    /// The same where the user may have a session at the provider.
    async fn sign_in_there_or_return(&self, request: &str, login: &str) -> String {
        let response = self.get(request).await;
        if response.status() == 302 { location(&response) } else { self.sign_in_there(request, login).await }
    }

    /// Signs a user in at the provider. Returns the address that the browser comes back to.
    async fn sign_in_there(&self, request: &str, login: &str) -> String {
        let page = self.get(request).await;
        assert_eq!(page.status(), 200, "{request}");
        let page = page.text().await.unwrap();
        let form = [("stateHandle", state_handle(&page)), ("user", login.to_owned())];
        let url = format!("{}/_org/partners/signin/pick", self.mock.url());
        location(&self.browser.post(url).form(&form).send().await.unwrap())
    }

    /// The whole sign-in by the button. Returns where the browser is sent last, or the page that it gets.
    async fn sign_in(&self, login: &str) -> String {
        let request = self.leave().await;
        let callback = self.sign_in_there(&request, login).await;
        self.arrive(&callback).await
    }

    async fn arrive(&self, callback: &str) -> String {
        let response = self.get(callback).await;
        if response.status() == 302 { location(&response) } else { response.text().await.unwrap() }
    }

    /// The claims of the ID token that the client gets for the code of its redirect.
    async fn id_token(&self, redirect: &str) -> Value {
        assert!(redirect.starts_with("http"), "no redirect: {redirect}");
        let code = parameter(redirect, "code").unwrap_or_else(|| panic!("no code in {redirect}"));
        let tokens: Value = redeem(&self.mock, &code).await.json().await.unwrap();
        decode(tokens["id_token"].as_str().unwrap()).1
    }

    /// The users that are linked: their ids, and those of the partners.
    async fn links(&self) -> Vec<(String, String)> {
        let links = self.api(&format!("/api/v1/idps/{}/users", self.provider), None).await;
        let text = |link: &Value, name: &str| link[name].as_str().unwrap().to_owned();
        links.as_array().unwrap().iter().map(|link| (text(link, "id"), text(link, "externalId"))).collect()
    }

    /// The sign-in fails with this inside reason: the page has Okta's text, and the journal the reason.
    async fn assert_fails(&self, page: &str, reason: &str) {
        assert!(page.contains(PROBLEM), "{page}");
        let journal = journal(&self.mock).await;
        assert!(journal.contains(reason), "{reason} is not in {journal}");
        assert_eq!(self.links().await, []);
    }
}
