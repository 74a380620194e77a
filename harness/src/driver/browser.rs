//! The browser driver: Chromium by WebDriver, with the sign-in scripts of the fixtures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use super::chromedriver::Chromedriver;
use super::error::DriverError;
use super::listener::{LANDING_MARK, Listener};
use super::user::User;
use crate::issuer_target::{Account, Script};
use crate::record::Recorder;
use crate::wire::authorization::{Callback, is_landing};
use crate::wire::consent::Consent;
use crate::wire::journey::{Arrival, Journey, Prompt};
use crate::wire::page::{ENROLLMENT, HtmlPage, PageKind, SECOND_FACTOR};

/// How long to wait for an element.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The interval between two looks at a page.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The last pages of the issuer.
const END_PAGES: &str = r#"[data-se="error-page"], [data-se="signed-out"], [data-se="password-authenticator--rules"]"#;

/// The pages at which a user stops, whatever the account has; and those without a second factor in the account.
fn end_pages(user: User<'_>) -> String {
    let proves = user.account.is_none_or(Account::has_second_factor);
    let second_factor = if proves { String::new() } else { format!(", {SECOND_FACTOR}") };
    format!("{END_PAGES}, {ENROLLMENT}{second_factor}")
}

/// Loads a frame, sends it a message and returns its answer.
const ASK_FRAME: &str = r#"
    const [address, message, patience, done] = arguments;
    const frame = document.createElement("iframe");
    const origin = new URL(address).origin;
    const end = (answer) => { clearTimeout(timer); frame.remove(); done(answer); };
    const timer = setTimeout(() => end(""), patience);
    addEventListener("message", (event) => {
        if (event.source === frame.contentWindow && event.origin === origin) end(String(event.data));
    });
    frame.addEventListener("load", () => frame.contentWindow.postMessage(message, origin));
    frame.src = address;
    document.body.append(frame);
"#;

/// A browser session with its own profile.
#[derive(Debug)]
pub struct BrowserDriver {
    chromedriver: Arc<Chromedriver>,
    listener: Arc<Listener>,
    scripts: Vec<Script>,
    recorder: Recorder,
    trust: Trust,
    session: Option<Session>,
}

/// What the browser may reach, and whose certificates it accepts.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Whether the browser can reach this machine only.
    pub local_only: bool,
    /// Hashes of public keys of servers whose certificates the browser cannot verify, but the harness has.
    pub public_keys: Vec<String>,
}

#[derive(Debug)]
struct Session {
    client: Client,
    /// Removed with the session.
    _profile: TempDir,
    _permit: OwnedSemaphorePermit,
}

impl BrowserDriver {
    /// A browser that is started on first use.
    #[must_use]
    pub const fn new(
        chromedriver: Arc<Chromedriver>,
        listener: Arc<Listener>,
        scripts: Vec<Script>,
        recorder: Recorder,
        trust: Trust,
    ) -> Self {
        Self { chromedriver, listener, scripts, recorder, trust, session: None }
    }

