//! What a password policy demands of passwords, and when it locks accounts. Okta: `settings.password` of the first policy by priority
//! that covers the user.

use serde_json::{Value, json};

use super::recovery::{applies, policies};
use crate::model::unix_time::from_rfc3339;
use crate::model::{DirectoryObject, Lockout, User, UserProfile, UserStatus};
use crate::org::Tables;

/// The most characters. Okta: no policy changes it.
const MAX_LENGTH: usize = 72;

/// What new passwords of a user have to be like.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PasswordRules {
    min_length: usize,
    min_lower_case: usize,
    min_upper_case: usize,
    min_number: usize,
    min_symbol: usize,
    exclude_username: bool,
    /// Attributes whose values a password must not contain.
    exclude_attributes: Vec<String>,
    min_age_minutes: i64,
    /// How many of the last passwords cannot be chosen again.
    pub history_count: usize,
    /// The fewest characters of the answer to the recovery question.
    pub min_answer: usize,
}

/// Something that a new password has to have, or must not have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PasswordDemand {
    /// So many characters.
    Length(usize),
    LowerCase,
    UpperCase,
    Number,
    Symbol,
    NoUserName,
    NoFirstName,
    NoLastName,
}

/// A time in the largest unit that has no remainder, as Okta shows it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WholeTime {
    Days(i64),
    Hours(i64),
    Minutes(i64),
}

impl Default for PasswordRules {
    /// As in a new policy.
    fn default() -> Self {
        Self::read(&Value::Null)
    }
}

impl PasswordRules {
    /// The rules for a user.
    #[must_use]
    pub fn of(org: &Tables, user: &User) -> Self {
        Self::read(covering(org, user).and_then(|policy| policy.members.get("settings")).unwrap_or(&Value::Null))
    }

    /// The rules for a user who may have been removed.
    #[must_use]
    pub fn of_known(org: &Tables, user: Option<&User>) -> Self {
        user.map_or_else(Self::default, |user| Self::of(org, user))
    }

    /// What the settings leave out is as in a new policy.
    fn read(settings: &Value) -> Self {
        let complexity = &settings["password"]["complexity"];
        let number =
            |value: &Value, default: u64| usize::try_from(value.as_u64().unwrap_or(default)).unwrap_or(usize::MAX);
        let count = |name: &str, default| number(&complexity[name], default);
        let age = &settings["password"]["age"];
        let attributes = complexity["excludeAttributes"].as_array().into_iter().flatten();
        let answer = "/recovery/factors/recovery_question/properties/complexity/minLength";
        Self {
            min_length: count("minLength", 8),
            min_lower_case: count("minLowerCase", 1),
            min_upper_case: count("minUpperCase", 1),
            min_number: count("minNumber", 1),
            min_symbol: count("minSymbol", 0),
            exclude_username: complexity["excludeUsername"].as_bool().unwrap_or(true),
            exclude_attributes: attributes.filter_map(Value::as_str).map(str::to_owned).collect(),
            min_age_minutes: age["minAgeMinutes"].as_i64().unwrap_or_default(),
            history_count: number(&age["historyCount"], 4),
            min_answer: number(settings.pointer(answer).unwrap_or(&Value::Null), 4),
        }
    }

    /// Whether a password of this user is complex enough.
    #[must_use]
    pub fn accept(&self, password: &str, profile: &UserProfile) -> bool {
        let has = |count: usize, accepts: fn(&char) -> bool| password.chars().filter(accepts).count() >= count;
        let lower = password.to_lowercase();
        // Okta: parts of the user name that are long enough to matter.
        let mut parts = profile.login.split(['@', '.', ',', '_', '-', '#']).filter(|part| part.len() > 3);
        let mut values = self.exclude_attributes.iter().filter_map(|name| match name.as_str() {
            "firstName" => Some(profile.first_name.as_str()),
            "lastName" => Some(profile.last_name.as_str()),
            name => profile.text(name),
        });
        let contains = |text: &str| !text.is_empty() && lower.contains(&text.to_lowercase());
        (self.min_length..=MAX_LENGTH).contains(&password.chars().count())
            && has(self.min_lower_case, |letter| letter.is_lowercase())
            && has(self.min_upper_case, |letter| letter.is_uppercase())
            && has(self.min_number, |letter| letter.is_numeric())
            && has(self.min_symbol, |letter| !letter.is_alphanumeric() && !letter.is_control())
            && !(self.exclude_username && parts.any(contains))
            && !values.any(contains)
    }

