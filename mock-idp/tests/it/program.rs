//! The program: banner, READY line, exit codes and the output of its commands.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use assert_cmd::cargo::CommandCargoExt as _;
use serde_json::Value;

use crate::client;

/// The program with its own state directory and no settings in the environment.
pub(crate) fn program(state: &Path) -> Command {
    let mut command = Command::cargo_bin("mock-idp").unwrap();
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MOCK_IDP_") {
            command.env_remove(name);
        }
    }
    command.env("MOCK_IDP_STATE_DIR", state).env("NO_COLOR", "1");
    command
}

pub(crate) fn output(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A running program, stopped when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) ready: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
        Self { child, ready }
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        let start = format!("{name}=");
        self.ready.split_whitespace().find_map(|word| word.strip_prefix(start.as_str())).unwrap()
    }

    /// The port that it listens at.
    pub(crate) fn port(&self) -> u16 {
        let control = self.value("control").strip_suffix("/_mock/info").unwrap();
        control.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// Sends SIGTERM; exit code, and everything said on stderr.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_program_prints_ready_logs_requests_and_stops_on_a_signal() {
    let dir = tempfile::tempdir().unwrap();
    let ready_file = dir.path().join("ready");
    let running =
        Running::start(program(dir.path()).args(["--port", "0", "--log", "json", "--ready-file"]).arg(&ready_file));
    assert!(running.ready.starts_with("READY issuer=http://localhost:"), "{}", running.ready);
    assert_eq!(std::fs::read_to_string(&ready_file).unwrap(), running.ready);

    let info: Value = client::plain().get(running.value("control")).send().await.unwrap().json().await.unwrap();
    assert_eq!(info["issuer"], running.value("issuer"));
    let base = running.value("issuer").strip_suffix("/oauth2/default").unwrap();
    let nowhere = format!("{base}/nowhere?state=canary");
    let id = client::plain().get(nowhere).send().await.unwrap().headers()["x-okta-request-id"].clone();
    let ca = std::fs::read_to_string(dir.path().join("ca.pem")).unwrap();
    let https = base.replace("http:", "https:") + "/healthz";
    assert_eq!(client::trusting(&ca).get(https).send().await.unwrap().status(), 200);

    let (code, said) = running.end();
    assert_eq!(code, Some(0));
    assert!(!ready_file.exists());
    assert!(!said.contains("canary") && !said.contains('\x1b'), "{said}");
    let mut lines = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let line = lines.find(|line| line["path"] == "/nowhere").unwrap();
    assert_eq!((&line["status"], &line["method"], &line["path"]), (&404.into(), &"GET".into(), &"/nowhere".into()));
    assert_eq!((&line["level"], &line["request_id"]), (&"WARN".into(), &id.to_str().unwrap().into()));
}

#[test]
fn the_banner_fits_a_terminal_of_80_columns_and_24_lines() {
    let dir = tempfile::tempdir().unwrap();
    let (_, banner) = Running::start(program(dir.path()).args(["--port", "0", "--log", "off"])).end();
    assert!(banner.contains("Not Okta") && banner.contains("admin@example.test / Passw0rd!"), "{banner}");
    assert!(banner.lines().count() <= 24 && banner.lines().all(|line| line.chars().count() <= 80), "{banner}");
}

#[test]
fn a_port_in_use_is_exit_code_4() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = output(program(dir.path()).args(["serve", "--port", &port]));
    assert_eq!(ended.status.code(), Some(4));
    assert_eq!(stdout(&ended), "");
    assert!(stderr(&ended).contains("--port 0"), "{}", stderr(&ended));
}

#[test]
fn an_invalid_argument_or_document_is_exit_code_2_with_its_location() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("org.yaml");
    std::fs::write(&file, "org:\n  id: 00o00000000000000000\n  name: A\n  subdomian: a\n").unwrap();
    let ended = output(program(dir.path()).arg("--check").arg("--org").arg(&file));
    assert_eq!(ended.status.code(), Some(2));
    let said = stderr(&ended);
    assert!(said.contains("org.yaml") && said.contains("4:3") && said.contains("`subdomain`"), "{said}");

    assert_eq!(output(program(dir.path()).arg("--prot")).status.code(), Some(2));
    let issuer = output(program(dir.path()).args(["--issuer-url", "https://a.test/path"]));
    assert_eq!(issuer.status.code(), Some(2));
    assert!(stderr(&issuer).contains("it has a path, query or fragment"), "{}", stderr(&issuer));
    let filter = output(program(dir.path()).args(["--port", "0"]).env("MOCK_IDP_LOG", "mock_idp=loud"));
    assert_eq!(filter.status.code(), Some(2));
    assert!(stderr(&filter).contains("MOCK_IDP_LOG is `mock_idp=loud`"), "{}", stderr(&filter));
}

