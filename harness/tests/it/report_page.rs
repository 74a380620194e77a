//! The HTML report in a browser: what a person sees and can do.

use fantoccini::{Client, Locator};
use harness::record::run::{RunRecord, State};
use harness::report;
use serde_json::{Value, json};

use crate::chromium::{chromedriver, open};
use crate::support::run;

/// The texts of elements that are visible: inside the page, and in another colour than their background.
async fn visible(client: &Client, selector: &str) -> Vec<String> {
    let script = "
        const background = (element) => {
            const colour = getComputedStyle(element).backgroundColor;
            return colour === 'rgba(0, 0, 0, 0)' && element.parentElement ? background(element.parentElement) : colour;
        };
        return [...document.querySelectorAll(arguments[0])].map((element) => {
            const box = element.getBoundingClientRect();
            const style = getComputedStyle(element);
            const shown = box.width > 0 && box.height > 0 && box.left >= 0 && box.top + scrollY >= 0
                && style.visibility === 'visible' && Number(style.opacity) > 0 && style.color !== background(element);
            return shown ? element.innerText.trim() : '(not visible)';
        });";
    let texts = client.execute(script, vec![json!(selector)]).await.expect("texts");
    serde_json::from_value(texts).expect("texts")
}

/// WebDriver: selects the first option of a list.
const HOME_KEY: &str = "\u{e011}";

fn scenarios(count: usize) -> String {
    format!("{count} scenario{}", if count == 1 { "" } else { "s" })
}

/// What the row of totals has to show: a number for each state that occurs.
fn expected(run: &RunRecord) -> Vec<String> {
    let counts = State::ALL.into_iter().map(|state| (state, run.totals.get(state)));
    counts.filter(|(state, count)| *count > 0 || *state == State::Pass).map(|(_, count)| count.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_the_counts_finds_a_scenario_and_sees_its_flow() {
    let Some(chromedriver) = chromedriver().await else { return };
    let run = run("mock", &["keys", "code.reuse", "code.web", "dynamic"]).await;
    assert!(run.totals.skip > 0 && run.totals.expected_fail > 0 && run.totals.pass > 0, "{:?}", run.totals);
    let folder = tempfile::tempdir().expect("a folder");
    let files = report::write(&run, folder.path()).expect("reports");
    let profile = tempfile::tempdir().expect("a folder");
    let client = open(&chromedriver, profile.path(), (1280, 1)).await;
    client.goto(&format!("file://{}", files.html.display())).await.expect("the page");

    assert_eq!(visible(&client, "#overview tr.all td").await, expected(&run));
    let cells = visible(&client, "#overview td").await;
    assert!(!cells.iter().any(|cell| cell == "0"), "a zero is an empty cell: {cells:?}");
    let skipped: usize =
        visible(&client, "#skips td.n").await.iter().map(|n| n.parse::<usize>().expect("a number")).sum();
    assert_eq!(skipped, run.totals.skip);
    assert_eq!(visible(&client, "#shown").await, [scenarios(run.totals.scenarios)]);

    let results = client.find(Locator::Css("#state")).await.expect("a filter");
    results.send_keys("expected").await.expect("typing");
    assert_eq!(visible(&client, "#shown").await, [scenarios(run.totals.expected_fail)]);
    results.send_keys(HOME_KEY).await.expect("typing");

    let search = client.find(Locator::Css("#search")).await.expect("a search field");
    search.send_keys("reuse code").await.expect("typing");
    assert_eq!(visible(&client, "#shown").await, ["1 scenario"]);
    let row = client.find(Locator::Css("section details.scenario:not([hidden]) summary")).await.expect("a row");
    assert!(row.text().await.expect("a text").contains("code.reuse"));
    row.click().await.expect("a click");
    let picture = client.wait().for_element(Locator::Css("details[open] svg.flow")).await.expect("a picture");
    assert!(picture.attr("aria-label").await.expect("a label").is_some_and(|label| label.contains("code.reuse")));
    let details = client.find(Locator::Css("section details.scenario[open]")).await.expect("details");
    let text = details.text().await.expect("a text");
    assert!(text.contains("Run again: harness run code.reuse") && text.contains("expected-fail"), "{text}");

    let wide = "return document.documentElement.scrollWidth <= innerWidth";
    for width in [1280, 390] {
        client.set_window_size(width, 900).await.expect("a size");
        assert_eq!(client.execute(wide, vec![]).await.expect("a result"), Value::Bool(true), "at {width} pixels");
    }
    client.close().await.expect("an end");
}
