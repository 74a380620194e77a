//! Sign-out (OIDC RP-Initiated Logout 1.0) and logout notices (OIDC Front-Channel Logout 1.0, OIDC Back-Channel Logout
//! 1.0).

use serde_json::{Map, Value, json};
use url::Url;

use super::checks;
use super::signed_token;
use crate::record::Recorder;
use crate::wire::authorization::{Callback, Delivery};
use crate::wire::form::URL_ENCODED;
use crate::wire::journey::Journey;
use crate::wire::jwt::Jwt;
use crate::wire::keys::KeySet;
use crate::wire::page::{HtmlPage, PageKind};

checks! {
    LED_BACK = Must "logout.led-back", "The browser is redirected to the registered URI", ["OIDC RP-Initiated Logout 3", "OIDF oidcc-rp-initiated-logout"];
    STATE = Must "logout.state", "The state is returned exactly if it was sent", ["OIDC RP-Initiated Logout 3", "OIDF oidcc-rp-initiated-logout-no-state"];
    ONCE = Must "logout.once", "No parameter comes twice", ["OIDC RP-Initiated Logout 3"];
    IN_QUERY = Must "logout.query", "The parameters come in the query", ["OIDC RP-Initiated Logout 3", "OIDF oidcc-rp-initiated-logout"];
    POSTED_TYPE = Must "logout-token.content-type", "It is posted as application/x-www-form-urlencoded", ["OIDC Back-Channel Logout 2.5"];
    PARAMETERS = Should "logout.parameters", "No parameter but the state is returned", ["OIDF oidcc-rp-initiated-logout"];
    SESSION_OVER = Must "logout.session-over", "The session has ended: prompt=none fails", ["OIDC RP-Initiated Logout 2", "OIDF oidcc-rp-initiated-logout"];
    STAYS = Must "logout.stays", "The browser stays on a page of the issuer", ["OIDC RP-Initiated Logout 3", "OIDC RP-Initiated Logout 4", "OIDF oidcc-rp-initiated-logout-bad-post-logout-redirect-uri"];
    ASKS = Must "logout.asks", "Without an id_token_hint the user is asked before the session ends", ["OIDC RP-Initiated Logout 2", "OIDF oidcc-rp-initiated-logout-no-id-token-hint"];
    NOT_LED_BACK = Must "logout.not-led-back", "An invalid hint does not end the session", ["OIDC RP-Initiated Logout 4", "OIDF oidcc-rp-initiated-logout-bad-id-token-hint"];
    SESSION_ALIVE = Must "logout.session-alive", "The session continues: prompt=none succeeds", ["OIDC RP-Initiated Logout 4"];
    TOKENS_LIVE = Should "logout.tokens-live", "Tokens stay valid after the session", ["Okta: /logout"];
    NO_ERROR = Must "front-channel.page", "The signed-out page is not an error page", ["OIDC Front-Channel Logout 2", "OIDF oidcc-frontchannel-rp-initiated-logout"];
    FRAMED = Must "front-channel.loaded", "The signed-out page loads the client's logout URI", ["OIDC Front-Channel Logout 2", "OIDF oidcc-frontchannel-rp-initiated-logout"];
    FRAMED_ISSUER = Must "front-channel.iss", "The logout URI has the issuer as a parameter", ["OIDC Front-Channel Logout 3", "OIDF oidcc-frontchannel-rp-initiated-logout"];
    FRAMED_SESSION = Must "front-channel.sid", "The logout URI has the sid of the ID token as a parameter", ["OIDC Front-Channel Logout 3", "OIDF oidcc-frontchannel-rp-initiated-logout"];
    FRAMED_PARAMETERS = Should "front-channel.parameters", "The logout URI has no other parameters", ["OIDF oidcc-frontchannel-rp-initiated-logout"];
    ONWARD = Must "front-channel.onward", "The signed-out page continues to the registered URI", ["OIDC RP-Initiated Logout 3", "OIDF oidcc-frontchannel-rp-initiated-logout"];
    SUPPORTED = Must "single-logout.supported", "Discovery says that the logout channel is supported", ["OIDC Front-Channel Logout 3", "OIDC Back-Channel Logout 2.1"];
    SESSION_SUPPORTED = Must "single-logout.session-supported", "Discovery says that logout notices name the session", ["OIDC Front-Channel Logout 3", "OIDC Back-Channel Logout 2.1"];
    POSTED = Must "logout-token.posted", "A logout token is posted to the client", ["OIDC Back-Channel Logout 2.5", "OIDF oidcc-backchannel-rp-initiated-logout"];
    POSTED_ONLY = Should "logout-token.alone", "Nothing else is posted", ["OIDC Back-Channel Logout 2.5", "OIDF oidcc-backchannel-rp-initiated-logout"];
    TOKEN_READABLE = Must "logout-token.readable", "It is a signed token in compact form", ["OIDC Back-Channel Logout 2.4"];
    TOKEN_TYPE = Should "logout-token.typ", "Its header says that it is a logout token", ["OIDC Back-Channel Logout 2.4"];
    TOKEN_SIGNATURE = Must "logout-token.signature", "Its signature verifies with the published key", ["OIDC Back-Channel Logout 2.6", "OIDF oidcc-backchannel-rp-initiated-logout"];
    TOKEN_ISSUER = Must "logout-token.iss", "Its issuer is the authorization server", ["OIDC Back-Channel Logout 2.4"];
    TOKEN_AUDIENCE = Must "logout-token.aud", "Its audience is the client alone", ["OIDC Back-Channel Logout 2.4"];
    TOKEN_ISSUED = Must "logout-token.iat", "It was issued within the last minutes", ["OIDC Back-Channel Logout 2.4"];
    TOKEN_EXPIRY = Must "logout-token.exp", "It has not expired, and expires soon", ["OIDC Back-Channel Logout 2.4"];
    TOKEN_ID = Must "logout-token.jti", "It has an id", ["OIDC Back-Channel Logout 2.4"];
    TOKEN_EVENT = Must "logout-token.events", "It has the logout event", ["OIDC Back-Channel Logout 2.4", "RFC 8417 2.2"];
    TOKEN_ABOUT = Must "logout-token.about", "It names the user or the session of the ID token", ["OIDC Back-Channel Logout 2.4", "OIDF oidcc-backchannel-rp-initiated-logout"];
    TOKEN_NO_NONCE = Must "logout-token.no-nonce", "It has no nonce, so that it is not accepted as an ID token", ["OIDC Back-Channel Logout 2.4", "OIDF oidcc-backchannel-rp-initiated-logout"];
}

