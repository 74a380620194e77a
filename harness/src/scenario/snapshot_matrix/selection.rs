//! `snapshots.toml`: which cases have snapshots.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::claims::SnapshotCase;
use crate::issuer_target::{Applicability, Behavior, TargetNames};

/// The grants that have short names.
const URNS: [&str; 3] = [
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
];

/// What a file selects, and at which targets.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    cases: Vec<CaseLists>,
    pub(super) applicability: Applicability,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    cases: Vec<CaseLists>,
    #[serde(default)]
    harness: HarnessTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HarnessTable {
    target: Option<TargetNames>,
    behavior: Option<Behavior>,
}

/// All combinations of some lists. A list that is left out stands for everything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseLists {
    clients: Option<Vec<String>>,
    users: Option<Vec<String>>,
    servers: Option<Vec<String>>,
    grants: Option<Vec<String>>,
    scopes: Option<Vec<String>>,
}

impl Selection {
    /// Reads the text of a file.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let Contents { cases, harness } = toml::from_str(text).map_err(|error| error.to_string())?;
        if cases.is_empty() {
            return Err("cases is empty: no token request is selected".to_owned());
        }
        for (index, lists) in cases.iter().enumerate() {
            if let Some(problem) = lists.problem() {
                return Err(format!("cases {}: {problem}", index + 1));
            }
        }
        Ok(Self { cases, applicability: Applicability { target: harness.target, behavior: harness.behavior } })
    }

    /// Whether a case is selected.
    pub(super) fn selects(&self, case: &SnapshotCase) -> bool {
        self.cases.iter().any(|lists| lists.selects(case))
    }

    /// The cases whose lists are all written, with names for their snapshots, except known ones.
    pub(super) fn spelled_out(&self, is_known: impl Fn(&SnapshotCase) -> bool) -> Vec<(String, SnapshotCase)> {
        let mut names = BTreeSet::new();
        let mut found: Vec<(String, SnapshotCase)> = Vec::new();
        for case in self.cases.iter().flat_map(CaseLists::combinations) {
            if is_known(&case) || found.iter().any(|(_, known)| is_same(known, &case)) {
                continue;
            }
            let plain = name(&case);
            let same = (2..).map(|number| format!("{plain}.{number}"));
            let free = std::iter::once(plain.clone()).chain(same).find(|name| !names.contains(name));
            let name = free.unwrap_or(plain);
            names.insert(name.clone());
            found.push((name, case));
        }
        found
    }
}

impl CaseLists {
    fn problem(&self) -> Option<String> {
        let lists = [
            ("clients", &self.clients),
            ("users", &self.users),
            ("servers", &self.servers),
            ("grants", &self.grants),
            ("scopes", &self.scopes),
        ];
        let empty = lists.iter().find(|(_, list)| list.as_ref().is_some_and(Vec::is_empty));
        empty.map(|(name, _)| format!("{name} is empty; leave it out to select everything"))
    }

    fn selects(&self, case: &SnapshotCase) -> bool {
        let lists = |list: &Option<Vec<String>>, is: &dyn Fn(&str) -> bool| {
            list.as_ref().is_none_or(|list| list.iter().any(|name| is(name)))
        };
        lists(&self.clients, &|name| is_client(case, name))
            && lists(&self.users, &|name| is_user(case, name))
            && lists(&self.servers, &|name| case.server == name)
            && lists(&self.grants, &|name| case.grant == name || case.short_grant() == name)
            && lists(&self.scopes, &|scopes| same_scopes(case.scopes(), scopes))
    }

    /// Every combination; none if a list is left out.
    fn combinations(&self) -> Vec<SnapshotCase> {
        let (Some(clients), Some(servers), Some(grants), Some(scopes)) =
            (&self.clients, &self.servers, &self.grants, &self.scopes)
        else {
            return Vec::new();
        };
        let mut cases = Vec::new();
        for (client, grant, server) in clients
            .iter()
            .flat_map(|client| grants.iter().map(move |grant| (client, grant)))
            .flat_map(|(client, grant)| servers.iter().map(move |server| (client, grant, server)))
        {
            let users: Vec<Option<&String>> = match (&self.users, grant == "client_credentials") {
                (None, true) => vec![None],
                (Some(_), true) | (None, false) => Vec::new(),
                (Some(users), false) => users.iter().map(Some).collect(),
            };
            for (user, scope) in users.iter().flat_map(|user| scopes.iter().map(move |scope| (*user, scope))) {
                cases.push(SnapshotCase {
                    user: user.cloned(),
                    user_id: None,
                    client: client.clone(),
                    client_id: client.clone(),
                    grant: URNS
                        .iter()
                        .find(|urn| urn.ends_with(&format!(":{grant}")))
                        .map_or(grant.as_str(), |urn| urn)
                        .to_owned(),
                    server: server.clone(),
                    scope: Some(words(scope).join(" ")).filter(|scope| !scope.is_empty()),
                });
            }
        }
        cases
    }
}

