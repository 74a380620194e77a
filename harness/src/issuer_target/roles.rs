//! Roles: scenarios name the clients and accounts of the market org; a target file may give its own ones these roles.

use std::collections::BTreeMap;

use super::client::{Account, AuthMethod, Client};
use super::file::TargetFile;
use super::market::{ACCOUNT_ROLES, BUYER, CLIENT_ROLES, NATIVE, REPORTS, SECOND, SERVICE, SPA, WEB};
use super::name::{AccountName, ClientName};
use crate::nearest::did_you_mean;

/// Who has which role. A client or account with the name of a role has it without being listed here.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    clients: BTreeMap<ClientName, ClientName>,
    accounts: BTreeMap<AccountName, AccountName>,
}

impl Roles {
    /// The roles that the file states. Clients and accounts without one get the first free role that fits.
    ///
    /// # Errors
    /// A role that does not exist, or that two have.
    pub(super) fn of(
        file: &TargetFile,
        clients: &BTreeMap<ClientName, Client>,
        accounts: &BTreeMap<AccountName, Account>,
    ) -> Result<Self, String> {
        let mut roles = Self::default();
        for (name, stated) in file.clients.iter().filter_map(|(name, client)| Some((*name, client.role?))) {
            let known = CLIENT_ROLES.map(ClientName::word);
            checked("clients", name.word(), stated.word(), &known)?;
            if file.clients.contains_key(&stated) || roles.clients.insert(stated, name).is_some() {
                return Err(format!("clients.{name}: another client has the role {stated}"));
            }
        }
        for (name, stated) in file.accounts.iter().filter_map(|(name, account)| Some((*name, account.role?))) {
            let known = ACCOUNT_ROLES.map(AccountName::word);
            checked("accounts", name.word(), stated.word(), &known)?;
            if file.accounts.contains_key(&stated) || roles.accounts.insert(stated, name).is_some() {
                return Err(format!("accounts.{name}: another account has the role {stated}"));
            }
        }
        for client in clients.values() {
            let has_role = CLIENT_ROLES.contains(&client.name) || roles.clients.values().any(|own| *own == client.name);
            let free = |role: &&ClientName| !file.clients.contains_key(role) && !roles.clients.contains_key(role);
            if !has_role && let Some(role) = fitting(client).iter().find(free) {
                roles.clients.insert(*role, client.name);
            }
        }
        // Other accounts of the market have a state or a profile that cannot be seen from outside.
        let first = accounts
            .keys()
            .find(|name| !ACCOUNT_ROLES.contains(name) && !roles.accounts.values().any(|own| own == *name));
        if let Some(first) = first.filter(|_| !file.accounts.contains_key(&BUYER)) {
            roles.accounts.entry(BUYER).or_insert(*first);
        }
        Ok(roles)
    }

    /// The client with that role.
    pub(super) fn client(&self, role: ClientName) -> ClientName {
        self.clients.get(&role).copied().unwrap_or(role)
    }

    /// The account with that role.
    pub(super) fn account(&self, role: AccountName) -> AccountName {
        self.accounts.get(&role).copied().unwrap_or(role)
    }

    /// One line for each role.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let clients = self.clients.iter().map(|(role, own)| format!("the client {own} has the role {role}"));
        let accounts = self.accounts.iter().map(|(role, own)| format!("the account {own} has the role {role}"));
        clients.chain(accounts).collect()
    }
}

fn checked(table: &str, name: &str, role: &str, known: &[&'static str]) -> Result<(), String> {
    if known.contains(&role) {
        return Ok(());
    }
    let suggestion = did_you_mean(role, known.iter().copied());
    Err(format!("{table}.{name}: no role {role:?}{suggestion}; the roles are {}", known.join(", ")))
}

/// The roles that fit a client.
fn fitting(client: &Client) -> &'static [ClientName] {
    let signs_in = client.scopes.iter().any(|scope| scope == "openid")
        && client.lacks_grant_type("authorization_code").is_none()
        && client.lacks_response_type("code").is_none();
    match (signs_in, client.secret.is_some(), client.auth) {
        (true, true, _) => &[WEB, SECOND],
        (true, false, AuthMethod::None) => &[SPA, NATIVE],
        (false, true, _) => &[SERVICE, REPORTS],
        (_, false, _) => &[],
    }
}
