//! Responses of the authorization endpoint.

use url::Url;

use super::checks;
use super::error_text::{ErrorChecks, ErrorMembers};
use super::token::{LEAST_ENTROPY, entropy};
use crate::record::Recorder;
use crate::wire::authorization::{Callback, Delivery, OF_RESPONSES};
use crate::wire::form::URL_ENCODED;
use crate::wire::journey::{Journey, Prompt};
use crate::wire::page::PageKind;

checks! {
    ARRIVES = Must "callback.arrives", "The browser is sent back to the redirect URI", ["RFC 6749 4.1.2", "OIDC Core 3.1.2.5"];
    SUCCEEDS = Must "callback.succeeds", "The response carries no error", ["RFC 6749 4.1.2"];
    DELIVERY = Must "callback.delivery", "The response arrives with the right response mode", ["OAuth 2.0 Multiple Response Types 2.1", "OAuth 2.0 Form Post Response Mode 2"];
    STATE = Must "callback.state", "The state is returned unchanged", ["RFC 6749 4.1.2", "OIDF oidcc-server"];
    CODE = Must "callback.code", "The response carries a code", ["RFC 6749 4.1.2"];
    CODE_LENGTH = Must "callback.code-length", "A code is long enough that it cannot be guessed", ["RFC 6749 10.10", "OIDF oidcc-server"];
    CODE_ENTROPY = Must "callback.code-entropy", "A code has enough entropy that it cannot be guessed", ["RFC 6749 10.10", "OIDF oidcc-server"];
    STATUS = Must "callback.status", "The redirect is a 302 or 303, which do not repeat the POST of the password", ["RFC 9700 4.12"];
    ISSUER = Must "callback.issuer", "An issuer in the response is the issuer of the server", ["RFC 9207 2.4"];
    PARAMETERS = Should "callback.parameters", "The response carries no other parameters", ["OIDC Core 3.1.2.5", "OIDC Core 3.1.2.6"];
    ONCE = Must "callback.once", "No parameter comes twice", ["RFC 6749 3.1", "OIDC Core 3.1.2.1"];
    ONE_PLACE = Must "callback.one-place", "The parameters are in one part of the response only", ["OAuth 2.0 Multiple Response Types 5", "OIDC Core 3.3.2.5", "OIDF oidcc-server"];
    ENCODING = Must "callback.form-encoding", "The form is posted as application/x-www-form-urlencoded", ["OAuth 2.0 Form Post Response Mode 2", "OIDF oidcc-server"];
    SUBMITS = Must "callback.form-submits", "The page submits the form without the user", ["OAuth 2.0 Form Post Response Mode 2"];
    KEPT_QUERY = Must "callback.redirect-query", "The query of the redirect URI is kept", ["RFC 6749 3.1.2", "OIDF oidcc-redirect-uri-query-OK"];
    ID_TOKEN = Must "callback.id-token", "The response carries an ID token exactly if one was requested", ["OIDC Core 3.2.2.5"];
    ACCESS_TOKEN = Must "callback.access-token", "The response carries an access token exactly if one was requested", ["OIDC Core 3.2.2.5"];
    ERROR_REDIRECTED = Must "refusal.redirected", "The error is delivered to the redirect URI", ["RFC 6749 4.1.2.1", "Okta: /authorize, response properties"];
    ERROR_CODE = Must "refusal.error", "The error code is the one that the specification or Okta's documentation names", ["RFC 6749 4.1.2.1", "OIDC Core 3.1.2.6"];
    ERROR_TEXT = Should "refusal.description", "The description is Okta's", ["Okta: OAuth 2.0 and OpenID Connect error codes"];
    ERROR_STATE = Must "refusal.state", "The error carries the state", ["RFC 6749 4.1.2.1"];
    ERROR_NO_CODE = Must "refusal.no-code", "An error response carries no code and no token", ["RFC 6749 4.1.2.1"];
    ERROR_CHARACTERS = Must "refusal.characters", "Error and description have permitted characters only", ["RFC 6749 4.1.2.1"];
    ERROR_LINES = Should "refusal.lines", "The description has no line breaks and tabs", ["RFC 6749 4.1.2.1", "OIDF oidcc-prompt-none-not-logged-in"];
    ERROR_URI = Must "refusal.uri", "error_uri is a URI of permitted characters", ["RFC 6749 4.1.2.1", "OIDF oidcc-prompt-none-not-logged-in"];
    ERROR_DELIVERY = Must "refusal.delivery", "The error arrives with the requested response mode", ["OAuth 2.0 Multiple Response Types 2.1"];
    STAYS = Must "page.stays", "The browser is not sent to an unregistered address: the error is a page of the issuer", ["RFC 6749 4.1.2.1", "RFC 9700 4.1", "OIDF oidcc-ensure-registered-redirect-uri"];
    PAGE_STATUS = Should "page.status", "The status of the error page is 400", ["Okta: redirect URI errors"];
    PAGE_SAYS = Should "page.says", "The error page contains the error", ["RFC 6749 4.1.2.1", "Okta: redirect URI errors"];
    ASKED = Must "prompt.sign-in", "The user is asked to sign in", ["OIDC Core 3.1.2.3"];
    NOT_ASKED = Must "prompt.silent", "The user is not asked to sign in again", ["OIDC Core 3.1.2.3"];
    CONSENT_ASKED = Must "consent.asked", "The user is asked for consent", ["OIDC Core 3.1.2.4", "Okta: user consent"];
    CONSENT_NOT_ASKED = Must "consent.not-asked", "The user is not asked for consent", ["Okta: user consent"];
    ASKS = Must "sign-in.asks", "The issuer asks the user for what the sign-in lacks", ["OIDC Core 3.1.2.3", "Okta: user status", "Okta: authenticator enrollment policies"];
    REFUSED = Must "sign-in.refused", "The sign-in page rejects the credentials and shows an alert", ["OIDC Core 3.1.2.3", "Okta: user status"];
}

