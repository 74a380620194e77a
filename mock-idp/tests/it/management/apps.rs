//! `/api/v1/apps`.

use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::flow::{CALLBACK, WEB, browser, decode, location, parameter};

const PATH: &str = "/api/v1/apps";

fn web_app(label: &str) -> Value {
    json!({
        "name": "oidc_client", "label": label, "signOnMode": "OPENID_CONNECT",
        "credentials": { "oauthClient": { "token_endpoint_auth_method": "client_secret_post", "unknown": 1 } },
        "settings": { "oauthClient": {
            "application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
            "redirect_uris": ["https://app.example/callback"], "client_uri": null,
        } },
    })
}

fn bookmark(label: &str) -> Value {
    json!({ "name": "bookmark", "label": label, "settings": { "app": { "url": "https://example.com" } } })
}

#[tokio::test]
async fn a_web_app_is_created_with_defaults_and_a_secret_that_get_does_not_show() {
    let api = Api::market().await;
    let created = api.post(PATH, web_app("Shop")).await;
    assert_eq!(created.status, 200);
    assert_eq!(
        created.keys(),
        [
            "id",
            "orn",
            "name",
            "label",
            "status",
            "lastUpdated",
            "created",
            "accessibility",
            "visibility",
            "features",
            "signOnMode",
            "credentials",
            "universalLogout",
            "settings",
            "_links",
        ]
    );
    let app = &created.body;
    let id = app["id"].as_str().unwrap();
    assert_eq!(app["orn"], format!("orn:okta:idp:00omarket000000005d7:apps:oidc_client:{id}"));
    assert_eq!(app["visibility"]["hide"], json!({ "iOS": true, "web": true }));
    assert_eq!(app["visibility"]["appLinks"], json!({ "oidc_client_link": true }));
    let credentials = &app["credentials"];
    assert_eq!(keys(credentials), ["userNameTemplate", "signing", "oauthClient"]);
    assert_eq!(
        keys(&credentials["oauthClient"]),
        ["autoKeyRotation", "client_id", "client_secret", "token_endpoint_auth_method", "pkce_required"]
    );
    assert_eq!(credentials["oauthClient"]["client_id"], id);
    assert_eq!(credentials["oauthClient"]["pkce_required"], false);
    assert_eq!(credentials["oauthClient"]["client_secret"].as_str().unwrap().len(), 64);
    let keys_url = format!("{}/oauth2/v1/keys", api.base());
    let published: Value = reqwest::get(keys_url).await.unwrap().json().await.unwrap();
    assert_eq!(credentials["signing"]["kid"], published["keys"][0]["kid"]);
    assert_eq!(
        keys(&app["settings"]["oauthClient"]),
        [
            "client_uri",
            "logo_uri",
            "redirect_uris",
            "response_types",
            "grant_types",
            "application_type",
            "consent_method",
            "issuer_mode",
            "idp_initiated_login",
            "wildcard_redirect",
            "dpop_bound_access_tokens",
            "participate_slo",
        ]
    );
    assert_eq!(
        keys(&app["_links"]),
        [
            "uploadLogo",
            "appLinks",
            "profileEnrollment",
            "policies",
            "groups",
            "logo",
            "clientCredentials",
            "accessPolicy",
            "users",
            "deactivate",
        ]
    );

    let mut read = api.get(&format!("{PATH}/{id}")).await.body;
    assert_eq!(read["credentials"]["oauthClient"]["client_secret"], Value::Null);
    read["credentials"]["oauthClient"] = credentials["oauthClient"].clone();
    assert_eq!(read, *app);
}

#[tokio::test]
async fn a_replaced_app_keeps_its_secret_unless_another_is_sent() {
    let api = Api::market().await;
    let created = api.create(PATH, web_app("Shop")).await;
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    let mut body = created.clone();
    body["label"] = "Renamed".into();
    body["status"] = "INACTIVE".into();
    body["credentials"]["oauthClient"]["client_secret"] = "".into();
    body["settings"]["oauthClient"]["redirect_uris"] = json!(["https://app.example/other"]);
    let replaced = api.put(&path, body.clone()).await.body;
    assert_eq!((&replaced["label"], &replaced["status"]), (&json!("Renamed"), &json!("ACTIVE")));
    assert_eq!(replaced["settings"]["oauthClient"]["redirect_uris"], json!(["https://app.example/other"]));
    assert_eq!(replaced["credentials"], created["credentials"]);
    body["credentials"]["oauthClient"]["client_secret"] = "a-secret-of-20-chars".into();
    let replaced = api.put(&path, body).await.body;
    assert_eq!(replaced["credentials"]["oauthClient"]["client_secret"], "a-secret-of-20-chars");
}

