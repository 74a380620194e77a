//! Pages on which users decide about devices and back-channel requests.

use super::clients::consent;
use super::frame;
use crate::pages::view::{
    ActivationStep, ActivationView, BackchannelItem, BackchannelView, ConsentView, PageView, ShownDecision,
};

pub(crate) fn activation(step: ActivationStep) -> PageView {
    PageView::Activation(ActivationView { frame: frame(), step })
}

pub(crate) fn device_code(refused: Option<&str>) -> PageView {
    let user_code = if refused.is_some() { "BCDFGHJK" } else { "" }.to_owned();
    let action = "/activate".to_owned();
    activation(ActivationStep::Code { action, user_code, refused: refused.map(str::to_owned) })
}

pub(crate) fn device_confirm() -> PageView {
    let ConsentView { scopes, client_label, user_login, state_handle, .. } = consent();
    let (action, user_code) = ("/signin/consent".to_owned(), "BCDFGHJK".to_owned());
    activation(ActivationStep::Confirm { action, state_handle, client_label, user_login, user_code, scopes })
}

pub(crate) fn device_done(allowed: bool) -> PageView {
    activation(ActivationStep::Done { client_label: "Market TV".to_owned(), allowed })
}

pub(crate) fn backchannel(waiting: bool, decided: Option<ShownDecision>) -> PageView {
    let request = BackchannelItem {
        id: "xYz".to_owned(),
        client_label: "Market kiosk".to_owned(),
        user_login: "buyer@example.test".to_owned(),
        numbers: Vec::new(),
        binding_message: Some("W4SCT".to_owned()),
        scopes: vec!["openid".to_owned(), "products:read".to_owned()],
        ends_in: 297,
    };
    let second =
        BackchannelItem { id: "zYx".to_owned(), binding_message: None, numbers: vec![17, 42, 90], ..request.clone() };
    let requests = if waiting { vec![request, second] } else { Vec::new() };
    PageView::Backchannel(BackchannelView {
        frame: frame(),
        action: "/signin/backchannel".to_owned(),
        decided,
        requests,
    })
}
