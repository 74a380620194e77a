//! The request by which a browser is sent to a provider. OIDC Core 3.1.2.1.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use url::form_urlencoded::Serializer;

use crate::ledger::{ProviderVisit, Stage, Transaction};
use crate::model::IdentityProvider;
use crate::moment::Moment;
use crate::org::Urls;
use crate::trace::NoteStatus;

/// A request to a provider, and what is stored of it.
#[derive(Clone, Debug)]
pub struct ProviderRequest {
    /// Where the browser is sent to.
    pub location: String,
    /// The key of the record. It can be used once.
    pub state: String,
    pub visit: ProviderVisit,
}

/// Where providers send browsers back to. Okta: `_links.clientRedirectUri`.
const CALLBACK: &str = "/oauth2/v1/authorize/callback";

/// The request for the user of a transaction, which is stored under `handle`.
pub fn provider_request(
    provider: IdentityProvider<'_>,
    (handle, transaction): (&str, &Transaction),
    browser: &str,
    urls: &Urls,
    moment: &mut Moment<'_>,
) -> ProviderRequest {
    let code_verifier = provider.requires_pkce().then(|| moment.token());
    let visit = ProviderVisit {
        provider: provider.id().to_owned(),
        transaction: handle.to_owned(),
        browser: browser.to_owned(),
        nonce: moment.token(),
        code_verifier,
        redirect_uri: format!("{}{CALLBACK}", urls.issuer_base),
    };
    let state = moment.token();
    let hint = match &transaction.stage {
        Stage::Challenge { identifier } => Some(identifier.as_str()),
        _ => transaction.purpose.request().and_then(|request| request.login_hint.as_deref()),
    };
    let challenge = visit.code_verifier.as_ref().map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
    let mut query = Serializer::new(String::new());
    query
        .append_pair("client_id", provider.client_id())
        .append_pair("redirect_uri", &visit.redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", &provider.scopes())
        .append_pair("state", &state)
        .append_pair("nonce", &visit.nonce)
        .extend_pairs(challenge.iter().map(|challenge| ("code_challenge", challenge.as_str())))
        .extend_pairs(challenge.iter().map(|_| ("code_challenge_method", "S256")))
        .extend_pairs(hint.map(|hint| ("login_hint", hint)));
    let endpoint = provider.endpoint("authorization").unwrap_or_default();
    let separator = if endpoint.contains('?') { '&' } else { '?' };
    let location = format!("{endpoint}{separator}{}", query.finish());
    moment.trace.note(NoteStatus::Matched, "identity provider", format!("the user signs in at {}", provider.name()));
    ProviderRequest { location, state, visit }
}
