use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Filter, FilterLiteral, FilterOperator, read_json, sort};

fn accepts(filter: &str, object: &Value) -> bool {
    Filter::parse(filter).unwrap().accepts(&|path, visit| read_json(object, path, visit))
}

#[test]
fn operators_compare_texts_without_case_and_times_as_times() {
    let user = json!({
        "status": "ACTIVE", "created": "2026-01-02T00:00:00.000Z",
        "profile": { "login": "Ann@example.test", "age": 40, "vip": true, "tags": ["red", "blue"], "empty": null },
    });
    for (filter, expected) in [
        (r#"profile.login eq "ann@example.test""#, true),
        (r#"profile.login ne "ann@example.test""#, false),
        (r#"profile.login sw "ANN""#, true),
        (r#"profile.login co "example""#, true),
        (r#"profile.login ew ".org""#, false),
        (r#"created gt "2026-01-01T23:00:00.000-02:00""#, false),
        (r#"created ge "2026-01-02T01:00:00.000+01:00""#, true),
        (r#"created lt "2026-01-02T00:00:01.000Z""#, true),
        ("profile.age gt 39.5", true),
        (r#"profile.age eq "40""#, true),
        ("profile.vip eq true", true),
        (r#"profile.tags eq "blue""#, true),
        (r#"profile.tags eq "green""#, false),
        ("profile.empty pr", false),
        ("profile.empty eq null", true),
        ("profile.login pr", true),
        (r#"not (status eq "ACTIVE")"#, false),
        (r#"status eq "STAGED" or status eq "ACTIVE" and profile.age lt 1"#, false),
        (r#"(status eq "STAGED" OR status EQ "ACTIVE") and profile.age gt 1"#, true),
        (r#"unknown eq "x""#, false),
    ] {
        assert_eq!(accepts(filter, &user), expected, "{filter}");
    }
}

#[test]
fn texts_that_are_not_filters_are_refused_with_oktas_error() {
    let deep = format!("{}a pr{}", "(".repeat(100), ")".repeat(100));
    let long = vec!["a pr"; 1_000].join(" and ");
    for filter in
        ["", "status", "status eq", "status is \"x\"", "status eq \"x", "(status pr", "status pr)", &deep, &long]
    {
        let error = Filter::parse(filter).unwrap_err();
        assert_eq!(
            (error.status(), error.code(), error.summary().as_str()),
            (400, "E0000031", "Invalid search criteria.")
        );
    }
}

#[test]
fn attributes_are_listed_in_order() {
    let filter = Filter::parse(r#"a eq 1 and (b pr or not (c eq "x"))"#).unwrap();
    assert_eq!(filter.attributes(), ["a", "b", "c"]);
}

fn filters() -> impl Strategy<Value = Filter> {
    let path = "[a-z]{1,5}(\\.[a-z]{1,5})?"
        .prop_filter("a word of the grammar", |path| !["and", "or", "not", "pr"].contains(&path.as_str()));
    let operator = prop::sample::select(vec![
        FilterOperator::Equal,
        FilterOperator::NotEqual,
        FilterOperator::Greater,
        FilterOperator::LessOrEqual,
        FilterOperator::StartsWith,
        FilterOperator::Contains,
    ]);
    let literal = prop_oneof![
        ".*".prop_map(FilterLiteral::Text),
        any::<bool>().prop_map(FilterLiteral::Boolean),
        any::<i32>().prop_map(|number| FilterLiteral::Number(f64::from(number))),
        Just(FilterLiteral::Null),
    ];
    let leaf = prop_oneof![
        path.clone().prop_map(Filter::Present),
        (path, operator, literal).prop_map(|(path, operator, literal)| Filter::Compare(path, operator, literal)),
    ];
    leaf.prop_recursive(4, 32, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Filter::And(Box::new(left), Box::new(right))),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Filter::Or(Box::new(left), Box::new(right))),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

fn written(filter: &Filter) -> String {
    match filter {
        Filter::And(left, right) => format!("({}) and ({})", written(left), written(right)),
        Filter::Or(left, right) => format!("({}) or ({})", written(left), written(right)),
        Filter::Not(inner) => format!("not ({})", written(inner)),
        Filter::Present(path) => format!("{path} pr"),
        Filter::Compare(path, operator, literal) => {
            let operator = match operator {
                FilterOperator::Equal => "eq",
                FilterOperator::NotEqual => "ne",
                FilterOperator::Greater => "gt",
                FilterOperator::GreaterOrEqual => "ge",
                FilterOperator::Less => "lt",
                FilterOperator::LessOrEqual => "le",
                FilterOperator::StartsWith => "sw",
                FilterOperator::EndsWith => "ew",
                FilterOperator::Contains => "co",
            };
            let literal = match literal {
                FilterLiteral::Text(text) => json!(text).to_string(),
                FilterLiteral::Number(number) => number.to_string(),
                FilterLiteral::Boolean(value) => value.to_string(),
                FilterLiteral::Null => "null".to_owned(),
            };
            format!("{path} {operator} {literal}")
        }
    }
}

proptest! {
    #[test]
    fn a_written_filter_is_read_back(filter in filters()) {
        prop_assert_eq!(Filter::parse(&written(&filter)).unwrap(), filter);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in ".{0,200}") {
        let _ = Filter::parse(&text);
    }

    #[test]
    fn a_filter_and_its_negation_disagree(filter in filters(), a in 0..3_i32) {
        let object = json!({ "a": a });
        let accepts = |filter: &Filter| filter.accepts(&|path, visit| read_json(&object, path, visit));
        prop_assert_ne!(accepts(&filter), accepts(&Filter::Not(Box::new(filter.clone()))));
    }
}

fn id_of(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

#[test]
fn objects_without_the_attribute_come_last_and_equal_ones_by_id() {
    let objects = [
        json!({ "id": "e", "rank": 10 }),
        json!({ "id": "d" }),
        json!({ "id": "c", "rank": -2.5 }),
        json!({ "id": "b", "rank": 10 }),
        json!({ "id": "a", "rank": -30 }),
        json!({ "id": "f", "rank": null }),
    ];
    for (order, expected) in [
        (None, ["a", "c", "b", "e", "d", "f"]),
        (Some("asc"), ["a", "c", "b", "e", "d", "f"]),
        (Some("desc"), ["b", "e", "c", "a", "d", "f"]),
    ] {
        let mut sorted: Vec<&Value> = objects.iter().collect();
        sort(&mut sorted, order, id_of, |object, visit| read_json(object, "rank", visit));
        assert_eq!(sorted.into_iter().map(id_of).collect::<Vec<_>>(), expected, "{order:?}");
    }
}
