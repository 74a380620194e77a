//! The table of all routes, by path.

use std::sync::Arc;

use http::Method;
use indexmap::IndexMap;

use super::matched::PathRoutes;
use super::{Area, Group, Matched, RateClass, Readers, Route};

/// All routes of the server.
#[derive(Debug)]
pub(crate) struct Table {
    paths: matchit::Router<Arc<PathRoutes>>,
    groups: Vec<&'static Group>,
}

/// For paths that are in no area of a group.
static ELSEWHERE: Area = Area {
    prefix: "",
    rate: RateClass::Unlimited,
    readers: Readers::SameOrigin,
    secret_segment: false,
    ignores_trailing_slash: false,
};

/// Two rows match the same requests.
#[derive(Debug, thiserror::Error)]
#[error("route {path}: {because}")]
pub(crate) struct RouteConflict {
    path: &'static str,
    because: String,
}

impl Table {
    /// The table of these groups. The first answers where no other does.
    pub(crate) fn new(first: &'static Group, others: &[&'static Group]) -> Result<Self, RouteConflict> {
        let groups: Vec<_> = std::iter::once(first).chain(others.iter().copied()).collect();
        let mut all: IndexMap<&str, PathRoutes> = IndexMap::new();
        for group in &groups {
            for route in (group.rows)() {
                for template in route.paths {
                    let path = all.entry(*template).or_insert(PathRoutes { template, routes: Vec::new(), group });
                    if path.routes.iter().any(|other| other.method == route.method) {
                        let because = format!("two rows have the method {}", route.method);
                        return Err(RouteConflict { path: template, because });
                    }
                    path.routes.push(route);
                }
            }
        }
        let mut paths = matchit::Router::new();
        for (template, path) in all {
            let inserted = paths.insert(template, Arc::new(path));
            inserted.map_err(|error| RouteConflict { path: template, because: error.to_string() })?;
        }
        Ok(Self { paths, groups })
    }

    /// All rows.
    pub(crate) fn routes(&self) -> impl Iterator<Item = &'static Route> {
        self.groups.iter().flat_map(|group| (group.rows)())
    }

    /// The route of a request, or what applies without one.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Matched {
        let Ok(found) = self.paths.at(path) else { return self.nothing(method, path) };
        let wanted = if *method == Method::HEAD { &Method::GET } else { method };
        match found.value.routes.iter().find(|route| route.method == *wanted) {
            Some(route) => Matched::Route(Arc::clone(found.value), route),
            None => Matched::OtherMethods(Arc::clone(found.value), method.clone()),
        }
    }

    fn nothing(&self, method: &Method, path: &str) -> Matched {
        let areas = self.groups.iter().flat_map(|group| group.areas.iter().map(|area| (*group, area)));
        let found = areas.into_iter().find(|(_, area)| area.contains(path));
        let (group, area) = found.unwrap_or((self.groups[0], &ELSEWHERE));
        Matched::Nothing(group, area, method.clone())
    }
}
