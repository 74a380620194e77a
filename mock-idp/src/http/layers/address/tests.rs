use mock_idp_core::org::Org;

use super::*;
use crate::engine::SandboxSettings;
use crate::keys::KeyPool;

fn resolver(settings: Settings) -> Resolver {
    let org = |name: &str| {
        let everyone = "groups: [{ id: 00geveryone000000000, type: BUILT_IN, profile: { name: Everyone } }]";
        let yaml = format!("org: {{ id: 00onamed000000000000, name: Named, subdomain: {name} }}\n{everyone}\n");
        OrgInstance::new(Org::parse(&yaml).unwrap(), &mut KeyPool::default(), None)
    };
    let orgs = Orgs::new(org("market"), vec![org("tenant2")], SandboxSettings::default());
    Resolver::new(Arc::new(orgs), Arc::new(settings))
}

fn resolve(resolver: &Resolver, host: &str, target: &str, secure: bool) -> Result<(Arc<Resolved>, Uri), Misaddressed> {
    let mut uri = target.parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
    let resolved = resolver.resolve(&mut uri, &headers, secure, &LastAddress::default())?;
    Ok((resolved, uri))
}

/// org, base, issuer base, prefix, path and query
fn parts(resolver: &Resolver, host: &str, target: &str, secure: bool) -> [String; 5] {
    let (resolved, uri) = resolve(resolver, host, target, secure).unwrap();
    let address = &resolved.address;
    [
        address.org.name.clone(),
        address.base.to_string(),
        address.issuer_base.to_string(),
        address.path_prefix.to_string(),
        uri.to_string(),
    ]
}

#[test]
fn an_org_is_addressed_by_default_by_path_or_by_host() {
    let resolver = resolver(Settings::default());
    assert_eq!(
        parts(&resolver, "localhost:7801", "/oauth2/v1/keys?x=1", false),
        ["market", "http://localhost:7801", "http://localhost:7801", "", "/oauth2/v1/keys?x=1"]
    );
    assert_eq!(
        parts(&resolver, "127.0.0.1:7801", "/_org/tenant2/oauth2/v1/keys?x=1", true),
        [
            "tenant2",
            "https://127.0.0.1:7801/_org/tenant2",
            "https://127.0.0.1:7801/_org/tenant2",
            "/_org/tenant2",
            "/oauth2/v1/keys?x=1"
        ]
    );
    assert_eq!(
        parts(&resolver, "Tenant2.localhost:7801".to_lowercase().as_str(), "/", false),
        ["tenant2", "http://tenant2.localhost:7801", "http://tenant2.localhost:7801", "", "/"]
    );
    assert_eq!(parts(&resolver, "[::1]:7801", "/_org/tenant2", false)[4], "/");
    assert_eq!(parts(&resolver, "LOCALHOST", "/", false)[1], "http://localhost");
}

