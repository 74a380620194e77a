//! A table of rows with indexes. A clone shares its rows and copies little, so that a changed table is built beside the old one.

use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::sync::Arc;

use hashbrown::HashTable;

/// How many rows are copied as pointers when one of them changes.
const CHUNK: usize = 128;

/// When an object was created and last changed: seconds since the epoch, by the org's clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Times {
    pub created: i64,
    pub last_updated: i64,
}

/// An object of an org.
#[derive(Debug)]
pub(super) struct Row<T> {
    pub(super) times: Times,
    /// The place among the rows of its table: larger than those of the rows that were there when it was added.
    pub(super) order: u64,
    object: T,
}

impl<T> Row<T> {
    pub(super) fn new(object: T, created: i64, last_updated: i64) -> Self {
        Self { times: Times { created, last_updated }, order: 0, object }
    }
}

impl<T> Deref for Row<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

/// What a table can hold. Every index is named by its position in [`Record::INDEXES`]; the first one is the id.
pub(super) trait Record: Sized + 'static {
    const INDEXES: &'static [KeysOf<Self>];
}

/// Calls back with each key under which an index lists an object.
pub(super) type KeysOf<T> = fn(&T, &mut dyn FnMut(&str));

/// The position of the id among the indexes.
pub(super) const ID: usize = 0;

/// A slot under the hash of a key. The key itself is read from the row.
#[derive(Clone, Copy, Debug)]
struct IndexEntry {
    hash: u32,
    slot: u32,
}

type Chunk<T> = Arc<Vec<Option<Arc<Row<T>>>>>;

/// Rows in the order in which they were added. A removed row leaves an empty slot; slots are numbered from 0.
#[derive(Debug)]
pub(super) struct Table<T> {
    chunks: Arc<Vec<Chunk<T>>>,
    indexes: Vec<Arc<HashTable<IndexEntry>>>,
    hasher: RandomState,
    slots: u32,
    rows: u32,
    /// The order of the next row that is added.
    next_order: u64,
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self {
            chunks: Arc::clone(&self.chunks),
            indexes: self.indexes.clone(),
            hasher: self.hasher.clone(),
            slots: self.slots,
            rows: self.rows,
            next_order: self.next_order,
        }
    }
}

impl<T: Record> Default for Table<T> {
    fn default() -> Self {
        Self {
            chunks: Arc::default(),
            indexes: T::INDEXES.iter().map(|_| Arc::default()).collect(),
            hasher: RandomState::new(),
            slots: 0,
            rows: 0,
            next_order: 1,
        }
    }
}

impl<T: Record> Table<T> {
    pub(super) fn len(&self) -> usize {
        self.rows as usize
    }

