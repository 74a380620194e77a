//! Keys of Okta's objects that an org document does not keep: what Okta computes, and settings that nothing here depends on. So an
//! object can be pasted from an answer of Okta's API.

/// Keys that any object of Okta's API may have.
const EVERYWHERE: &[&str] = &["_embedded", "_links"];

/// Computed by Okta, of objects that have an id.
const COMPUTED: &[&str] = &["created", "createdBy", "lastUpdated", "lastUpdatedBy", "orn"];

/// The names of the types here, and further keys of Okta's objects.
const BY_TYPE: &[(&str, &[&str])] = &[
    ("User", &["realmId", "transitioningToStatus"]),
    ("UserCredentials", &["emails", "provider", "recovery_question"]),
    ("Group", &["lastMembershipUpdated", "objectClass"]),
    (
        "App",
        &[
            "accessibility",
            "expressConfiguration",
            "features",
            "licensing",
            "name",
            "signOnMode",
            "universalLogout",
            "visibility",
        ],
    ),
    ("AppCredentials", &["signing", "userNameTemplate"]),
    ("OauthClientCredentials", &["autoKeyRotation"]),
    (
        "AppSettings",
        &[
            "app",
            "emOptInStatus",
            "identityStoreId",
            "implicitAssignment",
            "inlineHookId",
            "manualProvisioning",
            "notes",
            "notifications",
            "signOn",
        ],
    ),
    (
        "OauthClientSettings",
        &[
            "backchannel_authentication_request_signing_alg",
            "backchannel_custom_authenticator_id",
            "backchannel_token_delivery_mode",
            "idp_initiated_login",
            "issuer_mode",
            "network",
            "sector_identifier_uri",
            "subject_type",
        ],
    ),
    (
        "Assignment",
        &[
            "credentials",
            "externalId",
            "lastSync",
            "passwordChanged",
            "priority",
            "scope",
            "status",
            "statusChanged",
            "syncState",
        ],
    ),
    ("ScopeGrant", &["clientId", "id", "issuer", "source", "status", "userId"]),
    ("AuthorizationServer", &["issuer", "issuerMode"]),
    ("ServerSigning", &["kid", "lastRotated", "nextRotation", "use"]),
    ("ClaimRule", &["apiResourceId"]),
    ("AccessPolicy", &["system", "type"]),
    ("PolicyRule", &["system", "type"]),
    ("GlobalSessionPolicy", &["description", "system", "type"]),
    ("GlobalSessionRule", &["system", "type"]),
    ("SessionConditions", &["authContext", "network", "riskScore"]),
    (
        "SignOnActions",
        &["access", "factorLifetime", "factorPromptMode", "primaryFactor", "rememberDeviceByDefault", "requireFactor"],
    ),
    ("SessionActions", &["usePersistentCookie"]),
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
