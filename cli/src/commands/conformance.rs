//! `cpalead conformance`: judges a target, and what is done with recordings and reports.

mod client;
mod diff;
mod list;
pub(crate) mod run;
mod show;
pub(crate) mod target;

use crate::args::{AskArgs, ConformanceArgs, ConformanceCommand, Global, TargetName};
use crate::failure::Failure;

use self::run::Order;
use self::show::Show;

pub(crate) async fn run(args: ConformanceArgs, global: &Global) -> Result<(), Failure> {
    let ConformanceArgs {
        command,
        target,
        record,
        list,
        ask,
        show,
    } = args;
    let (order, show) = match command {
        None if list => return list::run(&ask, &show, global),
        None => {
            let Some(target) = target else {
                return Err(Failure::usage("--target is missing"));
            };
            (
                Order {
                    target,
                    record,
                    ask,
                },
                show,
            )
        }
        Some(ConformanceCommand::Record {
            folder,
            target,
            ask,
            show,
        }) => {
            let record = Some(folder);
            (
                Order {
                    target,
                    record,
                    ask,
                },
                show,
            )
        }
        Some(ConformanceCommand::Replay {
            folder,
            prefixes,
            show,
        }) => {
            let ask = AskArgs {
                prefixes,
                ..AskArgs::default()
            };
            let (target, record) = (TargetName::Replay(folder), None);
            (
                Order {
                    target,
                    record,
                    ask,
                },
                show,
            )
        }
        Some(ConformanceCommand::Client { client, show }) => {
            let is_run = !client.command.is_empty();
            let mut show = Show::prepare(show, global.output, is_run)?;
            return show.write(&client::judge(client, global).await?);
        }
        Some(ConformanceCommand::Diff {
            before,
            after,
            check,
        }) => return diff::run(&before, &after, check, global.output),
    };
    let is_sent = !order.ask.dry_run;
    let mut show = Show::prepare(show, global.output, is_sent)?;
    match run::judge(order, global).await? {
        Some(judged) => show.write(&judged.report),
        None => Ok(()),
    }
}