    /// Whether the user has changed the password too recently to change it again. Okta: only users with a valid password wait.
    #[must_use]
    pub fn delay(&self, user: &User, now: i64) -> bool {
        let changed = user.password_changed.as_deref().and_then(from_rfc3339);
        user.status == UserStatus::Active
            && user.credentials.password.is_some()
            && changed.is_some_and(|changed| now < changed.saturating_add(self.min_age_minutes.saturating_mul(60)))
    }

    /// What the complexity demands, in the order in which Okta lists it.
    pub fn demands(&self) -> impl Iterator<Item = PasswordDemand> {
        let excludes = |name: &str| self.exclude_attributes.iter().any(|excluded| excluded == name);
        let demands = [
            (self.min_length > 0, PasswordDemand::Length(self.min_length)),
            (self.min_lower_case > 0, PasswordDemand::LowerCase),
            (self.min_upper_case > 0, PasswordDemand::UpperCase),
            (self.min_number > 0, PasswordDemand::Number),
            (self.min_symbol > 0, PasswordDemand::Symbol),
            (self.exclude_username, PasswordDemand::NoUserName),
            (excludes("firstName"), PasswordDemand::NoFirstName),
            (excludes("lastName"), PasswordDemand::NoLastName),
        ];
        demands.into_iter().filter(|(demanded, _)| *demanded).map(|(_, demand)| demand)
    }

    /// For how long a new password cannot be changed.
    #[must_use]
    pub fn least_age(&self) -> Option<WholeTime> {
        let minutes = Some(self.min_age_minutes).filter(|minutes| *minutes > 0)?;
        Some(match minutes {
            _ if minutes % (24 * 60) == 0 => WholeTime::Days(minutes / (24 * 60)),
            _ if minutes % 60 == 0 => WholeTime::Hours(minutes / 60),
            _ => WholeTime::Minutes(minutes),
        })
    }

    /// The rules in Okta's words.
    #[must_use]
    pub fn text(&self) -> String {
        let text = |demand| match demand {
            PasswordDemand::Length(count) => format!("at least {count} characters"),
            PasswordDemand::LowerCase => "a lowercase letter".to_owned(),
            PasswordDemand::UpperCase => "an uppercase letter".to_owned(),
            PasswordDemand::Number => "a number".to_owned(),
            PasswordDemand::Symbol => "a symbol".to_owned(),
            PasswordDemand::NoUserName => "no parts of your username".to_owned(),
            PasswordDemand::NoFirstName => "does not include your first name".to_owned(),
            PasswordDemand::NoLastName => "does not include your last name".to_owned(),
        };
        let demands: Vec<String> = self.demands().map(text).collect();
        let mut sentences = Vec::new();
        if !demands.is_empty() {
            sentences.push(format!("Password requirements: {}.", demands.join(", ")));
        }
        if self.history_count > 0 {
            sentences.push(format!("Your password cannot be any of your last {} passwords.", self.history_count));
        }
        if let Some(age) = self.least_age() {
            let age = match age {
                WholeTime::Days(count) => format!("{count} day(s)"),
                WholeTime::Hours(count) => format!("{count} hour(s)"),
                WholeTime::Minutes(count) => format!("{count} minute(s)"),
            };
            sentences.push(format!("At least {age} must have elapsed since you last changed your password."));
        }
        sentences.join(" ")
    }

    /// The message about a password that they do not accept.
    #[must_use]
    pub fn refusal(&self) -> String {
        refusal(&self.text())
    }

