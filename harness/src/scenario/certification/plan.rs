//! Certification plans and the variants that their modules are run in.

use clap::ValueEnum;
use serde_json::Value;

use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};
use crate::issuer_target::{Behavior, Endpoint, Target};
use crate::scenario::needs::Need;

/// A certification plan for OpenID Providers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Plan {
    Basic,
    Config,
    FormPost,
    Implicit,
    Hybrid,
    RpLogout,
    FrontChannel,
    BackChannel,
    SessionManagement,
    Dynamic,
    ThirdPartyLogin,
    /// The FAPI 2 Security Profile.
    Fapi2,
    Fapi2MessageSigning,
}

impl Plan {
    /// The name on the command line, which is also the first part of its scenarios' ids.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Config => "config",
            Self::FormPost => "form-post",
            Self::Implicit => "implicit",
            Self::Hybrid => "hybrid",
            Self::RpLogout => "rp-logout",
            Self::FrontChannel => "front-channel",
            Self::BackChannel => "back-channel",
            Self::SessionManagement => "session-management",
            Self::Dynamic => "dynamic",
            Self::ThirdPartyLogin => "third-party-login",
            Self::Fapi2 => "fapi2",
            Self::Fapi2MessageSigning => "fapi2-message-signing",
        }
    }

    /// Its name in the conformance suite.
    #[must_use]
    pub const fn certification(self) -> &'static str {
        match self {
            Self::Basic => "oidcc-basic-certification-test-plan",
            Self::Config => "oidcc-config-certification-test-plan",
            Self::FormPost => "oidcc-formpost-{basic,implicit,hybrid}-certification-test-plan",
            Self::Implicit => "oidcc-implicit-certification-test-plan",
            Self::Hybrid => "oidcc-hybrid-certification-test-plan",
            Self::RpLogout => "oidcc-rp-initiated-logout-certification-test-plan",
            Self::FrontChannel => "oidcc-frontchannel-rp-initiated-logout-certification-test-plan",
            Self::BackChannel => "oidcc-backchannel-rp-initiated-logout-certification-test-plan",
            Self::SessionManagement => "oidcc-session-management-certification-test-plan",
            Self::Dynamic => "oidcc-dynamic-certification-test-plan",
            Self::ThirdPartyLogin => "oidcc-3rdparty-init-login-certification-test-plan",
            Self::Fapi2 => "fapi2-security-profile-final-test-plan",
            Self::Fapi2MessageSigning => "fapi2-message-signing-final-test-plan",
        }
    }
}

impl Plan {
    /// Whether the provider itself says that it follows the plan: it has the behavior of FAPI 2, or requires pushed
    /// requests.
    #[must_use]
    pub(crate) fn is_announced_by(self, target: &Target) -> bool {
        let requires_pushed_requests = || {
            let metadata = target.servers.get(&Custom).map(|server| &server.metadata.rest);
            metadata.and_then(|rest| rest.get("require_pushed_authorization_requests")) == Some(&Value::Bool(true))
        };
        matches!(self, Self::Fapi2 | Self::Fapi2MessageSigning)
            && (target.behavior == Behavior::Fapi2 || requires_pushed_requests())
    }
}

/// A response type (OAuth 2.0 Multiple Response Types).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ResponseType {
    Code,
    IdToken,
    IdTokenToken,
    CodeIdToken,
    CodeToken,
    CodeIdTokenToken,
}

impl ResponseType {
    /// The value of the parameter.
    pub(super) const fn value(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// The part of a scenario's id.
    const fn path(self) -> &'static str {
        match self {
            Self::Code => "basic",
            Self::IdToken => "implicit.id-token",
            Self::IdTokenToken => "implicit.id-token-token",
            Self::CodeIdToken => "hybrid.code-id-token",
            Self::CodeToken => "hybrid.code-token",
            Self::CodeIdTokenToken => "hybrid.code-id-token-token",
        }
    }

    const fn plan(self) -> Plan {
        match self {
            Self::Code => Plan::Basic,
            Self::IdToken | Self::IdTokenToken => Plan::Implicit,
            Self::CodeIdToken | Self::CodeToken | Self::CodeIdTokenToken => Plan::Hybrid,
        }
    }

    /// Whether the response has a code.
    pub(super) const fn has_code(self) -> bool {
        !matches!(self, Self::IdToken | Self::IdTokenToken)
    }

    /// Whether the response has an ID token.
    pub(super) const fn has_id_token(self) -> bool {
        !matches!(self, Self::Code | Self::CodeToken)
    }

    /// Whether the response has an access token.
    pub(super) const fn has_token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Whether the flow ends with an access token.
    pub(super) const fn gives_access(self) -> bool {
        self.has_code() || self.has_token()
    }
}

/// A form in which a module is run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Variant {
    /// Reads documents only.
    Config,
    /// RP-initiated logout after a code flow.
    Logout,
    /// Front-channel logout: a client is notified in the browser.
    FrontChannel,
    /// Back-channel logout: wait for the logout token to a client.
    BackChannel,
    /// Logout after a code flow, which the provider's frame reports.
    SessionManagement,
    /// The code flow with dynamically registered clients.
    Dynamic,
    /// Registration of a page where others start a sign-in.
    ThirdPartyLogin,
    /// A sign-in with that response type, with `form_post` or the default response mode.
    Flow { response_type: ResponseType, form_post: bool },
    /// Pushed requests, signed or not, and tokens bound to keys.
    Fapi2 { signed: bool },
}

