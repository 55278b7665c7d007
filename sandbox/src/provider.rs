//! Owns the provider behind the sockets: which endpoint answers, the order of the checks, and the
//! cached answers.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::Method;
use jiff::civil::Date;

use crate::answer::{Answer, Form, Refusal};
use crate::catalogue::{Offer, read_chosen};
use crate::chosen::Chosen;
use crate::fault::{
    Active, Fault, Faults, instead_of_answer, location, misread, warning, with_odd_rows,
};
use crate::limit::{Limited, Limits};
use crate::offers;
use crate::postback::{PostbackAttempt, Postbacks};
use crate::query::Query;
use crate::reply::{Coding, Reply};
use crate::reports::{ADDED, Added, AddedReversal, Book, Conversions, Reversals, Shape, midnight};
use crate::row_members::{Members, WrongRow};
use crate::seed::Rng;
use crate::witness::Request;

/// Faults act on these paths.
const ENDPOINTS: [&str; 3] = ["/api/offers", "/api/conversions", "/api/reversals"];
/// The time of a slow answer on the sandbox's clock.
const SLOW: Duration = Duration::from_secs(10);
const REMEMBERED_REQUESTS: usize = 100_000;
/// How many answers about offers are cached. The same request has the same answer as long as the
/// sandbox runs.
const REMEMBERED_ANSWERS: usize = 8;

/// The settings of a provider.
pub(crate) struct Settings {
    pub(crate) seed: u64,
    pub(crate) api_key: String,
    pub(crate) speed: u32,
    pub(crate) today: Date,
    pub(crate) shape: Shape,
    pub(crate) catalogue: Vec<Offer>,
    pub(crate) faults: Vec<(Fault, f64)>,
    /// Whether the admin paths are open.
    pub(crate) admin: bool,
}

/// The state that all connections share.
pub(crate) struct Provider {
    settings: Settings,
    started: Instant,
    limits: Mutex<Limits>,
    chosen: Mutex<Chosen>,
    faults: Mutex<Faults>,
    postbacks: Option<Arc<Postbacks>>,
    requests: Mutex<VecDeque<Request>>,
    ready: Mutex<VecDeque<(Asked, Reply)>>,
}

/// The parts of a request on which an answer about offers depends.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    query: String,
    user_agent: String,
    coding: Coding,
}

/// The parts of a call on which the answer depends.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) host: &'a str,
    pub(crate) user_agent: &'a str,
    pub(crate) caller: IpAddr,
    pub(crate) coding: Coding,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("offers", &self.settings.catalogue.len())
            .finish_non_exhaustive()
    }
}

impl Provider {
    pub(crate) fn new(mut settings: Settings, postbacks: Option<Arc<Postbacks>>) -> Provider {
        let faults = std::mem::take(&mut settings.faults);
        Provider {
            faults: Mutex::new(Faults::new(settings.seed, faults)),
            limits: Mutex::new(Limits::new(settings.speed)),
            settings,
            started: Instant::now(),
            chosen: Mutex::default(),
            postbacks,
            requests: Mutex::default(),
            ready: Mutex::default(),
        }
    }

    pub(crate) fn api_key(&self) -> &str {
        &self.settings.api_key
    }

    pub(crate) fn has_admin(&self) -> bool {
        self.settings.admin
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        let mut requests: Vec<Request> = lock(&self.requests).iter().cloned().collect();
        requests.sort_by_key(|request| request.arrived);
        requests
    }

    /// Adds an offer and returns its id.
    pub(crate) fn add_offer(&self, json: &str) -> Result<u64, WrongRow> {
        let offer = read_chosen(json)?;
        let id = offer.id;
        lock(&self.chosen).add_offer(offer)?;
        // The cached answers are without it.
        lock(&self.ready).clear();
        Ok(id)
    }

    /// Adds a conversion of `subid` for an offer, and returns its lead id.
    pub(crate) fn add_conversion(&self, subid: &str, id: u64) -> String {
        let mut chosen = lock(&self.chosen);
        let offer = chosen.offer(id, &self.settings.catalogue).cloned();
        let lead = self.next_lead(&chosen);
        let added = Added::plain(subid, id, offer, &lead, midnight(self.settings.today));
        self.post_back(&added);
        chosen.push_conversion(added);
        lead
    }

    /// Adds a chosen conversion, and returns its lead id.
    pub(crate) fn add_chosen_conversion(&self, json: &str) -> Result<String, WrongRow> {
        let members = Members::read(json)?;
        let mut chosen = lock(&self.chosen);
        let find = |id| chosen.offer(id, &self.settings.catalogue).cloned();
        let midnight = midnight(self.settings.today);
        let added = Added::read(members, find, &self.next_lead(&chosen), midnight)?;
        let lead = added.lead.clone();
        chosen.add_conversion(added.clone())?;
        self.post_back(&added);
        Ok(lead)
    }

