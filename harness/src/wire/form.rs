//! HTML forms.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::authorization::is_landing;
use super::consent::Consent;

/// The names of user name inputs.
const LOGIN_NAMES: &[&str] = &["identifier", "username", "login", "email", "user", "j_username"];

/// One input of a form.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub value: String,
    /// The type of the input in lower case.
    pub kind: String,
    pub checked: bool,
}

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    /// The action, relative to the URL of the page.
    pub action: String,
    pub post: bool,
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
        Self { action: attribute(&form, "action"), post, fields, buttons }
    }

    /// Whether it asks for a user name or a password.
    #[must_use]
    pub fn asks_sign_in(&self) -> bool {
        self.login_field().is_some() || self.asks_password()
    }

    /// Whether it asks for a password.
    #[must_use]
    pub fn asks_password(&self) -> bool {
        self.fields.iter().any(|field| field.kind == "password")
    }

    /// Whether it asks to allow or deny.
    #[must_use]
    pub fn asks_consent(&self) -> bool {
        self.consent_button(Consent::Allow).is_some() && self.consent_button(Consent::Deny).is_some()
    }

    /// Whether it is an authorization response for `landing` (form_post).
    #[must_use]
    pub fn carries_response(&self, page: &Url, landing: &Url) -> bool {
        self.post && page.join(&self.action).is_ok_and(|action| is_landing(&action, landing))
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
