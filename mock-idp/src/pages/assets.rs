//! The stylesheet, scripts and icon, embedded in the binary and named by their content.
//!
//! A name has a part of the file's SHA-256, so an asset never changes under its name and may be cached forever.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use rust_embed::{EmbeddedFile, RustEmbed};

/// One file with its headers.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) body: Cow<'static, [u8]>,
    pub(crate) content_type: &'static str,
    /// The strong entity tag, quotes included.
    pub(crate) etag: &'static str,
    pub(crate) cache_control: &'static str,
}

/// The asset of this name, as pages link it: `page.1f2e3d4c5b6a7988.css`. Names without the right hash are unknown.
pub(crate) fn asset(path: &str) -> Option<Asset> {
    TABLE.iter().find(|entry| entry.public_name == path).map(|entry| Asset {
        body: entry.body.clone(),
        content_type: entry.content_type,
        etag: &entry.etag,
        cache_control: "public, max-age=31536000, immutable",
    })
}

/// The public name of a file in `assets/`; pages link it below `/_mock/assets/`.
pub(super) fn public_name(file: &str) -> &'static str {
    TABLE.iter().find(|entry| entry.file == file).map_or("unknown", |entry| entry.public_name.as_str())
}

#[derive(RustEmbed)]
#[folder = "src/pages/assets"]
struct Files;

struct PreparedAsset {
    file: Cow<'static, str>,
    public_name: String,
    body: Cow<'static, [u8]>,
    content_type: &'static str,
    etag: String,
}

static TABLE: LazyLock<Vec<PreparedAsset>> =
    LazyLock::new(|| Files::iter().filter_map(|file| Files::get(&file).map(|content| entry(file, content))).collect());

fn entry(file: Cow<'static, str>, content: EmbeddedFile) -> PreparedAsset {
    let hash = content.metadata.sha256_hash().iter().take(8).fold(String::new(), |mut hex, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let (stem, extension) = file.rsplit_once('.').unwrap_or((&file, ""));
    let content_type = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
    PreparedAsset {
        public_name: format!("{stem}.{hash}.{extension}"),
        etag: format!("\"{hash}\""),
        body: content.data,
        content_type,
        file,
    }
}
