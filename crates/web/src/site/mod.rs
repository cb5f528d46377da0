//! The static site: every page as a file, with relative links and a search of its own.
//!
//! ```text
//! list.rs    library -> the addresses of all pages, and the file of each
//! (pages/)   address -> page, as the server makes it
//! relink.rs  page -> the same with links to files beside it
//! index.rs   library -> the search index, in files small enough to be loaded one by one
//! folder.rs  files -> the folder: only what changed is written, only what is ours is removed
//! ```
//!
//! Same catalogue, same bytes, whatever the number of threads. The site works at any place of a
//! server and from a disk, and asks nobody else for anything.

mod folder;
mod index;
mod list;
mod relink;

use crate::ask::Ask;
use crate::assets;
use crate::pages;
use crate::respond::Reply;
use crate::stop::Stop;
use folder::Folder;
use list::{Listed, Pages};
use rayon::prelude::*;
use serde::Serialize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use tripline_app::{AppError, Library};

/// What a page of a static site may load: as on the server, but named in the page itself.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

/// What a site holds beside what every site does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SiteOptions {
    /// The pages of tests, for which rules are run over the events of each test.
    pub tests: bool,
}

/// What became of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SiteReport {
    /// Pages.
    pub pages: usize,
    /// Files of the site: pages, assets, search index.
    pub files: usize,
    /// Files that are new or changed.
    pub written: usize,
    /// Files of an earlier site that this one does not have.
    pub removed: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// Pages that could not be made, with the reason; a page that says so stands in their place.
    pub failed: Vec<String>,
}

/// Writes every page of the library into a folder. A folder of an earlier site is brought up to
/// date; files in it that no site wrote are left alone.
///
/// `progress` is called with the pages done and all pages, from several threads.
///
/// # Errors
/// The folder is neither empty nor that of an earlier site, or cannot be written; the catalogue is
/// damaged.
pub fn write(
    library: &Library,
    out: &Path,
    options: SiteOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<SiteReport, AppError> {
    library.expand()?;
    let pages = Pages::of(library, options);
    let index = index::files(library, &pages);
    let mut names: Vec<String> = pages.files().map(str::to_owned).collect();
    names.extend(assets::ASSETS.iter().map(|(name, ..)| asset_file(name)));
    names.extend(index.iter().map(|(name, _)| name.clone()));
    let folder = Folder::open(out, names)?;

    let done = AtomicUsize::new(0);
    let failed: Result<Vec<Option<String>>, AppError> = pages
        .all()
        .par_iter()
        .map(|listed| {
            let (page, failed) = made(library, listed);
            let page = relink::relink(&page, &listed.file, &pages);
            folder.put(&listed.file, page.as_bytes())?;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, pages.all().len());
            Ok(failed.map(|reason| format!("{}: {reason}", listed.target())))
        })
        .collect();
    for (name, _, content) in assets::ASSETS {
        folder.put(&asset_file(name), content)?;
    }
    index
        .par_iter()
        .try_for_each(|(name, content)| folder.put(name, content.as_bytes()))?;
    let mut report = folder.close()?;
    report.pages = pages.all().len();
    report.failed = failed?.into_iter().flatten().collect();
    Ok(report)
}

/// Where an asset stands in the site.
fn asset_file(name: &str) -> String {
    format!("assets/{name}")
}

/// The page, and why it is not the one that was wanted.
fn made(library: &Library, listed: &Listed) -> (String, Option<String>) {
    let reply = Ask::new(library, &listed.path, listed.parts.clone(), &listed.query)
        .map_err(Stop::Error)
        .and_then(|ask| (listed.make)(&ask.for_disk()));
    let reason = match reply {
        Ok(Reply { body, status, .. }) if status.is_success() => {
            return match String::from_utf8(body) {
                Ok(page) => (page, None),
                Err(_) => (String::new(), Some("it is not UTF-8".to_owned())),
            };
        }
        Ok(reply) => format!("it answers {}", reply.status),
        Err(stop) => stop.to_string(),
    };
    (pages::error::on_disk(library, &reason), Some(reason))
}
