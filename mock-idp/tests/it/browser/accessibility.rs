//! axe-core on each page and state, in light and dark. It comes from npm, in the version of `ci/axe/package-lock.json`; without npm
//! the test is skipped, and says so.

use std::path::{Path, PathBuf};

use fantoccini::Locator;
use mock_idp::MockIdp;
use mock_idp_core::org::SignInForm;
use serde_json::{Value, json};

use super::chromium::{Chromium, Options, Scheme, program};
use crate::ciba::{KIOSK, SECRET};
use crate::device::TV;
use crate::factors::grace::requiring;
use crate::flow::{CALLBACK, WEB, authorize, browser, code_request, parameter, redeem};
use crate::org::TestOrg;
use crate::profile_update;

const PARTNER: &str = "0oamarketpartner05d7";

/// The source of axe-core.
fn axe() -> Option<String> {
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ci/axe");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe");
    let installed = folder.join("node_modules/axe-core/axe.min.js");
    if !installed.is_file() {
        let npm = program("NPM", &["npm"])?;
        std::fs::create_dir_all(&folder).ok()?;
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(pinned.join(file), folder.join(file)).ok()?;
        }
        let command = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        std::process::Command::new(npm).args(command).current_dir(&folder).output().ok()?;
    }
    std::fs::read_to_string(installed).ok()
}

/// A browser on a mock, and what axe-core has found so far.
struct Inspection<'a> {
    chromium: Chromium,
    mock: &'a MockIdp,
    axe: &'a str,
    options: Options,
    findings: Vec<String>,
}

impl Inspection<'_> {
    async fn authorize(&self, client: &str, scope: &str, more: &[(&str, &str)]) {
        let mut url = url::Url::parse(&format!("{}/v1/authorize", self.mock.issuer())).unwrap();
        url.query_pairs_mut()
            .extend_pairs([("client_id", client), ("redirect_uri", CALLBACK), ("response_type", "code")])
            .extend_pairs([("scope", scope), ("state", "s"), ("prompt", "login")])
            .extend_pairs(more);
        self.chromium.open(url.as_str()).await;
    }

    async fn open(&self, path: &str) {
        self.chromium.open(&format!("{}{path}", self.mock.url())).await;
    }

    async fn click(&self, selector: &str) {
        self.chromium.css(selector).await.click().await.unwrap();
    }

    async fn pick(&self, login: &str) {
        // Some users are in a folded part of the list.
        self.chromium.run("for (const part of document.querySelectorAll('details')) part.open = true;").await;
        self.click(&format!("a[href$='user={}']", login.replace('@', "%40"))).await;
    }

    async fn fill(&self, selector: &str, text: &str) {
        self.chromium.css(selector).await.send_keys(text).await.unwrap();
    }

    /// Goes to the list of authenticators, unless it is shown.
    async fn show_list(&self, list: &str) {
        if self.chromium.client.find(Locator::Css(list)).await.is_err() {
            self.click("[data-se=switchAuthenticator]").await;
        }
    }

    /// Checks the page that is shown, which has to have this element.
    async fn check(&mut self, name: &str, selector: &str) {
        self.chromium.client.wait().for_element(Locator::Css(selector)).await.unwrap_or_else(|_| panic!("{name}"));
        self.chromium.wait_until("return document.readyState === 'complete'").await;
        // Folded parts are checked too.
        self.chromium.run("for (const part of document.querySelectorAll('details')) part.open = true;").await;
        let script = format!(
            "{}; const done = arguments[arguments.length - 1];
             axe.run(document, {{ resultTypes: ['violations'] }}).then((result) => done(result.violations.flatMap((violation) =>
                 violation.nodes.map((node) => violation.id + ': ' + node.html.slice(0, 200) + ' ' + node.failureSummary))));",
            self.axe
        );
        let found = self.chromium.client.execute_async(&script, Vec::new()).await.unwrap();
        let wide = self.chromium.run("return document.documentElement.scrollWidth > innerWidth").await;
        let small = self.chromium.run(SMALL_TARGETS).await;
        let found = found.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned);
        let small = small
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .map(|text| format!("target under 24 px: {text}"));
        let wide = (wide == json!(true)).then(|| "wider than the window".to_owned());
        let where_ = format!("{name}, {} px, {:?}", self.options.width, self.options.scheme);
        self.findings.extend(found.chain(small).chain(wide).map(|finding| format!("{where_}: {finding}")));
        if let Some(folder) = std::env::var_os("SCREENSHOTS") {
            let client = &self.chromium.client;
            let (_, window) = client.get_window_size().await.unwrap();
            // Of a desktop the whole page is shown, of a phone its first screen.
            if self.options.width >= 500 {
                let page = self.chromium.run("return document.documentElement.scrollHeight").await.as_u64().unwrap();
                client.set_window_size(self.options.width, u32::try_from(page).unwrap() + 140).await.unwrap();
            }
            let file = format!("{}-{}-{:?}.png", name.replace(' ', "-"), self.options.width, self.options.scheme);
            std::fs::write(Path::new(&folder).join(file), client.screenshot().await.unwrap()).unwrap();
            if self.options.width >= 500 {
                client.set_window_size(self.options.width, u32::try_from(window).unwrap()).await.unwrap();
            }
        }
    }
}

