//! Token type identifiers. RFC 8693 3; OpenID Connect Native SSO 3.

pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
pub const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
pub const SAML2: &str = "urn:ietf:params:oauth:token-type:saml2";
/// draft-ietf-oauth-identity-assertion-authz-grant 4.3.
pub const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";
/// Okta: Native to Web SSO.
pub const INTERCLIENT_TOKEN: &str = "urn:okta:params:oauth:token-type:interclient_token";
pub const DEVICE_SECRET: &str = "urn:x-oath:params:oauth:token-type:device-secret";
