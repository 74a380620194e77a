//! Okta's resource names and the URLs of the same resources.

/// A resource of the org by its URL or its path, as a name. Other texts are `None`.
pub(super) fn of_url(base: &str, org_id: &str, app_name: impl Fn(&str) -> Option<String>, url: &str) -> Option<String> {
    let path = url.strip_prefix(base).or_else(|| after_host(url)).unwrap_or(url);
    let parts: Vec<&str> = path.strip_prefix("/api/v1/")?.split('/').collect();
    let directory = format!("orn:okta:directory:{org_id}");
    Some(match parts[..] {
        [list @ ("users" | "groups")] => format!("{directory}:{list}"),
        [list @ ("users" | "groups"), id] => format!("{directory}:{list}:{id}"),
        ["groups", id, "users"] => format!("{directory}:groups:{id}:contained_resources"),
        ["apps"] => format!("orn:okta:idp:{org_id}:apps"),
        ["apps", id] => format!("orn:okta:idp:{org_id}:apps:{}:{id}", app_name(id)?),
        _ => return None,
    })
}

/// The path of a resource, if it has one.
pub(in crate::management) fn path(orn: &str) -> Option<String> {
    let resource = orn.strip_prefix("orn:")?.splitn(4, ':').nth(3)?;
    let parts: Vec<&str> = resource.split(':').collect();
    Some(match parts[..] {
        [list @ ("users" | "groups" | "apps")] => format!("/api/v1/{list}"),
        [list @ ("users" | "groups"), id] | [list @ "apps", _, id] => format!("/api/v1/{list}/{id}"),
        ["groups", id, "contained_resources"] => format!("/api/v1/groups/{id}/users"),
        _ => return None,
    })
}

/// The name of the app in the catalog, if the resource is all apps that were made from it.
pub(in crate::management) fn apps_made_from(orn: &str) -> Option<&str> {
    let name = orn.strip_prefix("orn:")?.splitn(4, ':').nth(3)?.strip_prefix("apps:")?;
    (!name.is_empty() && !name.contains(':')).then_some(name)
}

/// Whether a text is a resource name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with("orn:") && text.split(':').count() >= 5
}

fn after_host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    rest.find('/').map(|start| &rest[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_names_of_resources_are_converted() {
        let app_name = |id: &str| (id == "0oa1").then(|| "bookmark".to_owned());
        for (url, orn) in [
            ("/api/v1/users", "orn:okta:directory:00o1:users"),
            ("/api/v1/groups/00g1", "orn:okta:directory:00o1:groups:00g1"),
            ("/api/v1/groups/00g1/users", "orn:okta:directory:00o1:groups:00g1:contained_resources"),
            ("/api/v1/apps/0oa1", "orn:okta:idp:00o1:apps:bookmark:0oa1"),
        ] {
            for url in [url.to_owned(), format!("http://mock/org{url}"), format!("https://org.example{url}")] {
                assert_eq!(of_url("http://mock/org", "00o1", app_name, &url).as_deref(), Some(orn));
            }
            assert_eq!(path(orn).as_deref(), Some(url));
        }
        for unknown in ["/api/v1/apps/0oa2", "/api/v1/other", "text"] {
            assert_eq!(of_url("http://mock/org", "00o1", app_name, unknown), None);
        }
        assert_eq!(path("orn:okta:governance:00o1:labels:1"), None);
        assert_eq!(apps_made_from("orn:okta:idp:00o1:apps:bookmark"), Some("bookmark"));
        assert_eq!(apps_made_from("orn:okta:idp:00o1:apps:bookmark:0oa1"), None);
    }
}
