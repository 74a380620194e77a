//! Okta's texts about codes that are sent.

use mock_idp_core::model::SignInMethod;

/// What the pages say about a code, by the method that sends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SentCodeWords {
    pub(super) heading: &'static str,
    pub(super) lead: &'static str,
    /// Before and after the address, where the code is not sent yet.
    pub(super) unsent: [&'static str; 2],
    /// The button that sends it.
    pub(super) send: &'static str,
    /// The same, beside the button of another method.
    pub(super) instead: &'static str,
    /// Before and after the address, where the code has been sent.
    pub(super) sent: [&'static str; 2],
    /// The button that sends another one.
    pub(super) again: &'static str,
    /// What is asked for when a phone is enrolled.
    pub(super) enroll: &'static str,
}

impl SentCodeWords {
    pub(super) fn of(method: SignInMethod) -> Self {
        const ENTER: &str = ". Enter the code below to verify.";
        let phone = Self {
            heading: "Verify with your phone",
            lead: "",
            unsent: ["Send a code via SMS to", "."],
            send: "Receive a code via SMS",
            instead: "Receive an SMS instead",
            sent: ["A code was sent to", ENTER],
            again: "Send again",
            enroll: "Enter your phone number to receive a verification code via SMS.",
        };
        match method {
            SignInMethod::Sms => phone,
            SignInMethod::Voice => Self {
                unsent: ["Send a code via voice call to", "."],
                send: "Receive a code via voice call",
                instead: "Receive a voice call instead",
                sent: ["Calling", ENTER],
                again: "Call again",
                enroll: "Enter your phone number to receive a verification code via voice call.",
                ..phone
            },
            _ => Self {
                heading: "Verify with your email",
                lead: "Verify with an email code",
                unsent: ["Send a verification email to", " by clicking on “Send me an email”."],
                send: "Send me an email",
                instead: "Send me an email",
                sent: ["We sent an email to", ". Enter the verification code in the text box."],
                again: "Send again",
                enroll: "",
            },
        }
    }
}
