//! What can still be read of a damaged file. redb refuses a file of which any page is damaged. Here each page is read by itself: one whose
//! checksum is wrong is left out, with the pages that only it leads to.
//!
//! The format: <https://github.com/cberner/redb/blob/master/docs/design.md>

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use xxhash_rust::xxh3::xxh3_128;

/// The beginning of each file of redb.
const MAGIC: &[u8] = b"redb\x1A\x0A\xA9\x0D\x0A";
/// The version of redb's format, in each commit slot.
const VERSION: u8 = 3;
const COMMIT_SLOTS: [usize; 2] = [64, 192];
/// The length of a commit slot without its checksum.
const COMMIT_SLOT_LENGTH: usize = 112;
const LEAF: u8 = 1;
const BRANCH: u8 = 2;

/// What can be read of a file.
#[derive(Debug, Default)]
pub(super) struct Salvage {
    /// The format of the records.
    pub(super) format: Option<u32>,
    /// Keys and values, as they were stored.
    pub(super) records: Vec<(Vec<u8>, Vec<u8>)>,
    /// How many records the file has had.
    pub(super) stored: u64,
}

impl Salvage {
    /// What can be read of a file; `None` if that is nothing.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let file = Pages::of(&bytes)?;
        // The current slot is enough, unless it leads to nothing.
        let current = usize::from(bytes.get(9)? & 1);
        let slots = [COMMIT_SLOTS[current], COMMIT_SLOTS[1 - current]];
        slots.into_iter().find_map(|slot| file.salvage(slot).filter(|found| !found.records.is_empty()))
    }

    /// How many of its records can be read, in all and of each table.
    pub(super) fn summary(&self) -> String {
        let mut tables: BTreeMap<String, usize> = BTreeMap::new();
        for (key, _) in &self.records {
            let table = key.split(|byte| *byte == 0).nth(1).unwrap_or_default();
            *tables.entry(String::from_utf8_lossy(table).into_owned()).or_default() += 1;
        }
        let tables: Vec<_> = tables.into_iter().map(|(table, count)| format!("{table} {count}")).collect();
        format!("{} of {} records ({})", self.records.len(), self.stored, tables.join(", "))
    }
}

/// Whether the lengths in the head of a file of redb fit the length of the file: redb calculates with them unchecked.
pub(super) fn has_fitting_head(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    file.take(COMMIT_SLOTS[0] as u64).read_to_end(&mut head)?;
    // redb says of which kind another file is.
    Ok(!head.starts_with(MAGIC) || length_by(&head).is_some_and(|by_head| by_head <= length))
}

/// The length that a file must have by its head.
fn length_by(head: &[u8]) -> Option<u64> {
    let pages = Pages::of(head)?;
    let (regions, more_pages) = (u64::from(u32_at(head, 24)?), u64::from(u32_at(head, 28)?));
    let more = match more_pages {
        0 => 0,
        more => more.checked_mul(pages.page_length)?.checked_add(pages.region_header_length)?,
    };
    regions.checked_mul(pages.region_length)?.checked_add(more)?.checked_add(pages.page_length)
}

/// A page, and the checksum that it must have.
#[derive(Clone, Copy)]
struct Link {
    number: u64,
    checksum: u128,
}

type Entry<'f> = (&'f [u8], &'f [u8]);

/// The pages of a file.
struct Pages<'f> {
    file: &'f [u8],
    page_length: u64,
    region_header_length: u64,
    region_length: u64,
}

impl<'f> Pages<'f> {
    fn of(file: &'f [u8]) -> Option<Self> {
        if !file.starts_with(MAGIC) {
            return None;
        }
        let page_length = u64::from(u32_at(file, 12)?);
        let (header_pages, data_pages) = (u64::from(u32_at(file, 16)?), u64::from(u32_at(file, 20)?));
        let region_length = (header_pages + data_pages).checked_mul(page_length)?;
        Some(Self { file, page_length, region_header_length: header_pages.checked_mul(page_length)?, region_length })
    }

