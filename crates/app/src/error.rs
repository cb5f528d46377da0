//! Why an operation could not answer.

use std::fmt;

/// Why an operation could not answer. The message is one line in the voice of diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppError {
    /// The request itself makes no sense.
    Request {
        /// What is wrong.
        message: String,
        /// What to do about it.
        hints: Vec<String>,
    },
    /// What was asked for does not exist.
    NotFound {
        /// What was sought.
        message: String,
        /// What was perhaps meant, the nearest first.
        hints: Vec<String>,
    },
    /// A rule that should run could not be read.
    Rule {
        /// What is wrong.
        message: String,
        /// What to do about it.
        hints: Vec<String>,
    },
    /// A file could not be read or written, or is not what it should be.
    Failure {
        /// What is wrong.
        message: String,
        /// What to do about it.
        hints: Vec<String>,
    },
}

impl AppError {
    /// A request that makes no sense.
    pub fn request(message: impl Into<String>) -> Self {
        Self::Request {
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// Something that does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::NotFound {
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// A rule that could not be read.
    pub fn rule(message: impl Into<String>) -> Self {
        Self::Rule {
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// A file that could not be read or written.
    pub fn failure(message: impl Into<String>) -> Self {
        Self::Failure {
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// Adds what to do about it, or what was perhaps meant.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        let (Self::Request { hints, .. }
        | Self::NotFound { hints, .. }
        | Self::Rule { hints, .. }
        | Self::Failure { hints, .. }) = &mut self;
        hints.push(hint.into());
        self
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        let (Self::Request { message, .. }
        | Self::NotFound { message, .. }
        | Self::Rule { message, .. }
        | Self::Failure { message, .. }) = self;
        message
    }

    /// What to do about it, one line each.
    pub fn hints(&self) -> &[String] {
        let (Self::Request { hints, .. }
        | Self::NotFound { hints, .. }
        | Self::Rule { hints, .. }
        | Self::Failure { hints, .. }) = self;
        hints
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for AppError {}
