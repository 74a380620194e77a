//! Previews of the market: outcomes, remedies, and differences between orgs.

use std::sync::Arc;
use std::time::Duration;

use mock_idp::preview::{self, Difference, NoCase, SearchLimits, Selection};
use mock_idp_core::model::{Status, UserStatus};
use mock_idp_core::org::{Document, Draft, Org, Urls};
use mock_idp_core::preview::{Preview, PreviewOutcome, Question, Remedies, Remedy, Report, Shown};
use tokio_util::sync::CancellationToken;

const WEB: &str = "0oamarketweb000005d7";
const SPA: &str = "0oamarketspa000005d7";
const PARTNER: &str = "0oamarketpartner05d7";
const SERVICE: &str = "0oamarketservice05d7";
const REPORTS: &str = "0oamarketreports05d7";

fn urls() -> Urls {
    Urls::at("http://localhost:7801")
}

/// The time of the tests.
const NOW: i64 = 1_800_000_000;

pub(crate) type SharedOrg = Arc<Org>;

/// The market, unchanged.
fn market() -> SharedOrg {
    changed(|_| {})
}

/// The market after a change by an administrator.
pub(crate) fn changed(change: impl FnOnce(&mut Document)) -> SharedOrg {
    let mut document = Document::parse(mock_idp::BUILT_IN_ORG).unwrap();
    change(&mut document);
    Arc::new(Org::from_document(document).unwrap())
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn preview_of(org: &SharedOrg, question: &Question) -> Preview {
    wait(preview::preview(org, &urls(), question, NOW))
}

/// A search that ends by itself, however slow the machine is.
fn unhurried() -> SearchLimits {
    SearchLimits { time: Duration::from_secs(600), ..SearchLimits::default() }
}

fn search(org: &SharedOrg, question: &Question, limits: &SearchLimits) -> Remedies {
    let preview = preview_of(org, question);
    assert!(preview.is_refused(), "{question:?} is not refused");
    wait(preview::remedies(org, &urls(), question, &preview, NOW, limits))
}

fn difference(before: &SharedOrg, after: &SharedOrg, selected: &[(&str, &str)]) -> Result<Difference, NoCase> {
    let selection = Selection::read(&[before, after], selected.iter().copied()).unwrap();
    wait(preview::difference(before, after, &urls(), &selection, NOW))
}

fn read(org: &Org, parameters: &[(&str, &str)]) -> Question {
    Question::read(org, parameters.iter().copied()).unwrap()
}

pub(crate) fn remedies(org: &SharedOrg, question: &Question) -> Vec<Remedy> {
    let remedies = search(org, question, &unhurried());
    assert_eq!(remedies.cut_short, None);
    remedies.found
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
    !preview_of(&Arc::new(Org::from_document(document).unwrap()), &question).is_refused()
}

#[test]
fn a_remedy_adds_the_scope_to_a_rule() {
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
        document.authorization_servers[0].policies.as_mut().unwrap()[0].status = Status::Inactive;
    });
    let question = read(&inactive, &[("client", WEB), ("user", "buyer"), ("scope", "openid")]);
    let found = remedies(&inactive, &question);
    assert!(words(&found).contains(&"activate the policy \"Market apps\""), "{:?}", words(&found));

    let inactive = changed(|document| document.apps[0].status = Status::Inactive);
    let question = read(&inactive, &[("client", WEB), ("user", "buyer"), ("scope", "openid")]);
    let preview = preview_of(&inactive, &question);
    let PreviewOutcome::Refused(refused) = &preview.outcome else { panic!("{:?}", preview.outcome) };
    assert_eq!((refused.error.as_str(), refused.shown), ("invalid_client", Shown::Page));
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
    let difference = difference(&market(), &market(), &[]).unwrap();
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
    let found = difference(&before, &after, &[("client", WEB), ("user", "premium@example.test")]).unwrap();
    assert!(!found.alterations.is_empty());
    for alteration in &found.alterations {
        assert_eq!(alteration.case.server, "default", "the org server has no claim rules");
        let changes: Vec<_> = alteration.changes.iter().map(|changed| changed.what.as_str()).collect();
        assert!(changes.iter().all(|what| what.ends_with("access_token.feature_access")), "{changes:?}");
        assert_eq!(alteration.changes[0].before, serde_json::json!(["basic", "premium"]));
        assert_eq!(alteration.changes[0].after, serde_json::json!(2));
    }

    let after = changed(|document| {
        let rule = &mut document.authorization_servers[0].policies.as_mut().unwrap()[0].rules[1];
        rule.conditions.scopes.include.retain(|scope| scope != "products:read");
    });
    let selected = [("client", WEB), ("user", "buyer@example.test"), ("grant", "authorization_code")];
    let found = difference(&before, &after, &selected).unwrap();
    let scopes: Vec<_> = found.alterations.iter().map(|alteration| alteration.case.scope.as_deref()).collect();
    assert_eq!(scopes, [Some("products:read")]);
    let changes = &found.alterations[0].changes;
    assert_eq!((changes[0].what.as_str(), &changes[0].after), ("outcome", &serde_json::json!("refused")));
}

