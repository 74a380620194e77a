//! Every change of a claim is reported: over changed claim rules, a comparison names exactly the claims whose values in the decoded
//! tokens are not equal.

use std::collections::BTreeSet;

use mock_idp::preview::{Cases, Preview, PreviewOutcome, Selection, difference};
use mock_idp_core::model::{ClaimRule, ClaimType};
use mock_idp_core::org::Urls;
use proptest::prelude::*;

use crate::preview::{SharedOrg, changed, preview_of};

const NOW: i64 = 1_800_000_000;

/// What claims are changed to; some values are the same for all users, some for none.
const EXPRESSIONS: [&str; 5] =
    ["\"fixed\"", "user.login", "user.firstName", "isMemberOfGroupName(\"Admins\")", "appuser.app_features"];

const SCOPES: [Option<&str>; 4] = [None, Some("openid"), Some("profile"), Some("products:read")];

#[derive(Clone, Debug)]
struct Rule {
    name: &'static str,
    expression: &'static str,
    claim_type: ClaimType,
    scope: Option<&'static str>,
}

fn rule() -> impl Strategy<Value = Rule> {
    let name = prop::sample::select(&["first", "second"][..]);
    let (expression, scope) = (prop::sample::select(&EXPRESSIONS[..]), prop::sample::select(&SCOPES[..]));
    (name, expression, scope, any::<bool>()).prop_map(|(name, expression, scope, identity)| {
        let claim_type = if identity { ClaimType::Identity } else { ClaimType::Resource };
        Rule { name, expression, claim_type, scope }
    })
}

/// The market with these rules, each claim of a token once.
fn org(rules: &[Rule]) -> SharedOrg {
    changed(|document| {
        let claims = &mut document.authorization_servers[0].claims;
        let model = claims.iter().find(|claim| claim.name == "market_role").unwrap().clone();
        for (index, rule) in rules.iter().enumerate() {
            if claims.iter().any(|claim| claim.name == rule.name && claim.claim_type == rule.claim_type) {
                continue;
            }
            let mut claim = ClaimRule { id: format!("ocl{index:0>17}"), claim_type: rule.claim_type, ..model.clone() };
            (claim.name, claim.value) = (rule.name.to_owned(), rule.expression.to_owned());
            claim.conditions.scopes = rule.scope.map(str::to_owned).into_iter().collect();
            claim.always_include_in_token = true;
            claims.push(claim);
        }
    })
}

/// The values of the claims `first` and `second` in each token, as text.
fn claims(preview: &Preview) -> BTreeSet<(String, String)> {
    let PreviewOutcome::Granted(granted) = &preview.outcome else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    let mut add = |place: &str, claims: &serde_json::Map<String, serde_json::Value>| {
        for (name, value) in claims.iter().filter(|(name, _)| ["first", "second"].contains(&name.as_str())) {
            found.insert((format!("{place}.{name}"), value.to_string()));
        }
    };
    for (answer, tokens) in [("authorize", &granted.authorize), ("token", &granted.token)] {
        for (kind, token) in tokens.iter().flat_map(|t| [("access_token", &t.access_token), ("id_token", &t.id_token)])
        {
            if let Some(token) = token {
                add(&format!("{answer}.{kind}"), &token.payload);
            }
        }
    }
    add("userinfo", &granted.userinfo.clone().unwrap_or_default());
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_comparison_names_exactly_the_claims_that_differ(
        before in prop::collection::vec(rule(), 0..4),
        after in prop::collection::vec(rule(), 0..4),
    ) {
        let orgs = [org(&before), org(&after)];
        let selected = [
            ("client", "Market demo"), ("server", "default"), ("user", "admin"), ("user", "buyer"),
            ("grant", "authorization_code"), ("grant", "implicit"), ("grant", "refresh_token"),
        ];
        let selection = Selection::read(&[&orgs[0], &orgs[1]], selected).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let urls = Urls::at("http://localhost:7801");
        let found = runtime.block_on(difference(&orgs[0], &orgs[1], &urls, &selection, NOW)).unwrap();
        let mut reported: Vec<(String, BTreeSet<String>)> = Vec::new();
        for alteration in &found.alterations {
            reported.push((alteration.case.words(), alteration.changes.iter().map(|changed| changed.what.clone()).collect()));
        }
        let mut expected = Vec::new();
        for (case, [was, is]) in Cases::new([&orgs[0], &orgs[1]], &[selection]).unwrap().iter() {
            let (was, is) = (claims(&preview_of(&orgs[0], &was)), claims(&preview_of(&orgs[1], &is)));
            let differing: BTreeSet<String> = was.symmetric_difference(&is).map(|(name, _)| name.clone()).collect();
            if !differing.is_empty() {
                expected.push((case.words(), differing));
            }
        }
        prop_assert_eq!(reported, expected);
    }
}
