//! The verification method of a rule of an authentication policy. Okta: `actions.appSignOn.verificationMethod`.

use jiff::{Span, SpanRelativeTo, Unit};
use serde::Deserialize;

use crate::ledger::Proof;
use crate::model::{FactorClass, SignInMethod};

/// The verification that a rule requires.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct VerificationMethod {
    #[serde(rename = "type")]
    pub kind: String,
    pub factor_mode: String,
    pub constraints: Vec<Constraint>,
    pub reauthenticate_in: Option<String>,
    pub inactivity_period: Option<String>,
    pub chains: Vec<ChainStep>,
}

/// One of several alternatives.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Constraint {
    pub knowledge: Option<ClassConstraint>,
    pub possession: Option<ClassConstraint>,
}

/// What proofs of a class have to be like.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ClassConstraint {
    pub required: Option<bool>,
    pub types: Vec<String>,
    pub methods: Vec<String>,
    pub authentication_methods: Vec<NamedMethod>,
    pub excluded_authentication_methods: Vec<NamedMethod>,
    pub device_bound: Option<String>,
    pub hardware_protection: Option<String>,
    pub phishing_resistant: Option<String>,
    pub user_verification: Option<String>,
    pub reauthenticate_in: Option<String>,
}

/// A method by its name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NamedMethod {
    pub key: String,
    pub method: Option<String>,
}

/// A step of a chain: one of its methods, and then one of the next steps.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ChainStep {
    pub authentication_methods: Vec<NamedMethod>,
    pub next: Vec<ChainStep>,
    pub reauthenticate_in: Option<String>,
}

impl Constraint {
    /// What is required of the classes.
    pub(super) fn required(&self) -> impl Iterator<Item = (FactorClass, &ClassConstraint)> {
        let classes = [(FactorClass::Knowledge, &self.knowledge), (FactorClass::Possession, &self.possession)];
        let classes = classes.into_iter().filter_map(|(class, constraint)| Some((class, constraint.as_ref()?)));
        classes.filter(|(_, constraint)| constraint.required.unwrap_or(true))
    }
}

impl ClassConstraint {
    /// Whether a proof meets it.
    pub(super) fn allows(&self, proof: &Proof) -> bool {
        let method = proof.method;
        let row = method.row();
        let demanded = |setting: &Option<String>| setting.as_deref() == Some("REQUIRED");
        let listed = |list: &[String], name: &str| list.is_empty() || list.iter().any(|listed| listed == name);
        listed(&self.types, row.authenticator_type)
            && listed(&self.methods, row.method)
            && (self.authentication_methods.is_empty() || names(&self.authentication_methods, method))
            && !names(&self.excluded_authentication_methods, method)
            && (!demanded(&self.device_bound) || row.traits.device_bound)
            && (!demanded(&self.hardware_protection) || row.traits.hardware_protected)
            && (!demanded(&self.phishing_resistant) || row.traits.phishing_resistant)
            && (!demanded(&self.user_verification) || proof.verifies_user())
    }
}

/// Whether a list names a method. An entry without a method stands for all of the authenticator.
pub(super) fn names(list: &[NamedMethod], method: SignInMethod) -> bool {
    let row = method.row();
    list.iter()
        .any(|named| named.key == row.authenticator && named.method.as_deref().is_none_or(|name| name == row.method))
}

/// Okta: what a rule leaves out is twelve hours.
pub(super) const DEFAULT_LIFETIME: i64 = 12 * 3600;

/// The seconds of an ISO 8601 duration.
pub(super) fn seconds(duration: &str) -> Option<i64> {
    let span: Span = duration.parse().ok()?;
    let seconds = span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())).ok()?;
    // Longer than any clock of an org.
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
    Some(seconds as i64)
}
