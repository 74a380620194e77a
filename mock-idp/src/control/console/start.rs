//! The start page: what this mock has, and where.

use axum::response::Response;
use mock_idp_core::model::App;
use mock_idp_core::org::CompiledServer;

use super::response::{frame, page};
use crate::address::Address;
use crate::faults::Fault;
use crate::pages::view::{ClientRow, ConsoleView, IssuerRow, StartView};
use crate::routing::At;

pub(in crate::control) async fn start(At(address): At) -> Response {
    let org = address.org.org();
    let custom = org.authorization_servers().filter_map(|server| org.server(server.path_name()));
    let servers = custom.chain([org.org_server()]);
    let clock = address.org.clock.state();
    page(&ConsoleView::Start(Box::new(StartView {
        frame: frame(&address),
        issuers: servers.map(|server| issuer(&address, server)).collect(),
        users: org.picker_users().to_vec(),
        clients: org.clients().map(client).collect(),
        behavior: org.behavior().to_string(),
        clock: match (clock.frozen, clock.offset) {
            (true, _) => format!("stopped at {}", clock.now),
            (false, 0) => format!("real time, {}", clock.now),
            (false, seconds) => format!("{}, {seconds} seconds from the real time", clock.now),
        },
        faults: address.org.faults.list().iter().map(fault).collect(),
        picker: org.settings().sign_in_page.picker,
    })))
}

fn issuer(address: &Address, server: &CompiledServer) -> IssuerRow {
    let issuer = address.urls().issuer(server);
    let path = issuer.strip_prefix(&*address.issuer_base).unwrap_or_default().to_owned();
    IssuerRow {
        name: if server.is_org() { "org authorization server".to_owned() } else { server.name.clone() },
        discovery: format!("{}{path}/.well-known/openid-configuration", address.path_prefix),
        issuer,
    }
}

fn client(app: &App) -> ClientRow {
    let oauth = app.oauth();
    ClientRow {
        label: app.label.clone(),
        client_id: app.client_id().to_owned(),
        grants: oauth.grant_types.iter().map(|grant| grant.name()).collect(),
        redirect_uris: oauth.redirect_uris.clone(),
    }
}

fn fault(fault: &Fault) -> String {
    let times = fault.times.map(|times| format!(", {times} times more")).unwrap_or_default();
    let client = fault.client_id.as_ref().map(|id| format!(", for {id}")).unwrap_or_default();
    let path = fault.path.as_ref().map(|path| format!(", below {path}")).unwrap_or_default();
    format!("{}{times}{client}{path}", fault.kind.name())
}
