//! Routes as data: one row for each operation, in tables that the groups of the server are made of.
//!
//! A row has everything that depends on the operation: its access, its rate class, the origins that may read its answer, what must
//! not be recorded, and the handler. Nothing else matches on paths.

mod area;
mod extract;
mod group;
mod handler;
mod matched;
mod route;
mod table;

pub(crate) use area::Area;
pub(crate) use extract::{At, PathParameters, Query, Served};
pub(crate) use group::{Group, Pipeline};
pub(crate) use handler::{Decided, FromBody, FromHead, Handler, IntoDecided, Operation, handler, run};
pub(crate) use matched::Matched;
pub(crate) use route::{Access, RateClass, Readers, Route};
pub(crate) use table::Table;

#[cfg(test)]
mod tests;
