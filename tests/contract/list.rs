//! The list of offers: requested fields, limits, whether the list may be cut, and the raw JSON of
//! each offer.

use cpalead::{Country, Error, OfferField, OfferList, PayoutSource};
use httpmock::MockServer;

use crate::raw_server::{RawServer, answer};
use crate::support::{EMPTY, client};

/// The answer with these offers to a request without parameters.
async fn list(offers: &str) -> OfferList {
    let body = format!(r#"{{"status":"success","offers":[{offers}]}}"#);
    let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    client(&server.base_url())
        .offers()
        .await
        .expect("an answer")
}

/// The answer with this many offers to a request with this limit.
async fn answered(count: usize, limit: Option<u32>) -> OfferList {
    let offers: Vec<_> = (1..=count).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    let body = format!(r#"{{"status":"success","offers":[{}]}}"#, offers.join(","));
    let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    let request = client(&server.base_url()).offers();
    let request = match limit {
        Some(limit) => request.limit(limit),
        None => request,
    };
    request.await.expect("an answer")
}

#[tokio::test]
async fn a_limit_out_of_range_is_an_error_before_anything_is_sent() {
    let server = RawServer::saying(answer("200 OK", &[], EMPTY.as_bytes()));
    for limit in [0, 5_001, u32::MAX] {
        let error = client(&server.base_url())
            .offers()
            .limit(limit)
            .await
            .expect_err("out of range");
        assert!(error.is_configuration() && !error.may_have_counted());
        assert_eq!(
            error.to_string(),
            format!("offers: limit {limit} is not allowed: expected 1 to 5000")
        );
    }
    assert_eq!(server.connections(), 0);
    for limit in [1, 5_000] {
        let request = client(&server.base_url()).offers().limit(limit);
        assert!(request.await.expect("an answer").is_empty());
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn an_answer_as_long_as_its_limit_may_be_cut() {
    assert!(!answered(4, Some(5)).await.may_be_cut());
    assert!(answered(5, Some(5)).await.may_be_cut());
    assert!(answered(6, Some(5)).await.may_be_cut());
    assert!(!answered(0, Some(1)).await.may_be_cut());
    assert!(!answered(2_499, None).await.may_be_cut());
    assert!(answered(2_500, None).await.may_be_cut());
    assert!(!answered(2_500, Some(5_000)).await.may_be_cut());
}

#[tokio::test]
async fn rejected_offers_count_towards_the_limit() {
    let body = r#"{"offers":[{"id":1},{"id":"x"},7]}"#;
    let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    let offers = client(&server.base_url())
        .offers()
        .limit(3)
        .await
        .expect("an answer");
    assert_eq!((offers.len(), offers.rejected().len()), (1, 2));
    assert!(offers.may_be_cut());
}

#[tokio::test]
async fn a_field_that_was_not_requested_is_unknown_and_one_that_was_is_missing() {
    let body = r#"{"status":"success","offers":[{"id":1,"title":"t"}]}"#;
    let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    let client = client(&server.base_url());

    let projected = client
        .offers()
        .field(OfferField::Title)
        .await
        .expect("an answer");
    let offer = &projected.as_slice()[0];
    assert_eq!(offer.title(), Some("t"));
    let known: Vec<_> = OfferField::ALL
        .iter()
        .copied()
        .filter(|field| !offer.is_left_out(*field))
        .collect();
    assert_eq!(known, [OfferField::Id, OfferField::Title]);
    assert_eq!(offer.is_for_country(Country::US), None);
    assert!(!offer.is_for_any_device());

    let whole = client.offers().await.expect("an answer");
    let offer = &whole.as_slice()[0];
    assert!(
        OfferField::ALL
            .iter()
            .copied()
            .all(|field| !offer.is_left_out(field))
    );
    assert_eq!(offer.is_for_country(Country::US), Some(true));
    assert!(offer.is_for_any_device());
}

#[tokio::test]
async fn a_payout_needs_both_of_its_fields() {
    use OfferField::{Amount, PayoutsPerCountry, Title};
    // The provider sends fields that were not requested: they are not used for a guess.
    let body = r#"{"offers":[{"id":1,"amount":"1","payouts_per_country":{"US":"2"}}]}"#;
    let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    let client = client(&server.base_url());
    for (fields, us, de) in [
        (
            vec![Amount, PayoutsPerCountry],
            Some(PayoutSource::Country),
            Some(PayoutSource::Default),
        ),
        (vec![Amount], None, None),
        (vec![Title], None, None),
    ] {
        let offers = client
            .offers()
            .fields(fields.clone())
            .await
            .expect("an answer");
        let source = |country| {
            offers.as_slice()[0]
                .payout(country)
                .map(|payout| payout.source())
        };
        assert_eq!(
            (source(Country::US), source(Country::DE)),
            (us, de),
            "{fields:?}"
        );
    }
}

#[tokio::test]
async fn without_amounts_a_projection_has_no_default_payout() {
    let body = r#"{"offers":[{"id":1,"payouts_per_country":{"US":"2"}}]}"#;
    let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    let request = client(&server.base_url()).offers();
    let offers = request
        .field(OfferField::PayoutsPerCountry)
        .await
        .expect("an answer");
    let offer = &offers.as_slice()[0];
    assert!(offer.payout(Country::DE).is_none() && offer.default_payout().is_none());
}

#[tokio::test]
async fn the_providers_order_is_kept() {
    let offers =
        list(r#"{"id":9,"offer_rank":3},{"id":1,"offer_rank":1},{"id":5,"offer_rank":2}"#).await;
    let ids: Vec<_> = offers.iter().map(cpalead::Offer::id).collect();
    assert_eq!(ids, [9, 1, 5]);
    let ids: Vec<_> = (&offers).into_iter().map(cpalead::Offer::id).collect();
    assert_eq!(ids, [9, 1, 5]);
    assert_eq!(
        offers.get(1).and_then(cpalead::Offer::offer_rank),
        Some(1.into())
    );
    assert!(offers.get(2).is_none());
    let ids: Vec<_> = offers.into_iter().map(|offer| offer.id()).collect();
    assert_eq!(ids, [9, 1, 5]);
}

#[tokio::test]
async fn the_raw_json_of_an_offer_is_what_the_provider_sent_byte_for_byte() {
    let first = r#"{ "id":1, "new_in_2027": [1, {"a": "\u00e9"}],"title":"a\/b" }"#;
    let last = "{\"id\":\"3\",\n\t\"title\":\"é\"}";
    let offers = list(&format!("{first} , 7,\n {last}")).await;
    let raw: Vec<_> = offers.iter().map(|offer| offers.raw(offer)).collect();
    assert_eq!(raw, [Some(first), Some(last)]);
    assert_eq!(offers.rejected()[0].index(), Some(1));
    assert_eq!(offers.raw_rejected(&offers.rejected()[0]), Some("7"));

    let other = list(r#"{"id":77}"#).await;
    assert_eq!(offers.raw(&other.as_slice()[0]), None);
}

#[tokio::test]
async fn raw_json_is_found_after_a_byte_order_mark() {
    let body = "\u{feff}{\"offers\":[{\"id\":1,\"x\":2}]}";
    let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    let offers = client(&server.base_url())
        .offers()
        .await
        .expect("an answer");
    assert_eq!(offers.raw(&offers.as_slice()[0]), Some(r#"{"id":1,"x":2}"#));
}

#[tokio::test]
async fn links_are_the_bytes_that_the_provider_sent() {
    let link =
        "https://track.example/view.php?id=1&pub=3360001&_src=api&_src_sig=a%2Bb+c%20&amp;x=%zz";
    let offers = list(&format!(r#"{{"id":1,"link":"{link}"}}"#)).await;
    assert_eq!(offers.as_slice()[0].link(), Some(link));
    let offers = list(r#"{"id":1,"link":"https:\/\/track.example\/\u0076iew"}"#).await;
    assert_eq!(
        offers.as_slice()[0].link(),
        Some("https://track.example/view")
    );
}

#[tokio::test]
async fn awaiting_a_request_and_sending_it_are_the_same() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method("GET")
                .path("/api/offers")
                .query_param("id", "3360001")
                .query_param("country", "US")
                .query_param_missing("api_key")
                .header("accept-encoding", "gzip")
                .header_missing("referer")
                .header_missing("api-version");
            then.status(200)
                .header("content-type", "application/json")
                .body(r#"{"status":"success","country":"US","offers":[{"id":1,"amount":0.5}]}"#);
        })
        .await;
    let client = client(&server.base_url());
    let awaited = client
        .offers()
        .country(Country::US)
        .await
        .expect("an answer");
    let sent = client
        .offers()
        .country(Country::US)
        .send()
        .await
        .expect("an answer");
    assert_eq!(awaited.as_slice(), sent.as_slice());
    assert_eq!(awaited.country(), Some(Country::US));
    mock.assert_calls_async(2).await;
}

#[tokio::test]
async fn a_body_in_gzip_is_the_same_answer() -> Result<(), Error> {
    let body = r#"{"status":"success","offers":[{"id":1,"title":"t"}]}"#;
    let plain = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    let packed = crate::faults::gzip(body.as_bytes());
    let packed = RawServer::saying(answer("200 OK", &[("content-encoding", "gzip")], &packed));
    let plain = client(&plain.base_url()).offers().await?;
    let packed = client(&packed.base_url()).offers().await?;
    assert_eq!(plain.as_slice(), packed.as_slice());
    Ok(())
}

#[tokio::test]
async fn an_answer_with_a_wrong_content_type_is_read() {
    let body = "\u{feff}\r\n {\"status\":\"SUCCESS\",\"offers\":[]} \n";
    for kind in [
        "text/html; charset=iso-8859-1",
        "text/plain",
        "application/javascript",
        "nonsense",
    ] {
        let server =
            RawServer::saying(answer("200 OK", &[("content-type", kind)], body.as_bytes()));
        let offers = client(&server.base_url()).offers().await;
        assert!(
            offers
                .unwrap_or_else(|error| panic!("{kind}: {error}"))
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_saved_answer_is_read_like_the_original() {
    let body = r#"{"status":"success","offers":[{"id":1,"amount":"0.10"},{"id":"x"}]}"#;
    let server = RawServer::saying(answer("200 OK", &[], body.as_bytes()));
    let sent = client(&server.base_url())
        .offers()
        .await
        .expect("an answer");
    let kept = OfferList::from_json(body.as_bytes().to_vec()).expect("an answer");
    assert_eq!(kept.as_slice(), sent.as_slice());
    assert_eq!(kept.rejected(), sent.rejected());
}
