//! Functions that reach another profile: managers, assistants, directories, linked objects. Whether there is one is
//! the caller's knowledge, [`Roots::related`](crate::expression::Roots::related).

use crate::expression::function::{Arity, Function, FunctionCall, FunctionResult};
use crate::expression::roots::Relation;
use crate::expression::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "user.getInternalProperty",
        arity: Arity::exactly(1),
        evaluate: internal_property,
        doc: "user.getInternalProperty(name): the id or the status of the user",
    },
    Function {
        name: "user.getLinkedObject",
        arity: Arity::exactly(1),
        evaluate: |call| {
            let primary = call.required_text(0)?;
            Ok(call.evaluation.roots().related(Relation::LinkedObject(&primary)).into())
        },
        doc: "user.getLinkedObject(primaryName): the user at the other end of a linked object relation",
    },
    Function {
        name: "getManagerUser",
        arity: Arity::exactly(1),
        evaluate: |call| {
            let source = call.required_text(0)?;
            Ok(call.evaluation.roots().related(Relation::Manager(&source)).into())
        },
        doc: "getManagerUser(managerSource): the manager's Okta user",
    },
    Function {
        name: "getManagerAppUser",
        arity: Arity::exactly(2),
        evaluate: |call| {
            let (source, attributes) = (call.required_text(0)?, call.required_text(1)?);
            Ok(call.evaluation.roots().related(Relation::ManagerAppUser(&source, &attributes)).into())
        },
        doc: "getManagerAppUser(managerSource, attributeSource): the manager's app user",
    },
    Function {
        name: "getAssistantUser",
        arity: Arity::exactly(1),
        evaluate: |call| {
            let source = call.required_text(0)?;
            Ok(call.evaluation.roots().related(Relation::Assistant(&source)).into())
        },
        doc: "getAssistantUser(assistantSource): the assistant's Okta user",
    },
    Function {
        name: "getAssistantAppUser",
        arity: Arity::exactly(2),
        evaluate: |call| {
            let (source, attributes) = (call.required_text(0)?, call.required_text(1)?);
            Ok(call.evaluation.roots().related(Relation::AssistantAppUser(&source, &attributes)).into())
        },
        doc: "getAssistantAppUser(assistantSource, attributeSource): the assistant's app user",
    },
    Function {
        name: "hasDirectoryUser",
        arity: Arity::exactly(0),
        evaluate: |call| Ok(has(call, Relation::DirectoryUser)),
        doc: "hasDirectoryUser(): whether the user has exactly one Active Directory assignment",
    },
    Function {
        name: "findDirectoryUser",
        arity: Arity::exactly(0),
        evaluate: |call| Ok(call.evaluation.roots().related(Relation::DirectoryUser).into()),
        doc: "findDirectoryUser(): the Active Directory user, or null",
    },
    Function {
        name: "hasWorkdayUser",
        arity: Arity::exactly(0),
        evaluate: |call| Ok(has(call, Relation::WorkdayUser)),
        doc: "hasWorkdayUser(): whether the user has a Workday assignment",
    },
    Function {
        name: "findWorkdayUser",
        arity: Arity::exactly(0),
        evaluate: |call| Ok(call.evaluation.roots().related(Relation::WorkdayUser).into()),
        doc: "findWorkdayUser(): the Workday user, or null",
    },
];

fn internal_property(call: &mut FunctionCall<'_>) -> FunctionResult {
    let name = call.required_text(0)?;
    Ok(call.evaluation.roots().internal_property(&name).into())
}

fn has(call: &FunctionCall<'_>, relation: Relation<'_>) -> Value {
    Value::Bool(call.evaluation.roots().related(relation).is_some_and(|value| value != Value::Null))
}
