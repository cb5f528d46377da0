//! Which catalogue an operation reads.
//!
//! The first that applies: the file that was named (on the command line or in
//! `$TRIPLINE_CATALOG`), the file in the platform's data folder, the starter catalogue inside the
//! program.

use etcetera::BaseStrategy;
use std::path::{Path, PathBuf};

/// Name of the environment variable that names a catalogue.
pub const VARIABLE: &str = "TRIPLINE_CATALOG";

/// Where a catalogue lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In this file, which was named: it must exist.
    Named(PathBuf),
    /// In this file, which does exist, in the platform's data folder.
    Default(PathBuf),
    /// Inside the program.
    Starter,
}

/// The catalogue to read. An empty name counts as none.
pub fn locate(named: Option<&Path>) -> Place {
    choose(named, default_path())
}

fn choose(named: Option<&Path>, default: Option<PathBuf>) -> Place {
    if let Some(path) = named.filter(|path| !path.as_os_str().is_empty()) {
        return Place::Named(path.to_owned());
    }
    match default.filter(|path| path.is_file()) {
        Some(path) => Place::Default(path),
        None => Place::Starter,
    }
}

/// The catalogue's file in the platform's data folder; `None` when there is no home folder.
pub fn default_path() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.data_dir().join("tripline").join("catalog.db"))
}

#[cfg(test)]
mod tests {
    use super::{Place, choose};
    use std::path::{Path, PathBuf};

    #[test]
    fn a_named_file_comes_first() {
        let here = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        let named = choose(Some(Path::new("x.db")), Some(here.clone()));
        assert_eq!(named, Place::Named("x.db".into()));
        assert_eq!(
            choose(None, Some(here.clone())),
            Place::Default(here.clone())
        );
        assert_eq!(
            choose(Some(Path::new("")), Some(here.clone())),
            Place::Default(here)
        );
    }

    #[test]
    fn without_a_file_it_is_the_starter() {
        assert_eq!(choose(None, Some("no/such/file".into())), Place::Starter);
        assert_eq!(choose(None, None), Place::Starter);
    }
}
