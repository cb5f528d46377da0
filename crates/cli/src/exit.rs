//! How a run ends: the exit codes, once.

use std::fmt;
use std::process::ExitCode;

/// The exit codes. Scripts may rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The question was answered.
    Success,
    /// A checked or evaluated rule has errors.
    Findings,
    /// The command line cannot be understood.
    Usage,
    /// A file could not be read or written, or is not what it should be.
    Failure,
    /// What was asked for is not in the catalogue.
    NotFound,
}

impl Exit {
    /// Every code, in order.
    pub(crate) const ALL: [Self; 5] = [
        Self::Success,
        Self::Findings,
        Self::Usage,
        Self::Failure,
        Self::NotFound,
    ];

    /// The number given to the shell.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Failure => 3,
            Self::NotFound => 4,
        }
    }

    /// What it means, for help and manual.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Success => "the question was answered",
            Self::Findings => "a checked or evaluated rule has errors",
            Self::Usage => "the command line cannot be understood",
            Self::Failure => "a file cannot be read or written, or is not what it should be",
            Self::NotFound => "what was asked for is not in the catalogue",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// Why a command could not answer, and how the run ends for it.
#[derive(Debug)]
pub(crate) struct Problem {
    /// How the run ends.
    pub(crate) exit: Exit,
    /// What is wrong, in one line.
    pub(crate) message: String,
    /// What to do about it, one line each.
    pub(crate) hints: Vec<String>,
}

impl Problem {
    /// A problem without a hint.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
