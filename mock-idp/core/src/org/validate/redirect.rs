//! Where the browser is sent to: redirect URIs, logout URIs.

use super::check::Check;
use crate::model::{App, RedirectPurpose, WildcardRedirect, check_redirect_uri};
use crate::protocol::GrantType;

impl Check<'_> {
    pub(super) fn redirect_uris(&mut self, path: &str, app: &App) {
        let oauth = app.oauth();
        // Okta: at least one redirect URI unless only password or client credentials are allowed.
        let interactive = oauth.grant_types.iter().any(|grant| {
            matches!(grant, GrantType::AuthorizationCode | GrantType::Implicit | GrantType::InteractionCode)
        });
        if interactive && oauth.redirect_uris.is_empty() {
            self.problem(
                format!("{path}/settings/oauthClient/redirect_uris"),
                "a client with interactive grants needs a redirect URI",
            );
        }
        let wildcard = oauth.wildcard_redirect == WildcardRedirect::Subdomain;
        for (list, uris, purpose) in [
            ("redirect_uris", &oauth.redirect_uris, RedirectPurpose::SignIn { wildcard }),
            ("post_logout_redirect_uris", &oauth.post_logout_redirect_uris, RedirectPurpose::SignOut),
        ] {
            for (index, uri) in uris.iter().enumerate() {
                if let Err(message) = check_redirect_uri(uri, purpose) {
                    let depends_on = vec![format!("{path}/settings/oauthClient/wildcard_redirect")];
                    self.problem_of(format!("{path}/settings/oauthClient/{list}/{index}"), depends_on, message);
                }
            }
        }
    }

    /// Front-Channel Logout 2, Back-Channel Logout 2.2: absolute, no fragment.
    pub(super) fn logout_uris(&mut self, path: &str, app: &App) {
        let oauth = app.oauth();
        if oauth.participate_slo && oauth.frontchannel_logout_uri.is_none() {
            let path = format!("{path}/settings/oauthClient/frontchannel_logout_uri");
            self.problem(path, "an app with `participate_slo` needs `frontchannel_logout_uri`");
        }
        for (name, uri) in [
            ("frontchannel_logout_uri", &oauth.frontchannel_logout_uri),
            ("backchannel_logout_uri", &oauth.backchannel_logout_uri),
            ("initiate_login_uri", &oauth.initiate_login_uri),
        ] {
            let Some(uri) = uri else { continue };
            // Okta: an app with wildcard redirects may have one here too.
            let wildcard = name == "frontchannel_logout_uri" && oauth.has_wildcard(uri);
            let purpose = if wildcard { RedirectPurpose::SignIn { wildcard } } else { RedirectPurpose::Notice };
            if let Err(message) = check_redirect_uri(uri, purpose) {
                self.problem(format!("{path}/settings/oauthClient/{name}"), message);
            }
        }
    }
}
