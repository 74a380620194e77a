//! The resource types that are exported and imported. Okta: documentation of the Terraform provider `okta/okta`.

use super::table::Form::{
    Addresses, Block, Blocks, Computed, GroupsClaimType, IsActive, Json, Locations, Reference, RestAsJson, Secret,
    Types, UserStatus,
};
use super::table::{AttributeRow, ResourceType, required, same, with};

const fn of(name: &'static str, path: &'static str, attributes: &'static [AttributeRow]) -> ResourceType {
    ResourceType { name, path, parents: &[], attributes, fixed: &[] }
}

pub(super) const USER: &str = "okta_user";
pub(super) const GROUP: &str = "okta_group";
pub(super) const APP: &str = "okta_app_oauth";
const SERVER: &str = "okta_auth_server";
pub(super) const DEFAULT_SERVER: &str = "okta_auth_server_default";

const SERVERS: &str = "/api/v1/authorizationServers";

/// Those that other resources name come first.
pub(super) static RESOURCE_TYPES: &[ResourceType] = &[
    of(
        "okta_user_type",
        "/api/v1/meta/types/user",
        &[same("name", "/name"), same("display_name", "/displayName"), required("description", "/description")],
    ),
    of(
        GROUP,
        "/api/v1/groups",
        &[
            same("name", "/profile/name"),
            same("description", "/profile/description"),
            with("custom_profile_attributes", "/profile", RestAsJson),
        ],
    ),
    of(
        USER,
        "/api/v1/users",
        &[
            same("login", "/profile/login"),
            same("email", "/profile/email"),
            same("first_name", "/profile/firstName"),
            same("last_name", "/profile/lastName"),
            same("city", "/profile/city"),
            same("cost_center", "/profile/costCenter"),
            same("country_code", "/profile/countryCode"),
            same("department", "/profile/department"),
            same("display_name", "/profile/displayName"),
            same("division", "/profile/division"),
            same("employee_number", "/profile/employeeNumber"),
            same("honorific_prefix", "/profile/honorificPrefix"),
            same("honorific_suffix", "/profile/honorificSuffix"),
            same("locale", "/profile/locale"),
            same("manager", "/profile/manager"),
            same("manager_id", "/profile/managerId"),
            same("middle_name", "/profile/middleName"),
            same("mobile_phone", "/profile/mobilePhone"),
            same("nick_name", "/profile/nickName"),
            same("organization", "/profile/organization"),
            same("postal_address", "/profile/postalAddress"),
            same("preferred_language", "/profile/preferredLanguage"),
            same("primary_phone", "/profile/primaryPhone"),
            same("profile_url", "/profile/profileUrl"),
            same("second_email", "/profile/secondEmail"),
            same("state", "/profile/state"),
            same("street_address", "/profile/streetAddress"),
            same("timezone", "/profile/timezone"),
            same("title", "/profile/title"),
            same("user_type", "/profile/userType"),
            same("zip_code", "/profile/zipCode"),
            with("custom_profile_attributes", "/profile", RestAsJson),
            with("status", "/status", UserStatus),
            // Behind it, so that it counts when both are read.
            with("raw_status", "/status", Computed),
            same("realm_id", "/realmId"),
            with("password", "/credentials/password/value", Secret),
            with(
                "password_hash",
                "/credentials/password/hash",
                Block(&[
                    same("algorithm", "/algorithm"),
                    same("value", "/value"),
                    same("salt", "/salt"),
                    same("salt_order", "/saltOrder"),
                    same("work_factor", "/workFactor"),
                ]),
            ),
            same("recovery_question", "/credentials/recovery_question/question"),
            with("recovery_answer", "/credentials/recovery_question/answer", Secret),
            with("type", "/type", Block(&[with("id", "/id", Reference)])),
        ],
    ),
    ResourceType {
        fixed: &[("/type", "group_rule"), ("/conditions/expression/type", "urn:okta:expression:1.0")],
        ..of(
            "okta_group_rule",
            "/api/v1/groups/rules",
            &[
                same("name", "/name"),
                same("status", "/status"),
                same("expression_value", "/conditions/expression/value"),
                with("group_assignments", "/actions/assignUserToGroups/groupIds", Reference),
                with("users_excluded", "/conditions/people/users/exclude", Reference),
            ],
        )
    },
    ResourceType {
        fixed: &[("/name", "oidc_client"), ("/signOnMode", "OPENID_CONNECT")],
        ..of(
            APP,
            "/api/v1/apps",
            &[
                same("label", "/label"),
                same("status", "/status"),
                same("type", "/settings/oauthClient/application_type"),
                same("client_id", "/credentials/oauthClient/client_id"),
                with("client_basic_secret", "/credentials/oauthClient/client_secret", Secret),
                with("client_secret", "/credentials/oauthClient/client_secret", Computed),
                with("authentication_policy", "/_links/accessPolicy/href", Computed),
                same("token_endpoint_auth_method", "/credentials/oauthClient/token_endpoint_auth_method"),
                same("pkce_required", "/credentials/oauthClient/pkce_required"),
                same("auto_key_rotation", "/credentials/oauthClient/autoKeyRotation"),
                same("grant_types", "/settings/oauthClient/grant_types"),
                same("response_types", "/settings/oauthClient/response_types"),
                same("redirect_uris", "/settings/oauthClient/redirect_uris"),
                same("post_logout_redirect_uris", "/settings/oauthClient/post_logout_redirect_uris"),
                same("consent_method", "/settings/oauthClient/consent_method"),
                same("issuer_mode", "/settings/oauthClient/issuer_mode"),
                same("wildcard_redirect", "/settings/oauthClient/wildcard_redirect"),
                same("refresh_token_rotation", "/settings/oauthClient/refresh_token/rotation_type"),
                same("refresh_token_leeway", "/settings/oauthClient/refresh_token/leeway"),
                same("client_uri", "/settings/oauthClient/client_uri"),
                same("logo_uri", "/settings/oauthClient/logo_uri"),
                same("login_uri", "/settings/oauthClient/initiate_login_uri"),
                same("login_mode", "/settings/oauthClient/idp_initiated_login/mode"),
                same("login_scopes", "/settings/oauthClient/idp_initiated_login/default_scope"),
                same("policy_uri", "/settings/oauthClient/policy_uri"),
                same("tos_uri", "/settings/oauthClient/tos_uri"),
                same("jwks_uri", "/settings/oauthClient/jwks_uri"),
                same("participate_slo", "/settings/oauthClient/participate_slo"),
                same("frontchannel_logout_uri", "/settings/oauthClient/frontchannel_logout_uri"),
                same(
                    "frontchannel_logout_session_required",
                    "/settings/oauthClient/frontchannel_logout_session_required",
                ),
                same("accessibility_self_service", "/accessibility/selfService"),
                same("accessibility_error_redirect_url", "/accessibility/errorRedirectUrl"),
                same("accessibility_login_redirect_url", "/accessibility/loginRedirectUrl"),
                same("auto_submit_toolbar", "/visibility/autoSubmitToolbar"),
                same("hide_ios", "/visibility/hide/iOS"),
                same("hide_web", "/visibility/hide/web"),
                same("admin_note", "/settings/notes/admin"),
                same("enduser_note", "/settings/notes/enduser"),
                same("implicit_assignment", "/settings/implicitAssignment"),
                same("user_name_template", "/credentials/userNameTemplate/template"),
                same("user_name_template_type", "/credentials/userNameTemplate/type"),
                same("user_name_template_suffix", "/credentials/userNameTemplate/suffix"),
                same("user_name_template_push_status", "/credentials/userNameTemplate/pushStatus"),
                with("profile", "/profile", Json),
                with("app_settings_json", "/settings/app", Json),
                with("app_links_json", "/visibility/appLinks", Json),
                with(
                    "jwks",
                    "/settings/oauthClient/jwks/keys",
                    Blocks(&[
                        same("kid", "/kid"),
                        same("kty", "/kty"),
                        same("e", "/e"),
                        same("n", "/n"),
                        same("x", "/x"),
                        same("y", "/y"),
                    ]),
                ),
                with(
                    "groups_claim",
                    "/settings/idToken",
                    Block(&[
                        with("type", "/valueType", GroupsClaimType),
                        same("filter_type", "/groupFilterType"),
                        same("name", "/name"),
                        same("value", "/value"),
                    ]),
                ),
                with(
                    "network",
                    "/settings/oauthClient/network",
                    Block(&[
                        same("connection", "/connection"),
                        with("include", "/include", Reference),
                        with("exclude", "/exclude", Reference),
                    ]),
                ),
            ],
        )
    },
    ResourceType {
        parents: &["app_id"],
        ..of(
            "okta_app_group_assignment",
            "/api/v1/apps/{}/groups",
            &[with("group_id", "/id", Reference), same("priority", "/priority"), with("profile", "/profile", Json)],
        )
    },
    ResourceType {
        parents: &["app_id"],
        fixed: &[("/scope", "USER")],
        ..of(
            "okta_app_user",
            "/api/v1/apps/{}/users",
            &[
                with("user_id", "/id", Reference),
                same("username", "/credentials/userName"),
                with("profile", "/profile", Json),
            ],
        )
    },
    of(
        SERVER,
        SERVERS,
        &[
            same("name", "/name"),
            same("description", "/description"),
            same("audiences", "/audiences"),
            same("issuer_mode", "/issuerMode"),
            same("status", "/status"),
            same("credentials_rotation_mode", "/credentials/signing/rotationMode"),
        ],
    ),
    of(
        DEFAULT_SERVER,
        SERVERS,
        &[
            same("name", "/name"),
            same("description", "/description"),
            same("audiences", "/audiences"),
            same("issuer_mode", "/issuerMode"),
            same("status", "/status"),
            same("credentials_rotation_mode", "/credentials/signing/rotationMode"),
        ],
    ),
    ResourceType {
        parents: &["auth_server_id"],
        ..of(
            "okta_auth_server_scope",
            "/api/v1/authorizationServers/{}/scopes",
            &[
                same("name", "/name"),
                same("display_name", "/displayName"),
                same("description", "/description"),
                same("consent", "/consent"),
                same("default", "/default"),
                same("optional", "/optional"),
                same("metadata_publish", "/metadataPublish"),
            ],
        )
    },
    ResourceType {
        parents: &["auth_server_id"],
        ..of(
            "okta_auth_server_claim",
            "/api/v1/authorizationServers/{}/claims",
            &[
                same("name", "/name"),
                same("status", "/status"),
                same("claim_type", "/claimType"),
                same("value_type", "/valueType"),
                same("value", "/value"),
                same("group_filter_type", "/group_filter_type"),
                same("scopes", "/conditions/scopes"),
                same("always_include_in_token", "/alwaysIncludeInToken"),
            ],
        )
    },
    ResourceType {
        parents: &["auth_server_id"],
        ..of(
            "okta_auth_server_policy",
            "/api/v1/authorizationServers/{}/policies",
            &[
                same("name", "/name"),
                required("description", "/description"),
                same("status", "/status"),
                same("priority", "/priority"),
                with("client_whitelist", "/conditions/clients/include", Reference),
            ],
        )
    },
    ResourceType {
        parents: &["auth_server_id", "policy_id"],
        ..of(
            "okta_auth_server_policy_rule",
            "/api/v1/authorizationServers/{}/policies/{}/rules",
            &[
                same("name", "/name"),
                same("status", "/status"),
                same("priority", "/priority"),
                same("grant_type_whitelist", "/conditions/grantTypes/include"),
                same("scope_whitelist", "/conditions/scopes/include"),
                with("group_whitelist", "/conditions/people/groups/include", Reference),
                with("group_blacklist", "/conditions/people/groups/exclude", Reference),
                with("user_whitelist", "/conditions/people/users/include", Reference),
                with("user_blacklist", "/conditions/people/users/exclude", Reference),
                same("access_token_lifetime_minutes", "/actions/token/accessTokenLifetimeMinutes"),
                same("refresh_token_lifetime_minutes", "/actions/token/refreshTokenLifetimeMinutes"),
                same("refresh_token_window_minutes", "/actions/token/refreshTokenWindowMinutes"),
                with("inline_hook_id", "/actions/token/inlineHook/id", Reference),
            ],
        )
    },
    of(
        "okta_trusted_origin",
        "/api/v1/trustedOrigins",
        &[
            same("name", "/name"),
            same("origin", "/origin"),
            with("active", "/status", IsActive),
            with("scopes", "/scopes", Types),
        ],
    ),
    of(
        "okta_network_zone",
        "/api/v1/zones",
        &[
            same("name", "/name"),
            same("type", "/type"),
            same("status", "/status"),
            same("usage", "/usage"),
            with("gateways", "/gateways", Addresses),
            with("proxies", "/proxies", Addresses),
            same("asns", "/asns"),
            same("dynamic_proxy_type", "/proxyType"),
            with("dynamic_locations", "/locations", Locations),
        ],
    ),
    ResourceType {
        fixed: &[("/type", "OKTA_SIGN_ON")],
        ..of(
            "okta_policy_signon",
            "/api/v1/policies",
            &[
                same("name", "/name"),
                same("description", "/description"),
                same("status", "/status"),
                same("priority", "/priority"),
                with("groups_included", "/conditions/people/groups/include", Reference),
            ],
        )
    },
    ResourceType {
        parents: &["policy_id"],
        ..of(
            "okta_policy_rule_signon",
            "/api/v1/policies/{}/rules",
            &[
                same("name", "/name"),
                same("status", "/status"),
                same("priority", "/priority"),
                with("users_excluded", "/conditions/people/users/exclude", Reference),
                same("access", "/actions/signon/access"),
                same("mfa_required", "/actions/signon/requireFactor"),
                same("mfa_prompt", "/actions/signon/factorPromptMode"),
                same("mfa_lifetime", "/actions/signon/factorLifetime"),
                same("mfa_remember_device", "/actions/signon/rememberDeviceByDefault"),
                same("primary_factor", "/actions/signon/primaryFactor"),
                same("session_idle", "/actions/signon/session/maxSessionIdleMinutes"),
                same("session_lifetime", "/actions/signon/session/maxSessionLifetimeMinutes"),
                same("session_persistent", "/actions/signon/session/usePersistentCookie"),
            ],
        )
    },
    of(
        "okta_link_definition",
        "/api/v1/meta/schemas/user/linkedObjects",
        &[
            same("primary_name", "/primary/name"),
            same("primary_title", "/primary/title"),
            required("primary_description", "/primary/description"),
            same("associated_name", "/associated/name"),
            same("associated_title", "/associated/title"),
            required("associated_description", "/associated/description"),
        ],
    ),
];

impl ResourceType {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        RESOURCE_TYPES.iter().find(|kind| kind.name == name)
    }
}
