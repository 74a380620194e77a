//! Who may know whom: relying party, API and viewer meet in lib.rs alone, and one file knows the mock.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(under: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(under), &mut found);
    assert!(!found.is_empty(), "{under} is empty");
    found
}

fn names(text: &str, word: &str) -> bool {
    text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word))
}

#[test]
fn neighbours_do_not_know_each_other() {
    let rooms = ["relying_party", "resource_server", "viewer"];
    for room in rooms {
        for (path, text) in sources(room) {
            for other in rooms.iter().filter(|other| **other != room) {
                assert!(!names(&text, &format!("crate::{other}")), "{} knows {other}", path.display());
            }
        }
    }
    for (path, text) in sources("pages").into_iter().chain(sources("token")) {
        for room in rooms {
            assert!(!names(&text, &format!("crate::{room}")), "{} knows {room}", path.display());
        }
    }
}

#[test]
fn one_file_knows_the_mock() {
    for (path, text) in sources("") {
        let knows = names(&text, "mock_idp");
        assert_eq!(knows, path.ends_with("embedded.rs"), "{}", path.display());
        assert!(!names(&text, "mock_idp_core"), "{}", path.display());
    }
}
