//! The preview and the real flow never disagree: over generated orgs, both come to the same error or to the same payloads,
//! byte for byte except for what is made up anew each time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use mock_idp_core::endpoint::authorization::{self, NotBegun, Step};
use mock_idp_core::endpoint::client_authentication::{self, Called};
use mock_idp_core::endpoint::token::{self, Plan, TokenRequest};
use mock_idp_core::ledger::{Authentication, Consent, Stage};
use mock_idp_core::moment::Moment;
use mock_idp_core::org::{Document, Org};
use mock_idp_core::preview::{self, Answer, Asks, Outcome, Question};
use mock_idp_core::protocol::{OAuthError, Parameters};
use mock_idp_core::sign_in::{self, Advance, Input};
use mock_idp_core::tokens::{ServerKeys, SigningKey};
use mock_idp_core::trace::Trace;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};

use crate::market::NOW;
use crate::preview::urls;

const GROUPS: usize = 4;
const SCOPES: [&str; 4] = ["a", "b", "c", "d"];
const OIDC: [&str; 6] = ["openid", "profile", "email", "phone", "offline_access", "groups"];
const EXPRESSIONS: [&str; 8] = [
    "user.login",
    "appuser.color",
    "appuser != null ? appuser.userName : app.clientId",
    "isMemberOfGroupName(\"g1\") ? \"in\" : \"out\"",
    "access.scope",
    "String.toUpperCase(user.firstName)",
    "user.nothing",
    "user.login.toUpperCase()",
];
const STATUSES: [&str; 4] = ["ACTIVE", "ACTIVE", "ACTIVE", "SUSPENDED"];
const SECRET: &str = "secret-0123456789-abcdefghijklmnopqrstuvwxyz";
const VERIFIER: &str = "preview-preview-preview-preview-preview-preview";

static KEYS: LazyLock<ServerKeys> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys/default.pem");
    let key = Arc::new(SigningKey::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap());
    ServerKeys { published: Arc::clone(&key), access: key, retired: None }
});

/// A subset of a list.
fn some(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(of, 0..=of.len())
}

/// All of a list, or a subset: what is all refused compares nothing but refusals.
fn most(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![3 => Just(of.to_vec()), 1 => some(of)]
}

fn groups() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(1..=GROUPS, 0..3).prop_map(|numbers| {
        let mut ids: Vec<String> = numbers.into_iter().map(group).collect();
        ids.sort();
        ids.dedup();
        ids
    })
}

fn group(number: usize) -> String {
    format!("00g{number:0>17}")
}

fn user() -> impl Strategy<Value = (usize, Vec<String>, Option<&'static str>)> {
    (0..STATUSES.len(), groups(), proptest::option::of(Just("Nick")))
}

fn scope() -> impl Strategy<Value = (usize, bool)> {
    (0..3_usize, any::<bool>())
}

fn rule() -> impl Strategy<Value = Value> {
    let grants = most(&["authorization_code", "implicit", "client_credentials", "password"]);
    let listed = prop_oneof![
        2 => some(&SCOPES).prop_map(|scopes| json!(scopes)),
        3 => Just(json!(["*"])),
        1 => Just(json!(["openid", "profile", "a"])),
    ];
    let minutes = prop_oneof![Just(5), Just(60)];
    let exclude = prop_oneof![3 => Just(Vec::new()), 1 => groups()];
    (grants, groups(), exclude, proptest::bool::weighted(0.7), listed, minutes).prop_map(
        |(grants, include, exclude, everyone, scopes, minutes)| {
            let include = if everyone { vec!["EVERYONE".to_owned()] } else { include };
            json!({
                "conditions": {
                    "people": {"groups": {"include": include, "exclude": exclude}},
                    "grantTypes": {"include": grants},
                    "scopes": {"include": scopes},
                },
                "actions": {"token": {"accessTokenLifetimeMinutes": minutes}},
            })
        },
    )
}

fn claim() -> impl Strategy<Value = Value> {
    let what = prop_oneof![
        2 => (0..EXPRESSIONS.len()).prop_map(|at| json!({"valueType": "EXPRESSION", "value": EXPRESSIONS[at]})),
        1 => Just(json!({"valueType": "GROUPS", "group_filter_type": "STARTS_WITH", "value": "g"})),
    ];
    (
        what,
        any::<bool>(),
        any::<bool>(),
        some(&["a", "profile"]),
        prop_oneof![4 => Just("ACTIVE"), 1 => Just("INACTIVE")],
    )
        .prop_map(|(mut claim, resource, always, scopes, status)| {
            claim["claimType"] = if resource { "RESOURCE".into() } else { "IDENTITY".into() };
            claim["alwaysIncludeInToken"] = always.into();
            claim["conditions"] = json!({"scopes": scopes});
            claim["status"] = status.into();
            claim
        })
}

