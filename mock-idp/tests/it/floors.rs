//! The floors of the crate: a module uses only what is below it, and the two that speak HTTP do not meet.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// From the lowest layer up. Modules of one layer do not use one another.
const FLOORS: &[&[&str]] = &[
    &["clock", "faults", "ledger", "outbound", "pages", "request_id", "settings"],
    &["journal", "keys"],
    &["engine"],
    &["address", "people"],
    &["routing"],
    &["http", "control"],
];

/// What starts and stops the rest, and the program: above all layers.
const START: &[&str] = &["cli", "listen", "logging", "mock_idp", "start_error", "state_dir", "tls"];

#[test]
fn every_module_stands_on_a_floor() {
    let known: BTreeSet<&str> = FLOORS.iter().copied().flatten().chain(START).copied().collect();
    let unknown: Vec<String> = sources()
        .iter()
        .filter_map(|file| file.module.first().cloned())
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "give these modules a floor: {unknown:?}");
}

#[test]
fn a_module_uses_only_what_is_below_it() {
    let floor = |name: &str| match START.contains(&name) {
        true => Some(FLOORS.len()),
        false => FLOORS.iter().position(|floor| floor.contains(&name)),
    };
    let mut seen = 0;
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(own) = file.module.first().filter(|own| !START.contains(&own.as_str())) else { continue };
        for used in file.uses() {
            let Some(below) = floor(&used[0]).filter(|_| used[0] != *own) else { continue };
            seen += 1;
            if Some(below) >= floor(own) {
                wrong.push(format!("{} uses {}", file.path.display(), used.join("::")));
            }
        }
    }
    assert!(seen > 20, "only {seen} uses were found: does this test still read the code as it is written?");
    assert!(wrong.is_empty(), "arrows only go down:\n{}", wrong.join("\n"));
}

#[test]
fn pages_use_nothing_but_their_views() {
    let mut seen = 0;
    for file in sources().iter().filter(|file| file.module.first().is_some_and(|name| name == "pages")) {
        let is_view = file.module.get(1).is_some_and(|name| name == "view");
        for used in uses(&file.code, "mock_idp_core::", &[]) {
            assert!(is_view, "{} renders a view, and does not use {used:?}", file.path.display());
        }
        for used in file.uses() {
            assert_eq!(used[0], "pages", "{} uses {used:?}", file.path.display());
            seen += usize::from(used.get(1).is_some_and(|name| name == "view"));
        }
    }
    assert!(seen > 5, "only {seen} uses of views were found");
}

#[test]
fn paths_are_read_as_rust_reads_them() {
    let code = "use crate::{policy::{Rule, Scope}, claims};\nuse super::super::model::User;\n// crate::org\n\
        fn f(x: crate::tokens::Claim) {}\n#[cfg(test)]\nmod tests {\n    use crate::endpoint;\n}\n";
    let read = |root, from: &[String]| uses(code, root, from).iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(read("crate::", &[]), ["claims", "policy::Rule", "policy::Scope", "tokens::Claim"]);
    assert_eq!(read("super::", &["sign_in".to_owned(), "password".to_owned()]), ["model::User"]);
}

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// One source file, and where it hangs in the module tree: `policy/rule.rs` is `["policy", "rule"]`.
struct Source {
    path: PathBuf,
    module: Vec<String>,
    code: String,
}

impl Source {
    /// Paths from this crate's root.
    fn uses(&self) -> BTreeSet<Vec<String>> {
        let mut found = uses(&self.code, "crate::", &[]);
        found.extend(uses(&self.code, "super::", &self.module));
        found
    }
}

/// All source files but those of tests.
fn sources() -> Vec<Source> {
    let mut folders = vec![PathBuf::from(SOURCE)];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(SOURCE).unwrap().with_extension("");
            let mut module: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if module.iter().any(|name| name == "tests") {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                module.retain(|name| !matches!(name.as_str(), "mod" | "lib" | "main"));
                let code = std::fs::read_to_string(&path).unwrap();
                sources.push(Source { path: below, module, code });
            }
        }
    }
    sources
}

/// The first two words of every path that the code names behind `root`, tests apart. Each `super::` leaves one of `from`.
fn uses(code: &str, root: &str, from: &[String]) -> BTreeSet<Vec<String>> {
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.map(|line| line.split(" // ").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(root) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c)) {
            continue;
        }
        let tree = code[at..].trim_start_matches(root);
        let steps = (code.len() - at - tree.len()) / root.len();
        let prefix = &from[..from.len().saturating_sub(steps)];
        read_tree(&code[code.len() - tree.len() - "::".len()..], prefix.to_vec(), &mut found);
    }
    found
}

/// Reads `::a::b`, or `::{a, b::{c, d}}`, that stands behind the path.
fn read_tree(code: &str, mut path: Vec<String>, found: &mut BTreeSet<Vec<String>>) {
    let mut open = Vec::new();
    let mut rest = code;
    loop {
        let word_end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if word_end > 0 {
            path.push(rest[..word_end].to_owned());
            rest = &rest[word_end..];
        }
        if let Some(deeper) = rest.strip_prefix("::") {
            rest = deeper;
            if let Some(branches) = rest.strip_prefix('{') {
                open.push(path.len());
                rest = branches;
            }
            continue;
        }
        let next = rest.chars().next();
        if open.is_empty() || matches!(next, Some(',' | '}')) {
            found.insert(path.iter().take(2).cloned().collect());
        }
        match (next, open.last()) {
            (Some(','), Some(length)) => path.truncate(*length),
            (Some('}'), Some(_)) => drop(open.pop()),
            (Some(_), Some(_)) => {}
            _ => return,
        }
        if open.is_empty() {
            return;
        }
        rest = &rest[next.map_or(0, char::len_utf8)..];
    }
}
