use serde_json::{Value, json};

use super::terraform::{ExportedResource, configuration, exported, read_state};
use super::*;
use crate::model::{AdminRole, AppTarget, DirectoryKind, GroupType, RoleTargets, RoleType};
use crate::org::{Document, Org};

const MARKET: &str = include_str!("../../../../fixtures/orgs/market.yaml");

fn market() -> Org {
    Org::parse(MARKET).unwrap()
}

fn settings() -> ImportSettings<'static> {
    ImportSettings { subdomain: "market", ..ImportSettings::default() }
}

/// A state with these resources.
fn state(resources: &[ExportedResource]) -> String {
    let of = |resource: &ExportedResource| {
        json!({
            "mode": if resource.is_data { "data" } else { "managed" }, "type": resource.kind, "name": resource.name,
            "instances": [{ "attributes": resource.state() }],
        })
    };
    json!({ "version": 4, "resources": resources.iter().map(of).collect::<Vec<_>>() }).to_string()
}

/// What both have after a way through Terraform: without what it does not know.
fn comparable(mut document: Document) -> Value {
    document.groups.retain(|group| group.kind == GroupType::OktaGroup);
    document.apps.retain(crate::model::App::is_client);
    document.api_tokens.clear();
    document.settings = crate::org::Settings::default();
    document.org = crate::org::OrgIdentity::default();
    document.directory.clear();
    document.global_session_policies.retain(|policy| !policy.system);
    for group in &mut document.groups {
        (group.created, group.last_updated, group.last_membership_updated) = (None, None, None);
    }
    for user in &mut document.users {
        (user.note, user.factors) = (None, Vec::new());
        user.group_ids.sort();
        for time in [&mut user.created, &mut user.activated, &mut user.status_changed, &mut user.last_login] {
            *time = None;
        }
        (user.password_changed, user.last_updated) = (None, None);
        user.roles.iter_mut().for_each(|role| role.created = None);
    }
    for app in &mut document.apps {
        app.grants.iter_mut().for_each(|grant| (grant.id, grant.created) = (String::new(), None));
        (app.created, app.agent) = (None, None);
        (app.connections, app.interclient_allowed_apps) = (Vec::new(), Vec::new());
        app.profile_enrollment_policy = None;
        // The provider has no attribute for these.
        let oauth = &mut app.settings.oauth_client;
        (oauth.jwks, oauth.dpop_bound_access_tokens, oauth.backchannel_logout_uri) = (None, false, None);
        (oauth.request_object_signing_alg, oauth.id_token_encrypted_response_alg) = (None, None);
    }
    for server in &mut document.authorization_servers {
        (server.jwks, server.jwks_uri, server.access_token_encrypted_response_algorithm) = (None, None, None);
        server.associated_servers.clear();
        server.trusted_issuers.clear();
    }
    json!(document)
}

#[test]
fn an_org_is_the_same_after_its_export_to_terraform_and_the_import_of_the_state() {
    let (resources, _) = exported(&market());
    let (answers, not_read) = read_state(&state(&resources)).unwrap();
    let imported = import(&answers, settings()).unwrap();
    let expected = comparable(market().to_document());
    let actual = comparable(Org::from_document(imported.document).unwrap().to_document());
    for list in ["groups", "users", "apps", "authorizationServers", "globalSessionPolicies", "trustedOrigins"] {
        let pairs = |value: &Value| value[list].as_array().cloned().unwrap_or_default();
        for (expected, actual) in pairs(&expected).into_iter().zip(pairs(&actual)) {
            assert_eq!(expected, actual);
        }
        assert_eq!(pairs(&expected).len(), pairs(&actual).len(), "{list}");
    }
    let only_schema = |left_out: &LeftOut| left_out.name.starts_with("okta_user_schema_property.");
    assert!(not_read.iter().all(only_schema), "{not_read:?}");
}