#[test]
fn two_orgs_with_different_ids_are_compared_at_their_org_servers() {
    let after = changed(|document| document.org.id = "00oanother0000000000".to_owned());
    let found = difference(&market(), &after, &[("client", WEB), ("server", "org")]).unwrap();
    let changed: Vec<&str> =
        found.alterations.iter().flat_map(|found| &found.changes).map(|changed| changed.what.as_str()).collect();
    assert!(!changed.is_empty());
    // Okta: `idp` is the id of the org.
    assert!(changed.iter().all(|what| what.ends_with("id_token.idp")), "{changed:?}");
}

#[test]
fn a_selection_takes_the_names_of_a_question() {
    let org = market();
    let count = |selected: &[(&str, &str)]| difference(&org, &org, selected).unwrap().cases;
    let by_ids = count(&[("client", WEB), ("user", "buyer@example.test"), ("server", "default")]);
    assert!(by_ids > 5);
    let buyer = org.user_by_identifier("buyer").unwrap().id.clone();
    let server = org.server("default").unwrap().id.clone();
    for selected in [
        [("client", "Market demo"), ("user", "buyer"), ("server", server.as_str())],
        [("client", "MARKET DEMO"), ("user", "BUYER@example.test"), ("server", "default")],
        [("client", WEB), ("user", buyer.as_str()), ("server", "default")],
    ] {
        assert_eq!(count(&selected), by_ids, "{selected:?}");
    }
    let [one_scope, one_grant] = [("scope", "openid"), ("grant", "refresh_token")];
    assert_eq!(count(&[("client", WEB), ("user", "buyer"), ("server", "org"), one_scope, one_grant]), 1);
}

#[test]
fn a_selection_of_an_unknown_name_is_an_error_with_the_nearest_name() {
    let org = market();
    for (selected, error) in [
        (("client", "Market dmeo"), "no client is \"Market dmeo\"; did you mean \"Market demo\"?"),
        (("user", "nobody"), "no user is \"nobody\""),
        (("user", "buyr@example.test"), "no user is \"buyr@example.test\"; did you mean \"buyer@example.test\"?"),
        (("server", "defualt"), "no authorization server is \"defualt\"; did you mean \"default\"?"),
        (("grant", "pasword"), "no preview is made of the grant \"pasword\"; did you mean \"password\"?"),
        (
            ("scope", "openid prodcts:read"),
            "no authorization server has the scope \"prodcts:read\"; did you mean \"products:read\"?",
        ),
        (("clinet", WEB), "no parameter is named \"clinet\"; did you mean \"client\"?"),
    ] {
        let bad = Selection::read(&[&org, &org], [selected]).unwrap_err();
        assert_eq!(bad.error, error, "{selected:?}");
    }
}

#[test]
fn a_name_that_only_one_of_the_orgs_has_is_compared() {
    let after = changed(|document| document.users.retain(|user| !user.profile.login.starts_with("buyer@")));
    let found = difference(&market(), &after, &[("client", WEB), ("user", "buyer@example.test")]).unwrap();
    assert!(!found.alterations.is_empty());
}

#[test]
fn a_label_that_several_clients_have_is_an_error_with_their_ids() {
    let org = changed(|document| document.apps[1].label = "Market demo".to_owned());
    let bad = Question::read(&org, [("client", "Market demo"), ("user", "buyer")]).unwrap_err();
    assert_eq!(bad.error, "2 clients have the label \"Market demo\"");
    assert_eq!(bad.allowed.len(), 2);
    assert!(bad.allowed.contains(&WEB.to_owned()));
}

