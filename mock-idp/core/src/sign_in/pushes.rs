//! Push notifications to Okta Verify.

use crate::ledger::{MessageKind, NumberChallenge, OutgoingMessage, PushNotification};
use crate::model::{Factor, User};
use crate::moment::Moment;
use crate::org::{Org, Urls};

/// A notification to the owner of a factor. `numbers`: whether the user chooses a number; `None`: as the authenticator says.
#[must_use]
pub fn new_push(
    org: &Org,
    user: &User,
    factor: &Factor,
    app: &str,
    numbers: Option<bool>,
    moment: &mut Moment<'_>,
) -> PushNotification {
    let challenge = numbers.unwrap_or_else(|| has_number_challenge(org)).then(|| new_challenge(moment));
    PushNotification {
        // Okta: as recorded.
        id: moment.id("mst"),
        user_id: user.id.clone(),
        factor_id: factor.id.clone(),
        enrolls: false,
        app: app.to_owned(),
        expires: moment.now + PushNotification::LIFETIME,
        challenge,
        answer: None,
    }
}

/// What a phone is asked when the app is set up for a factor.
#[must_use]
pub fn new_app_enrollment(org: &Org, user: &User, factor: &Factor, moment: &mut Moment<'_>) -> PushNotification {
    let push = new_push(org, user, factor, &org.identity().name, Some(false), moment);
    PushNotification { enrolls: true, ..push }
}

/// The message with the link that sets the app up. `to`: an email address or the number of a phone.
#[must_use]
pub fn app_enrollment_message(org: &Org, user: &User, kind: MessageKind, to: &str, link: String) -> OutgoingMessage {
    OutgoingMessage {
        kind,
        to: to.to_owned(),
        user_id: Some(user.id.clone()),
        template: None,
        subject: (kind == MessageKind::Email).then(|| "Set up Okta Verify".to_owned()),
        text: format!("Open this link on your phone to set up Okta Verify for {}: {link}", org.identity().name),
        code: None,
        link: Some(link),
    }
}

/// Where the simulated phone is.
#[must_use]
pub fn phone_url(urls: &Urls) -> String {
    format!("{}/signin/phone", urls.endpoint_base)
}

/// The message to the phone.
#[must_use]
pub fn push_message(user: &User, push: &PushNotification) -> OutgoingMessage {
    OutgoingMessage {
        kind: MessageKind::Push,
        to: user.profile.login.clone(),
        user_id: Some(user.id.clone()),
        template: None,
        subject: None,
        text: format!("Did you just try to sign in to {}?", push.app),
        code: None,
        link: None,
    }
}

/// Okta: `channelBinding` of the authenticator. The risk of a sign-in is low here.
fn has_number_challenge(org: &Org) -> bool {
    let settings = org.authenticator("okta_verify").and_then(|object| object.members.get("settings"));
    settings.is_some_and(|settings| settings["channelBinding"]["required"] == "ALWAYS")
}

/// The number that a client shows with a notification, if users choose one.
pub(crate) fn number_to_show(org: &Org, moment: &mut Moment<'_>) -> Option<u8> {
    has_number_challenge(org).then(|| new_challenge(moment).correct)
}

/// Three different numbers of two digits.
fn new_challenge(moment: &mut Moment<'_>) -> NumberChallenge {
    let [first, second, third] = moment.bytes::<3>();
    let correct = 10 + first % 90;
    let other = |step: u8| 10 + (correct - 10 + step) % 90;
    let (near, far) = (1 + second % 44, 45 + third % 44);
    let mut offered = [correct, other(near), other(far)];
    offered.sort_unstable();
    NumberChallenge { correct, offered }
}
