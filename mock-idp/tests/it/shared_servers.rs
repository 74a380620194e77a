//! A ledger on the servers that teams have: with TLS, in a cluster, and on one that refuses writes.

use mock_idp::MockIdp;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::client::plain;
use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, parameter};
use crate::program::{Running, output, program, stderr};
use crate::redis_server::Redis;
use crate::shared::{endpoint, mock_with, until};

async fn redeem(mock: &MockIdp, code: &str) -> u16 {
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    let request = plain().post(endpoint(mock, "token")).basic_auth(WEB, Some(WEB_SECRET)).form(&form);
    request.send().await.unwrap().status().as_u16()
}

async fn push(mock: &MockIdp) -> reqwest::Response {
    let fields = [("response_type", "code"), ("redirect_uri", CALLBACK), ("scope", "openid"), ("state", "s")];
    plain().post(endpoint(mock, "par")).basic_auth(WEB, Some(WEB_SECRET)).form(&fields).send().await.unwrap()
}

/// Three nodes with all slots, which know each other.
async fn cluster() -> Option<[Redis; 3]> {
    let nodes = [Redis::node()?, Redis::node()?, Redis::node()?];
    for (node, slots) in nodes.iter().zip(["0 5461", "5462 10922", "10923 16383"]) {
        assert_eq!(node.command(&format!("CLUSTER ADDSLOTSRANGE {slots}")), "OK");
        let bus = nodes[0].command("CONFIG GET cluster-port").lines().last().unwrap().to_owned();
        assert_eq!(node.command(&format!("CLUSTER MEET 127.0.0.1 {} {bus}", nodes[0].port)), "OK");
    }
    for node in &nodes {
        until("the cluster is complete", async || {
            let state = node.command("CLUSTER INFO");
            state.contains("cluster_state:ok") && state.contains("cluster_known_nodes:3")
        })
        .await;
    }
    Some(nodes)
}

#[tokio::test]
async fn all_records_of_an_org_are_in_one_slot_of_a_cluster_that_any_node_leads_to() {
    let Some(nodes) = cluster().await else { return };
    let (first, second) = (mock_with(&nodes[0].url).await, mock_with(&nodes[1].url).await);
    let arrived = authorize(&first, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    let code = parameter(&arrived, "code").unwrap();
    assert_eq!((redeem(&second, &code).await, redeem(&first, &code).await), (200, 400));
    let mut slots: Vec<String> = Vec::new();
    for node in &nodes {
        for key in node.command("KEYS *").lines().filter(|key| !key.is_empty()) {
            slots.push(node.command(&format!("CLUSTER KEYSLOT {key}")));
        }
    }
    assert!(slots.len() > 5, "{slots:?}");
    slots.dedup();
    assert_eq!(slots.len(), 1, "{slots:?}");
}

#[tokio::test]
async fn a_server_with_tls_is_used_if_its_certificate_is_trusted() {
    let (state, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "authority");
    let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::from_params(&params, &authority_key);
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let [ca_file, certificate_file, key_file] = ["ca.pem", "redis.pem", "redis.key"].map(|name| dir.path().join(name));
    std::fs::write(&ca_file, authority.pem()).unwrap();
    std::fs::write(&certificate_file, leaf.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let Some(redis) = Redis::with_tls(&certificate_file, &key_file) else { return };

    let mut command = program(state.path());
    command.args(["--port", "0", "--log", "off", "--ledger", &redis.url]);
    let refused = output(&mut command);
    assert_eq!(refused.status.code(), Some(5));
    let said = stderr(&refused);
    assert!(
        said.contains(&format!("the ledger's store {} cannot be used: invalid peer certificate", redis.url)),
        "{said}"
    );

    let running = Running::start(command.env("SSL_CERT_FILE", &ca_file));
    let device = format!("{}/v1/device/authorize", running.value("issuer"));
    let device = plain().post(device).form(&[("client_id", crate::crash::TV), ("scope", "openid")]);
    assert_eq!(device.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_user_and_password_of_the_url_are_sent_and_not_shown() {
    let Some(redis) = Redis::with_user("mock", "s3cret-of-mock") else { return };
    let url = |userinfo: &str| redis.url.replace("redis://", &format!("redis://{userinfo}@"));
    for wrong in ["mock:wr0ng-of-mock", "another:s3cret-of-mock"] {
        let refused = MockIdp::builder().ledger(url(wrong)).start().await.err().unwrap().to_string();
        assert!(refused.contains("the ledger's store redis://") && refused.contains("cannot be used"), "{refused}");
        assert!(!refused.contains("of-mock"), "{refused}");
    }
    // The default user may do nothing any more.
    redis.command("ACL SETUSER default reset");
    let refused = MockIdp::builder().ledger(&redis.url).start().await.err().unwrap().to_string();
    assert!(refused.contains("NOAUTH"), "{refused}");
    let mock = mock_with(&url("mock:s3cret-of-mock")).await;
    assert_eq!(push(&mock).await.status(), 200);
    assert!(!mock.warnings().iter().any(|warning| warning.contains("s3cret")), "{:?}", mock.warnings());
}

#[tokio::test]
async fn a_server_that_refuses_writes_is_503_with_retry_after_until_it_accepts_them() {
    let Some(redis) = Redis::start() else { return };
    let mock = mock_with(&redis.url).await;
    let ready = async || {
        let answer = plain().get(format!("{}/readyz", mock.url())).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(push(&mock).await.status(), 200);
    let refusals = [
        ("read only replica", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
        ("Not enough good replicas", "CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0"),
        ("maxmemory", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
    ];
    for (reason, refuse, accept) in refusals {
        assert_eq!(redis.command(refuse), "OK");
        let refused = push(&mock).await;
        assert_eq!(refused.status(), 503, "{reason}");
        assert_eq!(refused.headers()["retry-after"], "1");
        let (status, text) = ready().await;
        assert!(status == 503 && text.contains(reason), "{status} {text}");
        assert_eq!(redis.command(accept), "OK");
        until("it is ready again", async || ready().await.0 == 200).await;
        assert_eq!(push(&mock).await.status(), 200, "{reason}");
    }
}
