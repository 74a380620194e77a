//! What a new password has to be like, in a language.

use mock_idp_core::policy::password_rules::{PasswordDemand, PasswordRules, WholeTime};

/// The texts about the rules for passwords, except in English: those are Okta's.
pub(super) struct PasswordRuleWords {
    /// Before and after the list of demands.
    pub(super) around: [&'static str; 2],
    pub(super) separator: &'static str,
    pub(super) demand: fn(PasswordDemand) -> String,
    /// About so many former passwords.
    pub(super) history: fn(usize) -> String,
    /// About the time since the last change.
    pub(super) age: fn(&str) -> String,
    pub(super) time: fn(WholeTime) -> String,
    pub(super) between_sentences: &'static str,
}

impl PasswordRuleWords {
    pub(super) fn text(&self, rules: &PasswordRules) -> String {
        let demands: Vec<String> = rules.demands().map(self.demand).collect();
        let mut sentences = Vec::new();
        if !demands.is_empty() {
            let [before, after] = self.around;
            sentences.push(format!("{before}{}{after}", demands.join(self.separator)));
        }
        if rules.history_count > 0 {
            sentences.push((self.history)(rules.history_count));
        }
        if let Some(age) = rules.least_age() {
            sentences.push((self.age)(&(self.time)(age)));
        }
        sentences.join(self.between_sentences)
    }
}
