//! The HTTP driver: fills the forms of pages, with cookies and without JavaScript.

use reqwest::header::ACCEPT;
use url::{Url, form_urlencoded};

use super::error::DriverError;
use super::user::User;
use crate::wire::authorization::{Callback, is_landing};
use crate::wire::form::Form;
use crate::wire::journey::{Arrival, Journey, Prompt};
use crate::wire::page::{Page, PageKind};
use crate::wire::{Http, Reply, Request};

/// The most pages of a sign-in.
const MAX_PAGES: usize = 20;

/// The Accept header of a browser.
const BROWSER_ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A simple browser: cookies, redirects and forms.
#[derive(Debug)]
pub struct HttpDriver {
    http: Http,
}

/// The next action.
enum Next {
    Send(Request),
    Done(Arrival),
}

/// The fields that were filled in. A page that asks for one again has rejected it.
#[derive(Default)]
struct FilledFields {
    login: bool,
    password: bool,
}

impl HttpDriver {
    /// A browser without cookies.
    #[must_use]
    pub fn new(http: &Http) -> Self {
        Self { http: http.with_cookies() }
    }

    /// See [`super::Driver::walk`].
    ///
    /// # Errors
    /// When the issuer does not respond, or its page needs JavaScript.
    pub async fn walk(&mut self, start: &Url, landing: &Url, user: User<'_>) -> Result<Journey, DriverError> {
        self.follow(Request::get(start.clone()), landing, user).await
    }

    /// Like [`HttpDriver::walk`], but starts with any request.
    ///
    /// # Errors
    /// See [`HttpDriver::walk`].
    pub async fn follow(&mut self, first: Request, landing: &Url, user: User<'_>) -> Result<Journey, DriverError> {
        let mut prompts = Vec::new();
        let mut filled = FilledFields::default();
        let mut request = as_browser(first)?;
        for _ in 0..MAX_PAGES {
            let reply = self.http.send(request).await?;
            match next(&reply, landing, user, &mut prompts, &mut filled)? {
                Next::Send(following) => request = as_browser(following)?,
                Next::Done(arrival) => return Ok(Journey { arrival, prompts }),
            }
        }
        Err(DriverError::Endless(MAX_PAGES))
    }

    /// Sends one request with the cookies of this browser.
    ///
    /// # Errors
    /// When the issuer does not respond.
    pub async fn send(&self, request: Request) -> Result<Reply, DriverError> {
        Ok(self.http.send(request).await?)
    }
}

fn as_browser(request: Request) -> Result<Request, DriverError> {
    Ok(request.header(ACCEPT.as_str(), BROWSER_ACCEPT)?)
}

fn next(
    reply: &Reply,
    landing: &Url,
    user: User<'_>,
    prompts: &mut Vec<Prompt>,
    filled: &mut FilledFields,
) -> Result<Next, DriverError> {
    if let Some(to) = reply.location() {
        if is_landing(&to, landing) {
            return Ok(Next::Done(Arrival::Landed(Callback::at(&to).by(reply.clone()))));
        }
        let leaves = carries_response(&to) || to.origin() == landing.origin();
        if leaves && to.origin() != reply.url.origin() {
            return Ok(Next::Done(Arrival::Astray(to)));
        }
        return Ok(Next::Send(Request::get(to)));
    }
    let page = Page::parse(&reply.body, Some(reply.status));
    if let Some(callback) = page.forms.iter().find_map(|form| form.response(&reply.url, landing)) {
        return Ok(Next::Done(Arrival::Landed(callback.by(reply.clone()))));
    }
    if !reply.is_page() || page.kind == PageKind::Error {
        return Ok(Next::Done(Arrival::Stopped(page)));
    }
    if let Some(form) = page.forms.iter().find(|form| form.asks_consent()) {
        prompts.push(Prompt::Consent);
        if user.account.is_none() {
            return Ok(Next::Done(Arrival::Stopped(page)));
        }
        return Ok(Next::Send(submit(form, &reply.url, form.with_consent(user.consent))?));
    }
    let Some(form) = page.forms.iter().find(|form| form.asks_sign_in()) else {
        if page.kind == PageKind::Other
            && page.forms.is_empty()
            && reply.body.contains("<script")
            && reply.status == 200
        {
            return Err(DriverError::NeedsScript(page.summary()));
        }
        return Ok(Next::Done(Arrival::Stopped(page)));
    };
    if !prompts.contains(&Prompt::SignIn) {
        prompts.push(Prompt::SignIn);
    }
    let Some(account) = user.account else { return Ok(Next::Done(Arrival::Stopped(page))) };
    let asks_password = form.asks_password();
    let rejected = if asks_password { filled.password } else { filled.login };
    if rejected {
        let kind = PageKind::Refused;
        return Ok(Next::Done(Arrival::Stopped(Page { kind, ..page })));
    }
    filled.login = true;
    filled.password |= asks_password;
    Ok(Next::Send(submit(form, &reply.url, form.filled(&account.login, &account.password))?))
}

