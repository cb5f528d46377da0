//! The only place that writes to standard output and standard error.

use crate::args::Format;
use crate::exit::{Exit, Problem};
use crate::layout::{Page, markdown, text};
use crate::settings::Settings;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{self, Write as _};

/// Shows an answer in the format that was asked for: `page` is only made for people.
pub(crate) fn show<T: Serialize>(
    settings: &Settings,
    answer: &T,
    page: impl FnOnce(&T) -> Page,
) -> Result<Exit, Problem> {
    match settings.format {
        Format::Text => print(&text::write(&page(answer), settings.width, settings.colour)),
        Format::Markdown => print(&markdown::write(&page(answer))),
        Format::Json => json(answer),
        other => Err(unsupported(other)),
    }?;
    Ok(Exit::Success)
}

/// The refusal of a format that a command does not have.
pub(crate) fn unsupported(format: Format) -> Problem {
    let message = format!("this command has no format `{}`", format.name());
    Problem::new(Exit::Usage, message).hint("every answer has text, json and markdown")
}

/// Writes an answer as JSON.
pub(crate) fn json<T: Serialize>(answer: &T) -> Result<(), Problem> {
    let text = serde_json::to_string_pretty(answer)
        .map_err(|error| Problem::new(Exit::Failure, format!("no JSON can be made: {error}")))?;
    print(&format!("{text}\n"))
}

/// Writes to standard output. A reader that went away, as `head` does, is no problem.
pub(crate) fn print(text: &str) -> Result<(), Problem> {
    let mut stdout = anstream::AutoStream::always(io::stdout().lock());
    let outcome = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = format!("standard output cannot be written: {error}");
            Err(Problem::new(Exit::Failure, message))
        }
        _ => Ok(()),
    }
}

/// Writes lines beside the answer, on standard error.
pub(crate) fn print_error(text: &str) {
    // Nobody is left to be told when standard error is gone.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Says something beside the answer, on standard error.
pub(crate) fn notice(settings: &Settings, text: &str) {
    say(settings, AnsiColor::Cyan, "note", text, &[]);
}

/// Says what is wrong, on standard error, and how the run ends for it.
pub(crate) fn problem(problem: &Problem, settings: &Settings) -> Exit {
    let text = problem.to_string();
    say(settings, AnsiColor::Red, "error", &text, &problem.hints);
    problem.exit
}

fn say(settings: &Settings, colour: AnsiColor, word: &str, text: &str, hints: &[String]) {
    let style = if settings.error_colour {
        Style::new().fg_color(Some(colour.into())).bold()
    } else {
        Style::new()
    };
    let mut out = format!("{style}{word}{style:#}: {text}\n");
    for hint in hints {
        out.push_str("  hint: ");
        out.push_str(hint);
        out.push('\n');
    }
    let mut stderr = anstream::AutoStream::always(io::stderr().lock());
    // Nobody is left to be told when standard error is gone.
    drop(stderr.write_all(out.as_bytes()));
}

/// Shows clap's help, version or complaint.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    // A broken pipe here is no problem either.
    drop(error.print());
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Success
    }
}
