//! Commands of tests read into a small tree with places.
//!
//! Three languages ([`cmd`], [`powershell`], [`unix`]) share one form: a list of [`Command`]s, each
//! with its words, redirections and place in the text. Readers are bounded ([`MAX_TEXT`],
//! [`MAX_COMMANDS`], [`MAX_DEPTH`]), never panic, and name what they do not understand
//! ([`Script::unknown`]) instead of guessing: a value that only a run would tell is marked
//! ([`Word::known`]).

pub(crate) mod cmd;
pub(crate) mod powershell;
pub(crate) mod unix;

/// Longest text that is read, in bytes; the rest is named as unknown.
pub(crate) const MAX_TEXT: usize = 64 * 1024;
/// Most commands of one text.
pub(crate) const MAX_COMMANDS: usize = 400;
/// Deepest nesting of commands in commands.
pub(crate) const MAX_DEPTH: usize = 8;

/// Bytes of the text: first, and one past the last.
pub(crate) type Place = (usize, usize);

/// What a text says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Script {
    /// Its commands in order of the text; those inside others come before them.
    pub(crate) commands: Vec<Command>,
    /// What was not understood, with its place.
    pub(crate) unknown: Vec<(Place, &'static str)>,
}

/// A program or built-in with its arguments, or a call of a method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Command {
    /// What is run, then the arguments.
    pub(crate) words: Vec<Word>,
    /// Redirections.
    pub(crate) redirects: Vec<Redirect>,
    /// Where it stands, redirections included.
    pub(crate) place: Place,
    /// Its output goes into the next command.
    pub(crate) piped: bool,
    /// It reads the output of the command before.
    pub(crate) reads_pipe: bool,
    /// It is a call of a method: the first word is the method's name, and the words after it the
    /// arguments.
    pub(crate) method: bool,
}

/// A word of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its value: quotes removed, known variables replaced.
    pub(crate) text: String,
    /// As the started program sees it in a command line: with quotes, known variables replaced.
    pub(crate) raw: String,
    /// Whether the value is what a run would give. False when it holds a variable or the output
    /// of a command that the text does not tell.
    pub(crate) known: bool,
    /// Whether any of it was quoted.
    pub(crate) quoted: bool,
    /// Where it stands.
    pub(crate) place: Place,
}

/// A redirection to or from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redirect {
    /// The file.
    pub(crate) target: Word,
    /// The command writes it; else it reads it.
    pub(crate) writes: bool,
}

impl Word {
    /// Adds the next element of a list.
    fn join(&mut self, next: &Self) {
        for (own, more) in [(&mut self.text, &next.text), (&mut self.raw, &next.raw)] {
            own.push(' ');
            own.push_str(more);
        }
        self.known &= next.known;
        self.place.1 = next.place.1;
    }
}

impl Command {
    /// What is run, as written.
    pub(crate) fn name(&self) -> &str {
        self.words.first().map_or("", |word| word.text.as_str())
    }

    /// The values of the arguments.
    pub(crate) fn args(&self) -> Vec<&str> {
        let rest = self.words.iter().skip(1);
        rest.map(|word| word.text.as_str()).collect()
    }

    /// The command line that a started program sees.
    pub(crate) fn line(&self) -> String {
        let raw: Vec<&str> = self.words.iter().map(|word| word.raw.as_str()).collect();
        raw.join(" ")
    }
}

impl Script {
    /// Adds a command unless there are too many.
    pub(crate) fn push(&mut self, command: Command) {
        if self.commands.len() < MAX_COMMANDS {
            self.commands.push(command);
        } else if self.commands.len() == MAX_COMMANDS {
            self.unknown.push((command.place, "too many commands"));
        }
    }

    /// Takes over what a text inside this one says; the text begins at `offset`.
    pub(crate) fn absorb(&mut self, inner: Self, offset: usize) {
        let moved = |place: Place| (place.0 + offset, place.1 + offset);
        for mut command in inner.commands {
            command.place = moved(command.place);
            for word in &mut command.words {
                word.place = moved(word.place);
            }
            for redirect in &mut command.redirects {
                redirect.target.place = moved(redirect.target.place);
            }
            self.push(command);
        }
        let unknown = inner.unknown.into_iter();
        self.unknown
            .extend(unknown.map(|(place, why)| (moved(place), why)));
    }
}

/// The part of a text that is read.
pub(crate) fn bounded<'t>(text: &'t str, script: &mut Script) -> &'t str {
    if text.len() <= MAX_TEXT {
        return text;
    }
    let mut end = MAX_TEXT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    script
        .unknown
        .push(((end, text.len()), "the text is too long"));
    &text[..end]
}
