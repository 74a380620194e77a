//! Sign-ins written as public Cypress, Playwright, Puppeteer and Selenium scripts write them, on pages with the picker. Each locator
//! has to find exactly one element.

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use mock_idp::MockIdp;
use mock_idp_core::org::SignInForm;
use serde_json::json;

use super::app::App;
use super::chromium::{Chromium, Options};
use crate::flow::WEB;
use crate::org::TestOrg;

const BUYER: &str = "buyer@example.test";
const PASSWORD: &str = "Passw0rd!";

/// How a script finds an element.
#[derive(Clone, Copy, Debug)]
enum By {
    Css(&'static str),
    XPath(&'static str),
    /// Playwright's `getByRole('button', { name })`.
    ButtonNamed(&'static str),
    /// Playwright's `getByLabel(text)`.
    Label(&'static str),
    /// Playwright's `button:has-text("…")`.
    ButtonWithText(&'static str),
    /// Playwright's `getByRole('heading', { name })`.
    Heading(&'static str),
}

#[derive(Clone, Copy, Debug)]
enum Do {
    Fill(By, &'static str),
    Click(By),
    See(By),
}

use By::{ButtonNamed, ButtonWithText, Css, Heading, Label, XPath};
use Do::{Click, Fill, See};

/// Two pages, as the Identity Engine has them.
const TWO_PAGES: &[&[Do]] = &[
    &[
        Fill(Css("input[name=\"identifier\"]"), BUYER),
        Click(Css("[type=\"submit\"]")),
        Fill(Css("input[name=\"credentials.passcode\"]"), PASSWORD),
        Click(Css("[type=\"submit\"]")),
    ],
    &[
        Fill(Css("input[name=\"identifier\"]"), BUYER),
        Click(Css("input[type=\"submit\"]")),
        Fill(Css("input[type=\"password\"]"), PASSWORD),
        Click(Css("input[type=\"submit\"], button[type=\"submit\"]")),
    ],
    &[
        See(Heading("Sign In")),
        Fill(Label("Username"), BUYER),
        Click(ButtonNamed("Next")),
        See(Heading("Verify with your password")),
        Fill(Label("Password"), PASSWORD),
        Click(ButtonNamed("Verify")),
    ],
    &[
        Fill(Css("input#identifier"), BUYER),
        Click(ButtonWithText("Next")),
        Fill(Css("#credentials\\.passcode"), PASSWORD),
        Click(ButtonWithText("Verify")),
    ],
    &[
        Fill(Css(".o-form-input-name-identifier input"), BUYER),
        Click(Css(".o-form-button-bar input.button.button-primary[type=\"submit\"]")),
        Fill(Css("[data-se=\"o-form-input-credentials.passcode\"] input"), PASSWORD),
        Click(Css("[data-type=\"save\"]")),
    ],
    &[
        Fill(Css("#okta-sign-in input[autocomplete=\"username\"]"), BUYER),
        Click(Css("button[data-se=\"save\"]")),
        Fill(Css("input[data-se=\"credentials.passcode\"]"), PASSWORD),
        Click(Css("form[data-se=\"o-form\"] [data-se=\"save\"]")),
    ],
    &[
        Fill(XPath("//input[@name=\"identifier\"]"), BUYER),
        Click(XPath("//*[@class=\"button button-primary\"]")),
        Fill(XPath("//input[@type=\"password\"][@name=\"credentials.passcode\"]"), PASSWORD),
        Click(XPath("//input[@type=\"submit\"][@value=\"Verify\"]")),
    ],
    // Okta's own: either generation.
    &[
        Fill(Css("#okta-signin-username, [name=\"identifier\"]"), BUYER),
        Click(Css("#okta-signin-submit, [data-type=\"save\"]")),
        Fill(Css("#okta-signin-password, [name=\"credentials.passcode\"]"), PASSWORD),
        Click(Css("#okta-signin-submit, [data-type=\"save\"]")),
    ],
];

/// The password on the first page, as Cypress's guide has it.
const ONE_PAGE: &[&[Do]] = &[
    &[
        Fill(Css("input[name=\"identifier\"]"), BUYER),
        Fill(Css("input[name=\"credentials.passcode\"]"), PASSWORD),
        Click(Css("[type=\"submit\"]")),
    ],
    &[Fill(Label("Username"), BUYER), Fill(Label("Password"), PASSWORD), Click(ButtonNamed("Sign in"))],
];

const CLASSIC: &[&[Do]] = &[
    &[
        Fill(Css("#okta-signin-username"), BUYER),
        Fill(Css("#okta-signin-password"), PASSWORD),
        Click(Css("#okta-signin-submit")),
    ],
    &[
        Fill(Css("input[name=\"username\"]"), BUYER),
        Fill(Css("input[name=\"password\"]"), PASSWORD),
        Click(Css("input[type=\"submit\"]")),
    ],
    &[Fill(Label("Username"), BUYER), Fill(Label("Password"), PASSWORD), Click(ButtonNamed("Sign In"))],
    &[
        Fill(Css(".primary-auth form input[name=\"username\"]"), BUYER),
        Fill(Css(".primary-auth form input[name=\"password\"]"), PASSWORD),
        Click(Css("[value=\"Sign In\"]")),
    ],
    &[
        Fill(Css("#okta-signin-username, [name=\"identifier\"]"), BUYER),
        Fill(Css("#okta-signin-password, [name=\"credentials.passcode\"]"), PASSWORD),
        Click(Css("#okta-signin-submit, [data-type=\"save\"]")),
    ],
];

/// Elements by accessible name or text, as Playwright finds them: a part of it, in any case. Elements that are not displayed or that
/// are hidden from assistive technology have no role.
const FIND: &str = r#"
    const [by, text] = arguments;
    const has = (name) => (name ?? "").toLowerCase().includes(text.toLowerCase());
    const all = (selector) => [...document.querySelectorAll(selector)];
    const perceived = (element) => element.checkVisibility() && !element.closest("[aria-hidden=true]");
    const find = { button: () => all("button, input[type=submit], input[type=button], [role=button]")
            .filter((element) => perceived(element) && has(element.value || element.textContent)),
        label: () => all("input, button, select, textarea").filter((element) =>
            [...(element.labels ?? [])].some((label) => has(label.textContent)) || has(element.getAttribute("aria-label"))),
        text: () => all("button").filter((element) => has(element.textContent)),
        heading: () => all("h1, h2, h3, h4, [role=heading]").filter((element) => perceived(element) && has(element.textContent)) };
    for (const element of all("[data-found]")) delete element.dataset.found;
    for (const element of find[by]()) element.dataset.found = "yes";
"#;

async fn find(chromium: &Chromium, by: By) -> Element {
    let (kind, text) = match by {
        Css(selector) => return chromium.css(selector).await,
        XPath(path) => return chromium.one(Locator::XPath(path)).await,
        ButtonNamed(name) => ("button", name),
        Label(text) => ("label", text),
        ButtonWithText(text) => ("text", text),
        Heading(name) => ("heading", name),
    };
    // The page is there when its form is.
    chromium.css("form").await;
    chromium.client.execute(FIND, vec![json!(kind), json!(text)]).await.unwrap();
    let found = chromium.client.find_all(Locator::Css("[data-found]")).await.unwrap();
    assert_eq!(found.len(), 1, "{by:?}");
    chromium.css("[data-found]").await
}

async fn runs(form: SignInForm, scripts: &[&[Do]]) {
    let Some(chromium) = Chromium::start(Options::default()).await else { return };
    let app = App::start().await;
    let callback = app.url("/done");
    let org = TestOrg::market().oauth(WEB, |client| client.redirect_uris.push(callback.clone()));
    let org = if form == SignInForm::default() {
        org
    } else {
        org.edit(|document| document.settings.sign_in_page.form = form)
    };
    let mock = org.start().await;
    for script in scripts {
        open(&chromium, &mock, &callback).await;
        assert!(chromium.client.find(Locator::Css("[data-se=picker-user]")).await.is_ok(), "the picker is on");
        for step in *script {
            match *step {
                Fill(by, text) => find(&chromium, by).await.send_keys(text).await.unwrap(),
                Click(by) => click(&chromium, by).await,
                See(by) => drop(find(&chromium, by).await),
            }
        }
        assert_eq!(chromium.text("#arrived").await, "Arrived", "{script:?}");
    }
    chromium.close().await;
}

/// Clicks as a user does: at the middle of the element, which nothing may cover. Then the next page is awaited.
async fn click(chromium: &Chromium, by: By) {
    let element = find(chromium, by).await;
    chromium.run("document.documentElement.dataset.clicked = 'yes'").await;
    element.click().await.unwrap_or_else(|error| panic!("{by:?}: {error}"));
    chromium.wait_until("return document.readyState === 'complete' && !document.documentElement.dataset.clicked").await;
}

async fn open(chromium: &Chromium, mock: &MockIdp, callback: &str) {
    let mut url = url::Url::parse(&format!("{}/v1/authorize", mock.issuer())).unwrap();
    url.query_pairs_mut()
        .extend_pairs([("client_id", WEB), ("redirect_uri", callback), ("response_type", "code")])
        .extend_pairs([("scope", "openid"), ("state", "s"), ("prompt", "login")]);
    chromium.open(url.as_str()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_for_two_pages_sign_in() {
    runs(SignInForm::IdentifierFirst, TWO_PAGES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_for_the_password_on_the_first_page_sign_in() {
    runs(SignInForm::Single, ONE_PAGE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_for_the_classic_engine_sign_in() {
    runs(SignInForm::Classic, CLASSIC).await;
}

/// Presses the tab key until an element of this selector has the focus, then Enter.
async fn tab_to_and_enter(client: &Client, selector: &str) {
    for _ in 0..40 {
        client.active_element().await.unwrap().send_keys("\u{e004}").await.unwrap();
        let there = format!("return document.activeElement.matches({})", json!(selector));
        if client.execute(&there, Vec::new()).await.unwrap() == json!(true) {
            client.active_element().await.unwrap().send_keys("\u{e007}").await.unwrap();
            return;
        }
    }
    panic!("{selector} does not get the focus");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picker_signs_in_by_keyboard_and_without_scripts() {
    for scripts in [true, false] {
        let Some(chromium) = Chromium::start(Options { scripts, ..Options::default() }).await else { return };
        let app = App::start().await;
        let callback = app.url("/done");
        let mock = TestOrg::market().oauth(WEB, |client| client.redirect_uris.push(callback.clone())).start().await;
        open(&chromium, &mock, &callback).await;
        let link = "a[data-se=picker-user][href$='user=buyer%40example.test']";
        if scripts {
            tab_to_and_enter(&chromium.client, link).await;
        } else {
            chromium.css(link).await.click().await.unwrap();
        }
        assert_eq!(chromium.text("#arrived").await, "Arrived", "scripts: {scripts}");
        chromium.close().await;
    }
}
