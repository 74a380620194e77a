//! The plain sign-in and what its tokens must be: signature, nonce, userinfo, harmless extra parameters.

use reqwest::Method;

use super::play::{Gained, Play};
use super::{Front, Module, Need, Variant, runs};
use crate::check::{authorization, module, userinfo};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::stage::{Halt, Stage};
use crate::wire::Call;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-server",
        "A plain sign-in gives what it should and nothing else",
        &["ask for the openid scope and sign in", "judge the response, every token and userinfo"],
        |s, v| Box::pin(server(s, v)),
    )
    .dynamic_too(),
    Module::new(
        "oidcc-response-type-missing",
        "A request without a response type is refused",
        &["ask without a response type", "unsupported_response_type or invalid_request, or an error page"],
        |s, v| Box::pin(response_type_missing(s, v)),
    )
    .runs(runs::once),
    Module::new(
        "oidcc-idtoken-signature",
        "The ID token is signed with RS256 by a key that its header names",
        &["sign in", "the header names a published key and RS256"],
        |s, v| Box::pin(plain(s, v)),
    ),
    Module::new(
        "oidcc-idtoken-unsigned",
        "An ID token is unsigned only for clients that registered for it",
        &["sign in where discovery lists the algorithm none", "this client's ID token is signed"],
        |s, v| Box::pin(unsigned(s, v)),
    )
    .runs(runs::in_basic)
    .dynamic_too(),
    Module::new(
        "oidcc-userinfo-get",
        "Userinfo answers a GET with the token in a header",
        &["sign in", "GET userinfo", "the ID token's subject, claims of the right types"],
        |s, v| Box::pin(userinfo_by(s, v, Method::GET)),
    )
    .runs(runs::with_access)
    .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    Module::new(
        "oidcc-userinfo-post-header",
        "Userinfo answers a POST with the token in a header",
        &["sign in", "POST userinfo", "the ID token's subject, claims of the right types"],
        |s, v| Box::pin(userinfo_by(s, v, Method::POST)),
    )
    .runs(runs::with_access)
    .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    Module::new(
        "oidcc-userinfo-post-body",
        "Userinfo answers a POST with the token in the form",
        &["sign in", "POST userinfo with access_token in the form", "the ID token's subject"],
        |s, v| Box::pin(userinfo_in_body(s, v)),
    )
    .runs(runs::with_access)
    .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    Module::new(
        "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
        "Without an ID token in the front channel the nonce may be left out",
        &["ask without a nonce", "a code comes, and no ID token has a nonce"],
        |s, v| Box::pin(without(s, v, "nonce")),
    )
    .runs(runs::not_needing_nonce),
    Module::new(
        "oidcc-ensure-request-without-nonce-fails",
        "An ID token in the front channel needs a nonce",
        &["ask without a nonce", "invalid_request, or an error page"],
        |s, v| Box::pin(nonce_missing(s, v)),
    )
    .runs(runs::needing_nonce),
    Module::new(
        "oidcc-display-page",
        "A wish for a whole page is no error",
        &["ask with display=page", "sign in as usual"],
        |s, v| Box::pin(with(s, v, "display", "page")),
    ),
    Module::new(
        "oidcc-display-popup",
        "A wish for a small window is no error",
        &["ask with display=popup", "sign in as usual"],
        |s, v| Box::pin(with(s, v, "display", "popup")),
    ),
    Module::new(
        "oidcc-ensure-request-with-unknown-parameter-succeeds",
        "A parameter that nobody knows is ignored",
        &["ask with extra=foobar", "sign in as usual"],
        |s, v| Box::pin(with(s, v, "extra", "foobar")),
    ),
    Module::new(
        "oidcc-ui-locales",
        "A wish for a language of the page is no error",
        &["ask with ui_locales=se", "sign in as usual"],
        |s, v| Box::pin(with(s, v, "ui_locales", "se")),
    ),
    Module::new(
        "oidcc-claims-locales",
        "A wish for a language of the claims is no error",
        &["ask with claims_locales=se", "sign in as usual"],
        |s, v| Box::pin(with(s, v, "claims_locales", "se")),
    ),
    Module::new(
        "oidcc-ensure-post-request-succeeds",
        "The authorization endpoint takes a posted form",
        &["send the request as a posted form", "sign in as usual"],
        |s, v| Box::pin(posted(s, v)),
    )
    .runs(runs::in_basic)
    .front(Front::Http),
    Module::new(
        "oidcc-ensure-request-with-valid-pkce-succeeds",
        "A confidential client may use PKCE too",
        &["ask with an S256 challenge", "exchange the code with the verifier"],
        |s, v| Box::pin(pkce(s, v)),
    )
    .runs(runs::in_basic_and_first_hybrid),
];

