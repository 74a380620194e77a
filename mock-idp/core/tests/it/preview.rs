//! Previews of the market: outcomes, remedies, and differences between orgs.

use mock_idp_core::model::{Status, UserStatus};
use mock_idp_core::org::{Document, Draft, Org, Urls};
use mock_idp_core::preview::{self, Outcome, Preview, Question, Remedy};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::market::{NOW, changed, market};

const WEB: &str = "0oamarketweb000005d7";
const SPA: &str = "0oamarketspa000005d7";
const PARTNER: &str = "0oamarketpartner05d7";
const SERVICE: &str = "0oamarketservice05d7";
const REPORTS: &str = "0oamarketreports05d7";

pub(crate) fn urls() -> Urls {
    Urls { issuer_base: "http://localhost:7801".into(), endpoint_base: "http://localhost:7801".into() }
}

fn ask(org: &Org, question: &Question) -> Preview {
    preview::preview(org, &urls(), question, NOW, &mut StdRng::seed_from_u64(1))
}

fn read(org: &Org, parameters: &[(&str, &str)]) -> Question {
    Question::read(org, parameters.iter().copied()).unwrap()
}

fn remedies(org: &Org, question: &Question) -> Vec<Remedy> {
    let preview = ask(org, question);
    assert!(preview.is_refused(), "{question:?} is not refused");
    preview::remedies(org, &urls(), question, &preview, NOW)
}

fn words(remedies: &[Remedy]) -> Vec<&str> {
    remedies.iter().map(|remedy| remedy.words.as_str()).collect()
}

/// Whether the question is granted after the changes.
fn granted_after(org: &Org, question: &Question, remedy: &Remedy) -> bool {
    let (mut draft, mut question) = (Draft::new(org, NOW), question.clone());
    for change in &remedy.changes {
        change.apply(&mut draft, &mut question).unwrap();
    }
    let document = draft.finish().unwrap().to_document();
    // The changed document must survive a round trip through YAML.
    let document = Document::parse(&document.to_yaml().unwrap()).unwrap();
    !ask(&Org::from_document(document).unwrap(), &question).is_refused()
}

#[test]
fn remedies_for_a_scope_that_no_rule_covers() {
    let org = market();
    let question = read(&org, &[("client", WEB), ("user", "buyer"), ("scope", "openid orders:update")]);
    assert_eq!(
        words(&remedies(&org, &question)),
        [
            "add buyer@example.test to the group Admins",
            "include buyer@example.test in the people of the rule \"Administrators\" of policy \"Market apps\"",
            "ask without orders:update",
            "add orders:update to the scopes of the rule \"Everyone\" of policy \"Market apps\"",
        ]
    );
}

#[test]
fn remedies_for_a_user_whom_every_rule_excludes() {
    let org = market();
    let question = read(&org, &[("client", WEB), ("user", "denied"), ("scope", "openid")]);
    assert_eq!(
        words(&remedies(&org, &question)),
        ["stop excluding the group Auditors in the rule \"Everyone\" of policy \"Market apps\""],
        "without the group they would no longer be assigned"
    );
}

#[test]
fn remedies_for_a_user_without_the_app() {
    let org = market();
    let question = read(&org, &[("client", WEB), ("user", "unassigned"), ("scope", "openid")]);
    assert_eq!(
        words(&remedies(&org, &question)),
        [
            "add unassigned@example.test to the group Premium",
            "add unassigned@example.test to the group Buyers",
            "assign unassigned@example.test to Market demo",
        ],
        "Auditors are assigned too, and get nothing"
    );
}

#[test]
fn every_remedy_grants_the_refused_request() {
    let org = market();
    let mut suggestions = 0;
    for parameters in [
        &[("client", WEB), ("user", "buyer"), ("scope", "openid orders:update")][..],
        &[("client", WEB), ("user", "denied"), ("scope", "openid")],
        &[("client", WEB), ("user", "denied"), ("scope", "openid orders:update")],
        &[("client", WEB), ("user", "unassigned"), ("scope", "openid")],
        &[("client", WEB), ("user", "unassigned"), ("scope", "openid orders:update")],
        &[("client", WEB), ("user", "locked"), ("scope", "openid")],
        &[("client", WEB), ("user", "buyer"), ("scope", "openid no:such")],
        &[("client", WEB), ("user", "buyer"), ("scope", "openid interclient_access")],
        &[("client", WEB), ("user", "buyer"), ("scope", "email")],
        &[("client", WEB), ("user", "buyer")],
        &[("client", SPA), ("user", "buyer"), ("grant", "implicit"), ("scope", "openid")],
        &[("client", PARTNER), ("user", "buyer"), ("scope", "openid orders:read:user products:read")],
        &[("client", PARTNER), ("user", "buyer"), ("scope", "openid"), ("grant", "implicit")],
        &[("client", WEB), ("scope", "products:read")],
        &[("client", SERVICE), ("scope", "openid products:read")],
        &[("client", SERVICE), ("scope", "orders:read:user")],
        &[("client", REPORTS), ("scope", "orders:read")],
        &[("client", WEB), ("user", "buyer"), ("grant", "password"), ("scope", "openid")],
    ] {
        let question = read(&org, parameters);
        let found = remedies(&org, &question);
        assert!(!found.is_empty(), "nothing found for {parameters:?}");
        for remedy in &found {
            assert!(granted_after(&org, &question, remedy), "{} does not help {parameters:?}", remedy.words);
        }
        suggestions += found.len();
    }
    assert!(suggestions > 30, "only {suggestions} suggestions were tried");
}

