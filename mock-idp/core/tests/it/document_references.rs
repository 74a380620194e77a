//! Names in documents that stand for other objects.

use mock_idp_core::management::group_rules;
use mock_idp_core::model::{DirectoryKind, DirectoryObject};
use mock_idp_core::org::Org;

/// Each object is named by its name, label or login wherever another one refers to it.
const NAMED: &str = r#"
groups:
  - { profile: { name: Staff }, roles: [{ type: HELP_DESK_ADMIN, targets: { groups: [Guests] } }] }
  - profile: { name: Guests }
  - { type: APP_GROUP, profile: { name: From the app }, source: { id: Web } }
users:
  - profile: { login: ada@a.test, email: ada@a.test, firstName: Ada, lastName: A, department: Sales }
    type: { id: Contractor }
    roles: [{ type: SUPER_ADMIN }, { type: APP_ADMIN, targets: { apps: [{ name: oidc_client, id: Web }] } }]
  - profile: { login: ben@a.test, email: ben@a.test, firstName: Ben, lastName: B, department: Sales }
apps:
  - label: Web
    settings: { oauthClient: { application_type: web, redirect_uris: ["http://localhost/cb"] } }
    accessPolicy: Two factors
    roles: [{ type: USER_ADMIN, targets: { groups: [Staff] } }]
