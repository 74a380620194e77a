//! Restrictions of a list, as the query of a request.

/// Names and values of a query, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter(Vec<(&'static str, String)>);

impl Filter {
    /// The same with one more restriction.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// The path with the query.
    pub(super) fn path_of(&self, path: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(format!("{path}?"));
        query.extend_pairs(&self.0);
        query.finish()
    }
}
