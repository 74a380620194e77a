//! The clients and accounts of the market org, which every scenario names. A target file may have others.

use super::name::{AccountName, ClientName};

/// The id of the market org.
pub const ORG: &str = "00omarket000000005d7";

/// A confidential web application.
pub const WEB: ClientName = ClientName::new("web");
/// A browser application without a secret.
pub const SPA: ClientName = ClientName::new("spa");
/// A native application without a secret.
pub const NATIVE: ClientName = ClientName::new("native");
/// A third-party client whose users are asked for consent.
pub const PARTNER: ClientName = ClientName::new("partner");
/// A service that uses client credentials.
pub const SERVICE: ClientName = ClientName::new("service");
/// A service with fewer scopes.
pub const REPORTS: ClientName = ClientName::new("reports");
/// A second confidential client, which sends its secret in the body.
pub const SECOND: ClientName = ClientName::new("second");
/// A device that uses the device authorization grant.
pub const TV: ClientName = ClientName::new("tv");
/// A client of backchannel authentication (CIBA).
pub const KIOSK: ClientName = ClientName::new("kiosk");
/// A service that authenticates with a private key.
pub const AUTOMATION: ClientName = ClientName::new("automation");
/// A public client whose tokens are bound to a key (DPoP).
pub const VAULT: ClientName = ClientName::new("vault");
/// A service that exchanges tokens to call others on behalf of users.
pub const API: ClientName = ClientName::new("api");
/// A client that authenticates with an assertion signed with its secret.
pub const OFFICE: ClientName = ClientName::new("office");
/// An agent that acts for users of the web client (cross-app access).
pub const AGENT: ClientName = ClientName::new("agent");
/// A native application whose sign-ins the second client accepts (Native to Web SSO).
pub const COURIER: ClientName = ClientName::new("courier");

/// The account `admin`.
pub const ADMIN: AccountName = AccountName::new("admin");
/// An ordinary user.
pub const BUYER: AccountName = AccountName::new("buyer");
/// The account `premium`.
pub const PREMIUM: AccountName = AccountName::new("premium");
/// The account `locked`.
pub const LOCKED: AccountName = AccountName::new("locked");
/// The account `suspended`.
pub const SUSPENDED: AccountName = AccountName::new("suspended");
/// The account `deprovisioned`.
pub const DEPROVISIONED: AccountName = AccountName::new("deprovisioned");
/// A user whose password has expired.
pub const EXPIRED: AccountName = AccountName::new("expired");
/// A user who is warned at each sign-in that the password expires.
pub const WARNED: AccountName = AccountName::new("warned");
/// The account `staged`.
pub const STAGED: AccountName = AccountName::new("staged");
/// A user who is assigned to no client.
pub const UNASSIGNED: AccountName = AccountName::new("unassigned");
/// A user who is assigned and excluded by every policy rule.
pub const DENIED: AccountName = AccountName::new("denied");
/// A user whose name has letters outside ASCII.
pub const UNICODE: AccountName = AccountName::new("unicode");
/// A user whose profile has every claim of the standard scopes.
pub const COMPLETE: AccountName = AccountName::new("complete");
/// A user who has to sign in with a second factor, and has an authenticator app.
pub const APP_FACTOR: AccountName = AccountName::new("app-factor");
/// A user who has to sign in with a second factor, and has a security question.
pub const QUESTION_FACTOR: AccountName = AccountName::new("question-factor");
/// A user who has to sign in with a second factor, and has none.
pub const NO_FACTOR: AccountName = AccountName::new("no-factor");

/// The clients that never receive an authorization response and need no redirect URI.
pub const WITHOUT_REDIRECT_URI: [ClientName; 5] = [SERVICE, REPORTS, AUTOMATION, TV, KIOSK];

/// Every name of a client that scenarios use.
pub const CLIENT_ROLES: [ClientName; 15] =
    [WEB, SPA, NATIVE, PARTNER, SERVICE, REPORTS, SECOND, TV, KIOSK, AUTOMATION, VAULT, API, OFFICE, AGENT, COURIER];

/// Every name of an account that scenarios use.
pub const ACCOUNT_ROLES: [AccountName; 16] = [
    ADMIN,
    BUYER,
    PREMIUM,
    LOCKED,
    SUSPENDED,
    DEPROVISIONED,
    EXPIRED,
    WARNED,
    STAGED,
    UNASSIGNED,
    DENIED,
    UNICODE,
    COMPLETE,
    APP_FACTOR,
    QUESTION_FACTOR,
    NO_FACTOR,
];

/// Whether scenarios use a client or an account of that name.
#[must_use]
pub fn is_role(name: &str) -> bool {
    CLIENT_ROLES.iter().any(|role| role.word() == name) || ACCOUNT_ROLES.iter().any(|role| role.word() == name)
}
