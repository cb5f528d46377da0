//! `scan`: rows in order against steps that remember.

use super::{Parsed, Parser};
use crate::kusto::ast::{Argument, Scan, ScanStep};
use crate::kusto::lexer::Punct;
use tripline_ir::ScanOutput;

impl Parser<'_> {
    /// `with_match_id=name declare (columns) with (steps)`.
    pub(super) fn scan(&mut self) -> Parsed<Scan> {
        let match_id = if self.at_word("with_match_id") && self.peek(1).is(Punct::Assign) {
            self.at += 2;
            Some(self.ident("a name")?)
        } else {
            None
        };
        let declared = if self.eat_word("declare") {
            self.parameters()?
        } else {
            Vec::new()
        };
        self.expect_word("with")?;
        let open = self.span();
        self.expect(Punct::Open, "`(`")?;
        let mut steps = Vec::new();
        while !self.is(Punct::Close) && !self.at_end() {
            steps.push(self.scan_step()?);
            if !self.eat(Punct::Semicolon) {
                break;
            }
        }
        self.close(Punct::Close, "`;` or `)`", open)?;
        Ok(Scan {
            match_id,
            declared,
            steps,
        })
    }

    fn scan_step(&mut self) -> Parsed<ScanStep> {
        self.expect_word("step")?;
        let name = self.ident("a name")?;
        let output = if self.at_word("output") && self.peek(1).is(Punct::Assign) {
            self.at += 2;
            self.scan_output()?
        } else {
            ScanOutput::All
        };
        self.expect(Punct::Colon, "`:`")?;
        let condition = self.expression()?;
        let columns = if self.eat(Punct::Arrow) {
            self.list(Self::assignment)?
        } else {
            Vec::new()
        };
        Ok(ScanStep {
            name,
            output,
            condition,
            columns,
        })
    }

    /// `name = value`.
    fn assignment(&mut self) -> Parsed<Argument> {
        if self.word().is_none() || !self.peek(1).is(Punct::Assign) {
            return self.expected("`name = value`");
        }
        self.item()
    }

    fn scan_output(&mut self) -> Parsed<ScanOutput> {
        let output = match self.word() {
            Some("all") => ScanOutput::All,
            Some("last") => ScanOutput::Last,
            Some("none") => ScanOutput::None,
            _ => return self.expected("`all`, `last` or `none`"),
        };
        self.advance();
        Ok(output)
    }
}
