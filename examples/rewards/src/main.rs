//! Starts the program: `rewards` serves until Ctrl-C, `rewards reconcile` reconciles once.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use cpalead::Client;
use cpalead::jiff::{Timestamp, tz::TimeZone};
use cpalead::postbacks::Postbacks;
use cpalead_sandbox::Sandbox;
use rewards::offers::Offers;
use rewards::points::Terms;
use rewards::settings::{Account, Failure, Settings, of_sandbox, template};
use rewards::shop::Shop;
use rewards::store::Store;
use rewards::{reconcile, web};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => serve().await,
        ["reconcile"] => once().await,
        _ => Err("usage: rewards [reconcile]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until Ctrl-C.
async fn serve() -> Result<(), Failure> {
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let store = Store::open(&settings.database)?;
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let (client, postbacks, sandbox) = match settings.account {
        Account::Publisher { client, postbacks } => (*client, *postbacks, None),
        Account::Sandbox { port } => {
            let sandbox = start_sandbox(port, address).await?;
            let (base_url, template) = (sandbox.base_url(), template(address));
            let (client, postbacks) = of_sandbox(base_url, &template, &settings.database)?;
            (client, postbacks, Some(sandbox))
        }
    };
    let shop = Arc::new(shop(client, postbacks, store));
    let pulled = shop.offers.pull(&shop.client).await;
    match pulled {
        Ok(count) => println!("{count} offers"),
        Err(error) => eprintln!("offers: {error}"),
    }
    tokio::spawn(shop.offers.clone().keep_fresh(shop.client.clone()));
    tokio::spawn(reconcile::every_night(Arc::clone(&shop)));
    if let Some(sandbox) = &sandbox {
        println!("the sandbox is on {}", sandbox.base_url());
    }
    println!("listening on http://{address}");
    let routes = web::routes(shop).into_make_service_with_connect_info::<SocketAddr>();
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(listener, routes)
        .with_graceful_shutdown(stop)
        .await?;
    Ok(())
}

/// Reconciles once, beside a server that may be running.
async fn once() -> Result<(), Failure> {
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let store = Store::open(&settings.database)?;
    let (client, postbacks) = match settings.account {
        Account::Publisher { client, postbacks } => (*client, *postbacks),
        Account::Sandbox { port } => {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let (base_url, template) = (format!("http://{address}"), template(settings.listen));
            of_sandbox(&base_url, &template, &settings.database)?
        }
    };
    let done = reconcile::reconcile(&shop(client, postbacks, store)).await?;
    println!(
        "{} reversals: {} rewards taken back, {} for a person to look at",
        done.reversals, done.taken_back, done.unclear
    );
    Ok(())
}

fn shop(client: Client, postbacks: Postbacks, store: Store) -> Shop {
    Shop {
        client,
        postbacks,
        offers: Offers::default(),
        store,
        terms: Terms::default(),
    }
}

/// The stand-in provider. It sends postbacks to `server`, and its admin paths add conversions.
async fn start_sandbox(port: u16, server: SocketAddr) -> std::io::Result<Sandbox> {
    Sandbox::builder()
        .port(port)
        .offers(1_000)
        .speed(60)
        .today(Timestamp::now().to_zoned(TimeZone::UTC).date())
        .open_admin()
        .postback(template(server))
        .start()
        .await
}
