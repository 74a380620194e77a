//! Redirect URIs and request objects (OIDC Core 6).

use serde_json::{Map, Value, json};

use super::module::Module;
use super::module_run::ModuleRun;
use super::plan::Variant;
use crate::check::{authorization, module};
use crate::flow::signed::unsigned;
use crate::flow::{AuthorizationRequest, random_text};
use crate::scenario::context::ScenarioContext;
use crate::scenario::stopped::Stopped;
use crate::wire::page::PageKind;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-ensure-registered-redirect-uri",
        "An unregistered redirect URI leads to an error page",
        |context, variant| Box::pin(unregistered(context, variant)),
    ),
    Module::new(
        "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
        "A request object by reference is used or rejected",
        |context, variant| Box::pin(by_reference(context, variant)),
    ),
    Module::new(
        "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
        "An unsigned request object is used or rejected",
        |context, variant| Box::pin(by_value(context, variant)),
    ),
    Module::new(
        "oidcc-ensure-request-object-with-redirect-uri",
        "The redirect URI of the request object is used",
        |context, variant| Box::pin(inner_redirect(context, variant)),
    )
    .dynamic_too(),
];

async fn unregistered(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let mut uri = context.target.redirect_uri.clone();
    uri.set_path(&format!("{}/{}", uri.path().trim_end_matches('/'), random_text(9)));
    let journey = run.actors.authorization().send(&run.request().with("redirect_uri", uri.as_str())).await?;
    authorization::shows(&context.recorder, &journey, PageKind::Error);
    Ok(())
}

/// OIDC Discovery 3: whether unsigned request objects are supported; RS256 and none are the default.
fn offered(run: &ModuleRun<'_>, parameter: &str) -> Result<(), Stopped> {
    let metadata = &run.actors.server.metadata;
    let switch = metadata.rest.get(&format!("{parameter}_parameter_supported")).and_then(Value::as_bool);
    // OIDC Discovery 3: the default of request_parameter_supported is false, of request_uri_parameter_supported true.
    let taken = switch.unwrap_or(parameter == "request_uri");
    let unsigned = metadata.lists("request_object_signing_alg_values_supported", "none");
    if !taken {
        return Err(Stopped::Skipped(format!("the discovery document does not offer the parameter {parameter}")));
    }
    if unsigned != Some(true) {
        return Err(Stopped::Skipped("the discovery document does not offer unsigned request objects".to_owned()));
    }
    Ok(())
}

/// RFC 7515 appendix A.5: a request object without a signature.
pub(super) fn object(run: &ModuleRun<'_>, request: &AuthorizationRequest) -> String {
    let mut claims: Map<String, Value> =
        request.params().iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    claims.insert("iss".to_owned(), json!(run.actors.client.id));
    claims.insert("aud".to_owned(), json!(run.actors.server.issuer));
    unsigned(&json!({}), &Value::Object(claims))
}

async fn by_reference(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    offered(&run, "request_uri")?;
    // Nothing is served there. A provider that supports the parameter must return an error; one that ignores it
    // returns a code.
    let uri = format!("{}/request.jwt", context.target.redirect_uri);
    let journey = run.actors.authorization().send(&run.request().with("request_uri", &uri)).await?;
    let ignored = journey.callback().is_some_and(|callback| callback.get("error").is_none());
    module::OBJECT_HONOURED.holds(&context.recorder, !ignored, "an error", journey.summary());
    Ok(())
}

async fn by_value(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    offered(&run, "request")?;
    let inner = run.request();
    let outer = run
        .actors
        .authorization()
        .request()
        .scopes("openid")
        .with("response_type", run.kind().value())
        .with("request", &object(&run, &inner))
        .without("state")
        .without("nonce");
    let journey = run.actors.authorization().send(&outer).await?;
    if refused_as_unsupported(&journey) {
        return Err(Stopped::Skipped("rejected as not supported, which is allowed".to_owned()));
    }
    let state = journey.callback().and_then(|callback| callback.get("state"));
    module::OBJECT_HONOURED.equals(&context.recorder, inner.get("state").unwrap_or_default(), state);
    run.judge_response(inner, &journey).await?;
    Ok(())
}

async fn inner_redirect(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    offered(&run, "request")?;
    let inner = run.request();
    let wrong = format!("{}/elsewhere", context.target.redirect_uri);
    let outer = inner.clone().with("redirect_uri", &wrong).with("request", &object(&run, &inner));
    let journey = run.actors.authorization().send(&outer).await?;
    if refused_as_unsupported(&journey) {
        module::OBJECT_REDIRECT.holds(&context.recorder, false, "no redirect to a default address", journey.summary());
    } else if journey.page().is_some() {
        authorization::shows(&context.recorder, &journey, PageKind::Error);
    } else {
        let used = journey.callback().is_some();
        module::OBJECT_REDIRECT.holds(&context.recorder, used, "the inner redirect URI", journey.summary());
    }
    Ok(())
}

fn refused_as_unsupported(journey: &crate::wire::journey::Journey) -> bool {
    journey.callback().and_then(|callback| callback.get("error")) == Some("request_not_supported")
}
