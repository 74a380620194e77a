//! Proofs at a protected resource: about thirty calls of userinfo, one finding each.
//!
//! The resource is userinfo. The market's API is covered by the table of endpoints and scopes. Two calls of the suite
//! are left out: a proof with RS256, which it sends for RSA keys only, and a `DPOP` header, since HTTP libraries choose
//! the case of header names.

use serde_json::json;
use url::Url;

use super::claim_changes::{remove, shift};
use super::module_run::{Fapi2Run, run_with_clients};
use crate::check::{Check, proof};
use crate::flow::random_text;
use crate::flow::signed::{Draft, Key, forged, unsigned};
use crate::issuer_target::Endpoint;
use crate::scenario::certification::module::Module;
use crate::scenario::certification::runs;
use crate::scenario::dpop::with_nonce;
use crate::scenario::stopped::Stopped;
use crate::wire::error::summary;
use crate::wire::{Reply, Request};

pub(super) const MODULES: &[Module] = &[Module::new(
    "fapi2-security-profile-final-dpop-negative-tests",
    "A protected resource accepts valid proofs and rejects all others",
    |context, variant| run_with_clients(context, variant, |p| Box::pin(probe(p))),
)
.runs(runs::in_fapi2)];

/// What is sent with the token.
enum Shown {
    /// A proof that is changed before it is signed.
    Drafted(fn(&mut Draft)),
    /// A proof that is changed after it was signed, or built again from its draft.
    Made(fn(&Key, &Draft) -> Result<String, Stopped>),
    /// Two valid proofs.
    Two,
    /// A proof of another key.
    OtherKey,
    Nothing,
    /// No proof, and the scheme Bearer.
    Bearer,
}

/// One call.
struct Probe {
    check: Check,
    shown: Shown,
    /// Whether it must be accepted.
    taken: bool,
}

const fn accepted(check: Check, shown: Shown) -> Probe {
    Probe { check, shown, taken: true }
}

const fn refused(check: Check, shown: Shown) -> Probe {
    Probe { check, shown, taken: false }
}

const HOUR: i64 = 3600;

/// In the suite's order.
const PROBES: &[Probe] = &[
    refused(proof::TWO, Shown::Two),
    refused(proof::MALFORMED, Shown::Made(|key, draft| Ok(without_signature(&key.seal(draft)?)))),
    refused(proof::TYPE, Shown::Drafted(|draft| remove(&mut draft.header, "typ"))),
    refused(proof::ALGORITHM, Shown::Made(|key, draft| Ok(without_algorithm(&key.seal(draft)?, draft)))),
    refused(proof::KEY, Shown::Drafted(|draft| remove(&mut draft.header, "jwk"))),
    refused(proof::ID, Shown::Drafted(|draft| remove(&mut draft.claims, "jti"))),
    refused(proof::METHOD, Shown::Drafted(|draft| remove(&mut draft.claims, "htm"))),
    refused(proof::ADDRESS, Shown::Drafted(|draft| remove(&mut draft.claims, "htu"))),
    refused(proof::ISSUED, Shown::Drafted(|draft| remove(&mut draft.claims, "iat"))),
    refused(proof::TOKEN_HASH, Shown::Drafted(|draft| remove(&mut draft.claims, "ath"))),
    refused(proof::OTHER_TYPE, Shown::Drafted(|draft| draft.header["typ"] = json!("dpop+jwt+other"))),
    refused(proof::UNSIGNED, Shown::Made(|_, draft| Ok(unsigned(&draft.header, &draft.claims)))),
    refused(proof::SIGNATURE, Shown::Made(|key, draft| Ok(forged(&key.seal(draft)?)))),
    refused(proof::PRIVATE_KEY, Shown::Drafted(|draft| draft.header["jwk"]["d"] = json!(random_text(32)))),
    refused(proof::OTHER_METHOD, Shown::Drafted(|draft| draft.claims["htm"] = json!("PUT"))),
    accepted(proof::ADDRESS_WITH_QUERY, Shown::Drafted(|draft| address(draft, |htu| format!("{htu}?query=1#part")))),
    refused(proof::OTHER_ADDRESS, Shown::Drafted(|draft| address(draft, |htu| format!("{htu}/elsewhere")))),
    refused(proof::AHEAD, Shown::Drafted(|draft| made_at(draft, HOUR))),
    refused(proof::OLD, Shown::Drafted(|draft| made_at(draft, -HOUR))),
    refused(proof::OTHER_TOKEN_HASH, Shown::Drafted(|draft| draft.claims["ath"] = json!(random_text(32)))),
    refused(proof::OTHER_KEY, Shown::OtherKey),
    accepted(
        proof::EXTRA,
        Shown::Drafted(|draft| {
            draft.header["tx_id"] = json!(1);
            draft.claims["tx_id_key"] = json!(1);
        }),
    ),
    accepted(proof::ADDRESS_CASE, Shown::Drafted(|draft| address(draft, in_capitals))),
    accepted(proof::ADDRESS_PORT, Shown::Drafted(|draft| address(draft, with_port))),
    refused(proof::MISSING, Shown::Nothing),
    refused(proof::BEARER, Shown::Bearer),
    accepted(proof::RIGHT, Shown::Drafted(|_| {})),
];

