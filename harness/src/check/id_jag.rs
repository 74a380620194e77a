//! The ID-JAG: an assertion of the org server about a user, for another authorization server.

use serde_json::{Value, json};

use super::checks;
use super::signed_token;
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::jwt::Jwt;
use crate::wire::keys::KeySet;

const TYPE: &str = "urn:ietf:params:oauth:token-type:id-jag";
/// Okta: seconds.
const LIFETIME: i64 = 300;

checks! {
    ANSWER = Must "id-jag.answer", "The response contains an ID-JAG", ["RFC 8693 2.2.1", "ID-JAG draft 4.3.2", "Okta: Cross App Access"];
    HEADER = Must "id-jag.header", "The header's type is that of an ID-JAG", ["ID-JAG draft 3.1", "Okta: validate ID-JAG tokens"];
    SIGNATURE = Must "id-jag.signature", "Its signature verifies with a key of the org", ["RFC 7515 5.2", "Okta: validate ID-JAG tokens"];
    CLAIMS = Must "id-jag.claims", "Issuer, audience, subject, client and scope are those of the request", ["ID-JAG draft 3.1", "Okta: validate ID-JAG tokens"];
    ACTOR = Must "id-jag.act", "act names the agent and the app", ["RFC 8693 4.1", "Okta: validate ID-JAG tokens"];
    TIMES = Must "id-jag.lifetime", "It is valid for five minutes and has an id", ["ID-JAG draft 3.1", "Okta: Cross App Access"];
    REDEEMED = Must "id-jag.redeemed", "The access token has the same user, client and agent", ["ID-JAG draft 4.4.2", "Okta: AI agent token exchange"];
}

/// The expected content of an ID-JAG.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedIdJag<'a> {
    /// The org's issuer.
    pub issuer: &'a str,
    /// The issuer of the server that accepts it.
    pub audience: &'a str,
    pub user_id: &'a str,
    pub agent: &'a str,
    /// The client that the user has signed in to.
    pub app: &'a str,
    pub scope: &'a str,
    pub now: i64,
}

/// Checks a response with an ID-JAG. Returns it if it can be parsed.
pub fn judge(recorder: &Recorder, reply: &Reply, keys: &KeySet, expected: ExpectedIdJag<'_>) -> Option<Jwt> {
    let body: Value = reply.json("a token response").ok()?;
    let (kind, issued) = (body["token_type"].as_str(), body["issued_token_type"].as_str());
    let seconds = body["expires_in"].as_i64();
    let right = reply.status == 200 && kind == Some("N_A") && issued == Some(TYPE) && seconds == Some(LIFETIME);
    ANSWER.holds(recorder, right, format!("200, N_A, {TYPE}, {LIFETIME} s"), summary(reply));
    let token = Jwt::parse(body["access_token"].as_str()?).ok()?;
    HEADER.equals(recorder, "oauth-id-jag+jwt", token.header_text("typ"));
    signed_token::signature(recorder, &SIGNATURE, &token, keys);
    let claims = ["iss", "aud", "sub", "client_id", "scope"];
    let wanted = [expected.issuer, expected.audience, expected.user_id, expected.agent, expected.scope];
    let found = claims.map(|claim| token.text(claim).unwrap_or("nothing"));
    CLAIMS.holds(recorder, found == wanted, wanted.join(", "), found.join(", "));
    let act = json!({"sub": expected.agent, "sub_profile": "ai_agent", "act": {"sub": expected.app, "sub_profile": "web_app"}});
    let actor = token.claims.get("act").unwrap_or(&Value::Null);
    ACTOR.holds(recorder, *actor == act, &act, actor);
    let (issued, expires) = (token.number("iat").unwrap_or_default(), token.number("exp").unwrap_or_default());
    let now = (issued - expected.now).abs() <= 60 && expires - issued == LIFETIME;
    let named = token.text("jti").is_some_and(|id| !id.is_empty());
    TIMES.holds(
        recorder,
        now && named,
        format!("{LIFETIME} s from {}, an id", expected.now),
        format!("{issued} to {expires}"),
    );
    Some(token)
}

/// Checks the access token that was issued for an ID-JAG.
pub fn redeemed(recorder: &Recorder, id_jag: &Jwt, access_token: &Jwt) {
    let says = |token: &Jwt, user: &str, client: &str| {
        let act = token.claims.get("act").map(ToString::to_string).unwrap_or_default();
        [token.text(user).unwrap_or("nothing").to_owned(), token.text(client).unwrap_or("nothing").to_owned(), act]
    };
    let (wanted, found) = (says(id_jag, "sub", "client_id"), says(access_token, "uid", "cid"));
    REDEEMED.holds(recorder, wanted == found, wanted.join(", "), found.join(", "));
}
