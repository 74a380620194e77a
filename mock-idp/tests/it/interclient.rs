//! Native to Web SSO: an app hands its user over to another one, which signs them in.

use mock_idp::MockIdp;

use crate::flow::{WEB, browser, code_request, location, parameter};
use crate::refusals::{token, told};

const DEFAULT: &str = "/oauth2/default";
const COURIER: &str = "0oamarketdevsso005d7";

#[tokio::test]
async fn only_an_app_that_another_trusts_gets_the_scope() {
    let mock = MockIdp::builder().start().await.unwrap();
    let untrusted =
        "The 'interclient_access' scope can only be granted to clients with a configured trust relationship.";
    let scope = ("scope", "openid interclient_access");
    for server in ["/oauth2", DEFAULT] {
        let url = format!("{}{server}/v1/authorize", mock.url());
        let request = code_request(WEB, scope.1);
        let arrived = location(&browser().get(&url).query(&request).send().await.unwrap());
        assert_eq!(parameter(&arrived, "error").as_deref(), Some("invalid_scope"), "{arrived}");
        assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(untrusted));
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let pkce = [("code_challenge", challenge), ("code_challenge_method", "S256")];
        let request = [code_request(COURIER, scope.1), pkce.to_vec()].concat();
        assert_eq!(browser().get(&url).query(&request).send().await.unwrap().status(), 200, "{server}");
    }
    let expected = (400, "invalid_scope".to_owned(), untrusted.to_owned());
    let legacy = ("0oamarketlegacy005d7", "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH");
    let password = [("grant_type", "password"), ("username", "buyer@example.test"), ("password", "Passw0rd!"), scope];
    assert_eq!(told(token(&mock, DEFAULT, Some(legacy), &password).await).await, expected);
    let device = [("client_id", "0oamarkettv0000005d7"), scope];
    let url = format!("{}/v1/device/authorize", mock.issuer());
    assert_eq!(told(browser().post(url).form(&device).send().await.unwrap()).await, expected);
}
