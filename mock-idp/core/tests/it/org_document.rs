//! The org document: its errors with location and suggestion, and the JSON schema for editors.

use mock_idp_core::model::{AuthMethod, DirectoryKind};
use mock_idp_core::org::{Document, Org, json_schema};

use crate::market::MARKET;

/// The market's document with one piece replaced. The piece must occur exactly once.
fn edited(piece: &str, by: &str) -> String {
    assert_eq!(MARKET.matches(piece).count(), 1, "occurrences of {piece:?}");
    MARKET.replacen(piece, by, 1)
}

/// The error of parsing that document.
fn error(piece: &str, by: &str) -> String {
    Document::parse(&edited(piece, by)).unwrap_err().lines("org.yaml")
}

/// The line of the first difference between the market's document and the edited one.
fn line_of(piece: &str, by: &str) -> usize {
    let same = piece.bytes().zip(by.bytes()).take_while(|(old, new)| old == new).count();
    let at = MARKET.find(piece).unwrap() + same;
    MARKET.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[test]
fn an_unknown_key_is_an_error_with_location_and_nearest_name() {
    let (piece, by) = ("  name: Market\n", "  nmae: Market\n");
    let line = line_of(piece, by);
    assert_eq!(
        error(piece, by),
        format!(
            "org.yaml:{line}:3: unknown key `nmae`; expected one of id, name, subdomain, cell; did you mean `name`?"
        )
    );
}

#[test]
fn an_unknown_value_is_an_error_with_the_expected_values() {
    let (piece, by) = ("status: LOCKED_OUT", "status: LOCKDOUT");
    let (line, error) = (line_of(piece, by), error(piece, by));
    assert!(
        error.starts_with(&format!("org.yaml:{line}:13: unknown value `LOCKDOUT`; expected one of STAGED")),
        "{error}"
    );
    assert!(error.ends_with("did you mean `LOCKED_OUT`?"), "{error}");
}

#[test]
fn a_missing_key_is_an_error() {
    for by in ["", "    label:\n", "    label: null\n"] {
        let error = error("    label: Market SPA\n", by);
        assert!(error.contains("the key `label` is missing"), "{error}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_an_error_with_the_expected_type() {
    for (piece, by, expected) in [
        ("  name: Market\n", "  name: [Market]\n", "a list where a text is expected"),
        ("leeway: 30", "leeway: soon", "the text `soon` where a number from 0 to 255 is expected"),
        ("leeway: 30", "leeway: -3", "the number `-3` where a number from 0 to 255 is expected"),
        (
            "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK\n        token_endpoint_auth_method: client_secret_basic\n        pkce_required: false",
            "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK\n        token_endpoint_auth_method: client_secret_basic\n        pkce_required: maybe",
            "the text `maybe` where `true` or `false` is expected",
        ),
        ("audiences: [api://default]", "audiences: api://default", "the text `api://default` where a list is expected"),
        ("status: LOCKED_OUT", "status: { LOCKED_OUT: 1 }", "an object where one of STAGED, PROVISIONED, ACTIVE"),
        ("status: LOCKED_OUT", "status: [ACTIVE]", "a list where one of STAGED, PROVISIONED, ACTIVE"),
        (
            "accessTokenLifetimeMinutes: 15",
            "accessTokenLifetimeMinutes: -1",
            "the number `-1` where a whole number of 0 or more is expected",
        ),
        (
            "accessTokenLifetimeMinutes: 15",
            "accessTokenLifetimeMinutes: true",
            "`true` where a whole number of 0 or more is expected",
        ),
        (
            "label: Market SPA\n    credentials:\n      oauthClient: { token_endpoint_auth_method: none, pkce_required: true }",
            "label: Market SPA\n    credentials:\n      oauthClient: public",
            "the text `public` where an object is expected",
        ),
        ("  name: Market\n", "  name: Market\n  name: Market\n", "the key `name` is duplicated"),
        ("  name: Market\n", "  name: 'Market\n", "a quotation mark is not closed"),
    ] {
        let (line, error) = (line_of(piece, by), error(piece, by));
        assert!(error.contains(expected), "{piece} → {by}: {error}");
        let place = error.strip_prefix("org.yaml:").and_then(|rest| rest.split(':').next()?.parse::<usize>().ok());
        assert!(place.is_some_and(|place| place == line || place == line + 1), "line {line}: {error}");
    }
}

#[test]
fn a_string_may_look_like_a_number_or_come_from_an_anchor() {
    for (written, read) in [("0123", "0123"), ("1.10", "1.10"), ("true", "true"), ("&name Market", "Market")] {
        let yaml = edited("  name: Market\n", &format!("  name: {written}\n"));
        assert_eq!(Document::parse(&yaml).unwrap().org.name, read, "{written}");
    }
    let small = "org: { id: 00onamed000000000000, name: &name tenant7, subdomain: *name }\n\
                 groups: [{ id: 00geveryone000000000, type: BUILT_IN, profile: { name: Everyone } }]\n";
    assert_eq!(Document::parse(small).unwrap().org.subdomain, "tenant7");
}

#[test]
fn a_reference_to_an_unknown_id_is_an_error_with_the_nearest_id() {
    let (piece, by) = ("groupIds: [00gadmins000000005d7", "groupIds: [00gadmin0000000005d7");
    let line = line_of(piece, by);
    assert_eq!(
        error(piece, by),
        format!(
            "org.yaml:{line}:16: no group has the id or name `00gadmin0000000005d7` (at /users/0/groupIds/0); did you mean `00gadmins000000005d7`?"
        )
    );
    let client = error("include: [0oamarketservice05d7]", "include: [0oamarketservise05d7]");
    assert!(client.contains("no app has the client id or label `0oamarketservise05d7`"), "{client}");
    assert!(client.ends_with("did you mean `0oamarketservice05d7`?"), "{client}");
    let everyone =
        "grantTypes: { include: [authorization_code, implicit, password] }\n              scopes: { include: ";
    let scope = error(
        &format!("{everyone}[products:read, orders:create]"),
        &format!("{everyone}[product:read, orders:create]"),
    );
    assert!(scope.contains("the authorization server has no scope `product:read`"), "{scope}");
    assert!(scope.ends_with("did you mean `products:read`?"), "{scope}");
}

#[test]
fn duplicates_and_values_out_of_bounds_are_errors() {
    for (piece, by, expected) in [
        (
            "id: 0oamarketspa000005d7",
            "id: 0oamarketweb000005d7",
            "the id `0oamarketweb000005d7` is used twice; first at /apps/0/id",
        ),
        ("login: buyer@example.test", "login: ADMIN@example.test", "two users have the login `ADMIN@example.test`"),
        (
            "accessTokenLifetimeMinutes: 15",
            "accessTokenLifetimeMinutes: 4",
            "4 is out of bounds: expected 5 to 1440 minutes",
        ),
        ("leeway: 30", "leeway: 61", "a leeway is 0 to 60 seconds"),
        (
            "audiences: [api://default]",
            "audiences: [api://a, api://b]",
            "an authorization server has exactly one audience",
        ),
        (
            "id: 00omarket000000005d7",
            "id: market",
            "`market` is not a valid id: expected 20 letters and digits that start with `00o`",
        ),
        ("name: feature_access", "name: scp", "`scp` is a reserved claim name in access tokens"),
        (
            "name: groups, claimType: IDENTITY",
            "name: nonce, claimType: IDENTITY",
            "`nonce` is a reserved claim name in ID tokens",
        ),
        ("name: groups, groupFilterType", "name: amr, groupFilterType", "`amr` is a reserved claim name in ID tokens"),
        ("- com.example.market:/callback", "- \"javascript:alert(1)\"", "the scheme `javascript:` is refused"),
        (
            "- com.example.market:/signed-out",
            "- https://*.example.com/",
            "`*` is allowed in sign-in redirect URIs only",
        ),
        ("- com.example.market:/callback", "- https://*.com/cb", "`*` needs `wildcard_redirect: SUBDOMAIN`"),
        (
            "- com.example.market:/callback",
            "- \"com.example.market:/callback\\r\\nX: 1\"",
            "the character '\\r' has to be percent-encoded",
        ),
        ("group_filter_type: REGEX, value: \".*\"", "group_filter_type: REGEX, value: \"(\"", "claim `groups`"),
        ("type: BUILT_IN", "type: OKTA_GROUP", "exactly one group must have `type: BUILT_IN`"),
        ("- http://127.0.0.1:7802/authorization-code/callback", "- /callback", "`/callback` is not an absolute URI"),
        (
            "client_secret: mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK",
            "client_secret: short",
            "a client secret has 14 to 100 printable ASCII characters",
        ),
        (
            "client_secret: mock-secret-jwtsec-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
            "client_secret: a-secret-of-31-characters-only!",
            "a client secret that signs JWTs has at least 32 characters",
        ),
        (
            "{ token_endpoint_auth_method: private_key_jwt }",
            "{ token_endpoint_auth_method: private_key_jwt, client_secret: mock-secret-0123456789 }",
            "a client with `token_endpoint_auth_method: private_key_jwt` has no secret",
        ),
        (
            "label: Market SPA\n    credentials:\n      oauthClient: { token_endpoint_auth_method: none, pkce_required: true }",
            "label: Market SPA\n    credentials:\n      oauthClient: { token_endpoint_auth_method: private_key_jwt }",
            "a client with `token_endpoint_auth_method: private_key_jwt` needs `jwks` or `jwks_uri`",
        ),
        ("        jwks:\n", "        jwks_uri: https://a.test/keys\n        jwks:\n", "either `jwks` or `jwks_uri`"),
        (
            "        jwks:\n",
            "        jwks_uri: file:///keys\n        jwks:\n",
            "`file:///keys` is not an absolute http or https URI",
        ),
        ("- kty: RSA", "- kty: oct", "not a usable public key: `kty` is `oct`: expected `RSA` or `EC`"),
        ("e: AQAB", "e: AQ*B", "not a usable public key: `e` is missing or not base64url"),
        ("e: AQAB", "e: AQAB\n              d: AQAB", "not a usable public key: it contains the private key"),
        ("use: sig", "use: tls", "`tls` is not a use of a key: expected `sig` or `enc`"),
        ("use: sig", "status: OFF", "`OFF`"),
        (
            "        jwks:\n",
            "        id_token_encrypted_response_alg: RSA-OAEP\n        jwks:\n",
            "unknown value `RSA-OAEP`; expected one of RSA-OAEP-256, RSA-OAEP-384, RSA-OAEP-512",
        ),
        (
            "application_type: native, grant_types: [password",
            "id_token_encrypted_response_alg: RSA-OAEP-256, application_type: native, grant_types: [password",
            "encryption needs a key with `use: enc`, in a key set or at the URI of one",
        ),
        (
            "        jwks:\n          keys:\n",
            "        id_token_encrypted_response_alg: RSA-OAEP-256\n        jwks:\n          keys:\n            - { kty: EC, crv: P-256, kid: ec, use: enc, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU, y: x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0 }\n",
            "the key `ec` cannot be used: tokens are encrypted with RSA keys of 2048 to 8192 bits only",
        ),
        (
            "use: sig\n              alg: RS256",
            "use: enc\n            - { kty: EC, crv: P-256, kid: ec, use: enc, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU, y: x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0 }\n            - kty: RSA",
            "more than one key with `use: enc` is active: give the others `status: INACTIVE`",
        ),
        (
            "audiences: [api://default]",
            "audiences: [api://default]\n    accessTokenEncryptedResponseAlgorithm: RSA-OAEP-256",
            "encryption needs a key with `use: enc`, in a key set or at the URI of one",
        ),
        (
            "audiences: [api://default]",
            "audiences: [api://default]\n    jwksUri: keys",
            "`keys` is not an absolute http or https URI",
        ),
        (
            "audiences: [api://default]",
            "audiences: [api://default]\n    jwks: { keys: [{ kty: EC, crv: P-256, use: sig, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU, y: x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0 }] }",
            "`sig` is not a use of a key: expected `enc`",
        ),
        (
            "refresh_token: { rotation_type: STATIC }\n        redirect_uris:\n          - http://localhost:7802",
            "dpop_bound_access_tokens: true\n        redirect_uris:\n          - http://localhost:7802",
            "a client with `dpop_bound_access_tokens` cannot use `implicit`: nothing is proved there",
        ),
        ("scopeId: okta.apps.read", "scopeId: products:read", "`products:read` is not a scope of the org's own APIs"),
    ] {
        let error = error(piece, by);
        assert!(error.contains(expected), "{piece} → {by}: {error}");
        let place = error.strip_prefix("org.yaml:").and_then(|rest| rest.split_once(':')).map(|(line, _)| line);
        assert!(place.is_some_and(|line| line.parse::<usize>().is_ok()), "no line in {error}");
    }
}

#[test]
fn two_problems_are_reported_together() {
    let mut document = Document::parse(MARKET).unwrap();
    let native = document.apps.iter_mut().find(|app| app.id == "0oamarketnative005d7").unwrap();
    native.settings.oauth_client.refresh_token.as_mut().unwrap().leeway = 61;
    document.authorization_servers[0].audiences.clear();
    assert_eq!(Document::parse(&document.to_yaml().unwrap()).unwrap_err().0.len(), 2);
}

#[test]
fn agents_and_trust_must_refer_to_existing_objects() {
    let connected = "authorizationServerId: ausmarket000000005d7";
    let allowed = "interclientAllowedApps: [0oamarketdevsso005d7]";
    let six = ["web000", "spa000", "native", "tv0000", "ciba00", "devsso"].map(|name| format!("0oamarket{name}005d7"));
    let six = format!("interclientAllowedApps: [{}]", six.join(", "));
    let linked = error("agent: { appId: 0oamarketweb000005d7 }", "agent: { appId: 0oamarketweb0000005d }");
    assert!(linked.contains("no app has the id or label `0oamarketweb0000005d` (at /apps/"), "{linked}");
    assert!(linked.ends_with("did you mean `0oamarketweb000005d7`?"), "{linked}");
    for (piece, by, expected) in [
        (
            "    label: Market demo\n",
            "    label: Market demo\n    agent: { appId: 0oamarketspa000005d7 }\n",
            "an agent is a service app",
        ),
        (connected, "authorizationServerId: ausmarket0000005d7aa", "no authorization server has the id"),
        (connected, "scopeCondition: ALL_SCOPES", "a connection has either `authorizationServerId` or `issuerUrl`"),
        (connected, &format!("{connected}\n        issuerUrl: https://a.example"), "a connection has either"),
        (connected, &format!("{connected}\n        clientId: other"), "know the app by its own client id"),
        ("issuerUrl: https://partner.example", "issuerUrl: partner", "`partner` is not an absolute http or https URI"),
        ("id: mcnmarketapi000005d7", "id: con0000000000000005d", "start with `mcn`"),
        (
            "scopes: [products:read, orders:create]\n      - id: mcn",
            "scopes: [products:write]\n      - id: mcn",
            "no scope `products:write`",
        ),
        (
            "    default: true\n",
            "    default: true\n    associatedServers: [ausmarket000000005d7]\n",
            "cannot trust itself",
        ),
        (
            "    default: true\n",
            "    default: true\n    associatedServers: [ausnobody00000005d7x]\n",
            "no authorization server has the id",
        ),
        (
            "    default: true\n",
            "    default: true\n    trustedIssuers: [{ issuer: https://a.example }]\n",
            "has either `jwks` or `jwksUri`",
        ),
        (
            "    default: true\n",
            "    default: true\n    trustedIssuers: [{ issuer: https://a.example, jwks: { keys: [{ kty: oct }] } }]\n",
            "not a usable public key",
        ),
        (allowed, "interclientAllowedApps: [0oamarketsecond005d7]", "an app cannot trust itself"),
        (allowed, "interclientAllowedApps: [0oamarketweb000005d7, 0oamarketweb000005d7]", "is listed twice"),
        (allowed, "interclientAllowedApps: [0oamarketdevsso005d8]", "did you mean `0oamarketdevsso005d7`?"),
        (allowed, &six, "an app trusts at most 5 others, not 6"),
    ] {
        let error = error(piece, by);
        assert!(error.contains(expected), "{by}: {error}");
    }
}

#[test]
fn a_written_document_parses_to_the_same_document() {
    let document = Document::parse(MARKET).unwrap();
    assert_eq!(Document::parse(&document.to_yaml().unwrap()).unwrap(), document);
}

/// `UPDATE_SCHEMA=1 cargo test --workspace the_schema` regenerates the file.
#[test]
fn the_schema_file_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/orgs/org.schema.json");
    let generated = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), generated, "run with UPDATE_SCHEMA=1");
}

