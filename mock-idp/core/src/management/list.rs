//! Lists: a limit, cursors and `Link` headers.

use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{ApiError, ManagementCall};
use crate::protocol::Parameters;

/// How a list is paged.
#[derive(Clone, Copy, Debug)]
pub struct ListStyle {
    /// Objects of a page, unless the request has another limit. `None`: all.
    pub default_limit: Option<usize>,
    pub max_limit: usize,
    /// Whether answers have a link to themselves.
    pub links_to_self: bool,
}

impl ListStyle {
    /// A list that is not paged and has no links.
    pub const WHOLE: Self = Self { default_limit: None, max_limit: usize::MAX, links_to_self: false };

    /// A list with a link to itself and to the next page.
    #[must_use]
    pub const fn paged(default_limit: usize, max_limit: usize) -> Self {
        Self { default_limit: Some(default_limit), max_limit, links_to_self: true }
    }

    /// A list with a link to the next page only.
    #[must_use]
    pub const fn without_self(self) -> Self {
        Self { links_to_self: false, ..self }
    }
}

/// The part of a list that a request asks for.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub limit: Option<usize>,
    pub after: Option<String>,
    style: ListStyle,
    /// Other parameters that links repeat, in the order of Okta's links.
    repeated: Vec<(&'static str, String)>,
    /// Parameters that only the link to the next page repeats.
    repeated_by_next: Vec<(&'static str, String)>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ListedPage {
    pub objects: Vec<Value>,
    /// The values of the `Link` headers.
    pub links: Vec<String>,
}

/// Okta: links repeat these parameters in this order; all others are left out.
const REPEATED: [&str; 3] = ["search", "q", "filter"];

/// Whether `expand`, a list of names, has this one.
#[must_use]
pub fn expands(query: &Parameters, name: &str) -> bool {
    query.get("expand").is_some_and(|names| names.split(',').any(|expanded| expanded == name))
}

impl ListQuery {
    /// Reads `limit` and `after`.
    ///
    /// # Errors
    /// A limit that is not a positive number.
    pub fn read(query: &Parameters, style: ListStyle) -> Result<Self, ApiError> {
        let limit = match query.get("limit").map(str::parse::<usize>) {
            None => style.default_limit,
            // Okta: the published default of several lists, which stands for their own one.
            Some(_) if query.get("limit") == Some("-1") => style.default_limit,
            // Okta: a larger limit counts as the largest one.
            Some(Ok(limit)) if limit > 0 => Some(limit.min(style.max_limit)),
            Some(_) => return Err(ApiError::validation("limit", vec!["limit: Invalid limit".to_owned()])),
        };
        let repeated =
            REPEATED.iter().filter_map(|name| Some((*name, query.get(name)?.to_owned()))).collect::<Vec<_>>();
        Ok(Self { limit, after: query.get("after").map(str::to_owned), style, repeated, repeated_by_next: Vec::new() })
    }

    /// The same list, whose links repeat one more parameter.
    #[must_use]
    pub fn repeating(mut self, name: &'static str, value: &str) -> Self {
        self.repeated.push((name, value.to_owned()));
        self
    }

    /// The same list, whose link to the next page repeats these parameters where the request has them.
    #[must_use]
    pub fn repeating_in_next(mut self, query: &Parameters, names: &[&'static str]) -> Self {
        // Okta: an order without an attribute is not repeated.
        let is_kept = |name: &&&str| **name != "sortOrder" || query.contains("sortBy");
        let names = names.iter().filter(is_kept);
        self.repeated_by_next = names.filter_map(|name| Some((*name, query.get(name)?.to_owned()))).collect();
        self
    }

    /// The rows of the page, and the cursor of the next one. The cursor is the id of the last row.
    ///
    /// # Errors
    /// The cursor is the id of no row.
    pub fn page<'t, T: ?Sized>(
        &self,
        rows: impl IntoIterator<Item = &'t T>,
        id: impl Fn(&T) -> &str,
    ) -> Result<(Vec<&'t T>, Option<String>), ApiError> {
        let mut rows = rows.into_iter();
        if let Some(after) = &self.after
            && !rows.any(|row| id(row) == after)
        {
            return Err(ApiError::invalid_cursor(after));
        }
        let limit = self.limit.unwrap_or(usize::MAX);
        let page: Vec<&T> = rows.by_ref().take(limit).collect();
        let next = rows.next().and_then(|_| page.last()).map(|last| id(last).to_owned());
        Ok((page, next))
    }

    /// The page with its links. `path` is that of the list.
    #[must_use]
    pub fn listed(
        &self,
        call: ManagementCall<'_>,
        path: &str,
        objects: Vec<Value>,
        next: Option<String>,
    ) -> ListedPage {
        let link = |relation: &str, after: Option<&str>, more: &[(&str, String)]| {
            let mut query = Serializer::new(String::new());
            query.extend_pairs(after.map(|after| ("after", after)));
            query.extend_pairs(self.limit.map(|limit| ("limit", limit.to_string())));
            query.extend_pairs(self.repeated.iter().chain(more));
            let query = query.finish();
            let mark = if query.is_empty() { "" } else { "?" };
            format!("<{}{path}{mark}{query}>; rel=\"{relation}\"", call.base())
        };
        let mut links = Vec::new();
        if self.style.links_to_self {
            links.push(link("self", self.after.as_deref(), &[]));
        }
        links.extend(next.map(|next| link("next", Some(&next), &self.repeated_by_next)));
        ListedPage { objects, links }
    }
}

impl ListedPage {
    /// A list without links.
    #[must_use]
    pub fn whole(objects: Vec<Value>) -> Self {
        Self { objects, links: Vec::new() }
    }
}
