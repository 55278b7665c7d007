//! The password of the postbacks and the api key are in no answer, log, file or debug output.

use std::net::Ipv4Addr;

use cpalead_sandbox::Sandbox;
use rewards::settings::Settings;

use crate::support::{Server, click, get, points, program};

const PASSWORD: &str = "pa55+s3cr3t";
const KEY: &str = "k3y-0f-the-account";

/// The spellings of the password in which it is sent, and parts of it.
const SPELLINGS: [&str; 6] = [
    PASSWORD,
    "pa55%2Bs3cr3t",
    "pa55%2bs3cr3t",
    "pa55 s3cr3t",
    "%70%61%35%35%2B%73%33%63%72%33%74",
    "s3cr3t",
];

const TEMPLATE: &str = "https://shop.example/cpa?u={subid}&lead={lead_id}&p={payout}&k={password}";

#[test]
fn the_password_and_the_key_are_in_no_answer_log_or_file() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let builder = Sandbox::builder().offers(200).api_key(KEY).speed(u32::MAX);
    let sandbox = runtime.block_on(builder.start()).unwrap();
    let server = Server::of(
        program(directory.path())
            .env("CPALEAD_PUBLISHER_ID", "3360001")
            .env("CPALEAD_API_KEY", KEY)
            .env("CPALEAD_POSTBACK_PASSWORD", PASSWORD)
            .env("REWARDS_POSTBACK", TEMPLATE)
            .env("REWARDS_PROXIES", "127.0.0.0/8")
            .env("CPALEAD_BASE_URL", sandbox.base_url()),
    );
    let subid = click(&server.address);
    let relay = "x-forwarded-for: 203.0.113.9, 34.69.179.33\r\n";
    let mut bodies = Vec::new();
    let mut ask = |query: &str, headers: &str| {
        let (status, body) = get(&server.address, &format!("/cpa?{query}"), headers);
        bodies.push(body);
        status
    };
    let long = "x".repeat(17_000);
    for (number, password) in SPELLINGS.iter().enumerate() {
        let password = password.replace(' ', "%20");
        let values = format!("u={subid}&lead={number}&p=0.40");
        let is_right = number != 3 && number != 5;
        let rewarded = if is_right { 200 } else { 403 };
        assert_eq!(
            ask(&format!("{values}&k={password}"), relay),
            rewarded,
            "{password}"
        );
        // Its place is taken, it is given twice, it stands elsewhere, or the rest is wrong.
        assert_eq!(ask(&format!("{values}&{password}"), relay), 403);
        assert_eq!(
            ask(&format!("{values}&k={password}&k={password}"), relay),
            403
        );
        assert_eq!(
            ask(&format!("{values}&{password}={password}&k="), relay),
            403
        );
        let moved = if is_right { 503 } else { 403 };
        assert_eq!(ask(&format!("{values}&k={password}"), ""), moved);
        let unreadable = if is_right { 422 } else { 403 };
        assert_eq!(
            ask(&format!("u={subid}&lead=&p=0.40&k={password}"), relay),
            unreadable
        );
        assert_eq!(ask(&format!("{values}&x={long}&k={password}"), relay), 414);
        // What is set aside is kept with its query.
        let aside = format!("u=nobody&lead=aside-{number}&p=0.40&x={password}&k={password}");
        assert_eq!(ask(&aside, relay), rewarded);
    }
    assert_eq!(points(&server.address, "ann"), 4 * 28);
    let asked = bodies.len();

    // The database in its files, while it is open.
    let mut places = vec![("answers", bodies.join("\n"))];
    for file in ["rewards.sqlite", "rewards.sqlite-wal"] {
        let bytes = std::fs::read(directory.path().join(file)).unwrap();
        places.push((file, String::from_utf8_lossy(&bytes).into_owned()));
    }
    places.push(("log", server.killed()));
    let settings = Settings::read(|name| {
        let value = match name {
            "CPALEAD_PUBLISHER_ID" => "3360001",
            "CPALEAD_API_KEY" => KEY,
            "CPALEAD_POSTBACK_PASSWORD" => PASSWORD,
            "REWARDS_POSTBACK" => TEMPLATE,
            "REWARDS_DATABASE" => "unused.sqlite",
            _ => return None,
        };
        Some(value.to_owned())
    });
    places.push(("debug", format!("{:#?}", settings.unwrap())));
    let mut cells = 0;
    for (place, text) in &places {
        for needle in SPELLINGS.iter().chain([&KEY]) {
            cells += 1;
            assert!(!text.contains(needle), "{needle} is in {place}");
        }
    }
    println!("{asked} postbacks; {cells} cells of place and spelling, none leaks");
    assert_eq!((asked, cells), (48, 35));
    // The places have what they are searched for: the needles would be found.
    assert!(
        places[3].1.contains("aside-0") && places[3].1.contains("k=***"),
        "{}",
        places[3].1
    );
    let aside = "lead=aside-0&p=0.40&***&k=***";
    assert!(places[1].1.contains(aside) || places[2].1.contains(aside));
}

#[test]
fn an_error_about_a_setting_does_not_have_its_value() {
    let check = |name: &str, value: &str| {
        let error = Settings::read(|asked| {
            let value = match asked {
                _ if asked == name => value,
                "CPALEAD_PUBLISHER_ID" => "9",
                "CPALEAD_API_KEY" => KEY,
                "CPALEAD_POSTBACK_PASSWORD" => PASSWORD,
                "REWARDS_POSTBACK" => TEMPLATE,
                _ => return None,
            };
            Some(value.to_owned())
        });
        let error = format!("{0} {0:?}", error.unwrap_err());
        for secret in SPELLINGS.iter().chain([&KEY]) {
            assert!(!error.contains(secret), "{name}: {error}");
        }
    };
    check("CPALEAD_API_KEY", "k3y-0f-the-account with a\nbreak");
    check("CPALEAD_POSTBACK_PASSWORD", "\n");
    check("REWARDS_POSTBACK", "https://shop.example/cpa?k=pa55+s3cr3t");
    let here = Ipv4Addr::LOCALHOST;
    check("REWARDS_LISTEN", &format!("{here}:{PASSWORD}"));
}
