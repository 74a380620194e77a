use std::collections::HashSet;

use serde_json::Value;

use super::*;
use crate::control::description::ParameterPlace;

#[test]
fn every_row_is_described() {
    let mut ids = HashSet::new();
    for row in rows() {
        let name = format!("{} {}", row.route.method, row.path());
        assert!(ids.insert(row.id), "{name}: another operation is called {}", row.id);
        assert!(row.summary.ends_with('.') && !row.summary.trim_end_matches('.').is_empty(), "{name}: {}", row.summary);
        assert!(Topic::ALL.contains(&row.topic), "{name}");
        let in_path: Vec<&str> = row.path().split(['{', '}']).skip(1).step_by(2).collect();
        let described = row.parameters.iter().filter(|parameter| parameter.place == ParameterPlace::Path);
        assert_eq!(described.map(|parameter| parameter.name).collect::<Vec<_>>(), in_path, "{name}");
        for parameter in row.parameters {
            assert!(!parameter.meaning.is_empty() && !parameter.example.is_empty(), "{name}: {}", parameter.name);
        }
        if row.route.method == http::Method::POST {
            assert!(row.body.is_some(), "{name}: without a body, nothing of it could be made strict later");
        }
        for (summary, json) in row.body.iter().flat_map(|body| body.examples) {
            assert!(
                !summary.is_empty() && serde_json::from_str::<Value>(json).is_ok_and(|json| json.is_object()),
                "{name}: {json}"
            );
        }
        assert!(row.body.as_ref().is_none_or(|body| !body.examples.is_empty()), "{name}: no example");
    }
}

#[test]
fn every_reference_of_the_description_leads_to_a_schema() {
    let document = openapi::document(rows(), "http://localhost:7801");
    let text = document.to_string();
    let references: HashSet<&str> =
        text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(references.contains("/components/schemas/ClockChange"), "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some_and(Value::is_object), "{reference}");
    }
    let operations = document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len());
    assert_eq!(operations.sum::<usize>(), rows().count());
}