/// Two clients: one with people, one for itself.
fn document() -> impl Strategy<Value = Value> {
    let users = proptest::collection::vec(user(), 1..4);
    let scopes = proptest::collection::vec(scope(), SCOPES.len());
    let policies = proptest::collection::vec((0..5_usize, proptest::collection::vec(rule(), 1..4)), 1..4);
    let claims = proptest::collection::vec(claim(), 0..5);
    let client = (
        most(&["authorization_code", "implicit", "refresh_token", "password"]),
        most(&["code", "token", "id_token"]),
        any::<bool>(),
        any::<bool>(),
        prop_oneof![2 => Just(vec![group(0)]), 1 => groups()],
    );
    (users, scopes, policies, claims, client).prop_map(|(users, scopes, policies, claims, client)| {
        let (grants, responses, consent, pkce, assigned) = client;
        let id = |prefix: &str, number: usize| format!("{prefix}{number:0>17}");
        let groups: Vec<Value> = std::iter::once(json!({
            "id": group(0), "type": "BUILT_IN", "profile": {"name": "Everyone"}
        }))
        .chain((1..=GROUPS).map(|number| json!({"id": group(number), "profile": {"name": format!("g{number}")}})))
        .collect();
        let users: Vec<Value> = users
            .into_iter()
            .enumerate()
            .map(|(at, (status, groups, nick))| {
                let login = format!("u{at}@example.test");
                json!({
                    "id": id("00u", at), "status": STATUSES[status], "groupIds": groups,
                    "profile": {"login": login, "email": login, "firstName": "Uwe", "lastName": "User", "nickName": nick},
                    "credentials": {"password": {"value": "Passw0rd!"}},
                })
            })
            .collect();
        let scopes: Vec<Value> = scopes
            .into_iter()
            .enumerate()
            .map(|(at, (consent, default))| {
                let consent = ["IMPLICIT", "REQUIRED", "FLEXIBLE"][consent];
                json!({"id": id("scp", at), "name": SCOPES[at], "consent": consent, "default": default})
            })
            .collect();
        let mut rules = 0;
        let policies: Vec<Value> = policies
            .into_iter()
            .enumerate()
            .map(|(at, (clients, of))| {
                let clients = match clients {
                    0 => json!([id("0oa", 1)]),
                    1 => json!([id("0oa", 2)]),
                    _ => json!(["ALL_CLIENTS"]),
                };
                let of = of.into_iter().enumerate().map(|(priority, mut rule)| {
                    rules += 1;
                    rule["id"] = id("0pr", rules).into();
                    rule["name"] = format!("r{rules}").into();
                    rule["priority"] = (priority + 1).into();
                    rule
                });
                let of: Vec<Value> = of.collect();
                json!({
                    "id": id("00p", at), "name": format!("p{at}"), "priority": at + 1, "rules": of,
                    "conditions": {"clients": {"include": clients}},
                })
            })
            .collect();
        let claims: Vec<Value> = claims
            .into_iter()
            .enumerate()
            .map(|(at, mut claim)| {
                claim["id"] = id("ocl", at).into();
                claim["name"] = format!("claim_{at}").into();
                claim
            })
            .collect();
        let credentials = |pkce: bool| {
            json!({"oauthClient": {
                "client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic", "pkce_required": pkce
            }})
        };
        let assigned: Vec<Value> =
            assigned.into_iter().map(|id| json!({"id": id, "profile": {"color": "red"}})).collect();
        let web = json!({
            "id": id("0oa", 1), "label": "Web", "credentials": credentials(pkce),
            "settings": {
                "oauthClient": {
                    "application_type": "web", "grant_types": grants, "response_types": responses,
                    "redirect_uris": ["https://app.example.test/callback"],
                    "consent_method": if consent { "REQUIRED" } else { "TRUSTED" },
                },
                "idToken": {"name": "groups", "groupFilterType": "REGEX", "value": "g.*"},
            },
            "assignments": {"users": [{"id": id("00u", 0)}], "groups": assigned},
        });
        let service = json!({
            "id": id("0oa", 2), "label": "Service", "credentials": credentials(false),
            "settings": {"oauthClient": {"application_type": "service", "grant_types": ["client_credentials"]}},
        });
        json!({
            "org": {"id": id("00o", 1), "name": "Generated", "subdomain": "generated"},
            "groups": groups, "users": users, "apps": [web, service],
            "authorizationServers": [{
                "id": id("aus", 1), "name": "default", "default": true, "audiences": ["api://default"],
                "scopes": scopes, "claims": claims, "policies": policies,
            }],
        })
    })
}

