//! The email addresses of a user. Okta: `/idp/myaccount/emails`.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::link;
use crate::ledger::{
    EmailChallenge, EmailRole, MessageKind, MessageTemplate, OneTimeToken, OutgoingMessage, OwnEmails,
};
use crate::management::users::{self, UserUpdate, find};
use crate::management::{ApiError, ApiErrorId, BodyMembers, ManagementCall, ManagementChange};
use crate::model::{User, is_email_address};
use crate::moment::{Moment, timestamp};
use crate::org::{Org, Tables};

/// Seconds for which a code can be entered. Okta: five minutes.
const CODE_LIFETIME: i64 = 300;

/// The addresses of the user, and those that the user has added.
///
/// # Errors
/// The caller is not a user.
pub fn emails(org: &Tables, call: ManagementCall<'_>, own: &OwnEmails) -> Result<Value, ApiError> {
    let user = find(org, call, "me")?;
    Ok(addresses(user, own).iter().map(|address| address.show(call, own)).collect())
}

/// # Errors
/// The user has no such address.
pub fn email(org: &Tables, call: ManagementCall<'_>, own: &OwnEmails, id: &str) -> Result<Value, ApiError> {
    Ok(address(org, call, own, id)?.show(call, own))
}

/// The address with this id.
///
/// # Errors
/// The user has none.
pub fn address_of(org: &Tables, call: ManagementCall<'_>, own: &OwnEmails, id: &str) -> Result<String, ApiError> {
    address(org, call, own, id).map(|address| address.email)
}

fn address(org: &Tables, call: ManagementCall<'_>, own: &OwnEmails, id: &str) -> Result<Address, ApiError> {
    let mut known = addresses(find(org, call, "me")?, own).into_iter();
    known.find(|address| id_of(&address.email) == id).ok_or_else(|| ApiError::not_found(id, "UserProfileEmail"))
}

/// A new address.
#[derive(Clone, Debug)]
pub struct NewEmail {
    pub email: String,
    pub role: EmailRole,
    /// Whether the org sends the code.
    pub sends: bool,
}

/// Reads the body of a request for a new address.
///
/// # Errors
/// It is not an address, or the user has it.
pub fn new_email(org: &Tables, call: ManagementCall<'_>, body: &Map<String, Value>) -> Result<NewEmail, ApiError> {
    let user = find(org, call, "me")?;
    let body = BodyMembers::of(body);
    let given = body.object("profile")?.map_or(Ok(None), |profile| profile.text("email"))?.unwrap_or_default().trim();
    if !is_email_address(given) {
        return Err(ApiError::validation("email", vec!["Invalid email address.".to_owned()]));
    }
    if addresses(user, &OwnEmails::default()).iter().any(|known| known.email.eq_ignore_ascii_case(given)) {
        return Err(registered(given));
    }
    let role = if body.text("role")? == Some("SECONDARY") { EmailRole::Secondary } else { EmailRole::Primary };
    Ok(NewEmail { email: given.to_owned(), role, sends: body.boolean("sendEmail")?.unwrap_or(true) })
}

/// The error for an address that the user has.
#[must_use]
pub fn registered(email: &str) -> ApiError {
    let cause = format!("The email {email} is already registered to the current user profile.");
    ApiError {
        arguments: vec!["Another authenticator with key: email is already active.".to_owned()],
        causes: vec![cause],
        ..ApiError::new(ApiErrorId::AuthenticatorActive, "the user has this address")
    }
}

/// A code for an address, and the message with it.
pub fn challenge(org: &Org, user: &User, email: &str, moment: &mut Moment<'_>) -> (EmailChallenge, OutgoingMessage) {
    let code = org.one_time_code(moment);
    let id: String = moment.token().chars().take(22).collect();
    let challenge = EmailChallenge {
        id: format!("myaccount.{id}"),
        email: email.to_owned(),
        code: OneTimeToken::hash(&code),
        wrong: 0,
        is_verified: false,
        expires: moment.now + CODE_LIFETIME,
    };
    let message = OutgoingMessage {
        kind: MessageKind::Email,
        to: email.to_owned(),
        user_id: Some(user.id.clone()),
        template: Some(MessageTemplate::EmailChangeConfirmation),
        subject: Some("Confirm email address change".to_owned()),
        text: format!("Your verification code is {code}."),
        code: Some(code),
        link: None,
    };
    (challenge, message)
}

