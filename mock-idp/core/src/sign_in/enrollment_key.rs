//! How an authenticator app gets the key of a factor: the key URI format of authenticator apps, as a QR code.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, QrCode};

use crate::model::{SharedSecret, User};
use crate::org::Tables;

/// Modules around a code. ISO/IEC 18004: at least four.
const QUIET_ZONE: usize = 4;

/// The URI of a key: `otpauth://totp/…`.
#[must_use]
pub fn enrollment_uri(org: &Tables, user: &User, secret: &SharedSecret) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let issuer = encode(&org.identity().name);
    format!("otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}", encode(&user.profile.login), secret.as_str())
}

/// Its QR code as an SVG image.
#[must_use]
pub fn enrollment_svg(org: &Tables, user: &User, secret: &SharedSecret) -> String {
    let uri = enrollment_uri(org, user, secret);
    // Names are bounded by far less than the 2,953 bytes of a QR code; longer ones have the key alone.
    let code = QrCode::new(&uri).or_else(|_| QrCode::new(secret.as_str()));
    code.map(|code| svg(&code)).unwrap_or_default()
}

/// The QR code of a text, as a URL that holds it.
#[must_use]
pub fn qr_image(text: &str) -> String {
    image(&QrCode::new(text).map(|code| svg(&code)).unwrap_or_default())
}

/// The QR code as a URL that holds it.
#[must_use]
pub fn enrollment_image(org: &Tables, user: &User, secret: &SharedSecret) -> String {
    image(&enrollment_svg(org, user, secret))
}

fn image(svg: &str) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
}

fn svg(code: &QrCode) -> String {
    let width = code.width();
    let size = width + 2 * QUIET_ZONE;
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", index % width + QUIET_ZONE, index / width + QUIET_ZONE);
        }
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="200" height="200" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>"##
    )
}
