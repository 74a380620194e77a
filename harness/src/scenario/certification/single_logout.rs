//! The logout plans in which a client is notified of the end of a session: by a frame (OIDC Front-Channel Logout 1.0)
//! or by a token that is posted to it (OIDC Back-Channel Logout 1.0).

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::logout::{is_over, sign_out};
use super::module::Module;
use super::module_run::{ModuleRun, SignInResult};
use super::plan::Variant;
use super::{config, runs};
use crate::check::{configuration, logout};
use crate::driver::{Listener, User};
use crate::flow::random_text;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;
use crate::wire::authorization::is_landing;
use crate::wire::journey::Journey;

/// The longest that a logout token may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// The client's frontchannel_logout_uri.
const FRAME: &str = "https://app.example.test/bye";

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-frontchannel-logout-discovery-endpoint-verification",
        "The discovery document announces front-channel logout",
        |context, variant| Box::pin(discovery(context, variant, "frontchannel")),
    )
    .runs(runs::in_front_channel)
    .driver(RequiredDriver::None),
    Module::new(
        "oidcc-frontchannel-rp-initiated-logout",
        "The signed-out page loads the client's frontchannel_logout_uri in a frame",
        |context, variant| Box::pin(front_channel(context, variant)),
    )
    .runs(runs::in_front_channel)
    .needs(&[Need::Endpoint(Custom, Endpoint::Registration)])
    .driver(RequiredDriver::Http),
    Module::new(
        "oidcc-backchannel-logout-discovery-endpoint-verification",
        "The discovery document announces back-channel logout",
        |context, variant| Box::pin(discovery(context, variant, "backchannel")),
    )
    .runs(runs::in_back_channel)
    .driver(RequiredDriver::None),
    Module::new(
        "oidcc-backchannel-rp-initiated-logout",
        "A logout token is posted to the client when its session ends",
        |context, variant| Box::pin(back_channel(context, variant)),
    )
    .runs(runs::in_back_channel)
    .needs(&[Need::Endpoint(Custom, Endpoint::Registration)])
    .driver(RequiredDriver::Http),
];

async fn discovery(context: &ScenarioContext, _: Variant, channel: &str) -> Result<(), Stopped> {
    let (_, address, document) = config::document(context).await?;
    // Okta notifies clients but does not announce it; any other provider that does not announce it is skipped, unless
    // it was asked for the plan.
    let silent = !document.contains_key(&format!("{channel}_logout_supported"));
    if silent && !context.target.speaks_okta() && !context.claimed {
        return Err(Stopped::Skipped(format!("the discovery document does not offer {channel} logout")));
    }
    configuration::addresses(&context.recorder, &address, &document);
    logout::stated(&context.recorder, &document, channel);
    Ok(())
}

/// Registers a client with those members, signs in with it and signs out.
async fn in_and_out<'a>(
    context: &'a ScenarioContext,
    variant: Variant,
    members: Value,
    state: &str,
) -> Result<(ModuleRun<'a>, SignInResult, Journey), Stopped> {
    let run = ModuleRun::registering(context, variant, members).await?;
    let result = run.sign_in(run.request_with_long_state()).await?;
    let uri = context.target.signed_out_uri.as_str();
    let params = [("id_token_hint", result.hint()?), ("post_logout_redirect_uri", uri), ("state", state)];
    let journey = sign_out(&run, &params, User::consenting(run.actors.account)).await?;
    Ok((run, result, journey))
}

async fn front_channel(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let members = json!({ "frontchannel_logout_uri": FRAME, "frontchannel_logout_session_required": true });
    let state = random_text(12);
    let (run, result, journey) = in_and_out(context, variant, members, &state).await?;
    if let Some(page) = journey.page() {
        logout::page_with_frames(&context.recorder, page);
    }
    let frames = journey.page().map(|page| page.frames.as_slice()).unwrap_or_default();
    let sid = result.id_token()?.text("sid");
    logout::framed(&context.recorder, frames, FRAME, &run.actors.server.issuer, sid);
    let links = journey.page().map(|page| page.links.as_slice()).unwrap_or_default();
    let landing = &context.target.signed_out_uri;
    let onward = links.iter().filter_map(|link| Url::parse(link).ok()).find(|link| is_landing(link, landing));
    let mut expected = landing.clone();
    expected.query_pairs_mut().append_pair("state", &state);
    logout::ONWARD.equals(&context.recorder, expected.as_str(), onward.as_ref().map(Url::as_str));
    is_over(&run).await
}

async fn back_channel(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let ear = Listener::start(0).await.map_err(|error| Stopped::HarnessError(error.to_string()))?;
    let uri = ear.base().ok_or(Stopped::CheckFailed)?.join("bye")?;
    let members = json!({ "backchannel_logout_uri": uri, "backchannel_logout_session_required": true });
    let state = random_text(12);
    let (run, result, journey) = in_and_out(context, variant, members, &state).await?;
    context.step("wait for the logout token");
    let posted = ear.posted(PATIENCE).await;
    let raw = logout::posted(&context.recorder, posted.as_ref()).ok_or(Stopped::CheckFailed)?;
    context
        .recorder
        .note(format!("posted to {uri}: {}", context.recorder.scrubber().form(&format!("logout_token={raw}"))));
    let server = run.actors.server;
    let keys = server.keys(&context.http).await?;
    let expected = logout::ExpectedLogoutToken {
        issuer: &server.issuer,
        client_id: &run.actors.client.id,
        id_token: result.id_token()?,
        now: context.target.now(),
    };
    logout::token(&context.recorder, raw, keys, expected);
    logout::led_back(&context.recorder, &journey, Some(&state));
    is_over(&run).await
}
