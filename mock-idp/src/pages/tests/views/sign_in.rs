//! Pages that ask for a name and a password.

use std::sync::Arc;

use super::clients::consent;
use super::{frame, request};
use crate::pages::view::{
    AboutClient, Frame, OtherWays, PageView, PickerUser, ProviderLink, RequestSummary, SignInProblem,
    SignInProblemKind, SignInStep, SignInView,
};

pub(crate) const ALL_PROBLEMS: [(SignInProblemKind, &str, &str); 12] = [
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

pub(crate) fn personas() -> Vec<PickerUser> {
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

pub(crate) fn sign_in(step: SignInStep) -> SignInView {
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

/// A password that expires in so many days.
pub(crate) fn expiring(days: i64) -> PageView {
    let identifier = "warned@example.test".to_owned();
    let step = SignInStep::NewPassword { identifier, days_left: Some(days), rules: Box::default() };
    PageView::SignIn(SignInView { personas: Arc::default(), ..sign_in(step) })
}

pub(crate) fn identifier() -> SignInView {
    sign_in(SignInStep::Identifier)
}

pub(crate) fn autofill() -> SignInView {
    let options = r#"{"challenge":"c","userVerification":"preferred","extensions":{}}"#.to_owned();
    SignInView { autofill: Some(options), personas: Arc::default(), ..identifier() }
}

pub(crate) fn password() -> SignInView {
    sign_in(SignInStep::Password { identifier: "buyer@example.test".to_owned() })
}

pub(crate) fn new_password() -> SignInView {
    let rules = Box::default();
    sign_in(SignInStep::NewPassword { identifier: "expired@example.test".to_owned(), days_left: None, rules })
}

pub(crate) fn single() -> SignInView {
    sign_in(SignInStep::Single)
}

pub(crate) fn classic() -> SignInView {
    sign_in(SignInStep::Classic)
}

/// The step at which a problem of this kind shows up.
pub(crate) fn refused(kind: SignInProblemKind) -> SignInView {
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

/// The pages that ask for a name and a password.
pub(crate) fn sign_ins() -> Vec<(String, PageView)> {
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
        request: RequestSummary { server_name: None, ..consent().request },
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
    [
        ("sign_in_identifier", PageView::SignIn(identifier())),
        ("sign_in_autofill", PageView::SignIn(autofill())),
        ("sign_in_password", PageView::SignIn(password())),
        ("sign_in_new_password", PageView::SignIn(new_password())),
        ("sign_in_password_expires", expiring(5)),
        ("sign_in_password_expires_today", expiring(0)),
        ("sign_in_single", PageView::SignIn(single())),
        ("sign_in_classic", PageView::SignIn(classic())),
        ("sign_in_warnings_no_picker", PageView::SignIn(warned)),
        ("sign_in_many_users", PageView::SignIn(crowded)),
        ("sign_in_providers", PageView::SignIn(with_providers)),
        ("sign_in_providers_only", PageView::SignIn(providers_only)),
    ]
    .map(|(name, view)| (name.to_owned(), view))
    .to_vec()
}
