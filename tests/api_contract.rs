//! What our client calls, sends, reads and matches on exists in the API: compared with the official descriptions where
//! `MAILFERRY_API_SPECS` names their folder, and with the extract that the project keeps where it does not.

#[path = "support/api_checks.rs"]
mod api_checks;
#[path = "support/api_specs.rs"]
mod api_specs;

use std::collections::BTreeSet;

use api_checks::Judge;
use api_specs::{EXTRACT, Facts, Route, WRITE, check_routes, is_to_be_written, kept, known, official, write};
use mailferry::adapters::ovh::contract::{ROUTES, complete_words, known_words, reads, sends};
use mailferry::sandbox::SERVED_ROUTES;

fn complain(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

/// Everything that the client believes, before a judge.
fn hear(judge: &Judge<'_>) {
    for read in &reads() {
        judge.read(read);
    }
    for sent in &sends() {
        judge.sent(sent);
    }
    for (models, ours) in complete_words() {
        for model in models {
            match judge.enumerated(model) {
                None => judge.complain(format!("{model}: there is no such enum")),
                Some(theirs) => {
                    for word in theirs.iter().filter(|word| !ours.contains(&word.as_str())) {
                        judge.complain(format!("{model}: {word} is not known here"));
                    }
                }
            }
        }
    }
    for (model, ours) in known_words() {
        let theirs = judge.enumerated(model);
        for word in ours.iter().filter(|word| !theirs.is_some_and(|theirs| theirs.contains(**word))) {
            judge.complain(format!("{model}: {word} is not a word of it"));
        }
    }
}

/// What of the descriptions is needed here.
fn extract(all: &Facts) -> Facts {
    let judge = Judge::new(all);
    hear(&judge);
    let mut facts = Facts { source: all.source.clone(), ..Facts::default() };
    for (method, template) in ROUTES.iter().chain(SERVED_ROUTES) {
        let call = format!("{method} {template}");
        if let Some(route) = all.routes.get(&call) {
            facts.routes.insert(call, route.clone());
        }
    }
    for (model, name) in judge.fields.borrow().iter() {
        if let Some(field) = all.models.get(model).and_then(|fields| fields.get(name)) {
            facts.models.entry(model.clone()).or_default().insert(name.clone(), field.clone());
        }
    }
    for enumerated in judge.words.borrow().iter() {
        if let Some(words) = all.words.get(enumerated) {
            facts.words.insert(enumerated.clone(), words.clone());
        }
    }
    facts
}

#[test]
fn every_route_that_is_called_exists() {
    complain("routes that the API does not have", &check_routes(&known(), ROUTES));
}

#[test]
fn every_route_that_the_sandbox_serves_exists() {
    complain("routes of the sandbox that the API does not have", &check_routes(&known(), SERVED_ROUTES));
}

#[test]
fn every_route_that_is_called_is_served_by_the_sandbox() {
    let missing = ROUTES.iter().filter(|route| !SERVED_ROUTES.contains(route));
    complain(
        "routes that the sandbox does not know",
        &missing.map(|(method, template)| format!("{method} {template}")).collect::<Vec<_>>(),
    );
}

#[test]
fn every_field_that_is_sent_or_read_exists_and_every_word_is_known() {
    let facts = known();
    let judge = Judge::new(&facts);
    hear(&judge);
    complain("the client and the API differ", &judge.complaints());
}

#[test]
fn the_table_of_routes_and_the_tables_of_bodies_cover_each_other() {
    let known = known();
    let routes: BTreeSet<String> = ROUTES.iter().map(|(method, template)| format!("{method} {template}")).collect();
    assert_eq!(routes.len(), ROUTES.len(), "a route is there twice");
    let read: BTreeSet<String> = reads()
        .iter()
        .flat_map(|read| read.routes.iter().map(|template| format!("{} {template}", read.method)).collect::<Vec<_>>())
        .collect();
    let sent: BTreeSet<String> = sends().iter().map(|sent| format!("{} {}", sent.method, sent.route)).collect();
    let mut found: Vec<String> =
        read.union(&sent).filter(|call| !routes.contains(*call)).map(|call| format!("{call} is not in the table")).collect();
    let has_body = |route: &Route| route.model.is_some() || !route.fields.is_empty();
    for call in &routes {
        if call.starts_with("GET ") && !read.contains(call) {
            found.push(format!("{call}: nobody says what is read"));
        }
        if known.routes.get(call).is_some_and(has_body) && !sent.contains(call) {
            found.push(format!("{call}: nobody says what is sent"));
        }
    }
    complain("the tables have gaps", &found);
}

#[test]
fn the_extract_is_what_the_descriptions_say() {
    let Some(all) = official() else { return };
    let now = extract(&all);
    if is_to_be_written() {
        write(&now);
    }
    assert!(now == kept(), "{EXTRACT} is not up to date: set {WRITE} and run this test again");
}

#[test]
fn a_wrong_belief_is_noticed() {
    let facts = known();
    let routes = [("GET", "/email/pro/{service}"), ("POST", "/email/mxplan/{service}/domain")];
    assert_eq!(check_routes(&facts, &routes), ["POST /email/mxplan/{service}/domain: there is no such route"]);
    let mut sends = sends();
    let body = &mut sends.iter_mut().find(|sent| sent.route == "/email/domain/{domain}/account").expect("an account is made").body;
    let object = body.as_object_mut().expect("an object");
    object.remove("password");
    object.insert("size".to_owned(), serde_json::Value::from("large"));
    object.insert("colour".to_owned(), serde_json::Value::from("blue"));
    let judge = Judge::new(&facts);
    for sent in &sends {
        judge.sent(sent);
    }
    let complaints = judge.complaints();
    for wanted in ["password is required", "\"large\" is sent where long is expected", "no field colour"] {
        assert!(complaints.iter().any(|complaint| complaint.contains(wanted)), "{wanted}: {complaints:?}");
    }
}
