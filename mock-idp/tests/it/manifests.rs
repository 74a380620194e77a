//! `ci/shared`: the files for Docker Compose and Kubernetes fit each other and the program.

use serde_json::Value;

use crate::client::plain;
use crate::program::{Running, output, program, stdout};

fn documents(name: &str) -> Vec<Value> {
    let path = format!("{}/../ci/shared/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_saphyr::from_multiple(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The program has an option for each of these variables.
fn are_options<'n>(names: impl IntoIterator<Item = &'n str>) {
    let dir = tempfile::tempdir().unwrap();
    let help = stdout(&output(program(dir.path()).arg("--help")));
    // Lines of the help are wrapped.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut known = 0;
    for name in names {
        // The values of some are not shown.
        let is_option = ["=", "]"].iter().any(|end| help.contains(&format!("[env: {name}{end}")));
        assert!(is_option, "{name} is not in\n{help}");
        known += 1;
    }
    assert!(known > 3);
}

#[test]
fn the_compose_file_sets_options_that_the_program_has_and_names_its_services() {
    let compose = documents("compose.yaml").remove(0);
    let mock = &compose["services"]["mock-idp"];
    are_options(mock["environment"].as_object().unwrap().keys().map(String::as_str));
    assert_eq!(mock["deploy"]["replicas"], 3);
    let store = mock["environment"]["MOCK_IDP_LEDGER"].as_str().unwrap();
    let host = store.strip_prefix("redis://").unwrap().split_once(':').unwrap().0;
    assert!(compose["services"][host].is_object() && mock["depends_on"][host].is_object());
    let balancer = &compose["services"]["balancer"];
    let config = &compose["configs"][balancer["configs"][0]["source"].as_str().unwrap()]["content"];
    let port = mock["environment"]["MOCK_IDP_PORT"].as_str().unwrap();
    assert!(config.as_str().unwrap().contains(&format!("mock-idp:{port} check")), "{config}");
}

#[tokio::test]
async fn the_kubernetes_file_has_services_for_its_workloads_and_probes_that_the_mock_answers() {
    let documents = documents("kubernetes.yaml");
    let kinds: Vec<_> = documents.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["StatefulSet", "Service", "Deployment", "Service"]);
    for pair in documents.chunks(2) {
        let (workload, service) = (&pair[0]["spec"], &pair[1]["spec"]);
        assert_eq!((&pair[0]["apiVersion"], &pair[1]["apiVersion"]), (&"apps/v1".into(), &"v1".into()));
        let labels = &workload["template"]["metadata"]["labels"];
        assert_eq!((&workload["selector"]["matchLabels"], &service["selector"]), (labels, labels));
        let container = &workload["template"]["spec"]["containers"][0];
        assert_eq!(container["ports"][0]["containerPort"], service["ports"][0]["port"]);
    }
    let deployment = &documents[2]["spec"];
    assert_eq!(deployment["replicas"], 3);
    let container = &deployment["template"]["spec"]["containers"][0];
    let environment = container["env"].as_array().unwrap();
    are_options(environment.iter().map(|variable| variable["name"].as_str().unwrap()));
    let value = |name: &str| {
        let found = environment.iter().find(|variable| variable["name"] == name);
        found.unwrap()["value"].as_str().unwrap()
    };
    assert_eq!(
        value("MOCK_IDP_LEDGER"),
        format!("redis://{}:6379", documents[1]["metadata"]["name"].as_str().unwrap())
    );
    let drain: u64 = value("MOCK_IDP_DRAIN").parse().unwrap();
    assert!(deployment["template"]["spec"]["terminationGracePeriodSeconds"].as_u64().unwrap() > drain + 2);

    let dir = tempfile::tempdir().unwrap();
    let running = Running::start(program(dir.path()).args(["--port", "0", "--log", "off"]));
    let base = running.value("control").strip_suffix("/_mock/info").unwrap();
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let probe = &container[probe]["httpGet"];
        assert_eq!(probe["port"].to_string(), value("MOCK_IDP_PORT"));
        let answer = plain().get(format!("{base}{}", probe["path"].as_str().unwrap())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}
