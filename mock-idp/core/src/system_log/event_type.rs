//! The types of events. Okta: "Event types". A display message is that of published samples, or the first sentence of the catalogue.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A row of the table of event types.
#[derive(Clone, Copy, Debug)]
pub struct EventTypeRow {
    pub name: &'static str,
    /// Empty: the catalogue has none.
    pub display_message: &'static str,
    /// What the Events API called a success and a failure; empty: nothing.
    pub legacy: [&'static str; 2],
    /// Whether event hooks may ask for it.
    pub hook_eligible: bool,
}

macro_rules! event_types {
    ($($variant:ident $name:literal $message:literal [$success:literal, $failure:literal] $eligible:literal;)*) => {
        /// A type of events.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum EventType { $($variant),* }

        impl EventType {
            /// All types.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }

        const ROWS: &[EventTypeRow] = &[$(EventTypeRow {
            name: $name, display_message: $message, legacy: [$success, $failure], hook_eligible: $eligible,
        }),*];
    };
}

impl EventType {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static EventTypeRow {
        &ROWS[self as usize]
    }

    /// The type of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.row().name == name)
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.row().name)
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Self::named(&name)
            .ok_or_else(|| serde::de::Error::custom(format!("`{name}` is not an event type of this mock")))
    }
}

event_types! {
    SessionStart "user.session.start" "User login to Okta" ["core.user_auth.login_success", "core.user_auth.login_failed"] true;
    SessionEnd "user.session.end" "User logout from Okta" ["core.user_auth.logout_success", ""] true;
    SessionClear "user.session.clear" "Clear user session" ["core.user_auth.session_clear", ""] true;
    SingleSignOn "user.authentication.sso" "User single sign on to app" ["app.auth.sso", "app.auth.sso"] true;
    AuthViaMfa "user.authentication.auth_via_mfa" "Authentication of user via MFA" ["core.user.factor.attempt_success", "core.user.factor.attempt_fail"] true;
    FactorActivate "user.mfa.factor.activate" "Activate factor for user" ["core.user.factor.activate", ""] true;
    FactorDeactivate "user.mfa.factor.deactivate" "Reset factor for user" ["", ""] true;
    SignOnPolicy "policy.evaluate_sign_on" "Evaluation of sign-on policy" ["", ""] false;
    AccountLock "user.account.lock" "Max sign in attempts exceeded" ["core.user_auth.account_locked", ""] true;
    AccountUnlockByAdmin "user.account.unlock_by_admin" "User account unlock by admin" ["core.user_auth.account_unlocked_by_admin", ""] true;
    AccountUpdateProfile "user.account.update_profile" "Update user profile for Okta" ["core.user.config.profile_update.success", ""] true;
    AccountUpdatePassword "user.account.update_password" "User update password for Okta" ["core.user.config.password_update.success", "core.user.config.password_update.failure"] true;
    AccountResetPassword "user.account.reset_password" "User reset password for Okta" ["core.user.config.user_status.password_reset", ""] true;
    AccountExpirePassword "user.account.expire_password" "Expire user's Okta password" ["", ""] false;
    AccountUpdateUserType "user.account.update_user_type" "Update user type" ["", ""] false;
    PrivilegeGrant "user.account.privilege.grant" "Grant user privilege" ["core.user.admin_privilege.granted", ""] true;
    PrivilegeRevoke "user.account.privilege.revoke" "Revoke user privilege" ["core.user.admin_privilege.revoked", ""] true;
    UserCreate "user.lifecycle.create" "Create Okta user" ["core.user.config.user_creation.success", "core.user.config.user_creation.failure"] true;
    UserActivate "user.lifecycle.activate" "Activate Okta user" ["core.user.config.user_activated", ""] true;
    UserReactivate "user.lifecycle.reactivate" "Reactivate Okta user" ["core.user.config.user_reactivation.success", ""] true;
    UserDeactivate "user.lifecycle.deactivate" "Deactivate Okta user" ["core.user.config.user_deactivated", ""] true;
    UserSuspend "user.lifecycle.suspend" "Suspend Okta user" ["core.user.config.user_status.suspended", ""] true;
    UserUnsuspend "user.lifecycle.unsuspend" "Unsuspend Okta user" ["core.user.config.user_status.unsuspended", ""] true;
    UserDeleteInitiated "user.lifecycle.delete.initiated" "Delete Okta user initiated" ["core.user.config.user_status.delete.initiated", ""] true;
    UserDeleteCompleted "user.lifecycle.delete.completed" "Delete Okta user completed" ["core.user.config.user_status.delete.completed", ""] false;
    GroupCreate "group.lifecycle.create" "Create Okta group" ["", ""] true;
    GroupDelete "group.lifecycle.delete" "Delete Okta group" ["", ""] true;
    GroupUpdate "group.profile.update" "Okta group profile updated" ["", ""] true;
    GroupPrivilegeGrant "group.privilege.grant" "Group's admin privilege granted" ["", ""] true;
    GroupPrivilegeRevoke "group.privilege.revoke" "Group's admin privilege revoked" ["", ""] true;
    GroupRuleTrigger "group.user_membership.rule.trigger" "Trigger group membership rule" ["", ""] false;
    GroupRuleDeactivate "group.user_membership.rule.deactivated" "" ["", ""] false;
    GroupRuleInvalidate "group.user_membership.rule.invalidate" "Invalidate group membership rule" ["", ""] false;
    GroupRuleExclude "group.user_membership.rule.add_exclusion" "Add user to group membership exclusion rule" ["", ""] false;
    MembershipAdd "group.user_membership.add" "Add user to group membership" ["core.user_group_member.user_add", ""] true;
    MembershipRemove "group.user_membership.remove" "Remove user from group membership" ["core.user_group_member.user_remove", ""] true;
    AppCreate "application.lifecycle.create" "Create application" ["", ""] true;
    AppUpdate "application.lifecycle.update" "Update application" ["", ""] true;
    AppActivate "application.lifecycle.activate" "Activate application" ["", ""] true;
    AppDeactivate "application.lifecycle.deactivate" "Deactivate application" ["", ""] true;
    AppDelete "application.lifecycle.delete" "Delete application" ["", ""] true;
    AppLogoUpdate "application.configuration.update_logo" "Change app logo" ["app.app_instance.logo_update", ""] false;
    ClientPrivilegeGrant "app.oauth2.client.privilege.grant" "An OAuth 2.0 client app's admin privileges changed" ["", ""] true;
    ClientPrivilegeRevoke "app.oauth2.client.privilege.revoke" "All privileges for OAuth 2.0 client app were revoked" ["", ""] true;
    AppUserAdd "application.user_membership.add" "Add user to application membership" ["app.generic.provision.assign_user_to_app", ""] true;
    AppUserUpdate "application.user_membership.update" "Updated user application property" ["", ""] true;
    AppUserRemove "application.user_membership.remove" "Remove user's application membership" ["", ""] true;
    AppGroupAdd "group.application_assignment.add" "Add assigned application to group" ["group.application_assignment.add", ""] true;
    AppGroupUpdate "group.application_assignment.update" "Update assigned application in group" ["group.application_assignment.update", ""] true;
    AppGroupRemove "group.application_assignment.remove" "Remove assigned application from group" ["group.application_assignment.remove", ""] true;
    ServerCreate "oauth2.as.created" "Authorization server is created" ["", ""] false;
    ServerUpdate "oauth2.as.updated" "Authorization server is updated" ["", ""] false;
    ServerDelete "oauth2.as.deleted" "Authorization server is deleted" ["", ""] false;
    ServerActivate "oauth2.as.activated" "Authorization server is activated" ["", ""] false;
    ServerDeactivate "oauth2.as.deactivated" "Authorization server is deactivated" ["", ""] false;
    ScopeCreate "oauth2.scope.created" "OAuth2 scope is created" ["", ""] false;
    ScopeUpdate "oauth2.scope.updated" "OAuth2 scope is updated" ["", ""] false;
    ScopeDelete "oauth2.scope.deleted" "OAuth2 scope is deleted" ["", ""] false;
    ClaimCreate "oauth2.claim.created" "OAuth2 claim is created" ["", ""] false;
    ClaimUpdate "oauth2.claim.updated" "OAuth2 claim is updated" ["", ""] false;
    ClaimDelete "oauth2.claim.deleted" "OAuth2 claim is deleted" ["", ""] false;
    PolicyCreate "policy.lifecycle.create" "Create policy" ["policy.created", ""] false;
    PolicyUpdate "policy.lifecycle.update" "Update policy" ["policy.updated", ""] true;
    PolicyDelete "policy.lifecycle.delete" "Delete policy" ["policy.deleted", ""] false;
    PolicyActivate "policy.lifecycle.activate" "Activate policy" ["policy.activated", ""] true;
    PolicyDeactivate "policy.lifecycle.deactivate" "Deactivate policy" ["policy.deactivated", ""] true;
    PolicyMapping "policy.mapping.create" "Create policy mapping" ["", ""] false;
    RuleAdd "policy.rule.add" "Add policy rule" ["policy.rule.added", ""] true;
    RuleUpdate "policy.rule.update" "Update policy rule" ["policy.rule.updated", ""] true;
    RuleDelete "policy.rule.delete" "Delete policy rule" ["policy.rule.deleted", ""] true;
    RuleActivate "policy.rule.activate" "Activate policy rule" ["policy.rule.activated", ""] true;
    RuleDeactivate "policy.rule.deactivate" "Deactivate policy rule" ["policy.rule.deactivated", ""] true;
    ZoneCreate "zone.create" "Network zone create" ["zone.create", ""] false;
    ZoneUpdate "zone.update" "Network zone update" ["zone.update", ""] false;
    ZoneDelete "zone.delete" "Network zone delete" ["zone.delete", ""] false;
    ZoneActivate "zone.activate" "Network zone activate" ["zone.activate", ""] false;
    ZoneDeactivate "zone.deactivate" "Network zone deactivate" ["zone.deactivate", ""] false;
    RequestBlocked "security.request.blocked" "A request is blocked due to a blocklist rule (such as an IP network zone or location rule)." ["", ""] false;
    OriginCreate "security.trusted_origin.create" "A trusted origin is created" ["", ""] true;
    OriginUpdate "security.trusted_origin.update" "A trusted origin is updated" ["", ""] true;
    OriginDelete "security.trusted_origin.delete" "A trusted origin is deleted" ["", ""] true;
    OriginActivate "security.trusted_origin.activate" "A trusted origin is activated" ["", ""] true;
    OriginDeactivate "security.trusted_origin.deactivate" "A trusted origin is deactivated" ["", ""] true;
    AuthenticatorCreate "security.authenticator.lifecycle.create" "Fired when an admin creates an authenticator for the org" ["", ""] true;
    AuthenticatorUpdate "security.authenticator.lifecycle.update" "Fired when an admin updates an authenticator in the org" ["", ""] true;
    AuthenticatorActivate "security.authenticator.lifecycle.activate" "Fired when an admin activates an authenticator for the org" ["", ""] true;
    AuthenticatorDeactivate "security.authenticator.lifecycle.deactivate" "Fired when an admin deactivates an authenticator for the org" ["", ""] true;
    AppKeyGenerate "app.keys.generate" "New signing key generated" ["", ""] false;
    AppKeyClone "app.keys.clone" "Application signing key cloned" ["", ""] false;
    AppKeyRotate "app.keys.rotate" "Application signing key rotated" ["", ""] false;
    CsrGenerate "app.app_instance.csr.generate" "Certificate signing request (CSR) generated" ["app.app_instance.csr.generate", ""] false;
    CsrPublish "app.app_instance.csr.publish" "Certificate signing request (CSR) published" ["app.app_instance.csr.publish", ""] false;
    CsrRevoke "app.app_instance.csr.revoke" "Certificate signing request (CSR) revoked" ["app.app_instance.csr.revoke", ""] false;
    IdpKeyCreate "system.idp.key.create" "Identity provider key credential created" ["", ""] true;
    IdpKeyUpdate "system.idp.key.update" "Identity provider key credential updated" ["", ""] true;
    IdpKeyDelete "system.idp.key.delete" "Identity provider key credential deleted" ["", ""] true;
    IdpCreate "system.idp.lifecycle.create" "Identity provider created" ["", ""] true;
    IdpUpdate "system.idp.lifecycle.update" "Identity provider updated" ["", ""] true;
    IdpDelete "system.idp.lifecycle.delete" "Identity provider deleted" ["", ""] true;
    IdpActivate "system.idp.lifecycle.activate" "Identity provider activated" ["", ""] true;
    IdpDeactivate "system.idp.lifecycle.deactivate" "Identity provider deactivated" ["", ""] true;
    InlineHookCreate "inline_hook.created" "Triggered when an inline hook has been created" ["", ""] false;
    InlineHookUpdate "inline_hook.updated" "Triggered when an inline hook has been modified" ["", ""] false;
    InlineHookDelete "inline_hook.deleted" "Triggered when an inline hook has been deleted" ["", ""] false;
    InlineHookActivate "inline_hook.activated" "Triggered when an inline hook in activated" ["", ""] false;
    InlineHookDeactivate "inline_hook.deactivated" "Triggered when an inline hook is deactivated" ["", ""] false;
    InlineHookExecuted "inline_hook.executed" "Triggered when an inline hook has been executed" ["", ""] true;
    InlineHookProcessed "inline_hook.response.processed" "Triggered after Okta has finished processing response from an inline hook" ["", ""] false;
    HookKeyCreate "system.hook.key.created" "Create a new hook key" ["", ""] false;
    HookKeyUpdate "system.hook.key.updated" "Update a hook key" ["", ""] false;
    HookKeyDelete "system.hook.key.deleted" "Delete a hook key" ["", ""] false;
    EventHookCreate "event_hook.created" "Triggered when an event hook has been created" ["", ""] false;
    EventHookUpdate "event_hook.updated" "Triggered when an event hook has been updated" ["", ""] false;
    EventHookDelete "event_hook.deleted" "Triggered when an event hook has been deleted" ["", ""] false;
    EventHookActivate "event_hook.activated" "Triggered when an event hook has been activated" ["", ""] false;
    EventHookDeactivate "event_hook.deactivated" "Triggered when an event hook has been deactivated" ["", ""] false;
    EventHookVerified "event_hook.verified" "Triggered when attempting to verify an event hook" ["", ""] false;
    EventHookDelivery "event_hook.delivery" "Triggered when an event hook delivery fails" ["", ""] false;
    CustomRoleCreate "iam.role.create" "Custom admin role is created" ["", ""] true;
    CustomRoleUpdate "iam.role.update" "Custom admin role update" ["", ""] true;
    CustomRoleDelete "iam.role.delete" "Custom admin role is deleted" ["", ""] true;
    PermissionsAdd "iam.role.permissions.add" "Permissions are added to a custom admin role" ["", ""] true;
    PermissionsDelete "iam.role.permissions.delete" "Permissions are deleted from a custom admin role" ["", ""] true;
    ResourcesAdd "iam.resourceset.resources.add" "Resources are added to a resource set" ["", ""] true;
    ResourcesDelete "iam.resourceset.resources.delete" "Resources are deleted from a resource set" ["", ""] true;
    BindingsAdd "iam.resourceset.bindings.add" "Admin role assignment is created" ["", ""] true;
    BindingsDelete "iam.resourceset.bindings.delete" "Admin assignment is deleted" ["", ""] true;
    TrustedServerAdd "app.oauth2.trusted_server.add" "Trusted authorization server is added" ["", ""] true;
    TrustedServerDelete "app.oauth2.trusted_server.delete" "Trusted authorization server is removed" ["", ""] true;
    InterclientMappingCreate "app.interclient_mapping.create" "Create interclient trust mapping" ["", ""] true;
    InterclientMappingDelete "app.interclient_mapping.delete" "Delete interclient trust mapping" ["", ""] true;
    ResourceSetCreate "iam.resourceset.create" "Resource set is created" ["", ""] true;
    ResourceSetUpdate "iam.resourceset.update" "Resource set update" ["", ""] true;
    ResourceSetDelete "iam.resourceset.delete" "Resource set is deleted" ["", ""] true;
    UserRiskChange "user.risk.change" "Indicates a user's risk level has changed" ["", ""] true;
    UserSubscriptionsUpdate "user.account.subscriptions.update" "Admin subscriptions update" ["", ""] true;
    RoleSubscriptionsUpdate "iam.role.subscriptions.update" "Role subscriptions update" ["", ""] true;
    LinkedObjectCreate "directory.linked_object.create" "An admin can create a linked object that is related to user profiles" ["", ""] false;
    LinkedObjectDelete "directory.linked_object.delete" "An admin can delete a linked object that is related to user profiles" ["", ""] false;
    MappingUpdate "directory.mapping.update" "Update universal directory mappings" ["", ""] false;
    UserProfileCreate "directory.non_default_user_profile.create" "Create non-default universal directory user profile" ["", ""] false;
    UserProfileUpdate "directory.user_profile.update" "Update universal directory user profile" ["", ""] false;
    AppUserProfileUpdate "directory.app_user_profile.update" "Update application user profile" ["", ""] false;
    BrandCreate "system.brand.create" "This event is fired when the brand resource is created" ["", ""] false;
    BrandUpdate "system.brand.update" "This event is fired when the brand resource is updated" ["", ""] false;
    BrandDelete "system.brand.delete" "This event is fired when a brand resource is deleted" ["", ""] false;
    ThemeUpdate "system.theme.update" "This event is fired when the theme resource is updated" ["", ""] false;
    EmailTemplateCreate "system.email.template.create" "This event is fired when a custom email template is created" ["", ""] false;
    EmailTemplateUpdate "system.email.template.update" "This event is fired when a custom email template has been updated" ["", ""] false;
    EmailTemplateDelete "system.email.template.delete" "This event is fired when a custom email template is deleted" ["", ""] false;
    EmailTemplateSettings "system.email.template.settings_changed" "This event is fired when the settings for an email template is changed" ["", ""] false;
    FeatureEnable "system.feature.enable" "Fired when self service features are requested to be enabled by admins" ["", ""] false;
    FeatureDisable "system.feature.disable" "Fired when self service features are requested to be disabled by admins" ["", ""] false;
    ApiTokenUpdate "system.api_token.update" "An API token has been updated" ["", ""] false;
    ApiTokenRevoke "system.api_token.revoke" "Revoke API token" ["", ""] true;
    OrgAuthorize "app.oauth2.authorize" "OIDC authorization request" ["", "app.oauth2.authorize_failure"] false;
    OrgAuthorizeCode "app.oauth2.authorize.code" "OIDC authorization code request" ["app.oauth2.authorize.code_success", ""] false;
    OrgAuthorizeAccessToken "app.oauth2.authorize.implicit.access_token" "OIDC authorization implicit access token request" ["app.oauth2.authorize.implicit.access_token_success", ""] false;
    OrgAuthorizeIdToken "app.oauth2.authorize.implicit.id_token" "OIDC authorization implicit ID token request" ["app.oauth2.authorize.implicit.id_token_success", ""] false;
    OrgTokenGrant "app.oauth2.token.grant" "OIDC token request" ["", "app.oauth2.token.grant_failure"] false;
    OrgGrantAccessToken "app.oauth2.token.grant.access_token" "OIDC access token is granted" ["app.oauth2.token.grant.access_token_success", ""] false;
    OrgGrantIdToken "app.oauth2.token.grant.id_token" "OIDC id token is granted" ["app.oauth2.token.grant.id_token_success", ""] false;
    OrgGrantRefreshToken "app.oauth2.token.grant.refresh_token" "OIDC refresh token is granted" ["app.oauth2.token.grant.refresh_token_success", ""] false;
    OrgGrantIdJag "app.oauth2.token.grant.id_jag" "OAuth 2.0 Identity Assertion JWT Authorization Grant (ID-JAG) granted" ["", ""] false;
    OrgGrantInterclientToken "app.oauth2.token.grant.interclient_token" "Grant interclient token" ["", ""] true;
    OrgTokenRevoke "app.oauth2.token.revoke" "OIDC token revocation request" ["app.oauth2.token.revoke_success", "app.oauth2.token.revoke_failure"] false;
    OrgDetectReuse "app.oauth2.token.detect_reuse" "Detect one-time refresh token attempted reuse" ["", ""] false;
    OrgConsentGrant "app.oauth2.consent.grant" "User granted consent to app" ["", ""] false;
    OrgKeyRollover "app.oauth2.key.rollover" "Org Authorization Server token signing key rolled over" ["app.oauth2.key.rollover.legacy", ""] false;
    Authorize "app.oauth2.as.authorize" "OAuth2 authorization request" ["", "app.oauth2.as.authorize_failure"] false;
    AuthorizeCode "app.oauth2.as.authorize.code" "OAuth2 authorization code request" ["app.oauth2.as.authorize.code_success", ""] false;
    AuthorizeAccessToken "app.oauth2.as.authorize.implicit.access_token" "OAuth2 authorization implicit access token request" ["app.oauth2.as.authorize.implicit.access_token_success", ""] false;
    AuthorizeIdToken "app.oauth2.as.authorize.implicit.id_token" "OAuth2 authorization implicit ID token request" ["app.oauth2.as.authorize.implicit.id_token_success", ""] false;
    TokenGrant "app.oauth2.as.token.grant" "OAuth2 token request" ["", "app.oauth2.as.token.grant_failure"] false;
    GrantAccessToken "app.oauth2.as.token.grant.access_token" "OAuth2 access token is granted" ["app.oauth2.as.token.grant.access_token_success", ""] false;
    GrantIdToken "app.oauth2.as.token.grant.id_token" "OAuth2 id token is granted" ["app.oauth2.as.token.grant.id_token_success", ""] false;
    GrantRefreshToken "app.oauth2.as.token.grant.refresh_token" "OAuth2 refresh token is granted" ["app.oauth2.as.token.grant.refresh_token_success", ""] false;
    GrantDeviceSecret "app.oauth2.as.token.grant.device_secret" "Grant an OAuth2 device_secret for the Native SSO flow" ["", ""] false;
    GrantInterclientToken "app.oauth2.as.token.grant.interclient_token" "Grant interclient token" ["", ""] true;
    TokenRevoke "app.oauth2.as.token.revoke" "OAuth2 token revocation request" ["app.oauth2.as.token.revoke_success", "app.oauth2.as.token.revoke_failure"] false;
    DetectReuse "app.oauth2.as.token.detect_reuse" "Detect one-time refresh token attempted reuse" ["", ""] false;
    ConsentGrant "app.oauth2.as.consent.grant" "User granted consent to app" ["app.oauth2.as.consent.grant_success", "app.oauth2.as.consent.grant_failure"] true;
    KeyRollover "app.oauth2.as.key.rollover" "Custom Authorization Server token signing key rolled over" ["app.oauth2.as.key.rollover.legacy", ""] false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for kind in EventType::ALL {
            assert_eq!(EventType::named(kind.row().name), Some(*kind));
            let written = serde_json::to_string(kind).unwrap();
            assert_eq!(serde_json::from_str::<EventType>(&written).unwrap(), *kind);
        }
        assert!(serde_json::from_str::<EventType>("\"user.unknown\"").is_err());
    }
}
