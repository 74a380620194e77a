//! Which requests of the journal belong to one flow: a sign-in and what its client does with the result.
//!
//! Requests have no common id, so this is derived: a flow begins with a request whose endpoint says so, and the following requests
//! of the same client belong to it, until the client begins another. If two users are known, their requests are apart.

use crate::journal::{FlowPart, JournalEntry};

/// One flow. Its requests are those with its index.
#[derive(Debug)]
struct Flow<'e> {
    /// The id of its first request.
    id: &'e str,
    client: &'e str,
    user: Option<&'e str>,
    /// A pushed request is followed by the authorization request that uses it.
    only_pushed: bool,
}

/// The id of the flow of each entry: that of the flow's first request. `entries` are in the order of time.
pub(super) fn flows(entries: &[JournalEntry]) -> Vec<Option<&str>> {
    let mut flows: Vec<Flow<'_>> = Vec::new();
    entries.iter().map(|entry| flow_of(entry, &mut flows)).collect()
}

fn flow_of<'e>(entry: &'e JournalEntry, flows: &mut Vec<Flow<'e>>) -> Option<&'e str> {
    let client = entry.client.as_deref()?;
    // A token request continues a flow if there is one.
    let anew = entry.flow.is_some_and(|part| part != FlowPart::Redeems);
    let user = entry.user.as_deref();
    let fits =
        |flow: &&mut Flow<'_>| flow.client == client && (user.is_none() || flow.user.is_none() || flow.user == user);
    let last = flows.iter_mut().rev().find(fits);
    match last {
        Some(flow) if !anew || (flow.only_pushed && entry.flow == Some(FlowPart::Authorizes)) => {
            flow.user = flow.user.or(user);
            flow.only_pushed = false;
            Some(flow.id)
        }
        _ if entry.flow.is_some() => {
            let only_pushed = entry.flow == Some(FlowPart::Pushes);
            flows.push(Flow { id: entry.request_id.as_str(), client, user, only_pushed });
            flows.last().map(|flow| flow.id)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::request_id::RequestId;

    const AUTHORIZES: Option<FlowPart> = Some(FlowPart::Authorizes);
    const PUSHES: Option<FlowPart> = Some(FlowPart::Pushes);
    const REDEEMS: Option<FlowPart> = Some(FlowPart::Redeems);
    const BEGINS: Option<FlowPart> = Some(FlowPart::Begins);

    fn entry(flow: Option<FlowPart>, client: &str, user: &str) -> JournalEntry {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        JournalEntry {
            request_id: RequestId::random(),
            time: 0,
            method: Method::GET,
            path: String::new(),
            status: 200,
            ms: 1.0,
            client: known(client),
            user: known(user),
            reason: None,
            notes: Vec::new(),
            request: None,
            response: None,
            logged: None,
            flow,
        }
    }

    /// For each entry the position of its flow's first entry.
    fn positions(entries: &[JournalEntry]) -> Vec<Option<usize>> {
        let position = |id: &str| entries.iter().position(|entry| entry.request_id.as_str() == id);
        flows(entries).into_iter().map(|flow| flow.and_then(position)).collect()
    }

    #[test]
    fn a_flow_is_an_authorization_request_and_what_its_client_does_until_the_next() {
        let entries = [
            entry(None, "", ""),
            entry(AUTHORIZES, "a", ""),
            entry(None, "a", ""),
            entry(AUTHORIZES, "b", ""),
            entry(None, "a", "ben"),
            entry(REDEEMS, "a", "ben"),
            entry(AUTHORIZES, "a", "ben"),
            entry(REDEEMS, "a", "ben"),
        ];
        let expected = [None, Some(1), Some(1), Some(3), Some(1), Some(1), Some(6), Some(6)];
        assert_eq!(positions(&entries), expected);
    }

    #[test]
    fn two_users_of_a_client_have_flows_of_their_own() {
        let entries = [
            entry(AUTHORIZES, "a", "ben"),
            entry(AUTHORIZES, "a", "ada"),
            entry(REDEEMS, "a", "ben"),
            entry(REDEEMS, "a", "ada"),
        ];
        assert_eq!(positions(&entries), [Some(0), Some(1), Some(0), Some(1)]);
    }

    #[test]
    fn a_pushed_request_begins_the_flow_of_its_authorization_request() {
        let entries = [
            entry(PUSHES, "a", ""),
            entry(AUTHORIZES, "a", ""),
            entry(AUTHORIZES, "a", ""),
            entry(None, "b", ""),
            entry(REDEEMS, "c", ""),
        ];
        assert_eq!(positions(&entries), [Some(0), Some(0), Some(2), None, Some(4)]);
    }

    #[test]
    fn a_flow_that_does_not_begin_with_an_authorization_request_ends_where_the_next_begins() {
        let entries = [
            entry(BEGINS, "a", ""),
            entry(REDEEMS, "a", ""),
            entry(BEGINS, "a", ""),
            entry(PUSHES, "a", ""),
            entry(PUSHES, "a", ""),
            entry(REDEEMS, "a", ""),
        ];
        assert_eq!(positions(&entries), [Some(0), Some(0), Some(2), Some(3), Some(4), Some(4)]);
    }
}
