//! A Chromium, driven by WebDriver.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// How long to wait for an element.
const TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scheme {
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) width: u32,
    pub(super) scheme: Scheme,
    pub(super) scripts: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 1280, scheme: Scheme::Light, scripts: true }
    }
}

pub(super) struct Chromium {
    pub(super) client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Chromium {
    /// A new browser; `None` on machines without one.
    #[expect(clippy::print_stdout, reason = "a test that is skipped says why")]
    pub(super) async fn start(options: Options) -> Option<Self> {
        let programs = program("CHROMEDRIVER", &["chromedriver"])
            .zip(program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"]));
        let Some((driver, browser)) = programs else {
            let required = std::env::var("BROWSER_TESTS").is_ok_and(|value| value == "required");
            assert!(!required, "Chromium and ChromeDriver are required");
            println!("skipped: Chromium or ChromeDriver is missing");
            return None;
        };
        let profile = TempDir::new().unwrap();
        let (driver, address) = start_driver(&driver).await;
        let capabilities = capabilities(&browser, &profile, options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&address)
            .await
            .unwrap();
        client.set_window_size(options.width, 900).await.unwrap();
        Some(Self { client, driver, _profile: profile })
    }

    pub(super) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// The one element of this locator. Like the strict locators of Playwright: two are an error.
    pub(super) async fn one(&self, locator: Locator<'_>) -> Element {
        self.client
            .wait()
            .at_most(TIMEOUT)
            .for_element(locator)
            .await
            .unwrap_or_else(|error| panic!("{locator:?}: {error}"));
        let found = self.client.find_all(locator).await.unwrap();
        assert_eq!(found.len(), 1, "{locator:?}");
        found.into_iter().next().unwrap()
    }

    pub(super) async fn css(&self, selector: &str) -> Element {
        self.one(Locator::Css(selector)).await
    }

    /// The text of the one element of this selector.
    pub(super) async fn text(&self, selector: &str) -> String {
        self.css(selector).await.text().await.unwrap()
    }

    /// Runs a script and returns its result.
    pub(super) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until a script returns `true`.
    pub(super) async fn wait_until(&self, script: &str) {
        let waiting = format!(
            "const done = arguments[arguments.length - 1];
             const test = () => {{ {script} }};
             const check = () => test() === true ? done(true) : setTimeout(check, 50);
             check();"
        );
        let deadline = tokio::time::Instant::now() + TIMEOUT;
        // A script that waits ends with an error when another page is loaded.
        while self.client.execute_async(&waiting, Vec::new()).await.ok() != Some(json!(true)) {
            assert!(tokio::time::Instant::now() < deadline, "not true in time: {script}");
        }
    }

    pub(super) async fn close(self) {
        self.client.clone().close().await.unwrap();
    }
}

impl Drop for Chromium {
    /// Stops the driver and all its browsers: they are in one process group.
    fn drop(&mut self) {
        if let Some(group) = self.driver.id() {
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status();
        }
    }
}

async fn start_driver(program: &PathBuf) -> (Child, String) {
    let mut driver = Command::new(program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("ChromeDriver printed no port"));
        if let Some(port) = line.strip_prefix("ChromeDriver was started successfully on port ") {
            break port.trim_end_matches('.').to_owned();
        }
    };
    // Its output is read, so that the pipe does not fill up.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (driver, format!("http://127.0.0.1:{port}"))
}

fn capabilities(browser: &PathBuf, profile: &TempDir, options: Options) -> Value {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-gpu".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        // Only this machine is reached; names of apps lead to it.
        "--host-resolver-rules=MAP *.example.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
            .to_owned(),
        format!("--blink-settings=preferredColorScheme={}", u8::from(options.scheme == Scheme::Light)),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    if is_root() {
        // Chromium does not start as root with its sandbox.
        arguments.push("--no-sandbox".to_owned());
    }
    let mut chrome = json!({ "binary": browser, "args": arguments });
    if options.width < 500 {
        // A window cannot be that narrow, but an emulated screen can.
        chrome["mobileEmulation"] =
            json!({ "deviceMetrics": { "width": options.width, "height": 844, "pixelRatio": 1.0 } });
    }
    if !options.scripts {
        chrome["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    json!({ "goog:chromeOptions": chrome })
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}

pub(super) fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable).filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}
