//! Example views.

use std::sync::Arc;

use mock_idp_core::ledger::{OpenedLink, PushResult};
use mock_idp_core::model::SignInMethod;
use mock_idp_core::protocol::Language;

use crate::pages::view::{
    AboutClient, ActivationStep, ActivationView, BackchannelItem, BackchannelView, CheckSessionView, ConsentScope,
    ConsentView, ErrorView, FormPostView, Frame, HomeApp, HomeConsent, HomeSession, HomeView, KeepMeSignedInView,
    MagicLinkView, MethodChoice, OtherWays, PageView, PickerUser, PostMessageView, ProfileField, ProofPageStep,
    ProofView, ProviderLink, RecoveryPageStep, RecoveryView, RedirectUriMismatch, RequestSummary, ShownDecision,
    SignInProblem, SignInProblemKind, SignInStep, SignInView, SignOutView, SignedOutView,
};

pub(super) const ALL_PROBLEMS: [(SignInProblemKind, &str, &str); 12] = [
    (SignInProblemKind::MissingIdentifier, "E0000001", "identifier was empty"),
    (SignInProblemKind::MissingPassword, "E0000001", "credentials.passcode was empty"),
    (SignInProblemKind::AuthenticationFailed, "E0000004", "the password of buyer@example.test does not match"),
    (SignInProblemKind::IncorrectPassword, "incorrectPassword", "wrong password for buyer@example.test"),
    (SignInProblemKind::LockedOut, "E0000004", "the status of locked@example.test is LOCKED_OUT"),
    (SignInProblemKind::Suspended, "E0000004", "the status of suspended@example.test is SUSPENDED"),
    (SignInProblemKind::Deprovisioned, "E0000004", "the status of deprovisioned@example.test is DEPROVISIONED"),
    (SignInProblemKind::Staged, "E0000004", "the status of staged@example.test is STAGED"),
    (SignInProblemKind::PasswordExpired, "E0000064", "the status of expired@example.test is PASSWORD_EXPIRED"),
    (SignInProblemKind::PasswordRequirements, "E0000014", "the new password is the old one"),
    (SignInProblemKind::PasswordsDiffer, "E0000014", "the new password was typed in two ways"),
    (SignInProblemKind::CookiesBlocked, "E0000005", "the transaction cookie did not come back"),
];

pub(super) fn frame() -> Frame {
    Frame {
        org_name: "Market".to_owned(),
        path_prefix: String::new(),
        request_id: "0123456789abcdef0123456789abcdef".to_owned(),
        warnings: Vec::new(),
        language: Language::English,
    }
}

pub(super) fn request() -> RequestSummary {
    RequestSummary {
        client_label: "Market demo".to_owned(),
        client_id: "0oamarketweb000005d7".to_owned(),
        server_name: Some("default".to_owned()),
        scopes: ["openid", "profile", "products:read"].map(str::to_owned).to_vec(),
        redirect_uri: "http://localhost:7802/authorization-code/callback".to_owned(),
        response_type: "code".to_owned(),
        response_mode: "query".to_owned(),
        prompt: None,
        pkce: true,
        nonce: true,
        warnings: Vec::new(),
    }
}

pub(super) fn personas() -> Vec<PickerUser> {
    let rows: [(&str, &str, &[&str], Option<&str>); 12] = [
        ("admin@example.test", "Ada Admin", &["Everyone", "Admins", "Buyers", "Premium"], None),
        ("buyer@example.test", "Ben Buyer", &["Everyone", "Buyers"], None),
        ("premium@example.test", "Priya Premium", &["Everyone", "Buyers", "Premium"], None),
        ("locked@example.test", "Lou Locked", &["Everyone", "Buyers"], Some("locked out")),
        ("suspended@example.test", "Sue Suspended", &["Everyone", "Buyers"], Some("suspended")),
        ("deprovisioned@example.test", "Dee Provisioned", &["Everyone", "Buyers"], Some("deactivated")),
        ("expired@example.test", "Ed Expired", &["Everyone", "Buyers"], Some("password expired")),
        ("staged@example.test", "Stan Staged", &["Everyone", "Buyers"], Some("not activated")),
        ("unassigned@example.test", "Una Unassigned", &["Everyone"], Some("no client assigned")),
        ("denied@example.test", "Dan Denied", &["Everyone", "Auditors"], Some("no policy rule matches")),
        (
            "unicode@example.test",
            "Bernadette-Ümläut Żółć-Łódźska von Hohenwaldstein-Überlingen 山田太郎",
            &["Everyone", "Buyers"],
            Some("long name"),
        ),
        ("rtl@example.test", "ليلى بنت عبد الرحمن", &["Everyone", "Buyers"], Some("right-to-left name")),
    ];
    rows.into_iter()
        .map(|(login, display_name, groups, note)| PickerUser {
            login: login.to_owned(),
            display_name: display_name.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            note: note.map(str::to_owned),
        })
        .collect()
}

