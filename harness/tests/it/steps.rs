//! Steps are recorded by running a scenario, and there is no other list of them.

use harness::record::Entry;
use harness::record::run::State;

use crate::support::run;

#[tokio::test]
async fn every_scenario_that_runs_records_its_steps() {
    let run = run("mock", &["discovery", "keys", "code", "scopes", "api", "service", "registration", "config"]).await;
    let without: Vec<&str> = run
        .scenarios
        .iter()
        .filter(|scenario| scenario.state != State::Skip)
        .filter(|scenario| !scenario.entries.iter().any(|entry| matches!(entry, Entry::Step { .. })))
        .map(|scenario| scenario.id.as_str())
        .collect();
    assert_eq!(without, Vec::<&str>::new());
}

#[tokio::test]
async fn the_steps_of_code_reuse_are_those_that_were_carried_out() {
    let run = run("mock", &["code.reuse"]).await;
    let steps: Vec<&str> = run
        .scenario("code.reuse")
        .expect("a record")
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Step { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        steps,
        [
            "send an authorization request: web client, custom server, user buyer",
            "exchange the code",
            "exchange the same code again",
            "introspect the first access token",
        ]
    );
}
