//! Pages that a client has sent the browser to, and answers to it.

use super::{frame, request};
use crate::pages::view::{
    AboutClient, CheckSessionView, ConsentScope, ConsentView, ErrorView, FormPostView, PostMessageView,
    RedirectUriMismatch, RequestSummary, SignOutView, SignedOutView,
};

pub(crate) fn consent() -> ConsentView {
    let scope = |name: &str, display_name: &str, description: &str, optional| ConsentScope {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        description: description.to_owned(),
        optional,
    };
    ConsentView {
        frame: frame(),
        action: "/oauth2/default/v1/authorize/consent".to_owned(),
        state_handle: "02.id.state~c.example".to_owned(),
        client_label: "Partner portal".to_owned(),
        user_login: "buyer@example.test".to_owned(),
        about: AboutClient {
            logo_uri: Some("https://cdn.example/partner.png".to_owned()),
            client_uri: Some("https://partner.example/".to_owned()),
            policy_uri: Some("https://partner.example/privacy".to_owned()),
            tos_uri: Some("https://partner.example/terms".to_owned()),
        },
        scopes: vec![
            scope("openid", "Know who you are", "Your user ID and when you signed in.", false),
            scope("orders:read:user", "Read your orders", "", false),
            scope("phone", "Read your phone number", "The primary phone of your profile.", true),
            scope("warehouse:write", "", "", true),
        ],
        request: RequestSummary {
            client_label: "Partner portal".to_owned(),
            client_id: "0oamarketpartner05d7".to_owned(),
            redirect_uri: "https://partner.example:8443/callback".to_owned(),
            prompt: Some("consent".to_owned()),
            pkce: false,
            warnings: vec!["The request has no PKCE challenge.".to_owned(), "The request has no state.".to_owned()],
            ..request()
        },
    }
}

pub(crate) fn unregistered_redirect() -> ErrorView {
    ErrorView {
        frame: frame(),
        status: 400,
        code: "invalid_request".to_owned(),
        description: "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: \
                      http://localhost-admin/admin/app/oidc_client/instance/0oamarketweb000005d7#tab-general"
            .to_owned(),
        reason: "the redirect URI is not one of the 3 that client 0oamarketweb000005d7 has registered".to_owned(),
        redirect_uris: Some(RedirectUriMismatch {
            client_label: "Market demo".to_owned(),
            received: "http://localhost:3000/authorization-code/callback/".to_owned(),
            registered: [
                "http://localhost:7802/authorization-code/callback",
                "http://127.0.0.1:7802/authorization-code/callback",
                "https://market.example/signin-oidc",
            ]
            .map(str::to_owned)
            .to_vec(),
            command: Some("curl --json '{\"client\":\"0oa\"}' http://localhost:7801/_mock/redirect-uris".to_owned()),
        }),
    }
}

pub(crate) fn unknown_client() -> ErrorView {
    ErrorView {
        code: "invalid_client".to_owned(),
        description: "Invalid value for 'client_id' parameter.".to_owned(),
        reason: "no client has the id 0oanobody".to_owned(),
        redirect_uris: None,
        ..unregistered_redirect()
    }
}

pub(crate) fn sign_out() -> SignOutView {
    SignOutView {
        frame: frame(),
        action: "/oauth2/default/v1/logout".to_owned(),
        confirmation: "confirmation-of-a-session".to_owned(),
    }
}

pub(crate) fn signed_out(was_signed_in: bool) -> SignedOutView {
    SignedOutView { frame: frame(), was_signed_in, frames: Vec::new(), next: None }
}

pub(crate) fn single_sign_out() -> SignedOutView {
    SignedOutView {
        frames: vec!["https://shop.example:8443/bye?iss=http%3A%2F%2Flocalhost&sid=idx1".to_owned()],
        next: Some("https://partner.example:8443/signed-out?state=s".to_owned()),
        ..signed_out(true)
    }
}

pub(crate) fn form_post() -> FormPostView {
    FormPostView {
        frame: frame(),
        action: "http://localhost:7802/authorization-code/callback".to_owned(),
        user_id: Some("00ubuyer0000000005d7".to_owned()),
        fields: vec![
            ("code".to_owned(), "tGzv3JOkF0XG5Qx2TlKWIA_-~.".to_owned()),
            ("state".to_owned(), "a b&c=\"d\"<e>".to_owned()),
        ],
    }
}

pub(crate) fn post_message() -> PostMessageView {
    PostMessageView {
        frame: frame(),
        target_origin: "http://localhost:7803".to_owned(),
        fields: vec![
            ("code", "tGzv3JOkF0XG5Qx2TlKWIA_-~.".to_owned()),
            ("state", "a b&c=\"d\"<e>\u{2028}é'\\".to_owned()),
        ],
    }
}

pub(crate) fn check_session() -> CheckSessionView {
    CheckSessionView { frame: frame(), state_cookie: "mockidp_market_state".to_owned() }
}
