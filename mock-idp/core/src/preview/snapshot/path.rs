//! The path of a snapshot below its folder: readable, and the same whatever else is in the folder, as long as no two cases would get
//! the same one.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::preview::TokenCase;

/// In place of a user, if the client acts for itself.
const NO_USER: &str = "no-user";
/// In place of scopes, if none are asked for.
const DEFAULT_SCOPES: &str = "default-scopes";

/// The longest part of a path, in characters.
const MAX_PART: usize = 80;
/// The number of characters of a hash that distinguishes names which would be the same.
const HASH: usize = 6;

/// The paths of some cases, in order: `client/user/server.grant.scopes.json`.
#[must_use]
pub fn paths(cases: &[&TokenCase]) -> Vec<String> {
    let plain: Vec<String> = cases.iter().map(|case| path(case)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for path in &plain {
        *uses.entry(path).or_default() += 1;
    }
    let distinct = |(path, case): (&String, &&TokenCase)| match uses.get(path.as_str()) {
        Some(1) => format!("{path}.json"),
        _ => format!("{path}.{}.json", hash(&exact(case))),
    };
    plain.iter().zip(cases).map(distinct).collect()
}

fn path(case: &TokenCase) -> String {
    let grant = case.grant.rsplit(':').next().unwrap_or(case.grant);
    let user = case.user.as_deref().map_or_else(|| NO_USER.to_owned(), part);
    let scopes = case.scope.as_deref().map_or_else(|| DEFAULT_SCOPES.to_owned(), scopes);
    format!("{}/{user}/{}.{grant}.{scopes}", part(&case.client), part(&case.server))
}

/// What makes a case what it is.
fn exact(case: &TokenCase) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [text(&case.user), case.client_id.clone(), case.grant.to_owned(), case.server.clone(), text(&case.scope)].join("\n")
}

/// One name in lower case. Characters that a file system, a shell or a URL may take for something else become `-`.
fn part(name: &str) -> String {
    let slug = slug(name);
    if slug.chars().count() <= MAX_PART && !slug.is_empty() {
        return slug;
    }
    let kept: String = slug.chars().take(MAX_PART - HASH - 1).collect();
    format!("{kept}-{}", hash(name))
}

/// Scopes with `+` between them; of a long list, the first ones.
fn scopes(list: &str) -> String {
    let slugs: Vec<String> = list.split(' ').map(slug).collect();
    let whole = slugs.join("+");
    if whole.chars().count() <= MAX_PART {
        return whole;
    }
    let mut kept = String::new();
    for (index, slug) in slugs.iter().enumerate() {
        let more = format!("{}-more-{}", slugs.len() - index, hash(list));
        let separator = if index == 0 { "" } else { "+" };
        if kept.chars().count() + slug.chars().count() + more.len() + 2 * separator.len() > MAX_PART {
            return format!("{kept}{separator}{more}");
        }
        kept.push_str(separator);
        kept.push_str(slug);
    }
    kept
}

fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.to_lowercase().chars() {
        match character {
            '.' | '_' | '@' | '-' => slug.push(character),
            _ if character.is_alphanumeric() => slug.push(character),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    // A leading dot hides a file, and `..` is a folder.
    slug.trim_matches(|character| matches!(character, '-' | '.')).to_owned()
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex[..HASH].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(client: &str, user: Option<&str>, grant: &'static str, scope: Option<&str>) -> TokenCase {
        TokenCase {
            user: user.map(str::to_owned),
            user_id: None,
            client: client.to_owned(),
            client_id: client.to_owned(),
            grant,
            server: "default".to_owned(),
            scope: scope.map(str::to_owned),
        }
    }

    fn only(case: &TokenCase) -> String {
        paths(&[case]).remove(0)
    }

    #[test]
    fn a_path_has_the_names_of_its_case() {
        let web = case("Market demo", Some("buyer@example.test"), "authorization_code", Some("openid products:read"));
        assert_eq!(only(&web), "market-demo/buyer@example.test/default.authorization_code.openid+products-read.json");
        let machine = case("Job/№ 1", None, "client_credentials", None);
        assert_eq!(only(&machine), "job-1/no-user/default.client_credentials.default-scopes.json");
        let device = case("Émile's TV", Some("é"), "urn:ietf:params:oauth:grant-type:device_code", Some("openid"));
        assert_eq!(only(&device), "émile-s-tv/é/default.device_code.openid.json");
    }

    #[test]
    fn cases_with_the_same_path_get_a_hash_each() {
        let (one, other) =
            (case("a:b", None, "client_credentials", None), case("a b", None, "client_credentials", None));
        let both = paths(&[&one, &other]);
        assert_ne!(both[0], both[1]);
        let reversed = paths(&[&other, &one]);
        assert_eq!(both, [reversed[1].clone(), reversed[0].clone()]);
        assert!(both.iter().all(|path| path.starts_with("a-b/no-user/default.client_credentials.default-scopes.")));
    }

    #[test]
    fn a_long_list_of_scopes_is_cut_between_scopes_and_ends_with_a_hash() {
        let list: Vec<String> = (0..40).map(|number| format!("scope:number:{number}")).collect();
        let long = case("web", None, "client_credentials", Some(&list.join(" ")));
        let path = only(&long);
        assert!(path.contains("scope-number-0+scope-number-1+"), "{path}");
        assert!(path.contains("-more-"), "{path}");
        assert!(path.split('/').all(|part| part.len() < 150), "{path}");
        let shorter = case("web", None, "client_credentials", Some(&list[..39].join(" ")));
        assert_ne!(path, only(&shorter));
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in ["..", ".", "", "/etc/passwd", "../../x", "   "] {
            let path = only(&case(name, Some(name), "client_credentials", Some("openid")));
            let parts: Vec<&str> = path.split('/').collect();
            assert_eq!(parts.len(), 3, "{path}");
            assert!(parts.iter().all(|part| !part.is_empty() && !part.starts_with('.')), "{path}");
        }
    }
}
