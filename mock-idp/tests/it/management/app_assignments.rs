//! `/api/v1/apps/{id}/users`, `…/groups`, `…/grants`.

use serde_json::{Value, json};

use super::{Api, SERVICE, keys, values};
use crate::flow::{WEB, decode};
use crate::org::{TestOrg, model};

async fn app(api: &Api) -> String {
    let body = json!({
        "name": "oidc_client", "label": "Shop", "signOnMode": "OPENID_CONNECT",
        "settings": { "oauthClient": {
            "application_type": "web", "grant_types": ["authorization_code"], "redirect_uris": ["https://a.example/cb"],
        } },
    });
    format!("/api/v1/apps/{}", api.create("/api/v1/apps", body).await["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_user_is_assigned_with_what_the_mapping_takes_from_the_profile() {
    let api = Api::market().await;
    let app = app(&api).await;
    assert_eq!(api.get(&format!("{app}/users")).await.body, json!([]));
    let body = json!({ "id": "00ubuyer0000000005d7", "scope": "USER", "profile": { "nickname": "Bee" } });
    let assigned = api.post(&format!("{app}/users"), body).await;
    assert_eq!(assigned.status, 200);
    assert_eq!(
        assigned.keys(),
        [
            "id",
            "externalId",
            "created",
            "lastUpdated",
            "scope",
            "status",
            "statusChanged",
            "passwordChanged",
            "syncState",
            "credentials",
            "profile",
            "_links",
        ]
    );
    assert_eq!(assigned.body["credentials"], json!({ "userName": "buyer@example.test" }));
    let profile = &assigned.body["profile"];
    assert_eq!(profile.as_object().unwrap().len(), 20);
    assert_eq!((&profile["nickname"], &profile["email"]), (&json!("Bee"), &json!("buyer@example.test")));
    assert_eq!(keys(&assigned.body["_links"]), ["app", "user"]);
    let own = format!("{app}/users/00ubuyer0000000005d7");
    assert_eq!(api.get(&own).await.body, assigned.body);
    let changed = api.post(&own, json!({ "credentials": { "userName": "bee" } })).await.body;
    assert_eq!((&changed["credentials"]["userName"], &changed["profile"]["nickname"]), (&json!("bee"), &json!("Bee")));
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&own).await.status, 404);
}

#[tokio::test]
async fn the_profile_of_an_app_user_has_to_fit_the_schema_of_the_app() {
    let api = Api::market().await;
    let app = app(&api).await;
    let schema = format!("/api/v1/meta/schemas/{}/default", app.trim_start_matches("/api/v1/"));
    let attributes = json!({
        "level": { "title": "Level", "type": "integer" },
        "tags": { "title": "Tags", "type": "array", "items": { "type": "string", "enum": ["a", "b"] } },
        "plan": { "title": "Plan", "type": "string", "required": true },
    });
    api.create(&schema, json!({ "definitions": { "custom": { "properties": attributes } } })).await;
    let buyer = "00ubuyer0000000005d7";
    let (users, own) = (format!("{app}/users"), format!("{app}/users/{buyer}"));
    let group = format!("{app}/groups/00gbuyers000000005d7");
    let body = |profile: &Value| json!({ "id": buyer, "profile": profile });
    let summary = "Api validation failed: assignment";
    for (profile, cause) in [
        (json!({ "plan": "x", "color": "red" }), "Property 'color' not found"),
        (json!({ "plan": "x", "level": "high" }), "level: The value is not of the type integer"),
        (json!({ "plan": "x", "tags": ["c"] }), "tags: The value is not one of the enumerated values"),
    ] {
        assert_eq!(
            api.post(&users, body(&profile)).await.error(),
            (400, "E0000001", summary, vec![cause]),
            "{profile}"
        );
        let reply = api.put(&group, json!({ "profile": profile })).await;
        assert_eq!(reply.error(), (400, "E0000001", summary, vec![cause]), "{profile}");
    }
    let blank = "plan: The field cannot be left blank";
    assert_eq!(api.post(&users, body(&json!({}))).await.error(), (400, "E0000001", summary, vec![blank]));
    assert_eq!(api.get(&users).await.body, json!([]));
    let fitting = json!({ "plan": "gold", "level": 3, "tags": ["a"] });
    assert_eq!(api.post(&users, body(&fitting)).await.body["profile"]["level"], 3);
    assert_eq!(api.post(&own, json!({ "profile": { "plan": null } })).await.error().3, [blank]);
    assert_eq!(api.get(&own).await.body["profile"]["plan"], "gold");
    assert_eq!(api.put(&group, json!({ "profile": { "level": 1 } })).await.status, 200);
    let patch = json!([{ "op": "add", "path": "/profile/color", "value": "red" }]);
    assert_eq!(api.patch(&group, patch).await.error().3, ["Property 'color' not found"]);
}

