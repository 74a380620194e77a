//! The logout plans in which a client hears of the end of a session: by a frame (OIDC Front-Channel Logout 1.0) or by a
//! token that is posted to it (OIDC Back-Channel Logout 1.0).

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::logout::{is_over, sign_out};
use super::play::{Gained, Play};
use super::{Front, Module, Need, Variant, config, runs};
use crate::check::{configuration, logout};
use crate::driver::{Listener, Visitor};
use crate::flow::random_text;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::stage::{Halt, Stage};
use crate::wire::journey::{Journey, is_landing};

/// The longest that a logout token may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the client wants to hear of it by a frame.
const FRAME: &str = "https://app.example.test/bye";

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-frontchannel-logout-discovery-endpoint-verification",
        "Discovery says that clients are told of a sign-out in the browser",
        &["fetch the discovery document", "front-channel logout with sessions; every endpoint is https"],
        |s, v| Box::pin(discovery(s, v, "frontchannel")),
    )
    .runs(runs::in_front_channel)
    .front(Front::None),
    Module::new(
        "oidcc-frontchannel-rp-initiated-logout",
        "The signed-out page tells a client by a frame, and goes on",
        &["register a client", "sign in", "sign out", "a frame with iss and sid; prompt=none is refused"],
        |s, v| Box::pin(front_channel(s, v)),
    )
    .runs(runs::in_front_channel)
    .needs(&[Need::Endpoint(Custom, Endpoint::Registration)])
    .front(Front::Http),
    Module::new(
        "oidcc-backchannel-logout-discovery-endpoint-verification",
        "Discovery says that clients are told of a sign-out by a logout token",
        &["fetch the discovery document", "back-channel logout with sessions; every endpoint is https"],
        |s, v| Box::pin(discovery(s, v, "backchannel")),
    )
    .runs(runs::in_back_channel)
    .front(Front::None),
    Module::new(
        "oidcc-backchannel-rp-initiated-logout",
        "A logout token tells a client of the end of its session",
        &[
            "register a client",
            "sign in",
            "sign out",
            "a logout token is posted: signature and every claim",
            "prompt=none is refused",
        ],
        |s, v| Box::pin(back_channel(s, v)),
    )
    .runs(runs::in_back_channel)
    .needs(&[Need::Endpoint(Custom, Endpoint::Registration)])
    .front(Front::Http),
];

async fn discovery(stage: &Stage, _: Variant, channel: &str) -> Result<(), Halt> {
    let (_, address, document) = config::document(stage).await?;
    // Okta tells clients without saying so here; of anybody else who does not say so nothing is asked.
    let silent = !document.contains_key(&format!("{channel}_logout_supported"));
    if silent && !stage.target.speaks_okta() {
        return Err(Halt::Skip(format!("discovery does not offer {channel} logout")));
    }
    configuration::addresses(&stage.recorder, &address, &document);
    logout::stated(&stage.recorder, &document, channel);
    Ok(())
}

/// Signs in with a client that was registered with those members, and out again.
async fn in_and_out<'a>(
    stage: &'a Stage,
    variant: Variant,
    members: Value,
    state: &str,
) -> Result<(Play<'a>, Gained, Journey), Halt> {
    let play = Play::registering(stage, variant, members).await?;
    let gained = play.sign_in(play.request_with_long_state()).await?;
    let uri = stage.target.signed_out_uri.as_str();
    let params = [("id_token_hint", gained.hint()?), ("post_logout_redirect_uri", uri), ("state", state)];
    let journey = sign_out(&play, &params, Visitor::agreeing(play.cast.account)).await?;
    Ok((play, gained, journey))
}

async fn front_channel(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let members = json!({ "frontchannel_logout_uri": FRAME, "frontchannel_logout_session_required": true });
    let state = random_text(12);
    let (play, gained, journey) = in_and_out(stage, variant, members, &state).await?;
    let frames = journey.page().map(|page| page.frames.as_slice()).unwrap_or_default();
    let sid = gained.id_token()?.text("sid");
    logout::framed(&stage.recorder, frames, FRAME, &play.cast.server.issuer, sid);
    let links = journey.page().map(|page| page.links.as_slice()).unwrap_or_default();
    let landing = &stage.target.signed_out_uri;
    let onward = links.iter().filter_map(|link| Url::parse(link).ok()).find(|link| is_landing(link, landing));
    let mut expected = landing.clone();
    expected.query_pairs_mut().append_pair("state", &state);
    logout::ONWARD.equals(&stage.recorder, expected.as_str(), onward.as_ref().map(Url::as_str));
    is_over(&play).await
}

async fn back_channel(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let ear = Listener::start(0).await.map_err(|error| Halt::Broken(error.to_string()))?;
    let uri = ear.base().ok_or(Halt::Failed)?.join("bye")?;
    let members = json!({ "backchannel_logout_uri": uri, "backchannel_logout_session_required": true });
    let state = random_text(12);
    let (play, gained, journey) = in_and_out(stage, variant, members, &state).await?;
    stage.step("a logout token is posted");
    let posted = ear.posted(PATIENCE).await;
    let raw = logout::posted(&stage.recorder, posted.as_ref()).ok_or(Halt::Failed)?;
    stage.recorder.note(format!("posted to {uri}: {}", stage.recorder.scrubber().form(&format!("logout_token={raw}"))));
    let server = play.cast.server;
    let keys = server.keys(&stage.http).await?;
    let expected = logout::Expected {
        issuer: &server.issuer,
        client_id: &play.cast.client.id,
        id_token: gained.id_token()?,
        now: stage.target.now(),
    };
    logout::token(&stage.recorder, raw, keys, expected);
    logout::led_back(&stage.recorder, &journey, Some(&state));
    is_over(&play).await
}
