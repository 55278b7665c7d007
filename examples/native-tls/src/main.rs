//! Requests one offer from the provider over the system's TLS library.
//!
//! `cargo run --manifest-path examples/native-tls/Cargo.toml -- PUBLISHER_ID`

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let id = std::env::args().nth(1).ok_or("usage: native-tls-example PUBLISHER_ID")?;
    let client = cpalead::Client::builder(id.parse()?)
        .http(|http| http.tls_backend_native())
        .build()?;
    for offer in &client.offers().limit(1).await? {
        println!("{} {}", offer.id(), offer.title().unwrap_or("(no title)"));
    }
    Ok(())
}
