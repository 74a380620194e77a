//! Every state of the sign-in, through every front end. The same moves of a user are made in each; what it shows, what it offers and the
//! tokens at the end are compared.

mod authn;
mod headless;
mod idx;
mod orgs;
mod pages;
mod state;
mod table;

use std::collections::BTreeSet;

use mock_idp::MockIdp;
use mock_idp_core::model::SignInMethod;
use mock_idp_core::protocol::totp;
use serde_json::{Value, json};

use self::state::{State, stored};
use self::table::{Cell, Walk};
use crate::factors::key_bytes;
use crate::flow::browser;
use crate::market::{NOW, post};

/// A password that replaces the one that all users have.
const NEW: &str = "Str0nger-than-before";
const NUMBER: &str = "+15554151337";
const ACR: &str = "urn:okta:loa:2fa:any";

/// How users sign in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Front {
    /// The hosted pages, in a browser without scripts.
    Pages,
    Idx,
    /// `/api/v1/authn`.
    Authn,
    /// Direct authentication.
    Headless,
}

impl Front {
    const ALL: [Self; 4] = [Self::Pages, Self::Idx, Self::Authn, Self::Headless];
}

/// A move of a user.
#[derive(Clone, Copy, Debug)]
enum Move {
    Identifier(&'static str),
    Password,
    NewPassword,
    /// Begins to reset the password.
    Forgot,
    /// Begins to unlock the account.
    Unlock,
    /// Opens the link of the newest email.
    OpenLink,
    /// The code of a recovery or a registration.
    Code,
    /// The answer to the recovery question.
    Answer,
    /// Begins to register.
    Register,
    /// The profile of a new user.
    Profile,
    /// An attribute that the profile lacks.
    Department,
    /// A method of a list, to prove or to enroll. A code or a notification is sent for it.
    Choose(SignInMethod),
    /// What proves the chosen method.
    Prove(SignInMethod),
    /// Approves the notification on the phone.
    Approve,
    Skip,
    /// Wants to stay signed in.
    StaySignedIn,
    /// Gives consent.
    Allow,
    /// Is sent to an identity provider, which refuses.
    RefusedByProvider,
    /// Comes back after so many seconds, in the same browser.
    Again(i64),
}

/// A sign-in in a front end.
enum Driver<'m> {
    Pages(pages::Pages<'m>),
    Idx(idx::Idx<'m>),
    Authn(authn::Authn<'m>),
    Headless(headless::Headless<'m>),
}

impl<'m> Driver<'m> {
    async fn begin(front: Front, mock: &'m MockIdp, acr: Option<&'static str>) -> Self {
        match front {
            Front::Pages => Self::Pages(pages::Pages::begin(mock, acr).await),
            Front::Idx => Self::Idx(idx::Idx::begin(mock, acr).await),
            Front::Authn => Self::Authn(authn::Authn::new(mock, acr)),
            Front::Headless => Self::Headless(headless::Headless::new(mock)),
        }
    }

    async fn take(&mut self, step: Move) {
        match self {
            Self::Pages(driver) => driver.take(step).await,
            Self::Idx(driver) => driver.take(step).await,
            Self::Authn(driver) => driver.take(step).await,
            Self::Headless(driver) => driver.take(step).await,
        }
    }

    /// Checks that the front end shows this state.
    fn assert_shows(&self, state: State) {
        match self {
            Self::Pages(driver) => driver.assert_shows(state),
            Self::Idx(driver) => driver.assert_shows(state),
            Self::Authn(driver) => driver.assert_shows(state),
            Self::Headless(driver) => driver.assert_shows(state),
        }
    }

    /// The state handle of the stored transaction.
    fn handle(&self) -> Option<String> {
        match self {
            Self::Pages(driver) => driver.handle(),
            Self::Idx(driver) => driver.handle(),
            Self::Authn(driver) => driver.handle(),
            Self::Headless(_) => None,
        }
    }

    /// The authenticators of a list; `None`: there is no list.
    fn offered(&self) -> Option<BTreeSet<String>> {
        match self {
            Self::Pages(driver) => driver.offered(),
            Self::Idx(driver) => driver.offered(),
            Self::Authn(driver) => driver.offered(),
            Self::Headless(_) => None,
        }
    }

    /// The claims of the ID token at the end.
    async fn claims(self) -> Value {
        match self {
            Self::Pages(driver) => driver.claims().await,
            Self::Idx(driver) => driver.claims().await,
            Self::Authn(driver) => driver.claims().await,
            Self::Headless(driver) => driver.claims().await,
        }
    }
}

/// What a walk has found.
#[derive(Debug, PartialEq)]
struct Found {
    login: Value,
    amr: Value,
    acr: Option<Value>,
}

async fn walked(front: Front, state: State, walk: &Walk, has_state: bool) -> (Option<BTreeSet<String>>, Option<Found>) {
    let mock = walk.start.mock().await;
    let mut driver = Driver::begin(front, &mock, walk.acr).await;
    for step in &walk.reach {
        driver.take(*step).await;
    }
    let mut offered = None;
    if has_state {
        driver.assert_shows(state);
        if let Some(handle) = driver.handle() {
            assert_eq!(stored(&mock, &handle).await, Some(state), "the machine is in another state: {front:?}");
        }
        offered = driver.offered();
    }
    let Some(complete) = &walk.complete else { return (offered, None) };
    for step in complete {
        driver.take(*step).await;
    }
    let claims = driver.claims().await;
    let acr = walk.acr.map(|_| claims["acr"].clone()).filter(|_| front != Front::Headless);
    (offered, Some(Found { login: claims["preferred_username"].clone(), amr: claims["amr"].clone(), acr }))
}

#[tokio::test]
async fn every_state_looks_and_ends_the_same_in_every_front_end() {
    let (mut walks, mut merged, mut left_out) = (0, 0, 0);
    for state in State::all() {
        let Some(walk) = table::walk(state) else {
            for front in Front::ALL {
                let cell = table::cell(state, front);
                assert!(matches!(cell, Cell::Not(_)), "{state:?} has no walk, but {front:?} offers it");
                left_out += 1;
            }
            continue;
        };
        let (mut lists, mut ends) = (Vec::new(), Vec::new());
        for front in Front::ALL {
            let has_state = match table::cell(state, front) {
                Cell::Walk => true,
                Cell::Merged(reason) => {
                    println!("{state:?} {front:?}: in one step, {reason}");
                    false
                }
                Cell::Not(reason) => {
                    println!("{state:?} {front:?}: not offered, {reason}");
                    left_out += 1;
                    continue;
                }
            };
            *if has_state { &mut walks } else { &mut merged } += 1;
            let (offered, found) = walked(front, state, &walk, has_state).await;
            lists.extend(offered);
            let amr = |found: &Found| found.amr.clone();
            let expected = walk.ends.as_ref().map(|ends| Found {
                login: json!(ends.login),
                amr: ends.amr.as_ref().map_or_else(|| found.as_ref().map_or(Value::Null, amr), |amr| json!(amr)),
                acr: walk.acr.map(|acr| json!(acr)).filter(|_| front != Front::Headless),
            });
            assert_eq!(found, expected, "{state:?} {front:?}");
            println!("{state:?} {front:?}: {found:?}");
            ends.extend(found.map(|found| (found.login, found.amr)));
        }
        ends.dedup();
        assert!(ends.len() < 2, "{state:?} ends in different ways: {ends:?}");
        lists.dedup();
        assert!(lists.len() < 2, "{state:?}: {lists:?}");
    }
    println!("{walks} walks, {merged} in which the state is a part of another, {left_out} cells that are not offered");
    assert_eq!((walks, merged, left_out), table::COUNTS);
}

/// The newest code that was sent in this way.
async fn sent_code(mock: &MockIdp, kind: &str) -> String {
    let url = format!("{}/_mock/inbox", mock.url());
    let query = [("kind", kind), ("limit", "1")];
    let messages: Value = browser().get(url).query(&query).send().await.unwrap().json().await.unwrap();
    messages[0]["code"].as_str().unwrap_or_else(|| panic!("no code in {messages}")).to_owned()
}

async fn approve(mock: &MockIdp) {
    post(mock, "/_mock/pushes", json!({ "decision": "approve" })).await;
}

/// The code that an app with this key shows.
fn app_code(key: &str) -> String {
    totp::code(&key_bytes(key), totp::step_at(NOW))
}

/// How the inbox names a message that has a code of a method.
fn kind_of(method: SignInMethod) -> &'static str {
    match method {
        SignInMethod::Email => "email",
        SignInMethod::Sms => "sms",
        SignInMethod::Voice => "voice",
        other => panic!("{other:?} sends no code"),
    }
}

/// The authenticator of a method, as lists name it. The methods of a phone are chosen later.
fn authenticator_of(method: SignInMethod) -> String {
    let row = method.row();
    match method {
        SignInMethod::OktaVerifyTotp | SignInMethod::OktaVerifyPush => format!("{}-{}", row.authenticator, row.method),
        _ => row.authenticator.to_owned(),
    }
}

/// The answer of the passkey that the users of [`orgs`] have, or get.
fn passkey_answer(mock: &MockIdp, options: &Value) -> Value {
    let (authenticator, _) = &*orgs::PASSKEY;
    let origin = crate::factors::passkeys::origin(mock);
    match options.get("user") {
        Some(_) => authenticator.register(options, origin),
        None => authenticator.assert(options, origin, 1),
    }
}