#[tokio::test]
async fn an_app_is_removed_only_while_it_is_inactive() {
    let api = Api::market().await;
    let app = api.create(PATH, web_app("Shop")).await;
    let path = format!("{PATH}/{}", app["id"].as_str().unwrap());
    assert_eq!(
        api.delete(&path).await.error(),
        (
            403,
            "E0000056",
            "Delete application forbidden.",
            vec!["The application must be deactivated before deletion."]
        )
    );
    let deactivated = api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!((deactivated.status.as_u16(), &deactivated.body), (200, &json!({})));
    let read = api.get(&path).await.body;
    assert_eq!(read["status"], "INACTIVE");
    assert!(keys(&read["_links"]).contains(&"activate"));
    assert_eq!(api.delete(&path).await.status, 204);
    let summary = format!("Not found: Resource not found: {} (AppInstance)", app["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.error(), (404, "E0000007", summary.as_str(), vec![]));
}

#[tokio::test]
async fn apps_without_tokens_are_kept_as_okta_shows_them() {
    let api = Api::market().await;
    let app = api.create(PATH, bookmark("Bookmark")).await;
    assert_eq!(app["signOnMode"], "BOOKMARK");
    assert_eq!(app["settings"]["app"], json!({ "requestIntegration": false, "url": "https://example.com" }));
    assert_eq!(keys(&app["credentials"]), ["userNameTemplate", "signing"]);
    assert_eq!(app["universalLogout"], json!({ "status": "UNSUPPORTED" }));
    assert_eq!(app["visibility"]["hide"], json!({ "iOS": false, "web": false }));

    let shared = json!({
        "name": "template_swa", "label": "Shared", "signOnMode": "BROWSER_PLUGIN",
        "credentials": {
            "scheme": "SHARED_USERNAME_AND_PASSWORD", "userName": "all", "password": { "value": "secret" },
            "userNameTemplate": { "template": "user.firstName", "type": "CUSTOM" },
        },
        "settings": { "app": { "url": "https://example.com", "checkbox": "", "usernameField": "name" } },
    });
    let app = api.create(PATH, shared).await;
    assert_eq!(
        keys(&app["settings"]["app"]),
        ["loginUrlRegex", "usernameField", "redirectUrl", "buttonField", "checkbox", "passwordField", "url"]
    );
    assert_eq!(app["settings"]["app"]["checkbox"], Value::Null);
    assert_eq!(
        app["credentials"],
        json!({
            "scheme": "SHARED_USERNAME_AND_PASSWORD",
            "userNameTemplate": { "template": "user.firstName", "type": "CUSTOM", "pushStatus": "DONT_PUSH" },
            "userName": "all", "password": {}, "revealPassword": false, "signing": {},
        })
    );

    let own = json!({
        "label": "My App!", "signOnMode": "AUTO_LOGIN",
        "settings": { "signOn": { "loginUrl": "https://example.com/login" } },
    });
    let app = api.create(PATH, own.clone()).await;
    assert_eq!((&app["name"], &app["signOnMode"]), (&json!("market_myapp_1"), &json!("AUTO_LOGIN")));
    assert_eq!(app["visibility"]["appLinks"], json!({ "market_myapp_1_link": true }));
    assert_eq!(app["settings"]["signOn"], json!({ "redirectUrl": null, "loginUrl": "https://example.com/login" }));
    let path = format!("{PATH}/{}", app["id"].as_str().unwrap());
    api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(
        api.put(&path, own).await.error(),
        (
            400,
            "E0000024",
            "Bad request. This operation on app metadata is not yet supported.",
            vec!["This operation on app metadata is not yet supported: No active instances."]
        )
    );
    // None of them is a client.
    let clients = api.get("/oauth2/v1/clients?limit=200").await.body;
    assert!(!values(&clients, "/client_name").contains(&"Bookmark"), "{clients}");
}

#[tokio::test]
async fn apps_of_each_sign_on_mode_are_kept_and_assigned() {
    let api = Api::market().await;
    let template = |name: &str, mode: &str, settings: &Value| json!({ "name": name, "label": mode, "signOnMode": mode, "settings": { "app": settings } });
    let basic = json!({ "url": "https://example.com/login.html", "authURL": "https://example.com/auth.html" });
    let store = json!({
        "url": "https://example.com/login.html", "usernameField": "user", "passwordField": "pass",
        "optionalField1": "company", "optionalField1Value": "market",
    });
    let saml = json!({ "label": "SAML_2_0", "signOnMode": "SAML_2_0", "settings": { "signOn": {
        "ssoAcsUrl": "https://app.example.test/acs", "audience": "urn:app",
    } } });
    for (body, mode, name) in [
        (template("template_basic_auth", "BASIC_AUTH", &basic), "BASIC_AUTH", "template_basic_auth"),
        (template("template_sps", "SECURE_PASSWORD_STORE", &store), "SECURE_PASSWORD_STORE", "template_sps"),
        (saml, "SAML_2_0", "market_saml20_1"),
    ] {
        let app = api.create(PATH, body.clone()).await;
        assert_eq!((&app["signOnMode"], &app["name"]), (&json!(mode), &json!(name)));
        for pointer in ["/settings/app", "/settings/signOn"] {
            for (member, value) in body.pointer(pointer).and_then(Value::as_object).into_iter().flatten() {
                assert_eq!(app.pointer(pointer).unwrap()[member], *value, "{mode} {member}");
            }
        }
        let path = format!("{PATH}/{}", app["id"].as_str().unwrap());
        assert_eq!(api.get(&path).await.body, app);
        let assigned =
            api.post(&format!("{path}/users"), json!({ "id": "00ubuyer0000000005d7", "scope": "USER" })).await;
        assert_eq!(
            (assigned.status.as_u16(), &assigned.body["credentials"]["userName"]),
            (200, &json!("buyer@example.test")),
            "{mode}"
        );
        let search = format!("{PATH}?filter=user.id+eq+%2200ubuyer0000000005d7%22&limit=200");
        assert!(values(&api.get(&search).await.body, "/label").contains(&mode), "{mode}");
        api.create(&format!("{path}/lifecycle/deactivate"), json!({})).await;
        assert_eq!(api.delete(&path).await.status, 204);
    }
}

#[tokio::test]
async fn a_body_that_is_not_an_app_is_refused() {
    let api = Api::market().await;
    let blank = |field: &str| format!("{field}: The field cannot be left blank");
    for (body, code, causes) in [
        (json!({ "name": "bookmark" }), "E0000001", vec![blank("label")]),
        (json!({ "label": "No mode" }), "E0000001", vec![blank("signOnMode")]),
        (json!({ "label": ["a"], "name": "bookmark" }), "E0000001", vec![blank("label")]),
        (json!({ "label": "a", "name": "bookmark", "visibility": 1 }), "E0000003", vec![]),
        (json!({ "label": "a", "signOnMode": "UNKNOWN" }), "E0000003", vec![]),
        (json!([1]), "E0000003", vec![]),
        (
            json!({ "label": "a", "name": "oidc_client", "signOnMode": "OPENID_CONNECT" }),
            "E0000001",
            vec![blank("grant_types")],
        ),
    ] {
        let reply = api.post(PATH, body.clone()).await;
        let causes: Vec<&str> = causes.iter().map(String::as_str).collect();
        let (status, found, _, found_causes) = reply.error();
        assert_eq!((status, found, found_causes), (400, code, causes), "{body}");
    }
    // As in org documents and at registration.
    for (member, uri) in [
        ("redirect_uris", "https://*.com/cb"),
        ("redirect_uris", "https://app.example/*"),
        ("redirect_uris", "https://*.app.example/cb"),
        ("redirect_uris", "javascript:alert(1)"),
        ("redirect_uris", "https://app.example/cb\r\nX: y"),
        ("post_logout_redirect_uris", "https://*.app.example/out"),
        ("post_logout_redirect_uris", "data:text/html,x"),
    ] {
        let mut body = web_app("Wrong");
        body["settings"]["oauthClient"][member] = json!([uri]);
        let reply = api.post(PATH, body).await;
        let (status, code, summary, causes) = reply.error();
        let expected = format!("Api validation failed: {member}");
        assert_eq!((status, code, summary), (400, "E0000001", expected.as_str()), "{uri}");
        assert!(causes.iter().all(|cause| cause.starts_with(&format!("{member}: "))), "{causes:?}");
    }
    let office = json!({
        "name": "office365", "label": "Office", "signOnMode": "SAML_1_1",
        "settings": { "app": { "wsFedConfigureType": "AUTO", "requireAdminConsent": false } },
    });
    let cause = "In order to continue using WS-FED Auto for SSO, you must grant admin consent.";
    assert_eq!(api.post(PATH, office).await.error(), (400, "E0000001", "Api validation failed: settings", vec![cause]));
}

#[tokio::test]
async fn apps_are_listed_by_the_beginning_of_the_label_by_filter_and_in_pages() {
    let api = Api::market().await;
    for label in ["List one", "List two", "Another"] {
        api.create(PATH, bookmark(label)).await;
    }
    let found = api.get(&format!("{PATH}?q=list&limit=1")).await;
    assert_eq!(values(&found.body, "/label"), ["List one"]);
    let first = found.body[0]["id"].as_str().unwrap();
    assert_eq!(
        found.links,
        [
            format!("<{}{PATH}?limit=1&q=list>; rel=\"self\"", api.base()),
            format!("<{}{PATH}?after={first}&limit=1&q=list>; rel=\"next\"", api.base()),
        ]
    );
    let next = api.get(&format!("{PATH}?after={first}&limit=1&q=list")).await;
    assert_eq!(values(&next.body, "/label"), ["List two"]);
    let inactive = next.body[0]["id"].as_str().unwrap();
    api.post(&format!("{PATH}/{inactive}/lifecycle/deactivate"), json!({})).await;
    let active = api.get(&format!("{PATH}?q=list&filter=status+eq+%22ACTIVE%22")).await;
    assert_eq!(values(&active.body, "/label"), ["List one"]);
    assert_eq!(
        api.get(&format!("{PATH}?expand=user/id,group/id")).await.error(),
        (400, "E0000001", "Api validation failed: RequestParams", vec!["Expand query is malformed."])
    );
    assert_eq!(api.get(&format!("{PATH}?filter=color+eq+%22red%22")).await.error().1, "E0000031");
}

#[tokio::test]
async fn the_policies_of_an_app_are_links_and_go_back_to_the_default_ones() {
    let api = Api::market().await;
    let app = api.create(PATH, web_app("Shop")).await;
    let path = format!("{PATH}/{}", app["id"].as_str().unwrap());
    let policy = api.create("/api/v1/policies", json!({ "type": "ACCESS_POLICY", "name": "Strict" })).await;
    let policy = policy["id"].as_str().unwrap();
    assert_eq!(api.put(&format!("{path}/policies/{policy}"), json!({})).await.status, 204);
    let link = api.get(&path).await.body["_links"]["accessPolicy"]["href"].clone();
    assert_eq!(link, format!("{}/api/v1/policies/{policy}", api.base()));
    let apps = api.get(&format!("/api/v1/policies/{policy}/app")).await.body;
    assert_eq!(values(&apps, "/label"), ["Shop"]);
    assert_eq!(api.delete(&format!("/api/v1/policies/{policy}")).await.status, 204);
    assert_eq!(api.get(&path).await.body["_links"]["accessPolicy"], app["_links"]["accessPolicy"]);
}

#[tokio::test]
async fn the_groups_claim_of_an_app_is_set_and_cleared() {
    let api = Api::market().await;
    let app = api.create(PATH, web_app("Shop")).await;
    let id = app["id"].as_str().unwrap();
    let path = format!("/api/v1/internal/apps/{id}/settings/oauth/idToken");
    let claim = json!({
        "issuerMode": "ORG_URL", "valueType": "GROUPS", "name": "groups", "groupFilterType": "REGEX", "value": ".*",
    });
    let set = api.post(&path, claim).await;
    assert_eq!(set.status, 200);
    assert_eq!(
        set.body.to_string(),
        r#"{"issuer":null,"orgUrl":null,"customUrl":null,"audience":null,"issuerMode":"ORG_URL","valueType":"GROUPS","name":"groups","groupFilterType":"REGEX","value":".*"}"#
    );
    let read = api.get(&path).await.body;
    assert_eq!((&read["issuer"], &read["audience"]), (&json!(api.base()), &json!(id)));
    assert_eq!(read["groupFilterType"], "REGEX");
    let cleared = api.post(&path, json!({ "issuerMode": "DYNAMIC" })).await.body;
    assert_eq!(keys(&cleared), ["issuer", "orgUrl", "customUrl", "audience", "issuerMode"]);
}

#[tokio::test]
async fn the_groups_claim_of_an_app_is_in_the_next_id_token_of_the_org_server() {
    let api = Api::market().await;
    let groups = async || {
        let url = format!("{}/oauth2/v1/authorize", api.base());
        let query = [
            ("client_id", WEB),
            ("response_type", "id_token"),
            ("scope", "openid groups"),
            ("state", "s"),
            ("nonce", "n"),
            ("redirect_uri", CALLBACK),
            ("response_mode", "fragment"),
            ("sessionToken", &*session_token(&api).await),
        ];
        let arrived = browser().get(url).query(&query).send().await.unwrap();
        let token = parameter(&location(&arrived), "id_token").unwrap();
        decode(&token).1["groups"].clone()
    };
    assert_eq!(groups().await, json!(["Everyone", "Buyers"]), "as in the document");
    let path = format!("/api/v1/internal/apps/{WEB}/settings/oauth/idToken");
    let filter = |kind: &str, value: &str| json!({ "issuerMode": "ORG_URL", "valueType": "GROUPS", "name": "groups", "groupFilterType": kind, "value": value });
    for (kind, value, expected) in [
        ("EQUALS", "Buyers", json!(["Buyers"])),
        ("STARTS_WITH", "Ev", json!(["Everyone"])),
        ("REGEX", "No.*", json!([])),
    ] {
        assert_eq!(api.post(&path, filter(kind, value)).await.status, 200);
        assert_eq!(groups().await, expected, "{kind} {value}");
    }
}

/// The session token of the buyer.
async fn session_token(api: &Api) -> String {
    let body = json!({ "username": "buyer@example.test", "password": "Passw0rd!" });
    let answer = api.client.post(format!("{}/api/v1/authn", api.base())).json(&body).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["sessionToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn apps_without_provisioning_have_no_features() {
    let api = Api::market().await;
    let app = api.create(PATH, bookmark("Bookmark")).await;
    let path = format!("{PATH}/{}/features", app["id"].as_str().unwrap());
    assert_eq!(
        api.get(&path).await.error(),
        (400, "E0000001", "Api validation failed: feature", vec!["Provisioning is not supported."])
    );
    let summary = "Not found: Resource not found: OTHER (PublicAppFeatureSetName)";
    assert_eq!(api.get(&format!("{PATH}/unknown/features/OTHER")).await.error(), (404, "E0000007", summary, vec![]));
}

#[tokio::test]
async fn a_group_lists_its_apps_and_an_app_those_that_it_trusts() {
    let api = Api::market().await;
    let body = json!({
        "name": "bookmark", "label": "News", "signOnMode": "BOOKMARK",
        "settings": { "app": { "url": "https://news.example" } },
    });
    let news = api.create("/api/v1/apps", body).await["id"].as_str().unwrap().to_owned();
    let listed = async || {
        let apps = api.get("/api/v1/groups/00gbuyers000000005d7/apps?limit=200").await.body;
        values(&apps, "/id").contains(&news.as_str())
    };
    assert!(!listed().await);
    api.put(&format!("/api/v1/apps/{news}/groups/00gbuyers000000005d7"), json!({})).await;
    assert!(listed().await);
    assert_eq!(api.get("/api/v1/groups/00gunknown/apps").await.error().0, 404);
    let (web, spa) = ("0oamarketweb000005d7", "0oamarketspa000005d7");
    let allowed = format!("/api/v1/apps/{web}/interclient-allowed-apps");
    let before = api.get(&allowed).await.body;
    let created = api.post(&allowed, json!({ "id": spa })).await;
    assert_eq!((created.status.as_u16(), &created.body["trustedAppInstanceId"]), (201, &json!(spa)));
    assert!(api.get(&allowed).await.body.as_array().unwrap().contains(&json!(spa)));
    let targets = api.get(&format!("/api/v1/apps/{spa}/interclient-target-apps")).await.body;
    assert!(targets.as_array().unwrap().contains(&json!(web)), "{targets}");
    assert_eq!(api.delete(&format!("{allowed}/{spa}")).await.status, 204);
    assert_eq!(api.get(&allowed).await.body, before);
    assert_eq!(api.delete(&format!("{allowed}/{spa}")).await.status, 404);
    assert_eq!(api.post(&allowed, json!({ "id": web })).await.status, 400);
}

#[tokio::test]
async fn texts_of_a_client_have_the_bounds_of_the_published_schema() {
    let api = Api::market().await;
    let refused = async |credentials: Value, settings: Value| {
        let mut body = json!({
            "name": "oidc_client", "label": "Bounds", "signOnMode": "OPENID_CONNECT",
            "credentials": { "oauthClient": credentials },
            "settings": { "oauthClient": { "application_type": "service", "grant_types": ["client_credentials"] } },
        });
        body["settings"]["oauthClient"].as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let reply = api.post("/api/v1/apps", body).await;
        (reply.status.as_u16(), reply.error().3.iter().map(|cause| (*cause).to_owned()).collect::<Vec<_>>())
    };
    let long = |length: usize| format!("https://a.example/{}", "a".repeat(length - 18));
    for (credentials, settings, cause) in [
        (json!({ "client_id": "short" }), json!({}), "client_id: The field is too short"),
        (json!({ "client_id": "a".repeat(101) }), json!({}), "client_id: The field is too long"),
        (json!({ "client_secret": "thirteen_char" }), json!({}), "client_secret: The field is too short"),
        (json!({ "client_secret": "a".repeat(101) }), json!({}), "client_secret: The field is too long"),
        (json!({}), json!({ "client_uri": long(1025) }), "client_uri: The field is too long"),
        (json!({}), json!({ "logo_uri": long(1025) }), "logo_uri: The field is too long"),
    ] {
        assert_eq!(refused(credentials, settings).await, (400, vec![cause.to_owned()]));
    }
    let credentials = json!({ "client_id": "sixsix", "client_secret": "fourteen_chars" });
    assert_eq!(refused(credentials, json!({ "client_uri": long(1024) })).await, (200, vec![]));
}

#[tokio::test]
async fn apps_are_found_by_user_group_and_signing_key_and_shown_with_a_user() {
    let api = Api::market().await;
    let app = api.create(PATH, bookmark("Assigned")).await;
    let path = format!("{PATH}/{}", app["id"].as_str().unwrap());
    let labels = async |filter: &str| {
        let found = api.get(&format!("{PATH}?limit=200&filter={filter}")).await.body;
        values(&found, "/label").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let user = api.create(
        "/api/v1/users?activate=false",
        json!({ "profile": {
        "firstName": "F", "lastName": "L", "login": "filter@new.test", "email": "filter@new.test" } }),
    );
    let user = user.await["id"].as_str().unwrap().to_owned();
    let group = api.create("/api/v1/groups", json!({ "profile": { "name": "Filtered" } })).await;
    let group = group["id"].as_str().unwrap();
    let (by_user, by_group) = (format!("user.id+eq+%22{user}%22"), format!("group.id+eq+%22{group}%22"));
    assert!(!labels(&by_user).await.contains(&"Assigned".to_owned()));
    assert_eq!(labels(&by_group).await, Vec::<String>::new());
    let without = api.get(&format!("{path}?expand=user/{user}")).await.body;
    assert_eq!(without["_embedded"], Value::Null, "the user is not assigned");

    assert_eq!(api.put(&format!("{path}/groups/{group}"), json!({})).await.status, 200);
    assert_eq!(labels(&by_group).await, ["Assigned"]);
    assert_eq!(api.put(&format!("/api/v1/groups/{group}/users/{user}"), json!({})).await.status, 204);
    assert!(labels(&by_user).await.contains(&"Assigned".to_owned()), "through the group");
    let app_user = api.get(&format!("{path}/users/{user}")).await.body;
    assert_eq!(app_user["id"], user.as_str());
    let expanded = api.get(&format!("{path}?expand=user/{user}")).await.body;
    assert_eq!(expanded["_embedded"], json!({ "user": app_user }));
    let listed = api.get(&format!("{PATH}?q=Assigned&expand=user/{user}")).await.body;
    assert_eq!(listed[0]["_embedded"], json!({ "user": app_user }));
    assert_eq!(api.get(&format!("{path}?expand=group/{group}")).await.refusal(), (400, "E0000001"));

    let saml = api.create(
        PATH,
        json!({ "label": "Key", "signOnMode": "SAML_2_0", "settings": { "signOn": {
        "ssoAcsUrl": "https://s.example/acs", "audience": "s", "recipient": "https://s.example/acs",
        "destination": "https://s.example/acs" } } }),
    );
    let kid = saml.await["credentials"]["signing"]["kid"].as_str().unwrap().to_owned();
    assert_eq!(labels(&format!("credentials.signing.kid+eq+%22{kid}%22")).await, ["Key"]);
}
