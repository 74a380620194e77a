//! Operations of the control API as tools, from its OpenAPI description.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::Method;
use mock_idp_core::text::nearest;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

/// Operations that are not tools: they are for other programs, or return a state, which is large and has secrets.
const NOT_OFFERED: [&str; 7] = ["openapi", "healthz", "readyz", "state", "load_state", "compare_state", "explain_json"];

/// The argument that names the org.
const IN_ORG: &str = "in_org";

/// Where definitions are in a description, and in the schema of a tool.
const COMPONENTS: &str = "#/components/schemas/";
const DEFINITIONS: &str = "#/$defs/";

/// An operation that can be called.
#[derive(Clone, Debug)]
pub(super) struct ControlTool {
    pub(super) tool: Tool,
    method: Method,
    /// With `{name}` for parameters.
    path: String,
    /// The names of the parameters of the query.
    query: Vec<String>,
    /// Whether other arguments are members of a body.
    has_body: bool,
}

/// A request that a call stands for.
#[derive(Debug, PartialEq)]
pub(super) struct ControlRequest {
    pub(super) method: Method,
    /// From the base of the mock on.
    pub(super) target: String,
    pub(super) body: Option<Value>,
}

/// The tools of a description, in its order.
pub(super) fn tools(description: &Value) -> Vec<ControlTool> {
    let paths = description["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, operations)| {
        operations.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    });
    operations.filter_map(|(path, method, operation)| tool(description, path, method, operation)).collect()
}

fn tool(description: &Value, path: &str, method: &str, operation: &Value) -> Option<ControlTool> {
    let id = operation["operationId"].as_str()?;
    let returns_json = operation.pointer("/responses/200/content/application~1json").is_some();
    if !returns_json || NOT_OFFERED.contains(&id) {
        return None;
    }
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?;
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
    let query = query.filter_map(|parameter| Some(parameter["name"].as_str()?.to_owned())).collect();
    let body = operation.pointer("/requestBody/content/application~1json");
    let summary = operation["summary"].as_str().unwrap_or_default();
    let text = format!("{summary}\n{method} {path}{}", examples(body));
    let annotations = ToolAnnotations::new()
        .read_only(method == Method::GET)
        .destructive(method == Method::DELETE || id == "reset")
        .open_world(false);
    let tool = Tool::new(id.to_owned(), text, input_schema(description, &parameters, body));
    Some(ControlTool {
        tool: tool.with_annotations(annotations),
        method,
        path: path.to_owned(),
        query,
        has_body: body.is_some(),
    })
}

/// The examples of a body, one per line.
fn examples(body: Option<&Value>) -> String {
    let examples = body.and_then(|body| body["examples"].as_object()).into_iter().flat_map(Map::values);
    examples
        .map(|example| format!("\n{}: {}", example["summary"].as_str().unwrap_or_default(), example["value"]))
        .collect()
}

/// An object with the parameters, the members of the body, and the org.
fn input_schema(description: &Value, parameters: &[&Value], body: Option<&Value>) -> Arc<JsonObject> {
    let mut schema = match body.map(|body| resolved(&body["schema"], description)) {
        Some(Value::Object(schema)) => schema.clone(),
        _ => Map::new(),
    };
    let mut required: Vec<Value> = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut properties = match schema.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    for parameter in parameters {
        let Some(name) = parameter["name"].as_str() else { continue };
        let mut property = parameter["schema"].clone();
        property["description"] = parameter["description"].clone();
        properties.insert(name.to_owned(), property);
        if parameter["required"] == true {
            required.push(name.into());
        }
    }
    let in_org = "name of the org, as listed by the tool orgs; without it the first org";
    properties.insert(IN_ORG.to_owned(), json!({ "type": "string", "description": in_org }));
    // Any value. Not all clients know schemas that are not objects.
    properties.values_mut().filter(|property| property.is_boolean()).for_each(|property| *property = json!({}));
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), required.into());
    schema.remove("title");
    let definitions = definitions(&Value::Object(schema.clone()), description);
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), definitions.into());
    }
    match serde_json::from_str(&Value::Object(schema).to_string().replace(COMPONENTS, DEFINITIONS)) {
        Ok(Value::Object(schema)) => Arc::new(schema),
        _ => Arc::default(),
    }
}

/// The definitions that a schema refers to, directly or through others.
fn definitions(schema: &Value, description: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    let mut open = references(schema);
    while let Some(name) = open.pop_first() {
        if let Some(definition) = description["components"]["schemas"].get(&name) {
            open.extend(references(definition).into_iter().filter(|next| !found.contains_key(next) && *next != name));
            found.insert(name, definition.clone());
        }
    }
    found
}

