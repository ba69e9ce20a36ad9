//! How fast messages are recognised: it is done once per message on each side of a copy.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailferry::mailcopy::Fingerprint;

fn message(attachment_lines: usize) -> Vec<u8> {
    let head = "Received: from mx1.example.com by mx2.example.org; Mon, 2 Feb 2026 10:00:01 +0100\r\nMessage-ID: <1@example.com>\r\n\
        Date: Mon, 2 Feb 2026 10:00:00 +0100\r\nFrom: \"John Smith\" <john@example.com>\r\nTo: anna@example.org\r\n\
        Subject: =?utf-8?q?=C3=89tat_des?= lieux\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=one\r\n\r\n--one\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    let text = "Nous avons bien re=C3=A7u votre courrier et vous en remercions, en attendant.\r\n".repeat(40);
    let part = "--one\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let attachment = "JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0ZpbHRlci9GbGF0ZURl\r\n".repeat(attachment_lines);
    [head, &text, part, &attachment, "--one--\r\n"].concat().into_bytes()
}

fn fingerprints(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fingerprint");
    for (name, lines) in [("8 kB", 50), ("1 MB", 12_500)] {
        let message = message(lines);
        group.throughput(Throughput::Bytes(message.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| Fingerprint::of(black_box(&message))));
    }
    group.finish();
}

criterion_group!(benches, fingerprints);
criterion_main!(benches);
