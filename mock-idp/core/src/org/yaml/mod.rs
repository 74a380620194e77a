//! Reading YAML. Typed values are read from a tree that knows the places of its values, so that all problems of a document, of its
//! shape and of its contents, have line and column.

mod document;
mod error;
mod known_keys;
mod mismatch;
mod reader;
mod tree;

pub(super) use document::read_document_without_places;
pub(super) use tree::Yaml;