#[test]
fn claim_names_are_reserved_per_type_of_token() {
    let rename = |name: &str, claim_type: &str| {
        edited("name: feature_access, claimType: RESOURCE", &format!("name: {name}, claimType: {claim_type}"))
    };
    // Okta: token inline hook reference, reserved claims.
    let (both, id, access) = (
        ["acr", "auth_time", "cid", "cnf", "exp", "iat", "iss", "jti", "sid", "token_type", "ver"].as_slice(),
        [
            "active",
            "aid",
            "amr",
            "app_id",
            "app_type",
            "at_hash",
            "aud",
            "c_hash",
            "client_id",
            "client_ip",
            "client_req_id",
            "client_type",
            "client_user_agent",
            "device_compliance",
            "device_id",
            "device_known",
            "device_managed",
            "device_name",
            "device_trust",
            "did",
            "dst",
            "group",
            "hotk",
            "idp",
            "idp_iss",
            "mac_key",
            "may_act",
            "nonce",
            "oid",
            "okta_emailVerified",
            "okta_lastUpdated",
            "orig",
            "permissions",
            "purpose",
            "pwd_exp_days",
            "pwd_exp_time",
            "rid",
            "role",
            "scope",
            "scopes",
            "sub",
            "term",
            "user_ip",
        ]
        .as_slice(),
        ["as_uri", "authorization_details", "rpt", "rsi", "scp", "uid", "username"].as_slice(),
    );
    let accepted = |name: &str, claim_type: &str| Org::parse(&rename(name, claim_type)).is_ok();
    for (names, in_id_tokens, in_access_tokens) in
        [(both, false, false), (id, false, true), (access, true, false), (&["email2", "device_color"], true, true)]
    {
        for name in names {
            assert_eq!(accepted(name, "IDENTITY"), in_id_tokens, "{name} in ID tokens");
            assert_eq!(accepted(name, "RESOURCE"), in_access_tokens, "{name} in access tokens");
        }
    }
}