#[test]
fn a_configuration_refers_to_resources_and_has_variables_for_secrets() {
    let (resources, left_out) = exported(&market());
    let text = configuration(&resources).unwrap();
    let body = hcl::parse(&text).unwrap();
    let blocks = |kind: &str| {
        let kind = kind.to_owned();
        body.blocks().filter(move |block| block.identifier() == kind).count()
    };
    assert_eq!(blocks("resource") + blocks("data"), resources.len());
    assert_eq!(blocks("data"), 1);
    assert_eq!(blocks("terraform"), 1);
    assert!(blocks("variable") > 5);
    assert!(left_out.contains(&LeftOut::new(
        "app",
        "Market demo",
        "policies",
        "the export writes no resource of this kind"
    )));
    for secret in ["Passw0rd!", "mock-secret-", "00mockMarketApiToken"] {
        assert!(!text.contains(secret), "{secret}");
    }
    insta::assert_snapshot!(text);
    let lines = LeftOut::lines(&left_out);
    assert!(lines.iter().any(|line| line.contains("API token")), "{lines:?}");
}

#[test]
fn templates_of_okta_are_texts_in_a_configuration() {
    let mut document = market().to_document();
    document.apps[0].credentials.user_name_template.template = "${user.email}".to_owned();
    let group = document.groups.iter_mut().find(|group| group.kind == GroupType::OktaGroup).unwrap();
    group.profile.description = Some("says \"hello\" and %{ if }".to_owned());
    let (resources, _) = exported(&Org::from_document(document).unwrap());
    let text = configuration(&resources).unwrap();
    assert!(text.contains("user_name_template = \"$${user.email}\""), "{text}");
    assert!(text.contains("description = \"says \\\"hello\\\" and %%{ if }\""), "{text}");
}

