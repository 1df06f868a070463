//! One file as the rules see it: the paths it names and the texts it quotes, each with its line.

/// A file, taken apart.
pub(crate) struct Source {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    /// How many lines it has.
    pub(crate) lines: usize,
    /// The text without comments and without what is between quotes; lines are kept.
    pub(crate) code: String,
    /// Every path with at least two segments that the product part names, groups (`a::{b, c}`) spelt out.
    pub(crate) paths: Vec<(usize, Vec<String>)>,
    /// Every string literal of the product part.
    pub(crate) texts: Vec<(usize, String)>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let (code, mut texts) = take_apart(text);
        let tests = first_line_of_tests(&code);
        let product: String = code.lines().take(tests).flat_map(|line| [line, "\n"]).collect();
        texts.retain(|(line, _)| *line <= tests);
        let paths = paths(&product)
            .into_iter()
            .map(|(line, segments)| (line, from_the_crate(path, segments)))
            .collect();
        Self { path: path.to_owned(), lines: text.lines().count(), code, paths, texts }
    }

    /// The crate's folder (`crates/domain`, `migrations`) and the path below its `src`.
    pub(crate) fn place(&self) -> Option<(&str, &str)> {
        self.path.split_once("/src/")
    }

    /// The folder below `src`, for a file in one.
    pub(crate) fn folder(&self) -> Option<&str> {
        self.place()?.1.split_once('/').map(|(folder, _)| folder)
    }

    pub(crate) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the whole file is compiled for tests only.
    pub(crate) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests" | "testing" | "benches"))
            || matches!(self.file_name(), "tests.rs" | "testing.rs")
    }
}

/// Lines before `#[cfg(test)] mod … {`, which stands last in a file.
fn first_line_of_tests(code: &str) -> usize {
    let lines: Vec<_> = code.lines().map(str::trim).collect();
    lines
        .windows(2)
        .position(|two| {
            two[0] == "#[cfg(test)]" && two[1].contains("mod ") && two[1].ends_with('{')
        })
        .unwrap_or(lines.len())
}

/// The code with comments and quotations blanked out, and the quotations.
fn take_apart(text: &str) -> (String, Vec<(usize, String)>) {
    let mut code = String::with_capacity(text.len());
    let mut texts = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let previous = code.chars().next_back().unwrap_or(' ');
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            end_of_comment(rest)
        } else if let Some((before, after)) = quotation(rest, previous) {
            let end = rest.len() - after.len();
            texts.push((
                line,
                rest[before..end].trim_end_matches('#').trim_end_matches('"').to_owned(),
            ));
            end
        } else if first == '\'' {
            end_of_char(rest)
        } else {
            code.push(first);
            line += usize::from(first == '\n');
            rest = &rest[first.len_utf8()..];
            continue;
        };
        line += rest[..length].matches('\n').count();
        code.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[length..];
    }
    (code, texts)
}

fn end_of_comment(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// Where a string literal's text begins, and what follows the literal.
fn quotation(text: &str, previous: char) -> Option<(usize, &str)> {
    if let Some(raw) =
        text.strip_prefix('r').filter(|_| !is_word(previous) || "bc".contains(previous))
    {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inside = raw[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", &raw[..hashes]);
        let end = inside.find(&close).map_or(inside.len(), |at| at + close.len());
        return Some((hashes + 2, &inside[end..]));
    }
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !escaped => return Some((1, &inside[at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    Some((1, ""))
}

/// `'x'` and `'\n'` to their end; of a lifetime only the quote.
fn end_of_char(text: &str) -> usize {
    let mut inside = text.char_indices().skip(1);
    match inside.next() {
        Some((_, '\\')) => text[3..].find('\'').map_or(text.len(), |at| at + 4),
        Some(_) => match inside.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every path of two or more segments, with its line.
fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(at) = rest.find(is_word) {
        line += rest[..at].matches('\n').count();
        let mut leaves = Vec::new();
        let after = tree(&rest[at..], &[], &mut leaves);
        found.extend(leaves.into_iter().filter(|path| path.len() > 1).map(|path| (line, path)));
        line += rest[at..rest.len() - after.len()].matches('\n').count();
        rest = after;
    }
    found
}

/// Reads `a::b::{c, d::e}` into its leaves and gives back what follows. The text begins with a word.
fn tree<'a>(text: &'a str, before: &[String], leaves: &mut Vec<Vec<String>>) -> &'a str {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let mut path = before.to_vec();
    path.push(text[..end].to_owned());
    let Some(after) = text[end..].trim_start().strip_prefix("::") else {
        leaves.push(path);
        return &text[end..];
    };
    let after = after.trim_start();
    if let Some(mut group) = after.strip_prefix('{') {
        loop {
            group = group.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == '*');
            if !group.starts_with(is_word) {
                return group.strip_prefix('}').unwrap_or(group);
            }
            group = tree(group, &path, leaves);
        }
    }
    if after.starts_with(is_word) {
        return tree(after, &path, leaves);
    }
    leaves.push(path); // `a::*`, `a::<T>`
    after
}

/// `super::…` as `crate::…`, seen from the module that the file is.
fn from_the_crate(file: &str, segments: Vec<String>) -> Vec<String> {
    let ups = segments.iter().take_while(|segment| *segment == "super").count();
    let Some((_, below)) = file.split_once("/src/").filter(|_| ups > 0) else {
        return segments;
    };
    let mut module: Vec<&str> = below.trim_end_matches(".rs").split('/').collect();
    if module.last() == Some(&"mod") {
        module.pop();
    }
    let Some(kept) = module.len().checked_sub(ups) else {
        return segments;
    };
    std::iter::once("crate".to_owned())
        .chain(module[..kept].iter().map(|part| (*part).to_owned()))
        .chain(segments[ups..].iter().cloned())
        .collect()
}
