//! Names of mailboxes: the two spellings, and the mapping of a large account.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailferry::domain::{MailboxName, Platform, WireName, decode_utf7, encode_utf7};
use mailferry::plan::{SeenMailbox, TargetTraits, map_mailboxes};

const NAMES: [&str; 4] = ["Archive", "Éléments envoyés", "Tom & Jerry", "台北/日本語"];

fn spelling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("modified UTF-7");
    let wire: Vec<String> = NAMES.iter().map(|name| encode_utf7(name)).collect();
    group.throughput(Throughput::Elements(NAMES.len() as u64));
    group.bench_function("written", |bencher| bencher.iter(|| NAMES.iter().map(|name| encode_utf7(black_box(name))).collect::<Vec<_>>()));
    group.bench_function("read", |bencher| bencher.iter(|| wire.iter().filter_map(|name| decode_utf7(black_box(name))).count()));
    group.finish();
}

/// So many mailboxes, three levels deep.
fn account(mailboxes: u32) -> Vec<SeenMailbox> {
    let mailbox = |number: u32| {
        let segments = [format!("Clients {}", number % 7), format!("Année {}", number % 40), format!("Projet n° {number}")];
        SeenMailbox {
            wire: WireName(encode_utf7(&segments.join("/"))),
            name: MailboxName::from_segments(segments).expect("a name"),
            role: None,
            is_selectable: true,
            is_subscribed: true,
            messages: 100,
        }
    };
    (0..mailboxes).map(mailbox).collect()
}

fn mapping(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mapping");
    let traits = TargetTraits::of(Platform::Zimbra, Some('/'), Vec::new());
    for mailboxes in [50, 2000] {
        let seen = account(mailboxes);
        group.throughput(Throughput::Elements(u64::from(mailboxes)));
        group.bench_function(format!("{mailboxes} mailboxes"), |bencher| {
            bencher.iter(|| map_mailboxes(black_box(&seen), Platform::Exchange, &traits));
        });
    }
    group.finish();
}

criterion_group!(benches, spelling, mapping);
criterion_main!(benches);