fn references(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(COMPONENTS));
            own.map(str::to_owned).into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

fn resolved<'d>(schema: &'d Value, description: &'d Value) -> &'d Value {
    let name = schema["$ref"].as_str().and_then(|target| target.strip_prefix(COMPONENTS));
    name.and_then(|name| description["components"]["schemas"].get(name)).unwrap_or(schema)
}

impl ControlTool {
    /// The request for these arguments.
    ///
    /// # Errors
    /// An argument of the path is missing, or one that the operation does not have; in words.
    pub(super) fn request(&self, mut arguments: JsonObject) -> Result<ControlRequest, String> {
        let mut target = match arguments.remove(IN_ORG) {
            Some(org) => format!("/_org/{}", encoded(&text(&org))),
            None => String::new(),
        };
        for (index, part) in self.path.split(['{', '}']).enumerate() {
            if index % 2 == 0 {
                target.push_str(part);
                continue;
            }
            let value = arguments.remove(part).ok_or_else(|| format!("the argument {part:?} is missing"))?;
            target.push_str(&encoded(&text(&value)));
        }
        let mut separator = '?';
        for name in &self.query {
            if let Some(value) = arguments.remove(name) {
                target.push_str(&format!("{separator}{name}={}", encoded(&text(&value))));
                separator = '&';
            }
        }
        if self.has_body {
            return Ok(ControlRequest { method: self.method.clone(), target, body: Some(arguments.into()) });
        }
        match arguments.keys().next() {
            None => Ok(ControlRequest { method: self.method.clone(), target, body: None }),
            Some(unknown) => {
                let properties = self.tool.input_schema.get("properties").and_then(Value::as_object);
                let known = properties.into_iter().flatten().map(|(name, _)| name.as_str());
                let hint = nearest(unknown, known).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
                Err(format!("{} has no argument {unknown:?}{hint}", self.tool.name))
            }
        }
    }
}

/// A value as a parameter. Lists are separated by spaces.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(elements) => elements.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Value {
        json!({
            "paths": { "/_mock/things/{id}": { "put": {
                "operationId": "change_thing", "summary": "Changes a thing.",
                "parameters": [
                    { "name": "id", "in": "path", "required": true, "description": "its id", "schema": { "type": "string" } },
                    { "name": "dry", "in": "query", "required": false, "description": "d", "schema": { "type": "string" } },
                ],
                "requestBody": { "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Thing" },
                    "examples": { "example1": { "summary": "A red one", "value": { "color": "red" } } },
                } } },
                "responses": { "200": { "content": { "application/json": {} } } },
            } }, "/_mock/page": { "get": {
                "operationId": "page", "responses": { "200": { "content": { "text/html": {} } } },
            } } },
            "components": { "schemas": {
                "Thing": { "type": "object", "required": ["color"], "properties": {
                    "color": { "$ref": "#/components/schemas/Color" },
                } },
                "Color": { "anyOf": [{ "$ref": "#/components/schemas/Shade" }, { "$ref": "#/components/schemas/Color" }] },
                "Shade": { "enum": ["red"] },
                "Other": { "type": "null" },
            } },
        })
    }

    #[test]
    fn a_tool_has_parameters_members_of_the_body_and_the_definitions_it_refers_to() {
        let tools = tools(&description());
        let [tool] = &tools[..] else { panic!("{tools:?}") };
        let schema = Value::Object((*tool.tool.input_schema).clone());
        assert_eq!(schema["required"], json!(["color", "id"]));
        assert_eq!(schema["properties"]["color"], json!({ "$ref": "#/$defs/Color" }));
        assert_eq!(schema["properties"]["id"], json!({ "type": "string", "description": "its id" }));
        let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["color", "id", "dry", "in_org"]);
        let definitions: Vec<&String> = schema["$defs"].as_object().unwrap().keys().collect();
        assert_eq!(definitions, ["Color", "Shade"]);
        let text = tool.tool.description.as_deref().unwrap();
        assert_eq!(text, "Changes a thing.\nPUT /_mock/things/{id}\nA red one: {\"color\":\"red\"}");
    }

    #[test]
    fn arguments_go_to_the_path_the_query_and_the_body() {
        let tool = tools(&description()).remove(0);
        let arguments = json!({ "id": "a b", "dry": ["x", "y"], "color": "red", "in_org": "checkout" });
        let request = tool.request(arguments.as_object().unwrap().clone()).unwrap();
        let target = "/_org/checkout/_mock/things/a%20b?dry=x%20y".to_owned();
        assert_eq!(request, ControlRequest { method: Method::PUT, target, body: Some(json!({ "color": "red" })) });
        assert_eq!(tool.request(Map::new()).unwrap_err(), "the argument \"id\" is missing");
    }
}
