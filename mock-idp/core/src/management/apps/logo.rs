//! Logos of apps. Okta: `POST /api/v1/apps/{id}/logo`; an image has an address of its own, which the app links to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::management::{ApiError, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::system_log::{EventType, LogEvent};

const KIND: DirectoryKind = DirectoryKind::AppLogo;

/// Okta: the file is smaller than one MB.
const SIZE_LIMIT: usize = 1_000_000;

/// An uploaded image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogoImage {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Sets the logo of an app, and returns its address.
///
/// # Errors
/// There is no such app, no file, or the file is not an image or too large.
pub fn replace(change: &mut ManagementChange<'_, '_>, app: &str, file: Option<&[u8]>) -> Result<String, ApiError> {
    let app = change.draft.app(app).ok_or_else(|| ApiError::not_found(app, "AppInstance"))?;
    let (owner, entity) = (app.id.clone(), app.event_entity());
    let file = file.filter(|file| !file.is_empty());
    let file = file.ok_or_else(|| ApiError::invalid("file", "The field cannot be left blank"))?;
    if file.len() >= SIZE_LIMIT || media_type(file).is_none() {
        return Err(ApiError::invalid("file", "The field has an invalid value"));
    }
    let known: Vec<String> = change.draft.objects_of(KIND, &owner).map(|logo| logo.id.clone()).collect();
    for id in known {
        change.draft.remove_object(KIND, &id);
    }
    let members = [("data".to_owned(), Value::from(STANDARD.encode(file)))].into_iter().collect();
    let logo = DirectoryObject { id: change.moment.id(KIND.prefix()), owner, members };
    let location = address(change.call.base(), &logo.id);
    change.draft.put_object(KIND, logo);
    change.moment.trace.event(LogEvent::new(EventType::AppLogoUpdate).on(entity));
    Ok(location)
}

/// The image with an id.
#[must_use]
pub fn image(org: &Tables, id: &str) -> Option<LogoImage> {
    let bytes = STANDARD.decode(org.object(KIND, id)?.text("data")?).ok()?;
    let media_type = media_type(&bytes)?;
    Some(LogoImage { media_type, bytes })
}

/// The address of an app's own logo.
pub(super) fn own_address(org: &Tables, base: &str, app: &str) -> Option<String> {
    org.objects_of(KIND, app).next().map(|logo| address(base, &logo.id))
}

/// Okta: the same path at another host.
fn address(base: &str, id: &str) -> String {
    format!("{base}/fs/bco/4/{id}")
}

/// Okta: PNG, JPG, SVG in UTF-8, and GIF.
fn media_type(file: &[u8]) -> Option<&'static str> {
    match file {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        _ => str::from_utf8(file).ok().filter(|text| is_svg(text)).map(|_| "image/svg+xml"),
    }
}

/// Whether the first element is `svg`, behind declarations and comments.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<!DOCTYPE") => {
                // The declarations of an internal subset end with `>` too.
                let has_subset = rest.chars().find(|next| "[>".contains(*next)) == Some('[');
                if has_subset { "]>" } else { ">" }
            }
            _ => {
                let name = rest.strip_prefix("<svg");
                return name
                    .is_some_and(|rest| rest.starts_with(|next: char| next.is_whitespace() || "/>".contains(next)));
            }
        };
        let Some((_, behind)) = rest.split_once(end) else { return false };
        rest = behind.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_first_bytes() {
        for (file, expected) in [
            (&b"\x89PNG\r\n\x1a\n..."[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a.", Some("image/gif")),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some("image/svg+xml")),
            (b"<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE svg>\n<svg>", Some("image/svg+xml")),
            (b"<!DOCTYPE svg [<!ENTITY a \"b\">]>\n<svg>", Some("image/svg+xml")),
            (b"<!DOCTYPE svg [<!ENTITY a \"b\"> <svg>", None),
            (b"\x89PNG", None),
            (b"<svgs>", None),
            (b"<html><svg/></html>", None),
            (b"<?xml <svg>", None),
            (b"\xff<svg>", None),
            (b"", None),
        ] {
            assert_eq!(media_type(file), expected, "{}", String::from_utf8_lossy(file));
        }
    }
}
