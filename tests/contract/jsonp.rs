//! JSONP through the client: the answer must call the requested callback, and the script that the
//! client returns is safe to pass on.

use cpalead::Error;
use cpalead::jsonp::{Callback, unwrap};

use crate::raw_server::{RawServer, answer};
use crate::support::client;

const GOOD: &str = r#"{"status":"success","number_offers":1,"offers":[{"id":5546840,"title":"</script><b>\u2028"}]}"#;

fn callback() -> Callback {
    Callback::new("shop.showOffers").expect("a name")
}

/// The script that the client returns for this body, and the query that it sent.
async fn asked(status: &str, body: &str) -> (Result<String, Error>, String) {
    let server = RawServer::saying(answer(
        status,
        &[("content-type", "text/javascript")],
        body.as_bytes(),
    ));
    let request = client(&server.base_url()).offers().limit(3);
    let result = request.jsonp(&callback()).await;
    let head = server.heads().pop().expect("a request");
    let target = head.split(' ').nth(1).expect("a target");
    (result, target.to_owned())
}

async fn refused(body: &str) -> Error {
    asked("200 OK", body).await.0.expect_err("not passed on")
}

#[tokio::test]
async fn the_format_and_the_callback_are_requested() {
    let (_, target) = asked("200 OK", &format!("shop.showOffers({GOOD});")).await;
    assert_eq!(
        target,
        "/api/offers?callback=shop.showOffers&format=JSONP&id=3360001&limit=3"
    );
}

#[tokio::test]
async fn the_script_is_wrapped_again_and_holds_the_same_document() {
    for body in [
        format!("shop.showOffers({GOOD});"),
        format!("\u{feff} /* hello */ shop.showOffers ( {GOOD} ) "),
        format!("/**/ typeof shop.showOffers === 'function' && shop.showOffers({GOOD});"),
        GOOD.to_owned(),
    ] {
        let script = asked("200 OK", &body).await.0;
        let script = script.unwrap_or_else(|error| panic!("{body}: {error}"));
        assert!(script.starts_with("/**/"), "{script}");
        assert!(
            !script.contains('<') && !script.contains('\u{2028}'),
            "{script}"
        );
        let json = unwrap(&script, Some(&callback())).expect("its own form");
        let value = |json| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
        assert_eq!(value(json), value(GOOD));
    }
}

#[tokio::test]
async fn another_callback_is_refused() {
    for body in [
        format!("alert({GOOD});"),
        format!("shop.showOffers({GOOD});alert(1)"),
        format!("shop.showOffers({GOOD},alert(1))"),
        "shop.showOffers(alert(1));".to_owned(),
        "shop.showOffers();".to_owned(),
    ] {
        let error = refused(&body).await;
        assert!(
            error.is_decode() && error.status() == Some(200),
            "{body}: {error}"
        );
    }
}

#[tokio::test]
async fn a_failure_within_the_call_is_a_failure() {
    let error =
        refused(r#"shop.showOffers({"status":"error","message":"Invalid publisher id"});"#).await;
    assert!(error.is_provider(), "{error}");
    let error = refused("<!DOCTYPE html><title>Checking your browser</title>").await;
    assert!(error.is_decode(), "{error}");
    assert_eq!(
        error.to_string(),
        "offers: cannot read the answer: it is an HTML page, not JSON (status 200)"
    );
    let (result, _) = asked("403 Forbidden", &format!("shop.showOffers({GOOD});")).await;
    assert_eq!(result.expect_err("a status").status(), Some(403));
}
