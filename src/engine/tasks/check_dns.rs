//! Looks at DNS again and again until the person goes on: live answers, the zone, and what the platform says.

use crate::dnscheck::{CheckedRecord, Expected, Facts, LiveAnswers, judge, questions};
use crate::domain::{DomainName, Platform};
use crate::session::{Activity, Event};
use crate::settings::Platforms;

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

async fn look(context: &TaskContext, domain: &DomainName) -> Result<Vec<CheckedRecord>, Failure> {
    let (destination, has_api) = {
        let session = context.session.borrow();
        (session.destination.clone(), session.api.is_some())
    };
    let service = destination.as_ref().and_then(|d| d.service.clone());
    let host = destination.as_ref().map(|d| d.endpoint.host.clone());
    let platform = service.as_ref().map_or(Platform::Imap, |service| service.platform);
    let platforms = Platforms::embedded();
    let mut expected = Expected::from_platform(domain, platform, host.as_deref(), &platforms);
    let mut zone = None;
    if has_api {
        let api = context.api().await?;
        if let Some(service) = &service
            && let Some(attached) = api.domain(service, domain).await?
        {
            expected = Expected::from_api(&attached, platform, host.as_deref(), &platforms);
        }
        zone = api.zone_records(domain).await?;
    }
    let mut live = LiveAnswers::default();
    for (name, record_type) in questions(&expected) {
        // A question that nobody answered is left out: the judgement says so, record by record.
        if let Ok(answer) = context.ports.resolver.lookup(domain, &name, record_type).await {
            live.insert(&name, record_type, answer.records);
        }
    }
    Ok(judge(&Facts { expected, live, zone }))
}
