//! The HTTP driver: fills the forms of pages, with cookies and without JavaScript.

use reqwest::header::ACCEPT;
use url::{Url, form_urlencoded};

use super::error::DriverError;
use super::user::User;
use crate::issuer_target::{Credential, Script};
use crate::wire::authorization::{Callback, is_landing};
use crate::wire::form::{Form, link, located};
use crate::wire::journey::{Arrival, Journey, Prompt};
use crate::wire::page::{HtmlPage, PageKind};
use crate::wire::{Http, Reply, Request};

/// The most pages of a sign-in.
const MAX_PAGES: usize = 20;

/// The Accept header of a browser.
const BROWSER_ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A simple browser: cookies, redirects and forms.
#[derive(Debug)]
pub struct HttpDriver {
    http: Http,
    scripts: Vec<Script>,
}

/// The next action.
enum Next {
    Send(Request),
    Done(Arrival),
}

/// The credentials that were typed. A page that asks for one again has rejected it.
type Typed = Vec<Credential>;

impl HttpDriver {
    /// A browser without cookies.
    #[must_use]
    pub fn new(http: &Http) -> Self {
        Self { http: http.with_cookies(), scripts: Vec::new() }
    }

    /// With scripts for forms whose fields are unknown.
    #[must_use]
    pub fn with_scripts(self, scripts: &[Script]) -> Self {
        Self { scripts: scripts.to_vec(), ..self }
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
        let mut typed = Typed::new();
        let mut request = as_browser(first)?;
        for _ in 0..MAX_PAGES {
            let reply = self.http.send(request).await?;
            match next(&reply, landing, user, &self.scripts, &mut prompts, &mut typed)? {
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
    scripts: &[Script],
    prompts: &mut Vec<Prompt>,
    typed: &mut Typed,
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
    let page = HtmlPage::parse(&reply.body, Some(reply.status));
    if let Some(callback) = page.forms.iter().find_map(|form| form.response(&reply.url, landing)) {
        return Ok(Next::Done(Arrival::Landed(callback.by(reply.clone()))));
    }
    let ends = [PageKind::Error, PageKind::Broken, PageKind::NewPassword, PageKind::Enrollment];
    if !reply.is_page() || ends.contains(&page.kind) {
        return Ok(Next::Done(Arrival::Stopped(page)));
    }
    if let Some(form) = page.forms.iter().find(|form| form.asks_consent()) {
        prompts.push(Prompt::Consent);
        if user.account.is_none() {
            return Ok(Next::Done(Arrival::Stopped(page)));
        }
        return Ok(Next::Send(submit(form, &reply.url, form.with_consent(user.consent))?));
    }
    let known = page.forms.iter().find(|form| form.asks_sign_in());
    let scripted = match user.account {
        Some(_) if !known.is_some_and(Form::asks_sign_in_only) => scripted(&reply.body, &page, scripts, user),
        _ => None,
    };
    if known.is_none()
        && scripted.is_none()
        && let Some(link) = scripted_link(&reply.body, scripts, user).and_then(|link| reply.url.join(&link).ok())
    {
        return Ok(Next::Send(Request::get(link)));
    }
    let form = match (known, &scripted) {
        (None, None) if page.kind == PageKind::Other && reply.status == 200 => return unknown(reply, page, user),
        (None, None) => return Ok(Next::Done(Arrival::Stopped(page))),
        (_, Some(scripted)) => &page.forms[scripted.form],
        (Some(known), None) => known,
    };
    if !prompts.contains(&Prompt::SignIn) {
        prompts.push(Prompt::SignIn);
    }
    let Some(account) = user.account else { return Ok(Next::Done(Arrival::Stopped(page))) };
    let asked = match &scripted {
        Some(scripted) => scripted.typed.clone(),
        None if form.asks_password() => vec![Credential::Login, Credential::Password],
        None => vec![Credential::Login],
    };
    // A page may show the user name again, beside what it asks for.
    let secret = asked.iter().find(|credential| **credential != Credential::Login);
    if secret.or(asked.first()).is_some_and(|credential| typed.contains(credential)) {
        let kind = PageKind::Refused;
        return Ok(Next::Done(Arrival::Stopped(HtmlPage { kind, ..page })));
    }
    typed.extend(asked);
    let pairs = match scripted {
        Some(scripted) => form.filled_with(&scripted.values, scripted.button),
        None => form.filled(&account.login, &account.password),
    };
    Ok(Next::Send(submit(form, &reply.url, pairs)?))
}

/// A form that a script fills in.
struct ScriptedForm {
    /// Its place on the page.
    form: usize,
    values: Vec<(String, String)>,
    button: Option<(String, String)>,
    typed: Typed,
}

/// The first form of the page into which a script types something.
fn scripted(html: &str, page: &HtmlPage, scripts: &[Script], user: User<'_>) -> Option<ScriptedForm> {
    for script in scripts {
        let steps = script.steps.iter().filter(|step| user.can_take(step));
        let typed = steps.filter_map(|step| Some((step, step.fill?, located(html, &step.wait)?)));
        let typed: Vec<_> = typed.collect();
        let Some(form) = typed.first().map(|(_, _, (form, ..))| *form).filter(|form| *form < page.forms.len()) else {
            continue;
        };
        let mut scripted = ScriptedForm { form, values: Vec::new(), button: None, typed: Typed::new() };
        for (step, credential, (_, name, _)) in typed.into_iter().filter(|(_, _, (of, ..))| *of == form) {
            scripted.typed.push(credential);
            scripted.values.push((name, user.typed(credential)?));
            let button = step.click.as_ref().and_then(|button| located(html, button));
            scripted.button = button.map(|(_, name, value)| (name, value)).or(scripted.button);
        }
        return Some(scripted);
    }
    None
}

/// The target of a link that a script clicks.
fn scripted_link(html: &str, scripts: &[Script], user: User<'_>) -> Option<String> {
    let steps =
        scripts.iter().flat_map(|script| &script.steps).filter(|step| user.account.is_some() && user.can_take(step));
    steps.filter(|step| step.fill.is_none()).find_map(|step| link(html, step.click.as_ref()?))
}

/// What to do at a page that asks for something else than a user name and a password.
fn unknown(reply: &Reply, page: HtmlPage, user: User<'_>) -> Result<Next, DriverError> {
    if page.forms.is_empty() && reply.body.contains("<script") {
        return Err(DriverError::NeedsScript(described(&page, &reply.url)));
    }
    let fields: Vec<&str> = page.forms.iter().flat_map(Form::typed).map(|field| field.name.as_str()).collect();
    if user.account.is_some() && !fields.is_empty() {
        let fields = fields.join(", ");
        return Err(DriverError::UnknownForm { page: described(&page, &reply.url), fields });
    }
    Ok(Next::Done(Arrival::Stopped(page)))
}

fn described(page: &HtmlPage, url: &Url) -> String {
    let address = format!("{}{}", url.origin().ascii_serialization(), url.path());
    format!("page {:?} ({address})", page.title)
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
    use crate::issuer_target::Account;
    use crate::wire::consent::Consent;
    use crate::wire::totp::TotpKey;

    fn form(html: &str) -> Form {
        HtmlPage::parse(html, Some(200)).forms.into_iter().next().expect("a form")
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

    fn script() -> Script {
        Script::parse(
            "about = 'a test page'\nrecognised_by = '#uid'\nrefused = '.problem'\n\
             [[step]]\ndoes = 'type the user name'\nwait = '#uid'\nfill = 'login'\n\
             [[step]]\ndoes = 'type the password'\nwait = '#pw'\nfill = 'password'\nclick = '#go'\n",
        )
        .expect("a script")
    }

    fn page_reply(html: &str) -> Reply {
        let headers = [("content-type", "text/html")];
        let headers = headers.map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        let url = Url::parse("http://localhost:1/sign-in").expect("a URL");
        Reply { status: 200, headers: headers.into_iter().collect(), body: html.to_owned(), url }
    }

    fn step(html: &str, scripts: &[Script]) -> Result<Next, DriverError> {
        let account = Account {
            name: crate::issuer_target::market::BUYER,
            login: "me@example.test".to_owned(),
            password: "secret".to_owned(),
            totp_key: TotpKey::parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            security_answer: None,
        };
        let landing = Url::parse("http://localhost:2/callback").expect("a URL");
        let (mut prompts, mut typed) = (Vec::new(), Typed::new());
        next(&page_reply(html), &landing, User::consenting(&account).at(59), scripts, &mut prompts, &mut typed)
    }

    const UNUSUAL: &str = "<title>Portal</title><form method=post action=/in><input id=uid name=uid><input type=tel id=pw \
                           name=pin><button id=go name=do value=in>Go</button><button name=do value=out>Leave</button></form>";

    #[test]
    fn a_form_with_unknown_fields_is_filled_in_by_its_script() {
        let Ok(Next::Send(request)) = step(UNUSUAL, &[script()]) else { panic!("no request") };
        let crate::wire::Body::Form(pairs) = request.body else { panic!("no form") };
        let expected = [("uid", "me@example.test"), ("pin", "secret"), ("do", "in")];
        assert_eq!(pairs, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }

    const SECOND_FACTORS: &str = "[[step]]\ndoes = 'choose the answer'\nwait = '.ask'\nclick = '.ask'\nneeds = 'security-answer'\n\
                                  [[step]]\ndoes = 'choose the app'\nwait = '.app'\nclick = '.app'\nneeds = 'totp-code'\n\
                                  [[step]]\ndoes = 'type the code'\nwait = '#code'\nfill = 'totp-code'\n";

    #[test]
    fn a_second_factor_of_the_account_is_chosen_and_its_present_code_is_typed() {
        let text = format!("about = 'a test page'\nrecognised_by = '.ask'\nrefused = '.problem'\n{SECOND_FACTORS}");
        let scripts = [Script::parse(&text).expect("a script")];
        let list = "<ul class=authenticator-verify-list><li><a class=ask href=ask>Select</a><a class=app href='app?x=1'>Select</a></ul>";
        let Ok(Next::Send(request)) = step(list, &scripts) else { panic!("no request") };
        assert_eq!(request.url.as_str(), "http://localhost:1/app?x=1");
        let page = "<form method=post class=mfa-verify-passcode><input id=code name=code></form>";
        let Ok(Next::Send(request)) = step(page, &scripts) else { panic!("no request") };
        let crate::wire::Body::Form(pairs) = request.body else { panic!("no form") };
        // RFC 6238 appendix B.
        assert_eq!(pairs, [("code".to_owned(), "287082".to_owned())]);
        // Without a script the page is where the driver stops.
        let Ok(Next::Done(Arrival::Stopped(page))) = step(list, &[]) else { panic!("no page") };
        assert_eq!(page.kind, PageKind::SecondFactor);
    }

    #[test]
    fn a_page_that_cannot_be_filled_in_is_named_with_the_ways_out() {
        let error = step(UNUSUAL, &[]).err().expect("an error").to_string();
        assert!(error.contains("page \"Portal\" (http://localhost:1/sign-in) with the fields uid, pin"), "{error}");
        assert!(error.contains("--driver browser") && error.contains("sign-in script"), "{error}");
        let error = step("<title>App</title><script src=a.js></script>", &[]).err().expect("an error").to_string();
        assert!(error.contains("page \"App\"") && error.contains("needs JavaScript"), "{error}");
    }

    #[test]
    fn an_account_picker_is_not_a_sign_in_form() {
        let form =
            form("<form method=post><button name=user value=a>a</button><button name=user value=b>b</button></form>");
        assert!(!form.asks_sign_in() && !form.asks_consent());
    }
}
