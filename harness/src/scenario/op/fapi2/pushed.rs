//! Pushed requests (RFC 9126): what may be pushed, and what a name is worth.

use reqwest::Method;

use super::super::{Module, Need, runs};
use super::play::{Play, act, is_taken};
use crate::check::fapi;
use crate::flow::{AuthorizationRequest, random_text};
use crate::scenario::pushed::{address, follow};
use crate::scenario::stage::Halt;
use crate::wire::error::summary;
use crate::wire::{Body, Call};

/// The longest that anybody would wait for a name to die.
const PATIENCE: i64 = 30 * 60;

/// What says that a request is not taken.
const INVALID: &[&str] = &["invalid_request", "invalid_request_object"];

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds",
        "A name may be followed again as long as nobody has signed in",
        &["push", "open the sign-in page", "follow the same name again and sign in"],
        |s, v| act(s, v, |p| Box::pin(revisited(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-attempt-reuse-request_uri",
        "A name leads to one code",
        &["push, follow, exchange the code", "follow the same name again", "an error"],
        |s, v| act(s, v, |p| Box::pin(again(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-attempt-to-use-expired-request_uri",
        "A name dies at the end of its life",
        &["push", "let its lifetime go by", "follow it: an error"],
        |s, v| act(s, v, |p| Box::pin(expired(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::Time]),
    Module::new(
        "fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client",
        "A name belongs to the client that pushed it",
        &["one client pushes", "the second follows the name: an error"],
        |s, v| act(s, v, |p| Box::pin(other_client(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param",
        "A name can't be pushed",
        &["push a request with request_uri in the form", "400"],
        |s, v| act(s, v, |p| Box::pin(name_inside(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-attempt-invalid-http-method",
        "Requests are pushed by POST and nothing else",
        &["PUT a request", "an error"],
        |s, v| act(s, v, |p| Box::pin(verb(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-without-duplicate-parameters",
        "A name needs nothing beside it but client_id",
        &["push", "follow with client_id and request_uri only", "sign in as usual"],
        |s, v| act(s, v, |p| Box::pin(name_only(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri",
        "An address that is not registered may be refused, and stands for no other",
        &["push a request with a redirect URI that has one more segment", "an error, or a redirect to that address"],
        |s, v| act(s, v, |p| Box::pin(unregistered(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails",
        "A request that was not pushed is refused",
        &["send the browser with all parameters in the query", "an error"],
        |s, v| act(s, v, |p| Box::pin(not_pushed(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request",
        "A request without a redirect URI is refused, or the only one is used",
        &["push a request without redirect_uri", "an error, or a response at the registered address"],
        |s, v| act(s, v, |p| Box::pin(without_address(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails",
        "What is pushed without a redirect URI is refused",
        &["push a request without redirect_uri", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(spoilt(p, p.request().without("redirect_uri"), INVALID))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-response-type-code-idtoken-fails",
        "An ID token never comes through the browser",
        &["push a request for code id_token", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(response_type(p, "code id_token"))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-response-type-token-fails",
        "An access token never comes through the browser",
        &["push a request for token", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(response_type(p, "token"))),
    )
    .runs(runs::in_fapi2),
];

async fn spoilt(play: &Play<'_>, request: AuthorizationRequest, errors: &[&str]) -> Result<(), Halt> {
    play.refused(&request, &play.form(&request)?, errors).await
}

async fn response_type(play: &Play<'_>, kind: &str) -> Result<(), Halt> {
    let errors = ["unsupported_response_type", "invalid_request", "unauthorized_client"];
    spoilt(play, play.request().with("response_type", kind), &errors).await
}

async fn revisited(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let (name, _) = play.push(&request).await?;
    play.step("open the sign-in page");
    let page = play.stage.http.get(&address(play.stage, &play.cast, &name, &[])?).await?;
    if !(200..400).contains(&page.status) {
        fapi::REVISITED.holds(&play.stage.recorder, false, "a sign-in page", summary(&page));
        return Ok(());
    }
    let journey = play.follow(&request, &name, &[]).await?;
    let came = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    if fapi::REVISITED.holds(&play.stage.recorder, came, "a code", journey.summary()) {
        play.gain(request, &journey).await?;
    } else {
        play.worthless(&journey);
    }
    Ok(())
}

async fn again(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let (name, _) = play.push(&request).await?;
    let journey = play.follow(&request, &name, &[]).await?;
    play.gain(request.clone(), &journey).await?;
    let journey = play.follow(&request, &name, &[]).await?;
    let code = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    if fapi::FOLLOWED_ONCE.holds(&play.stage.recorder, !code, "an error", journey.summary()) {
        play.worthless(&journey);
    }
    Ok(())
}

async fn expired(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let (name, lifetime) = play.push(&request).await?;
    if lifetime > PATIENCE && play.stage.target.control.is_none() {
        return Err(Halt::Skip(format!("a name lives for {lifetime} seconds: too long to wait")));
    }
    play.stage.pass(u32::try_from(lifetime + 1).unwrap_or(u32::MAX)).await?;
    let journey = play.follow(&request, &name, &[]).await?;
    play.worthless(&journey);
    Ok(())
}

async fn other_client(play: &Play<'_>) -> Result<(), Halt> {
    let (name, _) = play.push(&play.request()).await?;
    let second = play.swapped();
    let journey = second.follow(&second.request(), &name, &[]).await?;
    second.worthless(&journey);
    Ok(())
}

async fn name_inside(play: &Play<'_>) -> Result<(), Halt> {
    let name = format!("urn:ietf:params:oauth:request_uri:{}", random_text(32));
    let reply = play.send(&play.form(&play.request())?.with("request_uri", &name)).await?;
    play.denied(&reply, &["invalid_request", "invalid_request_object", "request_uri_not_supported"]);
    Ok(())
}

async fn verb(play: &Play<'_>) -> Result<(), Halt> {
    play.step("PUT the request");
    let form = play.form(&play.request())?.call()?;
    let Body::Form(pairs) = form.body else { return Err(Halt::Failed) };
    let reply = play.stage.send(Call::new(Method::PUT, form.url, Body::Form(pairs))).await?;
    fapi::PUSH_VERB.holds(&play.stage.recorder, reply.status >= 400, "a status of 4xx or 5xx", summary(&reply));
    Ok(())
}

async fn name_only(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let (name, _) = play.push(&request).await?;
    let journey = follow(play.stage, &play.cast, &name, &[]).await?;
    let tokens = play.gain(request, &journey).await?;
    play.userinfo(&tokens).await?;
    Ok(())
}

async fn unregistered(play: &Play<'_>) -> Result<(), Halt> {
    let mut uri = play.stage.target.redirect_uri.clone();
    uri.set_path(&format!("{}/{}", uri.path().trim_end_matches('/'), random_text(9)));
    let request = play.request().with("redirect_uri", uri.as_str());
    let reply = play.send(&play.form(&request)?).await?;
    if !is_taken(&reply) {
        play.denied(&reply, INVALID);
        return Ok(());
    }
    let (name, _) = play.named(&reply)?;
    // RFC 9126 2.4: taken on the word of a client that has authenticated.
    let journey = play.follow(&request, &name, &[]).await?;
    fapi::turned_away(&play.stage.recorder, &journey);
    Ok(())
}

async fn not_pushed(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let journey = play.stage.authorize(&play.cast, &request).await?;
    play.turned_away(&request, &journey, &[]);
    Ok(())
}

async fn without_address(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request().without("redirect_uri");
    let reply = play.send(&play.form(&request)?).await?;
    if !is_taken(&reply) {
        play.denied(&reply, INVALID);
        return Ok(());
    }
    let (name, _) = play.named(&reply)?;
    let journey = play.follow(&request, &name, &[]).await?;
    // RFC 6749 3.1.2.3: the only registered address is meant.
    play.either(request, &journey, INVALID).await?;
    Ok(())
}
