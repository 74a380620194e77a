//! The authorization response: what arrives at the redirect URI.

use url::{Url, form_urlencoded};

use super::Reply;

/// The response mode with which the parameters arrived.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Delivery {
    Query,
    Fragment,
    FormPost,
}

impl Delivery {
    /// The name of the response mode.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

/// The parameters that arrived, in order.
#[derive(Clone, Debug)]
pub struct Callback {
    pub delivery: Delivery,
    pub params: Vec<(String, String)>,
    /// The parameters in the other parts of the URL: the query beside a fragment or a form, the fragment beside a query.
    pub elsewhere: Vec<(String, String)>,
    /// The media type of a posted form.
    pub media_type: Option<String>,
    /// The response that contained the parameters, if the driver knows it.
    pub reply: Option<Box<Reply>>,
}

impl Callback {
    /// Reads form-encoded parameters.
    #[must_use]
    pub fn parse(delivery: Delivery, encoded: &str) -> Self {
        Self { delivery, params: pairs(encoded), elsewhere: Vec::new(), media_type: None, reply: None }
    }

    /// Reads the parameters of a URL that the browser was sent to.
    #[must_use]
    pub fn at(url: &Url) -> Self {
        let (query, fragment) = (url.query().unwrap_or_default(), url.fragment().unwrap_or_default());
        let has = |encoded: &str, names: &[&str]| pairs(encoded).iter().any(|(name, _)| names.contains(&&**name));
        // A code or an error says where the response is; without them it is where any parameter of a response is.
        let in_fragment = has(fragment, DECISIVE) || (!has(query, DECISIVE) && has(fragment, OF_RESPONSES));
        if in_fragment {
            Self { elsewhere: pairs(query), ..Self::parse(Delivery::Fragment, fragment) }
        } else {
            Self { elsewhere: pairs(fragment), ..Self::parse(Delivery::Query, query) }
        }
    }

    /// Reads a form that was posted to `url`.
    #[must_use]
    pub fn posted(url: &Url, params: Vec<(String, String)>, media_type: &str) -> Self {
        Self {
            params,
            elsewhere: [url.query(), url.fragment()].into_iter().flatten().flat_map(pairs).collect(),
            media_type: Some(media_type.to_owned()),
            ..Self::parse(Delivery::FormPost, "")
        }
    }

    /// Sets the response that contained the parameters.
    #[must_use]
    pub fn by(self, reply: Reply) -> Self {
        Self { reply: Some(Box::new(reply)), ..self }
    }

    /// The first value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first parameter that comes twice.
    #[must_use]
    pub fn repeated(&self) -> Option<&str> {
        let names = || self.params.iter().map(|(name, _)| name.as_str());
        names().enumerate().find(|(at, name)| names().take(*at).any(|earlier| earlier == *name)).map(|(_, name)| name)
    }

    /// The names of the parameters, in order.
    #[must_use]
    pub fn names(&self) -> String {
        self.params.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// A summary for reports.
    #[must_use]
    pub fn summary(&self) -> String {
        match (self.get("error"), self.get("error_description")) {
            (Some(error), Some(description)) => format!("{error}: {description}"),
            (Some(error), None) => error.to_owned(),
            (None, _) => format!("{} ({})", self.names(), self.delivery.word()),
        }
    }
}

/// The parameters by which a response is recognised.
const DECISIVE: &[&str] = &["code", "error", "id_token", "access_token"];

/// The parameters of authorization responses.
pub const OF_RESPONSES: &[&str] = &[
    "code",
    "error",
    "error_description",
    "error_uri",
    "state",
    "iss",
    "id_token",
    "access_token",
    "token_type",
    "expires_in",
    "scope",
    "session_state",
];

fn pairs(encoded: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

/// Whether `url` is the landing URL, with any query or fragment.
#[must_use]
pub fn is_landing(url: &Url, landing: &Url) -> bool {
    url.origin() == landing.origin() && url.path() == landing.path()
}
