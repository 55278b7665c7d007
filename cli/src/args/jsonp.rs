//! The commands of `jsonp`.

use clap::Subcommand;
use cpalead::jsonp::Callback;

#[derive(Debug, Subcommand)]
pub(crate) enum JsonpCommand {
    /// Wrap JSON in a call that is safe to serve as a script
    #[command(after_help = "Example: echo '[1]' | cpalead jsonp wrap --callback shop.show")]
    Wrap {
        /// Name of the function to call
        #[arg(long, value_name = "NAME")]
        callback: Callback,
    },
    /// Unwrap the JSON from a call; plain JSON passes through unchanged
    #[command(after_help = "Example: echo 'cb([1]);' | cpalead jsonp unwrap --callback cb")]
    Unwrap {
        /// Name of the function that must be called [default: any]
        #[arg(long, value_name = "NAME")]
        callback: Option<Callback>,
    },
}
