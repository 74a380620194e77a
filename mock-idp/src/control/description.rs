//! What a row of the control API says about its operation. The OpenAPI description and the index page are made from it.

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::routing::{Access, Handler, RateClass, Readers, Route};

/// A row of the control API.
#[derive(Debug)]
pub(super) struct DescribedRoute {
    pub(super) route: Route,
    /// The operation's name: `operationId` of the OpenAPI description.
    pub(super) id: &'static str,
    pub(super) topic: Topic,
    /// What it does, in one sentence.
    pub(super) summary: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// More parameters of the query, all texts, with their meanings. What is in `parameters` too counts there.
    pub(super) texts: &'static [(&'static str, &'static str)],
    /// It changes the org, and not only its records: other mocks with the same store must not do so at the same time.
    pub(super) changes_org: bool,
    /// The handler itself refuses parameters that it does not know.
    pub(super) checks_query: bool,
    pub(super) body: Option<BodyDescription>,
    pub(super) content: ResponseContent,
}

/// The sections of the index page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Topic {
    Server,
    Orgs,
    Clock,
    Tokens,
    Faults,
    Keys,
    SignIns,
    Inbox,
    Users,
    Clients,
    Explanations,
    Pages,
}

impl Topic {
    /// In the order of the page.
    pub(super) const ALL: &[Self] = &[
        Self::Server,
        Self::Orgs,
        Self::Clock,
        Self::Tokens,
        Self::Faults,
        Self::Keys,
        Self::SignIns,
        Self::Inbox,
        Self::Users,
        Self::Clients,
        Self::Explanations,
        Self::Pages,
    ];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Server => "Server",
            Self::Orgs => "Orgs and sandboxes",
            Self::Clock => "Clock",
            Self::Tokens => "Tokens",
            Self::Faults => "Faults",
            Self::Keys => "Signing keys",
            Self::SignIns => "Sign-ins and consents",
            Self::Inbox => "Messages to users",
            Self::Users => "Users and groups",
            Self::Clients => "Clients",
            Self::Explanations => "Explanations and the journal",
            Self::Pages => "Pages",
        }
    }
}

/// A parameter of the path or the query.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) place: ParameterPlace,
    pub(super) shape: ParameterShape,
    pub(super) required: bool,
    pub(super) meaning: &'static str,
    pub(super) example: &'static str,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ParameterPlace {
    Path,
    Query,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ParameterShape {
    Text,
    /// A whole number from 1 to this one.
    UpTo(usize),
}

impl Parameter {
    /// A `{name}` of the path.
    pub(super) const fn path(name: &'static str, meaning: &'static str, example: &'static str) -> Self {
        let (place, shape) = (ParameterPlace::Path, ParameterShape::Text);
        Self { name, place, shape, required: true, meaning, example }
    }

    /// A parameter of the query that may be left out.
    pub(super) const fn query(
        name: &'static str,
        shape: ParameterShape,
        meaning: &'static str,
        example: &'static str,
    ) -> Self {
        Self { name, place: ParameterPlace::Query, shape, required: false, meaning, example }
    }

    /// The same, as one that is needed.
    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// The shape of a value, as a schema.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The JSON body of a request.
#[derive(Debug)]
pub(super) struct BodyDescription {
    pub(super) schema: SchemaOf,
    pub(super) examples: &'static [BodyExample],
}

/// A body that is accepted by the built-in org: what it does, and its JSON.
pub(super) type BodyExample = (&'static str, &'static str);

/// The content of a successful answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum ResponseContent {
    Json(SchemaOf),
    /// A text of this media type.
    Text(&'static str),
}

/// A page.
const HTML: ResponseContent = ResponseContent::Text("text/html");

impl DescribedRoute {
    /// A row that is neither counted, nor shared with other origins, nor recorded. Without more, its answer is a page.
    const fn new(
        method: Method,
        paths: Paths,
        id: &'static str,
        topic: Topic,
        summary: &'static str,
        handler: Handler,
    ) -> Self {
        let (access, rate, readers) = (Access::Control, RateClass::Unlimited, Readers::SameOrigin);
        let route = Route { method, paths, access, rate, readers, secrets: &[], handler };
        Self {
            route,
            id,
            topic,
            summary,
            parameters: &[],
            texts: &[],
            changes_org: false,
            checks_query: false,
            body: None,
            content: HTML,
        }
    }

    pub(super) const fn open_to(mut self, access: Access) -> Self {
        self.route.access = access;
        self
    }

    pub(super) const fn parameters(mut self, parameters: &'static [Parameter]) -> Self {
        self.parameters = parameters;
        self
    }

    pub(super) const fn texts(mut self, texts: &'static [(&'static str, &'static str)]) -> Self {
        self.texts = texts;
        self
    }

    pub(super) const fn changing_org(mut self) -> Self {
        self.changes_org = true;
        self
    }

    pub(super) const fn checking_query(mut self) -> Self {
        self.checks_query = true;
        self
    }

    /// The body has the shape of `T`.
    pub(super) const fn body<T: JsonSchema>(mut self, examples: &'static [BodyExample]) -> Self {
        self.body = Some(BodyDescription { schema: |generator| generator.subschema_for::<T>(), examples });
        self
    }

    /// The answer is JSON of the shape of `T`.
    pub(super) const fn returns<T: JsonSchema>(mut self) -> Self {
        self.content = ResponseContent::Json(|generator| generator.subschema_for::<T>());
        self
    }

    /// The answer is a text of this media type.
    pub(super) const fn returns_text(mut self, media_type: &'static str) -> Self {
        self.content = ResponseContent::Text(media_type);
        self
    }

    /// The texts that are not described as parameters already.
    pub(super) fn more_texts(&self) -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
        let described = |name: &str| self.parameters.iter().any(|parameter| parameter.name == name);
        self.texts.iter().copied().filter(move |(name, _)| !described(name))
    }

    /// The path under which it is described. The others are the same page.
    pub(super) fn path(&self) -> &'static str {
        self.route.paths.first().copied().unwrap_or_default()
    }

    /// Whether its query may have a parameter of this name.
    pub(super) fn has_query_parameter(&self, name: &str) -> bool {
        self.query_parameters().any(|known| known == name)
    }

    /// The names of the parameters of its query.
    pub(super) fn query_parameters(&self) -> impl Iterator<Item = &'static str> + Clone {
        let typed = self.parameters.iter().filter(|parameter| parameter.place == ParameterPlace::Query);
        typed.map(|parameter| parameter.name).chain(self.more_texts().map(|(name, _)| name))
    }
}

type Paths = &'static [&'static str];

pub(super) const fn get(
    paths: Paths,
    id: &'static str,
    topic: Topic,
    summary: &'static str,
    handler: Handler,
) -> DescribedRoute {
    DescribedRoute::new(Method::GET, paths, id, topic, summary, handler)
}

pub(super) const fn post(
    paths: Paths,
    id: &'static str,
    topic: Topic,
    summary: &'static str,
    handler: Handler,
) -> DescribedRoute {
    DescribedRoute::new(Method::POST, paths, id, topic, summary, handler)
}

pub(super) const fn delete(
    paths: Paths,
    id: &'static str,
    topic: Topic,
    summary: &'static str,
    handler: Handler,
) -> DescribedRoute {
    DescribedRoute::new(Method::DELETE, paths, id, topic, summary, handler)
}

pub(super) const fn put(
    paths: Paths,
    id: &'static str,
    topic: Topic,
    summary: &'static str,
    handler: Handler,
) -> DescribedRoute {
    DescribedRoute::new(Method::PUT, paths, id, topic, summary, handler)
}
