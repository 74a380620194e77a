//! Resources as a configuration in HCL.

use std::collections::HashMap;

use hcl::expr::{FuncCall, Traversal, Variable};
use hcl::{Block, Body, Expression, Identifier};
use serde_json::Value;

use super::export::{ExportedAttribute, ExportedResource, ORG_URL};
use super::table::{AttributeRow, Form};

/// The configuration. Ids of other resources are references, secrets are variables.
///
/// # Errors
/// A value that HCL cannot hold.
pub fn configuration(resources: &[ExportedResource]) -> Result<String, hcl::Error> {
    let writer = Writer::new(resources);
    let mut variables = Vec::new();
    let mut blocks = Vec::new();
    for resource in resources {
        blocks.push(writer.block(resource, &mut variables));
    }
    variables.sort();
    variables.dedup();
    let mut body = Body::builder().add_block(provider());
    for (name, sensitive) in variables {
        let variable =
            Block::builder("variable").add_label(name.as_str()).add_attribute(("type", reference("string", &[])));
        let sensitive = sensitive.then_some(("sensitive", true));
        body = body.add_block(variable.add_attributes(sensitive).build());
    }
    let text = hcl::to_string(&body.add_blocks(blocks).build())?;
    Ok(text)
}

fn provider() -> Block {
    let source = hcl::expression!({ source = "okta/okta" });
    let providers = Block::builder("required_providers").add_attribute(("okta", source)).build();
    Block::builder("terraform").add_block(providers).build()
}

struct Writer<'r> {
    /// The resource of an id.
    addresses: HashMap<&'r str, &'r ExportedResource>,
}

/// A variable and whether it is a secret.
type Variables = Vec<(String, bool)>;

impl<'r> Writer<'r> {
    fn new(resources: &'r [ExportedResource]) -> Self {
        let mut addresses = HashMap::new();
        for resource in resources.iter().filter(|resource| !resource.is_about_other) {
            addresses.insert(resource.id.as_str(), resource);
        }
        Self { addresses }
    }

    fn block(&self, resource: &ExportedResource, variables: &mut Variables) -> Block {
        let identifier = if resource.is_data { "data" } else { "resource" };
        let mut block = Block::builder(identifier).add_label(resource.kind).add_label(resource.name.as_str());
        for ExportedAttribute { name, value, form } in &resource.attributes {
            match (form, value) {
                (Form::Computed, _) => {}
                (Form::Block(rows) | Form::Blocks(rows), Value::Array(objects)) => {
                    for object in objects {
                        block = block.add_block(self.nested(name, rows, object));
                    }
                }
                (Form::Secret, _) => {
                    let variable = format!("{}_{name}", resource.name);
                    block = block.add_attribute((*name, reference("var", &[&variable])));
                    variables.push((variable, true));
                }
                (Form::Same, value) if *name == "issuer" && value == ORG_URL => {
                    block = block.add_attribute((*name, reference("var", &[ORG_URL])));
                    variables.push((ORG_URL.to_owned(), false));
                }
                _ => block = block.add_attribute((*name, self.expression(*form, value))),
            }
        }
        block.build()
    }

    fn nested(&self, name: &str, rows: &[AttributeRow], object: &Value) -> Block {
        let mut block = Block::builder(name);
        for row in rows {
            if let Some(value) = object.get(row.name) {
                block = block.add_attribute((row.name, self.expression(row.form, value)));
            }
        }
        block.build()
    }

    fn expression(&self, form: Form, value: &Value) -> Expression {
        match (form, value) {
            (Form::Reference, Value::Array(elements)) => {
                Expression::Array(elements.iter().map(|element| self.expression(form, element)).collect())
            }
            (Form::Reference, Value::String(id)) => match self.addresses.get(id.as_str()) {
                Some(resource) if resource.is_data => reference("data", &[resource.kind, &resource.name, "id"]),
                Some(resource) => reference(resource.kind, &[&resource.name, "id"]),
                None => literal(value),
            },
            (Form::Json | Form::RestAsJson, _) => FuncCall::builder("jsonencode").arg(literal(value)).build().into(),
            _ => literal(value),
        }
    }
}

fn literal(value: &Value) -> Expression {
    match value {
        Value::Null => Expression::Null,
        Value::Bool(value) => Expression::Bool(*value),
        Value::Number(number) => {
            let number = number.as_i64().map(hcl::Number::from).or_else(|| hcl::Number::from_f64(number.as_f64()?));
            number.map_or(Expression::Null, Expression::Number)
        }
        Value::String(text) => Expression::String(text.clone()),
        Value::Array(elements) => Expression::Array(elements.iter().map(literal).collect()),
        Value::Object(members) => Expression::Object(
            members.iter().map(|(name, value)| (Expression::String(name.clone()).into(), literal(value))).collect(),
        ),
    }
}

/// `root.part.part`.
fn reference(root: &str, parts: &[&str]) -> Expression {
    let root = Variable::from(Identifier::sanitized(root));
    if parts.is_empty() {
        return Expression::Variable(root);
    }
    let mut traversal = Traversal::builder(root);
    for part in parts {
        traversal = traversal.attr(Identifier::sanitized(*part));
    }
    traversal.build().into()
}
