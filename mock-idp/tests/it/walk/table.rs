//! The table of the walks: how each state is reached and left, and where it is not offered.

use mock_idp_core::model::SignInMethod;

use super::orgs::{self, Start};
use super::state::State;
use super::{ACR, Front, Move};
use crate::org::TestOrg;
use crate::profile_update;

/// A state in a front end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    /// It is reached and left.
    Walk,
    /// One request takes it together with the next step, for this reason. The same moves lead to the same end.
    Merged(&'static str),
    /// It is not offered, for this reason.
    Not(&'static str),
}

/// How many cells are of each kind.
pub(super) const COUNTS: (usize, usize, usize) = (95, 11, 50);

/// The claims of the tokens at the end.
pub(super) struct Ends {
    pub(super) login: &'static str,
    /// `None`: any value, if it is the same in all front ends.
    pub(super) amr: Option<Vec<&'static str>>,
}

pub(super) struct Walk {
    pub(super) start: Start,
    pub(super) acr: Option<&'static str>,
    pub(super) reach: Vec<Move>,
    /// `None`: the sign-in does not go on.
    pub(super) complete: Option<Vec<Move>>,
    pub(super) ends: Option<Ends>,
}

const BUYER: &str = "buyer@example.test";
const EXPIRED: &str = "expired@example.test";
const LOCKED: &str = "locked@example.test";
const NINA: &str = "nina@example.test";
const RECOVER: &str = "recover@example.test";

/// The walk to a state; `None`: it is never reached.
pub(super) fn walk(state: State) -> Option<Walk> {
    use Move::{
        Again, Allow, Answer, Approve, Choose, Code, Department, Forgot, Identifier, NewPassword, OpenLink, Password,
        Profile, Prove, RefusedByProvider, Register, Skip, StaySignedIn, Unlock,
    };
    use SignInMethod::{GoogleOtp, OktaVerifyPush, SecurityQuestion, WebAuthn};
    let by_password = || vec![Identifier(BUYER), Password];
    let plain = |org, login, reach, complete| Some(Walk::new(org, (login, vec!["pwd"]), reach, complete));
    let second = |method: SignInMethod, reach: Vec<Move>, complete: Vec<Move>| {
        let amr = [&["pwd", "mfa"], method.row().amr].concat();
        let walk = Walk::new(orgs::second_factor(), (BUYER, amr), reach, complete);
        // A question is no second factor of another class.
        Some(Walk { acr: Some(ACR).filter(|_| method != SecurityQuestion), ..walk })
    };
    let enrolled = |method: SignInMethod, optional: &[SignInMethod], reach: Vec<Move>, complete: Vec<Move>| {
        let amr = [&["pwd", "mfa"], method.row().amr].concat();
        Some(Walk::new(orgs::enrolling(method, optional), (BUYER, amr), [by_password(), reach].concat(), complete))
    };
    let market = TestOrg::market;
    match state {
        State::Identify => plain(market(), BUYER, vec![], by_password()),
        State::Challenge => plain(market(), BUYER, vec![Identifier(BUYER)], vec![Password]),
        State::SignedIn => plain(market(), BUYER, by_password(), vec![]),
        State::NewPassword => plain(market(), EXPIRED, vec![Identifier(EXPIRED), Password], vec![NewPassword]),
        State::PasswordWarning => plain(orgs::expiring(), BUYER, by_password(), vec![Skip]),
        State::RecoveryIdentify => {
            plain(orgs::with_phones(), BUYER, vec![Forgot], vec![Identifier(BUYER), Code, NewPassword])
        }
        State::RecoveryCode => {
            plain(orgs::with_phones(), BUYER, vec![Forgot, Identifier(BUYER)], vec![Code, NewPassword])
        }
        State::RecoveryQuestion => {
            plain(market(), RECOVER, vec![Forgot, Identifier(RECOVER), Code], vec![Answer, NewPassword])
        }
        State::RecoveryPassword => {
            plain(orgs::with_phones(), BUYER, vec![Forgot, Identifier(BUYER), Code], vec![NewPassword])
        }
        State::RecoveryConfirm => {
            let reach = vec![Unlock, Identifier(LOCKED), OpenLink];
            Some(Walk { complete: None, ends: None, ..Walk::new(market(), (LOCKED, vec![]), reach, vec![]) })
        }
        State::Unlocked => {
            let complete = vec![Again(1), Identifier(LOCKED), Password];
            plain(orgs::with_phones(), LOCKED, vec![Unlock, Identifier(LOCKED), Code], complete)
        }
        State::Profile => plain(market(), NINA, vec![Register], vec![Profile, NewPassword, Code]),
        State::RegistrationPassword => plain(market(), NINA, vec![Register, Profile], vec![NewPassword, Code]),
        State::RegistrationCode => plain(market(), NINA, vec![Register, Profile, NewPassword], vec![Code]),
        State::ChooseMethod => {
            let walk = second(GoogleOtp, by_password(), vec![Choose(GoogleOtp), Prove(GoogleOtp)]);
            // The list depends on what is requested.
            walk.map(|walk| Walk { acr: None, ..walk })
        }
        State::EnterPassword => {
            // A session ends after an hour without requests.
            let first = vec![Choose(GoogleOtp), Prove(GoogleOtp), Again(3000), Again(601)];
            let reach = [by_password(), first, vec![Choose(SignInMethod::Password)]].concat();
            let complete = vec![Password, Choose(WebAuthn), Prove(WebAuthn)];
            let walk = Walk::new(orgs::short_lived_proofs(), (BUYER, vec![]), reach, complete);
            Some(Walk { ends: Some(Ends { login: BUYER, amr: None }), ..walk })
        }
        State::Verify(method) => second(method, [by_password(), vec![Choose(method)]].concat(), vec![Prove(method)]),
        State::Wait => second(OktaVerifyPush, [by_password(), vec![Choose(OktaVerifyPush)]].concat(), vec![Approve]),
        State::UsePasskey => second(WebAuthn, [by_password(), vec![Choose(WebAuthn)]].concat(), vec![Prove(WebAuthn)]),
        State::ChooseEnrollment => {
            enrolled(GoogleOtp, &[SecurityQuestion], vec![], vec![Choose(GoogleOtp), Prove(GoogleOtp), Skip])
        }
        State::Enroll(OktaVerifyPush) => enrolled(OktaVerifyPush, &[], vec![Choose(OktaVerifyPush)], vec![Approve]),
        State::Enroll(method) if method.is_enrolled_in_sign_in() && method != SignInMethod::Email => {
            enrolled(method, &[], vec![Choose(method)], vec![Prove(method)])
        }
        State::Enroll(_) => None,
        State::ProviderFailed => {
            let walk = Walk::new(market(), (BUYER, vec![]), vec![RefusedByProvider], vec![]);
            Some(Walk { start: Start::Federation, complete: None, ends: None, ..walk })
        }
        State::ProfileUpdate => plain(profile_update::asking(), BUYER, by_password(), vec![Department]),
        State::KeepMeSignedIn => plain(orgs::asking_to_stay(), BUYER, by_password(), vec![StaySignedIn]),
        State::Consent => plain(orgs::asking_for_consent(), BUYER, by_password(), vec![Allow]),
        State::Decided => plain(orgs::asking_for_consent(), BUYER, [by_password(), vec![Allow]].concat(), vec![]),
    }
}

impl Walk {
    fn new(
        org: TestOrg,
        (login, amr): (&'static str, Vec<&'static str>),
        reach: Vec<Move>,
        complete: Vec<Move>,
    ) -> Self {
        let (start, ends) = (Start::Org(Box::new(org)), Some(Ends { login, amr: Some(amr) }));
        Self { start, acr: None, reach, complete: Some(complete), ends }
    }
}

/// Whether a front end offers a state.
pub(super) fn cell(state: State, front: Front) -> Cell {
    use Cell::{Merged, Not};
    const NAME_AND_PASSWORD: &str = "a program sends name and password together";
    const NO_RECOVERY: &str = "direct authentication has no recovery";
    const NO_ENROLLMENT: &str = "direct authentication enrolls nothing";
    match (state, front) {
        (State::Identify | State::Challenge, Front::Authn | Front::Headless) => Merged(NAME_AND_PASSWORD),
        (State::NewPassword, Front::Headless) => Not("an expired password is refused"),
        (State::PasswordWarning, Front::Headless) => Not("the token endpoint gives no warnings"),
        (State::RecoveryIdentify, Front::Authn) => Merged("the first request of a recovery has the name"),
        (
            State::RecoveryIdentify
            | State::RecoveryCode
            | State::RecoveryQuestion
            | State::RecoveryConfirm
            | State::RecoveryPassword
            | State::Unlocked,
            Front::Headless,
        ) => Not(NO_RECOVERY),
        (State::RecoveryConfirm, Front::Idx | Front::Authn) => Not("the link is opened on a page"),
        (State::Profile | State::RegistrationPassword | State::RegistrationCode, Front::Authn | Front::Headless) => {
            Not("users register on pages and by the IDX API")
        }
        (State::EnterPassword, Front::Authn | Front::Headless) => Not("a program has no session that could be old"),
        (
            State::Verify(SignInMethod::SecurityQuestion | SignInMethod::GoogleOtp | SignInMethod::OktaVerifyTotp),
            Front::Authn,
        ) => Merged("the request that names the factor has the answer"),
        (State::Verify(SignInMethod::GoogleOtp | SignInMethod::OktaVerifyTotp), Front::Headless) => {
            Merged("the request has the code of the app")
        }
        (State::Verify(SignInMethod::SecurityQuestion), Front::Headless) => {
            Not("direct authentication has no grant for answers")
        }
        (State::UsePasskey, Front::Headless) => Not("the grant for passkeys is not served"),
        (State::ChooseEnrollment, Front::Headless) => Not(NO_ENROLLMENT),
        (State::Enroll(method), _) if !method.is_enrolled_in_sign_in() => {
            Not("passwords are set elsewhere, and the codes of Okta Verify come with its notifications")
        }
        (State::Enroll(SignInMethod::Email), _) => Not("the address of a user is enrolled from the start"),
        (State::Enroll(SignInMethod::SecurityQuestion), Front::Authn) => {
            Merged("the request that names the factor has question and answer")
        }
        (State::Enroll(_), Front::Headless) => Not(NO_ENROLLMENT),
        (State::ProviderFailed, Front::Pages) => Not("the page begins again, with the message"),
        (State::ProviderFailed, Front::Authn | Front::Headless) => Not("a program does not visit identity providers"),
        (State::ProfileUpdate, Front::Authn | Front::Headless) => Not("a program is not asked for attributes"),
        (State::KeepMeSignedIn, Front::Authn | Front::Headless) => Not("only sessions of browsers are kept"),
        (State::Consent | State::Decided, Front::Authn) => Not("a session token is for no client"),
        (State::Consent | State::Decided, Front::Headless) => Not("clients that need consent are refused"),
        (_, Front::Pages | Front::Idx) => Cell::Walk,
        (
            State::NewPassword
            | State::PasswordWarning
            | State::RecoveryCode
            | State::RecoveryQuestion
            | State::RecoveryPassword
            | State::Unlocked
            | State::ChooseMethod
            | State::Verify(_)
            | State::Wait
            | State::UsePasskey
            | State::ChooseEnrollment
            | State::Enroll(_)
            | State::SignedIn,
            Front::Authn,
        )
        | (State::ChooseMethod | State::Verify(_) | State::Wait | State::SignedIn, Front::Headless) => Cell::Walk,
    }
}
