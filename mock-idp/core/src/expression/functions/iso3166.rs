//! `Iso3166Convert.*` and country codes. A country code object is its alpha-2 code as text.

use rust_iso3166::{ALL, CountryCode};

use crate::expression::function::{Arity, Failure, Function, FunctionCall, FunctionResult};
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "Iso3166Convert.toAlpha2",
        arity: Arity::exactly(1),
        evaluate: to_alpha2,
        doc: "Iso3166Convert.toAlpha2(code): the code of two letters",
    },
    Function {
        name: "Iso3166Convert.toAlpha3",
        arity: Arity::exactly(1),
        evaluate: to_alpha3,
        doc: "Iso3166Convert.toAlpha3(code): the code of three letters",
    },
    Function {
        name: "Iso3166Convert.toNumeric",
        arity: Arity::exactly(1),
        evaluate: to_numeric,
        doc: "Iso3166Convert.toNumeric(code): the code of three digits",
    },
    Function {
        name: "Iso3166Convert.toName",
        arity: Arity::exactly(1),
        evaluate: to_name,
        doc: "Iso3166Convert.toName(code): the short English name",
    },
];

pub(super) const METHODS: &[Function] = &[
    Function {
        name: "parseCountryCode",
        arity: Arity::exactly(0),
        evaluate: to_alpha2,
        doc: "string.parseCountryCode(): the country of an alpha-2, alpha-3 or numeric code or a name",
    },
    Function {
        name: "toAlpha2",
        arity: Arity::exactly(0),
        evaluate: to_alpha2,
        doc: "country.toAlpha2(): the code of two letters",
    },
    Function {
        name: "toAlpha3",
        arity: Arity::exactly(0),
        evaluate: to_alpha3,
        doc: "country.toAlpha3(): the code of three letters",
    },
    Function {
        name: "toNumeric",
        arity: Arity::exactly(0),
        evaluate: to_numeric,
        doc: "country.toNumeric(): the code of three digits",
    },
    Function {
        name: "toName",
        arity: Arity::exactly(0),
        evaluate: to_name,
        doc: "country.toName(): the short English name",
    },
];

/// Names that Okta's reference spells otherwise than the standard.
const NAMES: &[(&str, &str)] = &[("US", "United States")];

fn to_alpha2(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_country(call, |country| country.alpha2.to_owned())
}

fn to_alpha3(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_country(call, |country| country.alpha3.to_owned())
}

fn to_numeric(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_country(call, |country| format!("{:03}", country.numeric))
}

fn to_name(call: &mut FunctionCall<'_>) -> FunctionResult {
    on_country(call, |country| name(country).to_owned())
}

fn on_country(call: &FunctionCall<'_>, change: impl FnOnce(&CountryCode) -> String) -> FunctionResult {
    let Some(text) = call.text(0)? else { return Ok(Value::Null) };
    let country = find(text.trim()).ok_or_else(|| Failure(format!("{text:?} is not an ISO 3166-1 country")))?;
    Ok(change(country).into())
}

fn find(text: &str) -> Option<&'static CountryCode> {
    // Looked through instead of looked up: one table in the program instead of one for each kind of code.
    ALL.iter().find(|country| match (text.len(), text.parse::<u16>()) {
        (1..=3, Ok(number)) => country.numeric == number,
        (2, _) => country.alpha2.eq_ignore_ascii_case(text),
        (3, _) => country.alpha3.eq_ignore_ascii_case(text),
        _ => name(country).eq_ignore_ascii_case(text) || country.name.eq_ignore_ascii_case(text),
    })
}

fn name(country: &CountryCode) -> &str {
    NAMES.iter().find(|(alpha2, _)| *alpha2 == country.alpha2).map_or(country.name, |(_, name)| *name)
}
