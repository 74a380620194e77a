//! What a document must satisfy beyond its shape: references resolve, ids are unique, values are within Okta's bounds.

mod keys;
mod trust;

use std::collections::HashMap;

use super::document::Document;
use super::problem::Problem;
use crate::model::{
    App, ApplicationType, AuthMethod, AuthorizationServer, ClaimType, ClaimValueType, GlobalSessionPolicy, People,
    WildcardRedirect,
};
use crate::protocol::{GrantType, is_reserved_claim};

/// Every problem of a document, in document order.
pub(super) fn problems(document: &Document) -> Vec<Problem> {
    let mut check = Check { document, found: Vec::new(), ids: HashMap::new() };
    check.id("/org/id", &document.org.id, "00o");
    check.subdomain();
    check.groups();
    check.users();
    for (index, app) in document.apps.iter().enumerate() {
        check.app(&format!("/apps/{index}"), app);
    }
    check.defaults();
    for (index, server) in document.authorization_servers.iter().enumerate() {
        check.server(&format!("/authorizationServers/{index}"), server);
    }
    for (index, policy) in document.global_session_policies.iter().enumerate() {
        check.session_policy(&format!("/globalSessionPolicies/{index}"), policy);
    }
    for (index, origin) in document.trusted_origins.iter().enumerate() {
        let path = format!("/trustedOrigins/{index}");
        check.id(&format!("{path}/id"), &origin.id, "tos");
        let valid =
            url::Url::parse(&origin.origin).is_ok_and(|url| url.origin().ascii_serialization() == origin.origin);
        if !valid {
            check.problem(
                format!("{path}/origin"),
                format!("`{}` is not an origin (scheme://host[:port], no path)", origin.origin),
            );
        }
    }
    for (index, token) in document.api_tokens.iter().enumerate() {
        // Okta: an SSWS secret is 42 characters that start with 00.
        if token.len() != 42 || !token.starts_with("00") {
            check.problem(format!("/apiTokens/{index}"), "an API token has 42 characters and starts with `00`");
        }
    }
    check.found
}

struct Check<'a> {
    document: &'a Document,
    found: Vec<Problem>,
    /// Where each id was first seen.
    ids: HashMap<String, String>,
}