authorizationServers:
  - name: API
    audiences: [api://a]
    policies: [{ name: P, rules: [{ name: R, actions: { token: { inlineHook: { id: Loyalty } } } }] }]
globalSessionPolicies:
  - name: Office
    rules:
      - name: Inside
        conditions: { network: { connection: ZONE, include: [Office network] }, identityProvider: { provider: SPECIFIC_IDP, idpIds: [Partner] } }
apiTokens:
  - { value: 00abcdefghijklmnopqrstuvwxyz0123456789ABCD, userId: Ada@a.test, network: { connection: ZONE, include: [Office network] } }
directory:
  userTypes: [{ name: Contractor }]
  networkZones: [{ name: Office network, type: IP, status: ACTIVE }]
  identityProviders: [{ name: Partner, type: OIDC, policy: { provisioning: { groups: { action: ASSIGN, assignments: [Guests] } } } }]
  inlineHooks: [{ name: Loyalty, status: ACTIVE, type: com.okta.oauth2.tokens.transform }]
  appUserSchemas: [{ owner: Web }]
  groupOwners: [{ owner: Staff, ownerId: ben@a.test, type: USER }, { owner: Guests, ownerId: Staff, type: GROUP }]
  linkedObjects:
    - { primary: { name: manager, title: Manager, type: USER }, associated: { name: report, title: Report, type: USER } }
  linkedUsers: [{ name: manager, owner: ada@a.test, associated: ben@a.test }]
  subscriptions: [{ owner: ada@a.test, notificationType: USER_LOCKED_OUT, subscribed: true }]
  profileMappings:
    - { owner: Web, source: { id: user }, target: { id: Web }, properties: {} }
    - { owner: Web, source: { id: Web }, target: { id: user }, properties: {} }
  customRoles: [{ label: Helpers, permissions: [{ label: okta.users.read }] }]
  resourceSets:
    - label: People
      bindings: [{ role: Helpers, members: [{ path: /api/v1/users/ben@a.test }, { path: /api/v1/groups/Guests }] }]
      resources: [{ orn: "orn:okta:directory:00o:groups:Staff" }, { orn: "orn:okta:idp:00o:apps:oidc_client:Web" }]
  brands: [{ name: Shop, defaultApp: { appInstanceId: Web } }]
  groupRules:
    - name: Sales
      status: ACTIVE
      conditions: { expression: { value: 'user.department == "Sales"' }, people: { users: { exclude: [ben@a.test] } } }
      actions: { assignUserToGroups: { groupIds: [Staff] } }
  policies:
    - name: Two factors
      type: ACCESS_POLICY
      rules:
        - name: Inside
          conditions:
            people: { users: { exclude: [ben@a.test] }, groups: { include: [Staff] } }
            network: { connection: ZONE, include: [Office network] }
            userType: { include: [Contractor] }
    - name: Passwords
      type: PASSWORD
      conditions: { people: { groups: { include: [Guests] } } }
    - name: Routing
      type: IDP_DISCOVERY
      rules:
        - name: Partners
          conditions: { app: { include: [{ type: APP, id: Web }] } }
          actions: { idp: { providers: [{ type: OIDC, id: Partner }] } }
"#;

fn object(org: &Org, kind: DirectoryKind, name: &str) -> DirectoryObject {
    org.objects(kind).find(|object| object.name() == name).unwrap().clone()
}

fn member(object: &DirectoryObject, pointer: &str) -> String {
    serde_json::to_value(object).unwrap().pointer(pointer).and_then(|value| value.as_str()).unwrap().to_owned()
}

#[test]
fn objects_are_named_by_name_wherever_others_refer_to_them() {
    let org = Org::parse(NAMED).unwrap_or_else(|problems| panic!("{}", problems.lines("org.yaml")));
    let group = |name: &str| org.groups().find(|group| group.profile.name == name).unwrap();
    let (staff, guests) = (group("Staff"), group("Guests"));
    let ada = org.user_named("ada@a.test").unwrap();
    let ben = org.user_named("ben@a.test").unwrap();
    let web = org.apps().next().unwrap();
    let of = |kind, name| object(&org, kind, name).id;
    let zone = of(DirectoryKind::NetworkZone, "Office network");
    let (partner, hook) = (of(DirectoryKind::IdentityProvider, "Partner"), of(DirectoryKind::InlineHook, "Loyalty"));
    let kind = of(DirectoryKind::UserType, "Contractor");
    let policy = of(DirectoryKind::Policy, "Two factors");

    assert_eq!(staff.roles[0].targets.groups, std::slice::from_ref(&guests.id));
    assert_eq!(web.roles[0].targets.groups, std::slice::from_ref(&staff.id));
    assert_eq!(ada.roles[1].targets.apps[0].id.as_ref(), Some(&web.id));
    assert_eq!((&ada.user_type.as_ref().unwrap().id, web.access_policy.as_ref()), (&kind, Some(&policy)));
    let server = org.authorization_servers().find(|server| server.name == "API").unwrap();
    let rule = org.policies(&server.id).flat_map(|policy| org.rules(&policy.id)).next().unwrap();
    assert_eq!(rule.actions.token.inline_hook.as_ref().unwrap().id, hook);
    let token = &org.api_tokens()[0];
    assert_eq!((token.user_id.as_ref(), &token.network.include[0]), (Some(&ada.id), &zone));
    let session = &org.session_policies().next().unwrap().rules[0].conditions;
    assert_eq!(session.network.as_ref().unwrap()["include"][0], zone.as_str());
    assert_eq!(session.identity_provider.as_ref().unwrap()["idpIds"][0], partner.as_str());
    assert_eq!(org.objects_of(DirectoryKind::AppUserSchema, &web.id).count(), 1);

    for (kind, name, pointer, id) in [
        (DirectoryKind::IdentityProvider, "Partner", "/policy/provisioning/groups/assignments/0", &guests.id),
        (DirectoryKind::Brand, "Shop", "/defaultApp/appInstanceId", &web.id),
        (DirectoryKind::GroupRule, "Sales", "/conditions/people/users/exclude/0", &ben.id),
        (DirectoryKind::GroupRule, "Sales", "/actions/assignUserToGroups/groupIds/0", &staff.id),
        (DirectoryKind::Policy, "Two factors", "/rules/0/conditions/people/users/exclude/0", &ben.id),
        (DirectoryKind::Policy, "Two factors", "/rules/0/conditions/people/groups/include/0", &staff.id),
        (DirectoryKind::Policy, "Two factors", "/rules/0/conditions/network/include/0", &zone),
        (DirectoryKind::Policy, "Two factors", "/rules/0/conditions/userType/include/0", &kind),
        (DirectoryKind::Policy, "Passwords", "/conditions/people/groups/include/0", &guests.id),
        (DirectoryKind::Policy, "Routing", "/rules/0/conditions/app/include/0/id", &web.id),
        (DirectoryKind::Policy, "Routing", "/rules/0/actions/idp/providers/0/id", &partner),
    ] {
        assert_eq!(&member(&object(&org, kind, name), pointer), id, "{name} {pointer}");
    }
    let people = object(&org, DirectoryKind::ResourceSet, "People");
    for (pointer, start, id) in [
        ("/bindings/0/members/0/path", "/api/v1/users/", &ben.id),
        ("/bindings/0/members/1/path", "/api/v1/groups/", &guests.id),
        ("/resources/0/orn", "orn:okta:directory:00o:groups:", &staff.id),
        ("/resources/1/orn", "orn:okta:idp:00o:apps:oidc_client:", &web.id),
    ] {
        assert_eq!(member(&people, pointer), format!("{start}{id}"));
    }
    assert!(member(&people, "/bindings/0/members/0/id").starts_with("irb"));
    assert!(member(&people, "/resources/1/id").starts_with("ire"));
    let from_app = group("From the app");
    assert_eq!(from_app.source.as_ref().map(|source| &source.id), Some(&web.id));
    // The ids of these objects consist of others.
    for (kind, id) in [
        (DirectoryKind::GroupOwner, format!("{}/{}", staff.id, ben.id)),
        (DirectoryKind::GroupOwner, format!("{}/{}", guests.id, staff.id)),
        (DirectoryKind::LinkedObject, "manager".to_owned()),
        (DirectoryKind::LinkedUser, format!("manager/{}", ben.id)),
        (DirectoryKind::Subscription, format!("{}/USER_LOCKED_OUT", ada.id)),
    ] {
        assert!(org.object(kind, &id).is_some(), "{kind:?} {id}");
    }
    let user_type = of(DirectoryKind::UserType, "user");
    let mappings: Vec<_> = org.objects_of(DirectoryKind::ProfileMapping, &web.id).collect();
    let ends = |mapping: &DirectoryObject| [member(mapping, "/source/id"), member(mapping, "/target/id")];
    assert_eq!(ends(mappings[0]), [user_type.clone(), web.id.clone()]);
    assert_eq!(ends(mappings[1]), [web.id.clone(), user_type]);
    assert_ne!(mappings[0].id, mappings[1].id);
    // With ids in place of names, nothing changes.
    let again = Org::from_document(org.to_document()).unwrap();
    assert_eq!(again.to_document(), org.to_document());
}

#[test]
fn a_name_that_nothing_has_is_an_error_with_its_place_and_the_nearest_name() {
    for (piece, by, nearest) in [
        ("targets: { groups: [Guests] }", "targets: { groups: [Guest] }", "Guests"),
        ("targets: { groups: [Staff] }", "targets: { groups: [Stuff] }", "Staff"),
        ("id: Web }] } }]", "id: Wep }] } }]", "Web"),
        ("type: { id: Contractor }", "type: { id: Contracter }", "Contractor"),
        ("accessPolicy: Two factors", "accessPolicy: Two factor", "Two factors"),
        ("inlineHook: { id: Loyalty }", "inlineHook: { id: Loyality }", "Loyalty"),
        ("idpIds: [Partner]", "idpIds: [Partners]", "Partner"),
        ("userId: Ada@a.test", "userId: adda@a.test", "ada@a.test"),
        (
            "connection: ZONE, include: [Office network] } }\n",
            "connection: ZONE, include: [Office netwrk] } }\n",
            "Office network",
        ),
        ("assignments: [Guests]", "assignments: [Gests]", "Guests"),
        ("appUserSchemas: [{ owner: Web }]", "appUserSchemas: [{ owner: Webb }]", "Web"),
        ("appInstanceId: Web", "appInstanceId: Webb", "Web"),
        ("groupIds: [Staff]", "groupIds: [Staf]", "Staff"),
        (
            "people: { users: { exclude: [ben@a.test] } } }",
            "people: { users: { exclude: [bem@a.test] } } }",
            "ben@a.test",
        ),
        ("groups: { include: [Staff] }", "groups: { include: [Stafff] }", "Staff"),
        ("userType: { include: [Contractor] }", "userType: { include: [Contracto] }", "Contractor"),
        ("{ type: APP, id: Web }", "{ type: APP, id: Wev }", "Web"),
        ("owner: Staff, ownerId", "owner: Stafff, ownerId", "Staff"),
        ("ownerId: Staff", "ownerId: Stafff", "Staff"),
        ("owner: ada@a.test, notificationType", "owner: adda@a.test, notificationType", "ada@a.test"),
        ("source: { id: Web }, target", "source: { id: Wep }, target", "Web"),
        ("/api/v1/groups/Guests", "/api/v1/groups/Gests", "Guests"),
        ("00o:groups:Staff", "00o:groups:Stafff", "Staff"),
        ("{ type: OIDC, id: Partner }", "{ type: OIDC, id: Parner }", "Partner"),
    ] {
        assert_eq!(NAMED.matches(piece).count(), 1, "{piece}");
        let wrong = NAMED.replacen(piece, by, 1);
        let lines = Org::parse(&wrong).expect_err(by).lines("org.yaml");
        let at = NAMED.find(piece).unwrap();
        let line = NAMED[..at].matches('\n').count() + 1;
        assert_eq!(lines.lines().count(), 1, "{by}: {lines}");
        assert!(lines.starts_with(&format!("org.yaml:{line}:")), "{by}: {lines}");
        assert!(lines.ends_with(&format!("; did you mean `{nearest}`?")), "{by}: {lines}");
    }
}

#[test]
fn an_expression_of_a_group_rule_that_is_not_valid_is_an_error() {
    let wrong = NAMED.replacen("user.department ==", "user.department =", 1);
    let lines = Org::parse(&wrong).unwrap_err().lines("org.yaml");
    assert!(lines.contains("(at /directory/groupRules/0/conditions/expression/value)"), "{lines}");
}

#[test]
fn an_active_group_rule_of_a_document_adds_the_members_that_it_matches() {
    let members = |yaml: &str| {
        let org = group_rules::applied(Org::parse(yaml).unwrap()).unwrap();
        let staff = org.groups().find(|group| group.profile.name == "Staff").unwrap();
        org.members(staff).map(|user| user.profile.login.clone()).collect::<Vec<_>>()
    };
    assert_eq!(members(NAMED), ["ada@a.test"], "ben is excluded");
    assert!(
        members(&NAMED.replacen("status: ACTIVE\n      conditions", "status: INACTIVE\n      conditions", 1))
            .is_empty()
    );
    let org = group_rules::applied(Org::parse(NAMED).unwrap()).unwrap();
    let ada = org.user_named("ada@a.test").unwrap();
    assert_eq!(ada.rule_memberships.len(), 1, "the membership is one of the rule");
    // The document of the org, with its memberships, is the same org.
    let again = group_rules::applied(Org::from_document(org.to_document()).unwrap()).unwrap();
    assert_eq!(again.to_document(), org.to_document());
}

#[test]
fn a_saved_org_can_name_what_has_been_removed() {
    let mut document = Org::parse(NAMED).unwrap().to_document();
    document.directory.remove(&DirectoryKind::IdentityProvider);
    assert!(Org::from_document(document.clone()).is_err());
    assert!(Org::from_saved(document).is_ok());
}
