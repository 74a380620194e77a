//! The parts of a document that cannot be read.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// Identifies a node of a tree: its address.
pub(super) type NodeId = usize;

/// The parts of a document that cannot be read.
#[derive(Default)]
pub(super) struct Unreadable {
    /// Keys, values and elements that are read as if they were not there. Of an unknown key: the key that is probably meant.
    left_out: RefCell<HashMap<NodeId, Option<String>>>,
    /// Keys that an object lacks. They are read with an empty value.
    filled: RefCell<HashSet<(NodeId, &'static str)>>,
}

impl Unreadable {
    pub(super) fn are_none(&self) -> bool {
        self.left_out.borrow().is_empty() && self.filled.borrow().is_empty()
    }

    /// Whether the node was not left out before.
    pub(super) fn leave_out(&self, node: NodeId, meant: Option<String>) -> bool {
        self.left_out.borrow_mut().insert(node, meant).is_none()
    }

    pub(super) fn leaves_out(&self, node: NodeId) -> bool {
        self.left_out.borrow().contains_key(&node)
    }

    /// The key that is probably meant by an unknown one.
    pub(super) fn meant(&self, key: NodeId) -> Option<String> {
        self.left_out.borrow().get(&key).cloned().flatten()
    }

    /// Whether the key was not filled in before.
    pub(super) fn fill(&self, object: NodeId, key: &'static str) -> bool {
        self.filled.borrow_mut().insert((object, key))
    }

    /// The keys of an object that are filled in.
    pub(super) fn filled(&self, object: NodeId) -> Vec<&'static str> {
        self.filled.borrow().iter().filter(|(of, _)| *of == object).map(|(_, key)| *key).collect()
    }
}
