use serde_json::{Value, json};

use super::HookAnswer;
use crate::model::HookChannel;
use crate::protocol::OAuthError;
use crate::tokens::hook_call::{HookData, TokenHookCall};
use crate::tokens::kind::TokenKind;
use crate::tokens::unsigned::{UnsignedToken, UnsignedTokens};
use crate::trace::{About, HookResult, Trace};

fn token(kind: TokenKind, claims: Value) -> UnsignedToken {
    let Value::Object(mut payload) = json!({ "iat": 1_000, "exp": 4_600 }) else { unreachable!() };
    payload.extend(claims.as_object().unwrap().clone());
    UnsignedToken { kind, header: serde_json::Map::new(), payload, recipient: None }
}

fn tokens() -> UnsignedTokens {
    UnsignedTokens {
        access_token: Some(token(TokenKind::AccessToken, json!({ "sub": "a", "aud": "api", "role": "shopper" }))),
        id_token: Some(token(TokenKind::IdToken, json!({ "sub": "00u1", "name": "Ada", "list": ["a", "b"] }))),
        expires_in: 3_600,
        ..UnsignedTokens::default()
    }
}

fn finish(status: u16, answer: &str, tokens: &mut UnsignedTokens) -> (Result<HookResult, OAuthError>, Trace) {
    let call = TokenHookCall {
        hook_id: "cal1".to_owned(),
        name: "Loyalty".to_owned(),
        channel: HookChannel {
            uri: "http://localhost/hook?key=secret".to_owned(),
            method: "POST".to_owned(),
            headers: Vec::new(),
            oauth: None,
        },
        session_id: None,
        data: HookData {
            method: "POST",
            url: String::new(),
            login: String::new(),
            idp: String::new(),
            context: serde_json::Map::new(),
            scopes: Value::Null,
            family_id: None,
        },
    };
    let mut trace = Trace::default();
    let result = call.finish(Ok(HookAnswer { status, body: answer.as_bytes() }), tokens, &mut trace);
    (result, trace)
}

/// The changed tokens, or why nothing was changed.
fn patched(token: &str, operations: Value) -> Result<UnsignedTokens, String> {
    let mut tokens = tokens();
    let answer = json!({ "commands": [{ "type": format!("com.okta.{token}.patch"), "value": operations }] });
    let (result, trace) = finish(200, &answer.to_string(), &mut tokens);
    result.unwrap();
    let About::Hook(note) = &trace.notes[0].about else { panic!("{trace:?}") };
    match &note.result {
        HookResult::Applied => Ok(tokens),
        HookResult::Unchanged(reason) => Err(reason.clone()),
        HookResult::Error(text) => panic!("{text}"),
    }
}

fn access_claim(operations: Value, claim: &str) -> Option<Value> {
    patched("access", operations).unwrap().access_token.unwrap().payload.get(claim).cloned()
}

#[test]
fn claims_are_added_replaced_and_removed() {
    assert_eq!(access_claim(json!([{ "op": "add", "path": "/claims/tier", "value": 3 }]), "tier"), Some(json!(3)));
    assert_eq!(
        access_claim(json!([{ "op": "add", "path": "/claims/https:~1~1a~0b", "value": "x" }]), "https://a~b"),
        Some(json!("x"))
    );
    for op in ["add", "replace"] {
        let operations = json!([{ "op": op, "path": "/claims/role", "value": "admin" }]);
        assert_eq!(access_claim(operations, "role"), Some(json!("admin")), "{op}");
    }
    for operation in [
        json!({ "op": "remove", "path": "/claims/role" }),
        json!({ "op": "remove", "path": "/claims/role", "value": null }),
    ] {
        assert_eq!(access_claim(json!([operation]), "role"), None);
    }
    // Okta: `aud` and `sub` of access tokens can be changed.
    let operations = json!([{ "op": "replace", "path": "/claims/aud", "value": "api://other" }]);
    assert_eq!(access_claim(operations, "aud"), Some(json!("api://other")));
}

#[test]
fn members_and_elements_inside_claims_are_changed() {
    let operations = json!([
        { "op": "add", "path": "/claims/profile", "value": { "id": "1" } },
        { "op": "add", "path": "/claims/profile/tier", "value": "gold" },
        { "op": "replace", "path": "/claims/profile/id", "value": "2" },
        { "op": "add", "path": "/claims/list/-", "value": "d" },
        { "op": "add", "path": "/claims/list/1", "value": "c" },
        { "op": "replace", "path": "/claims/list/0", "value": "z" },
        { "op": "remove", "path": "/claims/list/2" },
    ]);
    let payload = patched("identity", operations).unwrap().id_token.unwrap().payload;
    assert_eq!(payload["profile"], json!({ "id": "2", "tier": "gold" }));
    assert_eq!(payload["list"], json!(["z", "c", "d"]));
}

#[test]
fn lifetimes_from_300_to_86400_seconds_are_set() {
    let replace = |seconds: i64| json!([{ "op": "replace", "path": "/token/lifetime/expiration", "value": seconds }]);
    let tokens = patched("access", replace(300)).unwrap();
    assert_eq!((tokens.access_token.unwrap().payload["exp"].clone(), tokens.expires_in), (json!(1_300), 300));
    let tokens = patched("identity", replace(86_400)).unwrap();
    assert_eq!((tokens.id_token.unwrap().payload["exp"].clone(), tokens.expires_in), (json!(87_400), 3_600));
    for seconds in [299, 86_401] {
        assert!(patched("access", replace(seconds)).unwrap_err().contains("from 300 to 86400"), "{seconds}");
    }
}

