//! The languages of the hosted pages: which one a request gets, and that a sign-in keeps it.

use mock_idp::MockIdp;
use reqwest::{Client, header};
use serde_json::{Value, json};

use crate::factors::submit;
use crate::flow::{WEB, WEB_SECRET, authorize, browser, code_request, parameter, redeem, state_handle};
use crate::market::stopped;
use crate::org::TestOrg;

const HEADINGS: [(&str, &str); 4] =
    [("en", "Sign In"), ("de", "Anmelden"), ("ja", "サインイン"), ("ar", "تسجيل الدخول")];

/// The sign-in page of an authorization request. `accepted`: the header of the browser.
async fn sign_in_page(mock: &MockIdp, client: &Client, accepted: Option<&str>, more: &[(&str, &str)]) -> String {
    let query = [code_request(WEB, "openid"), more.to_vec()].concat();
    let mut request = client.get(format!("{}/v1/authorize", mock.issuer())).query(&query);
    if let Some(accepted) = accepted {
        request = request.header(header::ACCEPT_LANGUAGE, accepted);
    }
    request.send().await.unwrap().text().await.unwrap()
}

#[track_caller]
fn assert_language(page: &str, language: &str) {
    let direction = if language == "ar" { " dir=\"rtl\"" } else { "" };
    assert!(page.contains(&format!("<html lang=\"{language}\"{direction}>")), "{language}: {page}");
}

#[tokio::test]
async fn each_language_has_the_page() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (language, heading) in HEADINGS {
        let page = sign_in_page(&mock, &browser(), None, &[("ui_locales", language)]).await;
        assert_language(&page, language);
        assert!(page.contains(&format!("data-se=\"o-form-head\">{heading}</h1>")), "{page}");
    }
}

#[tokio::test]
async fn ui_locales_come_before_the_browser_and_english_is_last() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (locales, accepted, language) in [
        (None, None, "en"),
        (None, Some("de-AT,de;q=0.9,en;q=0.5"), "de"),
        (None, Some("fr, ja;q=0.4, de;q=0.5"), "de"),
        (None, Some("fr-FR, *;q=0.1"), "en"),
        (Some("ar-EG de"), Some("ja"), "ar"),
        (Some("fr-CA ja-JP de"), None, "ja"),
        (Some("se fr"), Some("de"), "de"),
        (Some("en-GB de"), Some("de"), "en"),
        (Some("%%% - x-de"), None, "en"),
        (Some(""), Some("not a header, at all; q=x"), "en"),
    ] {
        let parameters: Vec<_> = locales.map(|locales| ("ui_locales", locales)).into_iter().collect();
        let page = sign_in_page(&mock, &browser(), accepted, &parameters).await;
        assert_language(&page, language);
    }
}

#[tokio::test]
async fn the_sign_in_keeps_the_language_of_the_request() {
    let mock = MockIdp::builder().start().await.unwrap();
    let client = browser();
    let page = sign_in_page(&mock, &client, Some("ja"), &[("ui_locales", "de")]).await;
    let (_, page) = submit(&mock, &client, &page, "identify", &[("identifier", "buyer@example.test")]).await;
    assert!(page.contains("Mit Ihrem Passwort bestätigen"), "{page}");
    let (_, page) = submit(&mock, &client, &page, "challenge", &[("credentials.passcode", "wrong")]).await;
    assert!(page.contains("Das Passwort ist falsch"), "{page}");
    let handle = state_handle(&page);
    for path in ["signin/forgot-password", "signin/register", "signin/restart"] {
        let url = format!("{}/{path}?stateHandle={handle}", mock.url());
        let page = client.get(url).send().await.unwrap().text().await.unwrap();
        assert_language(&page, "de");
    }
    let (status, arrived) = submit(&mock, &client, &page, "challenge", &[("credentials.passcode", "Passw0rd!")]).await;
    assert_eq!((status, parameter(&arrived, "code").is_some()), (302, true), "{arrived}");
    // The page was used up; its request is forgotten.
    let (_, page) = submit(&mock, &client, &page, "challenge", &[("credentials.passcode", "Passw0rd!")]).await;
    assert_language(&page, "en");
}

