//! Single logout: a client that wants to hears of the end of a session, by a frame (OIDC Front-Channel Logout 1.0)
//! or by a token that is posted to it (OIDC Back-Channel Logout 1.0).
//!
//! Each story registers a client of its own and removes it at the end.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::registration::{register, remove};
use super::stage::{Cast, Halt, Stage, Tokens};
use super::{Front, Need, Scenario, Told};
use crate::check::logout;
use crate::driver::{Listener, Visitor};
use crate::flow::{self, random_text};
use crate::target::Endpoint;
use crate::target::Role::Buyer;
use crate::target::ServerRole::Custom;
use crate::wire::journey::{Journey, is_landing};

/// The longest that a logout token may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the client wants to hear of it by a frame.
const FRAME: &str = "https://app.example.test/bye";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("logout.front-channel", "The signed-out page tells a client by a frame, and goes on", |s| {
            Box::pin(front_channel(s))
        })
        .cites(&["OIDC Front-Channel Logout 3", "OIDF oidcc-frontchannel-rp-initiated-logout"])
        .steps(&[
            "register a client",
            "sign in",
            "sign out",
            "a frame with iss and sid; prompt=none: login_required",
        ]),
        told("logout.back-channel", "A logout token tells a client of the end of its session", |s| {
            Box::pin(back_channel(s))
        })
        .cites(&["OIDC Back-Channel Logout 2.6", "OIDF oidcc-backchannel-rp-initiated-logout"])
        .steps(&[
            "register a client",
            "sign in",
            "sign out",
            "a logout token is posted: signature and every claim",
            "prompt=none: login_required",
        ]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).tags(&["logout", "session"]).front(Front::Http).needs(&[
        Need::ApiToken,
        Need::Account(Buyer),
        Need::Endpoint(Custom, Endpoint::Registration),
        Need::Endpoint(Custom, Endpoint::EndSession),
    ])
}

/// Signs in, and out again.
async fn in_and_out(stage: &Stage, cast: &Cast<'_>, state: &str) -> Result<(Tokens, Journey), Halt> {
    stage.step("sign in");
    let tokens = stage.sign_in(cast, stage.request(cast)).await?;
    stage.step("sign out");
    let uri = stage.target.signed_out_uri.as_str();
    let params = [("id_token_hint", tokens.hint()?), ("post_logout_redirect_uri", uri), ("state", state)];
    let url = flow::sign_out(stage.endpoint(cast.server, Endpoint::EndSession)?, &params);
    let journey = stage.browse(&url, &stage.target.signed_out_uri, Visitor::agreeing(cast.account)).await?;
    Ok((tokens, journey))
}

fn wanted(stage: &Stage, own: &Value) -> Value {
    let mut metadata = json!({ "post_logout_redirect_uris": [stage.target.signed_out_uri] });
    for (name, value) in own.as_object().into_iter().flatten() {
        metadata[name] = value.clone();
    }
    metadata
}

async fn front_channel(stage: &Stage) -> Result<(), Halt> {
    let own = json!({ "frontchannel_logout_uri": FRAME, "frontchannel_logout_session_required": true });
    let client = register(stage, &wanted(stage, &own)).await?;
    let cast = Cast { server: stage.server(Custom)?, client: &client, account: stage.account(Buyer)? };
    let state = random_text(12);
    let (tokens, journey) = in_and_out(stage, &cast, &state).await?;
    let frames = journey.page().map(|page| page.frames.as_slice()).unwrap_or_default();
    let sid = tokens.id_token.as_ref().and_then(|token| token.text("sid"));
    logout::framed(&stage.recorder, frames, FRAME, &cast.server.issuer, sid);
    let links = journey.page().map(|page| page.links.as_slice()).unwrap_or_default();
    let landing = &stage.target.signed_out_uri;
    let onward = links.iter().filter_map(|link| Url::parse(link).ok()).find(|link| is_landing(link, landing));
    let mut expected = landing.clone();
    expected.query_pairs_mut().append_pair("state", &state);
    logout::ONWARD.equals(&stage.recorder, expected.as_str(), onward.as_ref().map(Url::as_str));
    super::logout::session(stage, &cast, false).await?;
    remove(stage, &client).await
}

async fn back_channel(stage: &Stage) -> Result<(), Halt> {
    let ear = Listener::start(0).await.map_err(|error| Halt::Broken(error.to_string()))?;
    let uri = ear.base().ok_or(Halt::Failed)?.join("bye")?;
    let own = json!({ "backchannel_logout_uri": uri, "backchannel_logout_session_required": true });
    let client = register(stage, &wanted(stage, &own)).await?;
    let cast = Cast { server: stage.server(Custom)?, client: &client, account: stage.account(Buyer)? };
    let state = random_text(12);
    let (tokens, journey) = in_and_out(stage, &cast, &state).await?;
    stage.step("a logout token is posted");
    let posted = ear.posted(PATIENCE).await;
    let raw = logout::posted(&stage.recorder, posted.as_ref()).ok_or(Halt::Failed)?;
    stage.recorder.note(format!("posted to {uri}: {}", stage.recorder.scrubber().form(&format!("logout_token={raw}"))));
    let keys = cast.server.keys(&stage.http).await?;
    let id_token = tokens.id_token.as_ref().ok_or(Halt::Failed)?;
    let now = stage.target.now();
    let expected = logout::Expected { issuer: &cast.server.issuer, client_id: &client.id, id_token, now };
    logout::token(&stage.recorder, raw, keys, expected);
    logout::led_back(&stage.recorder, &journey, Some(&state));
    super::logout::session(stage, &cast, false).await?;
    remove(stage, &client).await
}
