//! Handlers: functions that take extracted arguments and return an answer with its explanation.

use axum::body::Body;
use axum::response::Response;
use futures_util::future::BoxFuture;
use http::Request;
use http::request::Parts;

use crate::journal::Explained;

/// An answer and the explanation of the decision behind it.
pub(crate) type Decided = Explained<Response>;

/// A handler in a row, made by [`handler!`].
pub(crate) type Handler = fn(Request<Body>) -> BoxFuture<'static, Decided>;

/// Makes a [`Handler`] of an async function.
macro_rules! handler {
    ($function:path) => {
        |request| Box::pin($crate::routing::run($function, request))
    };
}
pub(crate) use handler;

/// Runs a handler that explains its decision.
pub(crate) async fn run<H, V>(operation: H, request: Request<Body>) -> Decided
where
    H: Operation<V>,
    H::Output: IntoDecided,
{
    match operation.call(request).await {
        Ok(output) => output.into_decided(),
        Err(refused) => refused,
    }
}

/// What a handler may return.
pub(crate) trait IntoDecided {
    fn into_decided(self) -> Decided;
}

impl IntoDecided for Decided {
    fn into_decided(self) -> Decided {
        self
    }
}

/// An argument that is read from the head of a request.
pub(crate) trait FromHead: Sized {
    /// # Errors
    /// The request is answered instead of handled.
    fn from_head(head: &Parts) -> Result<Self, Decided>;
}

/// An argument that is read from a whole request; the last one of a handler.
pub(crate) trait FromBody: Sized {
    /// # Errors
    /// The request is answered instead of handled.
    fn from_body(head: &Parts, body: Body) -> impl Future<Output = Result<Self, Decided>> + Send;
}

/// A function whose arguments can be extracted. `Via` distinguishes functions whose last argument needs the body.
pub(crate) trait Operation<Via>: Copy + Send + 'static {
    type Output;

    /// Extracts the arguments and calls the function.
    fn call(self, request: Request<Body>) -> impl Future<Output = Result<Self::Output, Decided>> + Send;
}

macro_rules! operation {
    ($($type:ident $name:ident),*) => {
        impl<F, Output, $($type),*> Operation<(Head, $($type),*)> for F
        where
            F: Fn($($type),*) -> Output + Copy + Send + 'static,
            Output: Future + Send,
            $($type: FromHead + Send,)*
        {
            type Output = Output::Output;

            async fn call(self, request: Request<Body>) -> Result<Self::Output, Decided> {
                let (_head, _) = request.into_parts();
                $(let $name = $type::from_head(&_head)?;)*
                Ok(self($($name),*).await)
            }
        }

        impl<F, Output, $($type,)* Last> Operation<(Whole, $($type,)* Last)> for F
        where
            F: Fn($($type,)* Last) -> Output + Copy + Send + 'static,
            Output: Future + Send,
            $($type: FromHead + Send,)*
            Last: FromBody + Send,
        {
            type Output = Output::Output;

            async fn call(self, request: Request<Body>) -> Result<Self::Output, Decided> {
                let (head, body) = request.into_parts();
                $(let $name = $type::from_head(&head)?;)*
                let last = Last::from_body(&head, body).await?;
                Ok(self($($name,)* last).await)
            }
        }
    };
}

/// All arguments are read from the head.
#[derive(Debug)]
pub(crate) struct Head;

/// The last argument needs the body.
#[derive(Debug)]
pub(crate) struct Whole;

operation!();
operation!(A a);
operation!(A a, B b);
operation!(A a, B b, C c);
operation!(A a, B b, C c, D d);
operation!(A a, B b, C c, D d, E e);