#[test]
fn remedies_activate_inactive_objects() {
    let inactive = changed(|document| {
        document.authorization_servers[0].policies[0].status = Status::Inactive;
    });
    let question = read(&inactive, &[("client", WEB), ("user", "buyer"), ("scope", "openid")]);
    let found = remedies(&inactive, &question);
    assert!(words(&found).contains(&"activate the policy \"Market apps\""), "{:?}", words(&found));

    let inactive = changed(|document| document.apps[0].status = Status::Inactive);
    let question = read(&inactive, &[("client", WEB), ("user", "buyer"), ("scope", "openid")]);
    let preview = ask(&inactive, &question);
    let Outcome::Refused(refused) = &preview.outcome else { panic!("{:?}", preview.outcome) };
    assert_eq!((refused.error.as_str(), refused.shown), ("invalid_client", preview::Shown::Page));
    assert_eq!(words(&remedies(&inactive, &question)), ["activate the client Market demo"]);
}

#[test]
fn two_changes_are_suggested_if_no_single_one_helps() {
    let org = changed(|document| {
        let user = document.users.iter_mut().find(|user| user.profile.login.starts_with("unassigned")).unwrap();
        user.status = UserStatus::Suspended;
    });
    let question = read(&org, &[("client", WEB), ("user", "unassigned"), ("scope", "openid")]);
    let found = remedies(&org, &question);
    assert!(found.iter().all(|remedy| remedy.changes.len() == 2));
    assert!(
        words(&found).contains(&"activate unassigned@example.test, and assign unassigned@example.test to Market demo"),
        "{:?}",
        words(&found)
    );
    for remedy in &found {
        assert!(granted_after(&org, &question, remedy), "{}", remedy.words);
    }
}

#[test]
fn an_org_has_no_difference_to_itself() {
    let difference = preview::difference(&market(), &market(), &urls(), NOW, |_| true);
    assert!(difference.alterations.is_empty());
    assert!(difference.cases > 1_000, "only {} cases", difference.cases);
}

#[test]
fn a_change_shows_exactly_the_affected_tokens() {
    let before = market();
    let after = changed(|document| {
        let claims = &mut document.authorization_servers[0].claims;
        let feature_access = claims.iter_mut().find(|claim| claim.name == "feature_access").unwrap();
        feature_access.value = "Arrays.size(appuser.app_features)".to_owned();
    });
    let wanted = |case: &preview::Case| case.client == WEB && case.user.as_deref() == Some("premium@example.test");
    let difference = preview::difference(&before, &after, &urls(), NOW, wanted);
    assert!(!difference.alterations.is_empty());
    for alteration in &difference.alterations {
        assert_eq!(alteration.case.server, "default", "the org server has no claim rules");
        let changes: Vec<_> = alteration.changes.iter().map(|changed| changed.what.as_str()).collect();
        assert!(changes.iter().all(|what| what.ends_with("access_token.feature_access")), "{changes:?}");
        assert_eq!(alteration.changes[0].before, serde_json::json!(["basic", "premium"]));
        assert_eq!(alteration.changes[0].after, serde_json::json!(2));
    }

    let after = changed(|document| {
        let rule = &mut document.authorization_servers[0].policies[0].rules[1];
        rule.conditions.scopes.include.retain(|scope| scope != "products:read");
    });
    let wanted = |case: &preview::Case| {
        case.client == WEB && case.user.as_deref() == Some("buyer@example.test") && case.grant == "authorization_code"
    };
    let difference = preview::difference(&before, &after, &urls(), NOW, wanted);
    let scopes: Vec<_> = difference.alterations.iter().map(|alteration| alteration.case.scope.as_deref()).collect();
    assert_eq!(scopes, [Some("products:read")]);
    let changes = &difference.alterations[0].changes;
    assert_eq!((changes[0].what.as_str(), &changes[0].after), ("outcome", &serde_json::json!("refused")));
}

/// Scripts and the harness read these names: a change here affects them.
#[test]
fn the_texts_of_an_explanation_match_the_snapshots() {
    let org = market();
    let report = |parameters: &[(&str, &str)]| {
        let question = read(&org, parameters);
        let preview = ask(&org, &question);
        let found = match preview.is_refused() {
            true => preview::remedies(&org, &urls(), &question, &preview, NOW),
            false => Vec::new(),
        };
        let mut report = serde_json::to_value(preview::Report::new(&org, &question, preview, found)).unwrap();
        // `why` has the content of the notes in order. The policies of other clients depend on the market.
        let fields = report.as_object_mut().unwrap();
        fields.shift_remove("notes");
        let policies = fields["why"]["policies"].as_array_mut().unwrap();
        policies.retain(|policy| policy["rules"].as_array().is_some_and(|rules| !rules.is_empty()));
        report
    };
    insta::assert_json_snapshot!(
        "refused",
        report(&[("client", WEB), ("user", "buyer"), ("scope", "openid orders:update")])
    );
    insta::assert_json_snapshot!(
        "granted",
        report(&[("client", WEB), ("user", "admin"), ("scope", "openid products:read")])
    );
}
