//! The text of a new target file.

use std::fmt::Write as _;

use super::discovered::{Discovered, host, listed};
use super::gaps::Gap;
use super::slot::{Slot, SlotShape};
use crate::issuer_target::{Behavior, TargetKind};

/// The target file. `gaps` says what each client and account adds.
pub(super) fn render(found: &Discovered, slots: &[Slot], gaps: &[Gap]) -> String {
    let mut text = head(found);
    for slot in slots {
        let gap = gaps.iter().find(|gap| gap.table == slot.table());
        if gap.is_none() && !gaps.is_empty() {
            continue;
        }
        let adds =
            gap.filter(|gap| gap.adds > 0).map(|gap| format!(" Adds {} scenarios.", gap.adds)).unwrap_or_default();
        let _ = writeln!(text, "\n# {}.{adds}\n[{}]", sentence(slot.purpose), slot.table());
        let variables = slot.variables();
        let value = |index: usize| {
            format!("{{ env = {:?}, optional = true }}", variables.get(index).map_or("", String::as_str))
        };
        match &slot.shape {
            SlotShape::Account => {
                let _ = writeln!(text, "login = {}\npassword = {}", value(0), value(1));
            }
            SlotShape::Client { auth, scopes } => {
                let _ = writeln!(text, "id = {}", value(0));
                if auth == "none" {
                    let _ = writeln!(text, "pkce_required = true");
                } else {
                    let _ = writeln!(text, "secret = {}", value(1));
                }
                let _ = writeln!(text, "auth = {auth:?}\nscopes = {scopes:?}");
                if slot.name == "web" {
                    text.push_str(&limits(found));
                }
            }
        }
    }
    text
}

fn head(found: &Discovered) -> String {
    let Discovered { issuer, kind, behavior, org, .. } = found;
    let scripts = match kind {
        TargetKind::Mock => r#"["mock"]"#,
        TargetKind::Okta => r#"["okta-gen3", "okta-gen2", "okta-classic"]"#,
        TargetKind::Generic => r#"["plain"]"#,
    };
    let mut text = format!(
        "# A target of the harness, written by `harness init` from the discovery document of {issuer}.\n\
         # A value {{ env = \"NAME\", optional = true }} comes from an environment variable; without it, the client or the account\n\
         # is left out. A value can also be a string in this file. docs/own-issuer.md explains every key.\n\
         name = {:?}\n\
         # mock, okta (Okta's error texts are expected too) or generic (only the specifications are).\n\
         kind = {:?}\n",
        host(issuer),
        kind.word(),
    );
    if let Some(behavior) = behavior.filter(|behavior| *behavior != Behavior::Okta) {
        let _ = writeln!(text, "behavior = {:?}", behavior.word());
    }
    let _ = writeln!(
        text,
        "\n# Register both for every client that signs users in. The harness listens there when it uses a browser.\n\
         redirect_uri = \"http://localhost:7803/callback\"\n\
         signed_out_uri = \"http://localhost:7803/signed-out\"\n\n\
         # How a browser fills in the sign-in pages: known scripts, or files of your own such as \"./my-page.toml\".\n\
         sign_in = {scripts}\n\n\
         # Certificates of a private authority, relative to this file.\n\
         # ca = \"ca.pem\"\n\n\
         # An issuer with several authorization servers has a table for each: [servers.payments] and so on.\n\
         [servers.custom]\n\
         issuer = {issuer:?}\n\
         # The audience of its access tokens, if they are JWTs.\n\
         # audience = \"api://default\""
    );
    if let Some(org) = org {
        let _ =
            writeln!(text, "\n# The server of the org itself.\n[servers.org]\nissuer = {org:?}\naudience = {org:?}");
    }
    text
}

/// What the client may use, as comments: without them the issuer is asked.
fn limits(found: &Discovered) -> String {
    let mut text = String::from(
        "# What the client may use; other scenarios are skipped. Without these lines the issuer is asked.\n",
    );
    for (key, member, default) in [
        ("response_types", "response_types_supported", "code"),
        ("grant_types", "grant_types_supported", "authorization_code"),
    ] {
        let values = listed(&found.metadata, member);
        let values = if values.is_empty() { vec![default.to_owned()] } else { values };
        let _ = writeln!(text, "# {key} = {values:?}");
    }
    text
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
