//! What a decision costs, without the signature: a large org, and how the cost grows with the rules looked at; and what an
//! expression costs, over every documented example.
//!
//! `cargo bench -p mock-idp-core --profile dist --bench evaluate` prints the table. It is made for a quiet machine; nothing in it
//! passes or fails.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and the fixtures, prints, and stops where it cannot go on"
)]

#[path = "../tests/it/expression_cases.rs"]
#[expect(dead_code, reason = "the tests read more of a case")]
mod expression_cases;

use std::hint::black_box;
use std::time::Instant;

use expression_cases::ExpressionOutcome;
use mock_idp_core::endpoint::authorization::{self, Step};
use mock_idp_core::expression::Expression;
use mock_idp_core::ledger::{Authentication, Consent, CurrentUser};
use mock_idp_core::moment::{Moment, RequestOrigin};
use mock_idp_core::org::{Document, Org, Urls};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::trace::Trace;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

const USERS: usize = 1_000;
const GROUPS: usize = 200;
const CLIENTS: usize = 50;
const SERVERS: usize = 20;
const POLICIES: usize = 20;
const RULES: usize = 10;
const CLAIMS: usize = 30;
const NOW: i64 = 1_800_000_000;
const CALLBACK: &str = "https://app.example.test/callback";

fn main() {
    println!("| what | microseconds, median |\n|---|---|");
    let org = Org::from_document(serde_json::from_value::<Document>(document()).unwrap()).unwrap();
    for looked_at in [1, 10, 50, 100, 200] {
        println!("| decide and fill the tokens, {looked_at} rules looked at | {:.1} |", evaluation(&org, looked_at));
    }
    expressions();
}

/// An id of Okta's length.
fn id(prefix: &str, number: usize) -> String {
    format!("{prefix}{number:0>17}")
}

/// Rule number `n` of a server, counted over its policies, covers the scope `s{n}`.
fn document() -> Value {
    let everyone = json!({"id": id("00g", 0), "type": "BUILT_IN", "profile": {"name": "Everyone"}});
    let group = |number| json!({"id": id("00g", number), "profile": {"name": format!("Group {number}")}});
    let groups: Vec<Value> = std::iter::once(everyone).chain((1..GROUPS).map(group)).collect();
    let user = |number: usize| {
        let login = format!("user{number}@example.test");
        let groups: Vec<String> = (0..20).map(|step| id("00g", 1 + (number + step * 9) % (GROUPS - 1))).collect();
        json!({
            "id": id("00u", number), "groupIds": groups,
            "profile": {"login": login, "email": login, "firstName": "Uwe", "lastName": "User", "department": "Sales"},
        })
    };
    let client = |number: usize| {
        json!({
            "id": id("0oa", number), "label": format!("Client {number}"),
            "credentials": {"oauthClient": {"token_endpoint_auth_method": "none", "pkce_required": true}},
            "settings": {"oauthClient": {
                "application_type": "browser", "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"], "redirect_uris": [CALLBACK],
            }},
            "assignments": {"groups": [{"id": id("00g", 0), "profile": {"role": "member"}}]},
        })
    };
    let server = |server: usize| {
        let scope = |number: usize| json!({"id": id("scp", server * 1_000 + number), "name": format!("s{number}")});
        let policy = |policy: usize| {
            let rule = |rule: usize| {
                let number = policy * RULES + rule + 1;
                json!({
                    "id": id("0pr", server * 1_000 + number), "name": format!("Rule {number}"), "priority": rule + 1,
                    "conditions": {
                        "people": {"groups": {
                            "include": [id("00g", 1), id("00g", 2), id("00g", 3), "EVERYONE"],
                            "exclude": [id("00g", 120), id("00g", 121)],
                        }},
                        "grantTypes": {"include": ["implicit", "client_credentials", "authorization_code"]},
                        "scopes": {"include": [format!("s{number}"), "s0"]},
                    },
                    "actions": {"token": {"accessTokenLifetimeMinutes": 60}},
                })
            };
            json!({
                "id": id("00p", server * 100 + policy), "name": format!("Policy {policy}"), "priority": policy + 1,
                "conditions": {"clients": {"include": ["ALL_CLIENTS"]}},
                "rules": (0..RULES).map(rule).collect::<Vec<_>>(),
            })
        };
        let claim = |number: usize| {
            let expression = [
                "user.department",
                "appuser.role",
                "isMemberOfGroupName(\"Group 7\") ? \"in\" : \"out\"",
                "String.toUpperCase(user.lastName)",
                "user.email + \" \" + user.firstName",
            ][number % 5];
            json!({
                "id": id("ocl", server * 100 + number), "name": format!("claim_{number}"),
                "claimType": if number.is_multiple_of(2) { "RESOURCE" } else { "IDENTITY" },
                "valueType": "EXPRESSION", "value": expression, "alwaysIncludeInToken": true,
            })
        };
        json!({
            "id": id("aus", server), "name": format!("Server {server}"), "audiences": [format!("api://{server}")],
            "scopes": (0..=POLICIES * RULES).map(scope).collect::<Vec<_>>(),
            "claims": (0..CLAIMS).map(claim).collect::<Vec<_>>(),
            "policies": (0..POLICIES).map(policy).collect::<Vec<_>>(),
        })
    };
    json!({
        "org": {"id": id("00o", 1), "name": "Large", "subdomain": "large"},
        "groups": groups,
        "users": (0..USERS).map(user).collect::<Vec<_>>(),
        "apps": (0..CLIENTS).map(client).collect::<Vec<_>>(),
        "authorizationServers": (0..SERVERS).map(server).collect::<Vec<_>>(),
    })
}

