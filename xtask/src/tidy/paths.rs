//! Reads off a Rust file which paths it names: in its imports, and in its code.

use super::pieces::{Kind, Piece};

/// A path as it is written in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// The line on which its last part is.
    pub(super) line: usize,
    /// Its parts: `crate`, `values`, `text`.
    pub(super) parts: Vec<&'a str>,
    /// The modules within the file in which it is written.
    pub(super) within: Vec<&'a str>,
    /// The name that an import gives it.
    pub(super) alias: Option<&'a str>,
}

/// What a file names, and which files it declares as tests.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths<'a> {
    pub(super) named: Vec<Named<'a>>,
    pub(super) test_modules: Vec<&'a str>,
}

/// The paths of a file without those of its tests.
pub(super) fn paths<'a>(pieces: &[Piece<'a>]) -> Paths<'a> {
    let code = pieces.iter().filter(|piece| piece.kind == Kind::Code);
    let tokens: Vec<Token<'a>> = code.flat_map(tokens).collect();
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        depth: 0,
        open: Vec::new(),
        found: Paths::default(),
    };
    reader.read();
    reader.found
}

/// A word, `::` or another character, with its line.
type Token<'a> = (usize, &'a str);

fn tokens<'a>(piece: &Piece<'a>) -> impl Iterator<Item = Token<'a>> + use<'a> {
    let line = piece.line;
    let mut rest = piece.text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let length = if part(first) {
            rest.find(|c| !part(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        Some((line, token))
    })
}

struct Reader<'a, 't> {
    tokens: &'t [Token<'a>],
    at: usize,
    depth: usize,
    /// The modules that are open, with the depth of their braces.
    open: Vec<(&'a str, usize)>,
    found: Paths<'a>,
}

impl<'a> Reader<'a, '_> {
    fn read(&mut self) {
        while self.at < self.tokens.len() {
            match self.token(0) {
                "#" if self.ahead(&["#", "[", "cfg", "(", "test", ")", "]"]) => {
                    self.at += 7;
                    self.skip_item();
                }
                "use" if self.token(1) != "<" => {
                    self.at += 1;
                    self.tree(&mut Vec::new());
                }
                "mod" if self.token(2) == "{" => {
                    self.depth += 1;
                    self.open.push((self.token(1), self.depth));
                    self.at += 3;
                }
                "{" => {
                    self.depth += 1;
                    self.at += 1;
                }
                "}" => {
                    self.open.retain(|(_, depth)| *depth < self.depth);
                    self.depth = self.depth.saturating_sub(1);
                    self.at += 1;
                }
                // The path in `pub(in crate::a)` is that of a parent, which sees the item.
                "in" if self.at > 0 && self.tokens[self.at - 1].1 == "(" => {
                    self.at += 1;
                    self.parts();
                }
                first if is_word(first) => {
                    let parts = self.parts();
                    if parts.len() > 1 {
                        self.push(parts, None);
                    }
                }
                "::" => {
                    // `::name` is a package, and what follows `>::` belongs to a type.
                    self.at += 1;
                    self.parts();
                }
                _ => self.at += 1,
            }
        }
    }

    /// The words from here on that `::` joins.
    fn parts(&mut self) -> Vec<&'a str> {
        let mut parts = Vec::new();
        while is_word(self.token(0)) {
            parts.push(self.token(0));
            self.at += 1;
            if self.token(0) != "::" || !is_word(self.token(1)) {
                break;
            }
            self.at += 1;
        }
        parts
    }

    /// An import, with all that its braces hold.
    fn tree(&mut self, path: &mut Vec<&'a str>) {
        let outer = path.len();
        let mut alias = None;
        let mut is_group = false;
        loop {
            match self.token(0) {
                "" | ";" | "," | "}" => break,
                "{" => {
                    is_group = true;
                    while !matches!(self.token(0), "" | "}" | ";") {
                        self.at += 1;
                        if self.token(0) != "}" {
                            self.tree(path);
                        }
                    }
                    self.at += 1;
                }
                "as" => {
                    alias = Some(self.token(1));
                    self.at += 2;
                }
                // A package: no file of this one is named so.
                "::" if path.is_empty() => {
                    path.push("::");
                    self.at += 1;
                }
                "::" | "*" => self.at += 1,
                word => {
                    path.push(word);
                    self.at += 1;
                }
            }
        }
        if !is_group {
            self.push(path.clone(), alias);
        }
        path.truncate(outer);
    }

    fn push(&mut self, mut parts: Vec<&'a str>, alias: Option<&'a str>) {
        // `use a::b::{self, c}` names `a::b`.
        if parts.len() > 1 && parts.last() == Some(&"self") {
            parts.pop();
        }
        let last = self.at.saturating_sub(1).min(self.tokens.len() - 1);
        self.found.named.push(Named {
            line: self.tokens[last].0,
            parts,
            within: self.open.iter().map(|(name, _)| *name).collect(),
            alias,
        });
    }

    /// Passes over an item that only tests have.
    fn skip_item(&mut self) {
        let mut depth = 0;
        loop {
            match self.token(0) {
                "" => return,
                "mod" if self.token(2) == ";" => self.found.test_modules.push(self.token(1)),
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            let ends = matches!(self.token(0), ";" | "}") && depth == 0;
            self.at += 1;
            if ends {
                return;
            }
        }
    }

    fn ahead(&self, expected: &[&str]) -> bool {
        (0..)
            .zip(expected)
            .all(|(by, token)| self.token(by) == *token)
    }

    /// The token so many places ahead, or nothing at the end.
    fn token(&self, by: usize) -> &'a str {
        self.tokens.get(self.at + by).map_or("", |(_, token)| token)
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}