#[tokio::test]
async fn attributes_of_assignments_in_a_document_are_in_the_schema_of_the_app() {
    let api = Api::market().await;
    let schema = api.get(&format!("/api/v1/meta/schemas/apps/{WEB}/default")).await.body;
    assert_eq!(
        schema["definitions"]["custom"]["properties"]["app_features"],
        json!({
            "title": "app_features", "type": "array", "items": { "type": "string" }, "scope": "NONE", "union": "DISABLE",
        })
    );
    let admin = format!("/api/v1/apps/{WEB}/users/00uadmin0000000005d7");
    let assigned = api.get(&admin).await.body;
    assert_eq!(api.delete(&admin).await.status, 204);
    let body = json!({ "id": assigned["id"], "profile": assigned["profile"] });
    let again = api.post(&format!("/api/v1/apps/{WEB}/users"), body).await;
    assert_eq!((again.status.as_u16(), &again.body["profile"]), (200, &assigned["profile"]));
}

#[tokio::test]
async fn app_users_of_an_app_of_the_catalogue_have_any_attribute_until_its_schema_is_changed() {
    let id = "0oawiki0000000000001";
    let buyer = "00ubuyer0000000005d7";
    let wiki = model(json!({
        "id": id, "name": "bookmark", "label": "Wiki", "signOnMode": "BOOKMARK",
        "assignments": { "users": [{ "id": buyer, "profile": { "plan": "gold" } }] },
    }));
    let api = Api::of(TestOrg::market().with_apps([wiki]).start().await);
    let own = format!("/api/v1/apps/{id}/users/{buyer}");
    let changed = api.post(&own, json!({ "profile": { "color": "red" } })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!((&changed.body["profile"]["plan"], &changed.body["profile"]["color"]), (&json!("gold"), &json!("red")));
    let level = json!({ "level": { "title": "Level", "type": "integer" } });
    let schema = format!("/api/v1/meta/schemas/apps/{id}/default");
    let schema = api.create(&schema, json!({ "definitions": { "custom": { "properties": level } } })).await;
    assert_eq!(keys(&schema["definitions"]["custom"]["properties"]), ["level"]);
    let size = json!({ "profile": { "size": "L" } });
    assert_eq!(api.post(&own, size).await.error().3, ["Property 'size' not found"]);
}

/// The subject of an access token of the buyer.
async fn subject(api: &Api) -> String {
    let login = json!({ "client": "Market demo", "user": "buyer", "scopes": ["openid"] });
    let body = api.post("/_mock/login", login).await.body;
    decode(body["tokens"]["access_token"].as_str().unwrap()).1["sub"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_user_name_at_an_app_is_made_by_its_template_and_is_the_subject_of_access_tokens() {
    let api = Api::market().await;
    let web = &format!("/api/v1/apps/{WEB}");
    let user = format!("{web}/users/00ubuyer0000000005d7");
    for (template, kind, suffix, expected) in [
        ("${source.login}", "BUILT_IN", None, "buyer@example.test"),
        ("${fn:substringBefore(source.login, \"@\")}", "BUILT_IN", None, "buyer"),
        ("${fn:substringBefore(source.login, \"@\")}", "BUILT_IN", Some(".shop"), "buyer.shop"),
        ("user.firstName + \"-\" + user.lastName", "CUSTOM", None, "Ben-Buyer"),
        ("user.nothing", "CUSTOM", None, "buyer@example.test"),
        ("${source.email}", "NONE", None, "buyer@example.test"),
    ] {
        let mut app = api.get(web).await.body;
        app["credentials"]["userNameTemplate"] = json!({ "template": template, "type": kind, "suffix": suffix });
        assert_eq!(api.put(web, app).await.status, 200);
        assert_eq!(api.get(&user).await.body["credentials"]["userName"], expected, "{template}");
        assert_eq!(subject(&api).await, expected, "{template}");
        let found = api.get(&format!("{web}/users?q={}", &expected[..5])).await.body;
        assert!(values(&found, "/id").contains(&"00ubuyer0000000005d7"), "{template}");
    }
    // A name of one's own counts more.
    assert_eq!(api.post(&user, json!({ "credentials": { "userName": "bee" } })).await.status, 200);
    assert_eq!(subject(&api).await, "bee");
}

#[tokio::test]
async fn groups_are_ordered_by_priority_and_make_their_members_users_of_the_app() {
    let api = Api::market().await;
    let app = app(&api).await;
    let groups = ["00gadmins000000005d7", "00gbuyers000000005d7", "00gpremium00000005d7"];
    let put = |group: &'static str, body: Value| {
        let path = format!("{app}/groups/{group}");
        let api = &api;
        async move { api.put(&path, body).await.body }
    };
    let first = put(groups[0], json!({})).await;
    assert_eq!(keys(&first), ["id", "lastUpdated", "priority", "profile", "_links"]);
    assert_eq!((&first["priority"], keys(&first["_links"])), (&json!(0), vec!["app", "self", "group"]));
    assert_eq!(put(groups[1], json!({})).await["priority"], 1);
    assert_eq!(put(groups[2], json!({ "priority": 0, "id": "x" })).await["priority"], 0);
    let list = api.get(&format!("{app}/groups")).await;
    assert_eq!(values(&list.body, "/id"), [groups[2], groups[0], groups[1]]);
    assert_eq!(list.links, [format!("<{}{app}/groups?limit=20>; rel=\"self\"", api.base())]);
    let admin = api.get(&format!("{app}/users/00uadmin0000000005d7")).await.body;
    assert_eq!(admin["scope"], "GROUP");
    assert_eq!(admin["_links"]["group"]["href"], format!("{}/api/v1/groups/{}", api.base(), groups[2]));
    assert_eq!(api.delete(&format!("{app}/groups/{}", groups[2])).await.status, 204);
    assert_eq!(api.get(&format!("{app}/groups/{}", groups[2])).await.status, 404);
}

#[tokio::test]
async fn a_granted_scope_can_be_requested_until_it_is_taken_back() {
    let api = Api::market().await;
    let app = app(&api).await;
    let body = json!({ "scopeId": "okta.users.read", "issuer": api.base() });
    let granted = api.post(&format!("{app}/grants"), body).await;
    assert_eq!(granted.status, 201);
    assert_eq!(
        granted.keys(),
        ["id", "status", "created", "createdBy", "lastUpdated", "issuer", "clientId", "scopeId", "source", "_links",]
    );
    let own = format!("{app}/grants/{}", granted.body["id"].as_str().unwrap());
    assert_eq!(api.get(&own).await.body, granted.body);
    assert_eq!(values(&api.get(&format!("{app}/grants")).await.body, "/scopeId"), ["okta.users.read"]);
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&format!("{app}/grants")).await.body, json!([]));
    let foreign = json!({ "scopeId": "orders:read", "issuer": api.base() });
    assert_eq!(api.post(&format!("{app}/grants"), foreign).await.status, 400);

    let service = format!("/api/v1/apps/{SERVICE}/grants");
    let asked = async || {
        let answer = api.service_token("okta.policies.read").await;
        answer.get("error").or(answer.get("scope")).cloned().unwrap()
    };
    assert_eq!(asked().await, "consent_required");
    let body = json!({ "scopeId": "okta.policies.read", "issuer": api.base() });
    let granted = api.create(&service, body).await["id"].as_str().unwrap().to_owned();
    assert_eq!(asked().await, "okta.policies.read");
    assert_eq!(api.delete(&format!("{service}/{granted}")).await.status, 204);
    assert_eq!(asked().await, "consent_required");
}

