//! What is still there after the program was killed and started again.

use crate::support::{Server, click, get, points, post, until};

#[test]
fn a_killed_program_has_lost_nothing_and_pays_nothing_twice() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let subid = click(&server.address);
    let later = click(&server.address);
    let query = |lead: &str, subid: &str| {
        format!("/cpa?u={subid}&lead={lead}&offer=7&p=0.40&event=&ep=&k=sandbox-postback-password")
    };
    let rewarded = (200, "rewarded\n".to_owned());
    assert_eq!(get(&server.address, &query("1", &subid), ""), rewarded);
    server.killed();

    let server = Server::start(directory.path());
    assert_eq!(points(&server.address, "ann"), 28);
    let before = (200, "rewarded before\n".to_owned());
    assert_eq!(get(&server.address, &query("1", &subid), ""), before);
    // A click from before the end counts after it.
    assert_eq!(get(&server.address, &query("2", &later), ""), rewarded);
    assert_eq!(points(&server.address, "ann"), 56);
}

#[test]
fn a_postback_that_finds_no_program_comes_again() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let (address, subid) = (server.address.clone(), click(&server.address));
    server.killed();
    // Another sandbox, because the first one ended with the program.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let template = rewards::settings::template(address.parse().unwrap());
    let builder = cpalead_sandbox::Sandbox::builder()
        .offers(0)
        .speed(600)
        .postback(template);
    let sandbox = runtime.block_on(builder.start()).unwrap();
    let row = format!(r#"{{"subid": "{subid}", "offer_id": 7, "payout": "0.40"}}"#);
    sandbox.add_chosen_conversion(&row).unwrap();
    until(|| !sandbox.postbacks().is_empty());
    let server =
        Server::of(crate::support::program(directory.path()).env("REWARDS_LISTEN", &address));
    until(|| sandbox.postbacks().last().unwrap().status == Some(200));
    assert_eq!(sandbox.postbacks()[0].status, None);
    assert_eq!(points(&server.address, "ann"), 28);
}

#[test]
fn postbacks_that_cannot_be_rewarded_are_answered_and_set_aside() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let subid = click(&server.address);
    let check = |values: &str, status: u16, text: &str| {
        let path = format!("/cpa?{values}&k=sandbox-postback-password");
        assert_eq!(
            get(&server.address, &path, ""),
            (status, format!("{text}\n")),
            "{values}"
        );
    };
    let (amount, unknown) = (
        "there is no amount to reward",
        "the sub-id is not that of a click",
    );
    check(&format!("lead=1&u={subid}&p="), 200, amount);
    check(&format!("lead=2&u={subid}&p=0"), 200, amount);
    check(&format!("lead=3&u={subid}&p=-0.40"), 200, amount);
    check("lead=4&u=somebody&p=0.40", 200, unknown);
    check("lead=5&u={subid}&p=0.40", 200, unknown);
    let large = "the amount is larger than any that is rewarded";
    check(&format!("lead=6&u={subid}&p=500.01"), 422, large);
    check(
        &format!("u={subid}&p=0.40"),
        422,
        "the postback has no `{lead_id}`",
    );
    // An event pays its own amount, and each event has a separate lead.
    check(
        &format!("lead=7&u={subid}&p=9.00&event=lvl5&ep=0.20"),
        200,
        "rewarded",
    );
    check(
        &format!("lead=8&u={subid}&p=9.00&event=lvl9&ep=0.40"),
        200,
        "rewarded",
    );
    assert_eq!(points(&server.address, "ann"), 14 + 28);
    let database = rusqlite::Connection::open(directory.path().join("rewards.sqlite")).unwrap();
    let query = "SELECT group_concat(lead, ' ') FROM (SELECT lead FROM set_aside ORDER BY lead)";
    let leads: String = database.query_row(query, [], |row| row.get(0)).unwrap();
    assert_eq!(leads, "1 2 3 4 5 6");
}

#[test]
fn a_missing_or_wrong_setting_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let check = |settings: &[(&str, &str)], message: &str| {
        let mut command = crate::support::program(directory.path());
        let output = command.envs(settings.iter().copied()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), err.as_str()),
            (Some(1), format!("error: {message}\n").as_str())
        );
    };
    check(
        &[("REWARDS_LISTEN", "x")],
        "REWARDS_LISTEN is not an address with a port",
    );
    check(
        &[("REWARDS_SANDBOX_PORT", "x")],
        "REWARDS_SANDBOX_PORT is not a port",
    );
    check(
        &[("CPALEAD_PUBLISHER_ID", "x")],
        "CPALEAD_PUBLISHER_ID is not a number",
    );
    check(
        &[("CPALEAD_PUBLISHER_ID", "9")],
        "CPALEAD_API_KEY is not set",
    );
    let account = [
        ("CPALEAD_PUBLISHER_ID", "9"),
        ("CPALEAD_API_KEY", "k3y-of-a-test"),
    ];
    check(&account, "REWARDS_POSTBACK is not set");
}

#[test]
fn an_admin_of_the_sandbox_reaches_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let row = format!(
        r#"{{"subid": "{}", "offer_id": 7, "payout": "1.00"}}"#,
        click(&server.address)
    );
    assert_eq!(post(&server.sandbox(), "/admin/conversions", &row).0, 200);
    until(|| points(&server.address, "ann") == 70);
}

#[test]
fn a_postback_comes_again_while_the_database_is_away() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    let subid = click(&server.address);
    let path = format!("/cpa?u={subid}&lead=1&p=0.40&k=sandbox-postback-password");
    let database = rusqlite::Connection::open(directory.path().join("rewards.sqlite")).unwrap();
    let rename = |from: &str, to: &str| {
        let statement = format!("ALTER TABLE {from} RENAME TO {to}");
        database.execute(&statement, []).unwrap();
    };
    // The points cannot be added, so the lead is not kept either.
    rename("users", "away");
    let away = (503, "the database is away\n".to_owned());
    assert_eq!(get(&server.address, &path, ""), away);
    rename("away", "users");
    assert_eq!(
        get(&server.address, &path, ""),
        (200, "rewarded\n".to_owned())
    );
    assert_eq!(points(&server.address, "ann"), 28);
}