/// Whether a case in the names of a selection is that of a snapshot, which has the ids too.
pub(super) fn is_same(stored: &SnapshotCase, spelled: &SnapshotCase) -> bool {
    is_client(stored, &spelled.client)
        && match &spelled.user {
            Some(user) => is_user(stored, user),
            None => stored.user.is_none(),
        }
        && (&stored.grant, &stored.server) == (&spelled.grant, &spelled.server)
        && same_scopes(stored.scopes(), spelled.scopes())
}

fn is_client(case: &SnapshotCase, name: &str) -> bool {
    case.client == name || case.client_id == name
}

/// By login, by its part before the `@`, or by id.
fn is_user(case: &SnapshotCase, name: &str) -> bool {
    let short = case.user.as_deref().and_then(|login| login.split('@').next());
    [case.user.as_deref(), case.user_id.as_deref(), short].contains(&Some(name))
}

fn same_scopes(one: &str, other: &str) -> bool {
    words(one) == words(other)
}

fn words(scopes: &str) -> Vec<&str> {
    scopes.split([' ', ',']).filter(|word| !word.is_empty()).collect()
}

/// `CLIENT/USER/SERVER.GRANT.SCOPES`.
fn name(case: &SnapshotCase) -> String {
    let scopes: Vec<String> = words(case.scopes()).into_iter().map(slug).collect();
    let scopes = if scopes.is_empty() { "default-scopes".to_owned() } else { scopes.join("+") };
    let user = case.user.as_deref().map_or_else(|| "no-user".to_owned(), slug);
    format!("{}/{user}/{}.{}.{scopes}", slug(&case.client), slug(&case.server), case.short_grant())
}

fn slug(name: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '_' | '@' | '-') { c } else { ' ' };
    let spaced: String = name.to_lowercase().chars().map(kept).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join("-").trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(lists: &str) -> Vec<String> {
        let selection = Selection::parse(&format!("[[cases]]\n{lists}")).expect("a selection");
        selection.spelled_out(|_| false).into_iter().map(|(name, _)| name).collect()
    }

    const COMPLETE: &str = "clients = [\"Web app\"]\nusers = [\"ann\", \"bob\"]\nservers = [\"default\"]\n\
                            grants = [\"authorization_code\", \"client_credentials\"]\nscopes = [\"openid a:b\"]\n";

    #[test]
    fn lists_that_are_all_written_are_cases_and_others_are_not() {
        assert_eq!(
            names(COMPLETE),
            ["web-app/ann/default.authorization_code.openid+a-b", "web-app/bob/default.authorization_code.openid+a-b"]
        );
        assert_eq!(names(&COMPLETE.replace("servers = [\"default\"]\n", "")), Vec::<String>::new());
        let machine = COMPLETE.replace("users = [\"ann\", \"bob\"]\n", "").replace("openid a:b", "");
        assert_eq!(names(&machine), ["web-app/no-user/default.client_credentials.default-scopes"]);
        let same = COMPLETE.replace("[\"ann\", \"bob\"]", "[\"a b\", \"a/b\"]");
        assert_eq!(names(&same)[1], "web-app/a-b/default.authorization_code.openid+a-b.2");
    }

    #[test]
    fn a_snapshot_is_selected_by_label_id_login_and_short_grant() {
        let case = SnapshotCase {
            user: Some("ann@example.test".to_owned()),
            user_id: Some("00u1".to_owned()),
            client: "Web app".to_owned(),
            client_id: "0oa1".to_owned(),
            grant: "urn:ietf:params:oauth:grant-type:device_code".to_owned(),
            server: "default".to_owned(),
            scope: Some("openid a:b".to_owned()),
        };
        for lists in [
            "clients = [\"0oa1\"]",
            "users = [\"ann\"]",
            "users = [\"00u1\"]\nclients = [\"Web app\"]",
            "grants = [\"device_code\"]\nscopes = [\"openid, a:b\"]",
        ] {
            assert!(Selection::parse(&format!("[[cases]]\n{lists}")).expect("a selection").selects(&case), "{lists}");
        }
        for lists in ["clients = [\"Web\"]", "users = [\"bob\"]", "grants = [\"ciba\"]", "scopes = [\"openid\"]"] {
            assert!(!Selection::parse(&format!("[[cases]]\n{lists}")).expect("a selection").selects(&case), "{lists}");
        }
    }

    #[test]
    fn a_wrong_file_is_named_with_the_number_of_its_cases() {
        let empty = Selection::parse("[[cases]]\nusers = []").expect_err("an empty list");
        assert_eq!(empty, "cases 1: users is empty; leave it out to select everything");
        assert!(Selection::parse("cases = []").expect_err("no cases").contains("cases is empty"));
        assert!(Selection::parse("[[cases]]\nuser = [\"a\"]").expect_err("a wrong key").contains("user"));
    }
}
