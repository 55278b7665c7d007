//! Adds a paragraph about the provider's document to the unreleased part of the changelog.

/// The heading of the unreleased part.
const HEADING: &str = "## Unreleased";

/// The changelog with the paragraph as the first one under its heading.
pub(crate) fn with(standing: &str, day: &str, paragraph: &str) -> String {
    let entry = format!("\n- {day}, the provider's document: {}\n", paragraph.trim());
    let line = |heading: &str| {
        standing
            .match_indices(heading)
            .find(|(at, _)| *at == 0 || standing[..*at].ends_with('\n'))
            .map(|(at, _)| {
                standing[at..]
                    .find('\n')
                    .map_or(standing.len(), |end| at + end + 1)
            })
    };
    if let Some(at) = line(HEADING) {
        let (before, after) = standing.split_at(at);
        let line_end = if before.ends_with('\n') { "" } else { "\n" };
        return format!("{before}{line_end}{entry}{after}");
    }
    match line("# ") {
        Some(at) => {
            let (before, after) = standing.split_at(at);
            format!("{before}\n{HEADING}\n{entry}{after}")
        }
        None => format!("# Changelog\n\n{HEADING}\n{entry}{standing}"),
    }
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn a_paragraph_is_added_to_the_unreleased_part() {
        assert_eq!(
            with(
                "# Changelog\n\n## Unreleased\n\n- a\n\n## 0.1.0\n",
                "2026-01-02",
                "It changed."
            ),
            "# Changelog\n\n## Unreleased\n\n- 2026-01-02, the provider's document: It changed.\n\n- a\n\n## 0.1.0\n"
        );
    }

    #[test]
    fn a_changelog_without_the_heading_gets_it() {
        assert_eq!(
            with("# Changes\n\n## 0.1.0\n", "2026-01-02", "x"),
            "# Changes\n\n## Unreleased\n\n- 2026-01-02, the provider's document: x\n\n## 0.1.0\n"
        );
        assert_eq!(
            with("", "2026-01-02", "x"),
            "# Changelog\n\n## Unreleased\n\n- 2026-01-02, the provider's document: x\n"
        );
    }
}