async fn probe(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let tokens = run.sign_in(run.request()).await?;
    let access_token = &tokens.reply.access_token;
    let url = run.endpoint(Endpoint::Userinfo)?;
    for Probe { check, shown, taken } in PROBES {
        run.step(check.says);
        let reply = call(run, url, access_token, shown).await?;
        judge(run, check, *taken, &reply);
    }
    run.step("send one proof twice");
    let (reply, call) = with_nonce(run.context, |nonce| {
        let proof = run.draft(run.possession(), "GET", url, nonce, Some(access_token))?;
        Ok(authorized(url, "DPoP", access_token)?.header("dpop", &run.possession().seal(&proof)?)?)
    })
    .await?;
    judge(run, &proof::FIRST, true, &reply);
    judge(run, &proof::AGAIN, false, &run.context.send(call).await?);
    Ok(())
}

fn judge(run: &Fapi2Run<'_>, check: &Check, taken: bool, reply: &Reply) {
    let recorder = &run.context.recorder;
    if taken {
        check.holds(recorder, reply.status == 200, 200, summary(reply));
    } else {
        check.holds(recorder, matches!(reply.status, 400 | 401), "400 or 401", summary(reply));
    }
}

fn authorized(url: &Url, scheme: &str, access_token: &str) -> Result<Request, Stopped> {
    Ok(Request::get(url.clone()).header("authorization", &format!("{scheme} {access_token}"))?)
}

async fn call(run: &Fapi2Run<'_>, url: &Url, access_token: &str, shown: &Shown) -> Result<Reply, Stopped> {
    let other = Key::fresh()?;
    let key = if matches!(shown, Shown::OtherKey) { &other } else { run.possession() };
    let (reply, _) = with_nonce(run.context, |nonce| {
        let mut draft = run.draft(key, "GET", url, nonce, Some(access_token))?;
        let call = authorized(url, "DPoP", access_token)?;
        Ok(match shown {
            Shown::Drafted(change) => {
                change(&mut draft);
                call.header("dpop", &key.seal(&draft)?)?
            }
            Shown::Made(make) => call.header("dpop", &make(key, &draft)?)?,
            Shown::OtherKey => call.header("dpop", &key.seal(&draft)?)?,
            Shown::Two => {
                let second = key.seal(&run.draft(key, "GET", url, nonce, Some(access_token))?)?;
                call.header("dpop", &key.seal(&draft)?)?.also("dpop", &second)?
            }
            Shown::Nothing => call,
            Shown::Bearer => authorized(url, "Bearer", access_token)?,
        })
    })
    .await?;
    Ok(reply)
}

/// Changes `htu`.
fn address(draft: &mut Draft, change: fn(&str) -> String) {
    draft.claims["htu"] = json!(change(draft.claims["htu"].as_str().unwrap_or_default()));
}

/// Moves `iat` and removes the nonce, which has a time too.
fn made_at(draft: &mut Draft, seconds: i64) {
    shift(&mut draft.claims, "iat", seconds);
    remove(&mut draft.claims, "nonce");
}

fn in_capitals(htu: &str) -> String {
    let beginning = htu.match_indices('/').nth(2).map_or(htu.len(), |(at, _)| at);
    format!("{}{}", htu[..beginning].to_ascii_uppercase(), &htu[beginning..])
}

/// RFC 3986 6.2.3: with the default port of the scheme, unless there is another one.
fn with_port(htu: &str) -> String {
    let Ok(url) = Url::parse(htu) else { return htu.to_owned() };
    match (url.port(), url.port_or_known_default(), url.host_str()) {
        (None, Some(port), Some(host)) => format!("{}://{host}:{port}{}", url.scheme(), url.path()),
        _ => htu.to_owned(),
    }
}

fn without_signature(proof: &str) -> String {
    proof.rsplit_once('.').map_or_else(String::new, |(message, _)| message.to_owned())
}

/// With the header as it was drafted: without `alg`.
fn without_algorithm(proof: &str, draft: &Draft) -> String {
    let rest = proof.split_once('.').map_or("", |(_, rest)| rest);
    format!("{}.{rest}", crate::flow::signed::part(&draft.header))
}
