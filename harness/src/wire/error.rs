//! The two shapes of an error body: OAuth's (RFC 6749 5.2) and Okta's API envelope.

use serde::Deserialize;

use super::Reply;

/// RFC 6749 5.2.
#[derive(Clone, Debug, Deserialize)]
pub struct OAuthError {
    pub error: String,
    pub error_description: Option<String>,
}

/// Okta's API error envelope.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    pub error_code: String,
    pub error_summary: String,
    pub error_id: Option<String>,
}

/// The error of a response as `code: text`, or a description of the body.
#[must_use]
pub fn summary(reply: &Reply) -> String {
    let text = if let Ok(error) = serde_json::from_str::<OAuthError>(&reply.body) {
        match error.error_description {
            Some(description) => format!("{}: {description}", error.error),
            None => error.error,
        }
    } else if let Ok(error) = serde_json::from_str::<ApiError>(&reply.body) {
        format!("{}: {}", error.error_code, error.error_summary)
    } else if reply.body.is_empty() {
        "empty body".to_owned()
    } else if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(&reply.body) {
        format!("JSON with {}", members.keys().map(String::as_str).collect::<Vec<_>>().join(" "))
    } else {
        format!("{} bytes of {}", reply.body.len(), reply.content_type())
    };
    format!("{} {text}", reply.status)
}
