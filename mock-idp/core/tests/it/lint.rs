//! Warnings about org documents that are valid.

use mock_idp_core::lint;
use mock_idp_core::org::{Org, Problems, locate};

use crate::market::MARKET;

/// A small org without a warning.
const SMALL: &str = "\
org: { name: Small }
groups:
  - profile: { name: Staff }
  - { type: APP_GROUP, profile: { name: Engineers }, source: { id: 0oadirectory0000005d7, name: active_directory } }
users:
  - profile: { login: ada@a.test, email: ada@a.test, firstName: Ada, lastName: L, badge: 7 }
    groupIds: [Staff]
apps:
  - label: Web
    profile: { tier: gold }
    settings: { oauthClient: { application_type: web, redirect_uris: [\"https://a.test/cb\"] } }
    assignments: { groups: [{ id: Staff, profile: { role: clerk } }] }
  - label: Job
    settings: { oauthClient: { application_type: service } }
authorizationServers:
  - name: API
    audiences: [\"api://a\"]
    default: true
    scopes:
      - name: orders:read
    claims:
      - { name: one, claimType: RESOURCE, value: user.department }
    policies:
      - name: Main
        rules:
          - name: Anything
";

fn warnings(document: &str) -> Vec<String> {
    let org = Org::parse(document).unwrap_or_else(|problems| panic!("{}", problems.lines("org.yaml")));
    let mut warnings = lint::warnings(&org);
    locate(document, &mut warnings);
    warnings.into_iter().map(|warning| Problems(vec![warning]).lines("org.yaml")).collect()
}

fn edited(piece: &str, by: &str) -> String {
    assert!(SMALL.contains(piece), "{piece}");
    SMALL.replace(piece, by)
}

/// The one warning of an edited document.
fn warning(piece: &str, by: &str) -> String {
    let mut found = warnings(&edited(piece, by));
    assert_eq!(found.len(), 1, "{by}: {found:#?}");
    found.remove(0)
}

#[test]
fn valid_orgs_have_no_warning() {
    let initial = include_str!("../../../src/cli/init/okta.yaml");
    for document in [SMALL, initial, MARKET, "org: { name: Empty }"] {
        assert_eq!(warnings(document), Vec::<String>::new());
    }
}

#[test]
fn a_warning_points_at_the_part_of_an_expression_that_is_null() {
    let at = |value: &str| warning("user.department", value);
    let rest = "claim `one`: `user.departmnt` is null: no user has the attribute `departmnt` \
                (at /authorizationServers/0/claims/0/value); did you mean `department`?";
    assert_eq!(at("user.departmnt"), format!("org.yaml:22:50: {rest}"));
    assert_eq!(at("'user.departmnt'"), format!("org.yaml:22:51: {rest}"));
    assert_eq!(at("'\"x: \" + user.departmnt'"), format!("org.yaml:22:59: {rest}"));
    assert_eq!(at("\"'x' + user.departmnt\""), format!("org.yaml:22:57: {rest}"));
    // With escapes the value is not as it is written: the place is that of the value.
    assert_eq!(at("'''x'' + user.departmnt'"), format!("org.yaml:22:50: {rest}"));
}

#[test]
fn attributes_that_nothing_has_are_warned_of_with_the_nearest_name() {
    for (expression, expected) in [
        ("user.badgee", "`user.badgee` is null: no user has the attribute `badgee`"),
        ("user.profile.departmnt", "`user.profile.departmnt` is null: no user has the attribute `departmnt`"),
        ("user.profile.status", "`user.profile.status` is null"),
        ("appuser.rolle", "`appuser.rolle` is null: no assignment of an app has the attribute `rolle` in its profile"),
        ("app.profile.tear", "`app.profile.tear` is null: no app has the attribute `tear` in its profile"),
        ("app.clientid", "`app.clientid` is null: `app` has no property `clientid`"),
        ("org.subdomain", "`org.subdomain` is null: `org` has no property `subdomain`"),
        ("session.arm", "`session.arm` is null: `session` has no property `arm`"),
        ("access.scopes", "`access.scopes` is null: `access` has no property `scopes`"),
        ("idpuser.email", "`idpuser.email` is null: `idpuser` does not exist when tokens are issued"),
        ("device != null", "`device` is null: it does not exist when tokens are issued"),
        ("user.getInternalProperty('stats')", "is null: users have no property of that name"),
        ("findDirectoryUser()", "`findDirectoryUser()` is null: the org has no directories"),
        ("hasWorkdayUser()", "`hasWorkdayUser()` is false: the org has no directories"),
        ("user.getLinkedObject('manager')", "is null: the org has no linked objects"),
        ("isMemberOfGroupName('Stuff')", "is false for all users: the name of no group is `Stuff`"),
        ("isMemberOfGroupNameStartsWith('Admin')", "the name of no group begins with `Admin`"),
        ("isMemberOfGroupNameContains('Admin')", "the name of no group contains `Admin`"),
        ("isMemberOfGroupNameRegex('St')", "the name of no group as a whole matches `St`"),
        ("isMemberOfGroup('Staff')", "takes ids of groups, and `Staff` is the name of `00gstaff"),
        ("isMemberOfAnyGroup('00gnone00000000005d7')", "no group has the id `00gnone00000000005d7`"),
        ("getFilteredGroups({'00gnone00000000005d7'}, 'group.name', 9)", "no group has the id `00gnone00000000005d7`"),
        ("user.isMemberOf({'group.id': '00gnone00000000005d7'})", "no group has the id `00gnone00000000005d7`"),
        (
            "user.isMemberOf({'group.profile.name': 'Stuff', 'operator': 'EXACT'})",
            "finds no group: the name of none is `Stuff`",
        ),
        ("Groups.startsWith('active_dir', 'E', 9)", "is null: no group comes from the app `active_dir`"),
        ("Groups.contains('OKTA', 'Engineers', 9)", "is null: the name of no group from the app contains `Engineers`"),
    ] {
        let quoted = format!("\"{expression}\"");
        let found = warnings(&edited("user.department", &quoted));
        assert_eq!(found.len(), 1, "{expression}: {found:#?}");
        assert!(found[0].contains(expected), "{expression}: {found:?}");
    }
    for (expression, nearest) in [
        ("user.badgee", "badge"),
        ("appuser.rolle", "role"),
        ("app.profile.tear", "tier"),
        ("app.clientid", "clientId"),
        ("org.subdomain", "subDomain"),
        ("user.getInternalProperty(\"stats\")", "status"),
        ("isMemberOfGroupName(\"Stuff\")", "Staff"),
        ("Groups.startsWith(\"active_dir\", \"E\", 9)", "active_directory"),
    ] {
        let found = warnings(&edited("user.department", &format!("'{expression}'")));
        assert!(found[0].ends_with(&format!("; did you mean `{nearest}`?")), "{expression}: {found:?}");
    }
}

#[test]
fn expressions_that_can_have_a_value_are_not_warned_of() {
    for expression in [
        "user.badge + user.profile.badge",
        "user.id + user.status + user.created + user.login",
        "user.getInternalProperty('id')",
        "appuser != null ? appuser.userName : app.clientId",
        "appuser.role + app.profile.tier + app.profile.label + app.label",
        "org.name + org.subDomain",
        "session.amr",
        "access.scope",
        "isMemberOfGroupName('Staff') || isMemberOfGroupNameRegex('.*neers')",
        "Groups.startsWith('active_directory', 'eng', 9) ?: Groups.contains('0oadirectory0000005d7', 'Eng', 100)",
        "Groups.startsWith('OKTA', 'Every', 9)",
        "user.getGroups({'group.profile.name': 'Sta'}).![name]",
        "{user.firstName, user.lastName}.![toUpperCase]",
        "getFilteredGroups(app.profile.tier, 'group.name', 2147483647)",
    ] {
        assert_eq!(
            warnings(&edited("user.department", &format!("\"{expression}\""))),
            Vec::<String>::new(),
            "{expression}"
        );
    }
}

#[test]
fn an_expression_that_is_not_valid_is_warned_of_at_its_error() {
    let found = warning("user.department", "'user.firstName + lastName'");
    assert!(found.starts_with("org.yaml:22:68: claim `one`: not a valid expression"), "{found}");
    assert!(found.contains("unknown name \"lastName\""), "{found}");
    let inactive = warning("value: user.department", "status: INACTIVE, value: user.");
    assert!(inactive.contains("not a valid expression"), "{inactive}");
}

#[test]
fn a_function_that_fails_for_all_users_is_warned_of() {
    for (expression, expected) in [
        ("user.login matches '('", "so that requests for tokens with the claim fail"),
        ("isMemberOfGroupNameRegex('(')", "so that requests for tokens with the claim fail"),
        (
            "Groups.startsWith('OKTA', 'S', 500)",
            "the limit is 1 to 100, so that requests for tokens with the claim fail",
        ),
        ("getFilteredGroups(app.profile.tier, 'group.', 9)", "`group.` is not a valid group expression"),
    ] {
        let found = warnings(&edited("user.department", &format!("\"{expression}\"")));
        assert!(found.len() == 1 && found[0].contains(expected), "{expression}: {found:#?}");
    }
}

#[test]
fn group_filters_that_list_no_group_are_warned_of() {
    let claim = "value: user.department";
    for (filter, expected) in [
        ("group_filter_type: STARTS_WITH, value: Admin", "the name of none begins with `Admin`"),
        ("group_filter_type: EQUALS, value: Stuff", "the name of none is `Stuff`"),
        ("group_filter_type: CONTAINS, value: admin", "the name of none contains `admin`"),
        ("group_filter_type: REGEX, value: Sta", "the name of none as a whole matches `Sta`"),
    ] {
        let found = warning(claim, filter);
        assert!(found.starts_with("org.yaml:22:") && found.contains(expected), "{found}");
    }
    assert_eq!(warnings(&edited(claim, "group_filter_type: REGEX, value: Sta.*")), Vec::<String>::new());
    let app = warning(
        "redirect_uris: [\"https://a.test/cb\"] } }",
        "redirect_uris: [\"https://a.test/cb\"] }, idToken: { name: groups, groupFilterType: EQUALS, value: x } }",
    );
    assert!(app.starts_with("org.yaml:11:") && app.contains("claim `groups` lists no group"), "{app}");
}

#[test]
fn a_rule_behind_a_wider_one_is_warned_of() {
    let behind = |first: &str, second: &str| {
        let rules = format!("          - {{ name: First, {first} }}\n          - {{ name: Second, {second} }}\n");
        warnings(&edited("          - name: Anything\n", &rules))
    };
    let scopes = |list: &str| format!("conditions: {{ scopes: {{ include: [{list}] }} }}");
    let people = |list: &str| format!("conditions: {{ people: {{ groups: {{ {list} }} }} }}");
    let grants = |list: &str| format!("conditions: {{ grantTypes: {{ include: [{list}] }} }}");
    let expected = "org.yaml:27:13: the rule `Second` is never reached: the rule `First` before it matches all requests which it would \
                    match (at /authorizationServers/0/policies/0/rules/1)";
    for second in [
        String::new(),
        scopes("orders:read"),
        people("include: [Staff]"),
        people("include: [EVERYONE], exclude: [Staff]"),
        grants("client_credentials"),
    ] {
        assert_eq!(behind("", &second), [expected], "{second}");
    }
    let narrow = [
        scopes("orders:read"),
        people("include: [Staff]"),
        people("include: [EVERYONE], exclude: [Staff]"),
        grants("authorization_code"),
    ];
    for first in &narrow {
        assert_eq!(behind(first, ""), Vec::<String>::new(), "{first}");
        assert_eq!(behind(first, first), [expected], "{first}");
    }
    // Priorities decide, not the order of the document.
    let turned = behind("priority: 2, conditions: { people: { groups: { include: [Staff] } } }", "priority: 1");
    assert!(
        turned.len() == 1 && turned[0].starts_with("org.yaml:26:13: the rule `First` is never reached"),
        "{turned:?}"
    );
    // A scope list with scopes of OpenID Connect covers only those of them that it names.
    assert_eq!(behind(&scopes("orders:read, openid"), &scopes("orders:read")), Vec::<String>::new());
    assert_eq!(behind(&scopes("orders:read"), &scopes("orders:read, openid")), [expected]);
    // People do not count for client credentials.
    let services = behind(&people("include: [Staff]"), &grants("client_credentials"));
    assert_eq!(services, [expected]);
    assert_eq!(behind("status: INACTIVE", ""), Vec::<String>::new());
    assert_eq!(behind("", "status: INACTIVE"), Vec::<String>::new());
}

#[test]
fn a_rule_that_several_rules_hide_is_warned_of() {
    let rules = "          - { name: Codes, conditions: { grantTypes: { include: [authorization_code] } } }
          - { name: Jobs, conditions: { grantTypes: { include: [client_credentials] } } }
          - { name: Both, conditions: { grantTypes: { include: [client_credentials, authorization_code] } } }
";
    let found = warning("          - name: Anything\n", rules);
    assert!(found.contains("the rules `Codes` and `Jobs` before it match all requests"), "{found}");
}

#[test]
fn a_policy_behind_a_wider_one_is_warned_of() {
    let policies = |first: &str, second: &str| {
        let text = format!(
            "      - {{ name: A, {first}, rules: [{{ name: All }}] }}\n      - {{ name: B, {second}, rules: [{{ name: Rest }}] }}\n"
        );
        warnings(&edited("      - name: Main\n        rules:\n          - name: Anything\n", &text))
    };
    let clients = |list: &str| format!("conditions: {{ clients: {{ include: [{list}] }} }}");
    assert_eq!(policies(&clients("Web"), &clients("ALL_CLIENTS")), Vec::<String>::new());
    assert_eq!(policies(&clients("Web"), &clients("Job")), Vec::<String>::new());
    assert_eq!(policies(&clients("Web"), &clients("Web, Job")), Vec::<String>::new());
    for second in ["Web", "ALL_CLIENTS"] {
        let found = policies(&clients("ALL_CLIENTS"), &clients(second));
        assert!(found.len() == 1 && found[0].contains("the rule `Rest` is never reached"), "{found:?}");
    }
}

#[test]
fn policies_and_rules_without_effect_are_warned_of() {
    for (by, place, expected) in [
        (
            "          - { name: None, conditions: { grantTypes: { include: [] } } }\n          - name: Anything\n",
            "26:",
            "the rule `None` matches nothing: it lists no grant type",
        ),
        (
            "          - { name: None, conditions: { people: {}, grantTypes: { include: [password] } } }\n          - name: Anything\n",
            "26:",
            "the rule `None` matches nothing: it includes no user and no group",
        ),
        (
            "          - name: Anything\n          - { name: Late, conditions: { people: {} } }\n",
            "27:",
            "the rule `Late` matches only client credentials: it includes no user and no group",
        ),
        ("          - name: Anything\n      - { name: Empty }\n", "27:", "the policy `Empty` has no active rule"),
        (
            "          - name: Anything\n      - { name: Unused, conditions: { clients: { include: [] } }, rules: [{ name: A }] }\n",
            "27:",
            "the policy `Unused` applies to no client",
        ),
        (
            "          - { name: All, status: INACTIVE }\n",
            "24:",
            "the authorization server `API` has no active rule of an access policy",
        ),
    ] {
        let found = warnings(&edited("          - name: Anything\n", by));
        assert!(
            found.iter().any(|line| line.contains(expected) && line.starts_with(&format!("org.yaml:{place}"))),
            "{expected}: {found:#?}"
        );
    }
    let unused = edited(
        "      - name: Main\n",
        "      - { name: Jobs, conditions: { clients: { include: [Job] } }, rules: [{ name: Codes, conditions: { grantTypes: { include: [authorization_code] } } }] }\n      - name: Main\n",
    );
    let found = warnings(&unused);
    assert!(
        found.len() == 1 && found[0].contains("the rule `Codes` never matches: `Job`, for which the policy `Jobs` is"),
        "{found:?}"
    );
    let services = "          - { name: Services, conditions: { people: {}, grantTypes: { include: [client_credentials] } } }\n          - name: Anything\n";
    assert_eq!(warnings(&edited("          - name: Anything\n", services)), Vec::<String>::new());
}

#[test]
fn scopes_and_claims_that_no_rule_grants_are_warned_of() {
    let rule = |list: &str| {
        let by = format!("          - {{ name: Some, conditions: {{ scopes: {{ include: [{list}] }} }} }}\n");
        edited("          - name: Anything\n", &by)
    };
    let found = warnings(&rule("openid"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("org.yaml:20:15: no rule of an access policy grants the scope `orders:read`"),
        "{found:?}"
    );
    assert_eq!(warnings(&rule("orders:read")), Vec::<String>::new());

    let claim = "value: user.department";
    let conditional = rule("openid").replace(claim, "value: user.department, conditions: { scopes: [orders:read] }");
    let found = warnings(&conditional);
    assert!(
        found.len() == 2 && found[1].contains("no token has the claim `one`: no rule grants `orders:read`"),
        "{found:?}"
    );
    assert!(found[1].starts_with("org.yaml:22:"), "{found:?}");
    let identity = rule("orders:read, profile").replace("claimType: RESOURCE", "claimType: IDENTITY");
    let found = warnings(&identity);
    assert!(
        found.len() == 1 && found[0].contains("no token has the claim `one`: no rule grants `openid`"),
        "{found:?}"
    );
}

#[test]
fn session_policies_behind_a_wider_one_are_warned_of() {
    let policies = |list: &str| warnings(&format!("{SMALL}globalSessionPolicies:\n{list}"));
    let found =
        policies("  - name: All\n  - { name: Staff, conditions: { people: { groups: { include: [Staff] } } } }\n");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("org.yaml:29:5: the global session policy `Staff` never applies: `All` before it"),
        "{found:?}"
    );
    let ordered = "  - { name: Staff, conditions: { people: { groups: { include: [Staff] } } } }\n  - name: All\n";
    assert_eq!(policies(ordered), Vec::<String>::new());
    let rules = policies(
        "  - name: All\n    rules:\n      - name: Any\n      - { name: Late, conditions: { people: { users: { include: [ada@a.test] } } } }\n",
    );
    assert!(rules.len() == 1 && rules[0].contains("the rule `Late` is never reached: `Any` before it"), "{rules:?}");
}

/// An org whose schemas and mappings define attributes that no profile has yet.
const DEFINED: &str = "\
directory:
  userSchemas:
    - { name: user, definitions: { custom: { properties: { cardNumber: { title: Card, type: string } } } } }
  appUserSchemas:
    - { owner: Web, definitions: { custom: { properties: { seat: { title: Seat, type: string } } } } }
  profileMappings:
    - { id: prmtoweb000000005d7a, owner: Web, target: { id: Web }, properties: { desk: { expression: user.department } } }
    - { id: prmfromweb000005d7ab, owner: Web, target: { type: user }, properties: { floor: { expression: appuser.floor } } }
";

#[test]
fn attributes_that_schemas_and_mappings_define_are_known_before_a_profile_has_them() {
    let claim = |value: &str| edited("value: user.department", &format!("value: {value}")) + DEFINED;
    for known in ["user.cardNumber", "user.profile.cardNumber", "appuser.seat", "appuser.desk", "user.floor"] {
        assert_eq!(warnings(&claim(known)), Vec::<String>::new(), "{known}");
    }
    for (unknown, nearest) in [
        ("user.cardNumbr", Some("cardNumber")),
        ("user.seat", None),
        ("appuser.cardNumber", None),
        ("appuser.seatt", Some("seat")),
        ("appuser.deskk", Some("desk")),
        ("user.desk", None),
    ] {
        let found = warnings(&claim(unknown));
        assert_eq!(found.len(), 1, "{unknown}: {found:#?}");
        let suggestion = nearest.map(|nearest| format!("did you mean `{nearest}`?"));
        assert!(suggestion.is_none_or(|suggestion| found[0].ends_with(&suggestion)), "{unknown}: {found:#?}");
    }
}

#[test]
fn an_inline_hook_of_a_type_that_is_not_called_is_mentioned() {
    let hook = |name: &str, kind: &str, status: &str| {
        format!(
            "    - {{ name: {name}, type: {kind}, version: 1.0.0, status: {status}, channel: {{ type: HTTP, version: 1.0.0, config: {{ uri: \"http://localhost:1/hook\" }} }} }}\n"
        )
    };
    let hooks = [
        hook("Tokens", "com.okta.oauth2.tokens.transform", "ACTIVE"),
        hook("Imports", "com.okta.user.credential.password.import", "ACTIVE"),
        hook("Old", "com.okta.import.transform", "INACTIVE"),
    ];
    let document = format!("{SMALL}directory:\n  inlineHooks:\n{}", hooks.concat());
    let found = warnings(&document);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("the inline hook `Imports` is not called"), "{found:?}");
}
