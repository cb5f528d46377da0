// Table: every diagnostic code. Entry: name = id, severity, title, page.
// Ids: E01xx files and YAML/TOML, E02xx Sigma, E03xx EQL, E04xx kuery, E05xx Lucene,
// E06xx SPL, E07xx Kusto, E08xx ES|QL, E09xx YARA-L, E10xx ATT&CK, E11xx catalogue,
// E12xx events; W and N take the same hundreds for warnings and notes.
codes! {
    files {
        FileUnreadable = "E0101", Error, "the file cannot be read",
            "The operating system refused to open or read the file. The message gives its reason.\n\nThe file is listed in the ledger as failed and the rest of the build goes on.";
        InvalidUtf8 = "E0102", Error, "the file is not valid UTF-8",
            "Rule files are UTF-8 text. The span points at the first byte that is not.\n\nSave the file as UTF-8. A byte order mark is allowed and ignored.";
        FileTooLarge = "E0103", Error, "the file is too large",
            "A rule file may be at most 4 MiB. Larger files are not rules, or hold something by mistake.";
    }
    queries {
        NestingTooDeep = "E0120", Error, "the query is nested too deeply",
            "Parsers stop at a fixed depth so that no input can exhaust the stack. The span points at the first part that lies too deep.";
        LanguageNotRead = "N0121", Note, "the query's language is not read yet",
            "The rule and its metadata are kept, with the query verbatim. The query itself has no front end yet, so the rule counts as partial in the ledger.";
    }
}
