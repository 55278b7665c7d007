//! Leads on a real Redis server: one turn among many, none lost, none twice.

use std::time::Duration;

use cpalead::clock::ManualClock;
use cpalead::postbacks::{Committed, Lead, LeadStore, LeadTicket, Leads, MemoryLeads, RedisLeads};

use crate::redis_server::RedisServer;

fn leads(server: &RedisServer) -> Leads {
    Leads::new(RedisLeads::new(&server.url()).expect("a url"))
}

async fn begin(leads: &Leads, lead: &str) -> Lead {
    leads.begin(lead).await.expect("redis is there")
}

#[tokio::test]
async fn of_many_hosts_one_gets_the_turn_and_a_lead_that_is_done_stays_done() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let leads = leads(&server);
        tasks.spawn(async move { begin(&leads, "901").await });
    }
    let (mut tickets, mut busy) = (Vec::new(), 0);
    for lead in tasks.join_all().await {
        match lead {
            Lead::New(ticket) => tickets.push(ticket),
            Lead::Busy => busy += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((tickets.len(), busy), (1, 15));
    let ticket = tickets.pop().expect("one");
    assert_eq!(
        ticket.commit().await.expect("redis is there"),
        Committed::InTime
    );
    assert!(matches!(begin(&leads(&server), "901").await, Lead::Done));
    assert!(matches!(begin(&leads(&server), "902").await, Lead::New(_)));
    let keys = server.command(&["KEYS", "*"]).expect("an answer");
    assert_eq!(keys.matches("cpalead:leads:1:").count(), 2, "{keys}");
    assert!(!keys.contains("901"), "{keys}");
}

#[tokio::test]
async fn a_turn_that_ended_is_taken_over_and_its_late_commit_says_so() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    // A lease of nothing has ended at once, so nobody has to wait.
    let short = leads(&server).lease(Duration::ZERO);
    let Lead::New(first) = begin(&short, "901").await else {
        panic!("it is new");
    };
    let Lead::Interrupted(second) = begin(&leads(&server), "901").await else {
        panic!("the first did not finish");
    };
    assert!(matches!(begin(&leads(&server), "901").await, Lead::Busy));
    assert_eq!(
        first.commit().await.expect("redis is there"),
        Committed::TakenOver
    );
    assert_eq!(
        second.commit().await.expect("redis is there"),
        Committed::InTime
    );
    assert!(matches!(begin(&leads(&server), "901").await, Lead::Done));
}

/// What a store answers to one step, and the tickets that it gave out.
struct Run<S> {
    store: S,
    tickets: Vec<Option<LeadTicket>>,
}

impl<S: LeadStore + Clone> Run<S> {
    async fn step(&mut self, step: u8) -> String {
        let at = usize::from(step / 4) % self.tickets.len().max(1);
        if let (2..4, Some(ticket)) = (step % 4, self.tickets.get_mut(at).and_then(Option::take)) {
            return format!("{:?}", ticket.commit().await.expect("the store is there"));
        }
        let clock = ManualClock::new("2026-01-15T12:00:00Z".parse().expect("a time"));
        let lease = Duration::from_secs(u64::from(step % 2) * 3600);
        let leads = Leads::new(self.store.clone()).lease(lease).clock(clock);
        let (word, ticket) = match begin(&leads, "901").await {
            Lead::New(ticket) => ("new", ticket),
            Lead::Interrupted(ticket) => ("interrupted", ticket),
            Lead::Done => return "done".to_owned(),
            Lead::Busy => return "busy".to_owned(),
        };
        self.tickets.push(Some(ticket));
        word.to_owned()
    }
}

#[tokio::test]
async fn the_script_does_what_the_record_does() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        server.command(&["FLUSHALL"]).expect("an answer");
        let mut redis = Run {
            store: RedisLeads::new(&server.url()).expect("a url"),
            tickets: Vec::new(),
        };
        let mut memory = Run {
            store: MemoryLeads::default(),
            tickets: Vec::new(),
        };
        let steps: Vec<u8> = (0..6).map(|_| fastrand::u8(..)).collect();
        for step in &steps {
            let expected = memory.step(*step).await;
            assert_eq!(redis.step(*step).await, expected, "{steps:?}");
            seen.insert(expected);
        }
    }
    let every = ["InTime", "TakenOver", "busy", "done", "interrupted", "new"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), every);
}

#[tokio::test]
async fn without_redis_nobody_gets_the_turn_and_no_password_is_shown() {
    let store = RedisLeads::new("redis://:hunter2@127.0.0.1:9").expect("a url");
    let leads = Leads::new(store);
    let error = leads.begin("901").await.expect_err("nothing listens there");
    assert_eq!(
        error.to_string(),
        "could not reach redis for the leads; start it, or choose another store"
    );
    assert!(!format!("{error:?} {leads:?}").contains("hunter2"));
    assert!(
        RedisLeads::new("http://:hunter2@x")
            .is_err_and(|error| !format!("{error:?}").contains("hunter2"))
    );
}