fn asked() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let oidc = prop_oneof![3 => Just(vec!["openid", "profile", "offline_access"]), 1 => some(&OIDC)];
    let custom = prop_oneof![1 => Just(vec!["a"]), 1 => some(&SCOPES)];
    let scopes = (oidc, custom, proptest::option::weighted(0.05, Just("unknown")));
    let request = prop_oneof![
        4 => Just(("authorization_code", None)),
        1 => Just(("authorization_code", Some("code id_token"))),
        1 => Just(("authorization_code", Some("code id_token token"))),
        1 => Just(("implicit", Some("id_token"))),
        1 => Just(("implicit", Some("token"))),
        1 => Just(("implicit", Some("id_token token"))),
        1 => Just(("password", None)),
        2 => Just(("client_credentials", None)),
    ];
    let prompt = proptest::option::weighted(0.2, prop_oneof![Just("none"), Just("consent"), Just("login")]);
    let server = prop_oneof![4 => Just("default"), 1 => Just("org")];
    (scopes, request, prompt, server, any::<bool>(), any::<bool>(), 0..3_usize).prop_map(
        |((oidc, custom, unknown), (grant, response_type), prompt, server, consent, session, user)| {
            let itself = grant == "client_credentials";
            // A client that acts for itself may ask for no scope of OpenID Connect; now and then it does.
            let oidc = if itself && user > 0 { Vec::new() } else { oidc };
            let scopes: Vec<&str> = oidc.into_iter().chain(custom).chain(unknown).collect();
            let mut asked = vec![("grant", grant.to_owned()), ("server", server.to_owned())];
            asked.push(("client", if itself { "Service" } else { "Web" }.to_owned()));
            asked.push(("scope", scopes.join(" ")));
            if !itself {
                asked.push(("user", format!("u{user}@example.test")));
            }
            asked.extend(response_type.map(|words: &str| ("response_type", words.to_owned())));
            asked.extend(prompt.map(|prompt: &str| ("prompt", prompt.to_owned())));
            asked.extend((!consent).then(|| ("consent", "missing".to_owned())));
            asked.extend((session && grant != "password").then(|| ("auth_time", (NOW - 60).to_string())));
            asked
        },
    )
}

