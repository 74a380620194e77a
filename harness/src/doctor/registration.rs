//! What has to be registered at the issuer: redirect URIs, and the credentials of clients.

use super::report_line::{Lines, quoted};
use crate::driver::{DriverError, HttpDriver, User};
use crate::exit::Exit;
use crate::flow::signed::{Key, assertion};
use crate::flow::{AuthorizationRequest, FormRequest, random_text};
use crate::issuer_target::{AuthMethod, Client, Endpoint, Server, Target};
use crate::wire::error::{OAuthError, summary};
use crate::wire::journey::Arrival;
use crate::wire::page::{HtmlPage, PageKind};

/// A value that no issuer has issued.
const UNKNOWN: &str = "harness-probe";

/// Asks for an authorization response without a user. An issuer that does not know the redirect URI must not send one there
/// (RFC 6749 3.1.2.4).
pub(super) async fn redirect_uri(target: &Target, server: &Server, client: &Client, lines: &mut Lines<'_>) {
    let Some(endpoint) = server.endpoint(Endpoint::Authorization) else { return };
    let request = AuthorizationRequest::of(target, client).with("prompt", "none");
    let mut driver = HttpDriver::new(&target.http);
    let uri = &target.redirect_uri;
    let subject = "redirect URI";
    let words = match driver.walk(&request.url(endpoint), uri, User::anonymous()).await {
        Ok(journey) => match journey.arrival {
            Arrival::Landed(_) => {
                return lines.sound(subject, format!("client {}: the issuer responds to {uri}", client.name));
            }
            Arrival::Stopped(page) if matches!(page.kind, PageKind::Error | PageKind::Broken) => words(&page),
            Arrival::Astray(url) => {
                let text = format!(
                    "client {}: the issuer responds to {} instead of {uri}",
                    client.name,
                    url.origin().ascii_serialization()
                );
                return lines.problem(Exit::Configuration, subject, text, format!("register {uri} for {}", client.id));
            }
            Arrival::Stopped(_) => {
                return lines.sound(subject, format!("client {}: the issuer shows a page for {uri}", client.name));
            }
        },
        Err(DriverError::NeedsScript(_)) => {
            return lines.note(
                subject,
                format!("client {}: not checked, the issuer shows a page that needs JavaScript", client.name),
            );
        }
        Err(error) => {
            return lines.problem(Exit::Unreachable, subject, error.to_string(), "read the log of the issuer");
        }
    };
    let text = format!("client {}: the issuer refuses the request: {}", client.name, quoted(&words));
    lines.problem(Exit::Configuration, subject, text, remedy(&words, client, uri.as_str()));
}

/// What to change, by the words of the issuer.
fn remedy(words: &str, client: &Client, uri: &str) -> String {
    let words = words.to_lowercase();
    if words.contains("redirect") {
        format!("register {uri} as a redirect URI of {}, or change redirect_uri in the target file", client.id)
    } else if words.contains("client") {
        format!("correct the id of the client {}: {}", client.name, client.id)
    } else if words.contains("scope") {
        format!("correct scopes of the client {} in the target file", client.name)
    } else {
        format!("register {uri} as a redirect URI of {} and check that the client is active", client.id)
    }
}

/// The words of an error page.
pub(super) fn words(page: &HtmlPage) -> String {
    let status = page.status.map(|status| format!("{status} ")).unwrap_or_default();
    let message = match (&page.error_code, &page.error_description, &page.alert) {
        (Some(code), Some(description), _) => format!("{code}: {description}"),
        (Some(text), None, _) | (None, Some(text), _) | (None, None, Some(text)) => text.clone(),
        (None, None, None) if page.text.is_empty() => page.title.clone(),
        (None, None, None) => page.text.clone(),
    };
    format!("{status}{message}")
}

/// Redeems a code that does not exist: the issuer authenticates the client first (RFC 6749 3.2.1).
pub(super) async fn credentials(target: &Target, server: &Server, client: &Client, lines: &mut Lines<'_>) {
    let subject = "credentials";
    match refusal(target, server, client, client.auth).await {
        None => lines.note(subject, format!("client {}: not checked", client.name)),
        Some(Ok(())) => {
            lines.sound(subject, format!("client {}: the issuer accepts {}", client.name, client.auth.word()))
        }
        Some(Err(words)) => {
            let text = format!(
                "client {}: the issuer refuses it with {}: {}",
                client.name,
                client.auth.word(),
                quoted(&words)
            );
            let mut fix = match client.auth {
                AuthMethod::None => "add its secret to the target file, or register it as a public client".to_owned(),
                AuthMethod::PrivateKeyJwt => {
                    "register the public key of the client, or correct key in the target file".to_owned()
                }
                _ => format!("correct the id and the secret of the client {}", client.name),
            };
            for other in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::ClientSecretJwt] {
                let usable = client.secret.is_some() && other != client.auth;
                if usable && refusal(target, server, client, other).await == Some(Ok(())) {
                    fix = format!("the issuer accepts {0}: set auth = \"{0}\" in the target file", other.word());
                    break;
                }
            }
            lines.problem(Exit::Configuration, subject, text, fix);
        }
    }
}

/// Whether the issuer refuses the client with that method, with its words. None if its answer does not say.
async fn refusal(target: &Target, server: &Server, client: &Client, method: AuthMethod) -> Option<Result<(), String>> {
    let endpoint = server.endpoint(Endpoint::Token)?;
    let form = FormRequest::new(endpoint)
        .with("grant_type", "authorization_code")
        .with("code", UNKNOWN)
        .with("redirect_uri", target.redirect_uri.as_str())
        .with("code_verifier", &random_text(43));
    let key = match method {
        AuthMethod::PrivateKeyJwt => Some(Key::rsa(client.key.as_deref()?).ok()?),
        AuthMethod::ClientSecretJwt => Some(Key::secret(client.secret.as_deref()?)),
        _ => None,
    };
    let client = Client { auth: method, ..client.clone() };
    let form = form.as_client(&client);
    let form = match key {
        Some(key) => {
            form.asserted(&key.sign(&serde_json::json!({}), &assertion(&client, endpoint.as_str(), target.now())).ok()?)
        }
        None => form,
    };
    let reply = form.send(&target.http).await.ok()?;
    let error: OAuthError = serde_json::from_str(&reply.body).ok()?;
    // RFC 6749 5.2: invalid_client is about the authentication, all other errors come after it.
    Some(if error.error == "invalid_client" { Err(summary(&reply)) } else { Ok(()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_error_page_are_its_code_alert_or_text() {
        let of = |html: &str| words(&HtmlPage::parse(html, Some(400)));
        assert_eq!(of("<title>Oops</title><p>invalid_redirect_uri</p>"), "400 invalid_redirect_uri");
        assert_eq!(of("<p role=alert>Unknown client</p>"), "400 Unknown client");
    }
}
