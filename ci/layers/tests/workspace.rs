//! The layers of each package, and that no two files of one use each other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use layers::Package;

/// Top-level modules from the lowest layer to the highest. Modules of one layer do not use one another.
struct Layers {
    /// The package's folder in the workspace.
    folder: &'static str,
    layers: &'static [&'static [&'static str]],
}

const CORE: Layers = Layers {
    folder: "mock-idp/core",
    layers: &[
        &["java_regex", "text", "system_log"],
        &["trace"],
        &["moment"],
        &["protocol", "expression", "behavior"],
        &["model"],
        &["org", "ledger"],
        &["policy", "claims"],
        &["tokens", "sign_in", "lint"],
        &["endpoint", "management"],
        &["preview", "transfer"],
    ],
};

const MOCK_IDP: Layers = Layers {
    folder: "mock-idp",
    layers: &[
        &["clock", "faults", "metrics", "outbound", "pages", "request_id", "seed", "settings", "state_dir"],
        &["current_request", "journal", "ledger"],
        &["keys"],
        &["engine"],
        &["preview"],
        &["address", "environment", "people"],
        &["routing"],
        &["http", "control"],
        &["tls"],
        &["listen"],
        &["start_error"],
        &["logging", "org_source"],
        &["mock_idp", "org_document"],
        &["cli"],
    ],
};

const DEMO_APP: Layers = Layers {
    folder: "demo-app",
    layers: &[
        &["body"],
        &["control_api", "timestamp"],
        &["catalogue", "clock", "config", "decision", "endpoint", "guard", "listen"],
        &["builder", "outbound"],
        &["token"],
        &["session"],
        &["pages"],
        &["relying_party", "resource_server", "viewer", "embedded"],
        &["manual"],
    ],
};

const HARNESS: Layers = Layers {
    folder: "harness",
    layers: &[
        &["exit", "nearest", "record"],
        &["wire"],
        &["issuer_target"],
        &["driver", "flow", "check", "claims", "subject", "embedded"],
        &["scenario"],
        &["report", "run"],
        &["doctor", "init", "tape"],
        &["cli"],
    ],
};

const LAYERS: Layers = Layers { folder: "ci/layers", layers: &[&["syntax"], &["source"], &["resolve"], &["uses"]] };

const PACKAGES: [&Layers; 5] = [&CORE, &MOCK_IDP, &DEMO_APP, &HARNESS, &LAYERS];

/// What another endpoint may use: every endpoint authenticates its clients.
const SHARED_BY_ENDPOINTS: &str = "client_authentication";

/// Crates that serve, wait or call out. A rule is a function of its arguments.
const NOT_IN_CORE: [&str; 8] = ["axum", "hyper", "reqwest", "tokio", "tower", "tower-http", "tracing", "arc-swap"];

fn folder(package: &Layers) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(package.folder)
}

fn read(package: &Layers) -> Package {
    let read = Package::read(&folder(package).join("src")).unwrap_or_else(|error| panic!("{error}"));
    assert!(read.uses().count() > 5, "hardly any use was found in {}", package.folder);
    read
}

#[test]
fn no_two_files_use_each_other() {
    let cycles: Vec<String> = PACKAGES
        .iter()
        .flat_map(|package| read(package).cycles().into_iter().map(|cycle| format!("{}:\n{cycle}", package.folder)))
        .collect();
    assert!(cycles.is_empty(), "{} cycles\n{}", cycles.len(), cycles.join("\n"));
}

#[test]
fn modules_use_lower_layers_only() {
    for package in PACKAGES {
        let violations = read(package).violations(package.layers);
        assert!(violations.is_empty(), "{}:\n{}", package.folder, violations.join("\n"));
    }
}

#[test]
fn the_layers_are_those_of_the_tables_in_architecture_md() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ARCHITECTURE.md")).unwrap();
    for package in [&CORE, &MOCK_IDP, &DEMO_APP, &HARNESS] {
        let heading = format!("`{}`, from the bottom to the top:\n\n", package.folder.replace('/', "-"));
        let table = text.split_once(&heading).unwrap_or_else(|| panic!("no table after {heading:?}")).1;
        let rows = table.lines().take_while(|line| line.starts_with('|')).skip(2);
        let documented: Vec<BTreeSet<&str>> = rows.map(modules_of_row).collect();
        let layers: Vec<BTreeSet<&str>> = package.layers.iter().map(|layer| layer.iter().copied().collect()).collect();
        assert_eq!(documented, layers, "{}", package.folder);
    }
}

/// The names in the second column of a row.
fn modules_of_row(row: &str) -> BTreeSet<&str> {
    let names = row.split('|').nth(2).unwrap_or_default();
    names.split('`').skip(1).step_by(2).collect()
}

#[test]
fn endpoints_do_not_use_one_another() {
    let package = read(&CORE);
    let wrong: Vec<String> = package
        .uses()
        .filter(|(user, used, _)| [user, used].iter().all(|file| file.top() == Some("endpoint")))
        .filter(|(user, used, _)| used.module.get(1).is_some_and(|name| user.module.get(1) != Some(name)))
        .filter(|(_, used, _)| used.module[1] != SHARED_BY_ENDPOINTS)
        .map(|(user, _, name)| format!("{} uses {name}", user.path.display()))
        .collect();
    assert!(wrong.is_empty(), "what two endpoints share belongs in a lower layer:\n{}", wrong.join("\n"));
}

#[test]
fn the_rules_depend_on_nothing_that_serves_waits_or_calls_out() {
    let manifest = std::fs::read_to_string(folder(&CORE).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let dependencies: BTreeSet<&str> =
        manifest["dependencies"].as_table().unwrap().keys().map(String::as_str).collect();
    assert!(dependencies.contains("serde"));
    for banned in NOT_IN_CORE {
        assert!(!dependencies.contains(banned), "mock-idp-core must not depend on {banned}");
    }
}

#[test]
fn the_harness_and_the_demo_app_start_the_mock_from_one_file() {
    for (package, others) in [(&HARNESS, &["mock_idp", "demo_app"][..]), (&DEMO_APP, &["mock_idp"])] {
        for (file, foreign) in read(package).foreign() {
            let name = file.path.display();
            assert!(!foreign.contains("mock_idp_core"), "{name} uses the rules of the mock");
            let used: Vec<&&str> = others.iter().filter(|other| foreign.contains(**other)).collect();
            let may = file.path.ends_with("embedded.rs") || (package.folder == "demo-app" && file.module.is_empty());
            assert!(used.is_empty() || may, "{name} uses {used:?}");
        }
    }
}