#[test]
fn a_setting_that_names_an_unknown_client_is_an_error() {
    let document = edited("anyLoopbackPort: [0oamarketnative005d7]", "anyLoopbackPort: [0oamarketnative0057d]");
    let error = Org::parse(&document).unwrap_err().lines("org.yaml");
    assert!(
        error.ends_with("no app has the client id or label `0oamarketnative0057d` (at /settings/anyLoopbackPort/0); did you mean `0oamarketnative005d7`?"),
        "{error}"
    );
}

/// Everything that a document can leave out is left out.
const SMALL: &str = r#"
users:
  - profile: { login: ada@example.test, email: ada@example.test, firstName: Ada, lastName: A }
    groupIds: [Staff]
  - profile: { login: ben@example.test, email: ben@example.test, firstName: Ben, lastName: B }
groups:
  - profile: { name: Staff }
apps:
  - label: Web
    settings: { oauthClient: { application_type: web, redirect_uris: ["http://localhost:3000/callback"] } }
    assignments: { users: [{ id: BEN@example.test }], groups: [{ id: Staff }] }
  - label: Single page
    settings: { oauthClient: { application_type: browser, redirect_uris: ["http://localhost:3000/callback"] } }
  - label: Worker
    settings: { oauthClient: { application_type: service } }
