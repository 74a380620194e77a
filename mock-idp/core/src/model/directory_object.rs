//! Objects of an org that only the Management API works on, or that other rules read as they are: one shape for all kinds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal $prefix:literal;)*) => {
        /// The kinds of directory objects.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
        pub enum DirectoryKind { $($(#[$doc])* #[serde(rename = $name)] $variant),* }

        impl DirectoryKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its key in the org document.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The first three characters of ids.
            #[must_use]
            pub fn prefix(self) -> &'static str {
                match self { $(Self::$variant => $prefix),* }
            }
        }
    };
}

kinds! {
    /// Okta: `/api/v1/meta/types/user`.
    UserType "userTypes" "oty";
    /// The schema of a user type, which is its owner. Okta: `/api/v1/meta/schemas/user`.
    UserSchema "userSchemas" "osc";
    /// The schema of groups: one for each org. Okta: `/api/v1/meta/schemas/group/default`.
    GroupSchema "groupSchemas" "osc";
    /// The schema of an app's users, if it has been changed; the app is its owner. Okta: `/api/v1/meta/schemas/apps`.
    AppUserSchema "appUserSchemas" "0oa";
    /// A definition of links between users; its id is the primary name. Okta: `/api/v1/meta/schemas/user/linkedObjects`.
    LinkedObject "linkedObjects" "";
    /// A user that is linked to its owner. Okta: `/api/v1/users/{id}/linkedObjects`.
    LinkedUser "linkedUsers" "";
    /// Okta: `/api/v1/groups/rules`.
    GroupRule "groupRules" "0pr";
    /// An owner of a group. Okta: `/api/v1/groups/{id}/owners`.
    GroupOwner "groupOwners" "";
    /// Okta: `/api/v1/zones`.
    NetworkZone "networkZones" "nzo";
    /// A policy with its rules, except those that decide about sessions and those of authorization servers. Okta: `/api/v1/policies`.
    Policy "policies" "00p";
    /// Okta: `/api/v1/authenticators`.
    Authenticator "authenticators" "aut";
    /// Roles with permissions that the org chose. Okta: `/api/v1/iam/roles`.
    CustomRole "customRoles" "cr0";
    /// What custom roles are about, with their bindings. Okta: `/api/v1/iam/resource-sets`.
    ResourceSet "resourceSets" "iam";
    /// Okta: `/api/v1/inlineHooks`.
    InlineHook "inlineHooks" "cal";
    /// A key by which clients of inline hooks authenticate. Okta: `/api/v1/hook-keys`.
    HookKey "hookKeys" "HKY";
    /// Okta: `/api/v1/eventHooks`.
    EventHook "eventHooks" "who";
    /// Okta: `/api/v1/idps`.
    IdentityProvider "identityProviders" "0oa";
    /// A certificate that identity providers are trusted by. Okta: `/api/v1/idps/credentials/keys`.
    IdentityProviderKey "identityProviderKeys" "";
    /// A key that its owner signs with, an app or an identity provider. Okta: `…/credentials/keys`.
    SigningKey "signingKeys" "";
    /// A certificate signing request of its owner, an app or an identity provider. Okta: `…/credentials/csrs`.
    SigningRequest "signingRequests" "";
    /// A user of an identity provider, which is linked to its owner. Okta: `/api/v1/idps/{id}/users`.
    IdentityProviderUser "identityProviderUsers" "";
    /// A mapping that has been changed; the app or identity provider is its owner. Okta: `/api/v1/mappings`.
    ProfileMapping "profileMappings" "prm";
    /// The risk of its owner, as an administrator has set it. Okta: `/api/v1/users/{id}/risk`.
    UserRisk "userRisks" "";
    /// The classification of its owner, if an administrator has set it. Okta: `/api/v1/users/{id}/classification`.
    UserClassification "userClassifications" "";
    /// Whether its owner gets notices of a type. Okta: `/api/v1/users/{id}/subscriptions`.
    Subscription "subscriptions" "";
    /// Whether the administrators of a role get notices of a type. Okta: `/api/v1/roles/{role}/subscriptions`.
    RoleSubscription "roleSubscriptions" "";
    /// A brand, if it is not the unchanged one of the org. Okta: `/api/v1/brands`.
    Brand "brands" "bnd";
    /// The changed theme of its owner, a brand. Okta: `/api/v1/brands/{id}/themes`.
    BrandTheme "brandThemes" "the";
    /// The recipients of a mail of its owner, a brand. Okta: `…/templates/email/{name}/settings`.
    EmailSettings "emailSettings" "";
    /// A customized mail of its owner, a brand. Okta: `…/templates/email/{name}/customizations`.
    EmailCustomization "emailCustomizations" "oel";
    /// Okta: `/api/v1/features`.
    Feature "features" "ftr";
    /// What there is once for each org, by its name. Okta: `/api/v1/org`, `…/preferences`, `…/privacy/…`, `…/contacts/{type}`.
    OrgSetting "orgSettings" "";
    /// The image of its owner, an app. Okta: `/api/v1/apps/{id}/logo`.
    AppLogo "appLogos" "fs0";
    /// A connection by which an app gives another one access. Okta: `/api/v1/apps/{id}/cwo/connections`.
    AppConnection "appConnections" "con";
    /// The provisioning connection of its owner, an app. Okta: `/api/v1/apps/{id}/connections/default`.
    ProvisioningConnection "provisioningConnections" "";
    /// The settings of a provisioning feature of its owner, an app. Okta: `/api/v1/apps/{id}/features`.
    ProvisioningFeature "provisioningFeatures" "";
    /// A model of authenticators that the org knows, by its AAGUID; the authenticator is its owner. Okta:
    /// `/api/v1/authenticators/{id}/aaguids`.
    CustomAaguid "customAaguids" "";
    /// An app on a device of its owner, a user, that is an authenticator. Okta: `/idp/myaccount/app-authenticators`.
    AppAuthenticator "appAuthenticators" "pfd";
}

impl DirectoryKind {
    /// What answers never show of an object, as JSON pointers.
    #[must_use]
    pub fn secrets(self) -> &'static [&'static str] {
        match self {
            Self::InlineHook | Self::EventHook => &["/channel/config/authScheme/value", "/channel/config/clientSecret"],
            Self::HookKey => &["/privateKey"],
            Self::ProvisioningConnection => &["/token"],
            Self::Authenticator => &["/provider/configuration/sharedSecret"],
            Self::AppAuthenticator => &["/push/pushToken"],
            _ => &[],
        }
    }
}

/// An object of an org in Okta's shape, without its links.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryObject {
    /// The prefix of the kind and 17 more characters. Derived from the name if a document leaves it out.
    #[serde(default)]
    pub id: String,
    /// The id of the object that it belongs to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// All other members, in Okta's order.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

impl DirectoryObject {
    /// A textual member.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// What people call it: `name`, else `label`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("name").or_else(|| self.text("label")).unwrap_or_default()
    }

    /// Whether it is not deactivated.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.text("status").is_none_or(|status| status == "ACTIVE")
    }

    /// Whether Okta made it. Such an object cannot be removed.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.members.get("system").and_then(Value::as_bool).unwrap_or_default()
    }
}