/// The message to the present address. Okta: "Notice of pending email address change".
#[must_use]
pub fn notice(user: &User, email: &str) -> OutgoingMessage {
    OutgoingMessage {
        kind: MessageKind::Email,
        to: user.profile.email.clone(),
        user_id: Some(user.id.clone()),
        template: None,
        subject: Some("Notice of pending email address change".to_owned()),
        text: format!("Your email address will be {email}, as soon as you confirm it."),
        code: None,
        link: None,
    }
}

/// How far a code is.
#[must_use]
pub fn show_challenge(call: ManagementCall<'_>, challenge: &EmailChallenge) -> Value {
    let path = challenge_path(&challenge.email, &challenge.id);
    json!({
        "id": challenge.id,
        "status": if challenge.is_verified { "VERIFIED" } else { "UNVERIFIED" },
        "expiresAt": timestamp(challenge.expires),
        "profile": { "email": challenge.email },
        "_links": {
            "verify": link(call, &format!("{path}/verify"), &["POST"]),
            "poll": link(call, &path, &["GET"]),
        },
    })
}

/// The error for a code that is unknown, used or too old.
#[must_use]
pub fn unknown_challenge(id: &str) -> ApiError {
    ApiError::not_found(id, "IdpMyAccountChallenge")
}

/// The error for a wrong code.
#[must_use]
pub fn wrong_code() -> ApiError {
    let error = ApiError::authentication_failed("another code was sent");
    ApiError { causes: vec!["The verification challenge failed due to an invalid code.".to_owned()], ..error }
}

/// The error for removing an address that is verified.
#[must_use]
pub fn verified_email() -> ApiError {
    ApiError::validation("email", vec!["Can't delete a verified email address.".to_owned()])
}

/// Gives the user an address that is verified. It is checked like other changes of a profile.
///
/// # Errors
/// The caller is not a user, or the schema refuses the address.
pub fn set_email(change: &mut ManagementChange<'_, '_>, role: EmailRole, email: &str) -> Result<(), ApiError> {
    let attribute = match role {
        EmailRole::Primary => "email",
        EmailRole::Secondary => "secondEmail",
    };
    let profile = json!({ attribute: email });
    let body: Map<String, Value> = [("profile".to_owned(), profile)].into_iter().collect();
    users::update(change, "me", &body, UserUpdate::default()).map(drop)
}

struct Address {
    email: String,
    role: EmailRole,
    is_verified: bool,
}

impl Address {
    fn show(&self, call: ManagementCall<'_>, own: &OwnEmails) -> Value {
        let id = id_of(&self.email);
        let path = format!("emails/{id}");
        let methods: &[&str] = if self.is_verified { &["GET"] } else { &["GET", "DELETE"] };
        let mut links = json!({
            "self": link(call, &path, methods),
            "challenge": link(call, &format!("{path}/challenge"), &["POST"]),
        });
        let sent = own.challenges.iter().find(|challenge| challenge.email == self.email && !self.is_verified);
        if let Some(sent) = sent {
            let path = challenge_path(&self.email, &sent.id);
            links["verify"] = link(call, &format!("{path}/verify"), &["POST"]);
            links["poll"] = link(call, &path, &["GET"]);
        }
        json!({
            "id": id,
            "status": if self.is_verified { "VERIFIED" } else { "UNVERIFIED" },
            "roles": [self.role.name()],
            "profile": { "email": self.email },
            "_links": links,
        })
    }
}

fn addresses(user: &User, own: &OwnEmails) -> Vec<Address> {
    let verified = |email: &str, role| Address { email: email.to_owned(), role, is_verified: true };
    let second = user.profile.text("secondEmail").map(|email| verified(email, EmailRole::Secondary));
    let waiting = own.unverified.iter();
    let waiting = waiting.map(|it| Address { email: it.email.clone(), role: it.role, is_verified: false });
    [verified(&user.profile.email, EmailRole::Primary)].into_iter().chain(second).chain(waiting).collect()
}

fn challenge_path(email: &str, id: &str) -> String {
    format!("emails/{}/challenge/{id}", id_of(email))
}

/// Okta: 32 hexadecimal digits.
fn id_of(email: &str) -> String {
    digest(&SHA256, email.to_lowercase().as_bytes()).as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
