//! Magic links: links in emails that confirm the code beside them.

use mock_idp::MockIdp;
use reqwest::Client;
use serde_json::{Value, json};

use crate::email_codes::with_email;
use crate::factors::{LOGIN, by_password, claims, names, step, submit};
use crate::flow::{browser, state_handle};
use crate::market::{advance, journal, stopped};

const RETURN: &str = "Please return to the original tab.";
const EXPIRED: &str = "This email link has expired. To resend it, return to the screen where you requested it.";

/// The page that asks for the code of an email, which has been sent.
async fn sent(mock: &MockIdp, client: &Client) -> String {
    let (_, page) = by_password(mock, client, &[]).await;
    submit(mock, client, &page, "resend", &[]).await.1
}

/// The newest email to the buyer: its link and its code.
async fn newest(mock: &MockIdp) -> (String, String) {
    let url = format!("{}/_mock/inbox?to={LOGIN}&kind=email&limit=1", mock.url());
    let messages: Value = browser().get(url).send().await.unwrap().json().await.unwrap();
    let text = |name: &str| messages[0][name].as_str().unwrap_or_else(|| panic!("{name} in {messages}")).to_owned();
    assert!(text("text").contains(&text("link")), "{messages}");
    (text("link"), text("code"))
}

async fn open(client: &Client, link: &str) -> String {
    let response = client.get(link).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.text().await.unwrap()
}

#[tokio::test]
async fn a_link_that_is_opened_in_the_same_browser_confirms_the_code_once() {
    let mock = stopped(&with_email()).await;
    let client = browser();
    let page = sent(&mock, &client).await;
    assert!(page.contains("The email also has a link."), "{page}");
    let (link, _) = newest(&mock).await;
    let expected = format!("{}/email/verify/0oamarketweb000005d7?token=ft", mock.url());
    assert!(link.starts_with(&expected), "{link}");
    let (status, page) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 200, "it has not been opened");
    let opened = open(&client, &link).await;
    assert!(opened.contains(RETURN) && !opened.contains(r#"data-se="otp""#), "{opened}");
    let again = open(&client, &link).await;
    assert!(again.contains(EXPIRED), "{again}");
    let (status, arrived) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "email"]));
    assert!(journal(&mock).await.contains("it was opened in the browser of the sign-in"));
}

#[tokio::test]
async fn another_browser_shows_the_code() {
    let mock = stopped(&with_email()).await;
    let client = browser();
    let page = sent(&mock, &client).await;
    let (link, code) = newest(&mock).await;
    for other in [browser(), browser()] {
        let opened = open(&other, &link).await;
        let shown = format!(r#"<code data-se="otp">{code}</code>"#);
        assert!(
            opened.contains("Enter the OTP in your original browser or device.") && opened.contains(&shown),
            "{opened}"
        );
    }
    let (status, page) = submit(&mock, &client, &page, "poll", &[]).await;
    assert_eq!(status, 200, "the sign-in does not go on elsewhere");
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn a_link_is_over_after_five_minutes_and_when_another_one_is_sent() {
    let mock = stopped(&with_email()).await;
    let client = browser();
    let page = sent(&mock, &client).await;
    let (first, _) = newest(&mock).await;
    submit(&mock, &client, &page, "resend", &[]).await;
    let opened = open(&client, &first).await;
    assert!(
        opened.contains("This email link is out of date. Return to the screen where you requested it."),
        "{opened}"
    );
    let (second, _) = newest(&mock).await;
    advance(&mock, 300).await;
    for link in [second, format!("{}/email/verify/0oa?token=unknown", mock.url())] {
        let opened = open(&client, &link).await;
        assert!(opened.contains(EXPIRED), "{opened}");
    }
}

#[tokio::test]
async fn idx_polls_until_the_link_is_opened() {
    let mock = stopped(&with_email()).await;
    let client = browser();
    let page = sent(&mock, &client).await;
    let state = json!({ "stateHandle": state_handle(&page) });
    let (status, document) = step(&mock, &client, "challenge/poll", state.clone()).await;
    assert_eq!((status, names(&document)), (200, vec!["challenge-authenticator"]), "{document}");
    let current = &document["currentAuthenticatorEnrollment"]["value"];
    assert_eq!(
        (&current["contextualData"], &current["poll"]["refresh"]),
        (&json!({ "useEmailMagicLink": true }), &json!(4000))
    );
    let (link, _) = newest(&mock).await;
    assert!(open(&client, &link).await.contains(RETURN));
    let (status, document) = step(&mock, &client, "challenge/poll", state).await;
    assert_eq!((status, &document["success"]["name"]), (200, &json!("success-redirect")), "{document}");
}