/// What the real flow comes to: tokens of both endpoints, or an error, or a question to the user.
#[derive(Debug, PartialEq)]
enum Real {
    Tokens { authorize: Option<Value>, token: Option<Value> },
    Error { shown: &'static str, error: String, description: String },
    Asks(&'static str),
}

impl Real {
    fn kind(&self) -> &'static str {
        match self {
            Self::Tokens { authorize: Some(_), token: Some(_) } => "tokens of both endpoints",
            Self::Tokens { authorize: Some(_), .. } => "tokens in front",
            Self::Tokens { .. } => "code tokens",
            Self::Error { shown, .. } | Self::Asks(shown) => shown,
        }
    }
}

fn error(shown: &'static str, refusal: &OAuthError) -> Real {
    Real::Error { shown, error: refusal.error().to_owned(), description: refusal.description() }
}

/// The endpoints' rules in the order in which the server asks them, with real secrets and real signatures.
fn walk(org: &Org, question: &Question, moment: &mut Moment<'_>) -> Result<Real, Real> {
    let (urls, server) = (&urls(), org.server_by_id(&question.server).unwrap());
    let client = org.client(&question.client_id).unwrap();
    let user = question.user_id.as_deref().and_then(|id| org.user(id));
    let scope = question.scopes.join();
    if question.response_type.is_none() && question.grant_type.name() != "authorization_code" {
        let mut body = vec![("grant_type", question.grant_type.name()), ("scope", &scope)];
        if let Some(user) = user {
            body.extend([("username", user.profile.login.as_str()), ("password", "Passw0rd!")]);
        }
        return redeem(org, question, body, None, None, moment);
    }
    let response_type = question.response_type.as_deref().unwrap_or("code");
    let mut pairs = vec![
        ("client_id", client.client_id()),
        ("response_type", response_type),
        ("scope", &scope),
        ("redirect_uri", "https://app.example.test/callback"),
        ("state", "s"),
        ("code_challenge_method", "S256"),
    ];
    let challenge = mock_idp_core::protocol::pkce::challenge(VERIFIER);
    pairs.push(("code_challenge", &challenge));
    if response_type != "code" {
        pairs.push(("nonce", "preview"));
    }
    pairs.extend(question.prompt.as_deref().map(|prompt| ("prompt", prompt)));
    let parameters: Parameters = pairs.into_iter().collect();
    let mut request = authorization::begin(org, server, urls, &parameters).map_err(|not| match not {
        NotBegun::Shown { refusal, .. } => error("page", &refusal),
        NotBegun::Redirected { refusal, .. } => error("redirect", &refusal),
    })?;
    let mut session = question.session.auth_time.map(|auth_time| Authentication {
        user_id: user.unwrap().id.clone(),
        auth_time,
        amr: vec!["pwd".to_owned()],
        session_id: "idx".to_owned(),
        fresh: false,
    });
    let had_session = session.is_some();
    let mut consent = Consent::default();
    if question.consent_given && question.prompt.as_deref() == Some("none") {
        consent.scopes = request.scopes.clone();
    }
    let authorization = loop {
        match authorization::decide(org, server, &request, session.as_ref(), &consent, moment) {
            Step::Respond(authorization) => break *authorization,
            Step::Fail(refusal) => return Err(error("redirect", &refusal)),
            Step::SignIn if had_session => return Err(Real::Asks("sign_in")),
            Step::SignIn => {
                let input = Input::Both { identifier: &user.unwrap().profile.login, password: "Passw0rd!" };
                match sign_in::advance(org, &Stage::Identify, input, moment) {
                    Advance::SignedIn { user_id, amr } => {
                        let session_id = "idx".to_owned();
                        session = Some(Authentication { user_id, auth_time: NOW, amr, session_id, fresh: true });
                    }
                    Advance::Ask { problem, .. } => {
                        let problem = problem.unwrap();
                        let description = problem.kind.name().to_owned();
                        return Err(Real::Error { shown: "sign_in_page", error: problem.okta_code, description });
                    }
                }
            }
            // The user allows what the page asks, or leaves it.
            Step::Consent(_) if question.consent_given => {
                consent.scopes = request.scopes.clone();
                request.prompt_consent = false;
            }
            Step::Consent(_) => return Err(Real::Asks("consent")),
        }
    };
    let response = authorization::prepare(org, server, urls, &request, authorization, moment)
        .and_then(|prepared| prepared.respond(&request, &KEYS, &[]))
        .map_err(|refusal| error("redirect", &refusal))?;
    let fields: Map<String, Value> =
        response.answer.fields.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    let authorize = request.response_type.front_channel_token().then(|| told(&fields));
    let Some((code, mut record)) = response.code else { return Ok(Real::Tokens { authorize, token: None }) };
    let body = vec![
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "https://app.example.test/callback"),
        ("code_verifier", VERIFIER),
    ];
    redeem(org, question, body, Some(&mut record), authorize, moment)
}

fn redeem(
    org: &Org,
    question: &Question,
    body: Vec<(&str, &str)>,
    code: Option<&mut mock_idp_core::ledger::Code>,
    authorize: Option<Value>,
    moment: &mut Moment<'_>,
) -> Result<Real, Real> {
    let (urls, server) = (&urls(), org.server_by_id(&question.server).unwrap());
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{SECRET}", question.client_id)));
    let request =
        TokenRequest { authorization: Some(basic), body: body.into_iter().collect(), ..TokenRequest::default() };
    let refused = |refusal: OAuthError| error("token_response", &refusal);
    let grant_type = request.grant_type().map_err(refused)?;
    let called = Called { urls, server, endpoint: "token" };
    let client = client_authentication::attempt(org, request.presented())
        .and_then(|attempt| attempt.decide(called, None, NOW))
        .map_err(refused)?
        .client;
    let admitted = token::admit(org, &request, grant_type, client).map_err(refused)?;
    let plan = Plan::new(moment);
    let redeemed = match code {
        Some(code) => admitted.redeem_code(org, server, code, &plan, NOW),
        None => admitted.grant(org, server, &plan, moment),
    };
    let redemption = redeemed.map_err(|denied| refused(denied.refusal))?;
    let drafts = token::draft(org, server, urls, &redemption, moment).map_err(refused)?;
    let answer = token::body(&redemption, drafts.sign(&KEYS, &[]).map_err(refused)?);
    Ok(Real::Tokens { authorize, token: Some(told(&answer)) })
}

