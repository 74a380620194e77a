//! A minimal browser: cookies, pages and forms. It does not follow redirects.

use demo_app::DemoApp;
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

use crate::fake_issuer::{CLIENT_ID, CLIENT_SECRET, FakeIssuer};

/// Starts the app against the fake issuer.
pub(crate) async fn demo_at(issuer: &FakeIssuer) -> DemoApp {
    DemoApp::builder().issuer(issuer.url()).client_id(CLIENT_ID).client_secret(CLIENT_SECRET).start().await.unwrap()
}

pub(crate) struct Browser {
    pub(crate) http: Client,
    base: Url,
}

/// A received page.
pub(crate) struct DemoPage {
    pub(crate) status: u16,
    pub(crate) html: String,
}

impl DemoPage {
    /// The text of the first element that matches the CSS selector.
    pub(crate) fn text(&self, selector: &str) -> String {
        let found = Html::parse_document(&self.html);
        let wanted = Selector::parse(selector).unwrap();
        let mut hits = found.select(&wanted).map(|it| it.text().collect::<String>());
        let text = hits.next().unwrap_or_else(|| panic!("no {selector} in {}", self.html));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn count(&self, selector: &str) -> usize {
        Html::parse_document(&self.html).select(&Selector::parse(selector).unwrap()).count()
    }

    pub(crate) fn attribute(&self, selector: &str, name: &str) -> String {
        let found = Html::parse_document(&self.html);
        let hit = found.select(&Selector::parse(selector).unwrap()).next();
        hit.and_then(|it| it.attr(name)).unwrap_or_else(|| panic!("no {selector}[{name}]")).to_owned()
    }
}

impl Browser {
    pub(crate) fn at(demo: &DemoApp) -> Self {
        let http = Client::builder().cookie_store(true).redirect(Policy::none()).no_proxy().build().unwrap();
        Self { http, base: Url::parse(demo.url()).unwrap() }
    }

    pub(crate) fn address(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http.get(self.address(path)).header("accept", "text/html").send().await.unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> DemoPage {
        page_of(self.get(path).await).await
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.http.get(self.address(path)).header("accept", "application/json").send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// The CSRF token of the page's form.
    pub(crate) async fn csrf(&self, path: &str) -> String {
        self.page(path).await.attribute("input[name=csrf]", "value")
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.http.post(self.address(path)).header("accept", "text/html").form(fields).send().await.unwrap()
    }

    /// Requests a page that redirects, and returns the target.
    pub(crate) async fn start(&self, path: &str) -> Url {
        location(&self.get(path).await)
    }

    /// A complete sign-in at the fake issuer. Returns the response of the callback.
    pub(crate) async fn sign_in(&self, issuer: &FakeIssuer) -> Response {
        let sent_to = self.start("/login").await;
        let back = issuer.authorize(&sent_to);
        self.get(back.as_str()).await
    }
}

pub(crate) async fn page_of(answer: Response) -> DemoPage {
    DemoPage { status: answer.status().as_u16(), html: answer.text().await.unwrap() }
}

pub(crate) fn location(answer: &Response) -> Url {
    let text = answer.headers().get(LOCATION).unwrap_or_else(|| panic!("no redirect: {answer:?}"));
    answer.url().join(text.to_str().unwrap()).unwrap()
}
