//! An app whose callback redirects on, to other hosts.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};
use parking_lot::Mutex;

/// The port, and the paths that have been requested.
#[derive(Clone)]
struct Served {
    port: u16,
    paths: Arc<Mutex<Vec<String>>>,
}

pub(super) struct App {
    served: Served,
}

impl App {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let served = Served { port: listener.local_addr().unwrap().port(), paths: Arc::default() };
        let router = Router::new().fallback(respond).with_state(served.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { served }
    }

    /// An address of the app.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.served.port)
    }

    /// Whether this path has been requested.
    pub(super) fn was_asked_for(&self, path: &str) -> bool {
        self.served.paths.lock().iter().any(|known| known == path)
    }
}

/// `/callback` and `/bye` redirect to a second host, and that to a third.
async fn respond(State(served): State<Served>, uri: Uri) -> Response {
    let path = uri.path().to_owned();
    served.paths.lock().push(path.clone());
    let port = served.port;
    let target = match path.as_str() {
        "/callback" => format!("http://app.example.test:{port}/callback/second"),
        "/callback/second" => format!("http://front.example.test:{port}/callback/arrived"),
        "/bye" => format!("http://app.example.test:{port}/bye/second"),
        "/bye/second" => format!("http://front.example.test:{port}/bye/arrived"),
        _ => return Html("<!doctype html><title>App</title><h1 id='arrived'>Arrived</h1>").into_response(),
    };
    (StatusCode::FOUND, [(header::LOCATION, target)]).into_response()
}