"#;

#[test]
fn what_a_document_leaves_out_is_derived_or_as_in_a_fresh_org() {
    let document = Document::parse(SMALL).unwrap();
    let [web, spa, worker] = &document.apps[..] else { panic!("{:?}", document.apps) };
    assert_eq!((document.org.name.as_str(), document.org.subdomain.as_str()), ("Local org", "local-org"));
    let everyone = document.groups.iter().find(|group| group.profile.name == "Everyone").unwrap();
    let staff = &document.groups[0].id;
    for (id, prefix) in [
        (&document.org.id, "00o"),
        (&web.id, "0oa"),
        (staff, "00g"),
        (&everyone.id, "00g"),
        (&document.users[0].id, "00u"),
    ] {
        assert!(id.len() == 20 && id.starts_with(prefix), "{id}");
    }
    assert_eq!(document.users[0].group_ids, std::slice::from_ref(staff));
    let assigned = web.assignments.as_ref().unwrap();
    assert_eq!((&assigned.users[0].id, &assigned.groups[0].id), (&document.users[1].id, staff));
    assert_eq!(spa.assignments.as_ref().unwrap().groups[0].id, everyone.id);
    assert_eq!(web.credentials.oauth_client.client_secret.as_ref().unwrap().len(), 55);
    assert_eq!(spa.credentials.oauth_client.client_secret, None);
    let kinds = [web, spa, worker].map(|app| {
        let oauth = app.oauth();
        (oauth.grant_types[0].name(), oauth.response_types.len(), app.auth_method())
    });
    assert_eq!(
        kinds,
        [
            ("authorization_code", 1, AuthMethod::ClientSecretBasic),
            ("authorization_code", 1, AuthMethod::None),
            ("client_credentials", 0, AuthMethod::ClientSecretBasic)
        ]
    );
    let server = &document.authorization_servers[0];
    assert_eq!((server.path_name(), server.audience()), ("default", "api://default"));
    let policy = &server.policies.as_ref().unwrap()[0];
    assert_eq!((policy.priority, policy.rules[0].priority), (1, 1));
    assert_eq!(policy.rules[0].conditions.people.groups.include, ["EVERYONE"]);
}