/// WCAG 2.2, 2.5.8: links within a sentence are excepted.
const SMALL_TARGETS: &str = "
    return [...document.querySelectorAll('a, button, summary, select, input:not([type=hidden])')]
        .filter((element) => element.checkVisibility() && !element.closest('[aria-hidden=true]'))
        .filter((element) => !(element.localName === 'a' && element.closest('p, li, dd, td')?.textContent.trim() !== element.textContent.trim()
            && getComputedStyle(element).display === 'inline'))
        .map((element) => (element.type === 'checkbox' ? element.closest('label') ?? element : element))
        .filter((element) => { const box = element.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
        .map((element) => element.outerHTML.slice(0, 120));
";

async fn post(mock: &MockIdp, path: &str, form: &[(&str, &str)]) -> Value {
    browser().post(format!("{}{path}", mock.url())).form(form).send().await.unwrap().json().await.unwrap()
}

async fn inspect_sign_in(page: &mut Inspection<'_>) {
    page.authorize(WEB, "openid profile", &[]).await;
    page.check("sign-in identifier", "[name=identifier]").await;
    page.click("[type=submit]").await;
    page.check("sign-in no identifier", "[data-se=callout]").await;
    page.fill("[name=identifier]", "buyer@example.test").await;
    page.click("[type=submit]").await;
    page.check("sign-in password", "[type=password]").await;
    page.fill("[type=password]", "wrong").await;
    page.click("[type=submit]").await;
    page.check("sign-in wrong password", "[data-se=callout]").await;
    for user in ["locked", "suspended", "deprovisioned", "staged"] {
        page.authorize(WEB, "openid", &[]).await;
        page.pick(&format!("{user}@example.test")).await;
        page.check(&format!("sign-in {user}"), "[data-se=callout]").await;
    }
    page.authorize(WEB, "openid", &[]).await;
    page.pick("expired@example.test").await;
    page.check("new password", "[autocomplete=new-password]").await;
    page.authorize(PARTNER, "openid orders:read:user", &[]).await;
    page.pick("buyer@example.test").await;
    page.check("consent", "[data-se=consent]").await;
    page.authorize("0oanobody", "openid", &[]).await;
    page.check("error unknown client", "[data-se=error-page]").await;
    page.authorize(WEB, "openid", &[("redirect_uri", "x")]).await;
    page.check("error", "[data-se=error-page]").await;
    let path = format!(
        "/oauth2/default/v1/authorize?client_id={WEB}&redirect_uri=http://localhost:9/cb&response_type=code&scope=openid"
    );
    page.open(&path).await;
    page.check("error redirect URI", "[data-se=redirect-uris]").await;
}

/// The pages of second factors: each that a user has or can enroll.
async fn inspect_factors(page: &mut Inspection<'_>) {
    for (user, list) in [("mfa", "authenticator-verify-list"), ("mustenroll", "authenticator-enroll-list")] {
        let list = format!("[data-se={list}]");
        page.authorize(WEB, "openid", &[]).await;
        page.pick(&format!("{user}@example.test")).await;
        page.check(&format!("{user} first page"), ".siw-main-view").await;
        page.show_list(&list).await;
        page.check(&format!("{user} list"), &list).await;
        let script = format!(
            "return [...document.querySelectorAll('{list} .authenticator-button')].map((row) => row.dataset.se)"
        );
        let rows = page.chromium.run(&script).await;
        assert!(rows.as_array().is_some_and(|rows| !rows.is_empty()), "{user}: {rows}");
        for row in rows.as_array().unwrap().iter().filter_map(Value::as_str) {
            page.show_list(&list).await;
            page.click(&format!("[data-se='{row}'] a")).await;
            page.check(&format!("{user} {row}"), "[data-se=o-form-head]").await;
        }
    }
    page.authorize(WEB, "openid", &[]).await;
    page.pick("mfa@example.test").await;
    page.show_list("[data-se=authenticator-verify-list]").await;
    page.click("[data-se=phone_number] a").await;
    page.click("[value='Receive a code via SMS']").await;
    page.check("mfa sent code", "[name='credentials.passcode']").await;
    page.fill("[name='credentials.passcode']", "000000").await;
    // By a script: the page may still be scrolling to the button.
    page.chromium.run("document.querySelector('[data-se=save]').click();").await;
    page.check("mfa wrong code", "[data-se=callout]").await;
    for user in ["push", "passkey"] {
        page.authorize(WEB, "openid", &[]).await;
        page.pick(&format!("{user}@example.test")).await;
        page.check(&format!("{user} first page"), "[data-se=o-form-head]").await;
    }
    page.open("/signin/phone").await;
    page.check("phone", "main").await;
}

/// Recovery, registration, and the page of a user.
async fn inspect_accounts(page: &mut Inspection<'_>) {
    page.authorize(WEB, "openid", &[]).await;
    page.click("[data-se=forgot-password]").await;
    page.check("recovery", "[data-se=recovery] [name=identifier]").await;
    page.fill("[name=identifier]", "recover@example.test").await;
    page.click("[data-se=save]").await;
    page.check("recovery sent", "[data-se=sent]").await;
    page.fill("[name='credentials.passcode']", "000000").await;
    // By a script: the page may still be scrolling to the button.
    page.chromium.run("document.querySelector('[data-se=save]').click();").await;
    page.check("recovery wrong code", "[data-se=callout]").await;
    page.authorize(WEB, "openid", &[]).await;
    page.click("[data-se=enroll]").await;
    page.check("registration", "[data-se=recovery] .o-form-fieldset").await;
    page.click("[data-se=save]").await;
    page.check("registration incomplete", "[data-se=callout]").await;
    page.authorize(WEB, "openid", &[]).await;
    page.pick("buyer@example.test").await;
    page.open("/app/UserHome").await;
    page.check("home", "[data-se=user-home]").await;
    page.open("/_mock/console/inbox").await;
    page.check("inbox", "[data-se=message]").await;
    page.open("/_mock/console/coverage").await;
    page.check("coverage", "[data-se=coverage]").await;
}

async fn inspect_devices(page: &mut Inspection<'_>) {
    page.open("/activate").await;
    page.check("device code", "[name=userCode]").await;
    page.fill("[name=userCode]", "BBBBBBBB").await;
    page.click("[type=submit]").await;
    page.check("device wrong code", "[data-se=callout]").await;
    // The user is signed in since the consent form.
    for decision in ["consent-deny", "consent-allow"] {
        let form = [("client_id", TV), ("scope", "openid profile")];
        let device = post(page.mock, "/oauth2/default/v1/device/authorize", &form).await;
        page.open(&format!("/activate?user_code={}", device["user_code"].as_str().unwrap())).await;
        page.click("[type=submit]").await;
        page.check("device confirm", "[data-se=user-code]").await;
        page.click(&format!("[data-se={decision}]")).await;
        page.check(&format!("device {decision}"), "main .calm").await;
    }
}

/// One language that is longer than English, and one that is written from right to left.
async fn inspect_languages(page: &mut Inspection<'_>) {
    for language in ["de", "ar"] {
        let locales = [("ui_locales", language)];
        page.authorize(WEB, "openid profile", &locales).await;
        page.check(&format!("sign-in {language}"), "[name=identifier]").await;
        page.pick("locked@example.test").await;
        page.check(&format!("sign-in locked {language}"), "[data-se=callout]").await;
        page.authorize(WEB, "openid", &locales).await;
        page.pick("warned@example.test").await;
        page.check(&format!("password expires {language}"), "[data-se=skip]").await;
        page.authorize(PARTNER, "openid orders:read:user", &locales).await;
        page.pick("buyer@example.test").await;
        page.check(&format!("consent {language}"), "[data-se=consent]").await;
        for (user, selector) in
            [("mfa", ".authenticator-list"), ("push", ".authenticator-list"), ("mustenroll", "main")]
        {
            page.authorize(WEB, "openid", &locales).await;
            page.fill("[name=identifier]", &format!("{user}@example.test")).await;
            page.click("[type=submit]").await;
            page.fill("[type=password]", "Passw0rd!").await;
            page.click("[type=submit]").await;
            page.check(&format!("{user} {language}"), selector).await;
        }
        page.open(&format!("/oauth2/default/v1/authorize?client_id=unknown&ui_locales={language}")).await;
        page.check(&format!("error {language}"), "[data-se=error-page]").await;
    }
}

async fn inspect_console(page: &mut Inspection<'_>) {
    page.open("/console").await;
    page.check("start", "[data-se=start]").await;
    page.open("/_mock").await;
    page.check("control API", "[data-se=control-api]").await;
    page.open("/_mock/console/preview").await;
    page.check("preview granted", "[data-se=preview-result]").await;
    page.open(&format!("/_mock/console/preview?client={WEB}&user=buyer&scope=openid+orders:update")).await;
    page.check("preview refused", "[data-se=remedies]").await;
    page.open("/_mock/console/preview?client=nobody").await;
    page.check("preview invalid", "[data-se=callout]").await;
    page.open("/_mock/console/requests").await;
    page.check("journal", ".journal").await;
    page.open("/_mock/console/requests?group=flow").await;
    page.check("journal by flow", "[data-se=flow]").await;
    page.open("/_mock/console/requests?path=/authorize&method=GET").await;
    let href = page.run_href("a.request").await;
    page.open(&href).await;
    page.check("request", "[data-se=request]").await;
    page.open("/signin/backchannel").await;
    page.check("backchannel", "[data-se=backchannel]").await;
}

impl Inspection<'_> {
    /// The address of the first link of this selector.
    async fn run_href(&self, selector: &str) -> String {
        let link = self.chromium.client.find(Locator::Css(selector)).await.unwrap();
        link.attr("href").await.unwrap().unwrap()
    }
}

/// Pages that only other orgs have: name, org, the user who signs in, and what is on the page.
fn other_orgs() -> [(&'static str, TestOrg, Option<&'static str>, &'static str); 4] {
    let form = |form| TestOrg::market().edit(|document| document.settings.sign_in_page.form = form);
    let user = Some("buyer@example.test");
    let enrollments = requiring(&json!({ "type": "BY_SKIP_COUNT", "skipCount": 2 }));
    [
        ("sign-in Single", form(SignInForm::Single), None, "[type=password]"),
        ("sign-in Classic", form(SignInForm::Classic), None, "[type=password]"),
        ("profile", profile_update::asking(), user, "[name='userProfile.department']"),
        ("enrollments to skip", enrollments, user, "[data-se=skip]"),
    ]
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says why")]
async fn inspect(options: Options) {
    let Some(axe) = axe() else {
        let required = std::env::var("BROWSER_TESTS").is_ok_and(|value| value == "required");
        assert!(!required, "axe-core is missing: npm is, or its registry cannot be reached");
        println!("skipped: axe-core is missing, because npm is, or its registry cannot be reached");
        return;
    };
    let Some(chromium) = Chromium::start(options).await else { return };
    let mock = MockIdp::builder().start().await.unwrap();
    let mut page = Inspection { chromium, mock: &mock, axe: &axe, options, findings: Vec::new() };
    inspect_factors(&mut page).await;
    inspect_accounts(&mut page).await;
    inspect_sign_in(&mut page).await;
    inspect_languages(&mut page).await;
    inspect_devices(&mut page).await;
    let login = [("scope", "openid"), ("login_hint", "buyer@example.test"), ("binding_message", "W4SCT")];
    let kiosk =
        browser().post(format!("{}/v1/bc/authorize", mock.issuer())).basic_auth(KIOSK, Some(SECRET)).form(&login);
    assert_eq!(kiosk.send().await.unwrap().status(), 200);
    inspect_console(&mut page).await;
    page.click("[data-se=consent-allow]").await;
    page.check("backchannel approved", "[data-se=decided]").await;

    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    let tokens: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    page.open(&format!("/oauth2/default/v1/logout?id_token_hint={}", tokens["id_token"].as_str().unwrap())).await;
    page.check("signed out", "[data-se=signed-out]").await;
    let Inspection { chromium, mut findings, .. } = page;

    let mut chromium = chromium;
    for (name, org, user, selector) in other_orgs() {
        let mock = org.start().await;
        let mut page = Inspection { chromium, mock: &mock, axe: &axe, options, findings };
        page.authorize(WEB, "openid", &[]).await;
        if let Some(user) = user {
            page.pick(user).await;
        }
        page.check(name, selector).await;
        (chromium, findings) = (page.chromium, page.findings);
    }
    chromium.close().await;
    assert_eq!(findings, [""; 0], "{}", findings.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_light() {
    inspect(Options::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_dark() {
    inspect(Options { scheme: Scheme::Dark, ..Options::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_light_on_a_phone() {
    inspect(Options { width: 390, ..Options::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_dark_on_a_phone() {
    inspect(Options { width: 390, scheme: Scheme::Dark, ..Options::default() }).await;
}
