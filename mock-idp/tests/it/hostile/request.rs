//! Generates hostile requests: valid ones with something wrong in them.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::flow::{CALLBACK, WEB, WEB_SECRET};

/// Valid values of this mock.
pub(super) struct Facts {
    pub(super) port: u16,
    pub(super) tokens: Vec<String>,
    pub(super) state_handle: String,
}

/// One request as it goes over the wire.
pub(super) struct Attack {
    pub(super) bytes: Vec<u8>,
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.bytes[..self.bytes.len().min(2_000)];
        write!(f, "{} ({} bytes)", shown.escape_ascii(), self.bytes.len())
    }
}

const METHODS: &[&str] =
    &["GET", "GET", "GET", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"];

/// `{B}` is replaced by an authorization server, known or unknown.
const PATHS: &[&str] = &[
    "{B}/v1/authorize",
    "{B}/v1/authorize",
    "{B}/v1/authorize",
    "{B}/v1/token",
    "{B}/v1/token",
    "{B}/v1/token",
    "{B}/v1/userinfo",
    "{B}/v1/introspect",
    "{B}/v1/revoke",
    "{B}/v1/logout",
    "{B}/v1/check_session",
    "{B}/v1/keys",
    "/oauth2/v1/authorize/callback",
    "/sso/idps/0oaidp",
    "{B}/v1/par",
    "{B}/v1/device/authorize",
    "{B}/v1/bc/authorize",
    "/email/verify/0oa",
    "{B}/v1/primary-authenticate",
    "{B}/v1/oob-authenticate",
    "{B}/v1/challenge",
    "{B}/.well-known/openid-configuration",
    "{B}/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/oauth2/default",
    "/.well-known/webfinger",
    "/.well-known/okta-organization",
    "/idp/myaccount/emails",
    "/idp/myaccount/emails/unknown/challenge/unknown/verify",
    "/idp/myaccount/app-authenticators",
    "/idp/myaccount/app-authenticators/challenge/unknown/verify",
    "/idp/myaccount/phones",
    "/idp/myaccount/phones/unknown/challenge",
    "/idp/myaccount/authenticators/unknown/enrollments",
    "/idp/myaccount/webauthn/registration",
    "/idp/myaccount/password",
    "/api/v1/apps",
    "/api/v1/apps/0oamarketweb00005d7/users",
    "/api/v1/apps/0oamarketweb00005d7/logo",
    "/api/v1/apps/0oamarketweb00005d7/connections/default",
    "/api/v1/apps/0oamarketweb00005d7/features/USER_PROVISIONING",
    "/api/v1/brands",
    "/api/v1/brands/unknown/templates/email/ForgotPassword/customizations",
    "/api/v1/hook-keys",
    "/api/v1/hook-keys/unknown",
    "/api/v1/apps/0oamarketweb00005d7/credentials/keys",
    "/api/v1/apps/0oamarketweb00005d7/credentials/keys/generate",
    "/api/v1/apps/0oamarketweb00005d7/credentials/csrs",
    "/api/v1/apps/0oamarketweb00005d7/sso/saml/metadata",
    "/api/v1/idps/credentials/keys",
    "/api/v1/authenticators",
    "/api/v1/org/factors/okta_question/lifecycle/activate",
    "/api/v1/authorizationServers",
    "/api/v1/authorizationServers/default/claims",
    "/api/v1/policies",
    "/oauth2/v1/clients",
    "/api/v1/users",
    "/api/v1/users?search=status+eq+%22ACTIVE%22&sortBy=profile.login",
    "/api/v1/users/00uadmin0000000005d7",
    "/api/v1/users/me/lifecycle/reset_password",
    "/api/v1/users/admin/credentials/forgot_password",
    "/api/v1/users/admin/roles",
    "/api/v1/groups",
    "/api/v1/groups/00gbuyers000000005d7/users/buyer",
    "/api/v1/groups/00gbuyers000000005d7/owners",
    "/api/v1/groups/rules",
    "/api/v1/meta/schemas/user/default",
    "/api/v1/meta/schemas/group/default",
    "/api/v1/meta/types/user",
    "/api/v1/meta/schemas/user/linkedObjects",
    "/api/v1/zones",
    "/api/v1/mappings",
    "/api/v1/mappings/prmunknown",
    "/api/v1/users/admin/risk",
    "/api/v1/users/admin/subscriptions/OKTA_UPDATE/subscribe",
    "/api/v1/users/admin/clients",
    "/api/v1/users/admin/grants",
    "/api/v1/users/admin/appLinks",
    "/api/v1/groups/00gbuyers000000005d7/roles/IFIFAX2BIRGUSTQ/targets/groups/00gbuyers000000005d7",
    "/oauth2/v1/clients/0oamarketpartner05d7/roles",
    "/oauth2/v1/clients/0oamarketpartner05d7/roles/IFIFAX2BIRGUSTQ/targets/catalog/apps/oidc_client/0oanobody",
    "/api/v1/apps/0oamarketweb00005d7/tokens",
    "/api/v1/apps/0oamarketweb00005d7/cwo/connections",
    "/api/v1/authorizationServers/default/clients/0oamarketweb00005d7/tokens/oarunknown",
    "/api/v1/idps/0oaidp/users/admin",
    "/api/v1/authenticators/autunknown/aaguids",
    "/api/v1/org",
    "/api/v1/org/contacts/BILLING",
    "/api/v1/org/preferences/hideEndUserFooter",
    "/api/v1/features/ftrunknown/enable",
    "/api/v1/brands/bndunknown/templates/email/UserActivation",
    "/oauth2/v1/clients/",
    "/oauth2/v1/global-token-revocation",
    "/oauth2/default/v1/interact",
    "/oauth2/v1/clients/0oamarketpartner05d7",
    "/oauth2/v1/clients/0oanobody/lifecycle/newSecret",
    "/api/v1/authorizationServers/default/credentials/keys",
    "/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate",
    "/api/v1/iam/roles",
    "/api/v1/iam/roles/cr0unknown/permissions/okta.users.read",
    "/api/v1/iam/resource-sets",
    "/api/v1/iam/resource-sets/iamunknown/bindings/cr0unknown/members/irbunknown",
    "/api/v1/iam/assignees/users",
    "/api/v1/logs",
    "/api/v1/inlineHooks/calunknown/execute",
    "/api/v1/eventHooks/whounknown/lifecycle/verify",
    "/api/v1/users/me/factors/opf1/lifecycle/activate/poll",
    "/api/v1/authn",
    "/api/v1/users",
    "/api/v1/authn/cancel",
    "/api/v1/authn/factors/opf1/lifecycle/activate/poll",
    "/api/v1/authn/introspect",
    "/api/v1/authn/credentials/change_password",
    "/api/v1/sessions",
    "/api/v1/sessions/me",
    "/api/v1/sessions/102unknown/lifecycle/refresh",
    "/activate",
    "/signin/backchannel",
    "/.well-known/oauth-authorization-server/_org/market/oauth2/default",
    "/signin/identify",
    "/signin/challenge",
    "/signin/new-password",
    "/signin/sign-in",
    "/signin/pick",
    "/signin/consent",
    "/signin/restart",
    "/login/token/redirect",
    "/login/sessionCookieRedirect",
    "/idp/idx/introspect",
    "/idp/idx/identify",
    "/idp/idx/challenge/answer",
    "/idp/idx/challenge/send",
    "/idp/idx/consent",
    "/idp/idx/keep-me-signed-in",
    "/idp/idx/cancel",
    "/healthz",
    "/_mock/info",
    "/_mock/requests",
    "/_mock/keys",
    "/_mock/assets/page.css",
    "/_org/market/oauth2/v1/token",
    "/_org/nobody/",
    "/",
];
const SERVERS: &[&str] =
    &["/oauth2", "/oauth2/default", "/oauth2/default", "/oauth2/ausmarket000000005d7", "/oauth2/%00", "/oauth2/nobody"];

/// Names, each with values that are valid somewhere.
const PARAMETERS: &[(&str, &[&str])] = &[
    ("client_id", &[WEB, "0oamarketspa000005d7", "0oamarketservice05d7", "0oamarketkeyjwt005d7"]),
    ("client_secret", &[WEB_SECRET]),
    ("redirect_uri", &[CALLBACK]),
    ("response_type", &["code", "id_token", "code id_token", "token", "id_token token", "code token", "none"]),
    ("response_mode", &["query", "fragment", "form_post", "okta_post_message"]),
    ("scope", &["openid", "openid profile email offline_access", "products:read", "groups"]),
    ("state", &["s-1"]),
    ("nonce", &["n-1"]),
    ("prompt", &["none", "login", "consent", "login consent"]),
    ("max_age", &["0", "10000", "2147483648", "-1"]),
    ("code_challenge", &["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"]),
    ("code_challenge_method", &["S256", "plain"]),
    ("acr_values", &["1 2", "urn:okta:loa:1fa:any", "phr"]),
    ("claims", &["{\"userinfo\":{\"name\":null}}"]),
    ("login_hint", &["buyer@example.test"]),
    ("sessionToken", &["20111xyz"]),
    ("idp", &["0oaidp"]),
    ("display", &["popup"]),
    ("ui_locales", &["de"]),
    ("request", &[]),
    ("request_uri", &["urn:okta:abc", "https://a.test"]),
    (
        "grant_type",
        &[
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "password",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:openid:params:grant-type:ciba",
            "interaction_code",
        ],
    ),
    ("code", &[]),
    ("interaction_code", &[]),
    ("code_verifier", &["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"]),
    ("refresh_token", &[]),
    ("token", &[]),
    ("token_type_hint", &["access_token", "refresh_token"]),
    ("access_token", &[]),
    ("id_token_hint", &[]),
    ("post_logout_redirect_uri", &["http://localhost:7803/signed-out"]),
    ("client_assertion_type", &["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]),
    ("client_assertion", &[]),
    ("assertion", &[]),
    ("subject_token", &[]),
    ("subject_token_type", &["urn:ietf:params:oauth:token-type:access_token"]),
    ("audience", &["api://default"]),
    ("username", &["buyer@example.test"]),
    ("password", &["Passw0rd!"]),
    ("device_code", &["00000000-0000-4000-8000-000000000000"]),
    ("user_code", &["ABCDEFGH"]),
    ("auth_req_id", &["ft1"]),
    ("stateHandle", &[]),
    ("identifier", &["buyer@example.test"]),
    ("credentials.passcode", &["Passw0rd!"]),
    ("user", &["buyer@example.test"]),
    ("consent", &["allow", "deny"]),
    ("resource", &["okta:acct:buyer@example.test"]),
    ("limit", &["5", "0", "x"]),
    ("extra", &["foobar"]),
];

/// Valid parameter sets, so that some requests succeed.
const GOOD: &[(&str, &[&str])] = &[
    ("{B}/v1/authorize", &["client_id", "redirect_uri", "response_type", "scope", "state", "nonce"]),
    ("{B}/v1/token", &["client_id", "client_secret", "grant_type", "scope", "refresh_token", "username", "password"]),
    ("{B}/v1/introspect", &["client_id", "client_secret", "token"]),
    ("{B}/v1/revoke", &["client_id", "client_secret", "token_type_hint"]),
    ("{B}/v1/par", &["client_id", "client_secret", "redirect_uri", "response_type", "scope", "state", "nonce"]),
    ("{B}/v1/logout", &["id_token_hint", "post_logout_redirect_uri", "state"]),
    ("{B}/v1/device/authorize", &["client_id", "client_secret", "scope"]),
    ("/signin/identify", &["stateHandle", "identifier"]),
];

fn one<'a, T: ?Sized>(rng: &mut StdRng, of: &'a [&'a T]) -> &'a T {
    of[rng.random_range(0..of.len())]
}

fn chance(rng: &mut StdRng, of_a_thousand: u32) -> bool {
    rng.random_range(0..1_000) < of_a_thousand
}

impl Attack {
    pub(super) fn is_head(&self) -> bool {
        self.bytes.starts_with(b"HEAD ")
    }

    pub(super) fn make(facts: &Facts, rng: &mut StdRng) -> Self {
        let (template, mut names) = if chance(rng, 400) {
            let (path, names) = GOOD[rng.random_range(0..GOOD.len())];
            (path, names.to_vec())
        } else {
            let count = rng.random_range(0..8);
            (one(rng, PATHS), (0..count).map(|_| PARAMETERS[rng.random_range(0..PARAMETERS.len())].0).collect())
        };
        if chance(rng, 60) && !names.is_empty() {
            names.push(names[rng.random_range(0..names.len())]);
        }
        let mut path = template.replace("{B}", one(rng, SERVERS)).into_bytes();
        if chance(rng, 20) {
            path.extend(component(&nasty(rng)));
        }
        let method = one(rng, METHODS);
        let with_body = !matches!(method, "GET" | "HEAD" | "OPTIONS" | "DELETE") || chance(rng, 50);
        let mut form = Vec::new();
        for name in names {
            if !form.is_empty() {
                form.push(b'&');
            }
            form.extend(name.as_bytes());
            form.push(b'=');
            let value = value(name, facts, rng);
            // Sometimes as it is: raw bytes, stray percent signs and ampersands.
            form.extend(if chance(rng, 60) && with_body { value } else { component(&value) });
        }
        if chance(rng, 15) {
            form.extend(one(rng, &["&", "%", "%zz", "&&=&==", "&a[0]=1&a[1]=2", "&%ff%fe=%c0%80", ";"]).as_bytes());
        }
        Self::write(method, path, form, with_body, facts, rng)
    }

    fn write(method: &str, mut path: Vec<u8>, form: Vec<u8>, with_body: bool, facts: &Facts, rng: &mut StdRng) -> Self {
        let mut body = Vec::new();
        let mut media_type = "application/x-www-form-urlencoded";
        if with_body {
            body = form;
            if chance(rng, 80) {
                (media_type, body) = ("application/json", json(rng));
            }
            if chance(rng, 30) {
                media_type = one(
                    rng,
                    &[
                        "text/plain",
                        "application/json; charset=utf-16",
                        "multipart/form-data",
                        "x",
                        "application/x-www-form-urlencoded;charset=latin1",
                    ],
                );
            }
        } else if !form.is_empty() {
            path.push(b'?');
            path.extend(form);
        }
        let mut bytes = Vec::with_capacity(512 + path.len() + body.len());
        bytes.extend(method.as_bytes());
        bytes.push(b' ');
        bytes.extend(path);
        bytes.extend(format!(" HTTP/1.1\r\nhost: localhost:{}\r\n", facts.port).bytes());
        if with_body || method == "DELETE" {
            bytes.extend(format!("content-type: {media_type}\r\ncontent-length: {}\r\n", body.len()).bytes());
        }
        for (name, often) in [
            ("authorization", 250),
            ("cookie", 80),
            ("accept", 100),
            ("origin", 60),
            ("dpop", 60),
            ("access-control-request-headers", 20),
            ("x-forwarded-for", 20),
            ("accept-language", 30),
        ] {
            if chance(rng, often) {
                bytes.extend(name.bytes());
                bytes.extend(b": ");
                bytes.extend(header(name, facts, rng));
                bytes.extend(b"\r\n");
            }
        }
        if chance(rng, 5) {
            for number in 0..rng.random_range(50..150) {
                bytes.extend(format!("x-{number}: {number}\r\n").bytes());
            }
        }
        bytes.extend(b"\r\n");
        bytes.extend(body);
        Self { bytes }
    }
}

/// A value for a parameter, usually a valid one.
fn value(name: &str, facts: &Facts, rng: &mut StdRng) -> Vec<u8> {
    if chance(rng, 120) {
        return nasty(rng);
    }
    let known = PARAMETERS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, values)| values);
    if name == "stateHandle" {
        facts.state_handle.clone().into_bytes()
    } else if known.is_empty() {
        if chance(rng, 300) {
            jwt(rng)
        } else {
            facts.tokens[rng.random_range(0..facts.tokens.len())].clone().into_bytes()
        }
    } else {
        one(rng, known).as_bytes().to_vec()
    }
}

/// A value that is valid nowhere.
fn nasty(rng: &mut StdRng) -> Vec<u8> {
    match rng.random_range(0..12) {
        0 => Vec::new(),
        1 => vec![b'A'; rng.random_range(1..3_000)],
        // Around the bounds of URLs, heads and bodies.
        2 if chance(rng, 60) => vec![b'A'; rng.random_range(10_000..70_000)],
        3 => (0..rng.random_range(1..64)).map(|_| rng.random()).collect(),
        4 => b"a\0b\x01\x1f\x7f".to_vec(),
        5 => b"x\r\nset-cookie: a=b\r\n\r\n<script>".to_vec(),
        6 => "'\"><svg onload=alert(1)>{{7*7}}${7*7}".as_bytes().to_vec(),
        7 => "\u{202e}\u{feff}\u{10ffff}ﷺ🧨\u{0301}".repeat(rng.random_range(1..9)).into_bytes(),
        8 => one(rng, &["-1", "0", "9223372036854775808", "1e999", "NaN", "0x10", "99999999999999999999999999"])
            .as_bytes()
            .to_vec(),
        9 => one(
            rng,
            &[
                "../../etc/passwd",
                "http://[::1",
                "javascript:alert(1)",
                "//evil.test",
                "https://*.evil.test",
                "file:///",
            ],
        )
        .as_bytes()
        .to_vec(),
        10 => json(rng),
        _ => jwt(rng),
    }
}

/// Text in the form of a JWT, rarely a valid one.
fn jwt(rng: &mut StdRng) -> Vec<u8> {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let header = one(
        rng,
        &[
            "{\"alg\":\"RS256\"}",
            "{\"alg\":\"none\"}",
            "{\"alg\":\"HS256\",\"kid\":\"\\u0000\"}",
            "{\"alg\":7}",
            "{\"alg\":\"RS256\",\"kid\":[]}",
            "[]",
            "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\",\"y\":\"\"}}",
            "{\"alg\":\"RS256\",\"jwk\":{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AA\"}}",
        ],
    );
    let payload = match rng.random_range(0..4) {
        0 => json(rng),
        1 => format!("{{\"iss\":\"{WEB}\",\"sub\":\"{WEB}\",\"aud\":[],\"exp\":9223372036854775807,\"iat\":-9223372036854775808}}").into_bytes(),
        2 => format!("{{\"iss\":\"{WEB}\",\"client_id\":\"{WEB}\",\"exp\":1e300,\"jti\":{{}}}}").into_bytes(),
        _ => b"{}".to_vec(),
    };
    let signature = vec![7_u8; one(rng, &[&0_usize, &1, &64, &256, &256, &600]).to_owned()];
    let dots = one(rng, &[".", ".", ".", "..", ""]);
    format!("{}{dots}{}.{}", encode(header.as_bytes()), encode(&payload), encode(&signature)).into_bytes()
}

/// Valid or invalid JSON.
fn json(rng: &mut StdRng) -> Vec<u8> {
    match rng.random_range(0..8) {
        0 => "[".repeat(rng.random_range(1..20_000)).into_bytes(),
        1 => format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200)).into_bytes(),
        2 => b"{\"client_name\":7,\"redirect_uris\":\"x\"}".to_vec(),
        3 => b"{\"client_name\":\"x\",\"redirect_uris\":[\"\\u0000\",null]}".to_vec(),
        4 => b"{\"username\":[],\"password\":{}}".to_vec(),
        5 => b"{\"userinfo\":{\"name\":{\"essential\":1e999}}}".to_vec(),
        6 => b"\xff\xfe{}".to_vec(),
        _ => b"null".to_vec(),
    }
}

