//! Attaches the mail domain to the target service, non-authoritative, and waits until the service can use it.

use crate::domain::{DomainName, DomainType, ObjectState};
use crate::ports::ApiError;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event};

use super::super::context::{Failure, TaskContext};

pub(super) async fn run(context: &TaskContext, domain: &DomainName) -> Result<(), Failure> {
    let Some(service) = context.session.borrow().destination.as_ref().and_then(|d| d.service.clone()) else {
        return Err(Problem::new(ProblemCode::DomainNotReady).with("domain", domain).into());
    };
    let mut is_ours = context.session.borrow().domains.get(domain).is_some_and(|d| d.is_intended);
    context.doing(Activity::Connecting);
    let api = context.api().await?;
    loop {
        context.doing(Activity::WaitingForPlatform);
        match api.domain(&service, domain).await? {
            Some(attached) if attached.state == ObjectState::Ok => {
                return context.record(Event::DomainReady { domain: domain.clone(), attached_by_us: is_ours }).await;
            }
            Some(attached) if attached.state == ObjectState::Unusable => {
                return Err(Problem::new(ProblemCode::DomainNotReady).with("domain", domain).with("service", &service).into());
            }
            Some(_) => {}
            None if service.platform.is_mx_plan() => {
                return Err(Problem::new(ProblemCode::DomainNotHere).with("domain", domain).with("service", &service).into());
            }
            None => {
                context.record(Event::DomainAttachIntended { service: service.clone(), domain: domain.clone() }).await?;
                is_ours = true;
                context.doing(Activity::Asking);
                api.attach_domain(&service, domain, DomainType::NonAuthoritative).await.map_err(|error| why_refused(error, domain))?;
            }
        }
        if !context.pause(context.limits.operation_poll_millis).await {
            return Ok(());
        }
    }
}

/// A service refuses a domain that is authoritative on another one: that one has to give this up first, in the control panel.
fn why_refused(error: ApiError, domain: &DomainName) -> Failure {
    match &error {
        ApiError::Refused { message, .. } if message.to_lowercase().contains("authoritative") => {
            Problem::new(ProblemCode::DomainElsewhere).with("domain", domain).because(&error).into()
        }
        _ => error.into(),
    }
}
