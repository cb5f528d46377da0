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
    yaml {
        YamlSyntax = "E0105", Error, "the file is not valid YAML",
            "The YAML reader met something that the format does not allow; the message says what, and the second place shows which list or map was open. Reading stops there: documents before it are kept, everything after it is lost.\n\nFrequent causes: a tab used for indentation, a text with `: ` or ` #` in it that has no quotes, an unclosed quote or bracket, a file that was cut off.";
        YamlDuplicateKey = "E0106", Error, "a key stands twice in one map",
            "YAML maps hold each key once. Readers differ in what they do with the second one: some keep the first value, some the last, and the rule silently means something else in each. Tripline keeps the first and reports the second.\n\nIn a Sigma selection, write one key with a list of values, or put one of the two into a selection of its own.";
        YamlTooDeep = "E0107", Error, "the YAML is nested too deeply",
            "Lists and maps may be nested 64 levels deep. No rule needs more; the bound keeps a hostile file from exhausting the stack.";
        YamlTooManyNodes = "E0108", Error, "the YAML has too many nodes",
            "A file may hold one million keys and values. The bound keeps a hostile file from exhausting memory.";
        YamlAliasBomb = "E0109", Error, "aliases repeat too much",
            "`&name` marks a part of a YAML file and `*name` repeats it. Marks inside marks multiply: a few lines can stand for billions of values. Tripline stops after 100,000 repeated values.\n\nWrite the repeated part out, or repeat less of it.";
        YamlMerge = "E0110", Error, "a merge key does not name a map",
            "`<<: *name` copies the entries of another map into this one. Its value must be a map, or a list of maps.";
    }
    queries {
        NestingTooDeep = "E0120", Error, "the query is nested too deeply",
            "Parsers stop at a fixed depth so that no input can exhaust the stack. The span points at the first part that lies too deep.";
        LanguageNotRead = "N0121", Note, "the query's language is not read yet",
            "The rule and its metadata are kept, with the query verbatim. The query itself has no front end yet, so the rule counts as partial in the ledger.";
    }
}
