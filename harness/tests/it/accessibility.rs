//! axe-core on the pages of the demo app and on the HTML report, in both sizes and colour schemes. It comes from npm, in the
//! version of `ci/axe/package-lock.json`; without npm or a browser the test is skipped, and says so.

use std::path::{Path, PathBuf};
use std::process::Command;

use fantoccini::{Client, Locator};
use harness::report;
use serde_json::{Value, json};
use url::Url;

use crate::chromium::{chromedriver, open};
use crate::demo_pages::registered_demo;
use crate::support::run;

/// Width and preferred colour scheme of Chromium: 0 is dark, 1 is light.
const VIEWS: [(u32, u8); 4] = [(1280, 1), (1280, 0), (390, 1), (390, 0)];

/// The source of axe-core.
fn axe() -> Option<String> {
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ci/axe");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe-of-harness");
    let installed = folder.join("node_modules/axe-core/axe.min.js");
    if !installed.is_file() {
        std::fs::create_dir_all(&folder).ok()?;
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(pinned.join(file), folder.join(file)).ok()?;
        }
        let command = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        Command::new("npm").args(command).current_dir(&folder).output().ok()?;
    }
    std::fs::read_to_string(installed).ok()
}

struct Inspection<'a> {
    client: Client,
    axe: &'a str,
    view: (u32, u8),
    findings: Vec<String>,
}

impl Inspection<'_> {
    /// Opens a page and checks it with all its parts unfolded.
    async fn check(&mut self, url: &str) {
        self.client.goto(url).await.expect("a page");
        self.check_current(url).await;
    }

    async fn check_current(&mut self, name: &str) {
        let unfold = "for (const part of document.querySelectorAll('details')) part.open = true;
                      return document.documentElement.scrollWidth > innerWidth;";
        let wide = self.client.execute(unfold, Vec::new()).await.expect("a result");
        let script = format!(
            "{}; const done = arguments[arguments.length - 1];
             axe.run(document, {{ resultTypes: ['violations'] }}).then((result) => done(result.violations.flatMap((violation) =>
                 violation.nodes.map((node) => violation.id + ': ' + node.html.slice(0, 200) + ' ' + node.failureSummary))));",
            self.axe
        );
        let found = self.client.execute_async(&script, Vec::new()).await.expect("findings");
        let found = found.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned);
        let wide = (wide == json!(true)).then(|| "wider than the window".to_owned());
        let place = format!("{name} {:?}", self.view);
        self.findings.extend(found.chain(wide).map(|finding| format!("{place}: {finding}")));
    }

    async fn click(&self, selector: &str) {
        let found = self.client.wait().for_element(Locator::Css(selector)).await.expect("an element");
        found.click().await.expect("a click");
    }
}

async fn inspect_demo(page: &mut Inspection<'_>, demo: &Url) {
    let at = |path: &str| demo.join(path).expect("an address").to_string();
    page.check(&at("/")).await;
    page.check(&at("/help")).await;
    let links = "return [...document.querySelectorAll('main a[href^=\"/help/\"]')].map((link) => link.href);";
    let topics = page.client.execute(links, Vec::new()).await.expect("links");
    let topics: Vec<String> = serde_json::from_value(topics).expect("addresses");
    assert!(topics.len() > 3, "{topics:?}");
    for topic in topics {
        page.check(&topic).await;
    }
    page.check(&at("/nowhere")).await;
    page.check(&at("/authorization-code/callback?error=access_denied&error_description=no&state=unknown")).await;

    page.client.goto(&at("/login")).await.expect("the sign-in page");
    page.click("a[href$='user=buyer%40example.test']").await;
    page.client.wait().for_url(&demo.join("/").expect("an address")).await.expect("the home page");
    for path in ["/", "/tokens", "/console", "/messages"] {
        page.check(&at(path)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_the_demo_app_and_the_report() {
    let Some(chromedriver) = chromedriver().await else { return };
    let Some(axe) = axe() else {
        let required = std::env::var("BROWSER_TESTS").is_ok_and(|value| value == "required");
        assert!(!required, "axe-core is missing");
        return println!("skipped: axe-core is missing, because npm is, or its registry cannot be reached");
    };
    let (_mock, demo) = registered_demo().await;
    let run = run("mock", &["keys", "code.reuse", "code.web", "dynamic"]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let files = report::write(&run, folder.path()).expect("reports");

    let mut findings = Vec::new();
    for view in VIEWS {
        let profile = tempfile::tempdir().expect("a folder");
        let client = open(&chromedriver, profile.path(), view).await;
        let mut page = Inspection { client, axe: &axe, view, findings: Vec::new() };
        inspect_demo(&mut page, &demo.base).await;
        page.check(&format!("file://{}", files.html.display())).await;
        findings.extend(page.findings);
        page.client.close().await.expect("an end");
    }
    assert_eq!(findings, [""; 0], "{}", findings.join("\n"));
}
