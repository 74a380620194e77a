//! Claim rules: values that can only be null, and claims that no token has.

use super::Lint;
use super::policies::grants;
use crate::expression::Expression;
use crate::model::{App, ClaimRule, ClaimType, ClaimValueType, GroupFilterType, GroupType};
use crate::org::{CompiledServer, GroupFilter, Problem};

impl Lint<'_> {
    /// The value of a claim, also of an inactive one.
    pub(super) fn claim_value(&mut self, path: &str, claim: &ClaimRule) {
        let path = format!("{path}/value");
        match (claim.value_type, claim.group_filter_type) {
            (ClaimValueType::System, _) => {}
            (ClaimValueType::Groups, Some(kind)) => self.group_filter(path, &claim.name, kind, &claim.value),
            _ => match Expression::parse(&claim.value) {
                Ok(expression) => self.expression(&path, &claim.name, &expression),
                Err(error) => {
                    // Okta: the Admin Console does not validate expressions.
                    let effect = if claim.status.is_active() {
                        "so that requests for tokens with the claim fail"
                    } else {
                        "so that requests for tokens fail when the claim is activated"
                    };
                    let message =
                        format!("claim `{}`: not a valid expression, {effect}: {}", claim.name, error.message);
                    let offset = claim.value.get(..error.offset).map_or(0, |before| before.chars().count());
                    self.found.push(Problem { offset, ..Problem::at(path, message) });
                }
            },
        }
    }

    /// The groups claim of the org authorization server.
    pub(super) fn app_groups_claim(&mut self, path: &str, app: &App) {
        if let Some(claim) = &app.settings.id_token
            && let Some(filter) = claim.group_filter_type
        {
            let path = format!("{path}/settings/idToken/value");
            self.group_filter(path, &claim.name, filter, &claim.value);
        }
    }

    fn group_filter(&mut self, path: String, claim: &str, kind: GroupFilterType, operand: &str) {
        let Ok(filter) = GroupFilter::new(kind, operand) else { return };
        // A filter does not apply to groups of apps.
        let groups = || self.org.groups().filter(|group| group.kind != GroupType::AppGroup);
        if groups().any(|group| filter.matches(&group.profile.name).unwrap_or(true)) {
            return;
        }
        let what = match kind {
            GroupFilterType::StartsWith => "begins with",
            GroupFilterType::Equals => "is",
            GroupFilterType::Contains => "contains",
            GroupFilterType::Regex => "as a whole matches",
        };
        let message = format!("claim `{claim}` lists no group: the name of none {what} `{operand}`");
        let names = groups().map(|group| group.profile.name.as_str());
        self.found.push(Problem::at(path, message).near(operand, names));
    }

    /// Active claims that no token has, because no rule grants what they need.
    pub(super) fn shown_claims(&mut self, path: &str, server: &CompiledServer) {
        // That nothing at all is granted is a warning of its own.
        if server.policies.iter().all(|policy| policy.rules.is_empty()) {
            return;
        }
        for (index, claim) in self.org.claim_rules(&server.id).enumerate().filter(|(_, claim)| claim.status.is_active())
        {
            let path = format!("{path}/claims/{index}");
            let scopes = &claim.conditions.scopes;
            if claim.claim_type == ClaimType::Identity && !grants(server, "openid") {
                let message = format!("no token has the claim `{}`: no rule grants `openid`", claim.name);
                self.warn(path, message);
            } else if !scopes.is_empty() && !scopes.iter().any(|scope| grants(server, scope)) {
                let scopes = super::listed(scopes.iter().map(String::as_str));
                let message = format!("no token has the claim `{}`: no rule grants {scopes}", claim.name);
                self.warn(format!("{path}/conditions/scopes"), message);
            }
        }
    }
}
