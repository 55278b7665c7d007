//! `cargo xtask bench`: runs the benchmarks, compares the figures with their goals, and prints
//! them.

mod build;
mod goals;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use clap::ValueEnum;
use serde_json::{Map, Value};

use build::cargo;
use goals::GOALS;

/// The options of `bench`.
///
/// ```
/// let options = xtask::bench::Options::default();
/// assert!(options.only.is_empty() && options.skip.is_empty());
/// ```
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// How to print the figures.
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
    /// Only these groups of figures.
    #[arg(long, value_enum, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<Group>,
    /// All except these groups of figures.
    #[arg(
        long,
        value_enum,
        value_name = "NAME",
        value_delimiter = ',',
        conflicts_with = "only"
    )]
    pub skip: Vec<Group>,
}

/// How the figures are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// A table for people.
    #[default]
    Text,
    /// One flat JSON object.
    Json,
}

/// Figures that are measured together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// Bytes to a typed list, against serde_json's tokenizer and its `Value`.
    Decode,
    /// The heap at its peak while decoding.
    Heap,
    /// Payout look-up.
    Lookup,
    /// Look-ups in a catalogue whose offers are replaced.
    Catalog,
    /// Unwrapping JSONP.
    Jsonp,
    /// Whole calls over loopback, against a hand-written one.
    Calls,
    /// What the library adds around the bytes of a call.
    Transport,
    /// Slots of the rate limits.
    Slots,
    /// Clean builds of a program with the library and of one without.
    Build,
}

impl Group {
    fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Heap => "heap",
            Self::Lookup => "lookup",
            Self::Catalog => "catalog",
            Self::Jsonp => "jsonp",
            Self::Calls => "calls",
            Self::Transport => "transport",
            Self::Slots => "slots",
            Self::Build => "build",
        }
    }
}

impl Options {
    fn wants(&self, group: Group) -> bool {
        match self.only.as_slice() {
            [] => !self.skip.contains(&group),
            only => only.contains(&group),
        }
    }
}

/// Measures and returns the text to print. A slow figure is a result and not a failure.
///
/// # Errors
///
/// A figure that could not be measured.
pub fn run(options: &Options) -> Result<String, String> {
    let wanted = |group: &Group| options.wants(*group);
    let mut figures = Map::new();
    let timed: Vec<&str> = Group::value_variants()
        .iter()
        .filter(|group| !matches!(group, Group::Heap | Group::Build))
        .filter(|group| wanted(group))
        .map(|group| group.name())
        .collect();
    if !timed.is_empty() {
        figures.append(&mut program("figures", &timed)?);
    }
    if wanted(&Group::Heap) {
        figures.append(&mut program("heap", &[])?);
    }
    if wanted(&Group::Build) {
        figures.append(&mut build::measure(&root())?);
    }
    Ok(match options.output {
        Output::Json => format!("{:#}\n", Value::Object(with_goals(figures))),
        Output::Text => table(&figures),
    })
}

/// The root of the workspace.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Builds and runs one of the benchmark programs, because this tool does not depend on the library.
fn program(bench: &str, arguments: &[&str]) -> Result<Map<String, Value>, String> {
    let output = cargo()
        .current_dir(root())
        .args([
            "bench",
            "--quiet",
            "--package",
            "xtask",
            "--bench",
            bench,
            "--",
        ])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "the bench `{bench}` failed with {}: see above",
            output.status
        ));
    }
    let printed = serde_json::from_slice(&output.stdout);
    printed.map_err(|error| format!("the bench `{bench}` did not print a JSON object: {error}"))
}

/// Adds after each figure with a goal the goal, and whether it is reached.
fn with_goals(figures: Map<String, Value>) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in figures {
        let goal = goals::of(&name);
        let reached = goal
            .zip(value.as_f64())
            .map(|(goal, value)| value <= goal.at_most);
        all.insert(name.clone(), value);
        if let Some(goal) = goal {
            all.insert(format!("{name}_goal"), Value::from(goal.at_most));
            all.insert(format!("{name}_reached"), Value::from(reached));
        }
    }
    all
}

/// Figures with a goal first, in the order of the goals, then the others.
fn table(figures: &Map<String, Value>) -> String {
    let mut text = format!(
        "{:<30} {:>12} {:>10}  reached\n",
        "figure", "measured", "at most"
    );
    for goal in GOALS {
        let Some(value) = figures.get(goal.figure).and_then(Value::as_f64) else {
            continue;
        };
        let reached = if value <= goal.at_most { "yes" } else { "NO" };
        text += &format!(
            "{:<30} {:>12} {:>10}  {reached}\n",
            goal.figure,
            shown(value),
            shown(goal.at_most)
        );
    }
    for (name, value) in figures.iter().filter(|(name, _)| goals::of(name).is_none()) {
        let shown = value.as_f64().map_or_else(|| value.to_string(), shown);
        text += &format!("{name:<30} {shown:>12}\n");
    }
    text
}

fn shown(value: f64) -> String {
    match value {
        whole if whole.fract() == 0.0 => format!("{whole:.0}"),
        small if small.abs() < 0.01 => format!("{small:.6}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{Group, Options, table, with_goals};

    fn figures() -> Map<String, Value> {
        let figures = json!({"lookup_ns": 12.5, "decode_ms": 8.25, "decode_vs_floor": 2.5});
        figures.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_figure_is_followed_by_its_goal_and_whether_it_is_reached() {
        let expected = json!({
            "decode_ms": 8.25,
            "decode_vs_floor": 2.5, "decode_vs_floor_goal": 3.0, "decode_vs_floor_reached": true,
            "lookup_ns": 12.5, "lookup_ns_goal": 10.0, "lookup_ns_reached": false,
        });
        assert_eq!(Value::Object(with_goals(figures())), expected);
    }

    #[test]
    fn the_table_shows_which_goals_are_not_reached() {
        insta::assert_snapshot!(table(&figures()), @r"
        figure                             measured    at most  reached
        decode_vs_floor                        2.50          3  yes
        lookup_ns                             12.50         10  NO
        decode_ms                              8.25
        ");
    }

    #[test]
    fn groups_are_left_out_by_name() {
        let check = |only: &[Group], skip: &[Group], group, wanted| {
            let options = Options {
                only: only.to_vec(),
                skip: skip.to_vec(),
                ..Options::default()
            };
            assert_eq!(options.wants(group), wanted, "{only:?} {skip:?} {group:?}");
        };
        check(&[], &[], Group::Build, true);
        check(&[], &[Group::Build], Group::Build, false);
        check(&[], &[Group::Build], Group::Heap, true);
        check(&[Group::Build], &[], Group::Heap, false);
    }
}
