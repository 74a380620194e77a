//! A page of the issuer, as far as checks need it.

use scraper::{ElementRef, Html, Selector};

use super::form::Form;

/// Okta's requirements of a new password, on the page that asks for it. Other issuers may have `autocomplete="new-password"` on a
/// sign-in page.
const NEW_PASSWORD: &str = r#"[data-se="password-authenticator--rules"]"#;

/// Okta's pages for a second factor: the list of those that the user has, and the page of each.
pub const SECOND_FACTOR: &str = r#".authenticator-verify-list, [data-se="authenticator-verify-list"], .mfa-verify-passcode, .mfa-verify-totp,
    .mfa-verify-question, .mfa-okta-verify"#;

/// Okta's pages that set up a second factor.
pub const ENROLLMENT: &str =
    r#".authenticator-enroll-list, [data-se="authenticator-enroll-list"], [class*="enroll-authenticator--"]"#;

/// The kind of a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PageKind {
    /// The sign-in page.
    SignIn,
    /// The sign-in page, or one for a second factor, with an alert about the last attempt.
    Refused,
    /// It asks for a new password, because the present one has expired.
    NewPassword,
    /// It asks for a second factor, or which one to use.
    SecondFactor,
    /// It asks to set up a second factor.
    Enrollment,
    Consent,
    Error,
    SignedOut,
    /// A page of a server error, or one without any content.
    Broken,
    /// It asks whether to sign out.
    SignOutQuestion,
    Other,
}

impl PageKind {
    /// The name in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in page",
            Self::Refused => "sign-in page with an alert",
            Self::NewPassword => "page for a new password",
            Self::SecondFactor => "page for a second factor",
            Self::Enrollment => "page that sets up a second factor",
            Self::Consent => "consent page",
            Self::Error => "error page",
            Self::SignedOut => "signed-out page",
            Self::Broken => "server error or blank page",
            Self::SignOutQuestion => "question whether to sign out",
            Self::Other => "page",
        }
    }
}

/// A page.
#[derive(Clone, Debug)]
pub struct HtmlPage {
    pub kind: PageKind,
    /// The HTTP status, if the driver knows it.
    pub status: Option<u16>,
    pub title: String,
    /// The text of an alert.
    pub alert: Option<String>,
    pub error_code: Option<String>,
    pub error_description: Option<String>,
    /// The text with collapsed spaces.
    pub text: String,
    pub forms: Vec<Form>,
    /// The targets of links.
    pub links: Vec<String>,
    /// The sources of frames.
    pub frames: Vec<String>,
    /// The sources of images.
    pub images: Vec<String>,
}

impl HtmlPage {
    /// Parses a page.
    #[must_use]
    pub fn parse(html: &str, status: Option<u16>) -> Self {
        let document = Html::parse_document(html);
        let forms = select(&document, "form").iter().map(|form| Form::read(*form, &document)).collect::<Vec<_>>();
        let alert = first_text(&document, "[data-se=\"callout\"], [role=\"alert\"], .okta-form-infobox-error");
        let text = first_text(&document, "body").unwrap_or_default();
        let blank = text.is_empty() && forms.is_empty() && !exists(&document, "img, svg, canvas, script, iframe");
        let failed = status.is_some_and(|status| status >= 400);
        let kind = if blank || status.is_some_and(|status| status >= 500) {
            PageKind::Broken
        } else if exists(&document, "[data-se=\"error-page\"]")
            || (failed && exists(&document, "[data-se=\"signed-out\"], [data-se=\"sign-out\"]"))
        {
            PageKind::Error
        } else if exists(&document, "[data-se=\"signed-out\"]") {
            PageKind::SignedOut
        } else if exists(&document, "[data-se=\"sign-out\"]") {
            PageKind::SignOutQuestion
        } else if forms.iter().any(Form::asks_consent) {
            PageKind::Consent
        } else if exists(&document, NEW_PASSWORD) {
            PageKind::NewPassword
        } else if exists(&document, ENROLLMENT) {
            PageKind::Enrollment
        } else if exists(&document, SECOND_FACTOR) {
            if alert.is_some() { PageKind::Refused } else { PageKind::SecondFactor }
        } else if forms.iter().any(Form::asks_sign_in) {
            if alert.is_some() { PageKind::Refused } else { PageKind::SignIn }
        } else if failed {
            PageKind::Error
        } else {
            PageKind::Other
        };
        Self {
            kind,
            status,
            title: first_text(&document, "title").unwrap_or_default(),
            alert,
            error_code: first_text(&document, "[data-se=\"error-code\"]"),
            error_description: first_text(&document, "[data-se=\"error-description\"]"),
            text,
            forms,
            links: attributes(&document, "a", "href"),
            frames: attributes(&document, "iframe", "src"),
            images: attributes(&document, "img", "src"),
        }
    }

    /// A summary for reports.
    #[must_use]
    pub fn summary(&self) -> String {
        let status = self.status.map(|status| format!(" {status}")).unwrap_or_default();
        let text = match (&self.error_code, &self.error_description, &self.alert) {
            (Some(code), Some(description), _) => format!("{code}: {description}"),
            (Some(code), None, _) => code.clone(),
            (None, _, Some(alert)) => alert.clone(),
            (None, _, None) => self.title.clone(),
        };
        format!("{}{status}, {text:?}", self.kind.word())
    }

    /// Whether the page contains `text`.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

fn select<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map(|selector| document.select(&selector).collect()).unwrap_or_default()
}

fn attributes(document: &Html, element: &str, name: &str) -> Vec<String> {
    select(document, element).iter().filter_map(|element| element.value().attr(name)).map(str::to_owned).collect()
}

fn exists(document: &Html, selector: &str) -> bool {
    !select(document, selector).is_empty()
}

fn first_text(document: &Html, selector: &str) -> Option<String> {
    let element = *select(document, selector).first()?;
    let text = element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_and_description_of_an_error_page_are_read() {
        let page = HtmlPage::parse(
            "<title>400</title><main data-se='error-page'><p data-se='error-code'>invalid_request</p>\
             <p data-se='error-description'>The  'redirect_uri'\n parameter</p></main>",
            Some(400),
        );
        assert_eq!(page.kind, PageKind::Error);
        assert_eq!(page.error_code.as_deref(), Some("invalid_request"));
        assert_eq!(page.error_description.as_deref(), Some("The 'redirect_uri' parameter"));
    }

    #[test]
    fn a_sign_in_page_with_an_alert_is_refused() {
        let form = "<form method=post data-se='o-form'><input name=identifier></form>";
        assert_eq!(HtmlPage::parse(form, Some(200)).kind, PageKind::SignIn);
        let alert = format!("<div data-se='callout' role='alert'>No.</div>{form}");
        let page = HtmlPage::parse(&alert, Some(200));
        assert_eq!((page.kind, page.alert.as_deref()), (PageKind::Refused, Some("No.")));
    }
}
