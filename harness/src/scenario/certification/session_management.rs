//! The session management plan (OpenID Connect Session Management 1.0): a frame of the provider says whether the session
//! has changed.

use super::config;
use super::logout::sign_out;
use super::module::Module;
use super::module_run::ModuleRun;
use super::plan::Variant;
use super::runs;
use crate::check::{configuration, logout, session_management};
use crate::driver::User;
use crate::flow::random_text;
use crate::issuer_target::Endpoint;
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::stopped::Stopped;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-session-management-discovery-endpoint-verification",
        "The discovery document has a check_session_iframe and an end_session_endpoint with https",
        |context, variant| Box::pin(discovery(context, variant)),
    )
    .runs(runs::in_session_management)
    .driver(RequiredDriver::None),
    Module::new(
        "oidcc-session-management-rp-initiated-logout",
        "The provider's frame says that the session is unchanged before the sign-out and changed after it",
        |context, variant| Box::pin(frame(context, variant)),
    )
    .runs(runs::in_session_management)
    .driver(RequiredDriver::Browser),
];

async fn discovery(context: &ScenarioContext, _: Variant) -> Result<(), Stopped> {
    let (_, address, document) = config::document(context).await?;
    configuration::addresses(&context.recorder, &address, &document);
    configuration::session_frame(&context.recorder, &document);
    Ok(())
}

async fn frame(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request_with_long_state()).await?;
    let session_state = session_management::state(&context.recorder, result.session_state.as_deref());
    // Session Management 3.1: the client's id, a blank and the session_state.
    let message = format!("{} {}", run.actors.client.id, session_state.ok_or(Stopped::CheckFailed)?);
    let frame = run.actors.endpoint(Endpoint::CheckSession)?;
    run.step("ask the frame whether the session has changed");
    let answer = context.ask_frame(frame, &message).await?;
    session_management::UNCHANGED.equals(&context.recorder, "unchanged", Some(&answer));
    let (state, uri) = (random_text(12), context.target.signed_out_uri.as_str());
    let params = [("id_token_hint", result.hint()?), ("post_logout_redirect_uri", uri), ("state", &state)];
    let journey = sign_out(&run, &params, User::consenting(run.actors.account)).await?;
    logout::led_back(&context.recorder, &journey, Some(&state));
    run.step("ask the frame again");
    let answer = context.ask_frame(frame, &message).await?;
    session_management::CHANGED.equals(&context.recorder, "changed", Some(&answer));
    Ok(())
}
