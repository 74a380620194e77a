//! The users who sign in next without a page.

use std::collections::VecDeque;

use parking_lot::Mutex;

/// The largest number of waiting sign-ins.
const CAPACITY: usize = 10_000;

/// A user who signs in where the next page would ask for one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct NextSignIn {
    pub user_id: String,
    /// Only for this client.
    pub client_id: Option<String>,
}

/// The sign-ins of an org that are waiting, the next one first.
#[derive(Debug, Default)]
pub(crate) struct SignInQueue(Mutex<VecDeque<NextSignIn>>);

impl SignInQueue {
    /// Adds sign-ins behind the others. `false`: there is no room for all; none is added.
    pub(crate) fn add(&self, sign_ins: Vec<NextSignIn>) -> bool {
        let mut queue = self.0.lock();
        let fits = queue.len() + sign_ins.len() <= CAPACITY;
        if fits {
            queue.extend(sign_ins);
        }
        fits
    }

    /// All that are waiting.
    pub(crate) fn list(&self) -> Vec<NextSignIn> {
        self.0.lock().iter().cloned().collect()
    }

    /// Removes all; how many.
    pub(crate) fn clear(&self) -> usize {
        std::mem::take(&mut *self.0.lock()).len()
    }

    /// Adds one before all others, which was taken and has not signed in.
    pub(super) fn put_back(&self, next: NextSignIn) {
        self.0.lock().push_front(next);
    }

    /// The first that is for this client.
    pub(super) fn take(&self, client_id: &str) -> Option<NextSignIn> {
        let mut queue = self.0.lock();
        let position = queue.iter().position(|next| next.client_id.as_deref().is_none_or(|only| only == client_id))?;
        queue.remove(position)
    }
}