/// Checks that discovery lists a logout channel, and that its notices name the session.
pub fn stated(recorder: &Recorder, document: &Map<String, Value>, channel: &str) {
    for (check, member) in [(SUPPORTED, "supported"), (SESSION_SUPPORTED, "session_supported")] {
        let member = format!("{channel}_logout_{member}");
        let value = document.get(&member).map_or_else(|| "nothing".to_owned(), Value::to_string);
        check.holds(recorder, value == "true", format!("{member} true"), value);
    }
}

/// Checks where the sign-out ended.
pub fn led_back(recorder: &Recorder, journey: &Journey, state: Option<&str>) {
    let callback = journey.callback();
    LED_BACK.holds(recorder, callback.is_some(), "the registered address", journey.summary());
    let Some(callback) = callback else { return };
    ONCE.absent(recorder, "repeated parameter", callback.repeated());
    IN_QUERY.equals(recorder, Delivery::Query.word(), Some(callback.delivery.word()));
    match state {
        Some(state) => STATE.equals(recorder, state, callback.get("state")),
        None => STATE.absent(recorder, "state", callback.get("state")),
    };
    let other = callback.params.iter().map(|(name, _)| name.as_str()).find(|name| *name != "state");
    PARAMETERS.absent(recorder, "other parameter", other);
}

/// The longest lifetime of a logout token in seconds (OIDC Back-Channel Logout 2.4 suggests two minutes).
const MAX_LIFETIME: i64 = 300;

/// The tolerated clock skew in seconds.
const CLOCK_SKEW: i64 = 120;

/// Checks the page with the frames.
pub fn page_with_frames(recorder: &Recorder, page: &HtmlPage) {
    let failed = matches!(page.kind, PageKind::Error | PageKind::Broken);
    NO_ERROR.holds(recorder, !failed, PageKind::SignedOut.word(), page.summary());
}

/// Checks the frame that loads the logout URI of a client.
pub fn framed(recorder: &Recorder, frames: &[String], uri: &str, issuer: &str, sid: Option<&str>) {
    let frame = frames.iter().find(|frame| frame.starts_with(uri));
    let seen = frame.cloned().unwrap_or_else(|| format!("{} other frames", frames.len()));
    FRAMED.holds(recorder, frame.is_some(), uri, seen);
    let Some(frame) = frame.and_then(|frame| Url::parse(frame).ok()) else { return };
    let get = |wanted: &str| frame.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    FRAMED_ISSUER.equals(recorder, issuer, get("iss").as_deref());
    let named = get("sid");
    let same = sid.is_some() && named.as_deref() == sid;
    FRAMED_SESSION.holds(recorder, same, sid.unwrap_or("a sid in the ID token"), named.as_deref().unwrap_or("nothing"));
    let other = frame.query_pairs().find(|(name, _)| name != "iss" && name != "sid").map(|(name, _)| name.into_owned());
    FRAMED_PARAMETERS.absent(recorder, "other parameter", other.as_deref());
}

