use proptest::prelude::*;

use super::*;

/// `{"alg":"RS256"}` · `{"sub":"me"}` · a signature.
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlLWNhbmFyeQ";

#[test]
fn only_the_secrets_of_a_form_are_masked() {
    let scrubber = Scrubber::default();
    let scrubbed = scrubber.form("grant_type=authorization_code&code=abcdefgh&redirect_uri=http%3A%2F%2Flocalhost");
    let tag = scrubber.learn("code", "abcdefgh");
    assert_eq!(scrubbed, format!("grant_type=authorization_code&code={tag}&redirect_uri=http%3A%2F%2Flocalhost"));
    assert!(tag.starts_with("‹code:"), "{tag}");
}

#[test]
fn equal_secrets_have_equal_tags() {
    let scrubber = Scrubber::default();
    assert_eq!(scrubber.value("code", "one-code"), scrubber.value("code", "one-code"));
    assert_ne!(scrubber.value("code", "one-code"), scrubber.value("code", "two-code"));
}

#[test]
fn a_known_secret_is_masked_in_any_text() {
    let scrubber = Scrubber::default();
    scrubber.learn("password", "Pass w0rd!");
    assert!(!scrubber.text("typed Pass w0rd! here").contains("Pass w0rd!"));
    assert!(!scrubber.text("password=Pass+w0rd%21").contains("Pass+w0rd"));
}

#[test]
fn only_the_signature_of_a_signed_token_is_masked() {
    let scrubber = Scrubber::default();
    for scrubbed in [
        scrubber.value("access_token", TOKEN),
        scrubber.text(&format!("token was {TOKEN}, so")),
        scrubber.url(&format!("http://localhost/cb#id_token={TOKEN}&state=x")),
    ] {
        assert!(scrubbed.contains("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.‹signature:"), "{scrubbed}");
        assert!(!scrubbed.contains("c2lnbmF0dXJlLWNhbmFyeQ"), "{scrubbed}");
    }
}

#[test]
fn credentials_and_cookies_in_headers_are_masked() {
    let scrubber = Scrubber::default();
    let authorization = scrubber.header("Authorization", "Basic Y2xpZW50OnNlY3JldA==");
    assert!(authorization.starts_with("Basic ‹secret:"), "{authorization}");
    let cookie = scrubber.header("set-cookie", "sid=102canary; Path=/; HttpOnly");
    assert!(cookie.starts_with("sid=‹cookie:") && cookie.ends_with("; Path=/; HttpOnly"), "{cookie}");
    assert_eq!(scrubber.header("set-cookie", "sid=\"\"; Max-Age=0"), "sid=\"\"; Max-Age=0");
    let location = scrubber.header("location", "http://localhost/cb?code=canary-code&state=s");
    assert!(!location.contains("canary-code") && location.ends_with("&state=s"), "{location}");
}

#[test]
fn a_page_becomes_an_outline_with_masked_secrets() {
    let scrubber = Scrubber::default();
    let page = scrubber.body(
        "text/html; charset=utf-8",
        "<title>Signing in</title><script>var stateToken = 'canary-script'</script><main><h1>Hello &amp; welcome</h1>\
         <form method=post action='/next?code=canary-query'><input type=hidden name='code' \
         value='can&#x61;ry&#x2d;code'/><input name=state value=s><button name=consent value=allow>Allow</button>\
         </form></main>",
    );
    let (code, query) = (scrubber.learn("code", "canary-code"), scrubber.learn("code", "canary-query"));
    assert_eq!(
        page,
        format!(
            "title: Signing in\ntext: Hello & welcome Allow\nform: post /next?code={query}\n  hidden code={code}\n  \
             input state=s\n  submit consent=allow\n"
        )
        .replace("submit", "button")
    );
}

#[test]
fn json_is_masked_by_key_at_any_depth() {
    let scrubber = Scrubber::default();
    let body = scrubber.body("application/json", r#"{"scope":"openid","a":[{"refresh_token":"canary-refresh"}]}"#);
    assert!(!body.contains("canary-refresh") && body.contains("openid"), "{body}");
}

#[test]
fn a_child_inherits_secrets_and_does_not_share_its_own() {
    let parent = Scrubber::default();
    parent.learn("secret", "canary-parent");
    let child = parent.child();
    child.learn("secret", "canary-child");
    assert!(!child.text("canary-parent").contains("canary-parent"));
    assert_eq!(parent.text("canary-child"), "canary-child");
}

proptest! {
    #[test]
    fn a_known_secret_is_always_masked(secret in "[A-Za-z0-9_-]{12,40}", before in ".{0,20}", after in ".{0,20}") {
        let scrubber = Scrubber::default();
        scrubber.learn("secret", &secret);
        let scrubbed = scrubber.text(&format!("{before}{secret}{after}"));
        prop_assert!(!scrubbed.contains(&secret));
    }

    #[test]
    fn scrubbing_any_text_does_not_panic(text in ".{0,200}") {
        let scrubber = Scrubber::default();
        let _ = (scrubber.text(&text), scrubber.url(&text), scrubber.form(&text), scrubber.body("text/html", &text));
        let _ = (scrubber.header("cookie", &text), scrubber.header("authorization", &text));
    }
}
