//! Keys: those that the client has registered or publishes, those that the provider signs with, and what is signed.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Front, Module, Need, Variant, module, publisher};
use crate::check::{self, extension, registration, token, userinfo};
use crate::flow::signed::{Key, request_object};
use crate::flow::{self, random_text};
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::{Client, Endpoint, Server};
use crate::scenario::op::play::Play;
use crate::scenario::op::redemption::{self, GRANTS};
use crate::scenario::op::request;
use crate::scenario::stage::{Halt, Stage};
use crate::wire::error::summary;
use crate::wire::keys::KeySet;

pub(in crate::scenario::op) const MODULES: &[Module] = &[
    module(
        "oidcc-idtoken-rs256",
        "A client that registers for RS256 gets ID tokens signed so",
        &["register for RS256", "sign in", "the header names a published key and RS256"],
        |s, v| Box::pin(id_token(s, v)),
    ),
    module(
        "oidcc-userinfo-rs256",
        "A client that registers for it gets signed claims",
        &["register for signed userinfo", "sign in", "userinfo is a token: signature and claims"],
        |s, v| Box::pin(signed_userinfo(s, v)),
    )
    .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    module(
        "oidcc-registration-jwks-uri",
        "A client may publish its keys rather than register them",
        &["publish a key", "register where it is", "sign in, authenticated by it"],
        |s, v| Box::pin(published(s, v)),
    ),
    module(
        "oidcc-server-rotate-keys",
        "After a rotation a new key is published beside the old one",
        &["fetch the keys", "rotate them", "fetch them again: a new one, and one of before"],
        |s, _| Box::pin(rotation(s)),
    )
    .front(Front::None)
    .needs(&[Need::Alone]),
    module(
        "oidcc-refresh-token-rp-key-rotation",
        "A client that publishes another key authenticates by that",
        &[
            "publish a key and register where it is",
            "sign in for a refresh token",
            "publish another key, and let a minute go by",
            "refresh, authenticated by the new key",
        ],
        |s, v| Box::pin(changed(s, v)),
    )
    .needs(&[Need::Time]),
    module(
        "oidcc-request-uri-unsigned",
        "An unsigned request object by reference counts",
        &["publish an unsigned request object where discovery offers them", "ask with request_uri", "sign in"],
        |s, v| Box::pin(by_reference(s, v, false)),
    ),
    module(
        "oidcc-request-uri-signed-rs256",
        "A signed request object by reference counts",
        &["publish a request object", "ask with request_uri where discovery does not deny it", "sign in"],
        |s, v| Box::pin(by_reference(s, v, true)),
    ),
    module(
        "oidcc-ensure-client-assertion-with-iss-aud-succeeds",
        "An assertion for the issuer is as good as one for the token endpoint",
        &["sign in", "exchange the code, with an assertion for the issuer", "tokens, or at least invalid_client"],
        |s, v| Box::pin(issuer_audience(s, v)),
    ),
];

async fn id_token(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::registering(stage, variant, json!({ "id_token_signed_response_alg": "RS256" })).await?;
    play.sign_in(play.request()).await?;
    Ok(())
}

async fn signed_userinfo(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let server = stage.server(Custom)?;
    // The suite fails a provider without it: the profile asks for it. Who does not offer it does not claim the profile.
    if server.metadata.lists("userinfo_signing_alg_values_supported", "RS256") != Some(true) {
        return Err(Halt::Skip("discovery does not offer signed userinfo".to_owned()));
    }
    let play = Play::registering(stage, variant, json!({ "userinfo_signed_response_alg": "RS256" })).await?;
    let gained = play.sign_in(play.request()).await?;
    play.step("GET userinfo");
    let endpoint = stage.endpoint(server, Endpoint::Userinfo)?;
    let reply = stage.send(flow::userinfo(endpoint, Method::GET, gained.access_token()?)?).await?;
    let subject = gained.id_token()?.text("sub");
    let expected = userinfo::Signed { issuer: &server.issuer, client_id: &play.cast.client.id, subject };
    userinfo::signed(&stage.recorder, &reply, server.keys(&stage.http).await?, expected);
    Ok(())
}

async fn published(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let publisher = publisher().await?;
    publisher.serve("/jwks", "application/json", Key::rsa(&stage.target.registration_keys[0])?.set()?.to_string());
    let members = json!({ "jwks": null, "jwks_uri": publisher.base().ok_or(Halt::Failed)?.join("jwks")? });
    let play = Play::registering(stage, variant, members).await?;
    let gained = play.sign_in(play.request()).await?;
    play.userinfo(&gained).await?;
    Ok(())
}

