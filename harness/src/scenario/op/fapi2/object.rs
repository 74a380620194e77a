//! Signed request objects (RFC 9101) by the rules of FAPI 2 Message Signing.

use serde_json::{Value, json};

use super::super::{Module, runs};
use super::play::{Play, act, is_taken};
use super::spoil::{remove, shift};
use crate::check::fapi;
use crate::flow::signed::{forged, unsigned};
use crate::scenario::pushed::follow;
use crate::scenario::stage::Halt;
use crate::wire::error::summary;

/// What says that a request object is not taken.
const INVALID: &[&str] = &["invalid_request_object"];

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-multiple-aud-succeeds",
        "A request object may be for the issuer among others",
        &["push an object whose aud is a list", "follow it by its name only", "sign in as usual"],
        |s, v| act(s, v, |p| Box::pin(many_audiences(p))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted",
        "A request object whose time comes in a few seconds is taken",
        &["push an object with an nbf of 8 seconds ahead", "sign in as usual"],
        |s, v| act(s, v, |p| Box::pin(ahead(p))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-without-exp-fails",
        "A request object without exp is refused",
        &["push an object without exp", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(spoilt(p, |claims| remove(claims, "exp")))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-without-nbf-fails",
        "A request object without nbf is refused",
        &["push an object without nbf", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(spoilt(p, |claims| remove(claims, "nbf")))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-expired-request-object-fails",
        "A request object of an hour ago is refused",
        &["push an object that has expired", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(spoilt(p, |claims| shift(claims, "exp", -3900)))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-bad-aud-fails",
        "A request object for somebody else is refused",
        &["push an object for another issuer", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(spoilt(p, |claims| claims["aud"] = json!("https://elsewhere.example/")))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-exp-over-60-fails",
        "A request object that lives for more than an hour is refused",
        &["push an object with an exp of 70 minutes ahead", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(spoilt(p, |claims| shift(claims, "exp", 3900)))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-nbf-over-60-fails",
        "A request object that is older than an hour is refused",
        &["push an object with an nbf of 70 minutes ago", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(spoilt(p, |claims| shift(claims, "nbf", -4200)))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-signed-request-object-with-RS256-fails",
        "A request object that is signed with RS256 is refused",
        &["only for clients with RSA keys: these have keys for ES256"],
        |s, v| act(s, v, |_| Box::pin(async { Err(Halt::Skip("needs a client whose keys are RSA keys".to_owned())) })),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-signature-algorithm-is-not-none",
        "A request object that is not signed is refused",
        &["push an object of the algorithm none", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(signed_by(p, |_, claims| Ok(unsigned(&json!({}), claims))))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-invalid-signature-fails",
        "A request object with a wrong signature is refused",
        &["push an object with another signature", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(signed_by(p, |play, claims| Ok(forged(&play.party.sign(claims)?))))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-matching-key-in-authorization-request",
        "A request object that another client has signed is refused",
        &["push an object that the second client has signed", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(signed_by(p, |play, claims| play.other.sign(claims)))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-unsigned-request-at-par-endpoint-fails",
        "A client that signs requests can't push one that is not signed",
        &["push the parameters themselves", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(bare(p))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-par-authorization-request-containing-request_uri",
        "A request object can't hold the name of another request",
        &["push an object with request_uri in it", "400"],
        |s, v| {
            act(s, v, |p| {
                Box::pin(spoilt(p, |claims| claims["request_uri"] = json!("urn:ietf:params:oauth:request_uri:name")))
            })
        },
    )
    .runs(runs::in_message_signing),
];

async fn many_audiences(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let mut claims = play.object(&request);
    claims["aud"] = json!([play.cast.server.issuer, "https://elsewhere.example", "invalid"]);
    let reply = play.send(&play.form_of(&play.party.sign(&claims)?)?).await?;
    let (name, _) = play.named(&reply)?;
    let journey = follow(play.stage, &play.cast, &name, &[]).await?;
    let tokens = play.gain(request, &journey).await?;
    play.userinfo(&tokens).await?;
    Ok(())
}

async fn ahead(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let mut claims = play.object(&request);
    shift(&mut claims, "nbf", 8);
    let reply = play.send(&play.form_of(&play.party.sign(&claims)?)?).await?;
    if !fapi::SKEW.holds(&play.stage.recorder, is_taken(&reply), "a name", summary(&reply)) {
        return Ok(());
    }
    let (name, _) = play.named(&reply)?;
    let journey = play.follow(&request, &name, &[]).await?;
    play.gain(request, &journey).await?;
    Ok(())
}

async fn spoilt(play: &Play<'_>, change: fn(&mut Value)) -> Result<(), Halt> {
    let request = play.request();
    let mut claims = play.object(&request);
    change(&mut claims);
    play.refused(&request, &play.form_of(&play.party.sign(&claims)?)?, INVALID).await
}

async fn signed_by(play: &Play<'_>, sign: fn(&Play<'_>, &Value) -> Result<String, Halt>) -> Result<(), Halt> {
    let request = play.request();
    let object = sign(play, &play.object(&request))?;
    play.refused(&request, &play.form_of(&object)?, INVALID).await
}

async fn bare(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let unsigned = Play { signed: false, ..*play };
    play.refused(&request, &unsigned.form(&request)?, &["invalid_request", "invalid_request_object"]).await
}
