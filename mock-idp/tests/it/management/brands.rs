//! `/api/v1/brands`.

use serde_json::{Value, json};

use super::{Api, keys, values};

const MEMBERS: [&str; 9] = [
    "id",
    "name",
    "removePoweredByOkta",
    "customPrivacyPolicyUrl",
    "agreeToCustomPrivacyPolicy",
    "isDefault",
    "locale",
    "defaultApp",
    "_links",
];

/// The path of the brand of the org.
async fn default_brand(api: &Api) -> String {
    let brands = api.get("/api/v1/brands").await.body;
    format!("/api/v1/brands/{}", brands[0]["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_brand_of_the_org_can_be_read() {
    let api = Api::market().await;
    let brands = api.get("/api/v1/brands?expand=themes").await.body;
    assert_eq!((brands.as_array().unwrap().len(), &brands[0]["isDefault"]), (1, &json!(true)));
    let own = default_brand(&api).await;
    assert_eq!(keys(&api.get(&own).await.body), MEMBERS);
    assert_eq!(keys(&brands[0]["_links"]), ["themes", "self"]);
    let themes = api.get(&format!("{own}/themes")).await.body;
    assert_eq!(brands[0]["_embedded"]["themes"], themes);
    assert_eq!(themes[0]["signInPageTouchPointVariant"], "BACKGROUND_IMAGE");
    let theme = format!("{own}/themes/{}", themes[0]["id"].as_str().unwrap());
    assert_eq!(api.get(&theme).await.body, themes[0]);
    assert_eq!(api.get(&format!("{own}/domains")).await.body, json!({ "domains": [] }));
    let page = api.get(&format!("{own}/templates/email?limit=5")).await;
    assert_eq!(page.body.as_array().unwrap().len(), 5);
    assert!(page.links.iter().any(|link| link.contains("rel=\"next\"")), "{:?}", page.links);
    let template = format!("{own}/templates/email/UserActivation");
    let expanded = api.get(&format!("{template}?expand=settings,customizationCount")).await.body;
    assert_eq!(
        (&expanded["name"], &expanded["_embedded"]["customizationCount"]),
        (&json!("UserActivation"), &json!(0))
    );
    assert_eq!(api.get(&format!("{template}/settings")).await.body, expanded["_embedded"]["settings"]);
    assert_eq!(api.get(&format!("{template}/customizations")).await.body, json!([]));
    for unknown in ["/api/v1/brands/bndunknown".to_owned(), format!("{own}/templates/email/Magic")] {
        assert_eq!(api.get(&unknown).await.error().0, 404, "{unknown}");
    }
}

#[tokio::test]
async fn a_brand_is_created_replaced_and_removed() {
    let api = Api::market().await;
    let created = api.post("/api/v1/brands", json!({ "name": "Outlet" })).await;
    assert_eq!(created.status.as_u16(), 201);
    assert_eq!(created.keys(), MEMBERS.into_iter().filter(|name| *name != "locale").collect::<Vec<_>>());
    assert_eq!(
        created.body["defaultApp"],
        json!({ "appInstanceId": null, "appLinkName": null, "classicApplicationUri": null })
    );
    let own = format!("/api/v1/brands/{}", created.body["id"].as_str().unwrap());
    assert_eq!(api.get(&own).await.body, created.body);
    assert_eq!(
        api.post("/api/v1/brands", json!({ "name": "Outlet" })).await.error(),
        (409, "E0000202", "Brand name already exists.", vec![])
    );
    let reserved = json!({ "name": "DRAPP_DOMAIN_BRAND" });
    assert_eq!(api.post("/api/v1/brands", reserved).await.error().1, "E0000001");
    assert_eq!(api.post("/api/v1/brands", json!({})).await.error().1, "E0000001");
    let body = json!({
        "name": "Outlet Europe", "locale": "de", "removePoweredByOkta": true, "agreeToCustomPrivacyPolicy": true,
        "customPrivacyPolicyUrl": "https://example.com", "defaultApp": { "classicApplicationUri": "https://a.example" },
    });
    let replaced = api.put(&own, body.clone()).await;
    assert_eq!((replaced.status.as_u16(), replaced.keys()), (200, MEMBERS.to_vec()));
    for (pointer, value) in body.as_object().unwrap().iter().filter(|(name, _)| *name != "defaultApp") {
        assert_eq!(&replaced.body[pointer], value, "{pointer}");
    }
    assert_eq!(replaced.body["defaultApp"]["classicApplicationUri"], "https://a.example");
    assert_eq!(api.get(&own).await.body, replaced.body);
    let emptied = api.put(&own, json!({ "name": "Outlet", "customPrivacyPolicyUrl": "" })).await.body;
    assert_eq!((&emptied["customPrivacyPolicyUrl"], &emptied["removePoweredByOkta"]), (&Value::Null, &json!(false)));
    let refused = api.put(&own, json!({ "name": "Outlet", "customPrivacyPolicyUrl": "https://example.com" })).await;
    assert_eq!(refused.error().1, "E0000001");
    assert_eq!(
        api.put(&own, json!({ "name": "Outlet", "locale": "en_US" })).await.error().2,
        "The language doesn't conform to the BCP 47 standard for locales."
    );
    let default = default_brand(&api).await;
    assert_eq!(api.put(&default, json!({ "name": "Market" })).await.body["isDefault"], true);
    assert_eq!(values(&api.get("/api/v1/brands").await.body, "/name"), ["Market", "Outlet"]);
    assert_eq!(api.delete(&default).await.error(), (409, "E0000200", "A default brand cannot be deleted.", vec![]));
    let mail = json!({ "language": "en", "subject": "s", "body": "b" });
    let mails = format!("{own}/templates/email/ForgotPassword/customizations");
    api.create(&mails, mail).await;
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&mails).await.error().0, 404);
    let events = api.get("/api/v1/logs?filter=eventType+sw+%22system.brand%22").await.body;
    let types = ["create", "update", "update", "update", "delete"].map(|name| format!("system.brand.{name}"));
    assert_eq!(values(&events, "/eventType"), types);
}