/// Checks what was posted to a client. Returns the logout token.
pub fn posted<'a>(recorder: &Recorder, form: Option<&'a Callback>) -> Option<&'a str> {
    let names = form.map(Callback::names);
    let token = form.and_then(|form| form.get("logout_token"));
    POSTED.holds(recorder, token.is_some(), "logout_token", names.as_deref().unwrap_or("nothing was posted"));
    if token.is_some() {
        POSTED_ONLY.equals(recorder, "logout_token", names.as_deref());
        let media_type =
            form.and_then(|form| form.media_type.as_deref()).map(|full| full.split(';').next().unwrap_or(full));
        if media_type.is_some() {
            POSTED_TYPE.equals(recorder, URL_ENCODED, media_type);
        }
    }
    token
}

/// The expected content of a logout token.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedLogoutToken<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// The ID token of the session that ended.
    pub id_token: &'a Jwt,
    pub now: i64,
}

/// Checks a logout token (OIDC Back-Channel Logout 2.6).
pub fn token(recorder: &Recorder, raw: &str, keys: &KeySet, expected: ExpectedLogoutToken<'_>) {
    let Some(token) = signed_token::readable(recorder, &TOKEN_READABLE, raw) else { return };
    TOKEN_TYPE.equals(recorder, "logout+jwt", token.header_text("typ"));
    signed_token::signature(recorder, &TOKEN_SIGNATURE, &token, keys);
    TOKEN_ISSUER.equals(recorder, expected.issuer, token.text("iss"));
    let audience = token.claims.get("aud").cloned().unwrap_or_default();
    let alone = audience == json!(expected.client_id) || audience == json!([expected.client_id]);
    TOKEN_AUDIENCE.holds(recorder, alone, expected.client_id, audience);
    let (iat, exp) = (token.number("iat").unwrap_or_default(), token.number("exp").unwrap_or_default());
    let recent = (iat - expected.now).abs() <= CLOCK_SKEW;
    TOKEN_ISSUED.holds(recorder, recent, format!("about {}", expected.now), iat);
    let soon = exp > expected.now - CLOCK_SKEW && exp > iat && exp - iat <= MAX_LIFETIME;
    TOKEN_EXPIRY.holds(recorder, soon, format!("at most {MAX_LIFETIME} s after {iat}"), exp);
    TOKEN_ID.present(recorder, "an id", token.text("jti"));
    let events = token.claims.get("events").cloned().unwrap_or_default();
    let right = events == json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    TOKEN_EVENT.holds(recorder, right, "the back-channel logout event, an empty object, and no other", &events);
    about(recorder, &token, expected.id_token);
    let nonce = token.claims.get("nonce").map(Value::to_string);
    TOKEN_NO_NONCE.absent(recorder, "nonce", nonce.as_deref());
}

