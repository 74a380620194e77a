//! What a sign-in that requests certain scopes would result in, from the mock's explain API.

use serde::Serialize;
use serde_json::Value;

/// What a request for scopes would result in.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Forecast {
    pub(crate) granted: bool,
    /// For a refusal the issuer's error.
    pub(crate) because: String,
    /// The smallest changes that would avoid a refusal; one of them is enough.
    pub(crate) remedies: Vec<String>,
}

/// A sign-in that has not been tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForecastRequest<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) scopes: &'a str,
}

impl Forecast {
    /// Reads an answer of the explain API; `None` if it does not say what the result would be.
    pub(super) fn from_preview(preview: &Value) -> Option<Self> {
        let text = |name: &str| preview.get(name).and_then(Value::as_str);
        Some(match text("outcome")? {
            "granted" => Self::granted("the access policy grants it"),
            "asks" => Self::granted("once the user has given consent"),
            _ => Self {
                granted: false,
                because: format!("{}: {}", text("error")?, text("error_description")?),
                remedies: remedies(preview),
            },
        })
    }

    fn granted(because: &str) -> Self {
        Self { granted: true, because: because.to_owned(), remedies: Vec::new() }
    }
}

fn remedies(preview: &Value) -> Vec<String> {
    let listed = preview.get("what_would_it_take").and_then(Value::as_array).into_iter().flatten();
    let changes = listed.filter_map(|remedy| remedy.get("changes")?.as_array());
    changes.map(|all| all.iter().map(|it| change(it, preview)).collect::<Vec<_>>().join(", and ")).collect()
}