impl Check<'_> {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.found.push(Problem::at(path, message));
    }

    /// Okta: object ids have 20 characters, of which the first three name the type; every id is used once.
    fn id(&mut self, path: &str, id: &str, prefix: &str) {
        self.id_of_another(path, id, prefix);
        if let Some(first) = self.ids.insert(id.to_owned(), path.to_owned()) {
            self.problem(path, format!("the id `{id}` is used twice; first at {first}"));
        }
    }

    /// An id that only refers to something, perhaps again.
    fn id_of_another(&mut self, path: &str, id: &str, prefix: &str) {
        let well_formed =
            id.len() == 20 && id.starts_with(prefix) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !well_formed {
            self.problem(
                path,
                format!("`{id}` is not an id here: expected 20 letters and digits that start with `{prefix}`"),
            );
        }
    }

    fn bounded(&mut self, path: String, value: u32, range: std::ops::RangeInclusive<u32>, unit: &str) {
        if !range.contains(&value) {
            self.problem(
                path,
                format!("{value} is out of bounds: expected {} to {} {unit}", range.start(), range.end()),
            );
        }
    }

    fn subdomain(&mut self) {
        let name = &self.document.org.subdomain;
        let label = !name.is_empty()
            && name.len() <= 63
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-');
        if !label {
            self.problem(
                "/org/subdomain",
                format!("`{name}` is not a host label: lower-case letters, digits and inner hyphens"),
            );
        }
    }

    fn groups(&mut self) {
        let document = self.document;
        for (index, group) in document.groups.iter().enumerate() {
            self.id(&format!("/groups/{index}/id"), &group.id, "00g");
            let twin = document.groups[..index].iter().any(|earlier| earlier.profile.name == group.profile.name);
            if twin {
                self.problem(
                    format!("/groups/{index}/profile/name"),
                    format!("two groups are named `{}`", group.profile.name),
                );
            }
        }
        if document.groups.iter().filter(|group| group.kind == crate::model::GroupType::BuiltIn).count() != 1 {
            self.problem("/groups", "exactly one group must have `type: BUILT_IN`: `Everyone`, which holds every user");
        }
    }

    fn users(&mut self) {
        let document = self.document;
        for (index, user) in document.users.iter().enumerate() {
            let path = format!("/users/{index}");
            self.id(&format!("{path}/id"), &user.id, "00u");
            let login = user.profile.login.to_lowercase();
            if document.users[..index].iter().any(|earlier| earlier.profile.login.to_lowercase() == login) {
                self.problem(
                    format!("{path}/profile/login"),
                    format!("two users have the login `{}`", user.profile.login),
                );
            }
            for (name, instant) in user.times() {
                if let Some(instant) = instant
                    && time::OffsetDateTime::parse(instant, &time::format_description::well_known::Rfc3339).is_err()
                {
                    self.problem(format!("{path}/{name}"), format!("`{instant}` is not an RFC 3339 time"));
                }
            }
            for (member, group) in user.group_ids.iter().enumerate() {
                self.group(format!("{path}/groupIds/{member}"), group);
            }
        }
    }

    fn group(&mut self, path: String, id: &str) {
        let groups = &self.document.groups;
        if !groups.iter().any(|group| group.id == id) {
            let problem = Problem::at(path, format!("no group has the id `{id}`"));
            self.found.push(problem.near(id, groups.iter().map(|group| group.id.as_str())));
        }
    }

    fn user(&mut self, path: String, id: &str) {
        let users = &self.document.users;
        if !users.iter().any(|user| user.id == id) {
            let problem = Problem::at(path, format!("no user has the id `{id}`"));
            self.found.push(problem.near(id, users.iter().map(|user| user.id.as_str())));
        }
    }

    fn app(&mut self, path: &str, app: &App) {
        self.id(&format!("{path}/id"), &app.id, "0oa");
        let clients = self.document.apps.iter().filter(|other| other.client_id() == app.client_id()).count();
        if clients > 1 {
            self.problem(
                format!("{path}/credentials/oauthClient/client_id"),
                format!("two apps have the client id `{}`", app.client_id()),
            );
        }
        self.secret(&format!("{path}/credentials/oauthClient/client_secret"), app);
        self.keys(&format!("{path}/settings/oauthClient"), app);
        self.grants(path, app);
        self.agent(path, app);
        self.connections(path, app);
        self.interclient(path, app);
        // RFC 9449: a token from the authorization endpoint has nothing to be bound to.
        if app.oauth().dpop_bound_access_tokens && app.oauth().grant_types.contains(&GrantType::Implicit) {
            let message = "a client with `dpop_bound_access_tokens` cannot use `implicit`: nothing is proved there";
            self.problem(format!("{path}/settings/oauthClient/grant_types"), message);
        }
        self.redirect_uris(path, app);
        self.logout_uris(path, app);
        for (index, assignment) in app.assignments.users.iter().enumerate() {
            self.user(format!("{path}/assignments/users/{index}/id"), &assignment.id);
        }
        for (index, assignment) in app.assignments.groups.iter().enumerate() {
            self.group(format!("{path}/assignments/groups/{index}/id"), &assignment.id);
        }
        if let Some(claim) = &app.settings.id_token
            && let Err(message) = super::server::GroupFilter::of_app(claim)
        {
            self.problem(format!("{path}/settings/idToken/value"), message);
        }
        if app.oauth().refresh_token.is_some_and(|settings| settings.leeway > 60) {
            self.problem(format!("{path}/settings/oauthClient/refresh_token/leeway"), "a leeway is 0 to 60 seconds");
        }
    }

    fn secret(&mut self, path: &str, app: &App) {
        match (app.auth_method(), app.credentials.oauth_client.client_secret.as_deref()) {
            (AuthMethod::None | AuthMethod::PrivateKeyJwt, None) => {}
            (method @ (AuthMethod::None | AuthMethod::PrivateKeyJwt), Some(_)) => {
                let name = if method == AuthMethod::None { "none" } else { "private_key_jwt" };
                self.problem(path, format!("a client with `token_endpoint_auth_method: {name}` has no secret"));
            }
            (_, None) => self.problem(path, "a client that authenticates by secret needs `client_secret`"),
            // Okta: a supplied client_secret has 14 to 100 printable ASCII characters.
            (_, Some(secret))
                if !(14..=100).contains(&secret.len()) || !secret.bytes().all(|byte| byte.is_ascii_graphic()) =>
            {
                self.problem(path, "a client secret has 14 to 100 printable ASCII characters");
            }
            (AuthMethod::ClientSecretJwt, Some(secret)) if secret.len() < 32 => {
                self.problem(path, "a client secret that signs JWTs has at least 32 characters");
            }
            (_, Some(_)) => {}
        }
    }

    fn grants(&mut self, path: &str, app: &App) {
        for (index, grant) in app.grants.iter().enumerate() {
            // Okta: what an administrator can grant are the scopes of its own APIs.
            if !grant.scope_id.starts_with("okta.") {
                let message =
                    format!("`{}` is no scope of the org's own APIs: they start with `okta.`", grant.scope_id);
                self.problem(format!("{path}/grants/{index}/scopeId"), message);
            }
        }
    }

    fn redirect_uris(&mut self, path: &str, app: &App) {
        let oauth = app.oauth();
        // Okta: at least one redirect URI unless only password or client credentials are allowed.
        let interactive =
            oauth.grant_types.iter().any(|grant| matches!(grant, GrantType::AuthorizationCode | GrantType::Implicit));
        if interactive && oauth.redirect_uris.is_empty() {
            self.problem(
                format!("{path}/settings/oauthClient/redirect_uris"),
                "a client with interactive grants needs a redirect URI",
            );
        }
        if oauth.application_type == ApplicationType::Service && interactive {
            self.problem(format!("{path}/settings/oauthClient/grant_types"), "a service app has no interactive grants");
        }
        let lists =
            [("redirect_uris", &oauth.redirect_uris), ("post_logout_redirect_uris", &oauth.post_logout_redirect_uris)];
        for (list, uris) in lists {
            for (index, uri) in uris.iter().enumerate() {
                let uri_path = format!("{path}/settings/oauthClient/{list}/{index}");
                let wildcard = oauth.wildcard_redirect == WildcardRedirect::Subdomain && uri.starts_with("https://*.");
                let parsed = url::Url::parse(&if wildcard { uri.replacen("*.", "", 1) } else { uri.clone() });
                match parsed {
                    Err(error) => self.problem(uri_path, format!("`{uri}` is not an absolute URI: {error}")),
                    Ok(parsed) if parsed.fragment().is_some() => {
                        self.problem(uri_path, "a redirect URI has no fragment")
                    }
                    Ok(_) => {}
                }
            }
        }
    }

    /// Front-Channel Logout 2, Back-Channel Logout 2.2: absolute, no fragment.
    fn logout_uris(&mut self, path: &str, app: &App) {
        let oauth = app.oauth();
        if oauth.participate_slo && oauth.frontchannel_logout_uri.is_none() {
            let path = format!("{path}/settings/oauthClient/frontchannel_logout_uri");
            self.problem(path, "an app with `participate_slo` needs `frontchannel_logout_uri`");
        }
        for (name, uri) in [
            ("frontchannel_logout_uri", &oauth.frontchannel_logout_uri),
            ("backchannel_logout_uri", &oauth.backchannel_logout_uri),
        ] {
            let Some(uri) = uri else { continue };
            let fits = url::Url::parse(uri)
                .is_ok_and(|uri| matches!(uri.scheme(), "http" | "https") && uri.fragment().is_none());
            if !fits {
                let path = format!("{path}/settings/oauthClient/{name}");
                self.problem(path, format!("`{uri}` is not an http or https URI without a fragment"));
            }
        }
    }

    fn defaults(&mut self) {
        let defaults = self.document.authorization_servers.iter().filter(|server| server.default).count();
        if defaults > 1 {
            self.problem("/authorizationServers", "only one authorization server can be the default one");
        }
    }

    fn server(&mut self, path: &str, server: &AuthorizationServer) {
        self.id(&format!("{path}/id"), &server.id, "aus");
        if server.audiences.len() != 1 {
            self.problem(format!("{path}/audiences"), "an authorization server has exactly one audience");
        }
        self.server_keys(path, server);
        for (index, scope) in server.scopes.iter().enumerate() {
            self.id(&format!("{path}/scopes/{index}/id"), &scope.id, "scp");
            // RFC 6749 3.3: scope-token is printable ASCII without space, quote and backslash.
            let legal = !scope.name.is_empty()
                && scope.name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
            if !legal {
                self.problem(format!("{path}/scopes/{index}/name"), format!("`{}` is not a scope name", scope.name));
            }
            if server.scopes[..index].iter().any(|earlier| earlier.name == scope.name) {
                self.problem(format!("{path}/scopes/{index}/name"), format!("two scopes are named `{}`", scope.name));
            }
        }
        self.claims(path, server);
        self.trust(path, server);
        for (index, policy) in server.policies.iter().enumerate() {
            let policy_path = format!("{path}/policies/{index}");
            self.id(&format!("{policy_path}/id"), &policy.id, "00p");
            self.policy(&policy_path, server, policy);
        }
    }

    fn claims(&mut self, path: &str, server: &AuthorizationServer) {
        for (index, claim) in server.claims.iter().enumerate() {
            let claim_path = format!("{path}/claims/{index}");
            self.id(&format!("{claim_path}/id"), &claim.id, "ocl");
            // Okta: the `sub` of access tokens may be redefined, no other reserved name may.
            let redefines_sub = claim.name == "sub" && claim.claim_type == ClaimType::Resource;
            if is_reserved_claim(&claim.name) && !redefines_sub {
                self.problem(format!("{claim_path}/name"), format!("`{}` is a reserved claim name", claim.name));
            }
            if claim.value_type == ClaimValueType::Groups && claim.group_filter_type.is_none() {
                self.problem(
                    &claim_path,
                    "a GROUPS claim needs `group_filter_type`: STARTS_WITH, EQUALS, CONTAINS or REGEX",
                );
            }
            for (scope_index, scope) in claim.conditions.scopes.iter().enumerate() {
                self.scope(format!("{claim_path}/conditions/scopes/{scope_index}"), server, scope);
            }
        }
    }

    fn scope(&mut self, path: String, server: &AuthorizationServer, name: &str) {
        let known = crate::protocol::is_oidc(name) || server.scopes.iter().any(|scope| scope.name == name);
        if !known {
            let names = server
                .scopes
                .iter()
                .map(|scope| scope.name.as_str())
                .chain(crate::protocol::OIDC_SCOPES.iter().copied());
            let problem = Problem::at(path, format!("the authorization server has no scope `{name}`"));
            self.found.push(problem.near(name, names));
        }
    }

    fn policy(&mut self, path: &str, server: &AuthorizationServer, policy: &crate::model::AccessPolicy) {
        for (index, client) in policy.conditions.clients.include.iter().enumerate() {
            let apps = &self.document.apps;
            if client != "ALL_CLIENTS" && !apps.iter().any(|app| app.client_id() == client) {
                let problem = Problem::at(
                    format!("{path}/conditions/clients/include/{index}"),
                    format!("no app has the client id `{client}`"),
                );
                self.found.push(problem.near(client, apps.iter().map(App::client_id).chain(["ALL_CLIENTS"])));
            }
        }
        for (index, rule) in policy.rules.iter().enumerate() {
            let rule_path = format!("{path}/rules/{index}");
            self.id(&format!("{rule_path}/id"), &rule.id, "0pr");
            self.people(&format!("{rule_path}/conditions/people"), &rule.conditions.people);
            for (position, scope) in
                rule.conditions.scopes.include.iter().enumerate().filter(|(_, scope)| *scope != "*")
            {
                self.scope(format!("{rule_path}/conditions/scopes/include/{position}"), server, scope);
            }
            self.lifetimes(&format!("{rule_path}/actions/token"), rule.actions.token.lifetimes());
            if let Some(hook) = &rule.actions.token.inline_hook {
                self.id_of_another(&format!("{rule_path}/actions/token/inlineHook/id"), &hook.id, "cal");
            }
        }
    }

    fn people(&mut self, path: &str, people: &People) {
        for (list, ids) in [("include", &people.groups.include), ("exclude", &people.groups.exclude)] {
            for (position, id) in ids.iter().enumerate().filter(|(_, id)| *id != "EVERYONE") {
                self.group(format!("{path}/groups/{list}/{position}"), id);
            }
        }
        for (list, ids) in [("include", &people.users.include), ("exclude", &people.users.exclude)] {
            for (position, id) in ids.iter().enumerate() {
                self.user(format!("{path}/users/{list}/{position}"), id);
            }
        }
    }

    fn session_policy(&mut self, path: &str, policy: &GlobalSessionPolicy) {
        self.id(&format!("{path}/id"), &policy.id, "00p");
        self.people(&format!("{path}/conditions/people"), &policy.conditions.people);
        for (index, rule) in policy.rules.iter().enumerate() {
            let rule_path = format!("{path}/rules/{index}");
            self.id(&format!("{rule_path}/id"), &rule.id, "0pr");
            self.people(&format!("{rule_path}/conditions/people"), &rule.conditions.people);
            let idle = rule.actions.signon.session.max_session_idle_minutes;
            let place = format!("{rule_path}/actions/signon/session/maxSessionIdleMinutes");
            self.bounded(place, idle, 1..=u32::MAX, "minutes");
        }
    }

    /// Okta: access token 5 minutes to 24 hours; refresh token unlimited (0) or from there to five years; window 10 minutes to
    /// five years.
    fn lifetimes(&mut self, path: &str, token: crate::model::TokenLifetimes) {
        const FIVE_YEARS: u32 = 5 * 365 * 24 * 60;
        self.bounded(
            format!("{path}/accessTokenLifetimeMinutes"),
            token.access_token_lifetime_minutes,
            5..=1440,
            "minutes",
        );
        if token.refresh_token_lifetime_minutes != 0 {
            let range = token.access_token_lifetime_minutes..=FIVE_YEARS;
            self.bounded(
                format!("{path}/refreshTokenLifetimeMinutes"),
                token.refresh_token_lifetime_minutes,
                range,
                "minutes, or 0",
            );
        }
        self.bounded(
            format!("{path}/refreshTokenWindowMinutes"),
            token.refresh_token_window_minutes,
            10..=FIVE_YEARS,
            "minutes",
        );
    }
}
