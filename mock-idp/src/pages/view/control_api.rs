//! What the index page of the control API shows.

use super::frame::Frame;

/// The index page of the control API.
#[derive(Clone, Debug)]
pub(crate) struct ControlApiView {
    pub frame: Frame,
    pub topics: Vec<TopicView>,
}

/// The operations about one topic.
#[derive(Clone, Debug)]
pub(crate) struct TopicView {
    pub title: &'static str,
    pub operations: Vec<OperationView>,
}

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct OperationView {
    pub id: &'static str,
    pub method: String,
    pub path: &'static str,
    /// Other paths of the same operation.
    pub aliases: &'static [&'static str],
    pub summary: &'static str,
    /// The parameters, and the members of the body.
    pub fields: Vec<FieldView>,
    pub examples: Vec<OperationExample>,
    /// The path on this host, if the operation can be followed as a link.
    pub link: Option<&'static str>,
}

/// A parameter, or a member of a body.
#[derive(Clone, Debug)]
pub(crate) struct FieldView {
    pub name: String,
    pub shape: String,
    pub required: bool,
    pub meaning: String,
}

/// A command to try.
#[derive(Clone, Debug)]
pub(crate) struct OperationExample {
    pub summary: &'static str,
    pub command: String,
}
