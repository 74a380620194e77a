//! The OpenAPI description of rows. OpenAPI 3.1.1.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::control::description::{
    BodyDescription, DescribedRoute, Parameter, ParameterPlace, ParameterShape, ResponseContent, Topic,
};
use crate::control::error::ErrorBody;
use crate::routing::Access;

/// The name of the scheme of the control token.
const CONTROL_TOKEN: &str = "controlToken";

/// The description of these rows at this address.
pub(super) fn document(rows: impl Iterator<Item = &'static DescribedRoute>, base: &str) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for row in rows {
        let operations = paths.entry(row.path()).or_insert_with(|| json!({}));
        operations[row.route.method.as_str().to_ascii_lowercase()] = operation(row, &mut generator);
    }
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Control API of the mock",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What tests can change and read. This API is not Okta's. Faults do not affect it.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": base, "description": "This org" }],
        "tags": Topic::ALL.iter().map(|topic| json!({ "name": topic.title() })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                CONTROL_TOKEN: {
                    "type": "http", "scheme": "bearer",
                    "description": "The token of --control-token. Without that option nothing is needed.",
                },
            },
        },
    })
}

fn operation(row: &DescribedRoute, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": row.id,
        "tags": [row.topic.title()],
        "summary": row.summary,
        "security": security(row.route.access),
    });
    let texts = row.more_texts().map(|(name, meaning)| {
        json!({ "name": name, "in": "query", "required": false, "description": meaning, "schema": { "type": "string" } })
    });
    let parameters: Vec<Value> = row.parameters.iter().map(parameter).chain(texts).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = &row.body {
        operation["requestBody"] = request_body(body, generator);
    }
    operation["responses"] = json!({
        "200": { "description": "Done", "content": content(row.content, generator) },
        "4XX": { "description": "Refused", "content": json_content(generator.subschema_for::<ErrorBody>().into()) },
    });
    operation
}

/// Where a control token may be needed, it is one of two ways: the other is to need none.
fn security(access: Access) -> Value {
    match access {
        Access::Control => json!([{ CONTROL_TOKEN: [] }, {}]),
        _ => json!([]),
    }
}

fn parameter(parameter: &Parameter) -> Value {
    let (schema, example) = match parameter.shape {
        ParameterShape::Text => (json!({ "type": "string" }), json!(parameter.example)),
        ParameterShape::UpTo(most) => (
            json!({ "type": "integer", "minimum": 1, "maximum": most }),
            json!(parameter.example.parse::<usize>().unwrap_or(most)),
        ),
    };
    json!({
        "name": parameter.name,
        "in": match parameter.place { ParameterPlace::Path => "path", ParameterPlace::Query => "query" },
        "required": parameter.required,
        "description": parameter.meaning,
        "schema": schema,
        "example": example,
    })
}

fn request_body(body: &BodyDescription, generator: &mut SchemaGenerator) -> Value {
    let examples: Map<String, Value> = body
        .examples
        .iter()
        .zip(1..)
        .map(|((summary, json), number)| {
            let value: Value = serde_json::from_str(json).unwrap_or_default();
            (format!("example{number}"), json!({ "summary": summary, "value": value }))
        })
        .collect();
    let mut content = json_content((body.schema)(generator).into());
    content["application/json"]["examples"] = examples.into();
    json!({ "required": true, "content": content })
}

fn content(content: ResponseContent, generator: &mut SchemaGenerator) -> Value {
    match content {
        ResponseContent::Json(schema) => json_content(schema(generator).into()),
        ResponseContent::Text(media_type) => json!({ media_type: { "schema": { "type": "string" } } }),
    }
}

fn json_content(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}
