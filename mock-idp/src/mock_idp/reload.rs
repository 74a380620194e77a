//! Changed org files: read again while the mock runs.

use std::path::PathBuf;

use super::MockIdp;
use super::checked_org::CheckedOrg;
use crate::start_error::StartError;

impl MockIdp {
    /// The files that the orgs came from.
    #[must_use]
    pub fn org_files(&self) -> Vec<PathBuf> {
        self.sources.lock().iter().filter_map(|source| Some(source.file()?.to_path_buf())).collect()
    }

    /// Reads the org files again, and replaces the orgs whose files have changed; these orgs. Sessions, tokens and everything else
    /// that sign-ins have left behind stays, and so do clients that were registered since the start and other changes; where
    /// the file now has something else than before for the same object, the file wins.
    ///
    /// # Errors
    /// A file cannot be read, or its document is not valid. No org is changed then.
    pub fn reload(&self) -> Result<Vec<CheckedOrg>, StartError> {
        let mut sources = self.sources.lock();
        let mut changed = Vec::new();
        for (index, instance) in self.orgs.loaded().enumerate() {
            let Some(source) = sources.get(index).map(|source| source.read_again()).transpose()?.flatten() else {
                continue;
            };
            let org = self.builder.org(&source)?;
            let subdomain = &org.identity().subdomain;
            if *subdomain != instance.name {
                return Err(StartError::Setting(format!(
                    "{}: the subdomain of an org cannot change from {:?} to {subdomain:?} while it is served; start the mock again",
                    source.origin(),
                    instance.name
                )));
            }
            changed.push((index, instance, source, org));
        }
        let mut replaced = Vec::new();
        for (index, instance, source, org) in changed {
            let warnings = source.warnings(&org);
            instance.replace_document(org).map_err(|problems| StartError::OrgDocument {
                origin: format!("{}, with the changes that were made at run time,", source.origin()),
                problems: problems.lines(source.origin()) + "\nPOST /_mock/reset removes those changes",
            })?;
            sources[index] = source;
            instance.set_document_warnings(warnings);
            replaced.push(CheckedOrg::of(instance));
        }
        Ok(replaced)
    }
}