/// Whether a URL has the parameters of an authorization response.
fn carries_response(url: &Url) -> bool {
    let fragment = url.fragment().unwrap_or_default().as_bytes();
    let mut names = url.query_pairs().chain(form_urlencoded::parse(fragment)).map(|(name, _)| name);
    names.any(|name| matches!(&*name, "code" | "error" | "id_token" | "access_token"))
}

fn submit(form: &Form, page: &Url, pairs: Vec<(String, String)>) -> Result<Request, DriverError> {
    // An empty action is the URL of the page, without its fragment.
    let mut action = page.join(&form.action).map_err(crate::wire::WireError::from)?;
    action.set_fragment(None);
    if form.post {
        return Ok(Request::form(action, pairs));
    }
    action.query_pairs_mut().clear().extend_pairs(pairs);
    Ok(Request::get(action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::consent::Consent;

    fn form(html: &str) -> Form {
        Page::parse(html, Some(200)).forms.into_iter().next().expect("a form")
    }

    #[test]
    fn hidden_inputs_are_sent_and_unchecked_boxes_are_not() {
        let form = form(
            "<form method=post action=next><input type=hidden name=stateToken value=s><input name=identifier>\
             <input type=checkbox name=rememberMe value=true><input type=submit value=Next></form>",
        );
        let pairs = form.filled("me@example.test", "pass");
        assert_eq!(
            pairs,
            [("stateToken", "s"), ("identifier", "me@example.test")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }

    #[test]
    fn a_form_goes_to_its_action_resolved_against_the_page() {
        let page = Url::parse("http://localhost:1/oauth2/v1/authorize?x=1").expect("an address");
        let form = form("<form method=post action='/idp/next'><input type=password name=p></form>");
        let request = submit(&form, &page, form.filled("me@example.test", "pass")).expect("a request");
        assert_eq!(request.url.as_str(), "http://localhost:1/idp/next");
    }

    #[test]
    fn a_consent_form_sends_the_chosen_button() {
        let form = form(
            "<form method=post><input type=hidden name=t value=1><button name=consent value=allow>Allow</button>\
             <button name=consent value=deny>Deny</button></form>",
        );
        assert!(form.asks_consent());
        let expected = [("t", "1"), ("consent", "deny")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(form.with_consent(Consent::Deny), expected);
    }

    #[test]
    fn a_button_outside_its_form_belongs_to_it() {
        let form = form(
            "<form id=f method=post><input type=hidden name=x value=1></form><button form=f name=logout value=yes>Yes\
             </button><button form=f name=logout value=no>No</button><button form=g name=logout value=maybe>?</button>",
        );
        assert_eq!(form.buttons, [("logout", "yes"), ("logout", "no")].map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert!(form.asks_consent());
    }

    #[test]
    fn an_account_picker_is_not_a_sign_in_form() {
        let form =
            form("<form method=post><button name=user value=a>a</button><button name=user value=b>b</button></form>");
        assert!(!form.asks_sign_in() && !form.asks_consent());
    }
}
