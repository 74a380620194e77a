//! What clients do. Each scenario goes from mock to mock; it ends when an answer says nothing about what has happened.

use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};
use serde_json::{Value, json};

use super::history::{Fact, History, KNOWN_EVERYWHERE, PASSWORD};
use super::pause;
use crate::ciba::{KIOSK, SECRET as KIOSK_SECRET};
use crate::client::plain;
use crate::crash::{API_TOKEN, TV, assertion, form};
use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request, location, parameter, state_handle};

pub(super) const SPA: &str = "0oamarketspa000005d7";
const BUYER: &str = "buyer@example.test";

/// A value that is accepted once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SingleUseKind {
    Assertion,
    Code,
    RefreshToken,
    RequestUri,
    AuthReqId,
    DeviceCode,
}

/// Gets a name and the number of the first mock.
type Scenario = for<'h> fn(&'h Arc<History>, String, usize) -> BoxFuture<'h, Option<()>>;

macro_rules! scenarios {
    ($($name:ident)*) => { &[$(|history, id, at| Box::pin(history.$name(id, at))),*] };
}

pub(super) const SCENARIOS: &[Scenario] = scenarios!(
    add_user
    leave_device
    race_for_assertion
    race_for_code
    rotate_refresh_tokens
    race_for_pushed_request
    decide_ciba
    allow_device
    fail_to_sign_in
);

impl History {
    async fn add_user(self: &Arc<Self>, id: String, at: usize) -> Option<()> {
        if !self.may_add_user() {
            return None;
        }
        let login = format!("{id}@x.test");
        let profile = json!({"firstName": "A", "lastName": "B", "email": login, "login": login});
        let user = json!({ "profile": profile, "credentials": { "password": { "value": PASSWORD } } });
        let request = plain().post(format!("{}/api/v1/users", self.base(at))).header("authorization", API_TOKEN);
        let answer = request.json(&user).send().await.ok()?;
        let status = answer.status().as_u16();
        let user: Value = answer.json().await.ok()?;
        assert!(matches!(status, 200 | 503), "{status} {user}");
        (status == 200).then(|| self.acknowledged(Fact::User(user["id"].as_str().unwrap().to_owned())))
    }

    /// A device code that is never entered.
    async fn leave_device(self: &Arc<Self>, _: String, at: usize) -> Option<()> {
        self.pending(&self.begin_device(at).await?);
        Some(())
    }

    async fn begin_device(&self, at: usize) -> Option<Value> {
        let url = format!("{}/oauth2/default/v1/device/authorize", self.base(at));
        let (status, device) = form(url, None, &[("client_id", TV), ("scope", "openid")]).await?;
        assert!(matches!(status, 200 | 503), "{status} {device}");
        (status == 200).then_some(device)
    }

    async fn race_for_assertion(self: &Arc<Self>, id: String, _: usize) -> Option<()> {
        self.race(SingleUseKind::Assertion, &assertion(&id)).await;
        Some(())
    }

    async fn race_for_code(self: &Arc<Self>, _: String, at: usize) -> Option<()> {
        let code = self.sign_in(at).await?;
        self.race(SingleUseKind::Code, &code).await;
        Some(())
    }

