//! The names that carry a secret.

/// Names of parameters, fields and JSON keys that carry a secret, with the kind that the tag shows.
const SENSITIVE: &[(&str, &str)] = &[
    ("access_token", "token"),
    ("activationToken", "token"),
    ("actor_token", "token"),
    ("answer", "secret"),
    ("assertion", "token"),
    ("auth_req_id", "code"),
    ("client_assertion", "token"),
    ("authScheme", "secret"),
    ("clientSecret", "secret"),
    ("client_secret", "secret"),
    ("code", "code"),
    ("code_verifier", "verifier"),
    ("confirmation", "session"),
    ("credentials.passcode", "password"),
    ("device_code", "code"),
    ("device_secret", "secret"),
    ("id_token", "token"),
    ("id_token_hint", "token"),
    ("interaction_code", "code"),
    ("interaction_handle", "session"),
    ("interclient_token", "token"),
    ("logout_token", "token"),
    ("newPassword", "password"),
    ("oldPassword", "password"),
    ("passCode", "code"),
    ("passcode", "password"),
    ("password", "password"),
    ("recoveryToken", "token"),
    ("refresh_token", "refresh-token"),
    ("registration_access_token", "token"),
    ("request", "token"),
    ("request_uri", "code"),
    ("secret", "secret"),
    ("sessionToken", "session"),
    ("sharedSecret", "secret"),
    ("stateHandle", "session"),
    ("stateToken", "session"),
    ("subject_token", "token"),
    ("tempPassword", "password"),
    ("token", "token"),
    ("userCode", "code"),
    ("user_code", "code"),
    ("verification_uri_complete", "code"),
];

/// The kind of secret that a parameter, field or key of this name carries.
pub(super) fn kind_of(name: &str) -> Option<&'static str> {
    SENSITIVE.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}
