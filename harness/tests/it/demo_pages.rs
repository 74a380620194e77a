//! The demo app's pages in a browser: what is in sight, what scrolls, and what stays where it was.

use fantoccini::{Client, Locator};
use harness::embedded::{Demo, Mock};
use serde_json::{Value, json};
use url::Url;

use crate::chromium::{chromedriver, open};

const WEB: &str = "0oamarketweb000005d7";
const SECRET: &str = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK";

/// Width and preferred colour scheme: light.
const WIDE: (u32, u8) = (1280, 1);
const NARROW: (u32, u8) = (390, 1);

/// The demo app with a mock at which it is registered.
pub(crate) async fn registered_demo() -> (Mock, Demo) {
    let mock = Mock::start().await.expect("a mock");
    let issuer = format!("{}oauth2/default", mock.base);
    let demo = Demo::start(&issuer, WEB, SECRET).await.expect("the demo app");
    let callback = demo.base.join("/authorization-code/callback").expect("an address");
    mock.register(&[WEB], &callback, &demo.base).expect("the client");
    (mock, demo)
}

fn at(demo: &Demo, path: &str) -> Url {
    demo.base.join(path).expect("an address")
}

async fn goto(client: &Client, url: &Url) {
    client.goto(url.as_str()).await.expect("a page");
}

async fn click(client: &Client, selector: &str) {
    let found = client.wait().for_element(Locator::Css(selector)).await.expect("an element");
    found.click().await.expect("a click");
}

/// Signs the buyer in.
async fn sign_in(client: &Client, demo: &Demo) {
    goto(client, &at(demo, "/login")).await;
    click(client, "a[href$='user=buyer%40example.test']").await;
    client.wait().for_url(&at(demo, "/")).await.expect("the home page");
}

async fn run(client: &Client, script: &str) -> Value {
    client.execute(script, Vec::new()).await.expect("a result")
}

async fn number(client: &Client, script: &str) -> f64 {
    run(client, script).await.as_f64().expect("a number")
}

/// Sends a form by a click that does not scroll, and waits for the next page.
async fn submit(client: &Client, button: &str) {
    run(client, "document.documentElement.dataset.before = 'x'").await;
    run(client, &format!("document.querySelector(\"{button}\").click()")).await;
    let next = Locator::Css("html:not([data-before])");
    client.wait().for_element(next).await.expect("the next page");
    // Scripts of the page run before it is complete.
    let loaded = "const done = arguments[0];
                  document.readyState === 'complete' ? done(true) : addEventListener('load', () => done(true));";
    client.execute_async(loaded, Vec::new()).await.expect("a loaded page");
}

/// Pixels from the top of the window to an element.
fn top_of(selector: &str) -> String {
    format!("return document.querySelector(\"{selector}\").getBoundingClientRect().top")
}

const REFUSAL: &str = "/authorization-code/callback?error=access_denied&error_description=no&state=unknown";

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_page_is_short_and_signing_out_is_in_the_bar() {
    let Some(chromedriver) = chromedriver().await else { return };
    let (_mock, demo) = registered_demo().await;
    for (view, most) in [(WIDE, 4_000.0), (NARROW, 6_000.0)] {
        let profile = tempfile::tempdir().expect("a folder");
        let client = open(&chromedriver, profile.path(), view).await;
        sign_in(&client, &demo).await;
        for path in ["/tokens", REFUSAL] {
            goto(&client, &at(&demo, path)).await;
            let height = number(&client, "return document.documentElement.scrollHeight").await;
            assert!(height < most, "{path} {view:?}: {height} pixels");
            let summary = client.find(Locator::Css("header summary")).await.expect("the menu");
            assert_eq!(summary.text().await.expect("a text"), "Ben Buyer · Sign out", "{path} {view:?}");
            let bottom = "return document.querySelector('header summary').getBoundingClientRect().bottom";
            assert!(number(&client, bottom).await < 300.0, "{path} {view:?}: in sight without scrolling");
            summary.click().await.expect("a click");
            for reach in ["issuer", "app"] {
                let button = format!("header form:has(input[name=reach][value={reach}]) button");
                let button = client.find(Locator::Css(&button)).await.expect("a button");
                assert!(button.is_displayed().await.expect("an answer"), "{path} {view:?} {reach}");
            }
        }
        client.close().await.expect("an end");
    }
}

