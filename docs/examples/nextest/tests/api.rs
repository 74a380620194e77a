//! An API tested against tokens of your own org. cargo-nextest runs each test in a process of its own; one mock serves them all:
//! `mock-idp exec --org okta.yaml -- cargo nextest run`. `mock-idp init` writes okta.yaml.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// An org of its own for one test.
struct Sandbox {
    url: String,
    issuer: String,
}

impl Sandbox {
    fn add() -> Result<Self> {
        let added = post(&format!("{}/_mock/orgs", std::env::var("OKTA_ORG_URL")?), &json!({}))?;
        let text = |name: &str| added[name].as_str().map(str::to_owned).ok_or(name.to_owned());
        Ok(Self { url: text("url")?, issuer: text("issuer")? })
    }

    /// An operation of the control API.
    fn control(&self, path: &str, body: &Value) -> Result<Value> {
        post(&format!("{}/_mock{path}", self.url), body)
    }

    /// The claims of an access token.
    fn sign_in(&self, user: &str) -> Result<Value> {
        let request = json!({ "client": "My web app", "user": user, "scopes": ["openid", "orders:write"] });
        let answer = self.control("/login", &request)?;
        let token = answer["tokens"]["access_token"].as_str().ok_or("no access token")?;
        let claims = token.split('.').nth(1).ok_or("not a JWT")?;
        Ok(serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims)?)?)
    }
}

fn post(url: &str, body: &Value) -> Result<Value> {
    Ok(ureq::post(url).send_json(body)?.body_mut().read_json()?)
}

#[test]
fn the_token_has_the_department_and_the_scopes_of_the_user() -> Result<()> {
    let org = Sandbox::add()?;
    let claims = org.sign_in("ada@example.com")?;
    assert_eq!(claims["iss"], org.issuer);
    assert_eq!(claims["department"], "Engineering");
    assert_eq!(claims["scp"], json!(["openid", "orders:write"]));
    Ok(())
}

#[test]
fn a_change_of_the_user_is_in_the_next_token() -> Result<()> {
    let org = Sandbox::add()?;
    let sales = json!({ "users": [{ "user": "ada@example.com", "profile": { "department": "Sales" } }] });
    org.control("/directory", &sales)?;
    assert_eq!(org.sign_in("ada@example.com")?["department"], "Sales");
    Ok(())
}

#[test]
fn a_user_outside_the_group_gets_no_scope_for_writing() -> Result<()> {
    let refused = Sandbox::add()?.sign_in("ben@example.com").expect_err("refused");
    assert!(refused.to_string().contains("403"), "{refused}");
    Ok(())
}
