//! What a scenario needs of a target. What is missing is a skip with this reason.

use crate::issuer_target::{AccountName, ClientName, Endpoint, ServerKind, Target, TargetKind};

/// A precondition.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// An issuer that answers as Okta does.
    Okta,
    /// Claims as the snapshots have recorded them.
    Snapshots,
    /// The users, scopes and policies of the market org.
    Market,
    Server(ServerKind),
    Client(ClientName),
    /// A client with a secret.
    Secret(ClientName),
    Account(AccountName),
    Endpoint(ServerKind, Endpoint),
    /// A scope that discovery does not deny.
    Scope(&'static str),
    /// Refresh tokens for that client.
    Grant(ServerKind, &'static str),
    /// An issuer that nobody else uses meanwhile, whose clock can be moved.
    Alone,
    /// Time that goes by: a clock that can be moved, or a few seconds of patience.
    Time,
    /// A response type that discovery does not deny.
    ResponseType(&'static str),
    /// A response mode that discovery does not deny.
    ResponseMode(&'static str),
    /// An administrator's token for the issuer's management.
    ApiToken,
    /// A member of discovery that lists this value.
    Listed(&'static str, &'static str),
    /// A member of discovery that is true.
    Stated(&'static str),
    /// The resource server of the market org.
    Api,
    /// The issuer over https too.
    Https,
}

impl Need {
    /// Why the target doesn't meet it, or nothing.
    #[must_use]
    pub fn unmet(self, target: &Target) -> Option<String> {
        let server = |role| target.servers.get(&role);
        let (met, missing) = match self {
            Self::Okta => (target.speaks_okta(), "an issuer that answers as Okta does".to_owned()),
            Self::Snapshots => {
                (target.speaks_okta(), "Okta's behavior: the snapshots record the claims that Okta issues".to_owned())
            }
            Self::Market => (target.kind == TargetKind::Mock, "the market org of the mock".to_owned()),
            Self::Server(role) => (server(role).is_some(), format!("the {} server", role.word())),
            Self::Client(role) => (target.clients.contains_key(&role), format!("the {} client", role.word())),
            Self::Secret(role) => {
                let met = target.clients.get(&role).is_some_and(|client| client.secret.is_some());
                (met, format!("the {} client with its secret", role.word()))
            }
            Self::Account(role) => (target.accounts.contains_key(&role), format!("the {} account", role.word())),
            Self::Endpoint(role, endpoint) => {
                let met = server(role).is_some_and(|server| server.endpoint(endpoint).is_some());
                (met, format!("{} in the {} server's discovery document", endpoint.member(), role.word()))
            }
            Self::Scope(scope) => {
                let denied = server(ServerKind::Custom)
                    .is_some_and(|server| server.metadata.lists("scopes_supported", scope) == Some(false));
                (!denied, format!("the scope {scope} in scopes_supported"))
            }
            Self::Grant(role, grant) => {
                let denied = server(role)
                    .is_some_and(|server| server.metadata.lists("grant_types_supported", grant) == Some(false));
                (!denied, format!("the grant type {grant} in grant_types_supported"))
            }
            Self::Alone => (target.control.is_some(), "a clock that can be moved".to_owned()),
            Self::Time => (true, String::new()),
            Self::ResponseType(kind) => {
                let denied = server(ServerKind::Custom)
                    .is_some_and(|server| server.metadata.lists("response_types_supported", kind) == Some(false));
                (!denied, format!("the response type {kind} in response_types_supported"))
            }
            Self::ResponseMode(mode) => {
                let denied = server(ServerKind::Custom)
                    .is_some_and(|server| server.metadata.lists("response_modes_supported", mode) == Some(false));
                (!denied, format!("the response mode {mode} in response_modes_supported"))
            }
            Self::ApiToken => (target.api_token.is_some(), "an administrator's token".to_owned()),
            Self::Listed(member, value) => {
                let met =
                    server(ServerKind::Custom).is_some_and(|server| server.metadata.lists(member, value) == Some(true));
                (met, format!("{value} in {member}"))
            }
            Self::Stated(member) => {
                let met = server(ServerKind::Custom)
                    .is_some_and(|server| server.metadata.rest.get(member) == Some(&serde_json::Value::Bool(true)));
                (met, member.to_owned())
            }
            Self::Api => (target.api.is_some(), "the market's resource server".to_owned()),
            Self::Https => {
                (target.https.is_some(), "the issuer over https with a certificate authority of its own".to_owned())
            }
        };
        (!met).then(|| format!("needs {missing}"))
    }

    /// What is needed, in words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Okta => "an issuer that answers as Okta does".to_owned(),
            Self::Snapshots => "the claims that Okta issues".to_owned(),
            Self::Market => "the market org".to_owned(),
            Self::Server(role) => format!("the {} server", role.word()),
            Self::Client(role) => format!("the {} client", role.word()),
            Self::Secret(role) => format!("the {} client with its secret", role.word()),
            Self::Account(role) => format!("the {} account", role.word()),
            Self::Endpoint(role, endpoint) => format!("{} on the {} server", endpoint.member(), role.word()),
            Self::Scope(scope) => format!("the scope {scope}"),
            Self::Grant(role, grant) => format!("the grant type {grant} on the {} server", role.word()),
            Self::Alone => "an issuer of its own, with a control interface".to_owned(),
            Self::Time => "time that goes by".to_owned(),
            Self::ResponseType(kind) => format!("the response type {kind}"),
            Self::ResponseMode(mode) => format!("the response mode {mode}"),
            Self::ApiToken => "an administrator's token".to_owned(),
            Self::Listed(member, value) => format!("{value} in {member}"),
            Self::Stated(member) => member.to_owned(),
            Self::Api => "the market's resource server".to_owned(),
            Self::Https => "the issuer over https".to_owned(),
        }
    }
}
