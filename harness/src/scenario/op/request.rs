//! Redirect URIs and request objects: what must not be followed, and what must not be ignored (OIDC Core 6).

use serde_json::{Map, Value, json};

use super::play::Play;
use super::{Module, Variant};
use crate::check::{authorization, module};
use crate::flow::signed::unsigned;
use crate::flow::{AuthorizationRequest, random_text};
use crate::scenario::stage::{Halt, Stage};
use crate::wire::page::PageKind;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-ensure-registered-redirect-uri",
        "An address that is not registered is never redirected to",
        &["ask with a redirect URI that has one more segment", "an error page stays"],
        |s, v| Box::pin(unregistered(s, v)),
    ),
    Module::new(
        "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
        "A request object by reference is honoured or refused",
        &["ask with request_uri where discovery offers unsigned ones", "honoured, or request_uri_not_supported"],
        |s, v| Box::pin(by_reference(s, v)),
    ),
    Module::new(
        "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
        "An unsigned request object is honoured or refused",
        &["ask with everything in an unsigned request object", "its state and nonce count, or request_not_supported"],
        |s, v| Box::pin(by_value(s, v)),
    ),
    Module::new(
        "oidcc-ensure-request-object-with-redirect-uri",
        "The redirect URI of the request object counts",
        &["ask with the right redirect URI inside and a wrong one outside", "the inner one is used, or a page says no"],
        |s, v| Box::pin(inner_redirect(s, v)),
    )
    .dynamic_too(),
];

async fn unregistered(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let mut uri = stage.target.redirect_uri.clone();
    uri.set_path(&format!("{}/{}", uri.path().trim_end_matches('/'), random_text(9)));
    let journey = stage.authorize(&play.cast, &play.request().with("redirect_uri", uri.as_str())).await?;
    authorization::shows(&stage.recorder, &journey, PageKind::Error);
    Ok(())
}

/// OIDC Discovery 3: whether unsigned request objects are offered; RS256 and none are the default.
fn offered(play: &Play<'_>, parameter: &str) -> Result<(), Halt> {
    let metadata = &play.cast.server.metadata;
    let switch = metadata.rest.get(&format!("{parameter}_parameter_supported")).and_then(Value::as_bool);
    // `request` is off unless discovery turns it on; `request_uri` is on unless it turns it off.
    let taken = switch.unwrap_or(parameter == "request_uri");
    let unsigned = metadata.lists("request_object_signing_alg_values_supported", "none");
    if !taken {
        return Err(Halt::Skip(format!("discovery does not offer the parameter {parameter}")));
    }
    if unsigned != Some(true) {
        return Err(Halt::Skip("discovery does not offer unsigned request objects".to_owned()));
    }
    Ok(())
}

/// RFC 7515 appendix A.5: a request object without a signature.
pub(super) fn object(play: &Play<'_>, request: &AuthorizationRequest) -> String {
    let mut claims: Map<String, Value> =
        request.params().iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    claims.insert("iss".to_owned(), json!(play.cast.client.id));
    claims.insert("aud".to_owned(), json!(play.cast.server.issuer));
    unsigned(&json!({}), &Value::Object(claims))
}

async fn by_reference(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    offered(&play, "request_uri")?;
    // Nobody serves anything there: a provider that takes the parameter must say so, and one that ignores it
    // would answer with a code.
    let uri = format!("{}/request.jwt", stage.target.redirect_uri);
    let journey = stage.authorize(&play.cast, &play.request().with("request_uri", &uri)).await?;
    let ignored = journey.callback().is_some_and(|callback| callback.get("error").is_none());
    module::OBJECT_HONOURED.holds(&stage.recorder, !ignored, "a refusal", journey.summary());
    Ok(())
}

async fn by_value(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    offered(&play, "request")?;
    let inner = play.request();
    let outer = stage
        .request(&play.cast)
        .scopes("openid")
        .with("response_type", play.kind().value())
        .with("request", &object(&play, &inner))
        .without("state")
        .without("nonce");
    let journey = stage.authorize(&play.cast, &outer).await?;
    if refused_as_unsupported(&journey) {
        return Err(Halt::Skip("refused as not supported, as it may be".to_owned()));
    }
    let state = journey.callback().and_then(|callback| callback.get("state"));
    module::OBJECT_HONOURED.equals(&stage.recorder, inner.get("state").unwrap_or_default(), state);
    play.gain(inner, &journey).await?;
    Ok(())
}

async fn inner_redirect(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    offered(&play, "request")?;
    let inner = play.request();
    let wrong = format!("{}/elsewhere", stage.target.redirect_uri);
    let outer = inner.clone().with("redirect_uri", &wrong).with("request", &object(&play, &inner));
    let journey = stage.authorize(&play.cast, &outer).await?;
    if refused_as_unsupported(&journey) {
        module::OBJECT_REDIRECT.holds(&stage.recorder, false, "no redirect to a default address", journey.summary());
    } else if journey.page().is_some() {
        authorization::shows(&stage.recorder, &journey, PageKind::Error);
    } else {
        let used = journey.callback().is_some();
        module::OBJECT_REDIRECT.holds(&stage.recorder, used, "the inner redirect URI", journey.summary());
    }
    Ok(())
}

fn refused_as_unsupported(journey: &crate::wire::journey::Journey) -> bool {
    journey.callback().and_then(|callback| callback.get("error")) == Some("request_not_supported")
}
