//! An open catalogue, ready to be asked.

use crate::AppError;
use crate::locate::Place;
use std::sync::{Arc, OnceLock};
use tripline_analysis::{Index, Lookups};
use tripline_catalog::{Catalog, CatalogError};
use tripline_schema::{Schema, Scheme};

/// An open catalogue, ready to be asked. A copy shares the catalogue.
#[derive(Debug, Clone)]
pub struct Library {
    shared: Arc<Shared>,
    names: Scheme,
}

/// What every copy of a library reads.
#[derive(Debug)]
struct Shared {
    catalog: Catalog,
    lookups: OnceLock<Lookups>,
    starter: bool,
}

impl Library {
    /// Opens the catalogue at a place.
    ///
    /// # Errors
    /// It is not there, or is no catalogue of this version.
    pub fn open(place: &Place) -> Result<Self, AppError> {
        let catalog = match place {
            Place::Named(path) | Place::Default(path) => Catalog::open(path),
            Place::Starter => Catalog::starter(),
        };
        Ok(Self {
            shared: Arc::new(Shared {
                catalog: catalog.map_err(|error| failure(&error))?,
                lookups: OnceLock::new(),
                starter: *place == Place::Starter,
            }),
            names: Scheme::Sigma,
        })
    }

    /// Shows fields under the names of this scheme.
    ///
    /// # Errors
    /// There is no such scheme.
    pub fn with_names(mut self, scheme: &str) -> Result<Self, AppError> {
        let mut all = Scheme::ALL.into_iter();
        let found = all.find(|known| known.name().eq_ignore_ascii_case(scheme));
        self.names = found.ok_or_else(|| {
            AppError::request(format!("`{scheme}` is not a naming scheme"))
                .hint(format!("known schemes: {}", Self::schemes().join(", ")))
        })?;
        Ok(self)
    }

    /// The naming scheme whose field names are shown.
    pub fn names(&self) -> &'static str {
        self.names.name()
    }

    /// The names of the naming schemes.
    pub fn schemes() -> Vec<&'static str> {
        Scheme::ALL.into_iter().map(Scheme::name).collect()
    }

    /// Whether it is the starter catalogue inside the program.
    pub fn is_starter(&self) -> bool {
        self.shared.starter
    }

    /// Makes ready for reading every rule many times, which takes some memory.
    ///
    /// # Errors
    /// The catalogue is damaged.
    pub fn expand(&self) -> Result<(), AppError> {
        self.catalog().expand().map_err(|error| failure(&error))
    }

    /// The catalogue.
    pub fn catalog(&self) -> &Catalog {
        &self.shared.catalog
    }

    /// The look-ups that answers share.
    pub(crate) fn index(&self) -> Index<'_> {
        self.index_with(self.names)
    }

    /// The same with the field names of a scheme.
    pub(crate) fn index_with(&self, names: Scheme) -> Index<'_> {
        let schema = Schema::builtin();
        let shared = &*self.shared;
        let make = || Lookups::new(&shared.catalog, schema);
        let lookups = shared.lookups.get_or_init(make);
        Index::new(&shared.catalog, lookups, schema, names)
    }
}

/// What a catalogue says, as an operation's error.
pub(crate) fn failure(error: &CatalogError) -> AppError {
    let failed = AppError::failure(error.to_string());
    match &error.diagnostic().hint {
        Some(hint) => failed.hint(hint.as_str()),
        None => failed,
    }
}
