//! Documents with random parts replaced: the pipeline accepts or refuses them and never panics.

use serde_json::{Value, json};
use xtask::spec::Options;

use crate::corpus::documents;
use crate::tree::Tree;

/// Pseudo-random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

/// Every place of a document, as a JSON pointer.
fn places(value: &Value, place: &str, all: &mut Vec<String>) {
    all.push(place.to_owned());
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                places(
                    inner,
                    &format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")),
                    all,
                );
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                places(inner, &format!("{place}/{at}"), all);
            }
        }
        _ => {}
    }
}

fn anything(dice: &mut Dice, places: &[String]) -> Value {
    match dice.roll(10) {
        0 => Value::Null,
        1 => json!([]),
        2 => json!({}),
        3 => json!("\u{1b}[31m`|<x>"),
        4 => json!(true),
        5 => json!(-1.5e300),
        6 => json!([null, "a", {"$ref": 1}]),
        7 => {
            json!({"type": ["object", "array", "null", 7], "allOf": [{}], "oneOf": "x", "properties": []})
        }
        _ => json!({"$ref": format!("#{}", places[dice.roll(places.len())])}),
    }
}

#[test]
fn no_document_makes_the_pipeline_panic() {
    let rounds: usize = std::env::var("XTASK_HOSTILE_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(4);
    let tree = Tree::new();
    let (mut taken, mut refused) = (0, 0);
    let mut dice = Dice(rounds as u64);
    for (_, bytes) in documents() {
        let sound: Value = serde_json::from_slice(&bytes).unwrap();
        let mut all = Vec::new();
        places(&sound, "", &mut all);
        for _ in 0..rounds {
            let mut document = sound.clone();
            for _ in 0..=dice.roll(3) {
                let place = &all[dice.roll(all.len())];
                let new = anything(&mut dice, &all);
                if let Some(node) = document.pointer_mut(place) {
                    *node = new;
                }
            }
            let options = Options {
                from: Some("-".to_owned()),
                check: true,
                ..Options::default()
            };
            match tree.run_with(&options, document.to_string().as_bytes()) {
                Ok(outcome) => {
                    taken += 1;
                    let line = outcome.report.lines().find(|line| line.contains('\u{1b}'));
                    assert_eq!(line, None, "a control character reaches the terminal");
                }
                Err(problem) => {
                    refused += 1;
                    assert!(!problem.to_string().contains(['\n', '\u{1b}']), "{problem}");
                }
            }
        }
    }
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused");
}