/// The expected properties of an authorization response.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedCallback<'a> {
    pub issuer: &'a str,
    /// The redirect URI of the request.
    pub redirect_uri: Option<&'a str>,
    pub state: Option<&'a str>,
    pub delivery: Delivery,
}

/// Checks a successful response without its code and tokens. Returns it if there is one.
pub fn success<'a>(recorder: &Recorder, journey: &'a Journey, expected: ExpectedCallback<'_>) -> Option<&'a Callback> {
    let callback = journey.callback();
    ARRIVES.holds(recorder, callback.is_some(), "a response at the redirect URI", journey.summary());
    let callback = callback?;
    let error = callback.get("error").map(|_| callback.summary());
    if !SUCCEEDS.absent(recorder, "error", error.as_deref()) {
        return None;
    }
    common(recorder, callback, expected);
    DELIVERY.equals(recorder, expected.delivery.word(), Some(callback.delivery.word()));
    match expected.state {
        Some(state) => STATE.equals(recorder, state, callback.get("state")),
        None => STATE.absent(recorder, "state", callback.get("state")),
    };
    let own = own_query(expected.redirect_uri);
    if !own.is_empty() {
        let query = if callback.delivery == Delivery::Query { &callback.params } else { &callback.elsewhere };
        let lost = own.iter().find(|parameter| !query.contains(parameter)).map(|(name, _)| name.as_str());
        KEPT_QUERY.absent(recorder, "lost parameter", lost);
    }
    let mut known =
        vec!["code", "state", "iss", "session_state", "id_token", "access_token", "token_type", "expires_in", "scope"];
    known.extend(own.iter().map(|(name, _)| name.as_str()));
    only(recorder, callback, &known);
    Some(callback)
}

/// The parameters in the query of a redirect URI.
fn own_query(redirect_uri: Option<&str>) -> Vec<(String, String)> {
    let uri = redirect_uri.and_then(|uri| Url::parse(uri).ok());
    uri.iter().flat_map(Url::query_pairs).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Checks the code of a successful response.
pub fn code<'a>(recorder: &Recorder, callback: &'a Callback) -> Option<&'a str> {
    let code = callback.get("code");
    CODE.present(recorder, "a code", code);
    let length = code.map_or(0, str::len);
    CODE_LENGTH.holds(recorder, length >= 16, "at least 16 characters (128 bits)", format!("{length} characters"));
    let bits = entropy(code.unwrap_or_default());
    CODE_ENTROPY.holds(recorder, bits >= LEAST_ENTROPY, "at least 96 bits", format!("{bits:.0} bits"));
    code
}

/// Checks an error that must be delivered to the redirect URI. `text` is Okta's error description, if it is checked.
pub fn refusal(
    recorder: &Recorder,
    journey: &Journey,
    expected: ExpectedCallback<'_>,
    error: &str,
    text: Option<&str>,
) {
    refusal_by(recorder, journey, expected, &[error], text);
}

/// Checks an error that must be delivered to the redirect URI and may be any of `errors`.
pub fn refusal_by(
    recorder: &Recorder,
    journey: &Journey,
    expected: ExpectedCallback<'_>,
    errors: &[&str],
    text: Option<&str>,
) {
    let callback = journey.callback();
    let error = errors.join(" or ");
    ERROR_REDIRECTED.holds(recorder, callback.is_some(), format!("{error} at the redirect URI"), journey.summary());
    let Some(callback) = callback else { return };
    let came = callback.get("error").unwrap_or("no error");
    ERROR_CODE.holds(recorder, errors.contains(&came), error, callback.summary());
    let description = callback.get("error_description");
    if let Some(text) = text {
        ERROR_TEXT.equals(recorder, text, description);
    }
    let checks = ErrorChecks { characters: &ERROR_CHARACTERS, lines: &ERROR_LINES, uri: &ERROR_URI };
    checks.judge(recorder, ErrorMembers { error: callback.get("error"), description, uri: callback.get("error_uri") });
    match expected.state {
        Some(state) => ERROR_STATE.equals(recorder, state, callback.get("state")),
        None => ERROR_STATE.absent(recorder, "state", callback.get("state")),
    };
    let leaked = ["code", "access_token", "id_token"].into_iter().find(|name| callback.get(name).is_some());
    ERROR_NO_CODE.absent(recorder, "code or token", leaked);
    ERROR_DELIVERY.equals(recorder, expected.delivery.word(), Some(callback.delivery.word()));
    common(recorder, callback, expected);
    only(recorder, callback, &["error", "error_description", "error_uri", "state", "iss", "session_state"]);
}