#[test]
fn an_absolute_target_counts_before_the_host_header() {
    let resolver = resolver(Settings::default());
    let error = resolve(&resolver, "localhost:7801", "http://evil.example/", false).unwrap_err();
    assert_eq!(error.status, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(parts(&resolver, "evil.example", "http://localhost:7801/", false)[1], "http://localhost:7801");
}

#[test]
fn a_foreign_name_is_refused_and_the_flag_named() {
    let resolver = resolver(Settings::default());
    for target in ["/", "/_org/tenant2/"] {
        let error = resolve(&resolver, "evil.example:7801", target, false).unwrap_err();
        assert_eq!(error.status, StatusCode::MISDIRECTED_REQUEST);
        assert!(error.text.contains("--allow-host evil.example"), "{}", error.text);
    }
    for lookalike in ["localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost", "127.0.0.2"] {
        assert!(resolve(&resolver, lookalike, "/", false).is_err(), "{lookalike}");
    }
    assert!(resolve(&resolver, "user@localhost", "/", false).is_err());
    assert!(resolve(&resolver, "localhost:port", "/", false).is_err());
}

#[test]
fn a_given_name_is_ours() {
    let resolver = resolver(Settings { allowed_hosts: vec!["idp.test".into()], ..Settings::default() });
    assert_eq!(parts(&resolver, "IDP.test:7801", "/", false)[1], "http://idp.test:7801");
}

#[test]
fn a_given_name_under_localhost_is_the_default_org_unless_an_org_has_the_name() {
    let allowed_hosts = vec!["idp.localhost".into(), "a.b.localhost".into(), "tenant2.localhost".into()];
    let resolver = resolver(Settings { allowed_hosts, ..Settings::default() });
    assert_eq!(parts(&resolver, "IDP.localhost:7801", "/", false)[..2], ["market", "http://idp.localhost:7801"]);
    assert_eq!(parts(&resolver, "a.b.localhost", "/", true)[..2], ["market", "https://a.b.localhost"]);
    assert_eq!(parts(&resolver, "tenant2.localhost", "/", false)[0], "tenant2");
    let pinned = Settings { issuer_url: Some("http://login.localhost:7801".parse().unwrap()), ..Settings::default() };
    assert_eq!(parts(&self::resolver(pinned), "login.localhost:7801", "/", false)[0], "market");
}

#[test]
fn an_unknown_org_is_refused_with_the_names_there_are() {
    let resolver = resolver(Settings::default());
    for (host, target) in [("localhost", "/_org/nobody/x"), ("nobody.localhost", "/")] {
        let error = resolve(&resolver, host, target, false).unwrap_err();
        assert_eq!(error.status, StatusCode::NOT_FOUND);
        let text = "No org is named \"nobody\" here. Orgs of this mock: market tenant2.\n\
                    If nobody.localhost is another name of this machine, start the mock with --allow-host nobody.localhost \
                    (or MOCK_IDP_ALLOW_HOST=nobody.localhost).\n";
        assert_eq!(error.text, text);
    }
}

#[test]
fn a_pinned_issuer_stays_whatever_the_request_says() {
    let issuer_url = Some("https://idp.example.test".parse().unwrap());
    let resolver = resolver(Settings { issuer_url, ..Settings::default() });
    let by_loopback = parts(&resolver, "localhost:7801", "/", false);
    assert_eq!(by_loopback[1..3], ["http://localhost:7801", "https://idp.example.test"]);
    let by_its_name = parts(&resolver, "idp.example.test", "/_org/tenant2/", false);
    assert_eq!(by_its_name[1..3], ["https://idp.example.test/_org/tenant2", "https://idp.example.test/_org/tenant2"]);
    let (resolved, _) = resolve(&resolver, "idp.example.test", "/", false).unwrap();
    assert!(resolved.address.secure);
    assert_eq!(parts(&resolver, "localhost:7801", "/_org/market/", false)[2], "https://idp.example.test");
}

#[test]
fn a_connection_remembers_its_last_address_but_not_for_another_host() {
    let resolver = resolver(Settings::default());
    let last = LastAddress::default();
    let ask = |host: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        let resolved = resolver.resolve(&mut Uri::from_static("/"), &headers, false, &last);
        resolved.map(|resolved| resolved.address.org.name.clone())
    };
    assert_eq!(ask("localhost"), Ok("market".into()));
    assert_eq!(ask("localhost"), Ok("market".into()));
    assert_eq!(ask("tenant2.localhost"), Ok("tenant2".into()));
    assert!(ask("evil.example").is_err());
    assert_eq!(ask("localhost"), Ok("market".into()));
}

#[test]
fn host_must_come_exactly_once() {
    let resolver = resolver(Settings::default());
    let mut headers = HeaderMap::new();
    let last = LastAddress::default();
    let none = resolver.resolve(&mut Uri::from_static("/"), &headers, false, &last).unwrap_err();
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    headers.append(header::HOST, HeaderValue::from_static("localhost"));
    headers.append(header::HOST, HeaderValue::from_static("localhost"));
    let two = resolver.resolve(&mut Uri::from_static("/"), &headers, false, &last).unwrap_err();
    assert_eq!(two.status, StatusCode::BAD_REQUEST);
}
