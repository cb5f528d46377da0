//! Renderers of diagnostics: one file per format.
