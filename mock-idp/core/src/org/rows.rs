//! The rows by which an org differs from the one that it was started with. A store keeps them, so that changes made at run time
//! survive a restart and reach other servers of the org.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::{OrgIdentity, Settings};
use super::problem::{Problem, Problems};
use super::servers::Servers;
use super::snapshot::Org;
use super::table::{ID, Record, Row, Table};
use super::tables::{OrgSettings, Tables};
use super::touched::Touched;
use super::validate;
use crate::model::ApiToken;

/// A row as it is stored.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredRow {
    created: i64,
    last_updated: i64,
    /// Rows that the document does not have are restored in this order.
    order: u64,
    object: Value,
}

/// What has to be stored after a change of an org.
#[derive(Clone, Debug, PartialEq)]
pub enum RowChange {
    Put(StoredRow),
    /// The row of the document is gone.
    Remove,
    /// The row is as in the document again, or in neither: nothing needs to be stored for it.
    Forget,
}

/// The key of the row of what there is once per org.
const SETTINGS: &str = "settings/org";

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SettingsRow {
    org: OrgIdentity,
    settings: Settings,
    api_tokens: Vec<ApiToken>,
}

/// Passes the list of the tables to a macro.
macro_rules! with_all_tables {
    ($macro:ident) => {
        $macro!(groups users apps assignments servers scopes claims policies rules session_policies trusted_origins directory)
    };
}

impl Org {
    /// What has to be stored so that this org is restored from `seed`, where `before` has been stored: keys, and what happens to them.
    ///
    /// # Errors
    /// A row cannot be written as JSON.
    pub fn row_changes(&self, before: &Self, seed: &Self) -> Result<Vec<(String, RowChange)>, serde_json::Error> {
        let mut changes = Vec::new();
        let (now, before, seed) = (&self.tables, &before.tables, &seed.tables);
        if !Arc::ptr_eq(&now.settings, &before.settings) {
            let change = match Arc::ptr_eq(&now.settings, &seed.settings) {
                true => RowChange::Forget,
                false => RowChange::Put(now.settings.stored()?),
            };
            changes.push((SETTINGS.to_owned(), change));
        }
        macro_rules! compare_all {
            ($($table:ident)*) => {
                $(compare(stringify!($table), &now.$table, &before.$table, &seed.$table, &mut changes)?;)*
            };
        }
        with_all_tables!(compare_all);
        Ok(changes)
    }

    /// This org with stored rows; a key without a row is that of a row which was removed.
    ///
    /// # Errors
    /// A row is of no table or cannot be read, or the rows do not fit this org.
    pub fn with_rows(&self, mut rows: Vec<(String, Option<StoredRow>)>) -> Result<Self, Problems> {
        rows.sort_by_key(|(_, row)| row.as_ref().map_or(0, |row| row.order));
        let mut tables = self.tables.clone();
        for (key, row) in rows {
            tables
                .restore(&key, row)
                .map_err(|message| Problems(vec![Problem::at("", format!("{key}: {message}"))]))?;
        }
        let problems = validate::everything(&tables);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let servers = Arc::new(Servers::new(&tables));
        Ok(Self::of(tables, servers))
    }
}

impl Org {
    /// This org, which was made of `seed` and stored rows, with the rows that have been stored since. `None` if it has to be made of all rows
    /// again: for changes that are rare, or that other rows depend on.
    ///
    /// # Errors
    /// A row cannot be read, or the rows do not fit this org.
    pub fn with_changed_rows(
        &self,
        seed: &Self,
        mut changes: Vec<(String, RowChange)>,
    ) -> Result<Option<Self>, Problems> {
        let order = |change: &RowChange| if let RowChange::Put(row) = change { row.order } else { 0 };
        changes.sort_by_key(|(_, change)| order(change));
        let (mut tables, mut touched) = (self.tables.clone(), Touched::default());
        for (key, change) in changes {
            let Some((name, id)) = key.split_once('/') else { return Ok(None) };
            macro_rules! change_in_its_table {
                ($($table:ident)*) => {
                    match name {
                        $(stringify!($table) => {
                            change_in(&mut tables.$table, &seed.tables.$table, id, change).map(|changed| {
                                changed.map(|slot| touched.$table.extend(slot))
                            })
                        })*
                        _ => Ok(None),
                    }
                };
            }
            // Nothing is prepared for decisions from the rows of these tables.
            let changed = change_in_its_table!(users apps assignments trusted_origins directory);
            match changed.map_err(|message| Problems(vec![Problem::at("", format!("{key}: {message}"))]))? {
                Some(()) => {}
                None => return Ok(None),
            }
        }
        let problems = validate::touched(&tables, &touched);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        tables.compact();
        Ok(Some(Self::of(tables, Arc::clone(&self.servers))))
    }
}