    /// See [`super::Driver::walk`].
    ///
    /// # Errors
    /// When the browser fails or shows a page that no script knows.
    pub async fn walk(&mut self, start: &Url, landing: &Url, user: User<'_>) -> Result<Journey, DriverError> {
        let client = self.client().await?;
        self.recorder.note(format!("browser: open {}", self.recorder.scrubber().url(start.as_str())));
        client.goto(start.as_str()).await.map_err(broken)?;
        let script = self.script(&client).await?;
        let end_pages = end_pages(user);
        let mut prompts = Vec::new();
        let mut next_step = 0;
        let mut consented = false;
        loop {
            let waited: Vec<&str> = script
                .iter()
                .flat_map(|script| {
                    let steps = script.steps.iter().skip(next_step).filter(|step| user.can_take(step));
                    let steps = steps.map(|step| step.wait.as_str());
                    let refused = (next_step > 0).then_some(script.refused.as_str());
                    let consent = script.consent.as_ref().filter(|_| !consented).map(|step| step.wait.as_str());
                    steps.chain(refused).chain(consent)
                })
                .chain([LANDING_MARK, &*end_pages])
                .collect();
            self.wait(&client, &waited.join(", ")).await?;
            if present(&client, LANDING_MARK).await? {
                return self.landed(&client, start, landing).await.map(|arrival| Journey { arrival, prompts });
            }
            let Some(script) = script else {
                return self.stopped(&client, None).await.map(|a| Journey { arrival: a, prompts });
            };
            if present(&client, &end_pages).await? {
                return self.stopped(&client, None).await.map(|arrival| Journey { arrival, prompts });
            }
            if let Some(consent) = script.consent.as_ref().filter(|_| !consented)
                && present(&client, &consent.wait).await?
            {
                prompts.push(Prompt::Consent);
                if user.account.is_none() {
                    return self.stopped(&client, None).await.map(|arrival| Journey { arrival, prompts });
                }
                consented = true;
                let button = if user.consent == Consent::Allow { &consent.allow } else { &consent.deny };
                self.recorder.note(format!("browser: {} the request", user.consent.word()));
                click(&client, button).await?;
                continue;
            }
            if next_step > 0 && present(&client, &script.refused).await? {
                let arrival = self.stopped(&client, Some(PageKind::Refused)).await?;
                return Ok(Journey { arrival, prompts });
            }
            let mut found = None;
            for (index, step) in script.steps.iter().enumerate().skip(next_step) {
                if user.can_take(step) && present(&client, &step.wait).await? {
                    found = Some((index, step));
                    break;
                }
            }
            // The page has changed: wait again.
            let Some((index, step)) = found else { continue };
            if !prompts.contains(&Prompt::SignIn) {
                prompts.push(Prompt::SignIn);
            }
            if user.account.is_none() {
                return self.stopped(&client, None).await.map(|arrival| Journey { arrival, prompts });
            }
            self.recorder.note(format!("browser: {}", step.does));
            if let Some(text) = step.fill.and_then(|credential| user.typed(credential)) {
                let field = client.find(Locator::Css(&step.wait)).await.map_err(broken)?;
                field.clear().await.map_err(broken)?;
                field.send_keys(&text).await.map_err(broken)?;
            }
            if let Some(button) = &step.click {
                click(&client, button).await?;
            }
            next_step = index + 1;
        }
    }

    /// See [`super::Driver::ask_frame`]. Without an answer in time it is empty.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn ask_frame(&mut self, frame: &Url, landing: &Url, message: &str) -> Result<String, DriverError> {
        let client = self.client().await?;
        self.recorder.note(format!("browser: send a message to a frame at {frame}"));
        client.goto(landing.as_str()).await.map_err(broken)?;
        self.wait(&client, LANDING_MARK).await?;
        let patience = u64::try_from(TIMEOUT.as_millis()).unwrap_or_default();
        let arguments = vec![json!(frame), json!(message), json!(patience)];
        let answer = client.execute_async(ASK_FRAME, arguments).await.map_err(broken)?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    /// Starts the browser, which otherwise happens on first use.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(&mut self) -> Result<(), DriverError> {
        self.client().await.map(drop)
    }

    /// Ends the session. Dropping it leaves the browser running.
    pub async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            let _ = session.client.close().await;
        }
    }

    async fn client(&mut self) -> Result<Client, DriverError> {
        if let Some(session) = &self.session {
            return Ok(session.client.clone());
        }
        let permit = Arc::clone(&self.chromedriver.sessions)
            .acquire_owned()
            .await
            .map_err(|error| DriverError::Browser(error.to_string()))?;
        let profile = TempDir::new().map_err(|error| DriverError::Browser(error.to_string()))?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&self.chromedriver, &profile, &self.trust))
            .connect(self.chromedriver.address())
            .await
            .map_err(|error| DriverError::Browser(error.to_string()))?;
        self.session = Some(Session { client: client.clone(), _profile: profile, _permit: permit });
        Ok(client)
    }

    /// The script of the page, or none if the browser is at the redirect URI or on a last page already.
    async fn script(&self, client: &Client) -> Result<Option<&Script>, DriverError> {
        let mut known: Vec<&str> = self.scripts.iter().map(|script| script.recognised_by.as_str()).collect();
        known.extend(self.scripts.iter().filter_map(|script| script.consent.as_ref()).map(|step| step.wait.as_str()));
        known.extend([LANDING_MARK, END_PAGES]);
        self.wait(client, &known.join(", ")).await?;
        for script in &self.scripts {
            let consent = script.consent.as_ref();
            if present(client, &script.recognised_by).await?
                || (consent.is_some() && present(client, consent.map_or("", |step| &step.wait)).await?)
            {
                self.recorder.note(format!("browser: sign-in page: {}", script.about));
                return Ok(Some(script));
            }
        }
        Ok(None)
    }

    async fn wait(&self, client: &Client, selector: &str) -> Result<(), DriverError> {
        let deadline = Instant::now() + TIMEOUT;
        let error = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match client.wait().at_most(left).every(POLL_INTERVAL).for_element(Locator::Css(selector)).await {
                Ok(_) => return Ok(()),
                Err(error) if is_navigating(&error) && !left.is_zero() => {}
                Err(error) => break error,
            }
        };
        let title = client.title().await.map_err(broken)?;
        Err(DriverError::Browser(format!("{error}; the page is {title:?} and shows none of {selector}")))
    }

    async fn landed(&self, client: &Client, start: &Url, landing: &Url) -> Result<Arrival, DriverError> {
        let here = client.current_url().await.map_err(broken)?;
        if !is_landing(&here, landing) {
            return Err(DriverError::Browser(format!("landed at {} instead of {landing}", here.path())));
        }
        let state = start.query_pairs().find(|(name, _)| name == "state").map(|(_, state)| state.into_owned());
        let callback = match (here.fragment(), here.query()) {
            (Some(fragment), _) if !fragment.is_empty() => Callback::at(&here),
            (_, Some(query)) if !query.is_empty() => Callback::at(&here),
            _ => self.listener.take_posted(state.as_deref()).unwrap_or_else(|| Callback::at(&here)),
        };
        Ok(Arrival::Landed(callback))
    }

    async fn stopped(&self, client: &Client, kind: Option<PageKind>) -> Result<Arrival, DriverError> {
        let page = HtmlPage::parse(&client.source().await.map_err(broken)?, None);
        let kind = kind.unwrap_or(page.kind);
        Ok(Arrival::Stopped(HtmlPage { kind, ..page }))
    }
}

