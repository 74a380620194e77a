//! The clients and the account that a new target file has room for.

use super::discovered::{Discovered, listed};
use crate::issuer_target::TargetKind;

/// A client or an account of the new file.
pub(super) struct Slot {
    pub(super) name: &'static str,
    /// The first part of its variables.
    pub(super) prefix: &'static str,
    pub(super) purpose: &'static str,
    pub(super) shape: SlotShape,
}

/// What a slot is.
pub(super) enum SlotShape {
    /// With its authentication method and scopes.
    Client {
        auth: String,
        scopes: Vec<String>,
    },
    Account,
}

impl Slot {
    /// The heading of its table.
    pub(super) fn table(&self) -> String {
        let kind = if matches!(self.shape, SlotShape::Account) { "accounts" } else { "clients" };
        format!("{kind}.{}", self.name)
    }

    /// The variables with its values.
    pub(super) fn variables(&self) -> Vec<String> {
        let names: &[&str] = match &self.shape {
            SlotShape::Client { auth, .. } if auth == "none" => &["CLIENT_ID"],
            SlotShape::Client { .. } => &["CLIENT_ID", "CLIENT_SECRET"],
            SlotShape::Account => &["USERNAME", "PASSWORD"],
        };
        names.iter().map(|name| format!("{}_{name}", self.prefix)).collect()
    }
}

/// The clients and the account that the issuer supports.
pub(super) fn slots(found: &Discovered) -> Vec<Slot> {
    let metadata = &found.metadata;
    let methods = listed(metadata, "token_endpoint_auth_methods_supported");
    let grants = listed(metadata, "grant_types_supported");
    let supports = |method: &str| methods.is_empty() || methods.iter().any(|known| known == method);
    // OpenID Connect Discovery 3: client_secret_basic is the default method.
    let first = if supports("client_secret_basic") { "client_secret_basic" } else { "client_secret_post" };
    let other = if supports("client_secret_post") { "client_secret_post" } else { first };
    let scopes = listed(metadata, "scopes_supported");
    let usual = ["openid", "profile", "email"].map(str::to_owned);
    let of_users: Vec<String> =
        usual.into_iter().filter(|scope| scope == "openid" || scopes.is_empty() || scopes.contains(scope)).collect();
    let client = |name, prefix, purpose, auth: &str, scopes: &[String]| Slot {
        name,
        prefix,
        purpose,
        shape: SlotShape::Client { auth: auth.to_owned(), scopes: scopes.to_vec() },
    };
    let mut slots = vec![
        client("web", "HARNESS", "a web app with a secret, which signs users in", first, &of_users),
        Slot {
            name: "user",
            prefix: "HARNESS",
            purpose: "a user who is assigned to the clients, with a password only",
            shape: SlotShape::Account,
        },
        client(
            "second",
            "HARNESS_SECOND",
            "another web app, for tests that use one client's tokens with the other",
            other,
            &of_users,
        ),
    ];
    if methods.iter().any(|method| method == "none") {
        slots.push(client("spa", "HARNESS_SPA", "a browser app without a secret, with PKCE", "none", &of_users));
    }
    // Okta's OpenID Connect document does not list the grant type, which custom servers have.
    if found.kind != TargetKind::Generic || grants.iter().any(|grant| grant == "client_credentials") {
        slots.push(client("service", "HARNESS_SERVICE", "a service that gets tokens for itself", first, &[]));
    }
    slots
}