#[test]
fn what_the_mock_does_not_know_is_left_out_and_listed() {
    let mut answers = ApiAnswers::default();
    answers.add(
        "/api/v1/groups",
        [json!({ "id": "00gone00000000000001", "type": "OKTA_GROUP", "profile": { "name": "One" } })],
    );
    answers.add("/api/v1/users", [json!({
        "id": "00uada00000000000001", "status": "ACTIVE", "color": "red",
        "profile": { "login": "ada@example.com", "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "mobilePhone": null },
        "credentials": { "password": {}, "provider": { "type": "OKTA", "name": "OKTA" } },
        "_links": {},
    })]);
    answers.add("/api/v1/apps", [json!({
        "id": "0oashop0000000000001", "name": "oidc_client", "label": "Shop", "signOnMode": "OPENID_CONNECT", "status": "ACTIVE",
        "credentials": { "oauthClient": { "client_id": "0oashop0000000000001", "token_endpoint_auth_method": "none" } },
        "settings": { "oauthClient": {
            "application_type": "browser", "grant_types": ["authorization_code", "teleportation"], "response_types": ["code"],
            "redirect_uris": ["https://shop.example/cb"], "sparkle": 7,
        } },
    })]);
    let assigned = |id: &str| json!({ "id": id, "priority": 0 });
    answers.add(
        "/api/v1/apps/0oashop0000000000001/groups",
        [assigned("00gone00000000000001"), assigned("00gmissing0000000001")],
    );
    let Imported { document, left_out } =
        import(&answers, ImportSettings { subdomain: "acme", ..ImportSettings::default() }).unwrap();
    assert_eq!(document.org.subdomain, "acme");
    let app = &document.apps[0];
    assert_eq!(app.oauth().grant_types.len(), 1);
    let groups: Vec<&str> = app.assignments.iter().flat_map(|all| &all.groups).map(|group| group.id.as_str()).collect();
    assert_eq!(groups, ["00gone00000000000001"]);
    let listed = LeftOut::lines(&left_out);
    let begins = |text: &str| assert!(listed.iter().any(|line| line.starts_with(text)), "{text} is not in {listed:#?}");
    begins("user ada@example.com, color: the org document does not have it");
    begins("user ada@example.com, credentials.password: Okta does not show it");
    begins("app Shop, settings.oauthClient.grant_types[1]: unknown variant `teleportation`");
    begins("app Shop, settings.oauthClient.sparkle: the org document does not have it");
    begins("app Shop, assignments.groups.1");
    assert_eq!(listed.len(), 5, "{listed:#?}");
}

#[test]
fn a_password_for_all_lets_the_users_sign_in_that_have_one() {
    let user = |login: &str, credentials: Value| {
        let profile = json!({ "login": login, "email": login, "firstName": "A", "lastName": "B" });
        json!({ "id": login, "status": "ACTIVE", "profile": profile, "credentials": credentials })
    };
    let mut answers = ApiAnswers::default();
    answers.add("/api/v1/users", [user("a@example.com", json!({ "password": {} })), user("b@example.com", json!({}))]);
    let imported =
        import(&answers, ImportSettings { subdomain: "a", password: Some("Secret1!"), ..ImportSettings::default() });
    let users = imported.unwrap().document.users;
    let passwords: Vec<_> =
        users.iter().map(|user| user.credentials.password.as_ref().and_then(|known| known.text())).collect();
    assert_eq!(passwords, [Some("Secret1!"), None]);
}

#[test]
fn the_output_of_terraform_show_is_read_with_its_modules() {
    let group = |name: &str| {
        let values =
            json!({ "id": format!("00g{name}"), "name": name, "description": "", "custom_profile_attributes": "{}" });
        json!({ "mode": "managed", "type": "okta_group", "name": name, "values": values })
    };
    let zone = json!({ "mode": "managed", "type": "okta_network_zone", "name": "z", "values": {
        "id": "nzo1", "name": "Office", "type": "IP", "status": "ACTIVE", "usage": "POLICY",
        "gateways": ["192.0.2.0/24", "198.51.100.1-198.51.100.9"], "dynamic_locations": null,
    } });
    let brand = json!({ "mode": "managed", "type": "okta_brand", "name": "b", "values": { "id": "bnd1" } });
    let shown = json!({ "format_version": "1.0", "values": { "root_module": {
        "resources": [group("one"), zone, brand], "child_modules": [{ "resources": [group("two")] }],
    } } });
    let (answers, left_out) = read_state(&shown.to_string()).unwrap();
    let names: Vec<_> = answers.list("/api/v1/groups").iter().map(|group| group["profile"]["name"].clone()).collect();
    assert_eq!(names, ["one", "two"]);
    let imported = import(&answers, settings()).unwrap();
    let zones = &imported.document.directory[&DirectoryKind::NetworkZone];
    let gateways = json!([
        { "type": "CIDR", "value": "192.0.2.0/24" }, { "type": "RANGE", "value": "198.51.100.1-198.51.100.9" },
    ]);
    assert_eq!(zones[0].members["gateways"], gateways);
    assert_eq!(LeftOut::lines(&left_out), ["resource okta_brand.b: resources of this type are not imported"]);
    assert!(read_state("{}").is_err() && read_state("state").is_err());
}

#[test]
fn equal_lines_of_a_report_are_counted() {
    let one = |name: &str| LeftOut::new("user", name, "password", "not shown");
    let all = [one("a"), one("b"), LeftOut::new("API tokens", "", "", "refused"), one("c"), one("d")];
    let lines = ["4 of type user (a, b, c, …), password: not shown", "API tokens: refused"];
    assert_eq!(LeftOut::lines(&all), lines);
}

#[test]
fn roles_with_their_targets_are_the_same_after_an_export_to_terraform() {
    let role = |kind, groups: &[&str], apps: &[AppTarget]| AdminRole {
        targets: RoleTargets { groups: groups.iter().map(|id| (*id).to_owned()).collect(), apps: apps.to_vec() },
        ..AdminRole::of(kind)
    };
    let mut document = market().to_document();
    let group = document.groups[1].id.clone();
    let app = AppTarget { name: "oidc_client".to_owned(), id: Some(document.apps[0].id.clone()) };
    let catalog = AppTarget { name: "bookmark".to_owned(), id: None };
    document.users[1].roles =
        vec![role(RoleType::HelpDeskAdmin, &[&group], &[]), role(RoleType::ReadOnlyAdmin, &[], &[])];
    document.groups[1].roles = vec![role(RoleType::AppAdmin, &[], &[app, catalog])];
    document.apps[0].roles = vec![role(RoleType::ReadOnlyAdmin, &[], &[])];
    let org = Org::from_document(document).unwrap();
    let (resources, left_out) = exported(&org);
    let kinds: Vec<&str> = resources.iter().map(|resource| resource.kind).collect();
    for kind in ["okta_admin_role_targets", "okta_group_role", "okta_app_oauth_role_assignment"] {
        assert_eq!(kinds.iter().filter(|known| **known == kind).count(), 1, "{kind}");
    }
    assert!(!LeftOut::lines(&left_out).iter().any(|line| line.contains("roles")), "{left_out:?}");
    let text = configuration(&resources).unwrap();
    assert!(text.contains("target_app_list = [\n") && text.contains("oidc_client.0oamarket"), "{text}");
    let (answers, _) = read_state(&state(&resources)).unwrap();
    let imported = Org::from_document(import(&answers, settings()).unwrap().document).unwrap().to_document();
    let expected = org.to_document();
    let roles = |document: &Document| {
        let users = document.users.iter().map(|user| (user.id.clone(), user.roles.clone()));
        let groups = document.groups.iter().map(|group| (group.id.clone(), group.roles.clone()));
        let apps = document.apps.iter().map(|app| (app.id.clone(), app.roles.clone()));
        users.chain(groups).chain(apps).filter(|(_, roles)| !roles.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(roles(&imported), roles(&expected));
    assert_eq!(roles(&expected).len(), 4);
}

/// Adds a call of a tape.
fn record(tape: &mut Tape, request: &str, status: u64, sent: Value, answer: Value) {
    let (method, target) = request.split_once(' ').unwrap();
    tape.add(TapeCall { method, target, status, request: sent, answer });
}

/// The ids of the objects of a list, in all its pages.
fn ids<'p>(pages: &'p std::collections::BTreeMap<String, Vec<Value>>, path: &str) -> Vec<&'p str> {
    let objects = pages.get(path).into_iter().flatten().flat_map(|page| page.as_array().into_iter().flatten());
    objects.map(|object| object["id"].as_str().unwrap()).collect()
}

#[test]
fn a_tape_has_the_objects_that_were_there_before_it() {
    let mut tape = Tape::default();
    let taped = &mut tape;
    let old = json!({ "id": "00gold", "profile": { "name": "Old" } });
    record(taped, "GET /api/v1/groups?limit=1", 200, Value::Null, json!([old]));
    record(taped, "POST /api/v1/groups", 200, json!({}), json!({ "id": "00gnew" }));
    record(taped, "GET /api/v1/groups/00gnew", 200, Value::Null, json!({ "id": "00gnew" }));
    record(taped, "GET /api/v1/groups/00gnew/users", 200, Value::Null, json!([{ "id": "00umember" }]));
    // Read one by one, changed before it is read, and listed first when it is older than the tape.
    record(taped, "GET /api/v1/groups/00galone", 200, Value::Null, json!({ "id": "00galone" }));
    record(taped, "PUT /api/v1/groups/00gput", 200, json!({}), json!({ "id": "00gput" }));
    record(taped, "PUT /api/v1/groups/00gold", 200, json!({}), json!({ "id": "00gold", "profile": {} }));
    record(taped, "GET /api/v1/groups/00gnone", 404, Value::Null, json!({ "id": "00gnone" }));
    record(taped, "GET /api/v1/authorizationServers/default", 200, Value::Null, json!({ "id": "ausold" }));
    // What follows from a created object is left out.
    let mapping =
        json!([{ "id": "prmnew", "source": { "id": "00gnew" } }, { "id": "prmold", "source": { "id": "0oaold" } }]);
    record(taped, "GET /api/v1/mappings", 200, Value::Null, mapping);
    let roles = json!({ "roles": [{ "id": "cr0old" }], "_links": {} });
    record(taped, "GET /api/v1/iam/roles", 200, Value::Null, roles.clone());

    let (pages, not_licensed) = tape.into_pages();
    assert_eq!(ids(&pages, "/api/v1/groups"), ["00gold", "00galone", "00gput"]);
    assert_eq!(pages["/api/v1/groups"][0], json!([old]));
    assert_eq!(ids(&pages, "/api/v1/mappings"), ["prmold"]);
    assert_eq!(ids(&pages, "/api/v1/authorizationServers"), ["ausold"]);
    assert_eq!(pages["/api/v1/iam/roles"], [roles]);
    assert!(!pages.contains_key("/api/v1/groups/00gnew/users"));
    assert_eq!(not_licensed, Vec::<String>::new());
}

#[test]
fn a_recorded_schema_is_that_of_the_default_type_without_the_sent_attributes() {
    let mut tape = Tape::default();
    let custom = |names: &[&str]| {
        let attributes: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        json!({ "definitions": { "custom": { "properties": attributes } } })
    };
    let mut answer = custom(&["badge", "sent"]);
    answer["id"] = "https://org.okta.example/meta/schemas/user/default".into();
    answer["_links"] = json!({ "self": { "href": "https://org.okta.example/api/v1/meta/schemas/user/osc1" },
        "type": { "href": "https://org.okta.example/api/v1/meta/types/user/oty1" } });
    record(&mut tape, "POST /api/v1/meta/schemas/user/default", 200, custom(&["sent"]), answer);
    record(&mut tape, "GET /api/v1/authorizationServers/default", 401, Value::Null, json!({ "errorCode": "E0000015" }));
    let (pages, not_licensed) = tape.into_pages();
    assert_eq!(ids(&pages, "/api/v1/meta/types/user"), ["oty1"]);
    let schema = &pages["/api/v1/meta/schemas/user/osc1"][0];
    assert_eq!(schema["definitions"], custom(&["badge"])["definitions"]);
    assert_eq!(not_licensed, ["/api/v1/authorizationServers/default"]);
}

#[test]
fn the_org_of_a_tape_has_the_default_type_and_the_group_of_all_users_that_others_name() {
    let mut tape = Tape::default();
    let link = |path: &str| json!({ "href": format!("https://org.okta.example/api/v1/meta/{path}") });
    let schema = json!({
        "id": "https://org.okta.example/meta/schemas/user/default", "name": "user", "title": "User",
        "definitions": { "custom": { "properties": {} }, "base": { "properties": {} } },
        "_links": { "self": link("schemas/user/osc8hu2tnV8drfqhC5d5"), "type": link("types/user/oty8hu2tnV8drfqhC5d5") },
    });
    record(&mut tape, "GET /api/v1/meta/schemas/user/default", 200, Value::Null, schema);
    let policy = json!({
        "id": "00p8hu2tnV8drfqhC5d5", "type": "PASSWORD", "name": "Default Policy", "system": true, "priority": 1,
        "conditions": { "people": { "groups": { "include": ["00g8hu2tnV8drfqhC5d5"] } } }, "settings": { "password": {} },
    });
    record(&mut tape, "GET /api/v1/policies?type=PASSWORD", 200, Value::Null, json!([policy]));
    let mut answers = ApiAnswers::default();
    for (path, pages) in tape.into_pages().0 {
        for page in pages {
            let objects = page.as_array().cloned().unwrap_or_else(|| vec![page]);
            // Policies are listed by their type.
            answers.add(&path, objects);
        }
    }
    let Document { groups, directory, .. } = import(&answers, settings()).unwrap().document;
    assert_eq!((groups.len(), groups[0].id.as_str(), groups[0].kind), (1, "00g8hu2tnV8drfqhC5d5", GroupType::BuiltIn));
    let schemas = &directory[&DirectoryKind::UserSchema];
    assert_eq!((schemas.len(), schemas[0].owner.as_str()), (1, "oty8hu2tnV8drfqhC5d5"));
    let policy = directory[&DirectoryKind::Policy].iter().find(|policy| policy.id == "00p8hu2tnV8drfqhC5d5").unwrap();
    assert_eq!(policy.members["conditions"]["people"]["groups"]["include"], json!(["00g8hu2tnV8drfqhC5d5"]));
}

#[test]
fn an_api_token_is_imported_without_its_value() {
    let mut answers = ApiAnswers::default();
    let token = json!({
        "id": "00Timported000000005d7", "name": "CI", "userId": "00ugone000000000005d7", "clientName": "Okta API",
        "network": { "connection": "ANYWHERE" },
    });
    answers.add("/api/v1/api-tokens", [token]);
    let value = "00mockSecondApiToken0123456789abcdefghijkl";
    let imported = import(&answers, ImportSettings { api_token: Some(value), ..settings() }).unwrap();
    let tokens = &imported.document.api_tokens;
    let names: Vec<_> = tokens.iter().map(|token| (token.id.as_str(), token.name.as_str(), token.is(value))).collect();
    assert_eq!(names, [("00Timported000000005d7", "CI", false), ("", "", true)]);
    assert!(!tokens[0].is("") && tokens[0].user_id.is_none());
    let lines = LeftOut::lines(&imported.left_out);
    assert!(lines.iter().any(|line| line.starts_with("API token CI, value: Okta does not show it")), "{lines:?}");
}

#[test]
fn an_imported_org_has_the_engine_the_cell_and_the_licences_of_its_answers() {
    let mut answers = ApiAnswers::default();
    let flags = json!({ "itpEnabled": true, "bugReportingEnabled": false, "op4wEnabled": true, "newEnabled": true });
    let organization = json!({ "id": "00o0000000000000market", "cell": "ok9", "pipeline": "v1", "settings": flags });
    answers.add("/.well-known/okta-organization", [organization]);
    let built_in = [("00geveryone000000000", "Everyone"), ("00gadmins00000000000", "Okta Administrators")];
    let built_in = built_in.map(|(id, name)| json!({ "id": id, "type": "BUILT_IN", "profile": { "name": name } }));
    answers.add("/api/v1/groups", built_in);
    answers.add_not_licensed("/api/v1/authorizationServers");
    let links = json!({ "aaguids": { "href": "https://org.okta.example/api/v1/authenticators/aut0000000000webauthn/aaguids" } });
    let authenticator =
        json!({ "id": "autwebauthn000000000", "type": "security_key", "key": "webauthn", "name": "Keys" });
    answers.add("/api/v1/authenticators", [with(authenticator, "_links", links)]);
    let model = json!({ "aaguid": "00000000-0000-0000-0000-000000000001", "name": "Badge" });
    answers.add("/api/v1/authenticators/autwebauthn000000000/aaguids", [model]);
    let imported = import(&answers, settings()).unwrap();
    let Document { org, settings, groups, directory, .. } = imported.document;
    assert_eq!((org.cell.as_str(), settings.sign_in_page.form), ("ok9", crate::org::SignInForm::Classic));
    let features = settings.features;
    assert_eq!(
        (features.itp_enabled, features.bug_reporting_enabled, features.op4w_enabled),
        (true, false, Some(true))
    );
    assert!(!features.api_access_management && !features.psso_enabled && features.custom_aaguids);
    let models = &directory[&DirectoryKind::CustomAaguid];
    assert_eq!((models.len(), models[0].owner.as_str(), models[0].name()), (1, "autwebauthn000000000", "Badge"));
    assert_eq!(groups.iter().map(|group| group.kind).collect::<Vec<_>>(), [GroupType::BuiltIn, GroupType::OktaGroup]);
    let of_groups = imported.left_out.iter().filter(|one| one.kind == "group");
    assert_eq!(of_groups.map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Okta Administrators"]);
    assert!(import(&ApiAnswers::default(), self::settings()).unwrap().document.settings.features.api_access_management);
}

#[test]
fn an_imported_org_with_an_api_token_has_an_administrator() {
    const TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";
    let settings = ImportSettings { api_token: Some(TOKEN), ..settings() };
    let Document { users, api_tokens, .. } = import(&ApiAnswers::default(), settings).unwrap().document;
    assert_eq!(api_tokens.iter().map(|token| token.value.as_str()).collect::<Vec<_>>(), [TOKEN]);
    assert!(users.len() == 1 && users[0].has_role(RoleType::SuperAdmin));
    // Who is an administrator already is enough.
    let mut answers = ApiAnswers::default();
    let profile = json!({ "login": "ada@example.com", "email": "ada@example.com", "firstName": "A", "lastName": "B" });
    answers.add("/api/v1/users", [json!({ "id": "00uada00000000000000", "status": "ACTIVE", "profile": profile })]);
    answers.add("/api/v1/users/00uada00000000000000/roles", [json!({ "id": "ra1", "type": "SUPER_ADMIN" })]);
    let imported = import(&answers, settings).unwrap().document;
    assert_eq!(imported.users.len(), 1);
}

/// The object with one more member.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}