/// Makes a change of a row; the slot of the row, if there still is one. `None`: the row is that of the document again, whose place among
/// the others is not known.
fn change_in<T: Record + DeserializeOwned>(
    table: &mut Table<T>,
    seed: &Table<T>,
    id: &str,
    change: RowChange,
) -> Result<Option<Option<u32>>, String> {
    match change {
        RowChange::Put(StoredRow { created, last_updated, order, object }) => {
            Ok(Some(Some(table.put_ordered(id, Row::new(read(object)?, created, last_updated), order))))
        }
        RowChange::Forget if seed.contains(id) => Ok(None),
        RowChange::Remove | RowChange::Forget => {
            if let Some(slot) = table.slot(id) {
                table.remove(slot);
            }
            Ok(Some(None))
        }
    }
}

impl Tables {
    fn restore(&mut self, key: &str, row: Option<StoredRow>) -> Result<(), String> {
        if let (SETTINGS, Some(row)) = (key, &row) {
            let SettingsRow { mut org, settings, api_tokens } = read(row.object.clone())?;
            // The name by which requests address the org is that of the document.
            org.subdomain.clone_from(&self.identity().subdomain);
            self.settings = Arc::new(OrgSettings { identity: org, settings, api_tokens });
            return Ok(());
        }
        let (name, id) = key.split_once('/').ok_or("the key names no table")?;
        macro_rules! restore_in_its_table {
            ($($table:ident)*) => {
                match name {
                    $(stringify!($table) => restore_in(&mut self.$table, id, row),)*
                    _ => Err("there is no such table".to_owned()),
                }
            };
        }
        with_all_tables!(restore_in_its_table)
    }
}

impl OrgSettings {
    fn stored(&self) -> Result<StoredRow, serde_json::Error> {
        let Self { identity, settings, api_tokens } = self.clone();
        let object = serde_json::to_value(SettingsRow { org: identity, settings, api_tokens })?;
        Ok(StoredRow { created: 0, last_updated: 0, order: 0, object })
    }
}

fn compare<T: Record + Serialize>(
    name: &str,
    now: &Table<T>,
    before: &Table<T>,
    seed: &Table<T>,
    changes: &mut Vec<(String, RowChange)>,
) -> Result<(), serde_json::Error> {
    for row in now.rows_not_shared(before) {
        let id = id_of(&***row);
        if before.get(&id).is_some_and(|old| Arc::ptr_eq(old, row)) {
            continue;
        }
        let change = match seed.get(&id) {
            Some(known) if Arc::ptr_eq(known, row) => RowChange::Forget,
            _ => RowChange::Put(StoredRow {
                created: row.times.created,
                last_updated: row.times.last_updated,
                order: row.order,
                object: serde_json::to_value(&***row)?,
            }),
        };
        changes.push((format!("{name}/{id}"), change));
    }
    for old in before.rows_not_shared(now) {
        let id = id_of(&***old);
        if !now.contains(&id) {
            let change = if seed.contains(&id) { RowChange::Remove } else { RowChange::Forget };
            changes.push((format!("{name}/{id}"), change));
        }
    }
    Ok(())
}

fn restore_in<T: Record + DeserializeOwned>(
    table: &mut Table<T>,
    id: &str,
    row: Option<StoredRow>,
) -> Result<(), String> {
    if let Some(StoredRow { created, last_updated, order, object }) = row {
        table.put_ordered(id, Row::new(read(object)?, created, last_updated), order);
    } else if let Some(slot) = table.slot(id) {
        table.remove(slot);
    }
    Ok(())
}

fn read<T: DeserializeOwned>(object: Value) -> Result<T, String> {
    serde_json::from_value(object).map_err(|error| error.to_string())
}