fn about(recorder: &Recorder, token: &Jwt, id_token: &Jwt) {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let named = |token: &Jwt| ["sub", "sid"].map(|name| token.claims.get(name).map(plain));
    let (came, known) = (named(token), named(id_token));
    let agree = came.iter().zip(&known).all(|(came, known)| came.is_none() || came == known);
    let words = |[sub, sid]: [Option<String>; 2]| {
        format!("sub {} sid {}", sub.as_deref().unwrap_or("missing"), sid.as_deref().unwrap_or("missing"))
    };
    let named_any = came.iter().any(Option::is_some);
    TOKEN_ABOUT.holds(recorder, agree && named_any, words(known), words(came));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::signed::Key;
    use crate::record::scrub::Scrubber;
    use crate::record::{Entry, Verdict};

    const NOW: i64 = 1_800_000_000;

    fn jwt(key: &Key, header: &Value, claims: &Value) -> String {
        key.sign(header, claims).expect("a token")
    }

    /// The checks that fail for a token after `change`.
    fn failures(change: impl Fn(&mut Value, &mut Value)) -> Vec<String> {
        let key = Key::rsa(include_str!("../../../fixtures/keys/spare-1.pem")).expect("a key");
        let mut public = key.public().expect("a public half");
        public["kid"] = json!("k");
        let keys: KeySet = serde_json::from_value(json!({ "keys": [public] })).expect("keys");
        let id_token = json!({ "sub": "u", "sid": "s", "nonce": "n" });
        let id_token = Jwt::parse(&jwt(&key, &json!({ "kid": "k" }), &id_token)).expect("an ID token");
        let mut header = json!({ "kid": "k", "typ": "logout+jwt" });
        let mut claims = json!({
            "iss": "https://issuer.example", "aud": "c", "iat": NOW, "exp": NOW + 120, "jti": "j", "sub": "u",
            "sid": "s", "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        change(&mut header, &mut claims);
        let recorder = Recorder::new(Scrubber::default());
        let issuer = "https://issuer.example";
        let expected = ExpectedLogoutToken { issuer, client_id: "c", id_token: &id_token, now: NOW };
        token(&recorder, &jwt(&key, &header, &claims), &keys, expected);
        failed(&recorder)
    }

    fn failed(recorder: &Recorder) -> Vec<String> {
        let failed = |entry| match entry {
            Entry::Finding(finding) if finding.verdict == Verdict::Fail => Some(finding.check),
            _ => None,
        };
        recorder.entries().into_iter().filter_map(failed).collect()
    }

    #[test]
    fn parameters_posted_with_a_logout_token_fail() {
        let red = |body: &str| {
            let recorder = Recorder::new(Scrubber::default());
            posted(&recorder, Some(&Callback::parse(Delivery::FormPost, body)));
            failed(&recorder)
        };
        assert_eq!(red("logout_token=t"), [""; 0]);
        assert_eq!(red("logout_token=t&more=1"), ["logout-token.alone"]);
        assert_eq!(red("token=t"), ["logout-token.posted"]);
    }

    #[test]
    fn an_unreadable_logout_token_fails_only_its_check() {
        let id_token = Jwt::parse("e30.e30.").expect("an ID token");
        let recorder = Recorder::new(Scrubber::default());
        let expected =
            ExpectedLogoutToken { issuer: "https://issuer.example", client_id: "c", id_token: &id_token, now: NOW };
        token(&recorder, "e30.e30", &KeySet::default(), expected);
        assert_eq!(failed(&recorder), ["logout-token.readable"]);
    }

    #[test]
    fn a_valid_logout_token_passes() {
        assert_eq!(failures(|_, _| {}), [""; 0]);
        assert_eq!(failures(|_, claims| drop(claims.as_object_mut().map(|claims| claims.remove("sub")))), [""; 0]);
    }

    #[test]
    fn each_flaw_of_a_logout_token_fails_its_check() {
        assert_eq!(failures(|header, _| header["typ"] = json!("JWT")), ["logout-token.typ"]);
        assert_eq!(failures(|header, _| header["kid"] = json!("other")), ["logout-token.signature"]);
        let cases: [(&str, Value, &str); 11] = [
            ("iss", json!("https://issuer.example/"), "iss"),
            ("aud", json!("other"), "aud"),
            ("aud", json!(["c", "other"]), "aud"),
            ("iat", json!(NOW - 3600), "iat"),
            ("exp", json!(NOW - 1), "exp"),
            ("jti", Value::Null, "jti"),
            ("events", json!({}), "events"),
            ("events", json!({ "http://schemas.openid.net/event/backchannel-logout": true }), "events"),
            ("sub", json!("another user"), "about"),
            ("sid", json!("another session"), "about"),
            ("nonce", json!("n"), "no-nonce"),
        ];
        for (claim, value, check) in cases {
            let failed = failures(|_, claims| claims[claim] = value.clone());
            assert!(failed.contains(&format!("logout-token.{check}")), "{claim} {value}: {failed:?}");
        }
        let anonymous = failures(|_, claims| {
            claims.as_object_mut().expect("claims").retain(|name, _| name != "sub" && name != "sid");
        });
        assert_eq!(anonymous, ["logout-token.about"]);
    }

    #[test]
    fn each_flaw_of_a_frame_fails_its_check() {
        let red = |frame: &str| {
            let recorder = Recorder::new(Scrubber::default());
            framed(&recorder, &[frame.to_owned()], "https://app.example/bye", "https://i.example", Some("s"));
            failed(&recorder)
        };
        assert_eq!(red("https://app.example/bye?iss=https%3A%2F%2Fi.example&sid=s"), [""; 0]);
        assert_eq!(red("https://other.example/?iss=https%3A%2F%2Fi.example&sid=s"), ["front-channel.loaded"]);
        assert_eq!(red("https://app.example/bye?iss=x&sid=s"), ["front-channel.iss"]);
        assert_eq!(red("https://app.example/bye?iss=https%3A%2F%2Fi.example&sid=t"), ["front-channel.sid"]);
        assert_eq!(red("https://app.example/bye?iss=https%3A%2F%2Fi.example&sid=s&a=b"), ["front-channel.parameters"]);
    }
}