/// A header value, rarely one that is not allowed.
fn header(name: &str, facts: &Facts, rng: &mut StdRng) -> Vec<u8> {
    let token = &facts.tokens[rng.random_range(0..facts.tokens.len())];
    let basic = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    let nasty: Vec<u8> = nasty(rng).into_iter().filter(|byte| !matches!(byte, b'\r' | b'\n' | 0)).collect();
    let text = match (name, rng.random_range(0..8)) {
        ("authorization", 0) => basic(&format!("{WEB}:{WEB_SECRET}")),
        ("authorization", 1) => basic(&format!("{WEB}:%zz%00%ff")),
        ("authorization", 2) => format!("Bearer {token}"),
        ("authorization", 3) => format!("DPoP {token}"),
        ("authorization", 4) => "SSWS 00mockMarketApiToken0123456789abcdefghijkl".to_owned(),
        ("authorization", 5) => "Basic ====".to_owned(),
        ("cookie", 0..4) => format!("mockidp_market_sid={token}; mockidp_market_browser={token}"),
        ("accept", 0..4) => "text/html".to_owned(),
        ("origin", 0..4) => "http://localhost:3000".to_owned(),
        ("dpop", 0..6) => return jwt(rng),
        _ => return nasty,
    };
    text.into_bytes()
}

fn component(value: &[u8]) -> Vec<u8> {
    url::form_urlencoded::byte_serialize(value).flat_map(str::bytes).collect()
}
