//! Builds a catalogue and prints how long each stage took: `build_stages PATH... -- OUTPUT`.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::path::PathBuf;
use std::time::Instant;
use tripline_catalog::{BuildOptions, Catalog, build};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let output = paths.pop().ok_or("an output path is needed")?;
    let report = build(&BuildOptions::new(&paths, &output))?;
    println!("{:#?}", report.timings);
    println!(
        "files {} kept {} rules {} bytes {} unchanged {} diagnostics {} failures {}",
        report.files,
        report.kept,
        report.rules,
        report.bytes,
        report.unchanged,
        report.diagnostics.len(),
        report.ledger.failures.len(),
    );
    for row in &report.ledger.rows {
        println!("{row:?}");
    }
    for failure in report.ledger.failures.iter().take(10) {
        println!("{failure:?}");
    }
    let start = Instant::now();
    let catalog = Catalog::open(&output)?;
    println!("open {:?}, {} facts", start.elapsed(), catalog.facts.len());
    let start = Instant::now();
    let hits = catalog.search("lsass dump", 5)?;
    println!("search {:?}: {:#?}", start.elapsed(), hits);
    Ok(())
}
