//! What scenarios need of a target. A scenario is skipped with the reason of the first need that is not met.

use serde_json::Value;

use crate::issuer_target::{AccountName, Client, ClientName, Endpoint, Server, ServerKind, Target, market};

/// A precondition of a scenario.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// Okta's answers, departures from OpenID conformance included.
    Okta,
    /// The users, scopes and policies of the market org.
    Market,
    Server(ServerKind),
    Client(ClientName),
    /// A client with a secret.
    Secret(ClientName),
    /// A client with a private key.
    Key(ClientName),
    Account(AccountName),
    Endpoint(ServerKind, Endpoint),
    /// A scope that the discovery document does not leave out of its list.
    Scope(&'static str),
    /// A grant type that the discovery document does not leave out of its list.
    GrantType(ServerKind, &'static str),
    /// An issuer that no other scenario uses at the same time, and whose clock can be advanced.
    ExclusiveIssuer,
    /// An issuer that no other scenario uses at the same time, and whose signing keys can be rotated.
    KeyRotation,
    /// A few seconds: the clock is advanced, or the scenario waits.
    ElapsedTime,
    /// A response type that the discovery document does not leave out of its list.
    ResponseType(&'static str),
    /// A response mode that the discovery document does not leave out of its list.
    ResponseMode(&'static str),
    /// An API token of an administrator.
    ApiToken,
    /// A member of the discovery document that lists this value.
    MetadataLists(&'static str, &'static str),
    /// A member of the discovery document that is true.
    MetadataTrue(&'static str),
    /// The resource server of the market.
    ResourceServer,
    /// The issuer over https too.
    Https,
}

/// Clients whose scenarios are about assertions.
const ABOUT_ASSERTIONS: [ClientName; 2] = [market::AUTOMATION, market::OFFICE];

/// A row of the table: what is needed, and whether a target has it.
struct Row {
    description: String,
    is_met: Box<dyn Fn(&Target) -> bool>,
}

impl Need {
    /// What is needed, in words.
    #[must_use]
    pub fn description(self) -> String {
        self.row().description
    }

    /// Why a scenario is skipped that has this need.
    #[must_use]
    pub fn reason(self) -> String {
        format!("needs {}", self.description())
    }

    /// The reason to skip the scenario, if the target does not meet this need.
    #[must_use]
    pub fn unmet(self, target: &Target) -> Option<String> {
        let signs = match self {
            Self::Client(name) | Self::Secret(name) if ABOUT_ASSERTIONS.contains(&name) => None,
            Self::Client(name) | Self::Secret(name) => {
                target.client(name).and_then(Client::lacks_simple_authentication)
            }
            _ => None,
        };
        (!(self.row().is_met)(target)).then(|| self.reason()).or(signs)
    }

    /// The table of needs.
    fn row(self) -> Row {
        match self {
            Self::Okta => row("an issuer that answers as Okta does", Target::speaks_okta),
            Self::Market => row("the built-in market org", |target| target.goes_by(market::ORG)),
            Self::Server(kind) => {
                row(format!("the {} server", kind.word()), move |target| target.servers.contains_key(&kind))
            }
            Self::Client(name) => row(format!("the {name} client"), move |target| target.client(name).is_some()),
            Self::Secret(name) => row(format!("the {name} client with its secret"), move |target| {
                target.client(name).is_some_and(|client| client.secret.is_some())
            }),
            Self::Key(name) => row(format!("the {name} client with its private key"), move |target| {
                target.client(name).is_some_and(|client| client.key.is_some())
            }),
            Self::Account(name) => row(format!("the {name} account"), move |target| target.account(name).is_some()),
            Self::Endpoint(kind, endpoint) => {
                let member = endpoint.member();
                row(format!("{member} in the discovery document of the {} server", kind.word()), move |target| {
                    target.servers.get(&kind).is_some_and(|server| server.endpoint(endpoint).is_some())
                })
            }
            Self::Scope(scope) => not_denied(ServerKind::Custom, "scope", "scopes_supported", scope),
            Self::GrantType(kind, grant) => not_denied(kind, "grant type", "grant_types_supported", grant),
            Self::ResponseType(value) => {
                not_denied(ServerKind::Custom, "response type", "response_types_supported", value)
            }
            Self::ResponseMode(value) => {
                not_denied(ServerKind::Custom, "response mode", "response_modes_supported", value)
            }
            Self::ExclusiveIssuer => {
                row("a clock that can be advanced, on an issuer of its own", |target| target.control.is_some())
            }
            Self::KeyRotation => {
                row("signing keys that can be rotated, on an issuer of its own", |target| target.control.is_some())
            }
            Self::ElapsedTime => row("a clock that can be advanced, or a few seconds", |_| true),
            Self::ApiToken => row("an API token of an administrator", |target| target.api_token.is_some()),
            Self::MetadataLists(member, value) => row(format!("{value} in {member}"), move |target| {
                custom(target).is_some_and(|server| server.metadata.lists(member, value) == Some(true))
            }),
            Self::MetadataTrue(member) => row(format!("{member} in the discovery document"), move |target| {
                custom(target).is_some_and(|server| server.metadata.rest.get(member) == Some(&Value::Bool(true)))
            }),
            Self::ResourceServer => row("the resource server of the market", |target| target.api.is_some()),
            Self::Https => {
                row("the issuer over https, with a certificate authority of its own", |target| target.https.is_some())
            }
        }
    }
}

fn row(description: impl Into<String>, is_met: impl Fn(&Target) -> bool + 'static) -> Row {
    Row { description: description.into(), is_met: Box::new(is_met) }
}

/// A value that the server's discovery document must not leave out of a list. A missing list denies nothing.
fn not_denied(kind: ServerKind, noun: &str, member: &'static str, value: &'static str) -> Row {
    row(format!("the {noun} {value} in {member}"), move |target| {
        target.servers.get(&kind).is_none_or(|server| server.metadata.lists(member, value) != Some(false))
    })
}

fn custom(target: &Target) -> Option<&Server> {
    target.servers.get(&ServerKind::Custom)
}
