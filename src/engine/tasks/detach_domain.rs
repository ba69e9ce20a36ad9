//! Takes a domain from the target service again: the reverse of attaching it, once none of our accounts is in it any more.

use crate::domain::{DomainName, ObjectState};
use crate::session::{Activity, Event, Undo};

use super::super::context::{Failure, TaskContext};

pub(super) async fn run(context: &TaskContext, domain: &DomainName) -> Result<(), Failure> {
    let (service, leaving) = {
        let session = context.session.borrow();
        (session.destination.as_ref().and_then(|d| d.service.clone()), session.domains.get(domain).and_then(|d| d.leaving))
    };
    let Some(service) = service else { return context.record(Event::DomainDetached { domain: domain.clone() }).await };
    let mut is_intended = leaving == Some(Undo::Intended);
    context.doing(Activity::Connecting);
    let api = context.api().await?;
    loop {
        match api.domain(&service, domain).await? {
            None => return context.record(Event::DomainDetached { domain: domain.clone() }).await,
            Some(attached) if attached.state == ObjectState::Busy => context.doing(Activity::WaitingForPlatform),
            Some(_) => {
                if !is_intended {
                    context.record(Event::DomainDetachIntended { domain: domain.clone() }).await?;
                    is_intended = true;
                }
                context.doing(Activity::Asking);
                api.detach_domain(&service, domain).await?;
            }
        }
        if !context.pause(context.limits.operation_poll_millis).await {
            return Ok(());
        }
    }
}