pub(super) fn sign_in(step: SignInStep) -> SignInView {
    SignInView {
        frame: frame(),
        step,
        action: "/oauth2/default/v1/authorize/sign-in".to_owned(),
        state_handle: "02.id.state~c.example".to_owned(),
        identifier: String::new(),
        keep_me_signed_in: false,
        problem: None,
        about: AboutClient::default(),
        request: request(),
        personas: personas().into(),
        pick_action: "/oauth2/default/v1/authorize/pick".to_owned(),
        restart_href: "/oauth2/default/v1/authorize/restart?stateHandle=02.id.state".to_owned(),
        other_ways: Box::new(OtherWays {
            forgot_password: Some("/signin/forgot-password?stateHandle=02.id.state".to_owned()),
            register: Some("/signin/register?stateHandle=02.id.state".to_owned()),
            unlock: Some("/signin/unlock?stateHandle=02.id.state".to_owned()),
            providers: Vec::new(),
        }),
        autofill: None,
    }
}

/// The page of a link in an email, for each of its results.
fn magic_links() -> Vec<(String, PageView)> {
    [
        ("magic_link_verified", OpenedLink::Verified),
        ("magic_link_code", OpenedLink::Code("123456".to_owned())),
        ("magic_link_expired", OpenedLink::Expired),
        ("magic_link_replaced", OpenedLink::Replaced),
    ]
    .map(|(name, opened)| (name.to_owned(), PageView::MagicLink(MagicLinkView::new(opened, frame()))))
    .to_vec()
}

/// A password that expires in so many days.
fn expiring(days: i64) -> PageView {
    let identifier = "warned@example.test".to_owned();
    let step = SignInStep::NewPassword { identifier, days_left: Some(days), rules: Box::default() };
    PageView::SignIn(SignInView { personas: Arc::default(), ..sign_in(step) })
}

fn home() -> PageView {
    PageView::Home(HomeView {
        frame: frame(),
        display_name: "Ben Buyer".to_owned(),
        login: "buyer@example.test".to_owned(),
        email: "buyer@example.test".to_owned(),
        apps: vec![
            HomeApp { label: "Market demo".to_owned(), href: Some("http://localhost:7802/login".to_owned()) },
            HomeApp { label: "Market kiosk".to_owned(), href: None },
        ],
        sessions: vec![HomeSession {
            began: "2026-01-31T12:00:00.000Z".to_owned(),
            used: "2026-01-31T12:30:00.000Z".to_owned(),
            is_current: true,
        }],
        consents: vec![HomeConsent { client: "Market demo".to_owned(), scope: "openid products:read".to_owned() }],
        sign_out_href: "/login/signout".to_owned(),
    })
}

