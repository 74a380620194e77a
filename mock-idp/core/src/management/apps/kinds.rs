//! What an app has by its name: its sign-on mode, its settings and its links.

use crate::model::SignOnMode;

/// A template, or an app of Okta's catalog.
#[derive(Debug)]
pub(super) struct AppKind {
    pub(super) name: &'static str,
    pub(super) sign_on_mode: SignOnMode,
    /// The members of `settings.app`, which are null unless they are sent.
    pub(super) settings: &'static [&'static str],
    /// Its links, with the last segment of their URLs.
    pub(super) links: &'static [(&'static str, &'static str)],
    /// Links that are shown only if they are sent.
    pub(super) optional_links: &'static [&'static str],
}

// Okta: as recorded.
static KINDS: &[AppKind] = &[
    AppKind {
        name: "oidc_client",
        sign_on_mode: SignOnMode::OpenidConnect,
        settings: &[],
        links: &[("oidc_client_link", "aln177a159h7Zf52X0g8")],
        optional_links: &[],
    },
    AppKind {
        name: "bookmark",
        sign_on_mode: SignOnMode::Bookmark,
        settings: &["requestIntegration", "url"],
        links: &[("login", "2557")],
        optional_links: &[],
    },
    AppKind {
        name: "template_swa",
        sign_on_mode: SignOnMode::BrowserPlugin,
        settings: &["loginUrlRegex", "usernameField", "redirectUrl", "buttonField", "checkbox", "passwordField", "url"],
        links: &[("login", "2357")],
        optional_links: &[],
    },
    AppKind {
        name: "template_swa3field",
        sign_on_mode: SignOnMode::BrowserPlugin,
        settings: &[
            "loginUrlRegex",
            "extraFieldSelector",
            "extraFieldValue",
            "redirectUrl",
            "userNameSelector",
            "passwordSelector",
            "buttonSelector",
            "targetURL",
        ],
        links: &[("login", "3287")],
        optional_links: &[],
    },
    AppKind {
        name: "template_sps",
        sign_on_mode: SignOnMode::SecurePasswordStore,
        settings: &[
            "usernameField",
            "optionalField1",
            "optionalField2Value",
            "optionalField3Value",
            "passwordField",
            "url",
            "optionalField1Value",
            "optionalField2",
            "optionalField3",
        ],
        links: &[("login", "2355")],
        optional_links: &[],
    },
    AppKind {
        name: "template_basic_auth",
        sign_on_mode: SignOnMode::BasicAuth,
        settings: &["loginUrlRegex", "authURL", "url"],
        links: &[("login", "2873")],
        optional_links: &[],
    },
    AppKind {
        name: "aws_console",
        sign_on_mode: SignOnMode::BrowserPlugin,
        settings: &[],
        links: &[("aws_console_login", "4163")],
        optional_links: &[],
    },
    AppKind {
        name: "pagerduty",
        sign_on_mode: SignOnMode::BrowserPlugin,
        settings: &["adminUserId", "baseUrl", "subdomain"],
        links: &[("login", "3107")],
        optional_links: &[],
    },
    AppKind {
        name: OFFICE_365,
        sign_on_mode: SignOnMode::BrowserPlugin,
        settings: &[
            "tenantType",
            "wsFedConfigureType",
            "occSettings",
            "windowsTransportEnabled",
            "domain",
            "msftTenant",
            "domains",
            "office365ProvisioningType",
            "requireAdminConsent",
            "office365FlexibleProvisioningMode",
        ],
        links: &[("login", "2161")],
        optional_links: &[
            "calendar",
            "mail",
            "teams",
            "sites",
            "delve",
            "sway",
            "powerbi",
            "people",
            "excel",
            "yammer",
            "newsfeed",
            "onedrive",
            "word",
            "planner",
            "powerpoint",
            "tasks",
            "forms",
            "crm",
        ],
    },
];

pub(super) const OFFICE_365: &str = "office365";

impl AppKind {
    /// The kind of that name; `None` for an app that the org made itself, and for apps of the catalog that are not known here.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}