/// Checks that the request ends on an error page of the issuer, because no redirect URI can be trusted.
pub fn stays(recorder: &Recorder, journey: &Journey, status: u16, says: &[&str]) {
    let page = journey.page();
    let error = page.is_some_and(|page| page.kind == PageKind::Error);
    STAYS.holds(recorder, error, "an error page of the issuer", journey.summary());
    let Some(page) = page else { return };
    match page.status {
        Some(came) => drop(PAGE_STATUS.holds(recorder, came == status, status, came)),
        None => PAGE_STATUS.skip(recorder, "a browser does not show the status"),
    }
    for text in says {
        PAGE_SAYS.holds(recorder, page.says(text), text, page.summary());
    }
}

/// Checks that the sign-in ends on a page that asks the user for something more.
pub fn asks(recorder: &Recorder, journey: &Journey, wanted: PageKind) {
    let asked = journey.page().is_some_and(|page| page.kind == wanted);
    ASKS.holds(recorder, asked, wanted.word(), journey.summary());
}

/// Checks that the request ends on a page of the issuer.
pub fn shows(recorder: &Recorder, journey: &Journey, wanted: PageKind) {
    match journey.page() {
        Some(page) if page.kind == wanted => drop(STAYS.holds(recorder, true, page.summary(), page.summary())),
        Some(page) if page.kind == PageKind::Broken => {
            STAYS.holds(recorder, false, format!("a page of the issuer: {}", wanted.word()), page.summary());
        }
        // The conformance suite asks for a screenshot here, whatever the page is.
        Some(page) => STAYS.review(recorder, format!("a page of the issuer: {}", wanted.word()), page.summary()),
        None => drop(STAYS.holds(recorder, false, "a page of the issuer", journey.summary())),
    }
}

/// Checks whether the user was asked to sign in.
pub fn asked_to_sign_in(recorder: &Recorder, journey: &Journey, should: bool) {
    let asked = journey.asked(Prompt::SignIn);
    let actual = if asked { "was asked to sign in" } else { "was not asked" };
    if should {
        ASKED.holds(recorder, asked, "asked to sign in", actual);
    } else {
        NOT_ASKED.holds(recorder, !asked, "not asked", actual);
    }
}

/// Checks whether the user was asked for consent.
pub fn asked_for_consent(recorder: &Recorder, journey: &Journey, should: bool) {
    let asked = journey.asked(Prompt::Consent);
    let actual = if asked { "was asked for consent" } else { "was not asked" };
    if should {
        CONSENT_ASKED.holds(recorder, asked, "asked for consent", actual);
    } else {
        CONSENT_NOT_ASKED.holds(recorder, !asked, "not asked", actual);
    }
}

/// Checks that the sign-in page rejected the credentials.
pub fn sign_in_refused(recorder: &Recorder, journey: &Journey) {
    let refused = journey.page().is_some_and(|page| page.kind == PageKind::Refused && page.alert.is_some());
    REFUSED.holds(recorder, refused, "the sign-in page with an alert", journey.summary());
}

fn common(recorder: &Recorder, callback: &Callback, expected: ExpectedCallback<'_>) {
    let redirect = callback.reply.as_ref().filter(|_| callback.delivery != Delivery::FormPost);
    if let Some(status) = redirect.map(|reply| reply.status) {
        STATUS.holds(recorder, matches!(status, 302 | 303), "302 or 303", status);
    }
    ONCE.absent(recorder, "repeated parameter", callback.repeated());
    let own = own_query(expected.redirect_uri);
    let strays = callback.elsewhere.iter().filter(|parameter| !own.contains(parameter));
    let stray = strays.map(|(name, _)| name.as_str()).find(|name| OF_RESPONSES.contains(name));
    ONE_PLACE.absent(recorder, "parameter elsewhere", stray);
    if let Some(media_type) = &callback.media_type {
        ENCODING.equals(recorder, URL_ENCODED, Some(media_type));
    }
    if let Some(page) = callback.reply.as_ref().filter(|_| callback.delivery == Delivery::FormPost) {
        let scripted = page.body.contains("<script") || page.body.contains("onload");
        SUBMITS.holds(recorder, scripted, "a script", if scripted { "a script" } else { "no script" });
    }
    if let Some(issuer) = callback.get("iss") {
        ISSUER.equals(recorder, expected.issuer, Some(issuer));
    }
}

fn only(recorder: &Recorder, callback: &Callback, known: &[&str]) {
    let unknown = callback.params.iter().map(|(name, _)| name.as_str()).find(|name| !known.contains(name));
    PARAMETERS.absent(recorder, "other parameter", unknown);
}