#[tokio::test]
async fn the_user_of_an_app_user_is_embedded_on_request() {
    let api = Api::market().await;
    let users = format!("/api/v1/apps/{WEB}/users");
    let buyer = api.get("/api/v1/users/00ubuyer0000000005d7").await.body;
    let one = api.get(&format!("{users}/00ubuyer0000000005d7?expand=user")).await.body;
    assert_eq!(one["_embedded"]["user"], buyer);
    assert_eq!(api.get(&format!("{users}/00ubuyer0000000005d7")).await.body["_embedded"], Value::Null);
    let listed = api.get(&format!("{users}?expand=user")).await.body;
    for user in listed.as_array().unwrap() {
        assert_eq!(user["_embedded"]["user"]["id"], user["id"]);
    }
}

#[tokio::test]
async fn an_app_group_is_patched() {
    let api = Api::market().await;
    let app = app(&api).await;
    let schema = app.replace("/api/v1/apps/", "/api/v1/meta/schemas/apps/") + "/default";
    let attributes = json!({ "level": { "title": "Level", "type": "string" } });
    api.create(&schema, json!({ "definitions": { "custom": { "properties": attributes } } })).await;
    let path = format!("{app}/groups/00gbuyers000000005d7");
    assert_eq!(api.patch(&path, json!([])).await.refusal(), (404, "E0000007"));
    api.put(&path, json!({})).await;
    let add = json!([{ "op": "add", "path": "/profile/level", "value": "gold" }]);
    let patched = api.patch(&path, add).await;
    assert_eq!((patched.status.as_u16(), &patched.body["profile"]["level"]), (200, &json!("gold")));
    assert_eq!(api.get(&path).await.body, patched.body);
    let remove = json!([{ "op": "remove", "path": "/profile/level" }]);
    assert_eq!(api.patch(&path, remove).await.body["profile"]["level"], Value::Null);
    for wrong in [
        json!({}),
        json!([{ "op": "move", "path": "/profile/level" }]),
        json!([{ "op": "add", "path": "/id", "value": 1 }]),
    ] {
        assert_eq!(api.patch(&path, wrong.clone()).await.refusal(), (400, "E0000003"), "{wrong}");
    }
}