async fn changed(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let publisher = publisher().await?;
    let [first, second] = &stage.target.registration_keys;
    publisher.serve("/jwks", "application/json", Key::rsa(first)?.set()?.to_string());
    let uri = publisher.base().ok_or(Halt::Failed)?.join("jwks")?;
    let play =
        Play::registering(stage, variant, json!({ "jwks": null, "jwks_uri": uri, "grant_types": GRANTS })).await?;
    let gained = redemption::offline(&play).await?;
    token::REFRESH_ISSUED.present(&stage.recorder, "a refresh token", gained.refresh_token.as_deref());
    let refresh_token = gained.refresh_token.as_deref().ok_or(Halt::Failed)?;
    play.step("publish another key");
    publisher.serve("/jwks", "application/json", Key::rsa(second)?.set()?.to_string());
    // A provider may fetch keys only so often.
    stage.pass(60).await?;
    let client = Client { key: Some(second.clone()), ..play.cast.client.clone() };
    redemption::refreshed(&play, play.cast.with_client(&client), &gained, refresh_token).await
}

async fn rotation(stage: &Stage) -> Result<(), Halt> {
    let server = stage.server(Custom)?;
    let before = keys_of(stage, server).await?;
    stage.step("rotate the keys");
    let control = stage.target.control.as_ref().ok_or_else(|| Halt::Skip("nobody rotates keys".to_owned()))?;
    control.rotate_keys().await?;
    let after = keys_of(stage, server).await?;
    let ids = |keys: &KeySet| keys.keys.iter().filter_map(|key| key.kid.clone()).collect::<Vec<_>>();
    let (known, now) = (ids(&before), ids(&after));
    let new = now.iter().any(|id| !known.contains(id));
    extension::NEW_KEY.holds(&stage.recorder, new, format!("another than {}", known.join(" ")), now.join(" "));
    let kept = now.iter().any(|id| known.contains(id));
    extension::OLD_KEY.holds(&stage.recorder, kept, format!("one of {}", known.join(" ")), now.join(" "));
    Ok(())
}

async fn keys_of(stage: &Stage, server: &Server) -> Result<KeySet, Halt> {
    stage.step("fetch the keys");
    let reply = stage.http.get(stage.endpoint(server, Endpoint::Keys)?).await?;
    let keys: KeySet = reply.json("a key set")?;
    check::keys::standard(&stage.recorder, &keys);
    Ok(keys)
}

async fn by_reference(stage: &Stage, variant: Variant, signed: bool) -> Result<(), Halt> {
    let metadata = &stage.server(Custom)?.metadata;
    // OIDC Discovery 3: taken unless discovery says that it isn't.
    if metadata.rest.get("request_uri_parameter_supported") == Some(&Value::Bool(false)) {
        return Err(Halt::Skip("discovery does not offer the parameter request_uri".to_owned()));
    }
    let algorithm = if signed { "RS256" } else { "none" };
    if metadata.lists("request_object_signing_alg_values_supported", algorithm) == Some(false) {
        return Err(Halt::Skip(format!("discovery does not offer request objects with the algorithm {algorithm}")));
    }
    let publisher = publisher().await?;
    let mut uri = publisher.base().ok_or(Halt::Failed)?.join("request.jwt")?;
    uri.set_fragment(Some(&random_text(9)));
    let members = json!({ "request_uris": [uri], "request_object_signing_alg": algorithm });
    let play = Play::registering(stage, variant, members).await?;
    let inner = play.request();
    let (server, client) = (play.cast.server, play.cast.client);
    let object = if signed {
        let key = Key::rsa(&stage.target.registration_keys[0])?;
        let claims = request_object(&inner, client, &server.issuer, stage.target.now());
        key.sign(&json!({ "kid": key.thumbprint()? }), &claims)?
    } else {
        request::object(&play, &inner)
    };
    publisher.serve("/request.jwt", "application/jwt", object);
    // OIDC Core 6.2: what OAuth itself requires stands outside too.
    let outer = play.request().without("state").without("nonce").with("request_uri", uri.as_str());
    let journey = stage.authorize(&play.cast, &outer).await?;
    play.gain(inner, &journey).await?;
    Ok(())
}

async fn issuer_audience(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let request = play.request();
    let code = stage.code(&play.cast, &request).await?;
    play.step("exchange the code, with an assertion for the issuer");
    let (server, client) = (play.cast.server, play.cast.client);
    let form = flow::exchange(stage.endpoint(server, Endpoint::Token)?, client, &request, &code);
    let reply = stage.post(&stage.signed_for(form, client, &server.issuer)?).await?;
    if registration::ISSUER_AUDIENCE.holds(&stage.recorder, reply.status == 200, 200, summary(&reply)) {
        stage.judged(&play.cast, request, reply.json("a token response")?).await?;
    } else {
        // RFC 6749 5.2: 400, or 401 where the provider likes.
        let status = if reply.status == 400 { 400 } else { 401 };
        token::refusal(&stage.recorder, &reply, status, "invalid_client", None);
    }
    Ok(())
}
