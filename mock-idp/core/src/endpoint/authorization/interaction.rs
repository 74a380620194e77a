//! The beginning of a sign-in that a client performs itself. Okta: the Interaction Code flow, `/v1/interact`.

use super::{checks, redirect};
use crate::ledger::AuthorizationRequest;
use crate::model::App;
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::{self, grant_rules};
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters};

/// Checks the request of an authenticated client.
///
/// # Errors
/// Okta's errors. The org, the app and the authorization server have to allow the flow.
pub fn begin_interaction(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    urls: &Urls,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, OAuthError> {
    // Okta: an org of Classic Engine does not have the flow.
    if org.is_classic() {
        return Err(OAuthError::new(ErrorId::InteractionCodeNotEnabled, "the org is one of Classic Engine"));
    }
    grant_rules::may_use(client, GrantType::InteractionCode)?;
    if !policy::offers(server, client, GrantType::InteractionCode) {
        let reason = format!("no rule of {} lists interaction_code for {}", server.name, client.client_id());
        return Err(OAuthError::new(ErrorId::InteractionCodeNotEnabled, reason));
    }
    let redirect_uri = redirect::redirect_uri(org, client, parameters.get("redirect_uri"), urls)?;
    let target = redirect::target(client, redirect_uri, parameters);
    checks::interaction(org, server, client, &target, parameters)
}