#[tokio::test]
async fn groups_of_an_app_are_found_by_name_and_shown_with_the_group() {
    let api = Api::market().await;
    let app = app(&api).await;
    for group in ["00gadmins000000005d7", "00gbuyers000000005d7"] {
        assert_eq!(api.put(&format!("{app}/groups/{group}"), json!({})).await.status, 200);
    }
    let found = api.get(&format!("{app}/groups?q=buy&expand=group")).await;
    assert_eq!(values(&found.body, "/id"), ["00gbuyers000000005d7"]);
    assert_eq!(found.links, [format!("<{}{app}/groups?limit=20&q=buy>; rel=\"self\"", api.base())]);
    let group = api.get("/api/v1/groups/00gbuyers000000005d7").await.body;
    assert_eq!(found.body[0]["_embedded"], json!({ "group": group }));
    let one = format!("{app}/groups/00gbuyers000000005d7");
    assert_eq!(api.get(&format!("{one}?expand=group")).await.body, found.body[0]);
    assert_eq!(api.get(&one).await.body["_embedded"], Value::Null);
}

#[tokio::test]
async fn the_scope_of_a_grant_is_embedded_on_request() {
    let api = Api::market().await;
    let app = app(&api).await;
    let body = json!({ "scopeId": "okta.users.read", "issuer": api.base() });
    let grant = api.create(&format!("{app}/grants"), body).await;
    let own = format!("{app}/grants/{}", grant["id"].as_str().unwrap());
    let embedded = json!({ "scope": { "id": "okta.users.read" } });
    assert_eq!(api.get(&format!("{own}?expand=scope")).await.body["_embedded"], embedded);
    assert_eq!(api.get(&format!("{app}/grants?expand=scope")).await.body[0]["_embedded"], embedded);
    assert_eq!(api.get(&own).await.body["_embedded"], Value::Null);
}