fn urls() -> Urls {
    Urls::at("http://localhost:7801")
}

/// The median time of one call, in microseconds.
fn median(mut call: impl FnMut()) -> f64 {
    const BATCHES: usize = 300;
    const CALLS: u32 = 10;
    let mut times: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let started = Instant::now();
            (0..CALLS).for_each(|_| call());
            started.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// An authorization request of a signed-in user, decided, and its tokens filled; the request itself is read before.
fn evaluation(org: &Org, looked_at: usize) -> f64 {
    let (urls, server) = (urls(), org.server(&id("aus", 7)).unwrap());
    let scope = format!("openid profile s{looked_at}");
    let challenge = mock_idp_core::protocol::pkce::challenge("verifier-verifier-verifier-verifier-verifier-verifier");
    let (client, user) = (id("0oa", 23), id("00u", 501));
    let parameters: Parameters = [
        ("client_id", client.as_str()),
        ("response_type", "code"),
        ("scope", &scope),
        ("redirect_uri", CALLBACK),
        ("state", "s"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]
    .into_iter()
    .collect();
    let request = authorization::begin(org, server, &urls, &parameters, None).unwrap();
    let user = CurrentUser::SignedIn(Authentication {
        user_id: user,
        auth_time: NOW,
        amr: vec!["pwd".to_owned()],
        proofs: Vec::new(),
        idp: None,
        session_id: "s".to_owned(),
    });
    let mut rng = StdRng::seed_from_u64(1);
    median(|| {
        let mut trace = Trace::default();
        let moment = &mut Moment { now: NOW, origin: &RequestOrigin::default(), rng: &mut rng, trace: &mut trace };
        let step = authorization::decide(org, server, &request, Some(&user), &Consent::default(), moment);
        let Step::Respond(authorization) = step else { panic!("{step:?}") };
        let code = authorization::code_record(&request, *authorization);
        let request = both(&request);
        let tokens = authorization::unsigned_tokens(org, server, &urls, &request, &code.authorization, None, moment);
        black_box((tokens.unwrap(), trace));
    })
}

/// The same request, answered with both tokens at once: what a code would be redeemed for.
fn both(request: &mock_idp_core::ledger::AuthorizationRequest) -> mock_idp_core::ledger::AuthorizationRequest {
    let mut request = request.clone();
    request.response_type = mock_idp_core::protocol::ResponseType { code: false, token: true, id_token: true };
    request
}

/// Every documented example that has a value: parsed, and evaluated.
fn expressions() {
    let mut paths = Vec::new();
    expression_cases::cases(&expression_cases::folder(), &mut paths);
    let mut times: Vec<(f64, f64, String)> = paths
        .iter()
        .filter_map(|path| {
            let (case, view) = expression_cases::load(path).expect("a readable case");
            if !matches!(case.outcome, ExpressionOutcome::Result(_)) {
                return None;
            }
            let source = case.expression.as_str();
            let both = median(|| _ = black_box(Expression::parse(source).unwrap().evaluate(&view).unwrap()));
            let parsed = Expression::parse(source).unwrap();
            let alone = median(|| _ = black_box(parsed.evaluate(&view).unwrap()));
            Some((both, alone, source.to_owned()))
        })
        .collect();
    times.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (both, alone, source) = &times[times.len() / 2];
    println!("| parse and evaluate, median of {} examples: `{source}` | {both:.1} |", times.len());
    println!("| of that, evaluate | {alone:.1} |");
    let (both, _, source) = times.last().expect("examples");
    println!("| parse and evaluate, slowest example: `{source}` | {both:.1} |");
}