#[test]
fn one_wrong_operation_leaves_all_tokens_unchanged() {
    let right = json!({ "op": "add", "path": "/claims/tier", "value": "gold" });
    for (wrong, reason) in [
        (json!({ "op": "replace", "path": "/claims/iss", "value": "x" }), "`iss` is a claim of the system"),
        (json!({ "op": "add", "path": "/claims/groups", "value": [] }), "`groups` is a claim of the system"),
        (json!({ "op": "replace", "path": "/claims/none", "value": "x" }), "there is no claim `none`"),
        (json!({ "op": "remove", "path": "/claims/none" }), "there is no claim `none`"),
        (json!({ "op": "remove", "path": "/claims/role", "value": "x" }), "`value` has to be null"),
        (json!({ "op": "add", "path": "/claims/none/a", "value": "x" }), "there is no claim `none`"),
        (json!({ "op": "add", "path": "/claims/role/a", "value": "x" }), "neither an object nor a list"),
        (json!({ "op": "add", "path": "/claims/x" }), "`value` is missing"),
        (json!({ "op": "move", "path": "/claims/role", "value": "x" }), "`move` is not an operation"),
        (json!({ "op": "add", "path": "/header/x", "value": "x" }), "begins with neither"),
        (json!({ "op": "add", "path": "/claims/", "value": "x" }), "names no claim"),
        (json!({ "op": "add", "path": "/token/lifetime/expiration", "value": 600 }), "can only be replaced"),
        (json!({ "op": "replace", "path": "/token/lifetime/expiration", "value": "600" }), "not a number of seconds"),
        (json!({ "path": "/claims/x" }), "no `op` or no `path`"),
    ] {
        let found = patched("access", json!([right, wrong])).unwrap_err();
        assert!(found.contains(reason), "{wrong}: {found}");
    }
    let found = patched("identity", json!([{ "op": "replace", "path": "/claims/sub", "value": "x" }])).unwrap_err();
    assert!(found.contains("`sub` is a claim of the system"), "{found}");
    for (path, reason) in [("/claims/list/4", "no place `4`"), ("/claims/list/01", "no place `01`")] {
        let found = patched("identity", json!([{ "op": "add", "path": path, "value": "x" }])).unwrap_err();
        assert!(found.contains(reason), "{path}: {found}");
    }
}

#[test]
fn an_answer_that_cannot_be_used_leaves_the_tokens_unchanged() {
    let unchanged = |status, answer: &str| {
        let mut changed = tokens();
        let (result, trace) = finish(status, answer, &mut changed);
        result.unwrap();
        assert_eq!(changed.access_token.unwrap().payload, tokens().access_token.unwrap().payload);
        trace.notes[0].because().into_owned()
    };
    assert!(unchanged(204, "").contains("status 204"));
    assert!(unchanged(500, "{}").contains("status 500"));
    assert!(unchanged(200, "no").contains("not a JSON object"));
    assert!(unchanged(200, r#"{"commands": {}}"#).contains("`commands` is not a list"));
    assert!(
        unchanged(200, r#"{"commands": [{"type": "com.okta.action.update"}]}"#).contains("not a command of a token")
    );
    assert_eq!(unchanged(200, "{}"), "http://localhost/hook answered without changes");
}

#[test]
fn a_command_for_a_token_that_is_not_issued_changes_nothing() {
    let mut tokens = UnsignedTokens { id_token: None, ..tokens() };
    let answer = json!({ "commands": [
        { "type": "com.okta.access.patch", "value": [{ "op": "add", "path": "/claims/x", "value": 1 }] },
        { "type": "com.okta.identity.patch", "value": [{ "op": "add", "path": "/claims/x", "value": 1 }] },
    ] });
    let (_, trace) = finish(200, &answer.to_string(), &mut tokens);
    assert!(!tokens.access_token.unwrap().payload.contains_key("x"));
    assert!(trace.notes[0].because().contains("it changes an ID token, and the answer has none"));
}

#[test]
fn an_error_object_becomes_the_error_of_the_client() {
    let error = |answer: &str| finish(200, answer, &mut tokens()).0.unwrap_err();
    let found = error(r#"{"error": {"errorSummary": "No loyalty account"}}"#);
    assert_eq!(
        (found.status(), found.error(), found.description().as_str()),
        (400, "server_error", "No loyalty account")
    );
    assert_eq!(error(r#"{"error": {}}"#).description(), "The callback service returned an error.");
}

#[test]
fn changed_claims_are_in_the_trace_with_the_hook_as_their_source() {
    let mut tokens = tokens();
    let answer = json!({ "commands": [{ "type": "com.okta.access.patch", "value": [
        { "op": "add", "path": "/claims/tier", "value": "gold" }, { "op": "remove", "path": "/claims/role" },
    ] }] });
    let (_, trace) = finish(200, &answer.to_string(), &mut tokens);
    let notes: Vec<String> = trace.notes.iter().map(|note| format!("{}: {}", note.subject(), note.because())).collect();
    assert_eq!(
        notes,
        [
            "inline hook \"Loyalty\": http://localhost/hook answered with 2 changes, which were made",
            "claim tier: inline hook \"Loyalty\"",
            "claim role: an inline hook removed it",
        ]
    );
}
