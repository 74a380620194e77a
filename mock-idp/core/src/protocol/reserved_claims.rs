//! Claim names that claim rules and hooks must not use. Okta: token inline hook reference, reserved claims. Its table has a column
//! for the type of token.

/// Reserved in ID tokens.
const ID_TOKEN: &[&str] = &[
    "active",
    "aid",
    "amr",
    "app_id",
    "app_type",
    "at_hash",
    "aud",
    "c_hash",
    "client_id",
    "client_ip",
    "client_req_id",
    "client_type",
    "client_user_agent",
    "device_compliance",
    "device_id",
    "device_known",
    "device_managed",
    "device_name",
    "device_trust",
    "did",
    "dst",
    "group",
    "hotk",
    "idp",
    "idp_iss",
    "mac_key",
    "may_act",
    "nonce",
    "oid",
    "okta_emailVerified",
    "okta_lastUpdated",
    "orig",
    "permissions",
    "purpose",
    "pwd_exp_days",
    "pwd_exp_time",
    "rid",
    "role",
    "scope",
    "scopes",
    "sub",
    "term",
    "user_ip",
];

/// Reserved in access tokens.
const ACCESS_TOKEN: &[&str] = &["as_uri", "authorization_details", "rpt", "rsi", "scp", "uid", "username"];

/// Reserved in both. The table has `groups` too, for hooks: Okta's guides define claim rules of that name.
const BOTH: &[&str] = &["acr", "auth_time", "cid", "cnf", "exp", "iat", "iss", "jti", "sid", "token_type", "ver"];

/// Whether claim rules for ID tokens must not have this name.
#[must_use]
pub fn is_reserved_in_id_token(name: &str) -> bool {
    ID_TOKEN.contains(&name) || BOTH.contains(&name)
}

/// Whether claim rules for access tokens must not have this name. Okta: `aud` and `sub` may be redefined there.
#[must_use]
pub fn is_reserved_in_access_token(name: &str) -> bool {
    ACCESS_TOKEN.contains(&name) || BOTH.contains(&name)
}
