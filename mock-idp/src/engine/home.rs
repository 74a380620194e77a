//! The org's own pages for its users: signing in to the org, the user's page, signing out.

use mock_idp_core::ledger::{Authentication, CurrentUser, LedgerError, Purpose};
use mock_idp_core::model::{App, Factor, FactorType, PhoneNumber, SignInMethod, User};
use mock_idp_core::moment::timestamp;
use mock_idp_core::protocol::{ErrorId, OAuthError};
use mock_idp_core::sign_in::masked_email;

use super::browser::{Browser, BrowserRequest, BrowserResponse, Destination, answer_browser, error_view};
use super::{Consents, Context, LogoutResponse, session_end, sessions, sign_in_flow, user_sessions};
use crate::journal::{Explained, Explanation};
use crate::pages::view::{Frame, HomeApp, HomeConsent, HomeFactor, HomeSession, HomeView, PageView, SignedOutView};

/// The pages of an org for its users.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HomePages<'c>(&'c Context);

impl<'c> HomePages<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// The page of the user who is signed in. Okta: `/app/UserHome`.
    pub(crate) async fn show(self, cookies: Browser, frame: Frame) -> Explained<BrowserResponse> {
        answer_browser!(&self.0.instance, self.0.now, cookies, frame, |request| self.own_page(request))
    }

    async fn own_page(self, request: &mut BrowserRequest) -> Result<Destination, OAuthError> {
        let known = sessions::authentication(&self.0.instance, request.session(), self.0.now).await?;
        let user = known.as_ref().and_then(|known| self.0.org.user(&known.user_id));
        let (Some(known), Some(_)) = (&known, user) else {
            return sign_in_flow::proceed(self.0, self.purpose(None), None, request).await;
        };
        let view = self.view(known, request.frame.clone()).await?;
        request.explanation.user = Some(view.login.clone());
        Ok(Destination::page(PageView::Home(view)))
    }

    async fn view(self, known: &Authentication, frame: Frame) -> Result<HomeView, LedgerError> {
        let listed = user_sessions::of_user(self.0, &known.user_id).await?;
        let consents = Consents::new(&self.0.instance).of_user(&known.user_id).await?;
        let org = &self.0.org;
        let user = org.user(&known.user_id);
        let label = |app: &App| app.label.clone();
        let apps = user.into_iter().flat_map(|user| org.clients().filter(move |app| org.is_assigned(app, user)));
        let text = |read: fn(&User) -> String| user.map(read).unwrap_or_default();
        Ok(HomeView {
            display_name: text(|user| user.profile.display_name()),
            login: text(|user| user.profile.login.clone()),
            email: text(|user| user.profile.email.clone()),
            factors: user
                .into_iter()
                .flat_map(|user| user.active_factors().map(|factor| shown(user, &factor)))
                .collect(),
            apps: apps.map(|app| HomeApp { label: label(app), href: app.oauth().initiate_login_uri.clone() }).collect(),
            sessions: listed
                .iter()
                .map(|(id, session)| HomeSession {
                    began: timestamp(session.began),
                    used: timestamp(session.used),
                    is_current: *id == known.session_id,
                })
                .collect(),
            consents: consents
                .iter()
                .map(|consent| HomeConsent {
                    client: org.client(&consent.client_id).map_or_else(|| consent.client_id.clone(), label),
                    scope: consent.scopes.join(),
                })
                .collect(),
            sign_out_href: format!("{}/login/signout", frame.path_prefix),
            frame,
        })
    }

    /// Signs the user in, and goes on to a URL of the org or of an origin that is trusted for redirects. Okta: `/login/login.htm`.
    pub(crate) async fn sign_in(
        self,
        from_uri: Option<&str>,
        cookies: Browser,
        frame: Frame,
    ) -> Explained<BrowserResponse> {
        answer_browser!(&self.0.instance, self.0.now, cookies, frame, |request| self.signed_in(from_uri, request))
    }

    async fn signed_in(self, from_uri: Option<&str>, request: &mut BrowserRequest) -> Result<Destination, OAuthError> {
        let target = self.target(from_uri)?;
        let known = sessions::authentication(&self.0.instance, request.session(), self.0.now).await?;
        sign_in_flow::proceed(self.0, self.purpose(target), known.map(CurrentUser::HasSession), request).await
    }

    /// Ends the session of the browser. Okta: `/login/signout`.
    pub(crate) async fn sign_out(
        self,
        from_uri: Option<&str>,
        session: Option<&str>,
        frame: Frame,
    ) -> Explained<LogoutResponse> {
        let mut explanation = Explanation::default();
        let result = match self.signed_out(from_uri, session, frame.clone()).await {
            Ok(response) => response,
            Err(error) => {
                explanation.reason = Some(error.to_string());
                LogoutResponse::Refused(Box::new(PageView::Error(error_view(&error, None, frame))))
            }
        };
        Explained { result, explanation }
    }

    async fn signed_out(
        self,
        from_uri: Option<&str>,
        session: Option<&str>,
        frame: Frame,
    ) -> Result<LogoutResponse, OAuthError> {
        let next = self.target(from_uri)?;
        let ended = sessions::authentication(&self.0.instance, session, self.0.now).await?;
        let frames = match &ended {
            Some(ended) => session_end::end(self.0, &ended.session_id).await?,
            None => Vec::new(),
        };
        match next {
            Some(location) if frames.is_empty() => Ok(LogoutResponse::Redirect(location)),
            next => {
                let view = SignedOutView { frame, was_signed_in: ended.is_some(), frames, next };
                Ok(LogoutResponse::Page(Box::new(PageView::SignedOut(view))))
            }
        }
    }

    /// Where the browser goes on to: a path of the org, one of its URLs, or one of an origin that is trusted for redirects.
    fn target(self, from_uri: Option<&str>) -> Result<Option<String>, OAuthError> {
        let Some(uri) = from_uri.filter(|uri| !uri.is_empty()) else { return Ok(None) };
        let Context { org, urls, .. } = self.0;
        if uri.starts_with('/') && !uri.starts_with("//") && !uri.contains('\\') {
            return Ok(Some(format!("{}{uri}", urls.issuer_base)));
        }
        let parsed = url::Url::parse(uri).ok();
        let trusted = parsed.is_some_and(|url| org.trusts_redirect_to(&url.origin().ascii_serialization()));
        if urls.is_below(uri) || trusted {
            return Ok(Some(uri.to_owned()));
        }
        let reason = "fromURI is neither of the org nor of an origin that is trusted for redirects";
        Err(OAuthError::new(ErrorId::InvalidRequest, reason))
    }

    fn purpose(self, target: Option<String>) -> Purpose {
        Purpose::Home { server: self.0.server.id.clone(), target }
    }
}

/// A factor on the page of its user.
fn shown(user: &User, factor: &Factor) -> HomeFactor {
    let name = match factor.method() {
        Some(method @ (SignInMethod::OktaVerifyTotp | SignInMethod::OktaVerifyPush)) => method.row().display_name,
        Some(method) => method.row().method_name,
        None => factor.factor_type.name(),
    };
    let profile = &factor.profile;
    let detail = match factor.factor_type {
        FactorType::Email => Some(masked_email(&user.profile.email)),
        FactorType::Question => profile.question_text.clone(),
        FactorType::WebAuthn => profile.authenticator_name.clone(),
        _ => profile.phone_number.as_deref().map(PhoneNumber::masked),
    };
    HomeFactor { name: name.to_owned(), detail }
}