/// Boxes that hide a part of their text, and those of them whose edges show nothing.
const WITHOUT_CUE: &str = "
    for (const part of document.querySelectorAll('details')) part.open = true;
    const scrolling = [...document.querySelectorAll('main *')].filter((box) =>
        box.scrollHeight > box.clientHeight + 1 && ['auto', 'scroll'].includes(getComputedStyle(box).overflowY));
    // A shadow at each edge stays, and a cover over it scrolls with the text.
    const hasCue = (box) => {
        const style = getComputedStyle(box);
        const attached = style.backgroundAttachment.split(', ');
        const images = style.backgroundImage.split('-gradient(').length - 1;
        return images === 4 && attached.filter((it) => it === 'local').length === 2
            && attached.filter((it) => it === 'scroll').length >= 2;
    };
    return [scrolling.length, scrolling.filter((box) => !hasCue(box)).map((box) => box.id || box.className || box.outerHTML)];";

#[tokio::test(flavor = "multi_thread")]
async fn boxes_that_scroll_have_a_shadow_at_the_edge_that_hides_something() {
    let Some(chromedriver) = chromedriver().await else { return };
    let (_mock, demo) = registered_demo().await;
    for view in [WIDE, NARROW] {
        let profile = tempfile::tempdir().expect("a folder");
        let client = open(&chromedriver, profile.path(), view).await;
        sign_in(&client, &demo).await;
        goto(&client, &at(&demo, "/tokens")).await;
        let found = run(&client, WITHOUT_CUE).await;
        assert!(found[0].as_u64().expect("a count") >= 2, "{view:?}: hardly anything scrolls: {found}");
        assert_eq!(found[1], json!([]), "{view:?}");
        client.close().await.expect("an end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_on_the_tokens_page_keeps_the_place_and_earlier_answers() {
    let Some(chromedriver) = chromedriver().await else { return };
    let (_mock, demo) = registered_demo().await;
    let profile = tempfile::tempdir().expect("a folder");
    let client = open(&chromedriver, profile.path(), WIDE).await;
    sign_in(&client, &demo).await;
    goto(&client, &at(&demo, "/tokens")).await;
    run(
        &client,
        "document.querySelector('#policies').open = true; document.querySelector('#userinfo').scrollIntoView()",
    )
    .await;
    let form = "#userinfo form[action='/userinfo'] button";
    let (scrolled, top) = (number(&client, "return scrollY").await, number(&client, &top_of(form)).await);
    assert!(scrolled > 500.0, "{scrolled}");

    submit(&client, form).await;
    assert_eq!(number(&client, "return scrollY").await, scrolled);
    assert_eq!(number(&client, &top_of(form)).await, top, "the button is where it was");
    assert_eq!(run(&client, "return document.querySelector('#policies').open").await, true);
    let answer = "return document.querySelector('#answer-userinfo').textContent";
    let first = run(&client, answer).await;
    assert!(first.as_str().is_some_and(|text| text.contains("Ben Buyer")), "{first}");

    // The result of a refresh is beside its button, at the top of the page.
    submit(&client, "form[action='/refresh'] button").await;
    let top = number(&client, &top_of("form[action='/refresh'] button")).await;
    assert!((0.0..900.0).contains(&top), "{top}");
    let changed = number(&client, &top_of("#refreshed")).await;
    assert!((0.0..900.0).contains(&changed), "{changed}");
    assert_eq!(run(&client, "return document.querySelector('#policies').open").await, true);
    assert_eq!(run(&client, answer).await, first, "the earlier answer stays");
    submit(&client, "form[action='/refresh'] button").await;
    let earlier = "return document.querySelector('#earlier-refreshes summary').textContent";
    assert_eq!(run(&client, earlier).await, "Earlier refreshes: 1");
    client.close().await.expect("an end");
}