#[test]
fn derived_ids_depend_on_names_only_and_survive_a_round_trip() {
    let document = Document::parse(SMALL).unwrap();
    assert_eq!(Document::parse(SMALL).unwrap(), document);
    assert_eq!(Document::parse(&document.to_yaml().unwrap()).unwrap(), document);
    let reordered = SMALL.replacen(
        "  - label: Worker",
        "  - label: Another\n    settings: { oauthClient: { application_type: service } }\n  - label: Worker",
        1,
    );
    let other = Document::parse(&reordered).unwrap();
    assert_eq!(other.apps[3].id, document.apps[2].id);
    assert_ne!(other.apps[2].id, document.apps[2].id);
}

#[test]
fn priorities_that_are_left_out_come_behind_the_others() {
    let yaml = format!(
        "{SMALL}authorizationServers:\n  - {{ name: API, audiences: [api://a], policies: [{{ name: A, rules: [{{ name: r1 }}, {{ name: r2, priority: 7 }}, {{ name: r3 }}] }}] }}\n"
    );
    let document = Document::parse(&yaml).unwrap();
    let rules = &document.authorization_servers[0].policies.as_ref().unwrap()[0].rules;
    assert_eq!(rules.iter().map(|rule| rule.priority).collect::<Vec<_>>(), [8, 7, 9]);
}

