//! Keys of the client and the provider, and what is signed with them.

use reqwest::Method;
use serde_json::{Value, json};

use super::publisher::publisher;
use crate::check::{self, extension, registration, token, userinfo};
use crate::flow::signed::{Key, request_object};
use crate::flow::{self, random_text};
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::{Client, Endpoint, Server};
use crate::scenario::certification::module::Module;
use crate::scenario::certification::module_run::ModuleRun;
use crate::scenario::certification::plan::Variant;
use crate::scenario::certification::redemption::{self, GRANTS};
use crate::scenario::certification::{request, runs};
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;
use crate::scenario::token_flow::with_assertion;
use crate::wire::error::summary;
use crate::wire::keys::KeySet;

pub(in crate::scenario::certification) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-idtoken-rs256",
        "A client that registers for RS256 gets ID tokens signed with RS256",
        |context, variant| Box::pin(id_token(context, variant)),
    )
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-userinfo-rs256",
        "A client that registers for signed userinfo gets a JWT",
        |context, variant| Box::pin(signed_userinfo(context, variant)),
    )
    .runs(runs::in_dynamic)
    .plan_needs(&[Need::MetadataLists("userinfo_signing_alg_values_supported", "RS256")]),
    Module::new(
        "oidcc-registration-jwks-uri",
        "A client authenticates with a key of its jwks_uri",
        |context, variant| Box::pin(published(context, variant)),
    )
    .runs(runs::in_dynamic),
    Module::new("oidcc-server-rotate-keys", "After a rotation the new and the old key are published", |s, _| {
        Box::pin(rotation(s))
    })
    .runs(runs::in_dynamic)
    .driver(RequiredDriver::None)
    .needs(&[Need::KeyRotation]),
    Module::new(
        "oidcc-refresh-token-rp-key-rotation",
        "A client that publishes another key authenticates with it",
        |context, variant| Box::pin(changed(context, variant)),
    )
    .runs(runs::in_dynamic)
    .needs(&[Need::ElapsedTime]),
    Module::new("oidcc-request-uri-unsigned", "An unsigned request object by reference is used", |context, variant| {
        Box::pin(by_reference(context, variant, false))
    })
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-request-uri-signed-rs256",
        "A signed request object by reference is used",
        |context, variant| Box::pin(by_reference(context, variant, true)),
    )
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-ensure-client-assertion-with-iss-aud-succeeds",
        "An assertion with the issuer as audience is accepted",
        |context, variant| Box::pin(issuer_audience(context, variant)),
    )
    .runs(runs::in_dynamic),
];

async fn id_token(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::registering(context, variant, json!({ "id_token_signed_response_alg": "RS256" })).await?;
    run.sign_in(run.request()).await?;
    Ok(())
}

async fn signed_userinfo(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let server = context.server(Custom)?;
    let listed = server.metadata.lists("userinfo_signing_alg_values_supported", "RS256") == Some(true);
    let actual = if listed { "listed" } else { "not listed" };
    registration::SIGNED_USERINFO.holds(
        &context.recorder,
        listed,
        "RS256 in userinfo_signing_alg_values_supported",
        actual,
    );
    let run = ModuleRun::registering(context, variant, json!({ "userinfo_signed_response_alg": "RS256" })).await?;
    let result = run.sign_in(run.request()).await?;
    run.step("GET userinfo");
    let endpoint = context.endpoint(server, Endpoint::Userinfo)?;
    let reply = context.send(flow::userinfo(endpoint, Method::GET, result.access_token()?)?).await?;
    let subject = result.id_token()?.text("sub");
    let (client_id, now) = (&run.actors.client.id, context.target.now());
    let expected = userinfo::ExpectedSignedUserinfo { issuer: &server.issuer, client_id, subject, now };
    userinfo::signed(&context.recorder, &reply, server.keys(&context.http).await?, expected);
    Ok(())
}

async fn published(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let publisher = publisher().await?;
    publisher.serve("/jwks", "application/json", Key::rsa(&context.target.registration_keys[0])?.set()?.to_string());
    let members = json!({ "jwks": null, "jwks_uri": publisher.base().ok_or(Stopped::CheckFailed)?.join("jwks")? });
    let run = ModuleRun::registering(context, variant, members).await?;
    let result = run.sign_in(run.request()).await?;
    run.userinfo(&result).await?;
    Ok(())
}

