//! Each case passes on the recorded answer and fails on a mutated one, and mutants break what they
//! should.

use std::collections::{BTreeMap, BTreeSet};

use cpalead_conformance::{Catalogue, Exchange, Recordings, Requirement};
use serde::Deserialize;
use serde_json::Value;

use crate::support::recordings;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mutation: Vec<Mutation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    what: String,
    exchange: String,
    like: Option<String>,
    set: Option<(String, String)>,
    remove: Option<String>,
    repeat: Option<usize>,
    reverse: Option<String>,
    status: Option<u16>,
    body: Option<String>,
    header: Option<(String, String)>,
    replace: Option<(String, String)>,
    #[serde(default)]
    echo: bool,
}

type Exchanges = BTreeMap<String, Exchange>;

/// The recorded exchanges, and the document, which the sandbox does not serve.
fn good(catalogue: &Catalogue) -> Exchanges {
    let recordings = Recordings::open(&recordings(), None).unwrap();
    let names: BTreeSet<&String> = catalogue
        .requirements()
        .iter()
        .flat_map(|r| &r.exchanges)
        .collect();
    let recorded = names
        .into_iter()
        .filter_map(|name| Some((name.clone(), recordings.exchange(name).unwrap()?)));
    let mut all: Exchanges = recorded.collect();
    let document = Exchange {
        name: "general/document".to_owned(),
        path: "/api/openapi.json".to_owned(),
        query: Vec::new(),
        status: 200,
        headers: Vec::new(),
        body: br#"{"openapi":"3.0.3"}"#.to_vec(),
        key_echoed: false,
    };
    all.insert(document.name.clone(), document);
    all
}

fn verdict(requirement: &Requirement, all: &Exchanges) -> &'static str {
    let exchanges: Vec<&Exchange> = requirement
        .exchanges
        .iter()
        .map(|name| &all[name])
        .collect();
    requirement.judge(&exchanges).name()
}

/// The requirements that do not pass, of those that judge the exchange.
fn broken(catalogue: &Catalogue, all: &Exchanges, exchange: &str) -> Vec<String> {
    let judging = catalogue
        .requirements()
        .iter()
        .filter(|r| r.exchanges.iter().any(|name| name == exchange));
    let broken = judging.filter_map(|requirement| {
        let verdict = verdict(requirement, all);
        (verdict != "passed").then(|| format!("{} {verdict}", requirement.id))
    });
    broken.collect()
}

impl Mutation {
    fn apply(&self, all: &mut Exchanges) {
        let like = self.like.as_ref().map(|name| all[name].clone());
        let exchange = all.get_mut(&self.exchange).unwrap();
        let before = exchange.clone();
        if let Some(like) = like {
            exchange.status = like.status;
            exchange.headers = like.headers;
            exchange.body = like.body;
        }
        if let Some(body) = &self.body {
            exchange.body = body.clone().into_bytes();
        }
        if let Some((from, to)) = &self.replace {
            let text = String::from_utf8(exchange.body.clone()).unwrap();
            exchange.body = text.replace(from, to).into_bytes();
        }
        if let Some(status) = self.status {
            exchange.status = status;
        }
        if let Some((name, value)) = &self.header {
            exchange.headers.retain(|(other, _)| other != name);
            exchange.headers.push((name.clone(), value.clone()));
        }
        exchange.key_echoed = self.echo;
        if self.set.is_some()
            || self.remove.is_some()
            || self.repeat.is_some()
            || self.reverse.is_some()
        {
            let mut json: Value = serde_json::from_slice(&exchange.body).unwrap();
            self.change(&mut json);
            exchange.body = json.to_string().into_bytes();
        }
        assert_ne!(*exchange, before, "{} changes nothing", self.what);
    }

    fn change(&self, json: &mut Value) {
        if let Some((path, value)) = &self.set {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            let parent = at(json, parent);
            let value: Value = serde_json::from_str(value).unwrap();
            match name.parse::<usize>() {
                Ok(index) => parent[index] = value,
                Err(_) => parent[name] = value,
            }
        }
        if let Some(path) = &self.remove {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            at(json, parent)
                .as_object_mut()
                .unwrap()
                .remove(name)
                .unwrap();
        }
        if let Some(count) = self.repeat {
            let row = json["offers"][0].clone();
            json["offers"] = Value::Array(vec![row; count]);
        }
        if let Some(name) = &self.reverse {
            json[name].as_array_mut().unwrap().reverse();
        }
    }
}

fn at<'a>(json: &'a mut Value, path: &str) -> &'a mut Value {
    let path = if path.is_empty() {
        String::new()
    } else {
        format!("/{path}")
    };
    json.pointer_mut(&path).unwrap()
}

#[test]
fn every_case_passes_on_the_recorded_answers() {
    let catalogue = Catalogue::bundled().unwrap();
    let good = good(&catalogue);
    for requirement in catalogue.requirements() {
        assert_eq!(verdict(requirement, &good), "passed", "{}", requirement.id);
    }
}

#[test]
fn every_case_fails_on_a_mutated_answer_and_mutants_break_what_they_should() {
    let catalogue = Catalogue::bundled().unwrap();
    let good = good(&catalogue);
    let file: File = toml::from_str(include_str!("../mutations.toml")).unwrap();
    let (mut table, mut seen) = (String::new(), BTreeSet::new());
    for mutation in &file.mutation {
        let mut all = good.clone();
        mutation.apply(&mut all);
        let broken = broken(&catalogue, &all, &mutation.exchange);
        table.push_str(&format!("{} ({})\n", mutation.what, mutation.exchange));
        for line in &broken {
            table.push_str(&format!("    {line}\n"));
            let id = line.split(' ').next().unwrap();
            if !line.ends_with("skipped") {
                seen.insert(id.to_owned());
            }
        }
        assert!(!broken.is_empty(), "nothing notices: {}", mutation.what);
    }
    let never: Vec<&String> = catalogue
        .requirements()
        .iter()
        .map(|r| &r.id)
        .filter(|id| !seen.contains(*id))
        .collect();
    assert_eq!(never, [""; 0], "cases that no mutation fails");
    insta::assert_snapshot!(table);
}
