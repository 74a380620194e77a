//! Requests to userinfo (OIDC Core 5.3) and introspection (RFC 7662).

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use openidconnect::HttpRequest;
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::csrf_form::CsrfForm;
use super::state::{RelyingParty, redirect_to};
use super::transport::Recorder;
use crate::config::ClientAuth;
use crate::session::{BrowserSession, Inspection, NoticeKind, SessionError, SignedIn};

/// Where the page shows notices.
const TOP: &str = "/tokens";

/// `POST /userinfo`.
pub(super) async fn userinfo(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Form(form): Form<CsrfForm>,
) -> Response {
    if let Err(answer) = app.require_csrf(&session, &form.csrf).await {
        return answer;
    }
    let send = async |signed_in: &mut SignedIn| {
        let endpoint = app.providers.get().await.map_err(|error| error.to_string())?.userinfo_endpoint.clone();
        let url = endpoint.ok_or("The discovery document has no userinfo endpoint.")?;
        let request = http::Request::get(url.as_str())
            .header(AUTHORIZATION, format!("Bearer {}", signed_in.access_token))
            .header(ACCEPT, "application/json")
            .body(Vec::new());
        let mut response = ask(&app, "Userinfo request", "userinfo", &url, request, signed_in).await?;
        // OIDC Core 5.3.2: a response with another subject must not be used.
        let about = response.body.get("sub").and_then(Value::as_str);
        if response.status == 200 && about != Some(&signed_in.subject) {
            let about = about.unwrap_or("no subject");
            response.remark = Some(format!(
                "Rejected: the subject of the response is {about}, that of the ID token is {}.",
                signed_in.subject
            ));
        }
        signed_in.userinfo = Some(response);
        Ok(())
    };
    inspect(&session, "/tokens#userinfo", send).await
}

/// Which token to introspect.
#[derive(Debug, Deserialize)]
pub(super) struct IntrospectForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: TokenKind,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
enum TokenKind {
    #[default]
    #[serde(rename = "access_token")]
    Access,
    #[serde(rename = "refresh_token")]
    Refresh,
    #[serde(rename = "id_token")]
    Id,
}

impl TokenKind {
    fn name(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
            Self::Id => "id_token",
        }
    }

    fn of(self, signed_in: &SignedIn) -> Option<String> {
        match self {
            Self::Access => Some(signed_in.access_token.clone()),
            Self::Refresh => signed_in.refresh_token.clone(),
            Self::Id => Some(signed_in.id_token.clone()),
        }
    }
}

/// `POST /introspect`.
pub(super) async fn introspect(
    State(app): State<RelyingParty>,
    session: BrowserSession,
    Form(form): Form<IntrospectForm>,
) -> Response {
    if let Err(answer) = app.require_csrf(&session, &form.csrf).await {
        return answer;
    }
    let send = async |signed_in: &mut SignedIn| {
        let endpoint =
            app.providers.get().await.map_err(|error| error.to_string())?.more.introspection_endpoint.clone();
        let url = endpoint.ok_or("The discovery document has no introspection endpoint.")?;
        let token = form.token.of(signed_in).ok_or("There is no such token in this session.")?;
        let request = introspection_request(&app, &url, &token, form.token);
        let answer = ask(&app, "Introspection request", form.token.name(), &url, request, signed_in).await?;
        signed_in.add_introspection(answer);
        Ok(())
    };
    inspect(&session, "/tokens#introspection", send).await
}

/// RFC 7662 2.1: the client authenticates as at the token endpoint.
fn introspection_request(
    app: &RelyingParty,
    url: &Url,
    token: &str,
    kind: TokenKind,
) -> Result<HttpRequest, http::Error> {
    let mut form = Serializer::new(String::new());
    form.append_pair("token", token).append_pair("token_type_hint", kind.name());
    let mut builder = http::Request::post(url.as_str())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json");
    let id = &app.settings.client_id;
    match (&app.settings.client_secret, app.settings.client_auth) {
        (Some(secret), ClientAuth::Basic) => builder = builder.header(AUTHORIZATION, basic(id, secret.secret())),
        (Some(secret), ClientAuth::Post) => {
            form.append_pair("client_id", id).append_pair("client_secret", secret.secret());
        }
        (None, _) => _ = form.append_pair("client_id", id),
    }
    builder.body(form.finish().into_bytes())
}

/// RFC 6749 2.3.1: id and secret are form-encoded before Base64.
fn basic(id: &str, secret: &str) -> String {
    let half = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", half(id), half(secret))))
}

async fn inspect(
    session: &BrowserSession,
    page: &str,
    send: impl AsyncFnOnce(&mut SignedIn) -> Result<(), String>,
) -> Response {
    let result: Result<&str, SessionError> = async {
        let Some(mut signed_in) = session.signed_in().await? else {
            session.set_notice(NoticeKind::Failure, "No tokens", "You are not signed in.").await?;
            return Ok(TOP);
        };
        match send(&mut signed_in).await {
            Ok(()) => session.update(signed_in).await.map(|()| page),
            Err(reason) => {
                session.set_notice(NoticeKind::Failure, "The request failed", reason).await?;
                Ok(TOP)
            }
        }
    }
    .await;
    match result {
        Ok(place) => redirect_to(place),
        Err(error) => error.into_response(),
    }
}

async fn ask(
    app: &RelyingParty,
    title: &'static str,
    of: &str,
    url: &Url,
    request: Result<HttpRequest, http::Error>,
    signed_in: &mut SignedIn,
) -> Result<Inspection, String> {
    let recorder = Recorder::new(app.http.clone(), title);
    let sent = recorder.send(request.map_err(|error| error.to_string())?).await;
    signed_in.exchanges.extend(recorder.exchanges());
    let answer = sent.map_err(|error| error.to_string())?;
    let body = serde_json::from_slice(answer.body())
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(answer.body()).into_owned()));
    // Okta sends errors of userinfo in this header, with an empty body.
    let challenge = answer.headers().get(http::header::WWW_AUTHENTICATE).and_then(|it| it.to_str().ok());
    Ok(Inspection {
        of: of.to_owned(),
        url: url.to_string(),
        status: answer.status().as_u16(),
        body,
        remark: challenge.map(|it| format!("WWW-Authenticate: {it}")),
        is_earlier: false,
    })
}