#[test]
fn an_address_of_another_machine_is_exit_code_5() {
    let dir = tempfile::tempdir().unwrap();
    let ended = output(program(dir.path()).args(["--host", "192.0.2.1", "--port", "0"]));
    assert_eq!(ended.status.code(), Some(5));
    assert!(stderr(&ended).contains("192.0.2.1"), "{}", stderr(&ended));
}

#[test]
fn check_prints_the_names_of_the_orgs() {
    let dir = tempfile::tempdir().unwrap();
    let ended = output(program(dir.path()).arg("--check"));
    assert_eq!((ended.status.code(), stdout(&ended).as_str()), (Some(0), "ok: market\n"));
}

/// The built-in org, as a file.
const MARKET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/orgs/market.yaml");

#[tokio::test(flavor = "multi_thread")]
async fn env_asks_the_running_mock_for_its_org_and_its_sandboxes() {
    let dir = tempfile::tempdir().unwrap();
    let own = client::TENANT_2.replace("tenant2", "own")
        + "apps: [{ label: Shop, settings: { oauthClient: { application_type: web, redirect_uris: ['http://localhost:3000/callback'] } } }]\n";
    let mock = mock_idp::MockIdp::builder().org_yaml(&own).start().await.unwrap();
    let shop = mock.document().apps[0].client_id().to_owned();
    let env = |url: &str, form: &str| {
        let printed = output(program(dir.path()).args(["env", "--for", form, "--url", url]));
        assert_eq!((printed.status.code(), stderr(&printed).as_str()), (Some(0), ""));
        stdout(&printed)
    };
    let settings: Value = serde_json::from_str(&env(mock.url(), "json")).unwrap();
    assert_eq!(
        (&settings["OKTA_CLIENT_ID"], &settings["OKTA_ORG_URL"]),
        (&Value::from(shop.as_str()), &Value::from(mock.url()))
    );
    let express = env(mock.url(), "express");
    assert!(
        express.contains(&shop) && express.contains("http://localhost:3000/callback is registered for Shop"),
        "{express}"
    );

    let document = serde_json::json!({ "apps": [{ "label": "Checkout", "settings": { "oauthClient": { "application_type": "browser", "redirect_uris": ["http://localhost:5173/login/callback"] } } }] });
    let spec = mock_idp::SandboxSpec::default().name("checkout").from_document(document);
    let sandbox = mock.sandbox_with(&spec).await.unwrap();
    let settings: Value = serde_json::from_str(&env(sandbox.url(), "json")).unwrap();
    assert_eq!(settings["OKTA_ISSUER"], format!("{}/_org/checkout/oauth2/default", mock.url()));
    assert!(
        settings["OKTA_SPA_CLIENT_ID"].as_str().unwrap().starts_with("0oa") && settings.get("OKTA_CLIENT_ID").is_none(),
        "{settings}"
    );
    let direct = sandbox.env().await.unwrap();
    let both =
        ["OKTA_ISSUER", "OKTA_SPA_CLIENT_ID"].map(|name| (direct[name].as_str(), settings[name].as_str().unwrap()));
    assert!(both.iter().all(|(one, other)| one == other), "{both:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn env_says_where_it_could_not_ask() {
    let dir = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let printed = output(program(dir.path()).args(["env", "--for", "json", "--port", &port]));
    assert_eq!(printed.status.code(), Some(0));
    let note = format!("no mock answers at http://localhost:{port}; these are the settings of the built-in org");
    assert!(stderr(&printed).contains(&note), "{}", stderr(&printed));

    let mock = mock_idp::MockIdp::builder().control_token("secret-of-tests").start().await.unwrap();
    let ask =
        |more: &[&str]| output(program(dir.path()).args(["env", "--for", "json", "--url", mock.url()]).args(more));
    let refused = ask(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("Give --control-token, or --org"), "{}", stderr(&refused));
    assert_eq!(ask(&["--control-token", "secret-of-tests"]).status.code(), Some(0));
}

#[test]
fn env_prints_the_settings_of_the_built_in_org() {
    let dir = tempfile::tempdir().unwrap();
    let json: Value =
        serde_json::from_str(&stdout(&output(program(dir.path()).args(["env", "--for", "json", "--org", MARKET]))))
            .unwrap();
    let ca = dir.path().join("ca.pem");
    let expected = serde_json::json!({
        "OKTA_ORG_URL": "http://localhost:7801",
        "OKTA_ISSUER": "http://localhost:7801/oauth2/default",
        "OKTA_CLIENT_ID": "0oamarketweb000005d7",
        "OKTA_CLIENT_SECRET": "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK",
        "OKTA_REDIRECT_URI": "http://localhost:8080/authorization-code/callback",
        "OKTA_SPA_CLIENT_ID": "0oamarketspa000005d7",
        "OKTA_NATIVE_CLIENT_ID": "0oamarketnative005d7",
        "OKTA_SERVICE_CLIENT_ID": "0oamarketservice05d7",
        "OKTA_SERVICE_CLIENT_SECRET": "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG",
        "OKTA_API_TOKEN": "00mockMarketApiToken0123456789abcdefghijkl",
        "OKTA_USERNAME": "admin@example.test",
        "OKTA_PASSWORD": "Passw0rd!",
        "OKTA_CA_CERT": ca,
    });
    assert_eq!(json, expected);

    let script = r#"eval "$1"; printf '%s %s' "$OKTA_ISSUER" "$OKTA_PASSWORD""#;
    let shell = stdout(&output(program(dir.path()).args(["env", "--https", "--port", "7900", "--org", MARKET])));
    let evaluated = output(Command::new("sh").args(["-euc", script, "sh", &shell]));
    assert_eq!(stdout(&evaluated), "https://localhost:7900/oauth2/default Passw0rd!");

    let react = stdout(&output(program(dir.path()).args(["env", "--for", "react", "--org", MARKET])));
    assert!(react.contains("clientId: \"0oamarketspa000005d7\""), "{react}");
}

#[test]
fn behavior_prints_the_differences_from_openid() {
    let dir = tempfile::tempdir().unwrap();
    let json: Value = serde_json::from_str(&stdout(&output(program(dir.path()).args(["behavior", "--json"])))).unwrap();
    let row = json.as_array().unwrap().iter().find(|row| row["id"] == "token.code-replay").unwrap();
    assert_eq!(row.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "okta", "openid", "source"]);
    let text = stdout(&output(program(dir.path()).arg("behavior")));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for row in json.as_array().unwrap() {
        assert!(
            text.contains(row["id"].as_str().unwrap())
                && text.contains(row["openid"].as_str().or(row["fapi2"].as_str()).unwrap()),
            "{text}"
        );
    }
    let wrong = output(program(dir.path()).args(["--behavior", "oidc", "--check"]));
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("expected okta, openid or fapi2"), "{}", stderr(&wrong));
}