    fn salvage(&self, slot: usize) -> Option<Salvage> {
        let slot = self.file.get(slot..)?;
        let is_whole = u128_at(slot, COMMIT_SLOT_LENGTH)? == xxh3_128(slot.get(..COMMIT_SLOT_LENGTH)?);
        if !is_whole || slot[0] != VERSION || slot[1] == 0 {
            return None;
        }
        let mut found = Salvage::default();
        for (name, definition) in self.entries(tree_at(slot, 8)?, None) {
            let Some(root) = tree_at(definition, 10).filter(|_| definition[9] != 0) else { continue };
            match name {
                b"records" => {
                    found.stored = u64_at(definition, 1)?;
                    let entries = self.entries(root, None);
                    found.records = entries.into_iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
                }
                b"about" => {
                    let entries = self.entries(root, Some(size_of::<u32>()));
                    let format = entries.into_iter().find(|(key, _)| *key == b"format");
                    found.format = format.and_then(|(_, value)| u32_at(value, 0));
                }
                _ => {}
            }
        }
        Some(found)
    }

    /// The entries of a tree that can be read, in their order.
    fn entries(&self, root: Link, value_length: Option<usize>) -> Vec<Entry<'f>> {
        let (mut entries, mut links, mut known) = (Vec::new(), vec![root], HashSet::new());
        while let Some(link) = links.pop() {
            // Each page of a tree has one parent.
            if !known.insert(link.number) {
                continue;
            }
            let Some(page) = self.page(link.number) else { continue };
            match page[0] {
                LEAF => entries.extend(leaf(page, link.checksum, value_length).into_iter().flatten()),
                BRANCH => links.extend(branch(page, link.checksum).into_iter().flatten().rev()),
                _ => {}
            }
        }
        entries
    }

    /// The page with a number: five bits are the logarithm of its length, twenty its region, and the last twenty its place in the region.
    fn page(&self, number: u64) -> Option<&'f [u8]> {
        const TWENTY_BITS: u64 = 0xF_FFFF;
        let order = number >> 59;
        let (region, index) = ((number >> 20) & TWENTY_BITS, number & (TWENTY_BITS >> order));
        let length = self.page_length.checked_mul(1 << order)?;
        let in_region = self.region_header_length.checked_add(index.checked_mul(length)?)?;
        let start = region.checked_mul(self.region_length)?.checked_add(self.page_length)?.checked_add(in_region)?;
        let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
        self.file.get(start..start.checked_add(length)?).filter(|page| !page.is_empty())
    }
}

/// The entries of a leaf: ends of keys, ends of values, keys, values. `None` if the page is damaged.
fn leaf(page: &[u8], checksum: u128, value_length: Option<usize>) -> Option<Vec<Entry<'_>>> {
    let count = usize::from(u16_at(page, 2)?);
    let value_ends = 4 + 4 * count;
    let mut key_start = value_ends + if value_length.is_none() { 4 * count } else { 0 };
    let mut value_start = usize_at(page, value_ends.checked_sub(4).filter(|_| count > 0)?)?;
    let mut entries = Vec::with_capacity(count);
    for number in 0..count {
        let key_end = usize_at(page, 4 + 4 * number)?;
        let value_end = match value_length {
            Some(length) => value_start + length,
            None => usize_at(page, value_ends + 4 * number)?,
        };
        entries.push((page.get(key_start..key_end)?, page.get(value_start..value_end)?));
        (key_start, value_start) = (key_end, value_end);
    }
    (xxh3_128(page.get(..value_start)?) == checksum).then_some(entries)
}

/// The children of a branch: their checksums, their numbers, ends of keys, keys. `None` if the page is damaged.
fn branch(page: &[u8], checksum: u128) -> Option<Vec<Link>> {
    let keys = usize::from(u16_at(page, 2)?);
    let children = keys + 1;
    let numbers = 8 + 16 * children;
    let last_key_end = numbers + 8 * children + 4 * keys.checked_sub(1)?;
    if xxh3_128(page.get(..usize_at(page, last_key_end)?)?) != checksum {
        return None;
    }
    let child =
        |child| Some(Link { number: u64_at(page, numbers + 8 * child)?, checksum: u128_at(page, 8 + 16 * child)? });
    (0..children).map(child).collect()
}

/// The root of a tree.
fn tree_at(bytes: &[u8], offset: usize) -> Option<Link> {
    Some(Link { number: u64_at(bytes, offset)?, checksum: u128_at(bytes, offset + 8)? })
}

fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..)?.first_chunk().copied()
}

fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    array_at(bytes, offset).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    array_at(bytes, offset).map(u32::from_le_bytes)
}

fn usize_at(bytes: &[u8], offset: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, offset)?).ok()
}

fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    array_at(bytes, offset).map(u64::from_le_bytes)
}

fn u128_at(bytes: &[u8], offset: usize) -> Option<u128> {
    array_at(bytes, offset).map(u128::from_le_bytes)
}
