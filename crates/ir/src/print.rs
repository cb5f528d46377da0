//! A stable printer.
