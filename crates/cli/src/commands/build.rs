//! `tripline build [PATH...]`.

use crate::exit::{Exit, Problem};
use crate::output::{print_error, show};
use crate::pages;
use crate::settings::Settings;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::time::Duration;
use tripline_app::build::{BuildRequest, Progress, build};

/// Builds a catalogue from folders of rules and knowledge bases.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders or files: rules of any vendor, ATT&CK STIX bundles, Atomic Red Team, OSSEM. Without
    /// one, the current folder.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// File to write; without it the one that --catalog names, else the one in the platform's
    /// data folder.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Read every file again, even those that have not changed.
    #[arg(long)]
    from_scratch: bool,
    /// List every diagnostic on standard error.
    #[arg(long)]
    diagnostics: bool,
}

pub(crate) fn run(args: Args, settings: &Settings) -> Result<Exit, Problem> {
    let named = settings.named_catalog().map(PathBuf::from);
    let request = BuildRequest {
        paths: if args.paths.is_empty() {
            vec![PathBuf::from(".")]
        } else {
            args.paths
        },
        output: args.output.or(named),
        from_scratch: args.from_scratch,
    };
    let bar = bar(settings);
    let outcome = build(&request, &|stage| tell(&bar, stage));
    bar.finish_and_clear();
    let answer = outcome?;
    if args.diagnostics {
        print_error(&answer.lines);
    }
    show(settings, &answer, pages::build::page)
}

/// A line on standard error that appears only when the work takes long and somebody watches.
fn bar(settings: &Settings) -> ProgressBar {
    if !settings.progress {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn tell(bar: &ProgressBar, stage: Progress) {
    bar.set_message(match stage {
        Progress::Discover => "listing folders".to_owned(),
        Progress::Read(files) => format!("reading {files} files"),
        Progress::Analyse(rules) => format!("analysing {rules} rules"),
        Progress::Write(rules) => format!("writing {rules} rules"),
        Progress::Done => "done".to_owned(),
    });
}
