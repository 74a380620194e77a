//! The preview and the real flow agree: over generated orgs, `/_mock/explain` and the endpoints come to the same error or to
//! tokens with the same content, in the same order, except for values that are new each time.

mod flow;
mod generate;

use std::cell::RefCell;
use std::collections::BTreeMap;

use mock_idp::MockIdp;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::flow::{browser, decode};

pub(super) const SECRET: &str = "secret-0123456789-abcdefghijklmnopqrstuvwxyz";
pub(super) const CALLBACK: &str = "https://app.example.test/callback";
/// The time during every flow. The session that some of them have began a minute earlier.
const NOW: &str = "2026-01-31T12:00:00Z";
const SESSION_BEGAN: i64 = 1_769_860_740;

/// The result of a flow.
#[derive(Debug, PartialEq)]
pub(super) enum Ending {
    Tokens {
        authorize: Option<Value>,
        token: Option<Value>,
    },
    Error {
        shown: &'static str,
        error: String,
        description: String,
    },
    /// The user would be asked first.
    Question(&'static str),
}

impl Ending {
    fn name(&self) -> &'static str {
        match self {
            Self::Tokens { authorize: Some(_), token: Some(_) } => "tokens of both endpoints",
            Self::Tokens { authorize: Some(_), .. } => "tokens of the authorization endpoint",
            Self::Tokens { .. } => "tokens of the token endpoint",
            Self::Error { shown, .. } | Self::Question(shown) => shown,
        }
    }

    fn map_tokens(self, map: impl Fn(&Value) -> Value) -> Self {
        match self {
            Self::Tokens { authorize, token } => {
                Self::Tokens { authorize: authorize.as_ref().map(&map), token: token.as_ref().map(&map) }
            }
            other => other,
        }
    }
}

/// The result of the preview; `None` if it does not know a name of the question.
async fn previewed(mock: &MockIdp, question: &[(&str, String)]) -> Option<Ending> {
    let response = browser().get(format!("{}/_mock/explain", mock.url())).query(question).send().await.unwrap();
    if response.status() == 400 {
        return None;
    }
    let preview: Value = response.json().await.unwrap();
    let text = |name: &str| preview[name].as_str().unwrap().to_owned();
    Some(match text("outcome").as_str() {
        "granted" => Ending::Tokens {
            authorize: preview.get("authorize").map(previewed_tokens),
            token: preview.get("token").map(previewed_tokens),
        },
        "asks" if preview["asks_for"] == "consent" => Ending::Question("consent"),
        "asks" => Ending::Question("sign_in"),
        _ => {
            let known = ["page", "redirect", "sign_in_page", "token_response", "api"];
            let shown = known.into_iter().find(|known| preview["shown"] == *known).unwrap();
            // The sign-in page has the error code alone.
            let description = if shown == "sign_in_page" { String::new() } else { text("error_description") };
            Ending::Error { shown, error: text("error"), description }
        }
    })
}

fn previewed_tokens(answer: &Value) -> Value {
    let token = |name: &str| {
        let token = answer.get(name)?;
        Some(json!({"header": comparable(&token["header"]), "payload": comparable(&token["payload"])}))
    };
    // At the authorization endpoint an ID token comes without scope and lifetime.
    let only_id_token = answer.get("access_token").is_none();
    json!({
        "scope": (!only_id_token).then(|| &answer["scope"]),
        "expires_in": (!only_id_token).then(|| &answer["expires_in"]),
        "access_token": token("access_token"),
        "id_token": token("id_token"),
        "refresh_token": answer.get("refresh_token").is_some(),
    })
}

/// A real answer in the preview's form.
fn received(answer: &Value) -> Value {
    let number =
        |value: &Value| value.as_str().map_or_else(|| value.clone(), |text| text.parse::<i64>().unwrap().into());
    let token = |name: &str| {
        let (header, payload) = decode(answer.get(name)?.as_str()?);
        Some(json!({"header": comparable(&header), "payload": comparable(&payload)}))
    };
    json!({
        "scope": answer.get("scope"),
        "expires_in": answer.get("expires_in").map(number),
        "access_token": token("access_token"),
        "id_token": token("id_token"),
        "refresh_token": answer.get("refresh_token").is_some(),
    })
}

/// A part of a token without the values that are new each time; as text, so that the order of the claims counts.
fn comparable(part: &Value) -> Value {
    let mut part = part.clone();
    for varies in ["jti", "at_hash", "c_hash"] {
        if let Some(value) = part.get_mut(varies) {
            *value = Value::Null;
        }
    }
    part.to_string().into()
}

#[test]
fn preview_and_endpoints_agree_over_generated_orgs() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tally = RefCell::new(BTreeMap::<&str, usize>::new());
    let config = ProptestConfig { cases: 70, failure_persistence: None, ..ProptestConfig::default() };
    // The same cases in every run, so that the minimum numbers below hold.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let cases = (generate::document(), proptest::collection::vec(generate::question(), 1..6));
    let compared = TestRunner::new_with_rng(config, rng).run(&cases, |(document, questions)| {
        runtime.block_on(async {
            let mock = MockIdp::builder().org_yaml(document.to_string()).start().await.unwrap();
            for question in questions {
                flow::reset(&mock, NOW).await;
                // Fewer users were generated than a question may name.
                let Some(previewed) = previewed(&mock, &question).await else { continue };
                let real = flow::run(&mock, &question.iter().cloned().collect()).await.map_tokens(received);
                *tally.borrow_mut().entry(real.name()).or_default() += 1;
                prop_assert_eq!(previewed, real, "{:?}", question);
            }
            mock.stop().await;
            Ok(())
        })
    });
    compared.unwrap_or_else(|failure| panic!("{failure}"));
    // Each result must occur, or it has not been compared.
    let tally = tally.into_inner();
    for (ending, least) in [
        ("tokens of the token endpoint", 10),
        ("tokens of both endpoints", 2),
        ("tokens of the authorization endpoint", 2),
        ("redirect", 10),
        ("token_response", 5),
        ("sign_in_page", 2),
        ("consent", 2),
        ("sign_in", 4),
    ] {
        let count = tally.get(ending).copied().unwrap_or_default();
        assert!(count >= least, "{ending}: only {count} of {tally:?}");
    }
}
