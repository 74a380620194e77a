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
    /// The response that contained the parameters, if the driver knows it.
    pub reply: Option<Box<Reply>>,
}

impl Callback {
    /// Reads form-encoded parameters.
    #[must_use]
    pub fn parse(delivery: Delivery, encoded: &str) -> Self {
        let params =
            form_urlencoded::parse(encoded.as_bytes()).map(|(name, value)| (name.into(), value.into())).collect();
        Self { delivery, params, reply: None }
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

/// Whether `url` is the landing URL, with any query or fragment.
#[must_use]
pub fn is_landing(url: &Url, landing: &Url) -> bool {
    url.origin() == landing.origin() && url.path() == landing.path()
}