#[test]
fn ca_prints_path_certificate_and_trust_instructions() {
    let dir = tempfile::tempdir().unwrap();
    let ask = |what| stdout(&output(program(dir.path()).args(["ca", what])));
    let path = dir.path().join("ca.pem");
    assert_eq!(ask("path"), format!("{}\n", path.display()));
    let pem = std::fs::read_to_string(&path).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(ask("print"), pem);
    assert!(ask("hint").contains(&format!("export NODE_EXTRA_CA_CERTS={}\n", path.display())));
    let hint = stdout(&output(program(dir.path()).args(["ca", "hint", "--port", "9443"])));
    let curl = format!("curl --cacert {} https://localhost:9443/healthz", path.display());
    assert!(hint.lines().any(|line| line == curl), "{hint}");

    let elsewhere = dir.path().join("elsewhere");
    let printed = output(program(dir.path()).args(["ca", "path", "--state-dir"]).arg(&elsewhere));
    assert_eq!(stdout(&printed), format!("{}\n", elsewhere.join("ca.pem").display()));
}

#[test]
fn every_help_text_fits_80_columns() {
    let dir = tempfile::tempdir().unwrap();
    let commands =
        ["", "serve", "env", "token", "explain", "diff", "behavior", "health", "ca", "ca path", "ca print", "ca hint"];
    for command in commands {
        for flag in ["-h", "--help"] {
            let text = stdout(&output(program(dir.path()).args(command.split_whitespace()).arg(flag)));
            assert!(text.contains("Usage:"), "{command}: {text}");
            let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
            assert!(wide.is_empty(), "{command} {flag}: {wide:#?}");
        }
    }
}

