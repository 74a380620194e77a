//! Keys of Okta's objects that an org document does not keep: what Okta computes, and settings that nothing here depends on. So an
//! object can be pasted from an answer of Okta's API.

/// Keys that any object of Okta's API may have.
const EVERYWHERE: &[&str] = &["_embedded", "_links"];

/// Computed by Okta, of objects that have an id.
const COMPUTED: &[&str] = &["created", "createdBy", "lastUpdated", "lastUpdatedBy", "orn"];

/// The names of the types here, and further keys of Okta's objects.
const BY_TYPE: &[(&str, &[&str])] = &[
    ("User", &["transitioningToStatus"]),
    ("UserCredentials", &["emails"]),
    ("Password", &["hook"]),
    ("AdminRole", &["assignmentType", "id", "label", "lastUpdated", "status"]),
    ("Factor", &["enrollment", "factorProfileId", "vendorName", "verify"]),
    (
        "FactorProfile",
        &[
            "authenticatorName",
            "credentialId",
            "deviceToken",
            "deviceType",
            "email",
            "name",
            "platform",
            "sharedSecret",
            "version",
        ],
    ),
    ("Group", &["objectClass"]),
    ("App", &["expressConfiguration", "universalLogout"]),
    ("AppCredentials", &["password"]),
    ("UserNameTemplate", &["userSuffix"]),
    ("AppSigning", &["lastRotated", "nextRotation", "rotationMode", "use"]),
    ("AppSettings", &["emOptInStatus", "identityStoreId", "inlineHookId"]),
    (
        "OauthClientSettings",
        &[
            "backchannel_authentication_request_signing_alg",
            "backchannel_custom_authenticator_id",
            "backchannel_token_delivery_mode",
            "sector_identifier_uri",
            "subject_type",
        ],
    ),
    ("AssignmentCredentials", &["password"]),
    ("Assignment", &["externalId", "lastSync", "passwordChanged", "scope", "status", "statusChanged", "syncState"]),
    ("ScopeGrant", &["clientId", "issuer", "source", "status", "userId"]),
    ("AuthorizationServer", &["issuer"]),
    ("ServerSigning", &["kid", "lastRotated", "nextRotation", "use"]),
    ("Scope", &["apiResourceId"]),
    ("ClaimRule", &["apiResourceId"]),
    ("AccessPolicy", &["system", "type"]),
    ("PolicyRule", &["system", "type"]),
    ("GlobalSessionPolicy", &["type"]),
    ("GlobalSessionRule", &["type"]),
    ("TrustedOriginScope", &["allowedOktaApps"]),
];

/// Whether Okta's object of a type has a key that is not kept here.
pub(super) fn is_known(type_name: &str, key: &str) -> bool {
    let own = BY_TYPE.iter().find(|(name, _)| *name == type_name).map(|(_, keys)| *keys);
    let computed = COMPUTED.contains(&key) && has_id(type_name);
    EVERYWHERE.contains(&key) || computed || own.is_some_and(|keys| keys.contains(&key))
}

fn has_id(type_name: &str) -> bool {
    matches!(
        type_name,
        "User"
            | "Factor"
            | "Group"
            | "App"
            | "Assignment"
            | "ScopeGrant"
            | "AuthorizationServer"
            | "Scope"
            | "ClaimRule"
            | "AccessPolicy"
            | "PolicyRule"
            | "GlobalSessionPolicy"
            | "GlobalSessionRule"
            | "TrustedOrigin"
    )
}
