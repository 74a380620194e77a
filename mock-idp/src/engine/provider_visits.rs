//! Browsers go to external identity providers.

use std::sync::Arc;

use mock_idp_core::ledger::{ProviderVisit, Purpose, Transaction};
use mock_idp_core::org::Urls;
use mock_idp_core::policy::routing;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::sign_in::provider::{ProviderRequest, provider_request};
use mock_idp_core::sign_in::{self, Remediation};

use super::browser::{BrowserRequest, Destination};
use super::{Context, OrgInstance, transactions};
use crate::ledger::Versioned;

/// Sends the browser to a provider that the page of a transaction offers.
pub(super) async fn leave(
    instance: &Arc<OrgInstance>,
    urls: &Urls,
    provider: &str,
    handle: &str,
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    // Okta: what follows `~` is not part of the handle.
    let handle = handle.split('~').next().unwrap_or_default();
    let (context, Versioned { value: transaction, .. }) = find(instance, urls, handle, request).await?;
    request.explanation.client = transaction.purpose.client_id().map(str::to_owned);
    if transaction.browser.is_some() && transaction.browser != request.cookies.id {
        let reason = "the request came without the browser cookie of this sign-in";
        return Err(OAuthError::new(ErrorId::RequestExpired, reason));
    }
    let options = sign_in::options(&context.org, &context.server, &transaction, &context.sign_in_facts());
    let is_offered =
        |option: &Remediation| matches!(option, Remediation::SignInAtProvider { id, .. } if *id == provider);
    if !options.iter().any(is_offered) {
        let reason = format!("this sign-in does not offer the identity provider `{provider}`");
        return Err(OAuthError::new(ErrorId::UnknownIdp, reason));
    }
    go_out(&context, provider, (handle, &transaction), request)
}

/// Sends the browser to a provider. The transaction is stored under its handle, and goes on when the browser comes back.
pub(super) fn go_out(
    context: &Context,
    provider: &str,
    transaction: (&str, &Transaction),
    request: &mut BrowserRequest,
) -> Result<Destination, OAuthError> {
    let unknown = || OAuthError::new(ErrorId::UnknownIdp, format!("there is no active identity provider `{provider}`"));
    let provider = routing::provider(&context.org, provider).ok_or_else(unknown)?;
    let browser = request.browser_id.clone();
    let ProviderRequest { location, state, visit } = context
        .decide(&mut request.trace, |moment| provider_request(provider, transaction, &browser, &context.urls, moment));
    let mut batch = context.ledger().batch();
    batch.put(context.ledger().provider_visits(), &state, visit, context.now + ProviderVisit::LIFETIME);
    request.write(batch);
    Ok(Destination::Provider(location))
}

/// A transaction that is in progress, and the server that it is at.
pub(super) async fn find(
    instance: &Arc<OrgInstance>,
    urls: &Urls,
    handle: &str,
    request: &BrowserRequest,
) -> Result<(Context, Versioned<Transaction>), OAuthError> {
    match transactions::find(instance, urls, handle, request).await? {
        Some((context, found)) if !matches!(found.value.purpose, Purpose::Authn { .. }) => Ok((context, found)),
        _ => Err(OAuthError::new(ErrorId::RequestExpired, "there is no sign-in in progress with this state handle")),
    }
}