async fn changed(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let publisher = publisher().await?;
    let [first, second] = &context.target.registration_keys;
    publisher.serve("/jwks", "application/json", Key::rsa(first)?.set()?.to_string());
    let uri = publisher.base().ok_or(Stopped::CheckFailed)?.join("jwks")?;
    let run = ModuleRun::registering(context, variant, json!({ "jwks": null, "jwks_uri": uri, "grant_types": GRANTS }))
        .await?;
    let result = redemption::offline(&run).await?;
    token::REFRESH_ISSUED.present(&context.recorder, "a refresh token", result.refresh_token.as_deref());
    let refresh_token = result.refresh_token.as_deref().ok_or(Stopped::CheckFailed)?;
    run.step("publish another key");
    publisher.serve("/jwks", "application/json", Key::rsa(second)?.set()?.to_string());
    // A provider may cache keys.
    context.pass_time(60).await?;
    let client = Client { key: Some(second.clone()), ..run.actors.client.clone() };
    redemption::refreshed(&run, run.actors.with_client(&client), &result, refresh_token).await
}

async fn rotation(context: &ScenarioContext) -> Result<(), Stopped> {
    let server = context.server(Custom)?;
    let before = keys_of(context, server).await?;
    context.step("rotate the keys");
    context.control()?.rotate_keys().await?;
    let after = keys_of(context, server).await?;
    let ids = |keys: &KeySet| keys.keys.iter().filter_map(|key| key.kid.clone()).collect::<Vec<_>>();
    let (known, now) = (ids(&before), ids(&after));
    let new = now.iter().any(|id| !known.contains(id));
    extension::NEW_KEY.holds(&context.recorder, new, format!("another than {}", known.join(" ")), now.join(" "));
    let kept = now.iter().any(|id| known.contains(id));
    extension::OLD_KEY.holds(&context.recorder, kept, format!("one of {}", known.join(" ")), now.join(" "));
    Ok(())
}

async fn keys_of(context: &ScenarioContext, server: &Server) -> Result<KeySet, Stopped> {
    context.step("fetch the keys");
    let reply = context.http.get(context.endpoint(server, Endpoint::Keys)?).await?;
    let keys: KeySet = reply.json("a key set")?;
    check::keys::standard(&context.recorder, &keys);
    Ok(keys)
}

async fn by_reference(context: &ScenarioContext, variant: Variant, signed: bool) -> Result<(), Stopped> {
    let metadata = &context.server(Custom)?.metadata;
    let algorithm = if signed { "RS256" } else { "none" };
    let listed = metadata.lists("request_object_signing_alg_values_supported", algorithm);
    let reason = format!("the discovery document does not offer request objects with the algorithm {algorithm}");
    // OIDC Core 15.2: signed objects by reference are mandatory with dynamic registration, unsigned ones are not.
    if listed == Some(false) && !(signed && context.claimed) {
        return Err(Stopped::Skipped(reason));
    }
    // OIDC Discovery 3: supported by default.
    let offers_uris = metadata.rest.get("request_uri_parameter_supported") != Some(&Value::Bool(false));
    if !offers_uris && !context.claimed {
        let reason = "the discovery document does not offer the parameter request_uri";
        return Err(Stopped::Skipped(reason.to_owned()));
    }
    let offered = offers_uris && listed != Some(false);
    let actual = if offered { "offered" } else { "not offered" };
    registration::BY_REFERENCE.holds(&context.recorder, offered, format!("request_uri, {algorithm}"), actual);
    let publisher = publisher().await?;
    let mut uri = publisher.base().ok_or(Stopped::CheckFailed)?.join("request.jwt")?;
    uri.set_fragment(Some(&random_text(9)));
    let members = json!({ "request_uris": [uri], "request_object_signing_alg": algorithm });
    let run = ModuleRun::registering(context, variant, members).await?;
    let inner = run.request();
    let (server, client) = (run.actors.server, run.actors.client);
    let object = if signed {
        let key = Key::rsa(&context.target.registration_keys[0])?;
        let claims = request_object(&inner, client, &server.issuer, context.target.now());
        key.sign(&json!({ "kid": key.thumbprint()? }), &claims)?
    } else {
        request::object(&run, &inner)
    };
    publisher.serve("/request.jwt", "application/jwt", object);
    // OIDC Core 6.2: the parameters that OAuth requires are sent outside too.
    let outer = run.request().without("state").without("nonce").with("request_uri", uri.as_str());
    let journey = run.actors.authorization().send(&outer).await?;
    run.judge_response(inner, &journey).await?;
    Ok(())
}

async fn issuer_audience(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let request = run.request();
    let code = run.actors.authorization().code(&request).await?;
    run.step("exchange the code with the issuer as audience of the assertion");
    let (server, client) = (run.actors.server, run.actors.client);
    let form = flow::exchange(context.endpoint(server, Endpoint::Token)?, client, &request, &code);
    let reply = context.post(&with_assertion(context, form, client, &server.issuer)?).await?;
    if registration::ISSUER_AUDIENCE.holds(&context.recorder, reply.status == 200, 200, summary(&reply)) {
        run.actors.tokens().judge(request, reply.json("a token response")?).await?;
    } else {
        // RFC 6749 5.2: 400 or 401.
        let status = if reply.status == 400 { 400 } else { 401 };
        token::refusal(&context.recorder, &reply, status, "invalid_client", None);
    }
    Ok(())
}
