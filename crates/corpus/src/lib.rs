//! Corpora: folders of detection rules of one vendor.
//!
//! Input: paths. [`discover`] lists them once and says what lies there: [`CorpusSpec`]s, ATT&CK
//! bundles, Atomic Red Team, OSSEM. [`read`] turns a corpus into [`Detection`]s and a [`Ledger`].
//! [`read_path`] and [`read_text`] do the same for one rule of a user's own.
//!
//! Held here: reading never aborts on one bad file (it becomes a [`Failure`] and a diagnostic);
//! the outcome does not depend on the number of threads or on the order in which the file system
//! lists a folder; adding a vendor is one file with a [`VendorReader`] and one line in
//! [`Vendor::reader`].

mod chronicle;
mod class;
mod discover;
mod elastic;
mod git;
mod ids;
mod knowledge;
mod kusto_docs;
mod ledger;
mod licence;
mod load;
mod manifest;
mod near;
mod reader;
mod sentinel;
mod session;
mod sigma;
mod single;
mod spec;
mod splunk;

pub use class::{ClassOverride, overrides};
pub use discover::{Discovery, discover, discover_without};
pub use ids::{IdRegistry, fallback_id};
pub use knowledge::{KnowledgeKind, KnowledgeSpec};
pub use ledger::{Failure, Ledger, LedgerRow, Status};
pub use load::{LoadError, LoadedFile, MAX_FILE_BYTES, decode, hash_file, load};
pub use reader::{FileContext, FileRead, StageClock, VendorReader};
pub use session::{
    CorpusRead, FileOutcome, FileRecord, Known, RuleRecord, read, read_loaded, read_with,
};
pub use single::{Hint, SingleRead, read_path, read_text};
pub use spec::{CorpusSpec, FileEntry, Vendor};
pub use splunk::spl_library;
