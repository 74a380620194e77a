//! The org's own pages for its users: signing in to the org, the user's page, signing out.

use serde_json::{Value, json};

use crate::factors::with_factors;
use crate::flow::{WEB, authorize, browser, code_request, location, state_handle};
use crate::market::market;

const LOGIN: &str = "buyer@example.test";

#[tokio::test]
async fn the_user_signs_in_to_the_org_and_sees_apps_sessions_and_consents() {
    let mock = market().await;
    let client = browser();
    let home = format!("{}/app/UserHome", mock.url());
    let page = client.get(&home).send().await.unwrap().text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("user", LOGIN.to_owned())];
    let signed_in = client.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
    assert_eq!(location(&signed_in), "/app/UserHome");
    authorize(&mock, &browser(), LOGIN, &code_request(WEB, "openid")).await;

    let page = scraper::Html::parse_document(&client.get(&home).send().await.unwrap().text().await.unwrap());
    let texts = |selector: &str| {
        let selector = scraper::Selector::parse(selector).unwrap();
        let text = |element: scraper::ElementRef<'_>| element.text().collect::<String>();
        page.select(&selector).map(text).collect::<Vec<_>>()
    };
    assert_eq!(texts("[data-se=identifier]"), [LOGIN]);
    assert_eq!(texts("[data-se=session]").len(), 2, "two browsers");
    assert_eq!(texts("[data-se=session]").iter().filter(|text| text.contains("this browser")).count(), 1);
    assert!(texts("[data-se=app]").contains(&"Market demo".to_owned()), "{:?}", texts("[data-se=app]"));
}

#[tokio::test]
async fn the_page_of_a_user_lists_what_the_user_has_enrolled() {
    let mock = with_factors().start().await;
    let client = browser();
    let home = format!("{}/app/UserHome", mock.url());
    let page = client.get(&home).send().await.unwrap().text().await.unwrap();
    let form = [("stateHandle", state_handle(&page)), ("user", LOGIN.to_owned())];
    client.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
    let page = scraper::Html::parse_document(&client.get(&home).send().await.unwrap().text().await.unwrap());
    let selector = scraper::Selector::parse("[data-se=factor]").unwrap();
    let factors: Vec<String> = page.select(&selector).map(|element| element.text().collect()).collect();
    let question = "Security Question: What is the food you least liked as a child?";
    assert_eq!(factors, ["Email: b***r@example.test", "Google Authenticator", question]);
}

#[tokio::test]
async fn a_sign_in_page_leads_on_to_a_page_that_is_trusted() {
    let mock = market().await;
    let login = format!("{}/login/login.htm", mock.url());
    let client = browser();
    for (from, next) in [
        ("/app/UserHome?x=1", format!("{}/app/UserHome?x=1", mock.url())),
        ("http://localhost:7802/start", "http://localhost:7802/start".to_owned()),
    ] {
        let page = browser();
        let page_text = page.get(&login).query(&[("fromURI", from)]).send().await.unwrap().text().await.unwrap();
        let form = [("stateHandle", state_handle(&page_text)), ("user", LOGIN.to_owned())];
        let signed_in = page.post(format!("{}/signin/pick", mock.url())).form(&form).send().await.unwrap();
        assert_eq!(location(&signed_in), next);
        // A session needs no page.
        assert_eq!(location(&page.get(&login).query(&[("fromURI", from)]).send().await.unwrap()), next);
    }
    for from in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        for path in ["/login/login.htm", "/login/signout"] {
            let url = format!("{}{path}", mock.url());
            let refused = client.get(url).query(&[("fromURI", from)]).send().await.unwrap();
            assert_eq!(refused.status(), 400, "{path} {from}");
        }
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_of_the_browser() {
    let mock = market().await;
    let client = browser();
    authorize(&mock, &client, LOGIN, &code_request(WEB, "openid")).await;
    let me = async || client.get(format!("{}/api/v1/sessions/me", mock.url())).send().await.unwrap().status();
    assert_eq!(me().await, 200);
    let out = client.get(format!("{}/login/signout", mock.url())).query(&[("fromURI", "http://localhost:7802/")]);
    assert_eq!(location(&out.send().await.unwrap()), "http://localhost:7802/");
    assert_eq!(me().await, 404);
    let page = client.get(format!("{}/login/signout", mock.url())).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("You were not signed in"), "{page}");
}

#[tokio::test]
async fn the_cookie_of_a_session_reads_its_user_and_nothing_else_of_the_management_api() {
    let mock = market().await;
    let client = browser();
    let users = async |path: &str| {
        let response = client.get(format!("{}/api/v1/users/{path}", mock.url())).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    assert_eq!(users("me").await.1["errorCode"], "E0000005");
    authorize(&mock, &client, LOGIN, &code_request(WEB, "openid")).await;
    let (status, user) = users("me").await;
    assert_eq!((status, &user["profile"]["login"]), (200, &json!(LOGIN)));
    assert_eq!(users(LOGIN).await.1["errorCode"], "E0000005");
    let token = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";
    let request = client.get(format!("{}/api/v1/users/me", mock.url())).header("authorization", token);
    let owner: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(owner["profile"]["login"], "admin@example.test", "an API token wins");
    let wrong = client.get(format!("{}/api/v1/users/me", mock.url())).header("authorization", "SSWS wrong");
    assert_eq!(wrong.send().await.unwrap().status(), 401);
}