pub(super) fn id_of<T: Record>(object: &T) -> String {
    let mut id = String::new();
    T::INDEXES[ID](object, &mut |key| key.clone_into(&mut id));
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DirectoryKind, User};
    use crate::org::{Document, Draft};

    fn seed() -> Org {
        Org::parse(include_str!("../../../../fixtures/orgs/market.yaml")).unwrap()
    }

    fn changed(org: &Org, change: impl FnOnce(&mut Draft)) -> Org {
        let mut draft = Draft::new(org, 1_800_000_000);
        change(&mut draft);
        draft.finish().unwrap()
    }

    /// The rows that a store has after these changes.
    fn stored(changes: Vec<(String, RowChange)>) -> Vec<(String, Option<StoredRow>)> {
        let row = |change| match change {
            RowChange::Put(row) => {
                let json = serde_json::to_string(&row).unwrap();
                Some(Some(serde_json::from_str(&json).unwrap()))
            }
            RowChange::Remove => Some(None),
            RowChange::Forget => None,
        };
        changes.into_iter().filter_map(|(key, change)| Some((key, row(change)?))).collect()
    }

    fn user(draft: &Draft, login: &str) -> User {
        let mut user = draft.users().next().unwrap().clone();
        user.id = String::new();
        login.clone_into(&mut user.profile.login);
        user
    }

    #[test]
    fn stored_rows_restore_every_kind_of_change() {
        let seed = seed();
        let current = changed(&seed, |draft| {
            for login in ["z@example.test", "a@example.test", "m@example.test"] {
                draft.put_user(user(draft, login));
            }
            let removed = draft.users().nth(1).unwrap().id.clone();
            draft.forget_user(&removed);
            let client = draft.clients().next().unwrap().client_id().to_owned();
            draft.change_client(&client, |app| {
                app.label = "Renamed".to_owned();
                Some(())
            });
            draft.trust_origin("https://spa.example.test");
            let mut settings = draft.settings().clone();
            settings.any_loopback_port.push(client);
            draft.put_settings(settings);
        });
        let rows = stored(current.row_changes(&seed, &seed).unwrap());
        let restored = seed.with_rows(rows.into_iter().rev().collect()).unwrap();
        assert_eq!(restored.to_document(), current.to_document(), "the same objects in the same order");
        let added = current.user_by_login("a@example.test").unwrap();
        assert_eq!(restored.times(&added.id).unwrap().created, 1_800_000_000);
    }

    #[test]
    fn every_row_of_an_org_is_restored_as_it_was() {
        let market = seed();
        let document = Document { org: market.identity().clone(), ..serde_json::from_str("{}").unwrap() };
        let empty = Org::from_document(document).unwrap();
        let rows = stored(market.row_changes(&empty, &empty).unwrap());
        assert_eq!(empty.with_rows(rows).unwrap().to_document(), market.to_document());
    }

    #[test]
    fn a_change_stores_only_what_it_touched() {
        let seed = seed();
        let first = changed(&seed, |draft| draft.put_user(user(draft, "a@example.test")));
        let second = changed(&first, |draft| draft.put_user(user(draft, "b@example.test")));
        let changes = second.row_changes(&first, &seed).unwrap();
        let added = second.user_by_login("b@example.test").unwrap();
        assert_eq!(changes.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), [format!("users/{}", added.id)]);
    }

    #[test]
    fn changed_rows_are_followed_as_if_all_rows_were_restored() {
        let seed = seed();
        let login = |login: &'static str| move |draft: &mut Draft| draft.put_user(user(draft, login));
        let first = changed(&changed(&seed, login("b@example.test")), login("a@example.test"));
        let second = changed(&first, |draft| {
            login("c@example.test")(draft);
            let [added, known] = ["a@example.test", "buyer@example.test"].map(|login| id_by_login(draft, login));
            draft.forget_user(&added);
            draft.change_user(&known, |user| {
                user.profile.first_name = "Renamed".to_owned();
                Some(())
            });
            draft.trust_origin("https://spa.example.test");
        });
        let changes = second.row_changes(&first, &seed).unwrap();
        assert_eq!(changes.len(), 4, "{changes:?}");
        let followed = first.with_changed_rows(&seed, changes).unwrap().unwrap();
        assert_eq!(followed.to_document(), second.to_document(), "the same objects in the same order");
        let all = seed.with_rows(stored(second.row_changes(&seed, &seed).unwrap())).unwrap();
        assert_eq!(followed.to_document(), all.to_document());

        let renamed = changed(&second, |draft| {
            let mut settings = draft.settings().clone();
            settings.seed = Some(7);
            draft.put_settings(settings);
        });
        let changes = renamed.row_changes(&second, &seed).unwrap();
        assert!(second.with_changed_rows(&seed, changes).unwrap().is_none(), "settings are made of all rows");
        let twice = vec![(
            "users/00utwice".to_owned(),
            RowChange::Put(StoredRow {
                created: 0,
                last_updated: 0,
                order: 1_000,
                object: serde_json::to_value(User {
                    id: "00utwice".to_owned(),
                    ..seed.users().next().unwrap().clone()
                })
                .unwrap(),
            }),
        )];
        assert!(second.with_changed_rows(&seed, twice).is_err(), "two users have one login");
    }

    fn id_by_login(draft: &Draft, login: &str) -> String {
        draft.users().find(|user| user.profile.login == login).unwrap().id.clone()
    }

    #[test]
    fn a_row_that_is_removed_again_is_forgotten() {
        let seed = seed();
        let added = changed(&seed, |draft| draft.put_user(user(draft, "a@example.test")));
        let id = added.user_by_login("a@example.test").unwrap().id.clone();
        let removed = changed(&added, |draft| draft.forget_user(&id));
        assert_eq!(removed.row_changes(&added, &seed).unwrap(), [(format!("users/{id}"), RowChange::Forget)]);
        assert_eq!(seed.row_changes(&seed, &seed).unwrap(), []);
    }

    #[test]
    fn rows_that_do_not_fit_the_org_are_refused_with_their_key() {
        let row = StoredRow { created: 0, last_updated: 0, order: 1, object: serde_json::json!({"id": 7}) };
        for (key, message) in [("users/00u", "users/00u: "), ("tables/1", "there is no such table"), ("x", "no table")]
        {
            let error = seed().with_rows(vec![(key.to_owned(), Some(row.clone()))]).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
        }
        assert!(seed().objects(DirectoryKind::NetworkZone).count() > 0);
    }
}
