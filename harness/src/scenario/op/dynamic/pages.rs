//! What the sign-in page shows of a client (OIDC Registration 2). The suite asks for screenshots; here the page is read.

use serde_json::{Value, json};

use super::{Module, Variant, module};
use crate::check::{Check, registration};
use crate::driver::Visitor;
use crate::scenario::op::play::Play;
use crate::scenario::stage::{Halt, Stage};

pub(in crate::scenario::op) const MODULES: &[Module] = &[
    module(
        "oidcc-registration-logo-uri",
        "The sign-in page shows the client's logo",
        &["register a client with a logo", "open the sign-in page", "the logo is there"],
        |s, v| Box::pin(shows(s, v, "logo_uri", registration::LOGO)),
    ),
    module(
        "oidcc-registration-policy-uri",
        "The sign-in page links to the client's policy",
        &["register a client with a policy", "open the sign-in page", "the link is there"],
        |s, v| Box::pin(shows(s, v, "policy_uri", registration::POLICY)),
    ),
    module(
        "oidcc-registration-tos-uri",
        "The sign-in page links to the client's terms of service",
        &["register a client with terms of service", "open the sign-in page", "the link is there"],
        |s, v| Box::pin(shows(s, v, "tos_uri", registration::TERMS)),
    ),
];

async fn shows(stage: &Stage, variant: Variant, member: &str, check: Check) -> Result<(), Halt> {
    let uri = format!("https://app.example.test/{member}");
    let mut members: Value = json!({});
    members[member] = json!(uri);
    let play = Play::registering(stage, variant, members).await?;
    play.step("open the sign-in page");
    let journey = stage.visit(&play.cast, &play.request(), Visitor::nobody()).await?;
    registration::shown(&stage.recorder, &check, &journey, &uri);
    Ok(())
}