#[tokio::test]
async fn pushed_requests_and_errors_have_it_too() {
    let mock = MockIdp::builder().start().await.unwrap();
    let unregistered = [("client_id", WEB), ("redirect_uri", "https://other.test/"), ("ui_locales", "ar")];
    let url = format!("{}/v1/authorize", mock.issuer());
    let page = browser().get(&url).query(&unregistered).send().await.unwrap().text().await.unwrap();
    assert_language(&page, "ar");
    // Okta's texts stay.
    assert!(page.contains("parameter must be a Login redirect URI in the client app settings"), "{page}");

    let form = [code_request(WEB, "openid"), vec![("ui_locales", "ja")]].concat();
    let pushed = browser().post(format!("{}/v1/par", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
    let pushed: Value = pushed.form(&form).send().await.unwrap().json().await.unwrap();
    let request = [("client_id", WEB), ("request_uri", pushed["request_uri"].as_str().unwrap())];
    let page = browser().get(&url).query(&request).send().await.unwrap().text().await.unwrap();
    assert_language(&page, "ja");
}

#[tokio::test]
async fn names_of_methods_and_questions_are_translated_unless_they_are_the_orgs_own() {
    let mock = stopped(&TestOrg::market().edit(|document| {
        let kind = mock_idp_core::model::DirectoryKind::Authenticator;
        let authenticators = document.directory.get_mut(&kind).unwrap();
        let phone = authenticators.iter_mut().find(|object| object.text("key") == Some("phone_number")).unwrap();
        phone.members["name"] = json!("Hotline");
    }))
    .await;
    let client = browser();
    let page = sign_in_page(&mock, &client, None, &[("ui_locales", "de")]).await;
    let (_, page) = submit(&mock, &client, &page, "identify", &[("identifier", "mfa@example.test")]).await;
    let (_, page) = submit(&mock, &client, &page, "challenge", &[("credentials.passcode", "Passw0rd!")]).await;
    for text in ["Sicherheitsfrage auswählen.", "Google Authenticator auswählen.", "Hotline auswählen."] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let href = page.split_once("authenticator=security_question").unwrap().0.rsplit_once("href=\"").unwrap().1;
    let url = format!("{}{href}authenticator=security_question&method=security_question", mock.url());
    let page = client.get(url.replace("&amp;", "&").replace("&#38;", "&")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Welches Essen mochten Sie als Kind am wenigsten?"), "{page}");
}

#[tokio::test]
async fn pages_outside_of_a_request_have_the_language_of_the_browser() {
    let mock = MockIdp::builder().start().await.unwrap();
    for path in ["/activate", "/login/signout", "/login/login.htm", "/email/verify/0oa?token=x", "/signin/phone"] {
        let request = browser().get(format!("{}{path}", mock.url())).header(header::ACCEPT_LANGUAGE, "ar");
        assert_language(&request.send().await.unwrap().text().await.unwrap(), "ar");
    }
}

#[tokio::test]
async fn a_sign_out_can_ask_for_a_language() {
    let mock = MockIdp::builder().start().await.unwrap();
    let client = browser();
    let arrived = authorize(&mock, &client, "buyer@example.test", &code_request(WEB, "openid")).await;
    let tokens: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let query = [("id_token_hint", tokens["id_token"].as_str().unwrap()), ("ui_locales", "fr ja")];
    let page = client.get(format!("{}/v1/logout", mock.issuer())).query(&query).send().await.unwrap();
    assert_language(&page.text().await.unwrap(), "ja");
}

/// What the IDX API says stays in English, with Okta's keys: its clients translate them.
#[tokio::test]
async fn idx_documents_stay_in_english() {
    let mock = MockIdp::builder().start().await.unwrap();
    let client = browser();
    let page = sign_in_page(&mock, &client, None, &[("ui_locales", "de")]).await;
    let body = json!({ "stateHandle": state_handle(&page) });
    let reply = client.post(format!("{}/idp/idx/introspect", mock.url()));
    let reply = reply.header(header::ACCEPT_LANGUAGE, "de").json(&body).send().await.unwrap();
    let document: Value = reply.json().await.unwrap();
    assert_eq!(document["remediation"]["value"][0]["value"][0]["label"], "Username", "{document}");
}
