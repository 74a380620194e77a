//! Keys that clients publish at a URI.

use mock_idp_core::endpoint::client_authentication::KeySource;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::protocol::jose::Fetched;
use mock_idp_core::tokens::UnsignedTokens;

use super::Context;

/// Fetches the keys of a client that publishes them.
pub(super) async fn fetch(context: &Context, source: Option<KeySource<'_>>) -> Option<Fetched> {
    let KeySource { uri, kid } = source?;
    Some(context.instance.key_sets.of(uri, kid, context.now, context.instance.networks).await)
}

/// Fetches the keys that tokens are encrypted with, as far as clients publish them.
///
/// # Errors
/// There is not exactly one such key.
pub(super) async fn fetch_recipients(context: &Context, tokens: &mut UnsignedTokens) -> Result<(), OAuthError> {
    for recipient in tokens.recipients() {
        let source = recipient.key_uri().map(|uri| KeySource { uri, kid: None });
        if let Some(fetched) = fetch(context, source).await {
            recipient.set_fetched(&fetched)?;
        }
    }
    Ok(())
}
