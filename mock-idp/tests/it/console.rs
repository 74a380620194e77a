//! The console pages: the preview, the journal and the explanation of a request.

use mock_idp::MockIdp;
use reqwest::Response;
use scraper::{Html, Selector};

use crate::flow::{WEB, authorize, browser, code_request, parameter, redeem};

async fn page(mock: &MockIdp, path: &str, query: &[(&str, &str)]) -> Response {
    let response = browser().get(format!("{}{path}", mock.url())).query(query).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response
}

async fn read(mock: &MockIdp, path: &str, query: &[(&str, &str)]) -> Html {
    Html::parse_document(&page(mock, path, query).await.text().await.unwrap())
}

/// The texts of all matching elements, with white space collapsed.
fn texts(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let text = |element: scraper::ElementRef<'_>| element.text().collect::<String>();
    html.select(&selector).map(|element| text(element).split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

const PREVIEW: &str = "/_mock/console/preview";

#[tokio::test]
async fn the_preview_page_shows_tokens_why_request_and_curl() {
    let mock = MockIdp::builder().start().await.unwrap();
    let query =
        [("client", WEB), ("user", "buyer@example.test"), ("scope", "openid products:read"), ("server", "default")];
    let html = read(&mock, PREVIEW, &query).await;
    assert_eq!(texts(&html, "#result"), ["Granted"]);
    assert_eq!(texts(&html, "[data-se=mock-label]"), ["Local mock – not Okta"]);
    let payloads = texts(&html, "[data-se=token-payload]");
    assert_eq!(payloads.len(), 3, "access token, ID token, userinfo");
    assert!(payloads[0].contains("\"market_role\": \"shopper\""), "{}", payloads[0]);
    assert_eq!(texts(&html, "[data-se=why-unmet] dd").join(" | "), "people.groups.include | Admins | Everyone, Buyers");
    assert_eq!(
        texts(&html, "[data-se=why-scopes] tbody tr:first-child > *"),
        ["openid", "yes", "requested, OpenID scopes are implied"]
    );
    assert!(
        texts(&html, "[data-se=curl]")[0].starts_with(&format!("curl -sS '{}/_mock/explain?client={WEB}&", mock.url()))
    );
    assert_eq!(texts(&html, "select#user option[selected]"), ["buyer@example.test (buys, basic)"]);
}

#[tokio::test]
async fn a_refusal_is_shown_with_its_place_and_remedies() {
    let mock = MockIdp::builder().start().await.unwrap();
    let query = [("client", WEB), ("user", "buyer@example.test"), ("scope", "openid orders:update")];
    let html = read(&mock, PREVIEW, &query).await;
    assert_eq!(texts(&html, "[data-se=error-code]"), ["access_denied"]);
    assert_eq!(
        texts(&html, "[data-se=error-description]"),
        ["Policy evaluation failed for this request, please check the policy configurations."]
    );
    assert_eq!(texts(&html, "[data-se=error-shown]"), ["in the redirect back to the client (status 302)"]);
    assert_eq!(texts(&html, "[data-se=remedies] li")[0], "add buyer@example.test to the group Admins");
}

#[tokio::test]
async fn an_invalid_question_is_an_error_on_the_page() {
    let mock = MockIdp::builder().start().await.unwrap();
    let html = read(&mock, PREVIEW, &[("client", WEB), ("user", "<script>alert(1)</script>")]).await;
    assert_eq!(texts(&html, "[data-se=callout] p"), ["no user is \"<script>alert(1)</script>\""]);
    assert_eq!(texts(&html, "script").len(), 0);
    assert_eq!(texts(&html, "title"), ["Problem: Token preview – Market"]);
}

#[tokio::test]
async fn every_field_has_a_label_and_pages_have_no_scripts_or_external_links() {
    let mock = MockIdp::builder().start().await.unwrap();
    let response = page(&mock, PREVIEW, &[("client", WEB), ("user", "buyer"), ("scope", "openid")]).await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
    let text = response.text().await.unwrap();
    assert!(!text.contains(" style=\"") && !text.contains("<script"), "no inline style, no script");
    let html = Html::parse_document(&text);
    let labels: Vec<String> = html
        .select(&Selector::parse("label").unwrap())
        .filter_map(|label| label.attr("for").map(str::to_owned))
        .collect();
    for field in html.select(&Selector::parse("input, select").unwrap()) {
        assert!(
            labels.iter().any(|name| Some(name.as_str()) == field.attr("id")),
            "{:?} has no label",
            field.attr("name")
        );
    }
    assert_eq!(texts(&html, "h1").len(), 1);
    for heading in texts(&html, "th") {
        assert!(!heading.is_empty());
    }
}

#[tokio::test]
async fn the_journal_links_to_the_explanation() {
    let mock = MockIdp::builder().start().await.unwrap();
    let arrived = authorize(&mock, &browser(), "admin@example.test", &code_request(WEB, "openid profile")).await;
    let response = redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
    let id = response.headers()["x-okta-request-id"].to_str().unwrap().to_owned();

    let list = read(&mock, "/_mock/console/requests", &[]).await;
    let href = format!("/_mock/console/requests/{id}");
    assert_eq!(texts(&list, &format!("a[href='{href}']")), ["POST /oauth2/default/v1/token"]);
    let why = read(&mock, &href, &[]).await;
    let claims = texts(&why, "[data-se=why-claims] tbody tr");
    assert!(claims.iter().any(|row| row.starts_with("market_role access token \"admin\" expression")), "{claims:?}");
    assert!(
        claims.iter().any(|row| row
            == "nickname ID token absent alwaysIncludeInToken is false, and an access token is returned with it")
    );
    let missing = browser().get(format!("{}/_mock/console/requests/none", mock.url())).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}
