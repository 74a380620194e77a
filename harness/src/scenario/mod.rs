//! Scenarios: short stories about one thing each, told with drivers, flows and checks.

mod binding;
mod browser;
mod claims;
mod code;
mod consent;
mod cross_app;
mod discovery;
mod dpop;
mod encryption;
mod exchange;
mod headers;
mod https;
mod interclient;
mod introspection;
mod logout;
mod machines;
mod matrix;
mod need;
mod op;
mod pkce;
mod polled;
mod prompt;
mod pushed;
mod redirect;
mod refresh;
mod registration;
mod response;
mod rows;
mod security;
mod service;
mod stage;
mod token;
mod userinfo;
mod users;

use std::borrow::Cow;

use futures_util::future::BoxFuture;

pub use need::Need;
pub use op::{Plan, Variant};
pub use rows::{ApiRow, RowError, Rows, TokenRow};
pub use stage::{Halt, Stage};

use crate::issuer_target::fixtures::Fixtures;
use crate::record::Check;

/// How a story comes to be told.
pub type Told = for<'a> fn(&'a Stage) -> BoxFuture<'a, Result<(), Halt>>;

/// What a scenario does.
#[derive(Clone, Debug)]
pub enum Story {
    Told(Told),
    /// One row of the table of scopes and grants.
    Token(TokenRow),
    /// One row of the table of endpoints and scopes.
    Api(ApiRow),
    /// One field of the claim matrix.
    Field(matrix::Field),
    /// One module of a certification plan.
    Module(&'static op::Module, Variant),
}

/// Which driver a scenario may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Front {
    /// It needs no browser at all.
    None,
    /// Either driver will do.
    Any,
    /// It looks at answers that a browser doesn't show.
    Http,
    /// It is there to see a real browser through.
    Browser,
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Stable, in words: `code.pkce.missing-verifier`.
    pub id: Cow<'static, str>,
    pub title: Cow<'static, str>,
    pub tags: Vec<&'static str>,
    pub citations: Vec<&'static str>,
    pub steps: Vec<Cow<'static, str>>,
    pub needs: Vec<Need>,
    pub front: Front,
    pub story: Story,
}

impl Scenario {
    fn told(id: &'static str, title: &'static str, story: Told) -> Self {
        Self {
            id: Cow::Borrowed(id),
            title: Cow::Borrowed(title),
            tags: Vec::new(),
            citations: Vec::new(),
            steps: Vec::new(),
            needs: Vec::new(),
            front: Front::Any,
            story: Story::Told(story),
        }
    }

    fn cites(mut self, citations: &[&'static str]) -> Self {
        self.citations.extend(citations);
        self
    }

    fn steps(mut self, steps: &[&'static str]) -> Self {
        self.steps.extend(steps.iter().map(|&step| Cow::Borrowed(step)));
        self
    }

    fn needs(mut self, needs: &[Need]) -> Self {
        self.needs.extend(needs);
        self
    }

    fn tags(mut self, tags: &[&'static str]) -> Self {
        self.tags.extend(tags);
        self
    }

    const fn front(mut self, front: Front) -> Self {
        self.front = front;
        self
    }

    /// Tells the story.
    ///
    /// # Errors
    /// When it ends early.
    pub async fn tell(&self, stage: &Stage) -> Result<(), Halt> {
        match &self.story {
            Story::Told(story) => story(stage).await,
            Story::Token(row) => row.tell(stage).await,
            Story::Api(row) => row.tell(stage).await,
            Story::Field(field) => field.tell(stage).await,
            Story::Module(module, variant) => module.tell(stage, *variant).await,
        }
    }

    /// The part of the protocol it belongs to: the first word of the id.
    #[must_use]
    pub fn area(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }

    /// The certification plan that it belongs to.
    #[must_use]
    pub const fn plan(&self) -> Option<Plan> {
        match &self.story {
            Story::Module(_, variant) => Some(variant.plan()),
            Story::Told(_) | Story::Token(_) | Story::Api(_) | Story::Field(_) => None,
        }
    }

    /// The module of the OpenID Foundation's conformance suite that it mirrors.
    #[must_use]
    pub const fn module(&self) -> Option<&'static str> {
        match &self.story {
            Story::Module(module, _) => Some(module.name),
            Story::Told(_) | Story::Token(_) | Story::Api(_) | Story::Field(_) => None,
        }
    }

    /// Whether it needs an issuer that nobody else uses meanwhile.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.needs.contains(&Need::Alone) || self.needs.contains(&Need::Time)
    }
}

/// Every scenario there is, in the order of the areas.
///
/// # Errors
/// When a table of scopes can't be read.
pub fn catalogue(fixtures: &Fixtures) -> Result<Vec<Scenario>, RowError> {
    let mut scenarios: Vec<Scenario> = [
        discovery::scenarios(),
        code::scenarios(),
        pkce::scenarios(),
        redirect::scenarios(),
        response::scenarios(),
        binding::scenarios(),
        prompt::scenarios(),
        consent::scenarios(),
        refresh::scenarios(),
        service::scenarios(),
        token::scenarios(),
        introspection::scenarios(),
        userinfo::scenarios(),
        logout::scenarios(),
        users::scenarios(),
        pushed::scenarios(),
        dpop::scenarios(),
        polled::scenarios(),
        exchange::scenarios(),
        cross_app::scenarios(),
        interclient::scenarios(),
        machines::scenarios(),
        encryption::scenarios(),
        registration::scenarios(),
        security::scenarios(),
        headers::scenarios(),
        https::scenarios(),
        claims::scenarios(),
        browser::scenarios(),
    ]
    .into_iter()
    .flatten()
    .collect();
    scenarios.extend(rows::scenarios(fixtures)?);
    scenarios.extend(matrix::scenarios(fixtures)?);
    scenarios.extend(op::scenarios());
    Ok(scenarios)
}

/// Every check there is.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    crate::check::all().chain(crate::claims::ALL)
}

#[cfg(test)]
mod tests;
