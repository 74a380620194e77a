//! Who may use whom: the `use` lines hold the table of floors.

use std::path::Path;

/// A folder or file of `src`, and those of ours that it may use.
const FLOORS: &[(&str, &[&str])] = &[
    ("exit", &[]),
    ("embedded", &[]),
    ("record", &[]),
    ("wire", &["record", "wire"]),
    ("issuer_target", &["record", "wire", "issuer_target"]),
    ("subject", &["issuer_target"]),
    ("driver", &["record", "wire", "issuer_target", "driver"]),
    ("flow", &["record", "wire", "issuer_target", "flow"]),
    ("check", &["record", "wire", "issuer_target", "check"]),
    ("claims", &["record", "wire", "issuer_target", "claims"]),
    ("scenario", &["record", "wire", "issuer_target", "driver", "flow", "check", "claims", "scenario"]),
    ("report", &["record", "report"]),
    ("run", &["record", "wire", "issuer_target", "driver", "claims", "scenario", "embedded", "exit", "subject", "run"]),
    ("cli", &["claims", "exit", "record", "report", "run", "scenario", "issuer_target"]),
    ("main", &[]),
];

fn sources(path: &Path) -> Vec<(String, String)> {
    if path.is_file() {
        return vec![(path.display().to_string(), std::fs::read_to_string(path).expect("a source"))];
    }
    let mut entries: Vec<_> =
        std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    entries.iter().flat_map(|entry| sources(entry)).collect()
}

#[test]
fn arrows_only_go_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (name, allowed) in FLOORS {
        let folder = root.join(name);
        let path = if folder.is_dir() { folder } else { root.join(format!("{name}.rs")) };
        let sources = sources(&path);
        assert!(!sources.is_empty(), "{name} has gone");
        for (file, text) in sources {
            // Tests may look at the whole house.
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for used in text.match_indices("crate::").map(|(at, found)| &text[at + found.len()..]) {
                let used: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                assert!(*name == used || allowed.contains(&used.as_str()), "{file} uses {used}");
            }
        }
    }
}

#[test]
fn our_own_products_are_known_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (file, text) in sources(&root) {
        let knows = text.contains("mock_idp::") || text.contains("demo_app::") || text.contains("mock_idp_core");
        assert_eq!(knows, file.ends_with("embedded.rs"), "{file}");
    }
}