    fn post_back(&self, added: &Added) {
        if let Some(postbacks) = &self.postbacks {
            postbacks.push(added.values.clone());
        }
    }

    /// The latest attempts to send postbacks.
    pub(crate) fn attempts(&self) -> Vec<PostbackAttempt> {
        let postbacks = self.postbacks.as_ref();
        postbacks.map_or_else(Vec::new, |postbacks| postbacks.attempts())
    }

    /// The lead id of the next conversion. It depends on the seed and on their number only.
    fn next_lead(&self, chosen: &Chosen) -> String {
        let number = chosen.conversions().len() as u64;
        format!(
            "{:016x}",
            Rng::new(self.settings.seed ^ number, ADDED).next()
        )
    }

    /// Adds a reversal.
    pub(crate) fn add_reversal(&self, json: &str) -> Result<(), WrongRow> {
        let members = Members::read(json)?;
        let mut chosen = lock(&self.chosen);
        let today = self.settings.today;
        let added = AddedReversal::read(members, chosen.conversions(), today)?;
        chosen.add_reversal(added)
    }

    /// Makes `fault` act on one of the next requests.
    pub(crate) fn fail_next(&self, fault: Fault) {
        lock(&self.faults).push_next(fault);
    }

    /// The real time since the start.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Records a call without its key.
    pub(crate) fn witness(&self, call: &Call<'_>, query: Query, arrived: Duration, status: u16) {
        let mut requests = lock(&self.requests);
        if requests.len() >= REMEMBERED_REQUESTS {
            requests.pop_front();
        }
        requests.push_back(Request {
            method: call.method.to_string(),
            path: call.path.to_owned(),
            host: call.host.to_owned(),
            has_key: query.has_key(),
            parameters: query.without_key(),
            arrived,
            status,
        });
    }

    fn answer(&self, call: &Call<'_>, query: &Query, faults: &Active) -> Result<Answer, Refusal> {
        match call.path {
            "/api/offers" => {
                check_repeated(query)?;
                let form = Form::read(query)?;
                let request = offers::Request::read(query, call.user_agent, faults)?;
                let chosen = lock(&self.chosen);
                let json = request.answer(&chosen.with_seeded(&self.settings.catalogue));
                Ok(form.answer(with_odd_rows(json, faults)))
            }
            "/api/conversions" => {
                check_repeated(query)?;
                self.check_key(query, faults.has(Fault::ConversionsKeyOptional))?;
                let form = Form::read(query)?;
                let request = Conversions::read(query, &call.caller.to_string(), faults)?;
                if !faults.has(Fault::ConversionsMinute) {
                    self.take(Limited::Conversions, request.publisher)?;
                }
                let json = request.answer(self.book(&lock(&self.chosen)));
                Ok(form.answer(with_odd_rows(json, faults)))
            }
            "/api/reversals" => {
                check_repeated(query)?;
                self.check_key(query, faults.has(Fault::ReversalsKeyOptional))?;
                let form = Form::read(query)?;
                let request = Reversals::read(query, self.settings.today, faults)?;
                if !faults.has(Fault::ReversalsMinute) {
                    self.take(Limited::Reversals, request.publisher)?;
                }
                let json = request.answer(self.book(&lock(&self.chosen)));
                Ok(form.answer(with_odd_rows(json, faults)))
            }
            _ => Ok(Answer::not_found()),
        }
    }

    fn check_key(&self, query: &Query, optional: bool) -> Result<(), Refusal> {
        match query.text("api_key") {
            None if optional => Ok(()),
            None => Err(Refusal::key("api_key is required")),
            Some(key) if key == self.settings.api_key => Ok(()),
            Some(_) => Err(Refusal::key("api_key is not valid")),
        }
    }

    fn take(&self, endpoint: Limited, publisher: u64) -> Result<(), Refusal> {
        let now = self.now();
        let taken = lock(&self.limits).take(endpoint, publisher, now);
        taken.map_err(Refusal::limit)
    }

    fn book<'a>(&'a self, chosen: &'a Chosen) -> Book<'a> {
        Book {
            seed: self.settings.seed,
            today: self.settings.today,
            shape: self.settings.shape,
            catalogue: &self.settings.catalogue,
            added: chosen.conversions(),
            reversals: chosen.reversals(),
        }
    }