    /// A sign-in that begins at one mock and ends at another; the code.
    async fn sign_in(&self, at: usize) -> Option<String> {
        let mut query = code_request(SPA, "openid offline_access");
        query.push(("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        query.push(("code_challenge_method", "S256"));
        let browser = browser();
        let authorize = format!("{}/oauth2/default/v1/authorize", self.base(at));
        let page = browser.get(authorize).query(&query).send().await.ok()?;
        if page.status() == 503 {
            return None;
        }
        assert_eq!(page.status(), 200);
        let form = [("stateHandle", state_handle(&page.text().await.ok()?)), ("user", BUYER.to_owned())];
        let done = browser.post(format!("{}/signin/pick", self.base(at + 1))).form(&form).send().await.ok()?;
        if done.status() == 503 {
            return None;
        }
        assert_eq!(done.status(), 302, "an acknowledged transaction is lost: {:?}", done.text().await);
        let location = location(&done);
        // RFC 6749 4.1.2.1: a redirect has this error instead of status 503.
        if parameter(&location, "error").as_deref() == Some("temporarily_unavailable") {
            return None;
        }
        Some(parameter(&location, "code").unwrap_or_else(|| panic!("a sign-in gives no code: {location}")))
    }

    /// Refreshes at one mock after the other; then at all at once, which revokes the family.
    async fn rotate_refresh_tokens(self: &Arc<Self>, _: String, at: usize) -> Option<()> {
        let code = self.sign_in(at).await?;
        let (accepted, mut tokens) = self.answer_of(SingleUseKind::Code, self.base(at + 2), &code).await?;
        assert!(accepted, "an acknowledged code is lost: {tokens}");
        for step in 0..3 {
            let token = tokens["refresh_token"].as_str().unwrap().to_owned();
            let (accepted, next) = self.answer_of(SingleUseKind::RefreshToken, self.base(at + step), &token).await?;
            assert!(accepted, "an acknowledged refresh token is lost: {next}");
            tokens = next;
        }
        let last = tokens["refresh_token"].as_str().unwrap().to_owned();
        let winner = self.race(SingleUseKind::RefreshToken, &last).await;
        // Okta: a second use revokes the family, with the token of the first use.
        if let (Some(next), true) = (winner.body, winner.is_reused) {
            let next = next["refresh_token"].as_str().unwrap().to_owned();
            let accepted = self.uses(SingleUseKind::RefreshToken, self.base(at), &next).await;
            assert!(!accepted.is_some_and(|accepted| accepted), "the family of {next} is not revoked");
            self.acknowledged(Fact::Used(SingleUseKind::RefreshToken, next));
        }
        Some(())
    }

    async fn race_for_pushed_request(self: &Arc<Self>, _: String, at: usize) -> Option<()> {
        let fields = [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", "s"),
            ("prompt", "none"),
        ];
        let url = format!("{}/oauth2/default/v1/par", self.base(at));
        let (status, pushed) = form(url, Some((WEB, WEB_SECRET)), &fields).await?;
        assert!(matches!(status, 200 | 503), "{status} {pushed}");
        let uri = pushed["request_uri"].as_str().filter(|_| status == 200)?;
        self.race(SingleUseKind::RequestUri, uri).await;
        Some(())
    }

    /// One mock approves a request while another denies it.
    async fn decide_ciba(self: &Arc<Self>, id: String, at: usize) -> Option<()> {
        let fields = [("scope", "openid"), ("login_hint", BUYER), ("binding_message", id.as_str())];
        let url = format!("{}/oauth2/default/v1/bc/authorize", self.base(at));
        let (status, begun) = form(url, Some((KIOSK, KIOSK_SECRET)), &fields).await?;
        assert!(matches!(status, 200 | 503), "{status} {begun}");
        let request = begun["auth_req_id"].as_str().filter(|_| status == 200)?;
        let listed = plain().get(format!("{}/_mock/ciba", self.base(at + 1))).send().await.ok()?;
        if listed.status() != 200 {
            assert_eq!(listed.status(), 503);
            return None;
        }
        let listed: Vec<Value> = listed.json().await.ok()?;
        let waiting = listed.iter().find(|waiting| waiting["binding_message"] == id.as_str());
        let waiting = waiting.unwrap_or_else(|| panic!("an acknowledged request is not listed: {listed:?}"));
        let decisions = ["approve", "deny"].into_iter().enumerate().map(|(number, decision)| {
            let url = format!("{}/_mock/ciba", self.base(at + number));
            let body = json!({ "decision": decision, "id": waiting["id"] });
            async move { plain().post(url).json(&body).send().await.map_or(503, |answer| answer.status().as_u16()) }
        });
        match *join_all(decisions).await {
            [200, 200] => panic!("a request is approved and denied"),
            [200, _] => _ = self.race(SingleUseKind::AuthReqId, request).await,
            [_, 200] => {
                let accepted = self.uses(SingleUseKind::AuthReqId, self.base(at), request).await?;
                assert!(!accepted, "a denied request is approved");
                self.acknowledged(Fact::Used(SingleUseKind::AuthReqId, request.to_owned()));
            }
            _ => {}
        }
        Some(())
    }

    /// The user enters the code of a device, signs in and allows it, each at another mock.
    async fn allow_device(self: &Arc<Self>, _: String, at: usize) -> Option<()> {
        let device = self.begin_device(at).await?;
        let browser = browser();
        let mut answer = String::new();
        let user_code = device["user_code"].as_str().unwrap().to_owned();
        for (step, path) in ["activate", "signin/pick", "signin/consent"].into_iter().enumerate() {
            let form = match step {
                0 => vec![("userCode", user_code.clone())],
                1 => vec![("stateHandle", state_handle(&answer)), ("user", BUYER.to_owned())],
                _ => vec![("stateHandle", state_handle(&answer)), ("consent", "allow".to_owned())],
            };
            let url = format!("{}/{path}", self.base(at + 1 + step));
            let page = browser.post(url).form(&form).send().await.ok()?;
            if page.status() == 503 {
                return None;
            }
            assert_eq!(page.status(), 200, "{path}");
            answer = page.text().await.ok()?;
        }
        assert!(answer.contains(r#"data-se="device-activated""#), "{answer}");
        self.race(SingleUseKind::DeviceCode, device["device_code"].as_str().unwrap()).await;
        Some(())
    }

    /// Nine wrong passwords do not lock a user, ten do, wherever they are sent.
    async fn fail_to_sign_in(self: &Arc<Self>, id: String, at: usize) -> Option<()> {
        self.add_user(id.clone(), at).await?;
        pause(KNOWN_EVERYWHERE.as_millis() as u64).await;
        let login = format!("{id}@x.test");
        let rounds = if at.is_multiple_of(2) { 3 } else { 4 };
        let mut counted = 0;
        for _ in 0..rounds {
            let answers = join_all(self.bases.iter().map(|base| authn(base, &login, "wrong"))).await;
            counted += answers.iter().filter(|answer| **answer == Some(false)).count();
        }
        let accepted = authn(self.base(at), &login, PASSWORD).await?;
        match counted {
            10.. => {
                assert!(!accepted, "{counted} wrong passwords do not lock {login}");
                self.acknowledged(Fact::Locked(login));
            }
            _ if rounds == 3 => assert!(accepted, "{counted} wrong passwords lock {login}"),
            _ => {}
        }
        Some(())
    }

    /// Uses a value at all mocks at the same time. At most one may accept it, and one has to if all answer.
    async fn race(&self, kind: SingleUseKind, value: &str) -> Race {
        let answers = join_all(self.bases.iter().map(|base| self.answer_of(kind, base, value))).await;
        let accepted: Vec<_> = answers.iter().flatten().filter(|(accepted, _)| *accepted).collect();
        let refused = answers.iter().flatten().count() - accepted.len();
        assert!(accepted.len() <= 1, "{} mocks have accepted {kind:?} {value}: {answers:?}", accepted.len());
        assert!(accepted.len() == 1 || refused < answers.len(), "an acknowledged {kind:?} is lost: {answers:?}");
        let body = accepted.first().map(|(_, body)| body.clone());
        if body.is_some() || refused > 0 {
            self.acknowledged(Fact::Used(kind, value.to_owned()));
        }
        Race { is_reused: body.is_some() && refused > 0, body }
    }
}

/// The results of using one value at all mocks.
struct Race {
    /// The answer of the mock that has accepted it.
    body: Option<Value>,
    /// Whether another mock has refused it.
    is_reused: bool,
}

/// Signs in with a password; whether it was accepted. `None`: unknown.
pub(super) async fn authn(base: &str, login: &str, password: &str) -> Option<bool> {
    let body = json!({ "username": login, "password": password });
    let answer = plain().post(format!("{base}/api/v1/authn")).json(&body).send().await.ok()?;
    match answer.status().as_u16() {
        200 => Some(true),
        401 => Some(false),
        503 => None,
        other => panic!("{other}: {:?}", answer.text().await),
    }
}