async fn server(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let gained = play.sign_in(play.request()).await?;
    play.userinfo(&gained).await?;
    nothing_else(&play, &gained);
    Ok(())
}

/// Judges that the ID tokens hold nothing that nobody asked for.
pub(super) fn nothing_else(play: &Play<'_>, gained: &Gained) {
    let scope = gained.request.get("scope").unwrap_or_default();
    for token in gained.id_tokens() {
        module::only_requested(&play.stage.recorder, token, scope, &play.cast.server.own_claims);
        if gained.access_token.is_some() {
            module::NO_NAME.absent(&play.stage.recorder, "name", token.text("name"));
        }
    }
}

async fn response_type_missing(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let request = play.request().without("response_type");
    play.refused(&request, &["unsupported_response_type", "invalid_request"], true).await
}

async fn plain(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    play.sign_in(play.request()).await?.id_token()?;
    Ok(())
}

async fn unsigned(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let listed = play.cast.server.metadata.lists("id_token_signing_alg_values_supported", "none");
    if listed != Some(true) {
        return Err(Halt::Skip("discovery does not offer unsigned ID tokens".to_owned()));
    }
    // The base flow judges the signature: this client did not register for none.
    play.sign_in(play.request()).await?.id_token()?;
    Ok(())
}

async fn userinfo_by(stage: &Stage, variant: Variant, method: Method) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let gained = play.sign_in(play.request()).await?;
    play.userinfo_by(&gained, method).await?;
    Ok(())
}

async fn userinfo_in_body(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let gained = play.sign_in(play.request()).await?;
    play.step("POST userinfo with the token in the form");
    let endpoint = stage.endpoint(play.cast.server, Endpoint::Userinfo)?;
    let form = vec![("access_token".to_owned(), gained.access_token()?.to_owned())];
    let reply = stage.send(Call::form(endpoint.clone(), form)).await?;
    let taken = (200..300).contains(&reply.status);
    let summary = crate::wire::error::summary(&reply);
    if module::IN_BODY.holds(&stage.recorder, taken, "200", summary) {
        let subject = gained.id_token()?.text("sub");
        userinfo::success(&stage.recorder, &reply, subject, &[]);
    }
    Ok(())
}

async fn without(stage: &Stage, variant: Variant, name: &str) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    play.sign_in(play.request().without(name)).await?;
    Ok(())
}

async fn with(stage: &Stage, variant: Variant, name: &str, value: &str) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    play.sign_in(play.request().with(name, value)).await?;
    Ok(())
}

async fn nonce_missing(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    play.refused(&play.request().without("nonce"), &["invalid_request"], true).await
}

async fn posted(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let request = play.request();
    let journey = stage.browse_by_post(&play.cast, &request).await?;
    let succeeded = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    if module::POSTED.holds(&stage.recorder, succeeded, "a code at the redirect URI", journey.summary()) {
        play.gain(request, &journey).await?;
    }
    Ok(())
}

async fn pkce(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let gained = play.sign_in(play.request().with_pkce()).await?;
    authorization::CODE.present(&stage.recorder, "a code", gained.code.as_deref());
    Ok(())
}
