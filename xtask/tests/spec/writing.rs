//! Writing everything or nothing: a process is ended at every step, and the tree is consistent
//! after each.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use xtask::spec::{Exit, Options, World, restore, update_in};

use crate::tree::{TODAY, Tree, upstream};

/// Passes the tree and the last step to the process that is ended.
const ROOT: &str = "XTASK_TEST_TREE";
const STEP: &str = "XTASK_TEST_STEP";

fn changed() -> Vec<u8> {
    let mut document = upstream();
    document["info"]["title"] = "Another title".into();
    serde_json::to_vec(&document).unwrap()
}

/// The process that is ended. As one of the normal tests it does nothing.
#[test]
fn a_run_that_may_be_ended() {
    let (Some(root), Ok(last)) = (std::env::var_os(ROOT), std::env::var(STEP)) else {
        return;
    };
    let last: usize = last.parse().unwrap();
    let root = PathBuf::from(root);
    let options = Options {
        from: Some(root.join("given.json").to_string_lossy().into_owned()),
        accept: vec!["all".to_owned()],
        ..Options::default()
    };
    let mut steps = 0;
    let mut world = World {
        today: TODAY.to_owned(),
        limits: xtask::spec::Limits::default(),
        input: &mut std::io::empty(),
        step: &mut |_| {
            if steps == last {
                std::process::abort();
            }
            steps += 1;
        },
        generate: &|_| Ok(Vec::new()),
    };
    assert_eq!(
        update_in(&root, &options, &mut world).unwrap().exit,
        Exit::Done
    );
}

fn child(tree: &Tree, step: usize) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writing::a_run_that_may_be_ended", "--quiet"])
        .env(ROOT, &tree.root)
        .env(STEP, step.to_string())
        .output()
        .unwrap()
        .status
        .success()
}

#[test]
fn a_run_ended_at_any_step_leaves_the_old_state_or_the_new_one() {
    let new: BTreeMap<String, Vec<u8>> = {
        let tree = Tree::new();
        tree.run(&Options {
            accept: vec!["all".to_owned()],
            ..tree.from(&changed())
        })
        .unwrap();
        tree.files()
    };
    let (mut olds, mut news) = (0, 0);
    for step in 0.. {
        let tree = Tree::new();
        tree.from(&changed());
        let old = tree.files();
        let finished = child(&tree, step);
        // No file is half written after any step.
        for (path, bytes) in &tree.files() {
            let known = old.get(path) == Some(bytes) || new.get(path) == Some(bytes);
            assert!(
                known || path.contains("/.") || path.starts_with('.'),
                "step {step}: {path} is neither old nor new"
            );
        }
        restore(&tree.root).unwrap();
        let files = tree.files();
        if files == old {
            olds += 1;
        } else {
            assert_eq!(
                files, new,
                "step {step}: neither the old state nor the new one"
            );
            news += 1;
        }
        if finished {
            break;
        }
        assert!(step < 100, "the run does not end");
    }
    // The state is old until the journal is removed, then new.
    assert!(olds >= 12 && news >= 2, "{olds} old, {news} new");
}

#[test]
fn the_next_run_restores_and_says_so() {
    let tree = Tree::new();
    tree.from(&changed());
    let old = tree.files();
    // During the renames.
    assert!(!child(&tree, 11));
    assert_ne!(tree.files(), old);
    let outcome = tree
        .run(&Options {
            offline: true,
            check: true,
            ..Options::default()
        })
        .unwrap();
    assert_eq!(outcome.exit, Exit::Done);
    assert!(
        outcome.report.contains(
            "an earlier run was interrupted while it wrote; its files were restored first"
        ),
        "{}",
        outcome.report
    );
    assert_eq!(tree.files(), old);
}

#[test]
fn a_failed_write_leaves_everything_as_it_was() {
    let tree = Tree::new();
    let old = tree.files();
    // A directory in the place of the changelog.
    std::fs::create_dir(tree.root.join("CHANGELOG.md")).unwrap();
    let problem = tree
        .run(&Options {
            accept: vec!["all".to_owned()],
            ..tree.from(&changed())
        })
        .unwrap_err();
    assert_eq!(problem.exit, Exit::Failed);
    assert!(
        problem.message.contains("everything was left as it was"),
        "{problem}"
    );
    assert_eq!(tree.files(), old);
}

#[test]
fn two_runs_in_one_tree_do_not_run_at_once() {
    let mut tree = Tree::new();
    tree.limits.time = Duration::from_millis(60);
    let lock = fs::File::create(tree.root.join("spec/.update-spec.lock")).unwrap();
    lock.lock().unwrap();
    let options = Options {
        offline: true,
        ..Options::default()
    };
    let problem = tree.run(&options).unwrap_err();
    assert_eq!(problem.exit, Exit::Failed);
    assert_eq!(
        problem.message,
        "another update-spec is running in this tree; try again when it has ended"
    );
    lock.unlock().unwrap();
    assert_eq!(tree.run(&options).unwrap().exit, Exit::Done);
}