    /// The complexity, as documents have it.
    #[must_use]
    pub fn complexity(&self) -> Value {
        json!({
            "minLength": self.min_length,
            "minLowerCase": self.min_lower_case,
            "minUpperCase": self.min_upper_case,
            "minNumber": self.min_number,
            "minSymbol": self.min_symbol,
            "excludeUsername": self.exclude_username,
            "excludeAttributes": self.exclude_attributes,
        })
    }

    /// What they say about the age, as documents have it.
    #[must_use]
    pub fn age(&self) -> Value {
        json!({ "minAgeMinutes": self.min_age_minutes, "historyCount": self.history_count })
    }
}

/// The message about a password that does not meet these requirements.
#[must_use]
pub fn refusal(requirements: &str) -> String {
    format!("Password requirements were not met. {requirements}")
}

/// When wrong passwords lock the account of a user. What the policy leaves out is as in the settings of the org.
#[must_use]
pub fn lockout(org: &Tables, user: &User) -> Lockout {
    let default = org.settings().lockout;
    let written = covering(org, user).and_then(|policy| policy.members.get("settings"));
    let Some(written) = written.and_then(|settings| settings.pointer("/password/lockout")) else { return default };
    let number = |name: &str| written[name].as_u64().map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    Lockout {
        max_attempts: number("maxAttempts").unwrap_or(default.max_attempts),
        auto_unlock_minutes: number("autoUnlockMinutes").unwrap_or(default.auto_unlock_minutes),
        show_lockout_failures: written["showLockoutFailures"].as_bool().unwrap_or(default.show_lockout_failures),
    }
}

/// The first policy by priority that covers the user.
pub(super) fn covering<'o>(org: &'o Tables, user: &User) -> Option<&'o DirectoryObject> {
    policies(org).into_iter().find(|policy| applies(policy.members.get("conditions"), org, user))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(password: &Value) -> PasswordRules {
        PasswordRules::read(&json!({ "password": password }))
    }

    #[test]
    fn the_text_names_what_is_demanded() {
        let default = "Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, \
                       no parts of your username. Your password cannot be any of your last 4 passwords.";
        assert_eq!(PasswordRules::read(&Value::Null).text(), default);
        let strict = rules(&json!({
            "complexity": { "minLength": 12, "minSymbol": 1, "excludeAttributes": ["firstName", "lastName"] },
            "age": { "minAgeMinutes": 120, "historyCount": 0 },
        }));
        let text = "Password requirements: at least 12 characters, a lowercase letter, an uppercase letter, a number, a symbol, \
                    no parts of your username, does not include your first name, does not include your last name. \
                    At least 2 hour(s) must have elapsed since you last changed your password.";
        assert_eq!(strict.text(), text);
        let age = |minutes: i64| rules(&json!({ "age": { "minAgeMinutes": minutes } })).text();
        assert!(age(10).contains("At least 10 minute(s) must"));
        assert!(age(2880).contains("At least 2 day(s) must"));
    }

    #[test]
    fn each_demand_refuses_a_password_that_lacks_it() {
        let mut profile = UserProfile::default();
        "carla.buyer@example.test".clone_into(&mut profile.login);
        "Al".clone_into(&mut profile.first_name);
        let strict = json!({ "minLength": 10, "minSymbol": 1, "excludeAttributes": ["firstName"] });
        let accepts =
            |complexity: &Value, password| rules(&json!({ "complexity": complexity })).accept(password, &profile);
        assert!(accepts(&strict, "Str0ng-word"));
        for weak in
            ["Str0ng-wo", "STR0NG-WORD", "str0ng-word", "Strong-word", "Str0ngwords", "Str0ng-walk", "Str0ng-buyer"]
        {
            assert!(!accepts(&strict, weak), "{weak}");
        }
        let none = json!({
            "minLength": 4, "minLowerCase": 0, "minUpperCase": 0, "minNumber": 0, "excludeUsername": false,
        });
        assert!(accepts(&none, "buyer") && !accepts(&none, "buy"));
    }
}
