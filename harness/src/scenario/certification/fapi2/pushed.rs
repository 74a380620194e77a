//! Pushed authorization requests (RFC 9126): what may be pushed, and how a request_uri may be used.

use reqwest::Method;

use super::module_run::{Fapi2Run, is_accepted, run_with_clients};
use crate::check::fapi;
use crate::flow::{AuthorizationRequest, random_text};
use crate::scenario::certification::module::Module;
use crate::scenario::certification::runs;
use crate::scenario::needs::Need;
use crate::scenario::pushed::{address, follow};
use crate::scenario::stopped::Stopped;
use crate::wire::error::summary;
use crate::wire::{Body, Request};

/// The longest lifetime of a request_uri that a scenario waits for, in seconds.
const PATIENCE: i64 = 30 * 60;

/// Errors of a rejected request.
const INVALID: &[&str] = &["invalid_request", "invalid_request_object"];

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds",
        "A request_uri may be used again until the user has signed in",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(revisited(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-attempt-reuse-request_uri",
        "A request_uri that is used again after a sign-in is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(again(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-attempt-to-use-expired-request_uri",
        "An expired request_uri is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(expired(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::ElapsedTime]),
    Module::new(
        "fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client",
        "A request_uri of another client is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(other_client(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param",
        "A pushed request with a request_uri is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(name_inside(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-attempt-invalid-http-method",
        "A pushed request with another method than POST is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(verb(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-without-duplicate-parameters",
        "A request_uri needs no parameter but client_id",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(name_only(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri",
        "An unregistered redirect URI is rejected, or used for a client that has authenticated",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(unregistered(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails",
        "A request that was not pushed is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(not_pushed(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request",
        "A pushed request without a redirect URI is rejected, or the only registered one is used",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(without_address(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails",
        "A pushed request without a redirect URI is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(invalid(p, p.request().without("redirect_uri"), INVALID)))
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-response-type-code-idtoken-fails",
        "response_type=code id_token is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(response_type(p, "code id_token"))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-response-type-token-fails",
        "response_type=code token is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(response_type(p, "token"))),
    )
    .runs(runs::in_fapi2),
];

async fn invalid(run: &Fapi2Run<'_>, request: AuthorizationRequest, errors: &[&str]) -> Result<(), Stopped> {
    run.refused(&request, &run.form(&request)?, errors).await
}

async fn response_type(run: &Fapi2Run<'_>, kind: &str) -> Result<(), Stopped> {
    let errors = ["unsupported_response_type", "invalid_request", "unauthorized_client"];
    invalid(run, run.request().with("response_type", kind), &errors).await
}

async fn revisited(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let (name, _) = run.push(&request).await?;
    run.step("open the sign-in page");
    let page = run.context.http.get(&address(&run.actors, &name, &[])?).await?;
    if !(200..400).contains(&page.status) {
        fapi::REVISITED.holds(&run.context.recorder, false, "a sign-in page", summary(&page));
        return Ok(());
    }
    let journey = run.follow(&request, &name, &[]).await?;
    let came = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    if fapi::REVISITED.holds(&run.context.recorder, came, "a code", journey.summary()) {
        run.judge_response(request, &journey).await?;
    } else {
        run.worthless(&journey);
    }
    Ok(())
}

async fn again(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let (name, _) = run.push(&request).await?;
    let journey = run.follow(&request, &name, &[]).await?;
    run.judge_response(request.clone(), &journey).await?;
    let journey = run.follow(&request, &name, &[]).await?;
    let code = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    if fapi::FOLLOWED_ONCE.holds(&run.context.recorder, !code, "an error", journey.summary()) {
        run.worthless(&journey);
    }
    Ok(())
}

async fn expired(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let (name, lifetime) = run.push(&request).await?;
    if !is_waited_for(lifetime) && run.context.target.control.is_none() {
        return Err(Stopped::Skipped(format!("a request_uri lives for {lifetime} seconds: too long to wait")));
    }
    run.context.pass_time(u32::try_from(lifetime + 1).unwrap_or(u32::MAX)).await?;
    let journey = run.follow(&request, &name, &[]).await?;
    run.worthless(&journey);
    Ok(())
}

/// Whether the scenario waits until a request URI that lives for so many seconds expires.
const fn is_waited_for(lifetime: i64) -> bool {
    lifetime <= PATIENCE
}

async fn other_client(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let (name, _) = run.push(&run.request()).await?;
    let second = run.swapped();
    let journey = second.follow(&second.request(), &name, &[]).await?;
    second.worthless(&journey);
    Ok(())
}

async fn name_inside(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let name = format!("urn:ietf:params:oauth:request_uri:{}", random_text(32));
    let reply = run.send(&run.form(&run.request())?.with("request_uri", &name)).await?;
    run.denied(&reply, &["invalid_request", "invalid_request_object", "request_uri_not_supported"]);
    Ok(())
}

async fn verb(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    run.step("PUT the request");
    let form = run.form(&run.request())?.request()?;
    let Body::Form(pairs) = form.body else { return Err(Stopped::CheckFailed) };
    let reply = run.context.send(Request::new(Method::PUT, form.url, Body::Form(pairs))).await?;
    fapi::PUSH_VERB.holds(&run.context.recorder, reply.status >= 400, "a status of 4xx or 5xx", summary(&reply));
    Ok(())
}

async fn name_only(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let (name, _) = run.push(&request).await?;
    let journey = follow(run.context, &run.actors, &name, &[]).await?;
    let tokens = run.judge_response(request, &journey).await?;
    run.userinfo(&tokens).await?;
    Ok(())
}

async fn unregistered(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let mut uri = run.context.target.redirect_uri.clone();
    uri.set_path(&format!("{}/{}", uri.path().trim_end_matches('/'), random_text(9)));
    let request = run.request().with("redirect_uri", uri.as_str());
    let reply = run.send(&run.form(&request)?).await?;
    if !is_accepted(&reply) {
        run.denied(&reply, INVALID);
        return Ok(());
    }
    let (name, _) = run.request_uri(&reply)?;
    // RFC 9126 2.4: allowed for a client that has authenticated.
    let journey = run.follow(&request, &name, &[]).await?;
    fapi::turned_away(&run.context.recorder, &journey);
    Ok(())
}

async fn not_pushed(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let journey = run.actors.authorization().send(&request).await?;
    run.turned_away(&request, &journey, &[]);
    Ok(())
}

async fn without_address(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request().without("redirect_uri");
    let reply = run.send(&run.form(&request)?).await?;
    if !is_accepted(&reply) {
        run.denied(&reply, INVALID);
        return Ok(());
    }
    let (name, _) = run.request_uri(&reply)?;
    let journey = run.follow(&request, &name, &[]).await?;
    // RFC 6749 3.1.2.3: the only registered redirect URI is used.
    run.either(request, &journey, INVALID).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_request_uri_is_waited_for_up_to_30_minutes() {
        assert_eq!([1_799, 1_800, 1_801].map(super::is_waited_for), [true, true, false]);
    }
}
