use mock_idp_core::tokens::fault::TokenFault;

use super::*;

fn fault(name: &str) -> Fault {
    Fault::new(FaultKind::named(name).unwrap())
}

const ANYBODY: IssuedTo<'static> = IssuedTo { client_id: "a", user_id: None };

#[test]
fn every_name_finds_the_fault_of_that_name() {
    let parameterised = [FaultKind::HTTP_ERROR, FaultKind::AUTHORIZATION_ERROR];
    for name in FaultKind::names().filter(|name| !parameterised.contains(name)) {
        assert_eq!(FaultKind::named(name).map(|kind| kind.name()), Some(name));
    }
    assert_eq!(FaultKind::named("http.status-200"), None);
}

#[test]
fn a_fault_with_a_count_applies_that_many_times() {
    let faults = Faults::default();
    faults.add(Fault { times: Some(2), path: Some("/oauth2/".into()), ..fault("http.status-500") }).unwrap();
    assert_eq!(faults.take_transport("/api/v1/users", false), None);
    assert_eq!(faults.take_transport("/oauth2/v1/keys", true), Some(TransportFault::Status500));
    assert_eq!(faults.list()[0].times, Some(1));
    assert_eq!(faults.take_transport("/oauth2/v1/keys", true), Some(TransportFault::Status500));
    assert_eq!(faults.take_transport("/oauth2/v1/keys", true), None);
    assert!(faults.list().is_empty());
}

#[test]
fn token_faults_apply_only_to_their_client_and_user_and_not_to_the_transport() {
    let faults = Faults::default();
    faults.add(Fault { client_id: Some("a".into()), ..fault("id_token.alg-none") }).unwrap();
    faults.add(Fault { user_id: Some("u".into()), ..fault("id_token.expired") }).unwrap();
    faults.add(fault("access_token.expired")).unwrap();
    faults.add(fault("http.reset")).unwrap();
    let names = |client_id, user_id| {
        let kinds = [TokenKind::AccessToken, TokenKind::IdToken];
        let taken = faults.take_for_tokens(IssuedTo { client_id, user_id }, kinds.into_iter()).unwrap();
        taken.named.into_iter().map(TokenFault::name).collect::<Vec<_>>()
    };
    assert_eq!(names("a", None), ["id_token.alg-none", "access_token.expired"]);
    assert_eq!(names("b", Some("u")), ["id_token.expired", "access_token.expired"]);
    let logout = faults.take_for_tokens(ANYBODY, std::iter::once(TokenKind::LogoutToken)).unwrap();
    assert_eq!(logout, TokenFaults::default());
    assert_eq!(faults.remove(|fault| fault.id == "1"), 1);
    assert_eq!(names("a", None), ["access_token.expired"]);
    faults.clear();
    assert_eq!(names("a", None), [""; 0]);
    assert_eq!(faults.take_transport("/", false), None);
}

#[test]
fn a_fault_with_a_probability_and_a_seed_applies_in_the_same_cases_each_time() {
    let series = |seed| {
        let faults = Faults::default();
        let chance = Some(Chance { probability: 0.25, seed, draws: 0 });
        faults.add(Fault { chance, ..fault("http.status-503") }).unwrap();
        (0..400).map(|_| faults.take_transport("/", false).is_some()).collect::<Vec<bool>>()
    };
    assert_eq!(series(7), series(7));
    assert_ne!(series(7), series(800));
    let applied = series(7).into_iter().filter(|applied| *applied).count();
    assert!((60..140).contains(&applied), "{applied}");
}

#[test]
fn a_fault_of_key_sets_waits_for_a_key_set() {
    let faults = Faults::default();
    faults.add(Fault { times: Some(1), ..fault("keys.empty") }).unwrap();
    assert_eq!(faults.take_transport("/oauth2/v1/token", false), None);
    assert_eq!(faults.take_transport("/oauth2/v1/keys", true), Some(TransportFault::KeySet(KeySetFault::Empty)));
    assert!(faults.list().is_empty());
}

#[test]
fn no_more_faults_than_the_bound_can_be_on() {
    let faults = Faults::default();
    for _ in 0..Faults::MAX {
        faults.add(fault("http.reset")).unwrap();
    }
    assert_eq!(faults.add(fault("http.slow")), None);
    assert_eq!(faults.remove(|fault| fault.id == "1"), 1);
    assert!(faults.add(fault("http.slow")).is_some());
}
