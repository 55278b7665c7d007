//! What a run is asked to do, and what it takes from the world around it.

use std::io::Read;

use super::fetch::Limits;
use super::report::Form;

/// What `update-spec` was asked to do.
///
/// ```
/// use xtask::spec::{Form, Options};
///
/// let options = Options { check: true, report: Form::Md, ..Options::default() };
/// assert!(options.from.is_none() && !options.offline);
/// ```
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Where the document comes from: a URL, a file, or - for standard input. Without it, the provider's address.
    #[arg(long, value_name = "URL|FILE|-")]
    pub from: Option<String>,
    /// Write nothing; end with status 4 where there is something to write.
    #[arg(long)]
    pub check: bool,
    /// Open no socket: without --from the document is spec/upstream.json.
    #[arg(long)]
    pub offline: bool,
    /// Take the update in spite of these breaking changes. `all` means all but servers-changed, which has to be named.
    #[arg(long, value_name = "ID,…|all", value_delimiter = ',')]
    pub accept: Vec<String>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t)]
    pub report: Form,
}

/// What a run takes from the world around it.
///
/// ```
/// use xtask::spec::{Limits, World};
///
/// let world = World {
///     today: "2027-01-02".to_owned(),
///     limits: Limits::default(),
///     input: &mut std::io::empty(),
///     step: &mut |_| {},
/// };
/// assert_eq!(world.today, "2027-01-02");
/// ```
pub struct World<'a> {
    /// The day, as YYYY-MM-DD.
    pub today: String,
    /// The bounds of reading.
    pub limits: Limits,
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Called before each change to the disk.
    pub step: &'a mut dyn FnMut(&str),
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("today", &self.today)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