#[test]
fn objects_of_oktas_api_can_be_pasted() {
    let yaml = r#"
users:
  - {"id": "00ub0oNGTSWTBKOLGLNR", "status": "ACTIVE", "created": "2013-06-24T16:39:18.000Z", "activated": null,
     "statusChanged": null, "lastLogin": null, "lastUpdated": "2013-06-24T16:39:19.000Z", "passwordChanged": null,
     "type": {"id": "otyfnjfba4ye7pgjB0g4"}, "realmId": null,
     "profile": {"login": "ada@example.test", "firstName": "Ada", "lastName": "A", "email": "ada@example.test", "mobilePhone": null},
     "credentials": {"password": {}, "recovery_question": {"question": "?"}, "provider": {"type": "OKTA", "name": "OKTA"}},
     "_links": {"self": {"href": "https://example.test"}}}
groups:
  - {"id": "00g1emaKYZTWRYYRRTSK", "created": "2015-02-06T10:11:28.000Z", "lastUpdated": "2015-10-05T19:16:43.000Z",
     "lastMembershipUpdated": "2015-11-28T19:15:32.000Z", "objectClass": ["okta:user_group"], "type": "OKTA_GROUP",
     "profile": {"name": "West Coast Users", "description": null}, "_links": {}}
apps:
  - {"id": "0oa1gjh63g214q0Hq0g4", "orn": "orn:okta:idp:00o1n8sbwArJ7OQRw406:apps:oidc_client:0oa1gjh63g214q0Hq0g4",
     "name": "oidc_client", "label": "Sample Client", "status": "ACTIVE", "created": "2017-01-10T23:35:23.000Z",
     "lastUpdated": "2017-01-10T23:35:23.000Z", "accessibility": {"selfService": false}, "visibility": {"autoLaunch": false},
     "features": [], "signOnMode": "OPENID_CONNECT", "profile": null,
     "credentials": {"userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"}, "signing": {"kid": "k"},
       "oauthClient": {"autoKeyRotation": true, "client_id": "0oa1gjh63g214q0Hq0g4", "client_secret": "a-secret-of-20-chars",
         "token_endpoint_auth_method": "client_secret_post", "pkce_required": false}},
     "settings": {"app": {}, "notifications": {"vpn": {}}, "manualProvisioning": false, "implicitAssignment": false, "signOn": null,
       "oauthClient": {"client_uri": null, "logo_uri": null, "redirect_uris": ["https://example.test/cb"], "response_types": ["code"],
         "grant_types": ["authorization_code"], "initiate_login_uri": null, "application_type": "web", "consent_method": "REQUIRED",
         "issuer_mode": "DYNAMIC", "idp_initiated_login": {"mode": "DISABLED", "default_scope": []}, "wildcard_redirect": "DISABLED",
         "dpop_bound_access_tokens": false, "jwks": null}},
     "_links": {}, "_embedded": {}}
"#;
    let document = Document::parse(yaml).unwrap();
    let (user, group, app) = (&document.users[0], &document.groups[0], &document.apps[0]);
    let password = user.credentials.password.as_ref().unwrap();
    assert_eq!((password.text(), password.is(""), user.profile.attribute("mobilePhone")), (None, false, None));
    assert_eq!((group.profile.description.as_deref(), app.created), (None, Some(1_484_091_323)));
    let misspelt = yaml.replacen("\"visibility\"", "\"visiblity\"", 1);
    let error = Document::parse(&misspelt).unwrap_err().lines("org.yaml");
    assert!(error.contains("unknown key `visiblity`"), "{error}");
}

#[test]
fn all_problems_of_a_document_are_reported_in_one_run() {
    let wrong = SMALL
        .replacen("firstName: Ben", "fristName: Ben", 1)
        .replacen("label: Web", "lable: Web", 1)
        .replacen("application_type: browser", "application_type: spa", 1)
        .replacen("application_type: service", "application_type: 7", 1)
        .replacen("- profile: { name: Staff }", "- profile: { nmae: Staff }", 1);
    let problems = Document::parse(&wrong).unwrap_err();
    let found: Vec<(u64, &str)> = problems
        .0
        .iter()
        .map(|problem| (problem.place.unwrap().0, problem.message.split([';', '`']).nth(1).unwrap_or_default()))
        .collect();
    assert_eq!(
        found,
        [(5, "firstName"), (7, "name"), (9, "lable"), (9, "label"), (13, "spa"), (15, "7")],
        "{problems}"
    );
}

/// Okta's published objects: keys that have no effect here are accepted where Okta has them, and nowhere else.
#[test]
fn keys_of_oktas_objects_that_have_no_effect_are_accepted() {
    let yaml = r#"
users:
  - profile: { login: ada@a.test, email: ada@a.test, firstName: Ada, lastName: A }
    credentials: { password: { hook: { type: default } } }
    roles: [{ id: ra1b8aph1qVRS9OyF0g4, label: Super Administrator, type: SUPER_ADMIN, status: ACTIVE,
              created: "2017-01-10T23:35:23.000Z", lastUpdated: "2017-01-10T23:35:23.000Z", assignmentType: USER }]
    factors:
      - { id: opfh52xcuft3J4uZc0g3, factorType: push, provider: OKTA, vendorName: OKTA, status: ACTIVE,
          profile: { name: Phone, platform: ANDROID, version: "29", deviceType: SmartPhone_Android, deviceToken: t } }
apps:
  - label: Web
    credentials: { userNameTemplate: { template: "${source.login}", type: CUSTOM, userSuffix: "@a.test" } }
    settings: { oauthClient: { application_type: web, redirect_uris: ["http://localhost/cb"] } }
    assignments: { users: [{ id: ada@a.test, credentials: { userName: ada, password: {} } }] }
"#;
    let org = Org::parse(yaml).unwrap_or_else(|problems| panic!("{}", problems.lines("org.yaml")));
    let password = org.users().next().unwrap().credentials.password.clone().unwrap();
    assert!(!password.is("") && password.text().is_none(), "the password is not known");
    for (piece, by) in [("userSuffix", "userSufix"), ("hook: {", "hok: {"), ("assignmentType", "assignmenttype")] {
        assert!(Org::parse(&yaml.replacen(piece, by, 1)).is_err(), "{by}");
    }
}

