//! HTML forms.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::authorization::{Callback, is_landing};
use super::consent::Consent;

/// The names of user name inputs.
const LOGIN_NAMES: &[&str] = &["identifier", "username", "login", "email", "user", "j_username"];

/// The media type of forms.
pub const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// One input of a form.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub value: String,
    /// The type of the input in lower case.
    pub kind: String,
    pub checked: bool,
}

/// The form that has the element of a CSS selector, as its place on the page, and the name and value of the element.
#[must_use]
pub fn located(html: &str, selector: &str) -> Option<(usize, String, String)> {
    let document = Html::parse_document(html);
    let (selector, forms) = (Selector::parse(selector).ok()?, Selector::parse("form").ok()?);
    let element = document.select(&selector).next()?;
    let form = element.ancestors().filter_map(ElementRef::wrap).find(|parent| parent.value().name() == "form")?;
    let place = document.select(&forms).position(|candidate| candidate.id() == form.id())?;
    let attribute = |name| element.attr(name).unwrap_or_default().to_owned();
    Some((place, attribute("name"), attribute("value")))
}

/// The target of the link that a CSS selector matches.
#[must_use]
pub fn link(html: &str, selector: &str) -> Option<String> {
    let selector = Selector::parse(selector).ok()?;
    Html::parse_document(html).select(&selector).find_map(|element| element.attr("href")).map(str::to_owned)
}

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    /// The action, relative to the URL of the page.
    pub action: String,
    pub post: bool,
    /// The media type of a posted form.
    pub media_type: &'static str,
    pub fields: Vec<Field>,
    /// Buttons that carry a name and a value.
    pub buttons: Vec<(String, String)>,
}

impl Form {
    /// Reads a form. Buttons outside of it belong to it by their `form` attribute.
    pub(super) fn read(form: ElementRef<'_>, document: &Html) -> Self {
        let attribute = |element: &ElementRef<'_>, name| element.attr(name).unwrap_or_default().to_owned();
        let all = |selector: &str| -> Vec<ElementRef<'_>> {
            Selector::parse(selector).map(|selector| form.select(&selector).collect()).unwrap_or_default()
        };
        let id = attribute(&form, "id");
        let elsewhere = Selector::parse("button[form], input[form]").map(|selector| {
            let owned = document.select(&selector).filter(|element| attribute(element, "form") == id);
            owned.filter(|_| !id.is_empty()).collect::<Vec<_>>()
        });
        let mut fields = Vec::new();
        let mut buttons = Vec::new();
        for element in all("input, button, textarea").into_iter().chain(elsewhere.unwrap_or_default()) {
            let name = attribute(&element, "name");
            let kind = attribute(&element, "type").to_ascii_lowercase();
            let button = element.value().name() == "button" || matches!(kind.as_str(), "submit" | "image" | "button");
            if name.is_empty() || element.attr("disabled").is_some() {
                continue;
            }
            let value = attribute(&element, "value");
            if button {
                buttons.push((name, value));
            } else {
                let checked = element.attr("checked").is_some();
                fields.push(Field { name, value, kind, checked });
            }
        }
        let post = attribute(&form, "method").eq_ignore_ascii_case("post");
        let media_type = match attribute(&form, "enctype").to_ascii_lowercase().as_str() {
            "multipart/form-data" => "multipart/form-data",
            "text/plain" => "text/plain",
            _ => URL_ENCODED,
        };
        Self { action: attribute(&form, "action"), post, media_type, fields, buttons }
    }

    /// Whether it asks for a user name or a password.
    #[must_use]
    pub fn asks_sign_in(&self) -> bool {
        self.login_field().is_some() || self.asks_password()
    }

    /// Whether all text fields are known: it has none besides those for a user name and passwords.
    #[must_use]
    pub fn asks_sign_in_only(&self) -> bool {
        let known = self.login_field().map(|field| &field.name);
        self.asks_sign_in() && self.typed().all(|field| field.kind == "password" || Some(&field.name) == known)
    }

    /// The fields that a user types into.
    pub fn typed(&self) -> impl Iterator<Item = &Field> {
        let typed = ["", "text", "email", "tel", "number", "password", "textarea"];
        self.fields.iter().filter(move |field| typed.contains(&field.kind.as_str()))
    }

    /// The parameters with these fields filled in and this button.
    #[must_use]
    pub fn filled_with(&self, values: &[(String, String)], button: Option<(String, String)>) -> Vec<(String, String)> {
        let value = |field: &Field| values.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value);
        let fields = self.sent().map(|field| (field.name.clone(), value(field).unwrap_or(&field.value).clone()));
        fields.chain(button.filter(|(name, _)| !name.is_empty())).collect()
    }

    /// Whether it asks for a password. The answer to a security question is hidden like one.
    #[must_use]
    pub fn asks_password(&self) -> bool {
        self.fields.iter().any(|field| field.kind == "password" && !field.name.ends_with("answer"))
    }

    /// Whether it asks to allow or deny.
    #[must_use]
    pub fn asks_consent(&self) -> bool {
        self.consent_button(Consent::Allow).is_some() && self.consent_button(Consent::Deny).is_some()
    }

    /// The authorization response that a browser gets to `landing` by submitting the form, if it is one (form_post).
    #[must_use]
    pub fn response(&self, page: &Url, landing: &Url) -> Option<Callback> {
        let mut action = page.join(&self.action).ok().filter(|action| is_landing(action, landing))?;
        if self.post {
            return Some(Callback::posted(&action, self.carried(), self.media_type));
        }
        // HTML 4.10.22.3: GET replaces the query of the action.
        action.query_pairs_mut().clear().extend_pairs(self.carried());
        Some(Callback::at(&action)).filter(|callback| !callback.params.is_empty())
    }

    /// The parameters with the credentials filled in.
    #[must_use]
    pub fn filled(&self, user_name: &str, password: &str) -> Vec<(String, String)> {
        let login = self.login_field().map(|field| field.name.clone());
        let mut pairs = Vec::new();
        for field in self.sent() {
            let value = match field.kind.as_str() {
                "password" => password.to_owned(),
                _ if Some(&field.name) == login.as_ref() => user_name.to_owned(),
                _ => field.value.clone(),
            };
            pairs.push((field.name.clone(), value));
        }
        // A single named button is sent too.
        if let [button] = self.buttons.as_slice() {
            pairs.push(button.clone());
        }
        pairs
    }

    /// The parameters with the consent button of this decision.
    #[must_use]
    pub fn with_consent(&self, consent: Consent) -> Vec<(String, String)> {
        let fields = self.sent().map(|field| (field.name.clone(), field.value.clone()));
        fields.chain(self.consent_button(consent).cloned()).collect()
    }

    /// The parameters of a form_post response.
    #[must_use]
    pub fn carried(&self) -> Vec<(String, String)> {
        self.sent().map(|field| (field.name.clone(), field.value.clone())).collect()
    }

    fn sent(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !matches!(field.kind.as_str(), "checkbox" | "radio") || field.checked)
    }

    fn login_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| {
            field.kind == "email"
                || (matches!(field.kind.as_str(), "" | "text") && LOGIN_NAMES.contains(&field.name.as_str()))
        })
    }

    fn consent_button(&self, consent: Consent) -> Option<&(String, String)> {
        let words: &[&str] = match consent {
            Consent::Allow => &["allow", "accept", "approve", "yes"],
            Consent::Deny => &["deny", "reject", "cancel", "no"],
        };
        self.buttons.iter().find(|(_, value)| words.contains(&value.to_ascii_lowercase().as_str()))
    }
}
