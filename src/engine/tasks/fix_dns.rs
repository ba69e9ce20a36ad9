//! Changes one record of the zone: backup first, then the change as far as it is not done yet, then publish.

use crate::dnscheck::{Change, RecordPurpose};
use crate::domain::{DomainName, ZoneRecord};
use crate::ports::PlatformApi;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event};

use super::super::context::{Failure, TaskContext};

pub(super) async fn run(context: &TaskContext, domain: &DomainName, purpose: RecordPurpose) -> Result<(), Failure> {
    let (change, is_intended) = {
        let session = context.session.borrow();
        let Some(state) = session.dns.get(domain) else { return Ok(()) };
        let Some(change) = state.fixes.get(&purpose).cloned() else { return Ok(()) };
        (change, state.backups.contains_key(&purpose))
    };
    context.doing(Activity::Connecting);
    let api = context.api().await?;
    if !is_intended {
        context.doing(Activity::Writing);
        let zone = api.zone_export(domain).await?;
        let name = format!("zone-{domain}-{}-{}.txt", purpose.key(), context.ports.clock.now().0);
        context.ports.journal.save_file(&name, zone.as_bytes()).await?;
        context.record(Event::DnsFixIntended { domain: domain.clone(), purpose, backup: name }).await?;
    }
    context.doing(Activity::Asking);
    apply(api.as_ref(), domain, &change).await?;
    api.zone_refresh(domain).await?;
    context.record(Event::DnsFixed { domain: domain.clone(), purpose }).await
}

/// Applies what is not applied yet: the zone is read first, so that a change cut in the middle is completed and never done twice.
async fn apply(api: &dyn PlatformApi, domain: &DomainName, change: &Change) -> Result<(), Failure> {
    let not_here = || Failure::from(Problem::new(ProblemCode::ZoneNotHere).with("domain", domain));
    let zone = api.zone_records(domain).await?.ok_or_else(not_here)?;
    let is_same = |a: &ZoneRecord, b: &ZoneRecord| a.field_type == b.field_type && a.sub_domain == b.sub_domain && a.target == b.target;
    for record in &change.remove {
        if zone.iter().any(|there| there.id == record.id && is_same(there, record)) {
            api.zone_remove(domain, record.id).await?;
        }
    }
    for record in &change.update {
        if zone.iter().any(|there| there.id == record.id && !is_same(there, record)) {
            api.zone_update(domain, record).await?;
        }
    }
    for record in &change.add {
        if !zone.iter().any(|there| is_same(there, record)) {
            api.zone_add(domain, record).await?;
        }
    }
    Ok(())
}