#[tokio::test]
async fn colors_and_variants_of_a_theme_are_replaced() {
    let api = Api::market().await;
    let own = default_brand(&api).await;
    let themes = api.get(&format!("{own}/themes")).await.body;
    let theme = format!("{own}/themes/{}", themes[0]["id"].as_str().unwrap());
    let body = json!({
        "primaryColorHex": "#1662ff", "secondaryColorHex": "#fbfbfd", "signInPageTouchPointVariant": "OKTA_DEFAULT",
        "endUserDashboardTouchPointVariant": "WHITE_LOGO_BACKGROUND", "errorPageTouchPointVariant": "OKTA_DEFAULT",
        "emailTemplateTouchPointVariant": "FULL_THEME",
    });
    let replaced = api.put(&theme, body.clone()).await;
    assert_eq!((replaced.status.as_u16(), replaced.keys()), (200, keys(&themes[0])));
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&replaced.body[name], value, "{name}");
    }
    assert_eq!(replaced.body["loadingPageTouchPointVariant"], "OKTA_DEFAULT", "it was left out");
    assert_eq!(api.get(&theme).await.body, replaced.body);
    for (name, wrong) in [
        ("primaryColorHex", json!("blue")),
        ("secondaryColorHex", Value::Null),
        ("errorPageTouchPointVariant", json!("NONE")),
    ] {
        let mut body = body.clone();
        body[name] = wrong;
        assert_eq!(api.put(&theme, body).await.error().1, "E0000001", "{name}");
    }
    assert_eq!(api.put(&format!("{own}/themes/theunknown"), body).await.error().0, 404);
    assert_eq!(api.get(&theme).await.body, replaced.body, "refused bodies change nothing");
}

