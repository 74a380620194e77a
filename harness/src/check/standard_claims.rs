//! Standard claims about a user (OIDC Core 5.1), their types and formats, in ID tokens and userinfo responses.

use serde_json::{Map, Value};

use crate::wire::jwt::seconds;

/// OIDC Core 5.1.1: the members of an address.
const ADDRESS: &[&str] = &["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// The tolerated clock skew in seconds.
const SKEW: i64 = 300;

/// The start of the year 1990: a profile cannot be older than the web.
const OLDEST_UPDATE: i64 = 631_152_000;

/// The first standard claim whose value has the wrong type or format, with its value.
pub(super) fn wrong(claims: &Map<String, Value>, now: i64) -> Option<(String, String)> {
    let wrong = |(name, value): (&String, &Value)| {
        let place = match name.as_str() {
            "address" => return wrong_in_address(value),
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "updated_at" => seconds(value).is_some_and(|time| (OLDEST_UPDATE..=now + SKEW).contains(&time)),
            "birthdate" => value.as_str().is_some_and(|text| is_birthdate(text, year_of(now))),
            "groups" => value.is_array(),
            "_claim_names" | "_claim_sources" => value.is_object(),
            "sub" | "name" | "given_name" | "family_name" | "middle_name" | "nickname" | "preferred_username"
            | "profile" | "picture" | "website" | "email" | "gender" | "zoneinfo" | "locale" | "phone_number"
            | "txn" => is_filled(value),
            _ => true,
        };
        (!place).then(|| (name.clone(), value.to_string()))
    };
    claims.iter().find_map(wrong)
}

fn wrong_in_address(value: &Value) -> Option<(String, String)> {
    let Some(members) = value.as_object().filter(|members| !members.is_empty()) else {
        return Some(("address".to_owned(), value.to_string()));
    };
    let wrong = members.iter().find(|(name, value)| ADDRESS.contains(&name.as_str()) && !is_filled(value))?;
    Some((format!("address.{}", wrong.0), wrong.1.to_string()))
}

/// OIDC Core 5.3.2: a claim without a value is left out, and is neither null nor empty.
fn is_filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty() && !text.eq_ignore_ascii_case("null"))
}

/// `YYYY-MM-DD`, with the year 0000 if it is left out, or only `YYYY`.
fn is_birthdate(text: &str, this_year: i32) -> bool {
    let number = |part: &str, length| {
        Some(part).filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
    };
    let lived = |year: i32| (1850..=this_year).contains(&year);
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [year] => number(year, 4).is_some_and(lived),
        [year, month, day] => {
            let (year, month, day) = (number(year, 4), number(month, 2), number(day, 2));
            year.zip(month.zip(day))
                .is_some_and(|(year, (month, day))| (year == 0 || lived(year)) && exists(year, month, day))
        }
        _ => false,
    }
}

fn exists(year: i32, month: i32, day: i32) -> bool {
    let month = u8::try_from(month).ok().and_then(|month| time::Month::try_from(month).ok());
    let day = u8::try_from(day).ok();
    month.zip(day).is_some_and(|(month, day)| time::Date::from_calendar_date(year, month, day).is_ok())
}

fn year_of(now: i64) -> i32 {
    time::OffsetDateTime::from_unix_timestamp(now).map_or(9999, time::OffsetDateTime::year)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn fails(name: &str, value: Value) -> bool {
        wrong(&Map::from_iter([(name.to_owned(), value)]), NOW).is_some()
    }

    #[test]
    fn a_birthdate_is_a_day_that_exists_or_a_year() {
        for right in ["1990-04-01", "0000-02-29", "2024-02-29", "1990"] {
            assert!(!fails("birthdate", json!(right)), "{right}");
        }
        for wrong in
            ["1990-02-30", "2023-02-29", "1990-13-01", "1990-4-1", "1849", "3000", "1 April 1990", "", "1990-04"]
        {
            assert!(fails("birthdate", json!(wrong)), "{wrong}");
        }
    }

    #[test]
    fn a_time_of_update_is_between_1990_and_now() {
        assert!(!fails("updated_at", json!(NOW)) && !fails("updated_at", json!(1_700_000_000.5)));
        assert!(
            fails("updated_at", json!(NOW + 3600))
                && fails("updated_at", json!(0))
                && fails("updated_at", json!("1700000000"))
        );
    }

    #[test]
    fn texts_are_not_blank_and_an_address_has_filled_members() {
        assert!(fails("name", json!(" ")) && fails("name", json!("NULL")) && fails("name", Value::Null));
        assert!(!fails("address", json!({ "country": "FI" })) && !fails("address", json!({ "floor": 3 })));
        assert!(
            fails("address", json!({})) && fails("address", json!({ "country": "" })) && fails("address", json!("FI"))
        );
        assert!(!fails("shoe_size", json!(43)));
    }
}
