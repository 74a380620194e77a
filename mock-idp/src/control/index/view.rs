//! What the index page shows, from the rows and their OpenAPI description.

use serde_json::Value;

use crate::control::description::{DescribedRoute, ParameterPlace, ResponseContent, Topic};
use crate::pages::view::{FieldView, OperationExample, OperationView, TopicView};

/// How deep the members of a body are listed.
const MAX_DEPTH: usize = 3;

/// The rows by topic. `needs_token` adds the control token to the commands.
pub(super) fn topics(
    rows: impl Iterator<Item = &'static DescribedRoute> + Clone,
    document: &Value,
    base: &str,
    needs_token: bool,
) -> Vec<TopicView> {
    let topic = |topic: &Topic| {
        let rows = rows.clone().filter(|row| row.topic == *topic);
        let operations = rows.map(|row| operation(row, document, base, needs_token)).collect();
        TopicView { title: topic.title(), operations }
    };
    Topic::ALL.iter().map(topic).collect()
}

fn operation(row: &DescribedRoute, document: &Value, base: &str, needs_token: bool) -> OperationView {
    let method = row.route.method.as_str();
    let described = &document["paths"][row.path()][method.to_ascii_lowercase()];
    let mut fields: Vec<FieldView> = described["parameters"].as_array().into_iter().flatten().map(parameter).collect();
    members(&described["requestBody"]["content"]["application/json"]["schema"], document, "", 0, &mut fields);
    OperationView {
        id: row.id,
        method: method.to_owned(),
        path: row.path(),
        aliases: row.route.paths.get(1..).unwrap_or_default(),
        summary: row.summary,
        fields,
        examples: examples(row, base, needs_token),
        link: links_to(row).then(|| row.path()),
    }
}

/// Whether it can be followed as it is.
fn links_to(row: &DescribedRoute) -> bool {
    row.route.method == http::Method::GET && !row.parameters.iter().any(|parameter| parameter.required)
}

fn parameter(parameter: &Value) -> FieldView {
    FieldView {
        name: text(&parameter["name"]),
        shape: shape(&parameter["schema"], &Value::Null),
        required: parameter["required"] == true,
        meaning: text(&parameter["description"]),
    }
}

/// The members of a schema of an object, and those of objects in it.
fn members(schema: &Value, document: &Value, prefix: &str, depth: usize, fields: &mut Vec<FieldView>) {
    let schema = resolved(schema, document);
    let required = schema["required"].as_array();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let meaning = [member, resolved(member, document)].into_iter().find_map(|known| known["description"].as_str());
        let path = format!("{prefix}{name}");
        fields.push(FieldView {
            shape: shape(member, document),
            required: required.is_some_and(|names| names.iter().any(|known| known == name)),
            meaning: meaning.unwrap_or_default().to_owned(),
            name: path.clone(),
        });
        if depth < MAX_DEPTH {
            let member = resolved(member, document);
            members(member, document, &format!("{path}."), depth + 1, fields);
            members(&member["items"], document, &format!("{path}[]."), depth + 1, fields);
        }
    }
}

/// The schema itself, where it is only referred to or may be null.
fn resolved<'d>(schema: &'d Value, document: &'d Value) -> &'d Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return document.pointer(pointer).map_or(schema, |found| resolved(found, document));
    }
    let choices = schema["anyOf"].as_array();
    let choice = choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"));
    choice.map_or(schema, |choice| resolved(choice, document))
}

/// What a value has to be, in words.
fn shape(schema: &Value, document: &Value) -> String {
    let schema = resolved(schema, document);
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" or ");
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let constants: Vec<String> =
            choices.iter().filter_map(|choice| Some(choice.get("const")?.to_string())).collect();
        return constants.join(" or ");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        _ => vec!["any value"],
    };
    match types.first() {
        Some(&"array") => format!("list: {}", shape(&schema["items"], document)),
        _ => types.join(" or "),
    }
}

fn examples(row: &DescribedRoute, base: &str, needs_token: bool) -> Vec<OperationExample> {
    let token = if needs_token { " --header \"authorization: Bearer $MOCK_IDP_CONTROL_TOKEN\"" } else { "" };
    let method = row.route.method.as_str();
    let url = url(row, base);
    let Some(body) = &row.body else {
        if !matches!(row.content, ResponseContent::Json(_)) {
            return Vec::new();
        }
        let method = match method {
            "GET" => String::new(),
            method => format!(" --request {method} --header 'content-type: application/json'"),
        };
        return vec![OperationExample { summary: "", command: format!("curl -fsS{method}{token} '{url}'") }];
    };
    let method = if method == "POST" { String::new() } else { format!(" --request {method}") };
    let example = |(summary, json): &(&'static str, &str)| OperationExample {
        summary,
        command: format!("curl -fsS{method}{token} --json '{json}' {url}"),
    };
    body.examples.iter().map(example).collect()
}

/// The address, with the examples of its parameters.
fn url(row: &DescribedRoute, base: &str) -> String {
    let mut url = format!("{base}{}", row.path());
    let mut query = Vec::new();
    for parameter in row.parameters {
        match parameter.place {
            ParameterPlace::Path => url = url.replace(&format!("{{{}}}", parameter.name), parameter.example),
            ParameterPlace::Query => query.push(format!("{}={}", parameter.name, parameter.example)),
        }
    }
    if query.is_empty() { url } else { format!("{url}?{}", query.join("&")) }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