    /// Answers a call.
    ///
    /// The order of the checks is: method, repeated parameters, key, form and parameters, rate
    /// limit. A call that is refused for its parameters therefore does not use up the minute.
    pub(crate) fn reply(&self, call: &Call<'_>, query: &Query) -> Reply {
        if call.method != Method::GET && call.path.starts_with("/api/") {
            return Reply::of(Answer::method_not_allowed(), Coding::Identity);
        }
        let faults = if ENDPOINTS.contains(&call.path) {
            lock(&self.faults).draw()
        } else {
            Active::default()
        };
        if !faults.is_empty() {
            return self.spoilt(call, query, &faults);
        }
        let cacheable = call.path == "/api/offers";
        let asked = Asked {
            query: call.query.to_owned(),
            user_agent: call.user_agent.to_owned(),
            coding: call.coding,
        };
        if cacheable
            && let Some((_, reply)) = lock(&self.ready).iter().find(|(key, _)| *key == asked)
        {
            return reply.clone();
        }
        let answer = self.answer(call, query, &faults);
        let answer = answer.unwrap_or_else(Answer::from);
        let reply = Reply::of(answer, call.coding);
        if cacheable && reply.status() == 200 {
            let mut ready = lock(&self.ready);
            if ready.len() >= REMEMBERED_ANSWERS {
                ready.pop_front();
            }
            ready.push_back((asked, reply.clone()));
        }
        reply
    }

    /// Answers a call on which faults act. A fault that replaces the answer does not use up the
    /// minute, because the call never reaches the rate limit.
    fn spoilt(&self, call: &Call<'_>, query: &Query, faults: &Active) -> Reply {
        let query = misread(query.clone(), call.path, faults);
        let speed = self.settings.speed.max(1);
        let mut answer = instead_of_answer(faults, speed).unwrap_or_else(|| {
            let answer = self.answer(call, &query, faults);
            answer.unwrap_or_else(Answer::from)
        });
        if faults.has(Fault::CutJson) {
            let mut places = 0..=answer.body.len() / 2;
            let half = places.rfind(|at| answer.body.is_char_boundary(*at));
            answer.body.truncate(half.unwrap_or_default());
        }
        answer.body.insert_str(0, warning(faults));
        let mut reply = Reply::of(answer, call.coding);
        let path_and_query = format!("{}?{}", call.path, call.query);
        reply = reply.to(location(faults, call.host, &path_and_query));
        if faults.has(Fault::CutBody) {
            reply = reply.cut();
        }
        if faults.has(Fault::SlowAnswer) {
            reply = reply.after(SLOW / speed);
        }
        reply
    }
}

fn check_repeated(query: &Query) -> Result<(), Refusal> {
    query
        .repeated()
        .map_or(Ok(()), |name| Err(Refusal::repeated(name)))
}

/// Locks even if another thread panicked while it held the lock: every statement leaves the values
/// complete.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use axum::http::Method;
    use jiff::civil::date;
    use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

    use crate::catalogue::generate;
    use crate::fault::Active;
    use crate::provider::{Call, Provider, Settings};
    use crate::query::Query;
    use crate::reply::Coding;
    use crate::reports::Shape;

    fn provider() -> Provider {
        let settings = Settings {
            seed: 1,
            api_key: "k".to_owned(),
            speed: u32::MAX,
            today: date(2026, 11, 20),
            shape: Shape::Wrapped,
            catalogue: generate(1, 5),
            faults: Vec::new(),
            admin: false,
        };
        Provider::new(settings, None)
    }

    fn values() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[0-9]{1,20}",
            "-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}(T[0-9:.]{0,12}(Z|%2B[0-9:]{2,5})?)?",
            "(user|true|ios|cpr|US|jsonp|id,link|user-42|,| ){0,3}",
        ]
    }

    fn queries() -> impl Strategy<Value = String> {
        let names = prop::sample::select(vec![
            "country",
            "limit",
            "type",
            "updated_since",
            "fields",
            "offerwall_offers",
            "device",
            "subid",
            "subid2",
            "gaid",
            "format",
            "callback",
            "offer_id",
            "start_date",
            "end_date",
            "x",
        ]);
        prop::collection::btree_map(names, values(), 0..5).prop_map(|pairs| {
            let pairs = pairs.iter().map(|(name, value)| format!("&{name}={value}"));
            format!("id=1&api_key=k{}", pairs.collect::<String>())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn every_query_is_answered_with_json_or_a_script(query in queries()) {
            let provider = provider();
            for path in ["/api/offers", "/api/conversions", "/api/reversals"] {
                let call = Call {
                    method: &Method::GET,
                    path,
                    query: &query,
                    host: "127.0.0.1",
                    user_agent: "",
                    caller: IpAddr::V4(Ipv4Addr::LOCALHOST),
                    coding: Coding::Identity,
                };
                let answer = match provider.answer(&call, &Query::parse(&query), &Active::default()) {
                    Ok(answer) => answer,
                    Err(refusal) => refusal.into(),
                };
                assert!([200, 400, 429].contains(&answer.status));
                if answer.content_type.starts_with("application/json") {
                    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
                    let status = if answer.status == 200 { "success" } else { "error" };
                    assert!(json.is_array() || json["status"] == status);
                }
            }
        }
    }
}