#[test]
fn comparing_nothing_is_an_error_that_says_why() {
    let org = market();
    for (selected, why) in [
        (
            &[("client", SERVICE), ("user", "buyer")][..],
            "the client 0oamarketservice05d7 may not use a grant in which a user signs in",
        ),
        (&[("client", WEB), ("grant", "client_credentials"), ("user", "buyer")], "client_credentials has no user"),
        (&[("client", SERVICE), ("grant", "implicit")], "the client 0oamarketservice05d7 may not use implicit"),
    ] {
        let error = difference(&org, &org, selected).unwrap_err().to_string();
        assert!(error.starts_with(&format!("there is no token request to compare: {why}")), "{error}");
    }
    let empty = changed(|document| {
        document.apps.clear();
        document.authorization_servers.clear();
        document.settings.any_loopback_port.clear();
    });
    let error = difference(&empty, &empty, &[]).unwrap_err().to_string();
    assert_eq!(error, "there is no token request to compare: no org has a client");
}

fn unknown_scopes(count: usize) -> String {
    (0..count).map(|number| format!("unknown:{number}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_search_over_many_unknown_scopes_ends_and_says_what_was_left_out() {
    let org = market();
    for count in [200, 400, 999] {
        let unknown = unknown_scopes(count);
        let question = read(&org, &[("client", WEB), ("user", "buyer"), ("scope", &format!("openid {unknown}"))]);
        let found = search(&org, &question, &unhurried());
        assert_eq!(words(&found.found), [format!("ask without {}", unknown.replace(' ', ", "))]);
        assert_eq!(found.cut_short, Some("some scopes were left out"), "{count}");
        let question = read(&org, &[("client", WEB), ("user", "buyer"), ("scope", &unknown)]);
        assert!(search(&org, &question, &unhurried()).cut_short.is_some(), "{count}");
    }
    let question = read(&org, &[("client", WEB), ("user", "buyer"), ("scope", "openid unknown:0 unknown:1")]);
    assert_eq!(words(&remedies(&org, &question)), ["ask without unknown:0, unknown:1"]);
}

#[test]
fn more_than_a_thousand_scopes_are_not_a_question() {
    let bad = Question::read(&market(), [("client", WEB), ("user", "buyer"), ("scope", &unknown_scopes(1_001))]);
    assert_eq!(bad.unwrap_err().error, "1001 scopes are given, 1000 are possible");
}

#[test]
fn the_time_of_a_session_is_between_1970_and_the_year_10000() {
    let org = market();
    for (auth_time, is_a_question) in
        [("0", true), ("253402300799", true), ("253402300800", false), ("-1", false), ("9223372036854775807", false)]
    {
        let question = Question::read(&org, [("client", WEB), ("user", "buyer"), ("auth_time", auth_time)]);
        assert_eq!(question.is_ok(), is_a_question, "{auth_time}");
        if let Ok(question) = question {
            // It does not overflow.
            preview_of(&org, &question);
        }
    }
}

#[test]
fn a_search_ends_at_each_of_its_limits_and_says_so() {
    let org = market();
    let question = read(&org, &[("client", WEB), ("user", "unassigned"), ("scope", "openid orders:update")]);
    let all = search(&org, &question, &unhurried());
    assert_eq!((all.found.is_empty(), all.cut_short), (false, None));
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    for (limits, reason) in [
        (SearchLimits { attempts: 1, ..unhurried() }, "the search ended after the largest number of attempts"),
        (SearchLimits { time: Duration::ZERO, ..unhurried() }, "the search took too long"),
        (SearchLimits { cancelled, ..unhurried() }, "the search was cancelled"),
    ] {
        let found = search(&org, &question, &limits);
        assert_eq!(found.cut_short, Some(reason));
        assert!(found.found.len() < all.found.len());
    }
}

/// Scripts and the harness read these names: a change here affects them.
#[test]
fn the_texts_of_an_explanation_match_the_snapshots() {
    let org = market();
    let report = |parameters: &[(&str, &str)]| {
        let question = read(&org, parameters);
        let preview = preview_of(&org, &question);
        let found = match preview.is_refused() {
            true => search(&org, &question, &unhurried()),
            false => Remedies::default(),
        };
        let mut report = serde_json::to_value(Report::new(&org, &question, preview, found)).unwrap();
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