async fn present(client: &Client, selector: &str) -> Result<bool, DriverError> {
    match client.find_all(Locator::Css(selector)).await {
        Ok(found) => Ok(!found.is_empty()),
        // The page has changed.
        Err(error) if is_navigating(&error) => Ok(false),
        Err(error) => Err(broken(error)),
    }
}

/// Whether a command failed because the page was navigating, as a page does that submits its form itself. ChromeDriver
/// reports this outside the protocol.
fn is_navigating(error: &CmdError) -> bool {
    matches!(error, CmdError::NotW3C(message) if message.as_str() == Some("aborted by navigation"))
}

async fn click(client: &Client, selector: &str) -> Result<(), DriverError> {
    client.find(Locator::Css(selector)).await.map_err(broken)?.click().await.map_err(broken)
}

fn broken(error: CmdError) -> DriverError {
    match error {
        // WebDriver: the error of every command after the browser has ended.
        CmdError::Standard(error) if error.error == ErrorStatus::InvalidSessionId => {
            DriverError::Crashed(error.to_string())
        }
        other => DriverError::Browser(other.to_string()),
    }
}

fn capabilities(chromedriver: &Chromedriver, profile: &TempDir, trust: &Trust) -> Map<String, Value> {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--disable-default-apps".to_owned(),
        "--window-size=1280,900".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    if is_root() {
        // Chromium does not start as root with its sandbox.
        arguments.push("--no-sandbox".to_owned());
    }
    if trust.local_only {
        // Requests to other hosts fail immediately.
        arguments.push("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1".to_owned());
    }
    if !trust.public_keys.is_empty() {
        // Chromium on Linux has no option for a certificate authority, but one for keys.
        arguments.push(format!("--ignore-certificate-errors-spki-list={}", trust.public_keys.join(",")));
    }
    let options = json!({ "binary": chromedriver.browser(), "args": arguments });
    let mut capabilities = Map::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities
}

/// Whether this process runs as root.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}

#[cfg(test)]
mod tests {
    use fantoccini::error::WebDriver;

    use super::*;

    #[test]
    fn an_invalid_session_is_a_crash_and_other_errors_are_not() {
        let error = |status| broken(CmdError::Standard(WebDriver::new(status, "disconnected")));
        assert!(matches!(error(ErrorStatus::InvalidSessionId), DriverError::Crashed(_)));
        assert!(matches!(error(ErrorStatus::NoSuchElement), DriverError::Browser(_)));
        assert!(matches!(broken(CmdError::WaitTimeout), DriverError::Browser(_)));
    }

    #[test]
    fn an_aborted_navigation_is_recognised() {
        assert!(is_navigating(&CmdError::NotW3C(json!("aborted by navigation"))));
        assert!(!is_navigating(&CmdError::NotW3C(json!("tab crashed"))));
        assert!(!is_navigating(&CmdError::WaitTimeout));
    }
}