impl Variant {
    /// Every variant, plan by plan.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        use ResponseType::{Code, CodeIdToken, CodeIdTokenToken, CodeToken, IdToken, IdTokenToken};
        let types = [Code, IdToken, IdTokenToken, CodeIdToken, CodeToken, CodeIdTokenToken];
        let flows = move |form_post| types.map(|response_type| Self::Flow { response_type, form_post });
        let [basic, rest @ ..] = flows(false);
        [basic, Self::Config].into_iter().chain(flows(true)).chain(rest).chain([
            Self::Logout,
            Self::FrontChannel,
            Self::BackChannel,
            Self::SessionManagement,
            Self::Dynamic,
            Self::ThirdPartyLogin,
            Self::Fapi2 { signed: false },
            Self::Fapi2 { signed: true },
        ])
    }

    /// The plan that it belongs to.
    #[must_use]
    pub(crate) const fn plan(self) -> Plan {
        match self {
            Self::Config => Plan::Config,
            Self::Logout => Plan::RpLogout,
            Self::FrontChannel => Plan::FrontChannel,
            Self::BackChannel => Plan::BackChannel,
            Self::SessionManagement => Plan::SessionManagement,
            Self::Dynamic => Plan::Dynamic,
            Self::ThirdPartyLogin => Plan::ThirdPartyLogin,
            Self::Fapi2 { signed: false } => Plan::Fapi2,
            Self::Fapi2 { signed: true } => Plan::Fapi2MessageSigning,
            Self::Flow { form_post: true, .. } => Plan::FormPost,
            Self::Flow { response_type, .. } => response_type.plan(),
        }
    }

    /// The first part of its scenarios' ids.
    pub(super) fn path(self) -> String {
        match self {
            Self::Flow { response_type, form_post: true } => format!("form-post.{}", response_type.path()),
            Self::Flow { response_type, form_post: false } => response_type.path().to_owned(),
            _ => self.plan().word().to_owned(),
        }
    }

    /// The response type of its requests.
    pub(super) const fn response_type(self) -> ResponseType {
        match self {
            Self::Flow { response_type, .. } => response_type,
            _ => ResponseType::Code,
        }
    }

    /// The response mode of its requests, if it is not the default.
    pub(super) const fn response_mode(self) -> Option<&'static str> {
        match self {
            Self::Flow { form_post: true, .. } => Some("form_post"),
            _ => None,
        }
    }

    /// Whether its clients are registered by the scenario.
    pub(super) const fn registers(self) -> bool {
        matches!(self, Self::FrontChannel | Self::BackChannel | Self::Dynamic | Self::ThirdPartyLogin)
    }

    /// The endpoints that a provider of the plan has. Scenarios fail without them.
    pub(super) const fn endpoints(self) -> &'static [Endpoint] {
        use Endpoint::{Authorization, CheckSession, EndSession, Keys, Push, Registration, Token, Userinfo};
        match self {
            Self::Config => &[],
            // The suite reads all of these before every module.
            Self::Flow { .. } => &[Authorization, Token, Keys, Userinfo],
            Self::Logout | Self::FrontChannel | Self::BackChannel => {
                &[Authorization, Token, Keys, Userinfo, EndSession]
            }
            Self::SessionManagement => &[Authorization, Token, Keys, Userinfo, EndSession, CheckSession],
            Self::Dynamic | Self::ThirdPartyLogin => &[Authorization, Token, Keys, Userinfo, Registration],
            Self::Fapi2 { .. } => &[Authorization, Token, Keys, Userinfo, Push],
        }
    }

    /// The endpoints that a provider of the plan has, as far as modules are about them that read documents only.
    pub(super) const fn documented_endpoints(self) -> &'static [Endpoint] {
        match self {
            Self::Logout | Self::FrontChannel | Self::BackChannel => &[Endpoint::EndSession],
            Self::SessionManagement => &[Endpoint::EndSession, Endpoint::CheckSession],
            Self::ThirdPartyLogin => &[Endpoint::Registration],
            Self::Config | Self::Flow { .. } | Self::Dynamic | Self::Fapi2 { .. } => &[],
        }
    }

    /// What else a provider of the plan offers.
    pub(super) fn features(self) -> Vec<Need> {
        match self {
            Self::Flow { .. } => {
                let mut needs = vec![Need::ResponseType(self.response_type().value())];
                needs.extend(self.response_mode().map(Need::ResponseMode));
                needs
            }
            Self::Fapi2 { signed } => {
                let mut needs = vec![
                    Need::MetadataLists("token_endpoint_auth_methods_supported", "private_key_jwt"),
                    Need::MetadataLists("dpop_signing_alg_values_supported", "ES256"),
                ];
                if signed {
                    needs.push(Need::MetadataTrue("request_parameter_supported"));
                    needs.push(Need::MetadataLists("request_object_signing_alg_values_supported", "ES256"));
                }
                needs
            }
            _ => Vec::new(),
        }
    }

    /// What its scenarios need of the target.
    pub(super) fn needs(self) -> Vec<Need> {
        match self {
            Self::Flow { .. } => Vec::new(),
            Self::Fapi2 { .. } => vec![Need::Server(Custom), Need::ApiToken, Need::Account(BUYER)],
            _ => vec![Need::Server(Custom)],
        }
    }

    /// What the modules need that use a client, besides [`Variant::needs`].
    pub(super) fn client_needs(self) -> Vec<Need> {
        match self {
            Self::Config => Vec::new(),
            Self::FrontChannel | Self::BackChannel | Self::Dynamic | Self::ThirdPartyLogin => {
                vec![Need::ApiToken, Need::Account(BUYER)]
            }
            Self::Logout | Self::SessionManagement | Self::Flow { .. } => {
                vec![Need::Server(Custom), Need::Secret(WEB), Need::Account(BUYER)]
            }
            Self::Fapi2 { .. } => vec![Need::Endpoint(Custom, Endpoint::Registration)],
        }
    }
}