#[test]
fn wrong_values_are_explained_with_what_is_accepted() {
    let dir = tempfile::tempdir().unwrap();
    for (args, expected) in [
        (&["--port", "abc"][..], "a port is a number from 0 to 65535"),
        (&["--port", "70000"], "a port is a number from 0 to 65535"),
        (&["--port", "-1"], "unexpected argument"),
        (&["env", "--port", "x"], "a port is a number from 0 to 65535"),
        (&["health", "--port", ""], "a port is a number from 0 to 65535"),
        (&["--max-connections", "0"], "expected a whole number from 1 on"),
        (&["--max-connections", "many"], "expected a whole number from 1 on"),
        (&["--log", "jsno"], "'json'"),
        (&["env", "--for", "flsk"], "'flask'"),
        (&["--behavior", "oidc"], "expected okta, openid or fapi2"),
        (&["tokn"], "'token'"),
        (&["--prot", "1"], "'--port'"),
    ] {
        let ended = output(program(dir.path()).args(args));
        let said = stderr(&ended);
        assert_eq!(ended.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
        assert!(!said.contains("invalid digit"), "{said}");
    }
    let by_variable = output(program(dir.path()).env("MOCK_IDP_PORT", "abc"));
    assert!(stderr(&by_variable).contains("a port is a number"), "{}", stderr(&by_variable));
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let dir = tempfile::tempdir().unwrap();
    let web = ["token", "--client", "0oamarketweb000005d7", "--user", "admin@example.test"];
    for (more, expected) in
        [(&["--server", "defalt"][..], "default"), (&["--grant", "authorisation_code"], "authorization_code")]
    {
        let said = stderr(&output(program(dir.path()).args(web).args(more)));
        assert!(said.contains(&format!("did you mean \"{expected}\"?")), "{more:?}: {said}");
    }
    for (client, user, expected) in [
        ("0oamarketweb000005d8", "admin@example.test", "0oamarketweb000005d7"),
        ("0oamarketweb000005d7", "admn@example.test", "admin@example.test"),
    ] {
        let said = stderr(&output(program(dir.path()).args(["token", "--client", client, "--user", user])));
        assert!(said.contains(&format!("did you mean \"{expected}\"?")), "{said}");
    }
}

#[test]
fn init_writes_a_document_whose_first_token_needs_no_edit() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("new");
    let said = stdout(&output(program(dir.path()).arg("init").arg(&folder)));
    let file = folder.join("okta.yaml");
    let commands: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert_eq!(commands.len(), 3, "{said}");
    assert!(std::fs::read_to_string(&file).unwrap().lines().count() < 50);
    let checked = output(program(dir.path()).arg("--org").arg(&file).arg("--check"));
    assert!(checked.status.success(), "{}", stderr(&checked));
    let token = |user: &str, scope: &str| {
        let args = ["--client", "My web app", "--user", user, "--scope", scope, "--json"];
        output(program(dir.path()).arg("token").arg("--org").arg(&file).args(args))
    };
    let granted = stdout(&token("ada@example.com", "openid orders:write"));
    assert!(granted.contains("\"department\": \"Engineering\""), "{granted}");
    assert_eq!(token("ben@example.com", "openid orders:write").status.code(), Some(1));
    assert!(stdout(&token("ben@example.com", "openid orders:read")).contains("orders:read"));
    let again = output(program(dir.path()).arg("init").arg(&folder));
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("exists already"), "{}", stderr(&again));
}
