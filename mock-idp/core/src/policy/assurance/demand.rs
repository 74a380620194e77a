//! Demands of policies and requests, and the proofs that meet them.

use super::verification::{
    ChainStep, ClassConstraint, Constraint, DEFAULT_LIFETIME, NamedMethod, VerificationMethod, names, seconds,
};
use crate::ledger::Proof;
use crate::model::{FactorClass, SignInMethod};

/// The most further proofs that are asked for. Okta: a chain has three steps.
const MOST_PROOFS: usize = 3;

/// What one policy or request demands.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// The policy rule or the request, for explanations.
    source: String,
    wanted: Wanted,
    /// How old a proof can be, in seconds; `None`: as old as the session.
    lifetime: Option<i64>,
    /// For how many seconds a session can be unused before its proofs do not count any more.
    inactivity: Option<i64>,
}

#[derive(Clone, Debug)]
enum Wanted {
    Factors {
        mode: FactorMode,
        constraints: Vec<Constraint>,
    },
    /// The chains are alternatives.
    Chains(Vec<ChainStep>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum FactorMode {
    One,
    /// Two factors of different classes.
    Two,
    /// Two factors of any class.
    TwoAuthenticators,
}

impl Demand {
    fn new(source: impl Into<String>, mode: FactorMode, constraints: Vec<Constraint>, lifetime: Option<i64>) -> Self {
        Self { source: source.into(), wanted: Wanted::Factors { mode, constraints }, lifetime, inactivity: None }
    }

    /// A second authenticator, as a global session policy demands it.
    pub(super) fn second_authenticator(source: String) -> Self {
        Self::new(source, FactorMode::TwoAuthenticators, Vec::new(), None)
    }

    /// What a rule of an authentication policy demands; the error says why the mock does not implement it.
    pub(super) fn of_rule(source: &str, method: VerificationMethod) -> Result<Self, String> {
        let lifetime = match method.reauthenticate_in.as_deref() {
            None => DEFAULT_LIFETIME,
            Some(text) => seconds(text).ok_or_else(|| format!("{source}: `{text}` is not a duration"))?,
        };
        let inactivity = match method.inactivity_period.as_deref() {
            // Okta: chains have none.
            Some(text) if method.kind == "ASSURANCE" => {
                Some(seconds(text).ok_or_else(|| format!("{source}: `{text}` is not a duration"))?)
            }
            _ => None,
        };
        let wanted = match (&*method.kind, &*method.factor_mode) {
            ("AUTH_METHOD_CHAIN", _) => Wanted::Chains(method.chains),
            ("ASSURANCE", "1FA") => Wanted::Factors { mode: FactorMode::One, constraints: method.constraints },
            ("ASSURANCE", "2FA") => Wanted::Factors { mode: FactorMode::Two, constraints: method.constraints },
            (kind, mode) => return Err(format!("{source}: the mock has no verification method {kind} {mode}")),
        };
        let mut described = match &wanted {
            Wanted::Chains(_) => "a chain of methods".to_owned(),
            Wanted::Factors { mode: FactorMode::One, .. } => "one factor".to_owned(),
            Wanted::Factors { .. } => "two factors of different classes".to_owned(),
        };
        if matches!(&wanted, Wanted::Factors { constraints, .. } if constraints.iter().any(|one| one.required().next().is_some()))
        {
            described.push_str(" with constraints");
        }
        Ok(Self { source: format!("{source} demands {described}"), wanted, lifetime: Some(lifetime), inactivity })
    }

    /// A demand that is only named.
    pub(super) fn named(source: &str) -> Self {
        Self::new(format!("acr_values requires {source}"), FactorMode::One, Vec::new(), None)
    }

    pub(super) fn one_factor() -> Self {
        Self::new("", FactorMode::One, Vec::new(), None)
    }

    pub(super) fn two_factors() -> Self {
        Self::new("", FactorMode::Two, Vec::new(), None)
    }

    pub(super) fn password() -> Self {
        let password = NamedMethod { key: "okta_password".to_owned(), method: None };
        let knowledge = ClassConstraint { authentication_methods: vec![password], ..ClassConstraint::default() };
        let constraint = Constraint { knowledge: Some(knowledge), possession: None };
        Self::new("", FactorMode::One, vec![constraint], None)
    }

    pub(super) fn phishing_resistant(hardware: bool) -> Self {
        let required = || Some("REQUIRED".to_owned());
        let webauthn = NamedMethod { key: SignInMethod::WebAuthn.row().authenticator.to_owned(), method: None };
        let possession = ClassConstraint {
            phishing_resistant: required(),
            hardware_protection: hardware.then(required).flatten(),
            // Okta: Okta FastPass only.
            excluded_authentication_methods: if hardware { vec![webauthn] } else { Vec::new() },
            ..ClassConstraint::default()
        };
        let constraint = Constraint { knowledge: None, possession: Some(possession) };
        Self::new("", FactorMode::One, vec![constraint], None)
    }

    /// The policy rule or the request, for explanations.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// Whether proofs meet it. Those since `began` are new, whatever their age.
    pub(super) fn is_met(&self, proofs: &[Proof], began: i64, now: i64) -> bool {
        let counts = |proof: &Proof, lifetime: Option<i64>| {
            let is_young = lifetime.is_none_or(|lifetime| lifetime > 0 && now - proof.at <= lifetime);
            proof.at >= began || is_young && self.inactivity.is_none_or(|limit| proof.idle <= limit)
        };
        match &self.wanted {
            Wanted::Factors { mode, constraints } => {
                let valid: Vec<&Proof> = proofs.iter().filter(|proof| counts(proof, self.lifetime)).collect();
                let enough = match mode {
                    FactorMode::One => !valid.is_empty(),
                    FactorMode::Two => classes(&valid) >= 2,
                    FactorMode::TwoAuthenticators => authenticators(&valid) >= 2,
                };
                let meets = |class: FactorClass, constraint: &ClassConstraint| {
                    let own = constraint.reauthenticate_in.as_deref().and_then(seconds).or(self.lifetime);
                    proofs.iter().any(|proof| counts(proof, own) && proof.has_class(class) && constraint.allows(proof))
                };
                let met = |constraint: &Constraint| constraint.required().all(|(class, wanted)| meets(class, wanted));
                enough && (constraints.is_empty() || constraints.iter().any(met))
            }
            Wanted::Chains(chains) => {
                let valid = |proof: &Proof, step: &ChainStep| {
                    let own = step.reauthenticate_in.as_deref().and_then(seconds).or(self.lifetime);
                    counts(proof, own) && names(&step.authentication_methods, proof.method)
                };
                chains.iter().any(|chain| is_followed(chain, proofs, &mut Vec::new(), &valid))
            }
        }
    }
}

/// Whether each step of a chain has a proof of its own.
fn is_followed(
    step: &ChainStep,
    proofs: &[Proof],
    taken: &mut Vec<SignInMethod>,
    valid: &impl Fn(&Proof, &ChainStep) -> bool,
) -> bool {
    proofs.iter().any(|proof| {
        if taken.contains(&proof.method) || !valid(proof, step) {
            return false;
        }
        taken.push(proof.method);
        let followed = step.next.is_empty() || step.next.iter().any(|next| is_followed(next, proofs, taken, valid));
        taken.pop();
        followed
    })
}

fn classes(proofs: &[&Proof]) -> usize {
    let has = |class: &FactorClass| proofs.iter().any(|proof| proof.has_class(*class));
    [FactorClass::Knowledge, FactorClass::Possession, FactorClass::Inherence].iter().filter(|class| has(class)).count()
}

pub(super) fn authenticators(proofs: &[&Proof]) -> usize {
    let mut keys: Vec<&str> = proofs.iter().map(|proof| proof.method.row().authenticator).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

/// The methods that are in one of the smallest sets of further proofs that are enough. `proof`: what a method would prove.
pub(super) fn next_proofs(
    met: &impl Fn(&[Proof]) -> bool,
    proofs: &[Proof],
    candidates: &[SignInMethod],
    proof: impl Fn(SignInMethod) -> Proof,
) -> Vec<SignInMethod> {
    let sets = 0_u32..1 << candidates.len();
    let members = |set: u32| candidates.iter().enumerate().filter(move |(index, _)| set >> index & 1 == 1);
    for size in 1..=MOST_PROOFS {
        let mut next = 0;
        for set in sets.clone().filter(|set| set.count_ones() as usize == size) {
            let further = members(set).map(|(_, method)| proof(*method));
            let all: Vec<Proof> = proofs.iter().copied().chain(further).collect();
            if met(&all) {
                next |= set;
            }
        }
        if next != 0 {
            return members(next).map(|(_, method)| *method).collect();
        }
    }
    Vec::new()
}
