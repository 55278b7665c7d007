//! Turns text from outside into one printable line of limited length.

/// The most characters of a line in a finding.
const LONGEST: usize = 300;

/// One line of at most 300 characters. Control and formatting characters appear as escapes.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::new();
    let mut chars = 0;
    for c in text.chars() {
        let shown: String = match c {
            '\n' | '\t' | '\r' => " ".to_owned(),
            c if c.is_control() || is_unseen(c) => format!("\\u{{{:x}}}", u32::from(c)),
            c => c.to_string(),
        };
        chars += shown.chars().count();
        if chars >= LONGEST {
            out.push('…');
            break;
        }
        out.push_str(&shown);
    }
    out
}

/// Characters that change how the rest of a line looks, or that show nothing.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::line;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(line(text), expected);
    }

    #[test]
    fn a_line_is_printable_and_short() {
        check("two\nlines", "two lines");
        check("\u{1b}[31mred", "\\u{1b}[31mred");
        check("a\u{202e}b\u{0}", "a\\u{202e}b\\u{0}");
        assert_eq!(line(&"x".repeat(1_000)).chars().count(), 300);
    }
}
