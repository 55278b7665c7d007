//! The options of a run, and what a run needs from outside.

use std::io::Read;

use super::fetch::Limits;
use super::outcome::Problem;
use super::report::Form;
use super::write::Planned;

/// The options of `update-spec`.
///
/// ```
/// use xtask::spec::{Form, Options};
///
/// let options = Options { check: true, report: Form::Md, ..Options::default() };
/// assert!(options.from.is_none() && !options.offline);
/// ```
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// The source of the document: a URL, a file, or - for standard input [default: the provider's
    /// address].
    #[arg(long, value_name = "URL|FILE|-")]
    pub from: Option<String>,
    /// Write nothing; exit with status 4 if there is something to write.
    #[arg(long)]
    pub check: bool,
    /// Open no socket; without --from the document is spec/upstream.json.
    #[arg(long)]
    pub offline: bool,
    /// Apply the update in spite of these breaking changes. `all` means all except servers-changed,
    /// which has to be named.
    #[arg(long, value_name = "ID,…|all", value_delimiter = ',')]
    pub accept: Vec<String>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t)]
    pub report: Form,
}

/// Makes the generated sources for the text of an effective document. Returns nothing where they
/// are already there.
pub type Generate<'a> = dyn Fn(&str) -> Result<Vec<Planned>, Problem> + 'a;

/// What a run needs from outside: date, limits, standard input, the generator.
///
/// ```
/// use xtask::spec::{Limits, World};
///
/// let world = World {
///     today: "2027-01-02".to_owned(),
///     limits: Limits::default(),
///     input: &mut std::io::empty(),
///     step: &mut |_| {},
///     generate: &|_| Ok(Vec::new()),
/// };
/// assert_eq!(world.today, "2027-01-02");
/// ```
pub struct World<'a> {
    /// The day, as YYYY-MM-DD.
    pub today: String,
    /// The limits of reading.
    pub limits: Limits,
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Called before each change to the disk.
    pub step: &'a mut dyn FnMut(&str),
    /// Makes the generated sources that are written with the document.
    pub generate: &'a Generate<'a>,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("today", &self.today)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