#[tokio::test]
async fn a_mail_has_one_customization_for_each_language_and_one_default() {
    let api = Api::market().await;
    let mails = format!("{}/templates/email/ForgotPassword/customizations", default_brand(&api).await);
    let mail = |language: &str, body: &str| json!({ "language": language, "subject": "Reset", "body": body });
    let english = api.post(&mails, mail("en", "Hi ${user.profile.firstName}")).await;
    assert_eq!(english.status.as_u16(), 201);
    assert_eq!(english.keys(), ["subject", "body", "id", "language", "isDefault", "created", "lastUpdated", "_links"]);
    assert_eq!(english.body["isDefault"], true, "the first one is the default");
    let english = format!("{mails}/{}", english.body["id"].as_str().unwrap());
    let spanish = api.create(&mails, mail("es", "Hola")).await;
    assert_eq!(spanish["isDefault"], false);
    let spanish = format!("{mails}/{}", spanish["id"].as_str().unwrap());
    let mut german = mail("de", "Hallo");
    german["isDefault"] = true.into();
    let conflicts = [
        (api.post(&mails, mail("es", "Hola")).await, "E0000183"),
        (api.post(&mails, german).await, "E0000182"),
        (api.put(&spanish, mail("en", "Hi")).await, "E0000183"),
        (api.delete(&english).await, "E0000184"),
    ];
    for (refused, code) in conflicts {
        assert_eq!((refused.error().0, refused.error().1), (409, code));
    }
    let mut other = mail("en", "Hello");
    other["isDefault"] = false.into();
    assert_eq!(api.put(&english, other).await.error().1, "E0000185");
    let mut chosen = mail("es", "Qué tal");
    chosen["isDefault"] = true.into();
    assert_eq!(api.put(&spanish, chosen).await.body["isDefault"], true);
    let first = api.get(&english).await.body;
    assert_eq!((&first["isDefault"], &first["body"]), (&json!(false), &json!("Hi ${user.profile.firstName}")));
    let listed = api.get(&mails).await;
    assert_eq!(values(&listed.body, "/language"), ["en", "es"]);
    assert!(listed.links[0].contains("customizations?limit=10>"), "{:?}", listed.links);
    for (body, code) in [(mail("en_US", "x"), "E0000236"), (json!({ "language": "fr" }), "E0000001")] {
        assert_eq!(api.post(&mails, body).await.error().1, code);
    }
    assert_eq!(api.delete(&english).await.status, 204);
    assert_eq!(api.get(&english).await.error().0, 404);
    assert_eq!(api.delete(&spanish).await.status, 204, "the default is the last one");
    api.create(&mails, mail("en", "Hi")).await;
    assert_eq!(api.delete(&mails).await.status, 204);
    assert_eq!(api.get(&mails).await.body, json!([]));
    let events = api.get("/api/v1/logs?filter=eventType+sw+%22system.email.template%22").await.body;
    let types = ["create", "create", "update", "delete", "delete", "create", "delete"];
    assert_eq!(values(&events, "/eventType"), types.map(|name| format!("system.email.template.{name}")));
}

#[tokio::test]
async fn the_recipients_of_a_mail_are_replaced() {
    let api = Api::market().await;
    let settings = format!("{}/templates/email/UserActivation/settings", default_brand(&api).await);
    let set = api.put(&settings, json!({ "recipients": "NO_USERS" })).await;
    assert_eq!((set.status.as_u16(), set.keys()), (200, vec!["recipients", "_links"]));
    assert_eq!(api.get(&settings).await.body, set.body);
    assert_eq!(set.body["recipients"], "NO_USERS");
    assert_eq!(
        api.put(&settings, json!({ "recipients": "FRIENDS" })).await.error(),
        (422, "E0000189", "This template does not support the recipients value.", vec![])
    );
    assert_eq!(api.put(&settings, json!({})).await.error().1, "E0000001");
    let events = api.get("/api/v1/logs?filter=eventType+eq+%22system.email.template.settings_changed%22").await.body;
    assert_eq!(values(&events, "/target/0/displayName"), ["UserActivation"]);
}