    /// The rows in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Row<T>>> + Clone {
        self.chunks.iter().flat_map(|chunk| chunk.iter().flatten())
    }

    /// The rows in order, with their slots.
    pub(super) fn slots(&self) -> impl Iterator<Item = (u32, &Arc<Row<T>>)> {
        (0..self.slots).filter_map(|slot| Some((slot, self.at(slot)?)))
    }

    /// Visits the slots whose rows are not shared with the table that this is a change of.
    pub(super) fn differing<'a>(
        &'a self,
        before: &'a Self,
        mut visit: impl FnMut(Option<&'a Row<T>>, Option<&'a Row<T>>),
    ) {
        for index in 0..self.chunks.len().max(before.chunks.len()) {
            let (old, new) = (before.chunks.get(index), self.chunks.get(index));
            if let (Some(old), Some(new)) = (old, new)
                && Arc::ptr_eq(old, new)
            {
                continue;
            }
            for place in 0..CHUNK {
                let row = |chunk: Option<&'a Chunk<T>>| chunk?.get(place)?.as_ref();
                match (row(old), row(new)) {
                    (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {}
                    (old, new) => visit(old.map(|row| &**row), new.map(|row| &**row)),
                }
            }
        }
    }

    pub(super) fn at(&self, slot: u32) -> Option<&Arc<Row<T>>> {
        let slot = slot as usize;
        self.chunks.get(slot / CHUNK)?.get(slot % CHUNK)?.as_ref()
    }

    /// The number of rows before a slot.
    pub(super) fn position(&self, slot: u32) -> usize {
        if self.slots == self.rows {
            return slot as usize;
        }
        (0..slot).filter(|slot| self.at(*slot).is_some()).count()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Arc<Row<T>>> {
        self.first(ID, id)
    }

    pub(super) fn slot(&self, id: &str) -> Option<u32> {
        self.matches(ID, id).min()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.matches(ID, id).next().is_some()
    }

    /// The first row under a key.
    pub(super) fn first(&self, index: usize, key: &str) -> Option<&Arc<Row<T>>> {
        self.at(self.matches(index, key).min()?)
    }

    /// The only row under a key.
    pub(super) fn only(&self, index: usize, key: &str) -> Option<&Arc<Row<T>>> {
        let mut found = self.matches(index, key);
        match (found.next(), found.next()) {
            (Some(slot), None) => self.at(slot),
            _ => None,
        }
    }

    /// The slots under a key, in order.
    pub(super) fn find(&self, index: usize, key: &str) -> Vec<u32> {
        let mut found: Vec<u32> = self.matches(index, key).collect();
        found.sort_unstable();
        found
    }

    /// The rows under a key, in order.
    pub(super) fn rows<'a>(&'a self, index: usize, key: &str) -> impl Iterator<Item = &'a Arc<Row<T>>> + use<'a, T> {
        self.find(index, key).into_iter().filter_map(|slot| self.at(slot))
    }

    /// The slots under a key, in no order.
    pub(super) fn matches<'a>(&'a self, index: usize, key: &'a str) -> impl Iterator<Item = u32> + 'a {
        let hash = self.hash(key);
        let listed = self.indexes[index].iter_hash(spread(hash)).filter(move |entry| entry.hash == hash);
        listed.map(|entry| entry.slot).filter(move |slot| {
            let mut same = false;
            if let Some(row) = self.at(*slot) {
                T::INDEXES[index](row, &mut |known| same |= known == key);
            }
            same
        })
    }

    /// Adds a row behind the others, even if its id is taken; its slot.
    pub(super) fn push(&mut self, mut row: Row<T>) -> u32 {
        row.order = self.next_order;
        self.append(Arc::new(row))
    }

    /// Puts a row in the place of the one with its id, or behind the others; its slot.
    pub(super) fn put(&mut self, id: &str, row: Row<T>) -> u32 {
        let order = self.get(id).map_or(self.next_order, |known| known.order);
        self.put_ordered(id, row, order)
    }

    /// The same, for a row that had its place in a table before.
    pub(super) fn put_ordered(&mut self, id: &str, mut row: Row<T>, order: u64) -> u32 {
        row.order = order;
        self.put_shared(id, Arc::new(row))
    }

    /// The rows of the parts that another table does not share.
    pub(super) fn rows_not_shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Arc<Row<T>>> {
        let chunks = self.chunks.iter().enumerate();
        let own =
            chunks.filter(|(index, chunk)| !other.chunks.get(*index).is_some_and(|known| Arc::ptr_eq(known, chunk)));
        own.flat_map(|(_, chunk)| chunk.iter().flatten())
    }

    /// The same, for a row of another table.
    pub(super) fn put_shared(&mut self, id: &str, row: Arc<Row<T>>) -> u32 {
        let Some(slot) = self.slot(id) else { return self.append(row) };
        if let Some(old) = self.exchange(slot, Some(Arc::clone(&row))) {
            self.unlist(slot, &old);
        }
        self.list(slot, &row);
        slot
    }

    pub(super) fn remove(&mut self, slot: u32) -> Option<Arc<Row<T>>> {
        let old = self.exchange(slot, None)?;
        self.unlist(slot, &old);
        self.rows -= 1;
        Some(old)
    }

    /// Closes the gaps that removed rows left, if they are many. The slots change.
    pub(super) fn compact(&mut self) {
        if self.slots as usize <= 2 * self.rows as usize + CHUNK {
            return;
        }
        let mut dense = Self { hasher: self.hasher.clone(), next_order: self.next_order, ..Self::default() };
        for row in self.iter() {
            dense.append(Arc::clone(row));
        }
        *self = dense;
    }

    fn append(&mut self, row: Arc<Row<T>>) -> u32 {
        let slot = self.slots;
        let chunks = Arc::make_mut(&mut self.chunks);
        if (slot as usize).is_multiple_of(CHUNK) {
            chunks.push(Arc::default());
        }
        if let Some(chunk) = chunks.last_mut() {
            Arc::make_mut(chunk).push(Some(Arc::clone(&row)));
        }
        self.slots += 1;
        self.rows += 1;
        self.next_order = self.next_order.max(row.order + 1);
        self.list(slot, &row);
        slot
    }

    fn exchange(&mut self, slot: u32, row: Option<Arc<Row<T>>>) -> Option<Arc<Row<T>>> {
        let slot = slot as usize;
        let chunk = Arc::make_mut(&mut self.chunks).get_mut(slot / CHUNK)?;
        let place = Arc::make_mut(chunk).get_mut(slot % CHUNK)?;
        std::mem::replace(place, row)
    }

    fn list(&mut self, slot: u32, row: &T) {
        for (index, keys) in T::INDEXES.iter().enumerate() {
            keys(row, &mut |key| {
                let hash = self.hash(key);
                let entries = Arc::make_mut(&mut self.indexes[index]);
                entries.insert_unique(spread(hash), IndexEntry { hash, slot }, |entry| spread(entry.hash));
            });
        }
    }

    fn unlist(&mut self, slot: u32, row: &T) {
        for (index, keys) in T::INDEXES.iter().enumerate() {
            keys(row, &mut |key| {
                let hash = self.hash(key);
                let entries = Arc::make_mut(&mut self.indexes[index]);
                let found = entries.find_entry(spread(hash), |known| known.slot == slot && known.hash == hash);
                if let Ok(entry) = found {
                    entry.remove();
                }
            });
        }
    }

    fn hash(&self, key: &str) -> u32 {
        let hash = self.hasher.hash_one(key);
        (hash ^ (hash >> 32)) as u32
    }
}

/// The hash table wants 64 bits, of which both ends vary.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
