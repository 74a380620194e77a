//! What handlers take out of a request.

mod browser_form;
mod certificate;
mod context;
mod error;
mod form;
mod frame;
mod head;
mod json;
mod passkey;
mod uploaded_file;

pub(crate) use browser_form::BrowserForm;
pub(crate) use certificate::{CertificateBody, WantsPkcs10};
pub(crate) use context::AtServer;
pub(crate) use error::render_error;
pub(crate) use form::{ClientForm, Form};
pub(crate) use frame::PageFrame;
pub(crate) use head::{Origin, RequestHead, header_text, header_texts};
pub(crate) use json::{IonBody, JsonBody};
pub(in crate::http) use passkey::PasskeyBody;
pub(crate) use uploaded_file::UploadedFile;