/// Each step of a recovery, and one with a problem.
fn recoveries() -> Vec<(String, PageView)> {
    let identifier = || "recover@example.test".to_owned();
    let steps = [
        ("recovery_identify", RecoveryPageStep::Identify { is_unlock: false, identifier: String::new() }, None),
        ("recovery_unlock", RecoveryPageStep::Identify { is_unlock: true, identifier: identifier() }, None),
        (
            "recovery_code_wrong",
            RecoveryPageStep::Code { identifier: identifier(), resend_action: "/signin/resend".to_owned() },
            Some(SignInProblem::new(SignInProblemKind::WrongCode, "the code is not the one that was sent")),
        ),
        ("recovery_question", RecoveryPageStep::Question { question: "What is your <b>pet</b>?".to_owned() }, None),
        ("recovery_confirm", RecoveryPageStep::Confirm { identifier: identifier() }, None),
        (
            "recovery_password",
            RecoveryPageStep::Password { identifier: identifier(), is_activation: false, rules: Box::default() },
            None,
        ),
        (
            "recovery_activation",
            RecoveryPageStep::Password { identifier: identifier(), is_activation: true, rules: Box::default() },
            None,
        ),
        (
            "registration_profile",
            RecoveryPageStep::Profile {
                fields: vec![ProfileField {
                    name: "email".to_owned(),
                    label: "Primary email".to_owned(),
                    required: true,
                    refused: true,
                }],
            },
            Some(SignInProblem::new(SignInProblemKind::NotUnique, "another user has this address")),
        ),
        ("recovery_unlocked", RecoveryPageStep::Unlocked { identifier: identifier() }, None),
    ];
    let page = |step, problem| {
        PageView::Recovery(RecoveryView {
            frame: frame(),
            step,
            action: "/signin/challenge".to_owned(),
            state_handle: "02.id.state~c.example".to_owned(),
            problem,
            restart_href: "/signin/restart?stateHandle=02.id.state".to_owned(),
            inbox_href: Some("/_mock/console/inbox".to_owned()),
        })
    };
    steps.into_iter().map(|(name, step, problem)| (name.to_owned(), page(step, problem))).collect()
}

pub(super) fn identifier() -> SignInView {
    sign_in(SignInStep::Identifier)
}

fn autofill() -> SignInView {
    let options = r#"{"challenge":"c","userVerification":"preferred","extensions":{}}"#.to_owned();
    SignInView { autofill: Some(options), personas: Arc::default(), ..identifier() }
}

pub(super) fn password() -> SignInView {
    sign_in(SignInStep::Password { identifier: "buyer@example.test".to_owned() })
}

pub(super) fn new_password() -> SignInView {
    let rules = Box::default();
    sign_in(SignInStep::NewPassword { identifier: "expired@example.test".to_owned(), days_left: None, rules })
}

pub(super) fn single() -> SignInView {
    sign_in(SignInStep::Single)
}

pub(super) fn classic() -> SignInView {
    sign_in(SignInStep::Classic)
}

/// The step at which a problem of this kind shows up.
pub(super) fn refused(kind: SignInProblemKind) -> SignInView {
    let (_, okta_code, reason) = ALL_PROBLEMS.into_iter().find(|(candidate, ..)| *candidate == kind).unwrap();
    let step = match kind {
        SignInProblemKind::MissingPassword
        | SignInProblemKind::IncorrectPassword
        | SignInProblemKind::AuthenticationFailed => password(),
        SignInProblemKind::PasswordRequirements | SignInProblemKind::PasswordsDiffer => new_password(),
        _ => identifier(),
    };
    SignInView {
        problem: Some(SignInProblem {
            kind,
            okta_code: okta_code.to_owned(),
            reason: reason.to_owned(),
            field: None,
            requirements: None,
        }),
        ..step
    }
}