/// One change in words. Objects are named where the preview names them, and by id elsewhere.
fn change(change: &Value, preview: &Value) -> String {
    let id = |field: &str| change.get(field).and_then(Value::as_str).unwrap_or_default();
    let user = || question_name(preview, "user", "login", id("user"));
    let client = || question_name(preview, "client", "label", id("client"));
    let server = || question_name(preview, "server", "name", id("server"));
    let rule = || policy_name(preview, id("rule"));
    let policy = || policy_name(preview, id("policy"));
    let scopes = || {
        let listed = change.get("scopes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        listed.collect::<Vec<_>>().join(" ")
    };
    match id("change") {
        "add_user_to_group" => format!("add {} to the group {}", user(), id("group")),
        "remove_user_from_group" => format!("remove {} from the group {}", user(), id("group")),
        "activate_user" => format!("activate {}", user()),
        "assign_user_to_client" => format!("assign {} to {}", user(), client()),
        "activate_client" => format!("activate {}", client()),
        "allow_grant_on_client" => format!("allow the grant type {} for {}", id("grant"), client()),
        "enable_response_type_on_client" => {
            format!("enable the response type {} for {}", id("response_type"), client())
        }
        "activate_server" => format!("activate the authorization server {}", server()),
        "add_scope_to_server" => format!("add the scope {} to the authorization server {}", id("scope"), server()),
        "make_consent_implicit" => format!("require no consent for the scope {}", id("scope")),
        "activate_policy" => format!("activate the policy {}", policy()),
        "add_client_to_policy" => format!("add {} to the policy {}", client(), policy()),
        "activate_rule" => format!("activate the rule {}", rule()),
        "allow_grant_on_rule" => format!("allow the grant type {} in the rule {}", id("grant"), rule()),
        "add_scopes_to_rule" => format!("add {} to the scopes of the rule {}", scopes(), rule()),
        "include_user_in_rule" => format!("include {} in the rule {}", user(), rule()),
        "remove_user_exclusion" => format!("do not exclude {} from the rule {}", user(), rule()),
        "remove_group_exclusion" => format!("do not exclude the group {} from the rule {}", id("group"), rule()),
        "deactivate_claim" => format!("deactivate the claim {}", id("claim")),
        "activate_authentication_rule" => format!("activate the rule {} of the authentication policy", id("rule")),
        "allow_access_in_authentication_rule" => {
            format!("allow access in the rule {} of the authentication policy", id("rule"))
        }
        "demand_one_factor_in_authentication_rule" => {
            format!("demand one factor in the rule {} of the authentication policy", id("rule"))
        }
        "cover_user_in_authentication_rule" => {
            format!("include {} in the rule {} of the authentication policy", user(), id("rule"))
        }
        "allow_access_in_session_rule" => {
            format!("allow access in the rule {} of the global session policy", id("rule"))
        }
        "ask_for_scopes" => format!("request {} as well", scopes()),
        "ask_without_scopes" => format!("do not request {}", scopes()),
        other => {
            let members = change.as_object().into_iter().flatten().filter(|(name, _)| *name != "change");
            let values = members.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
            format!("{} ({values})", other.replace('_', " "))
        }
    }
}

/// The name of an object that the question is about, or the id if it is another one.
fn question_name(preview: &Value, object: &str, name: &str, id: &str) -> String {
    let asked = preview.pointer(&format!("/question/{object}")).filter(|asked| asked["id"] == id);
    asked.and_then(|asked| asked[name].as_str()).unwrap_or(id).to_owned()
}

/// The name of a policy or policy rule that was evaluated, or the id if it was not.
fn policy_name(preview: &Value, id: &str) -> String {
    let policies = preview.pointer("/why/policies").and_then(Value::as_array).into_iter().flatten();
    let rules = policies.clone().filter_map(|policy| policy["rules"].as_array()).flatten();
    let named = policies.chain(rules).find(|it| it["id"] == id).and_then(|it| it["name"].as_str());
    named.map_or_else(|| id.to_owned(), |name| format!("\u{201c}{name}\u{201d}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(changes: Value) -> String {
        let preview = json!({
            "question": {
                "client": {"id": "0oa1", "label": "Shop"}, "user": {"id": "00u1", "login": "ben@example.test"},
                "server": {"id": "aus1", "name": "default"},
            },
            "outcome": "refused", "error": "access_denied", "error_description": "Policy evaluation failed.",
            "what_would_it_take": [{"words": "not used", "changes": changes}],
            "why": {"policies": [{"id": "00p1", "name": "Apps", "rules": [{"id": "0pr1", "name": "Staff"}]}]},
        });
        let forecast = Forecast::from_preview(&preview).unwrap();
        assert_eq!((forecast.granted, forecast.because.as_str()), (false, "access_denied: Policy evaluation failed."));
        assert_eq!(forecast.remedies.len(), 1);
        forecast.remedies[0].clone()
    }

    #[test]
    fn granted_and_asks_are_granted() {
        for outcome in ["granted", "asks"] {
            assert!(Forecast::from_preview(&json!({"outcome": outcome})).is_some_and(|forecast| forecast.granted));
        }
        assert_eq!(Forecast::from_preview(&json!({"error": "no client is named \"x\""})), None);
    }

    #[test]
    fn a_refusal_names_the_objects_to_change() {
        let group = json!({"change": "add_user_to_group", "user": "00u1", "group": "00g1"});
        let rule = json!({"change": "add_scopes_to_rule", "server": "aus1", "rule": "0pr1", "scopes": ["a", "b"]});
        assert_eq!(
            refused(json!([group, rule])),
            "add ben@example.test to the group 00g1, and add a b to the scopes of the rule \u{201c}Staff\u{201d}"
        );
        let policy = json!({"change": "add_client_to_policy", "server": "aus1", "policy": "00p1", "client": "0oa1"});
        assert_eq!(refused(json!([policy])), "add Shop to the policy \u{201c}Apps\u{201d}");
        let other = json!({"change": "activate_rule", "server": "aus1", "rule": "0pr2"});
        assert_eq!(refused(json!([other])), "activate the rule 0pr2");
    }

    #[test]
    fn an_unknown_change_is_listed() {
        assert_eq!(refused(json!([{"change": "open_zone", "zone": "nzo1"}])), "open zone (zone \"nzo1\")");
    }

    #[test]
    fn a_refusal_without_a_remedy_shows_the_error_alone() {
        let preview = json!({"outcome": "refused", "error": "invalid_scope", "error_description": "Unknown."});
        let forecast = Forecast::from_preview(&preview).unwrap();
        assert_eq!((forecast.because.as_str(), forecast.remedies.len()), ("invalid_scope: Unknown.", 0));
    }
}
