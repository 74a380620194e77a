//! The metadata of an app for SAML. Okta: `/api/v1/apps/{id}/sso/saml/metadata`. OASIS SAML 2.0 Metadata. The endpoints that it names are
//! not served.

use super::owner::{app as find_app, owned, owned_id};
use super::signing_keys::KEY;
use crate::management::{ApiError, ManagementCall};
use crate::model::{App, DirectoryKind, SignOnMode};
use crate::org::{Tables, derived_id};

/// The document, with the certificate of a key of the app.
///
/// # Errors
/// There is no such app, it does not use SAML, or it has no such key.
pub fn metadata(org: &Tables, call: ManagementCall<'_>, app: &str, kid: Option<&str>) -> Result<String, ApiError> {
    let app = find_app(org, app)?;
    if !matches!(app.sign_on_mode, SignOnMode::Saml1 | SignOnMode::Saml2) {
        return Err(ApiError::not_found(&app.id, "SamlAppInstance"));
    }
    let kid = kid.or(app.credentials.signing.kid.as_deref()).unwrap_or_default();
    let key = owned(org, DirectoryKind::SigningKey, &app.id, kid, KEY)?;
    let certificate = key.members.get("x5c").and_then(|x5c| x5c[0].as_str()).unwrap_or_default();
    let external_key = derived_id("exk", &[&app.id]);
    let location = format!("{}/app/{}/{external_key}/sso/saml", call.browser_base(), app.name);
    Ok(document(&issuer(app, &external_key), certificate, &location))
}

/// Whether an app has a key.
pub(in crate::management) fn has_key(org: &Tables, app: &App, kid: &str) -> bool {
    org.object(DirectoryKind::SigningKey, &owned_id(&app.id, kid)).is_some()
}

/// Okta: `${org.externalKey}` stands for a key of the app.
fn issuer(app: &App, external_key: &str) -> String {
    let written = app.settings.sign_on.get("idpIssuer").and_then(serde_json::Value::as_str);
    written.unwrap_or("http://www.okta.com/${org.externalKey}").replace("${org.externalKey}", external_key)
}

fn document(issuer: &str, certificate: &str, location: &str) -> String {
    let formats = ["unspecified", "emailAddress"]
        .map(|format| format!("<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:{format}</md:NameIDFormat>"));
    let services = ["HTTP-POST", "HTTP-Redirect"].map(|binding| {
        let location = escaped(location);
        format!(
            r#"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location="{location}"/>"#
        )
    });
    format!(
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            r#"<md:EntityDescriptor entityID="{}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">"#,
            r#"<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">"#,
            r#"<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>"#,
            r#"<ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>{}{}"#,
            r#"</md:IDPSSODescriptor></md:EntityDescriptor>"#
        ),
        escaped(issuer),
        escaped(certificate),
        formats.concat(),
        services.concat()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
