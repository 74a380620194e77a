//! The console pages: the start page, the preview, the journal and the explanation of a request.

use mock_idp::MockIdp;
use reqwest::Response;
use scraper::{Html, Selector};
use serde_json::{Value, json};

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

/// A duration in milliseconds; below ten it has one decimal.
fn is_duration(text: &str) -> bool {
    let Some(number) = text.strip_suffix(" ms") else { return false };
    let fraction = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    number.parse::<f64>().is_ok_and(|ms| if ms < 10.0 { fraction == 1 } else { fraction == 0 || ms == 10.0 })
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
    assert_eq!(texts(&html, "script:not([src])").len(), 0);
    assert_eq!(texts(&html, "title"), ["Invalid question – Token preview – Market"]);
}

#[tokio::test]
async fn every_field_has_a_label_and_pages_load_nothing_from_elsewhere() {
    let mock = MockIdp::builder().start().await.unwrap();
    let response = page(&mock, PREVIEW, &[("client", WEB), ("user", "buyer"), ("scope", "openid")]).await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = response.text().await.unwrap();
    assert!(!text.contains(" style=\"") && !text.contains("<script>"), "nothing inline");
    let html = Html::parse_document(&text);
    let labels: Vec<String> = html
        .select(&Selector::parse("label").unwrap())
        .filter_map(|label| label.attr("for").map(str::to_owned))
        .collect();
    for field in html.select(&Selector::parse("input:not([type=checkbox]), select").unwrap()) {
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
    let durations = texts(&list, ".journal td[data-label=Took]");
    assert_eq!(durations.len(), 3, "{durations:?}");
    assert!(durations.iter().all(|text| is_duration(text)), "{durations:?}");
    let why = read(&mock, &href, &[]).await;
    let took: Vec<String> =
        texts(&why, "dd").iter().filter_map(|text| Some(text.split_once(", took ")?.1.to_owned())).collect();
    assert!(took.len() == 1 && is_duration(&took[0]), "{took:?}");
    let claims = texts(&why, "[data-se=why-claims] tbody tr");
    assert!(claims.iter().any(|row| row.starts_with("market_role access token \"admin\" expression")), "{claims:?}");
    assert!(
        claims.iter().any(|row| row
            == "nickname ID token absent alwaysIncludeInToken is false, and an access token is returned with it")
    );
    assert_eq!(texts(&why, "[data-se=message] h2"), ["Request", "Answer"]);
    let bodies = texts(&why, "[data-se=message-body]");
    assert!(
        bodies[0].contains("\"grant_type\": \"authorization_code\"") && bodies[0].contains("\"code\": \"…\""),
        "{bodies:?}"
    );
    assert!(bodies[1].contains("\"token_type\": \"Bearer\""), "{bodies:?}");
    let missing = browser().get(format!("{}/_mock/console/requests/none", mock.url())).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn the_start_page_lists_issuers_people_clients_and_the_state_of_clock_and_faults() {
    let mock = MockIdp::builder().start().await.unwrap();
    let html = read(&mock, "/", &[]).await;
    assert_eq!(texts(&html, "title"), ["Start – Market"]);
    let base = mock.url();
    assert_eq!(texts(&html, "[data-se=issuers] code"), [format!("{base}/oauth2/default"), base.to_owned()]);
    let people = texts(&html, "[data-se=people] li");
    assert!(
        people.iter().any(|row| row == "Lou Locked locked@example.test locked out after too many attempts Buyers"),
        "{people:?}"
    );
    let clients = texts(&html, "[data-se=clients] summary");
    assert!(clients.contains(&format!("Market demo {WEB}")), "{clients:?}");
    assert!(texts(&html, "[data-se=clock]")[0].starts_with("real time, 20"));
    assert_eq!(texts(&html, "[data-se=faults]"), ["none"]);
    assert!(
        !html.html().contains("mock-secret-") && !html.html().contains("Passw0rd"),
        "neither secrets nor passwords"
    );

    // Each link of the page leads to something.
    for link in html.select(&Selector::parse("a[href]").unwrap()) {
        let path = link.attr("href").unwrap();
        assert_eq!(browser().get(format!("{base}{path}")).send().await.unwrap().status(), 200, "{path}");
    }
    for path in ["/console", "/_mock/console"] {
        assert_eq!(texts(&read(&mock, path, &[]).await, "title"), ["Start – Market"], "{path}");
    }

    let post = async |path: &str, body: Value| {
        assert_eq!(browser().post(format!("{base}{path}")).json(&body).send().await.unwrap().status(), 200);
    };
    post("/_mock/clock", json!({ "set": "2030-01-31T12:00:00Z", "freeze": true })).await;
    post("/_mock/faults", json!({ "name": "http.slow", "path": "/none", "times": 2 })).await;
    let html = read(&mock, "/", &[]).await;
    assert_eq!(texts(&html, "[data-se=clock]"), ["stopped at 2030-01-31T12:00:00Z"]);
    assert_eq!(texts(&html, "[data-se=faults] code"), ["http.slow, 2 times more, below /none"]);
}

#[tokio::test]
async fn the_start_page_is_closed_where_the_control_api_is() {
    let mock = MockIdp::builder().control_token("a-token").start().await.unwrap();
    for path in ["/", "/console", "/_mock/console"] {
        let url = format!("{}{path}", mock.url());
        assert_eq!(browser().get(&url).send().await.unwrap().status(), 401, "{path}");
        assert_eq!(browser().get(&url).bearer_auth("a-token").send().await.unwrap().status(), 200, "{path}");
    }
}

#[tokio::test]
async fn the_preview_opens_with_a_combination_that_is_granted() {
    let mock = MockIdp::builder().start().await.unwrap();
    let html = read(&mock, PREVIEW, &[]).await;
    assert_eq!(texts(&html, "title"), ["Granted – Token preview – Market"]);
    assert_eq!(texts(&html, "#result"), ["Granted"]);
    assert_eq!(texts(&html, "select#client option[selected]").len(), 1);
    let checked: Vec<&str> = html
        .select(&Selector::parse("[data-se=scopes] input[checked]").unwrap())
        .filter_map(|input| input.attr("value"))
        .collect();
    assert_eq!(checked, ["openid", "profile"]);
}

#[tokio::test]
async fn checked_and_typed_scopes_are_previewed_together() {
    let mock = MockIdp::builder().start().await.unwrap();
    let query = [
        ("client", WEB),
        ("user", "buyer@example.test"),
        ("scope", "openid"),
        ("scope", "products:read"),
        ("scope", "nonsense"),
    ];
    let html = read(&mock, PREVIEW, &query).await;
    assert_eq!(texts(&html, "title"), ["Refused – Token preview – Market"]);
    assert_eq!(texts(&html, "[data-se=error-code]"), ["invalid_scope"]);
    let typed = html.select(&Selector::parse("input#scope").unwrap()).next().unwrap();
    assert_eq!(typed.attr("value"), Some("nonsense"));
}

#[tokio::test]
async fn the_journal_is_filtered_by_each_field() {
    let mock = MockIdp::builder().start().await.unwrap();
    let arrived = authorize(&mock, &browser(), "admin@example.test", &code_request(WEB, "openid")).await;
    redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
    redeem(&mock, "no-code").await;
    let rows = async |query: &[(&str, &str)]| {
        let html = read(&mock, "/_mock/console/requests", query).await;
        texts(&html, "a.request")
    };
    let token = "POST /oauth2/default/v1/token";
    let all = [token, token, "POST /signin/pick", "GET /oauth2/default/v1/authorize"];
    assert_eq!(rows(&[]).await, all);
    assert_eq!(rows(&[("method", "GET")]).await, all[3..]);
    assert_eq!(rows(&[("path", "/token")]).await, all[..2]);
    assert_eq!(rows(&[("client", "marketweb")]).await, all);
    assert_eq!(rows(&[("client", "marketspa")]).await, [""; 0]);
    assert_eq!(rows(&[("user", "Admin@"), ("path", "token")]).await, [token]);
    assert_eq!(rows(&[("status", "4")]).await, [token]);
    assert_eq!(rows(&[("status", "4xx")]).await, [token]);
    assert_eq!(rows(&[("status", "302")]).await, ["POST /signin/pick"]);
    assert_eq!(rows(&[("text", "market_role")]).await, [token], "a note");
    let html = read(&mock, "/_mock/console/requests", &[("status", "5")]).await;
    assert_eq!(texts(&html, "[data-se=count]"), ["None of 4 requests fits."]);
}

#[tokio::test]
async fn the_journal_shows_one_sign_in_at_a_time() {
    let mock = MockIdp::builder().start().await.unwrap();
    for login in ["admin@example.test", "buyer@example.test"] {
        let arrived = authorize(&mock, &browser(), login, &code_request(WEB, "openid")).await;
        redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
    }
    browser().get(format!("{}/.well-known/openid-configuration", mock.issuer())).send().await.unwrap();
    let html = read(&mock, "/_mock/console/requests", &[("group", "flow")]).await;
    let titles = texts(&html, "[data-se=flow]");
    let expected = ["for buyer@example.test", "for admin@example.test", "Other requests"];
    assert_eq!(titles.len(), 3);
    assert!(titles.iter().zip(expected).all(|(title, end)| title.ends_with(end)), "{titles:?}");
    let steps = ["GET /oauth2/default/v1/authorize", "POST /signin/pick", "POST /oauth2/default/v1/token"];
    assert_eq!(texts(&html, "table:first-of-type a.request"), [steps, steps].concat()[..3]);

    // The link beside a request leads to its sign-in.
    let html = read(&mock, "/_mock/console/requests", &[]).await;
    let link = html.select(&Selector::parse("a.flow").unwrap()).next().unwrap().attr("href").unwrap();
    let html = read(&mock, link, &[]).await;
    assert_eq!(texts(&html, "a.request"), [steps[2], steps[1], steps[0]]);
    assert!(texts(&html, "td").iter().all(|cell| !cell.contains("admin@")), "another sign-in");
}