/// An answer as the preview tells it: tokens read, the rest as it is.
fn told(answer: &Map<String, Value>) -> Value {
    let number =
        |value: &Value| value.as_str().map_or_else(|| value.clone(), |text| text.parse::<i64>().unwrap().into());
    let payload = |name: &str| {
        let token = answer.get(name)?.as_str()?;
        let part = |at: usize| -> Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
        };
        Some(json!({"header": steady(part(0)), "payload": steady(part(1))}))
    };
    json!({
        "scope": answer.get("scope"),
        "expires_in": answer.get("expires_in").map(number),
        "access_token": payload("access_token"),
        "id_token": payload("id_token"),
        "refresh_token": answer.contains_key("refresh_token"),
    })
}

fn told_preview(answer: &Answer) -> Value {
    let token = |token: &Option<preview::Told>| {
        let token = token.as_ref()?;
        let steady = |fields: &Map<String, Value>| steady(Value::Object(fields.clone()));
        Some(json!({"header": steady(&token.header), "payload": steady(&token.payload)}))
    };
    // At the authorization endpoint an ID token travels without scope and lifetime.
    let bare = answer.access_token.is_none();
    json!({
        "scope": (!bare).then_some(&answer.scope),
        "expires_in": (!bare).then_some(answer.expires_in),
        "access_token": token(&answer.access_token),
        "id_token": token(&answer.id_token),
        "refresh_token": answer.refresh_token.is_some(),
    })
}

/// Without what is made up anew each time; as text, so that the order of the claims counts.
fn steady(mut token: Value) -> Value {
    for varies in ["jti", "at_hash", "c_hash", "kid"] {
        if let Some(value) = token.get_mut(varies) {
            *value = Value::Null;
        }
    }
    token.to_string().into()
}

fn previewed(org: &Org, question: &Question) -> Real {
    let preview = preview::preview(org, &urls(), question, NOW, &mut StdRng::seed_from_u64(3));
    match preview.outcome {
        Outcome::Granted(granted) => Real::Tokens {
            authorize: granted.authorize.as_ref().map(told_preview),
            token: granted.token.as_ref().map(told_preview),
        },
        Outcome::Asks(Asks::SignIn) => Real::Asks("sign_in"),
        Outcome::Asks(Asks::Consent { .. }) => Real::Asks("consent"),
        Outcome::Refused(refused) => Real::Error {
            shown: match refused.shown {
                preview::Shown::Page => "page",
                preview::Shown::Redirect => "redirect",
                preview::Shown::SignInPage => "sign_in_page",
                preview::Shown::TokenResponse => "token_response",
                preview::Shown::Api => "api",
            },
            error: refused.error,
            description: refused.error_description,
        },
    }
}

#[test]
fn the_preview_and_the_real_flow_never_disagree() {
    let tally = RefCell::new(BTreeMap::<&str, usize>::new());
    let config = ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() };
    let questions = (document(), proptest::collection::vec(asked(), 1..6));
    let outcome = TestRunner::new(config).run(&questions, |(document, asked)| {
        let document: Document = serde_json::from_value(document).unwrap();
        let org = Org::new(document).unwrap();
        for asked in asked {
            let parameters = asked.iter().map(|(name, value)| (*name, value.as_str()));
            // Fewer users were generated than could be asked for.
            let Ok(question) = Question::read(&org, parameters) else { continue };
            let (mut rng, mut trace) = (StdRng::seed_from_u64(9), Trace::default());
            let mut moment = Moment { now: NOW, rng: &mut rng, trace: &mut trace };
            let real = walk(&org, &question, &mut moment).unwrap_or_else(|ended| ended);
            *tally.borrow_mut().entry(real.kind()).or_default() += 1;
            prop_assert_eq!(previewed(&org, &question), real, "{:?}", asked);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    // What never came about has not been compared.
    let tally = tally.into_inner();
    for (kind, least) in [
        ("code tokens", 30),
        ("tokens of both endpoints", 8),
        ("tokens in front", 8),
        ("redirect", 30),
        ("token_response", 30),
        ("sign_in_page", 8),
        ("consent", 4),
        ("sign_in", 4),
    ] {
        let came = tally.get(kind).copied().unwrap_or_default();
        assert!(came >= least, "{kind}: only {came} of {tally:?}");
    }
}