/// The lines of the problems, without what the messages expect.
fn problem_lines(yaml: &str) -> Vec<String> {
    let problems = Org::parse(yaml).unwrap_err();
    let brief = |line: &str| line.split([';', '(']).next().unwrap_or_default().trim_end().to_owned();
    problems.lines("org.yaml").lines().map(brief).collect()
}

#[test]
fn a_wrong_value_and_a_missing_key_hide_no_other_kind_of_problem() {
    let yaml = r#"
users:
  - profile: { login: ada@example.test, email: ada@example.test, firstName: Ada, lastName: A }
    status: LOCKDOUT
    groupIds: [Staff, Stuff]
  - profile: { login: ben@example.test, email: ben@example.test, firstName: Ben }
    groupIds: [Missing]
  - 7
  - profile: { login: Ada@example.test, email: ada@example.test, firstName: Ada, lastName: A }
groups:
  - profile: { name: Staff }
apps:
  - label: Web
    settings: { oauthClient: { application_type: web, redirect_uris: [callback] } }
    assignments: { users: [{ id: ben@example.test }] }
authorizationServers:
  - name: API
    audiences: [api://a]
    policies:
      - name: All
        rules: [{ name: All, actions: { token: { accessTokenLifetimeMinutes: 1 } } }]
"#;
    assert_eq!(
        problem_lines(yaml),
        [
            "org.yaml:4:13: unknown value `LOCKDOUT`",
            "org.yaml:5:23: no group has the id or name `Stuff`",
            "org.yaml:6:14: the key `lastName` is missing",
            "org.yaml:7:16: no group has the id or name `Missing`",
            "org.yaml:8:5: the number `7` where an object is expected",
            "org.yaml:9:23: two users have the login `Ada@example.test`",
            "org.yaml:14:71: `callback` is not an absolute URI: relative URL without a base",
            "org.yaml:21:78: 1 is out of bounds: expected 5 to 1440 minutes",
        ]
    );
    let problems = Org::parse(yaml).unwrap_err();
    let twin = problems.0.iter().find(|problem| problem.message.contains("two users")).unwrap();
    assert_eq!(twin.path, "/users/3/profile/login", "the element that is left out before counts");
}

#[test]
fn what_follows_from_a_part_that_cannot_be_read_is_not_a_problem_of_its_own() {
    let server = |rest: &str| format!("authorizationServers: [{{ name: API, audiences: [api://a], {rest} }}]");
    let token = |lifetimes: &str| {
        server(&format!("policies: [{{ name: P, rules: [{{ name: R, actions: {{ token: {{ {lifetimes} }} }} }}] }}]"))
    };
    let client = |settings: &str, credentials: &str| {
        let urls = "redirect_uris: [\"http://localhost/cb\"]";
        format!(
            "apps: [{{ label: A, settings: {{ oauthClient: {{ {urls}, {settings} }} }}, credentials: {{ oauthClient: {{ {credentials} }} }} }}]"
        )
    };
    let ada = "login: ada@a.test, email: ada@a.test, firstName: Ada, lastName: A";
    for yaml in [
        // Names that are misspelt, of the wrong type or not there.
        format!("groups: [{{ profile: {{ nmae: Staff }} }}]\nusers: [{{ profile: {{ {ada} }}, groupIds: [Staff] }}]"),
        format!("groups: [{{ profile: {{ name: [Staff] }} }}]\nusers: [{{ profile: {{ {ada} }}, groupIds: [Staff] }}]"),
        format!("groups: [{{ profile: {{ description: All }} }}]\nusers: [{{ profile: {{ {ada} }}, groupIds: [Staff] }}]"),
        format!("groups: [7]\nusers: [{{ profile: {{ {ada} }}, groupIds: [Staff] }}]"),
        format!("groups: Staff\nusers: [{{ profile: {{ {ada} }}, groupIds: [Staff] }}]"),
        format!("group: [{{ profile: {{ name: Staff }} }}]\nusers: [{{ profile: {{ {ada} }}, groupIds: [Staff] }}]"),
        // Two objects without a name have the same derived id.
        "groups: [{ profile: { name: A } }, { profile: { name: [] } }, { profile: { name: {} } }]".to_owned(),
        // The only built-in group.
        "groups: [{ type: BUILT_IM, profile: { name: Everyone } }]".to_owned(),
        // The bounds of one lifetime depend on another one.
        token("accessTokenLifetimeMinutes: short, refreshTokenLifetimeMinutes: 30"),
        token("accessTokenLifetimeMinuts: 5, refreshTokenLifetimeMinutes: 30"),
        // What a claim's value is depends on its type.
        server("claims: [{ name: c, claimType: RESOURCE, valueType: GROUP, group_filter_type: REGEX, value: '(' }]"),
        server("claims: [{ name: scp, claimType: IDENTITI, valueType: EXPRESSION, value: user.login }]"),
        // A secret, redirect URIs and keys that other settings ask for.
        client("application_type: browser", "token_endpoint_auth_method: non, client_secret: a-secret-of-20-chars"),
        client("application_type: brwser", "client_secret: a-secret-of-20-chars"),
        "apps: [{ label: A, settings: { oauthClient: { application_type: web, redirect_uris: 7 } } }]".to_owned(),
        "apps: [{ label: A, settings: { oauthClient: { application_type: service, grant_types: [client_credential] } } }]"
            .to_owned(),
        client("application_type: web, jwks: { keys: 7 }", "token_endpoint_auth_method: private_key_jwt"),
    ] {
        let lines = problem_lines(&yaml);
        // A misspelt key can also be a key that is missing.
        let own = lines.iter().filter(|line| !line.contains("is missing") || lines.len() == 1).count();
        let expected = if yaml.contains("name: []") { 2 } else { 1 };
        assert_eq!(own, expected, "{yaml}\n{lines:#?}");
    }
}

#[test]
fn unknown_keys_and_wrong_references_are_reported_together() {
    let wrong = SMALL.replacen("groupIds: [Staff]", "groupIds: [Stuff]\n    nickname: Ada", 1);
    let problems = Document::parse(&wrong).unwrap_err().lines("org.yaml");
    assert!(problems.contains("org.yaml:4:16: no group has the id or name `Stuff`"), "{problems}");
    assert!(problems.contains("org.yaml:5:5: unknown key `nickname`"), "{problems}");
    assert_eq!(problems.lines().count(), 2, "{problems}");
}

#[test]
fn what_a_document_leaves_out_of_an_object_of_a_fresh_org_is_as_in_a_fresh_org() {
    let yaml = r#"
directory:
  userSchemas:
    - name: user
      definitions: { custom: { properties: { badge: { title: Badge, type: string } } } }
  authenticators:
    - { name: Phone, status: ACTIVE }
"#;
    let org = Org::parse(yaml).unwrap();
    let fresh = Org::parse("{}").unwrap();
    let schema = |org: &Org| org.objects(DirectoryKind::UserSchema).next().unwrap().clone();
    let (written, original) = (schema(&org), schema(&fresh));
    assert_eq!((&written.id, &written.owner), (&original.id, &original.owner));
    assert_eq!(written.members["definitions"]["base"], original.members["definitions"]["base"]);
    assert_eq!(written.members["definitions"]["custom"]["properties"]["badge"]["title"], "Badge");
    let phone = org.objects(DirectoryKind::Authenticator).find(|one| one.name() == "Phone").unwrap();
    assert_eq!((phone.text("key"), phone.is_active()), (Some("phone_number"), true));
    assert_eq!(org.objects(DirectoryKind::Authenticator).count(), fresh.objects(DirectoryKind::Authenticator).count());
    // Written again, nothing changes.
    let again = Org::from_document(org.to_document()).unwrap();
    assert_eq!(again.to_document(), org.to_document());
}

#[test]
fn what_a_fresh_org_has_belongs_to_the_objects_that_a_document_writes() {
    let yaml = r#"
directory:
  userTypes: [{ id: otycustomer000000000, name: user, displayName: Customer, default: true }]
"#;
    let org = Org::parse(yaml).unwrap_or_else(|problems| panic!("{}", problems.lines("org.yaml")));
    let schemas: Vec<_> = org.objects(DirectoryKind::UserSchema).collect();
    assert_eq!((schemas.len(), schemas[0].owner.as_str()), (1, "otycustomer000000000"));
    let again = Org::from_document(org.to_document()).unwrap();
    assert_eq!(again.objects(DirectoryKind::UserSchema).next(), Some(schemas[0]));
}

#[test]
fn attributes_of_assignments_are_in_the_schema_of_the_app_and_not_exported() {
    let yaml = r#"
groups: [{ profile: { name: Staff } }]
apps:
  - label: Web
    settings: { oauthClient: { application_type: web, redirect_uris: ["http://localhost/cb"] } }
    assignments: { groups: [{ id: Staff, profile: { level: 3, plan: { name: gold } } }] }
"#;
    let org = Org::parse(yaml).unwrap_or_else(|problems| panic!("{}", problems.lines("org.yaml")));
    let app = org.apps().next().unwrap();
    let schema = org.object(DirectoryKind::AppUserSchema, &app.id).unwrap();
    let custom = &schema.members["definitions"]["custom"]["properties"];
    assert_eq!((&custom["level"]["type"], &custom["plan"]["type"]), (&"integer".into(), &"object".into()));
    assert!(!org.to_document().directory.contains_key(&DirectoryKind::AppUserSchema));
}
