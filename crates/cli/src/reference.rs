//! The commands as Markdown, for `docs/reference/commands.md`.

use clap::CommandFactory as _;
use std::fmt::Write as _;

/// The reference of all commands as Markdown.
pub fn reference() -> String {
    let mut command = crate::args::Args::command().term_width(100);
    command.build();
    let mut out = String::from(
        "# Commands\n\n<!-- Written by `cargo run -p tripline-dev -- generate`. -->\n",
    );
    section(&mut out, &mut command);
    for name in names(&command) {
        if let Some(sub) = command.find_subcommand_mut(&name) {
            section(&mut out, sub);
        }
    }
    out
}

fn names(command: &clap::Command) -> Vec<String> {
    let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    shown.map(|sub| sub.get_name().to_owned()).collect()
}

/// The long help in a block of its own: what a person sees is what the reference says.
fn section(out: &mut String, command: &mut clap::Command) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let name = name.to_owned();
    let help = command.render_long_help().to_string();
    // Writing to a `String` cannot fail.
    let _ = write!(out, "\n## {name}\n\n```text\n");
    for line in help.trim_end().lines() {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push_str("```\n");
}
