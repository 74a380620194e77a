//! The result of looking a request up in the table.

use std::borrow::Cow;
use std::sync::Arc;

use http::Method;
use percent_encoding::percent_decode_str;

use super::{Area, Group, Handler, RateClass, Readers, Route};

/// The rows of one path template.
#[derive(Debug)]
pub(crate) struct PathRoutes {
    pub(super) template: &'static str,
    pub(super) routes: Vec<&'static Route>,
    pub(super) group: &'static Group,
}

/// The result of looking a request up in the table. It is in the extensions of the request.
#[derive(Clone, Debug)]
pub(crate) enum Matched {
    Route(Arc<PathRoutes>, &'static Route),
    /// A path that has routes, but not with this method.
    OtherMethods(Arc<PathRoutes>, Method),
    /// A path without routes.
    Nothing(&'static Group, &'static Area, Method),
}

impl Matched {
    pub(crate) fn group(&self) -> &'static Group {
        match self {
            Self::Route(path, _) | Self::OtherMethods(path, _) => path.group,
            Self::Nothing(group, ..) => group,
        }
    }

    pub(crate) fn route(&self) -> Option<&'static Route> {
        match self {
            Self::Route(_, route) => Some(route),
            Self::OtherMethods(..) | Self::Nothing(..) => None,
        }
    }

    /// What answers the request.
    pub(crate) fn handler(&self) -> Handler {
        match self {
            Self::Route(_, route) => route.handler,
            Self::OtherMethods(path, _) => self.preflight().unwrap_or(path.group.method_not_allowed),
            Self::Nothing(group, ..) => self.preflight().unwrap_or(group.not_found),
        }
    }

    /// Whether the path has routes, but none for this request.
    pub(crate) fn is_refused_method(&self) -> bool {
        matches!(self, Self::OtherMethods(..)) && self.preflight().is_none()
    }

    fn preflight(&self) -> Option<Handler> {
        let (Self::OtherMethods(_, method) | Self::Nothing(.., method)) = self else { return None };
        let shared = *method == Method::OPTIONS && self.readers() != Readers::SameOrigin;
        self.group().preflight.filter(|_| shared)
    }

    pub(crate) fn rate(&self) -> RateClass {
        match self {
            Self::Route(_, route) => route.rate,
            Self::OtherMethods(path, _) => path.routes.first().map_or(RateClass::Unlimited, |route| route.rate),
            Self::Nothing(_, area, _) => area.rate,
        }
    }

    /// A refusal of a method can be read if all answers of the path can be; a preflight answer, if one can be.
    pub(crate) fn readers(&self) -> Readers {
        match self {
            Self::Route(_, route) => route.readers,
            Self::OtherMethods(path, method) => {
                let mut readers = path.routes.iter().map(|route| route.readers);
                let shared = if *method == Method::OPTIONS {
                    readers.find(|readers| *readers != Readers::SameOrigin)
                } else {
                    let first = readers.next();
                    first.filter(|first| readers.all(|other| other == *first))
                };
                shared.unwrap_or(Readers::SameOrigin)
            }
            Self::Nothing(_, area, _) => area.readers,
        }
    }

    /// Method and path template of the route; empty if there is none.
    pub(crate) fn label(&self) -> (&'static str, &'static str) {
        self.route().map_or(("", ""), |route| (route.method.as_str(), self.template()))
    }

    pub(crate) fn ignores_trailing_slash(&self) -> bool {
        matches!(self, Self::Nothing(_, area, _) if area.ignores_trailing_slash)
    }

    /// The methods of the path.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &'static Method> {
        self.routes().iter().map(|route| &route.method)
    }

    /// The methods of the path whose answers other origins may read.
    pub(crate) fn shared_methods(&self) -> impl Iterator<Item = &'static Method> {
        let shared = self.routes().iter().filter(|route| route.readers != Readers::SameOrigin);
        shared.map(|route| &route.method)
    }

    /// The value of the `Allow` header. RFC 9110 10.2.1.
    pub(crate) fn allow(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for method in self.methods() {
            names.push(method.as_str());
            if *method == Method::GET {
                names.push("HEAD");
            }
        }
        if self.group().preflight.is_some() && self.shared_methods().next().is_some() {
            names.push("OPTIONS");
        }
        names.join(",")
    }

    /// The value of a `{name}` of the template, decoded.
    pub(crate) fn parameter<'p>(&self, path: &'p str, name: &str) -> Option<Cow<'p, str>> {
        let (_, value) = self.parameters(path).find(|(known, _)| *known == name)?;
        Some(percent_decode_str(value).decode_utf8_lossy())
    }

    /// The value of the first `{name}` of the template, decoded, and the segment before it: the list that it is in.
    pub(crate) fn first_object<'p>(&self, path: &'p str) -> Option<(&'static str, Cow<'p, str>)> {
        let mut list = "";
        for (segment, value) in self.template().split('/').zip(path.split('/')) {
            if parameter_name(segment).is_some() {
                return Some((list, percent_decode_str(value).decode_utf8_lossy()));
            }
            list = segment;
        }
        None
    }

    /// The path as it may be recorded: without its secrets.
    pub(crate) fn recordable(&self, path: String) -> String {
        if let Self::Nothing(_, area, _) = self {
            return area.recordable(path);
        }
        if self.routes().iter().all(|route| route.secrets.is_empty()) {
            return path;
        }
        let is_secret = |name: &str| match self.route() {
            Some(route) => route.secrets.contains(&name),
            None => self.routes().iter().any(|route| route.secrets.contains(&name)),
        };
        if !self.parameters(&path).any(|(name, _)| is_secret(name)) {
            return path;
        }
        let segments = self.template().split('/').zip(path.split('/'));
        let shown =
            segments.map(|(segment, value)| if parameter_name(segment).is_some_and(is_secret) { "…" } else { value });
        shown.collect::<Vec<_>>().join("/")
    }

    fn routes(&self) -> &[&'static Route] {
        match self {
            Self::Route(path, _) | Self::OtherMethods(path, _) => &path.routes,
            Self::Nothing(..) => &[],
        }
    }

    fn parameters<'p>(&self, path: &'p str) -> impl Iterator<Item = (&'static str, &'p str)> {
        let pairs = self.template().split('/').zip(path.split('/'));
        pairs.filter_map(|(segment, value)| Some((parameter_name(segment)?, value)))
    }

    /// The template of the path; empty for a path without routes.
    pub(crate) fn template(&self) -> &'static str {
        match self {
            Self::Route(path, _) | Self::OtherMethods(path, _) => path.template,
            Self::Nothing(..) => "",
        }
    }
}

/// `name` of `{name}`.
fn parameter_name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}