pub(super) fn consent() -> ConsentView {
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

pub(super) fn unregistered_redirect() -> ErrorView {
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

pub(super) fn unknown_client() -> ErrorView {
    ErrorView {
        code: "invalid_client".to_owned(),
        description: "Invalid value for 'client_id' parameter.".to_owned(),
        reason: "no client has the id 0oanobody".to_owned(),
        redirect_uris: None,
        ..unregistered_redirect()
    }
}

pub(super) fn sign_out() -> SignOutView {
    SignOutView {
        frame: frame(),
        action: "/oauth2/default/v1/logout".to_owned(),
        confirmation: "confirmation-of-a-session".to_owned(),
    }
}

pub(super) fn signed_out(was_signed_in: bool) -> SignedOutView {
    SignedOutView { frame: frame(), was_signed_in, frames: Vec::new(), next: None }
}

pub(super) fn single_sign_out() -> SignedOutView {
    SignedOutView {
        frames: vec!["https://shop.example:8443/bye?iss=http%3A%2F%2Flocalhost&sid=idx1".to_owned()],
        next: Some("https://partner.example:8443/signed-out?state=s".to_owned()),
        ..signed_out(true)
    }
}

pub(super) fn form_post() -> FormPostView {
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

pub(super) fn post_message() -> PostMessageView {
    PostMessageView {
        frame: frame(),
        target_origin: "http://localhost:7803".to_owned(),
        fields: vec![
            ("code", "tGzv3JOkF0XG5Qx2TlKWIA_-~.".to_owned()),
            ("state", "a b&c=\"d\"<e>\u{2028}é'\\".to_owned()),
        ],
    }
}

pub(super) fn check_session() -> CheckSessionView {
    CheckSessionView { frame: frame(), state_cookie: "mockidp_market_state".to_owned() }
}

fn activation(step: ActivationStep) -> PageView {
    PageView::Activation(ActivationView { frame: frame(), step })
}

pub(super) fn device_code(refused: Option<&str>) -> PageView {
    let user_code = if refused.is_some() { "BCDFGHJK" } else { "" }.to_owned();
    let action = "/activate".to_owned();
    activation(ActivationStep::Code { action, user_code, refused: refused.map(str::to_owned) })
}

pub(super) fn device_confirm() -> PageView {
    let ConsentView { scopes, client_label, user_login, state_handle, .. } = consent();
    let (action, user_code) = ("/signin/consent".to_owned(), "BCDFGHJK".to_owned());
    activation(ActivationStep::Confirm { action, state_handle, client_label, user_login, user_code, scopes })
}

fn device_done(allowed: bool) -> PageView {
    activation(ActivationStep::Done { client_label: "Market TV".to_owned(), allowed })
}

pub(super) fn backchannel(waiting: bool, decided: Option<ShownDecision>) -> PageView {
    let request = BackchannelItem {
        id: "xYz".to_owned(),
        client_label: "Market kiosk".to_owned(),
        user_login: "buyer@example.test".to_owned(),
        numbers: Vec::new(),
        binding_message: Some("W4SCT".to_owned()),
        scopes: vec!["openid".to_owned(), "products:read".to_owned()],
        ends_in: 297,
    };
    let second =
        BackchannelItem { id: "zYx".to_owned(), binding_message: None, numbers: vec![17, 42, 90], ..request.clone() };
    let requests = if waiting { vec![request, second] } else { Vec::new() };
    PageView::Backchannel(BackchannelView {
        frame: frame(),
        action: "/signin/backchannel".to_owned(),
        decided,
        requests,
    })
}

/// A step in which the user proves more. `problem`: why the last answer was refused.
pub(super) fn proofs(step: ProofPageStep, problem: Option<SignInProblemKind>) -> PageView {
    let refused = |kind| SignInProblem::new(kind, "it is another one");
    PageView::Proofs(ProofView {
        frame: frame(),
        skip_action: matches!(step, ProofPageStep::ChooseEnrollment { .. }).then(|| "/signin/skip".to_owned()),
        choices_href: problem.is_some().then(|| "/signin/choose?stateHandle=02.id.state".to_owned()),
        step,
        state_handle: "02.id.state~c.example".to_owned(),
        identifier: "mfa@example.test".to_owned(),
        problem: problem.map(refused),
        restart_href: "/signin/restart?stateHandle=02.id.state".to_owned(),
    })
}

fn methods() -> Vec<MethodChoice> {
    let choice = |method: SignInMethod| MethodChoice {
        method,
        mark: method.row().authenticator,
        label: method.row().display_name.to_owned(),
        select: format!("Select {}.", method.row().display_name),
        href: "/signin/choose?stateHandle=02.id.state&method=x".to_owned(),
    };
    [SignInMethod::SecurityQuestion, SignInMethod::GoogleOtp].map(choice).to_vec()
}

fn proof_pages() -> Vec<(String, PageView)> {
    let action = || "/signin/verify".to_owned();
    let authenticator = || "Google Authenticator".to_owned();
    let expected = || Some("123456".to_owned());
    let code = ProofPageStep::Code {
        action: action(),
        authenticator: authenticator(),
        key: "google_otp",
        expected: expected(),
    };
    let sent_code = |sent| ProofPageStep::SentCode {
        action: action(),
        resend_action: "/signin/resend".to_owned(),
        poll_action: None,
        address: "b***r@example.test".to_owned(),
        method: SignInMethod::Email,
        sent,
        others: Vec::new(),
        enrolls: false,
    };
    let phone_code = |method, sent, enrolls| ProofPageStep::SentCode {
        action: action(),
        resend_action: "/signin/resend".to_owned(),
        poll_action: None,
        address: "+1 XXX-XXX-1337".to_owned(),
        method,
        sent,
        others: if sent { Vec::new() } else { vec![SignInMethod::Voice] },
        enrolls,
    };
    let push = |result, number| ProofPageStep::Push {
        action: "/signin/poll".to_owned(),
        resend_action: "/signin/resend".to_owned(),
        result,
        number,
        phone_href: Some("/signin/phone".to_owned()),
    };
    let app = |result| ProofPageStep::EnrollApp {
        action: "/signin/poll".to_owned(),
        resend_action: "/signin/resend".to_owned(),
        image: "data:image/svg+xml;base64,PHN2Zy8+".to_owned(),
        result: Some(result),
        phone_href: Some("/signin/phone".to_owned()),
    };
    let verify_code = ProofPageStep::Code {
        action: action(),
        authenticator: "Okta Verify".to_owned(),
        key: "okta_verify",
        expected: None,
    };
    let enroll_phone = || ProofPageStep::EnrollPhone {
        action: "/signin/enroll".to_owned(),
        method: SignInMethod::Sms,
        others: vec![SignInMethod::Voice],
    };
    let question = ProofPageStep::Question { action: action(), question: "Who?".to_owned(), expected: None };
    let enroll_code = ProofPageStep::EnrollCode {
        action: action(),
        authenticator: authenticator(),
        image: "data:image/svg+xml;base64,PHN2Zy8+".to_owned(),
        secret: "JBSWY3DPEHPK3PXP".to_owned(),
        expected: expected(),
    };
    let enroll_question =
        ProofPageStep::EnrollQuestion { action: action(), questions: vec![("disliked_food", "What is the food?")] };
    [
        ("proof_code", proofs(code.clone(), None)),
        ("proof_code_wrong", proofs(code, Some(SignInProblemKind::WrongCode))),
        ("proof_email", proofs(sent_code(false), None)),
        ("proof_email_code", proofs(sent_code(true), Some(SignInProblemKind::WrongCode))),
        ("proof_okta_verify", proofs(verify_code, None)),
        ("proof_push", proofs(push(None, None), None)),
        ("proof_push_number", proofs(push(Some(PushResult::Waiting), Some(42)), None)),
        ("proof_push_rejected", proofs(push(Some(PushResult::Rejected), Some(42)), None)),
        ("proof_enroll_app", proofs(app(PushResult::Waiting), None)),
        ("proof_enroll_app_expired", proofs(app(PushResult::TimedOut), None)),
        ("proof_phone", proofs(phone_code(SignInMethod::Sms, false, false), None)),
        ("proof_phone_call", proofs(phone_code(SignInMethod::Voice, true, false), None)),
        ("enroll_phone", proofs(enroll_phone(), None)),
        ("enroll_phone_wrong", proofs(enroll_phone(), Some(SignInProblemKind::InvalidPhoneNumber))),
        (
            "enroll_phone_code",
            proofs(phone_code(SignInMethod::Sms, true, true), Some(SignInProblemKind::WrongSentCode)),
        ),
        ("proof_question", proofs(question, Some(SignInProblemKind::WrongAnswer))),
        ("proof_choose", proofs(ProofPageStep::ChooseMethod { choices: methods() }, None)),
        ("enroll_choose", proofs(ProofPageStep::ChooseEnrollment { choices: methods() }, None)),
        ("enroll_code", proofs(enroll_code, None)),
        ("enroll_question", proofs(enroll_question, Some(SignInProblemKind::ShortAnswer))),
    ]
    .map(|(name, view)| (name.to_owned(), view))
    .to_vec()
}

fn keep_me_signed_in() -> KeepMeSignedInView {
    KeepMeSignedInView {
        frame: frame(),
        action: "/signin/keep-me-signed-in".to_owned(),
        state_handle: "02.id.state".to_owned(),
        user_login: "buyer@example.test".to_owned(),
    }
}

/// One of each page and state.
pub(super) fn every_page() -> Vec<(String, PageView)> {
    let warned = SignInView {
        frame: Frame {
            path_prefix: "/_org/shop".to_owned(),
            warnings: vec![
                "Fault active: id_token.wrong-nonce, 2 times more.".to_owned(),
                "The clock is 1 hour ahead.".to_owned(),
            ],
            ..frame()
        },
        identifier: "buyer@example.test".to_owned(),
        keep_me_signed_in: true,
        request: consent().request,
        personas: Arc::default(),
        ..identifier()
    };
    let link = |name: &str, kind: &str| ProviderLink {
        name: name.to_owned(),
        kind: kind.to_owned(),
        href: "/sso/idps/0oaprovider?stateToken=02.id.state".to_owned(),
    };
    let mut with_providers = identifier();
    with_providers.other_ways.providers = vec![link("Partners", "OIDC"), link("Google", "GOOGLE")];
    let mut providers_only = SignInView { personas: Arc::default(), ..sign_in(SignInStep::Providers) };
    providers_only.other_ways =
        Box::new(OtherWays { providers: vec![link("Partners", "OIDC")], ..OtherWays::default() });
    let mut crowded = identifier();
    for number in 1..=20 {
        Arc::make_mut(&mut crowded.personas).push(PickerUser {
            login: format!("user{number}@example.test"),
            display_name: format!("User {number}"),
            groups: vec!["Everyone".to_owned()],
            note: None,
        });
    }
    let mut pages = recoveries();
    pages.extend(magic_links());
    pages.extend([
        ("sign_in_identifier".to_owned(), PageView::SignIn(identifier())),
        ("sign_in_autofill".to_owned(), PageView::SignIn(autofill())),
        ("sign_in_password".to_owned(), PageView::SignIn(password())),
        ("sign_in_new_password".to_owned(), PageView::SignIn(new_password())),
        ("sign_in_password_expires".to_owned(), expiring(5)),
        ("sign_in_password_expires_today".to_owned(), expiring(0)),
        ("sign_in_single".to_owned(), PageView::SignIn(single())),
        ("sign_in_classic".to_owned(), PageView::SignIn(classic())),
        ("sign_in_warnings_no_picker".to_owned(), PageView::SignIn(warned)),
        ("sign_in_many_users".to_owned(), PageView::SignIn(crowded)),
        ("sign_in_providers".to_owned(), PageView::SignIn(with_providers)),
        ("sign_in_providers_only".to_owned(), PageView::SignIn(providers_only)),
        ("keep_me_signed_in".to_owned(), PageView::KeepMeSignedIn(keep_me_signed_in())),
        ("consent".to_owned(), PageView::Consent(consent())),
        ("error_redirect_uri".to_owned(), PageView::Error(unregistered_redirect())),
        ("error_unknown_client".to_owned(), PageView::Error(unknown_client())),
        ("sign_out".to_owned(), PageView::SignOut(sign_out())),
        ("signed_out".to_owned(), PageView::SignedOut(signed_out(true))),
        ("signed_out_everywhere".to_owned(), PageView::SignedOut(single_sign_out())),
        ("signed_out_no_session".to_owned(), PageView::SignedOut(signed_out(false))),
        ("home".to_owned(), home()),
        ("form_post".to_owned(), PageView::FormPost(form_post())),
        ("post_message".to_owned(), PageView::PostMessage(post_message())),
        ("check_session".to_owned(), PageView::CheckSession(check_session())),
        ("backchannel".to_owned(), backchannel(true, None)),
        ("backchannel_empty".to_owned(), backchannel(false, None)),
        ("backchannel_approved".to_owned(), backchannel(false, Some(ShownDecision::Approved))),
        ("backchannel_denied".to_owned(), backchannel(true, Some(ShownDecision::Denied))),
        ("backchannel_too_late".to_owned(), backchannel(false, Some(ShownDecision::TooLate))),
        ("device_code".to_owned(), device_code(None)),
        ("device_code_refused".to_owned(), device_code(Some("no device waits that shows this code"))),
        ("device_confirm".to_owned(), device_confirm()),
        ("device_activated".to_owned(), device_done(true)),
        ("device_not_activated".to_owned(), device_done(false)),
    ]);
    pages.extend(proof_pages());
    for (kind, ..) in ALL_PROBLEMS {
        pages.push((format!("sign_in_refused_{kind:?}"), PageView::SignIn(refused(kind))));
    }
    pages
}
