//! The redirect URI of a snippet: one that the stack answers and that is registered for the client.

use mock_idp_core::model::App;
use url::Url;

/// The redirect URIs of a stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callbacks {
    /// The stack's usual redirect URIs, the best one first.
    pub(super) usual: &'static [&'static str],
    /// The app chooses the path of its callback.
    pub(super) takes_any_path: bool,
}

/// A redirect URI for a client.
#[derive(Debug)]
pub(super) struct Callback {
    pub(super) uri: Url,
    /// What the reader has to know about it, in one line.
    pub(super) note: String,
}

impl Callback {
    /// The registered redirect URI of `client` that fits best. If none fits, the stack's usual one, which is to be registered.
    pub(super) fn of(callbacks: Callbacks, client: &App) -> Option<Self> {
        let registered = &client.oauth().redirect_uris;
        let fitting = fitting(callbacks, registered);
        let name = format!("{} ({})", client.label, client.client_id());
        match fitting.split_first() {
            Some((best, others)) => Some(Self { uri: best.clone(), note: note(best, others, &name) }),
            None => {
                let uri = Url::parse(callbacks.usual.first()?).ok()?;
                let note = format!("Redirect URI {uri} is not registered: add it to the redirect_uris of {name}");
                Some(Self { uri, note })
            }
        }
    }

    /// Scheme, host and port of the app.
    pub(super) fn origin(&self) -> String {
        self.uri.origin().ascii_serialization()
    }
}

/// The largest number of alternatives that a note lists.
const MAX_OTHERS: usize = 3;

fn note(best: &Url, others: &[Url], client: &str) -> String {
    let listed: Vec<&str> = others.iter().take(MAX_OTHERS).map(Url::as_str).collect();
    let more = if others.len() > MAX_OTHERS { ", …" } else { "" };
    let others =
        if listed.is_empty() { String::new() } else { format!("; others fit too: {}{more}", listed.join(", ")) };
    format!("Redirect URI {best} is registered for {client}{others}")
}

/// The registered redirect URIs that the stack can answer, the best one first.
fn fitting(callbacks: Callbacks, registered: &[String]) -> Vec<Url> {
    let usual: Vec<Url> = callbacks.usual.iter().filter_map(|uri| Url::parse(uri).ok()).collect();
    let registered: Vec<Url> = registered.iter().filter_map(|uri| local(uri)).collect();
    let exact = usual.iter().filter(|uri| registered.contains(uri));
    let same_path = registered.iter().filter(|uri| usual.iter().any(|it| it.path() == uri.path()));
    let any = registered.iter().filter(|_| callbacks.takes_any_path);
    let mut found: Vec<Url> = Vec::new();
    for uri in exact.chain(same_path).chain(any) {
        if !found.contains(uri) {
            found.push(uri.clone());
        }
    }
    found
}

/// A redirect URI of an app that a developer starts: on this machine, over http, at a port and a path of its own.
fn local(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    let is_own = url.scheme() == "http" && url.host_str() == Some("localhost") && url.port().is_some();
    (is_own && url.path() != "/").then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uris(usual: &'static [&'static str], takes_any_path: bool, registered: &[&str]) -> Vec<String> {
        let registered: Vec<String> = registered.iter().map(|uri| (*uri).to_owned()).collect();
        fitting(Callbacks { usual, takes_any_path }, &registered).into_iter().map(String::from).collect()
    }

    const USUAL: &[&str] = &["http://localhost:3000/cb", "http://localhost:8080/cb"];

    #[test]
    fn a_usual_redirect_uri_comes_before_another_port_and_that_before_another_path() {
        let registered = ["http://localhost:5000/other", "http://localhost:9000/cb", "http://localhost:8080/cb"];
        let sorted = ["http://localhost:8080/cb", "http://localhost:9000/cb", "http://localhost:5000/other"];
        assert_eq!(uris(USUAL, true, &registered), sorted);
        assert_eq!(uris(USUAL, false, &registered), sorted[..2]);
    }

    #[test]
    fn a_redirect_uri_that_a_developers_app_cannot_answer_does_not_fit() {
        let elsewhere =
            ["https://app.example/cb", "com.example:/cb", "http://127.0.0.1:3000/cb", "http://localhost/cb"];
        assert_eq!(uris(USUAL, true, &elsewhere), [""; 0]);
        assert_eq!(uris(USUAL, true, &["http://localhost:3000/"]), [""; 0]);
    }
}
