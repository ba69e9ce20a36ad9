//! What a person would want to read about events, in one line each.

use crate::dnscheck::Verdict;
use crate::domain::{Feature, FeatureId, FeatureKind, FeatureOwner, MailboxId, MigrationId};
use crate::session::{Event, Session, Strategy, Witness};

use super::{account_of, count, json, messages, one_line};

fn mailbox_of(session: &Session, id: MigrationId, mailbox: MailboxId) -> String {
    let name = session.migration(id).and_then(|m| m.mailboxes.get(&mailbox)).map(|m| m.mapping.name.to_string());
    format!("{}{}", account_of(session, Some(id)), name.unwrap_or_default())
}

/// What a person would want to read about an event; `None` for what only the machine needs. `session` knows the event already.
pub(in crate::cli) fn event(session: &Session, event: &Event) -> Option<String> {
    let account = |id: &MigrationId| account_of(session, Some(*id));
    Some(match event {
        Event::SessionOpened { id, .. } => format!("session {id} begun"),
        Event::SessionResumed { .. } => "session taken up again".to_owned(),
        Event::ApiConnected { .. } => "connected to the OVHcloud API".to_owned(),
        Event::SourcesChosen { accounts } => {
            let names: Vec<String> = accounts.iter().map(|a| a.address.to_string()).collect();
            format!("to be moved: {}", names.join(", "))
        }
        Event::DestinationChosen { destination, .. } => match &destination.service {
            Some(service) => format!("destination: {} {service}", service.platform),
            None => format!("destination: {}", destination.endpoint),
        },
        Event::DomainAttachIntended { domain, .. } => format!("attaching {domain} to the destination"),
        Event::DomainReady { domain, .. } => format!("{domain} can be used at the destination"),
        Event::InventoryTaken { migration, inventory } => {
            let folders = inventory.mailboxes.len();
            format!("{}{} in {folders} folders, {}", account(migration), messages(inventory.messages), inventory.bytes)
        }
        Event::PlanAccepted { .. } => "plan accepted".to_owned(),
        Event::RenameIntended { migration, to, .. } => format!("{}renaming to {to}", account(migration)),
        Event::SourceRenamed { migration, witness } => match witness {
            Witness::NotNeeded => format!("{}keeps its name", account(migration)),
            Witness::Platform | Witness::Login => format!("{}renamed", account(migration)),
        },
        Event::RenameUndone { migration } => format!("{}has its own name again", account(migration)),
        Event::CreateIntended { migration, .. } => format!("{}creating the new account", account(migration)),
        Event::TargetCreated { migration, witness: Witness::Login | Witness::NotNeeded, .. } => {
            format!("{}the login at the new place works", account(migration))
        }
        Event::TargetCreated { migration, gap_millis, .. } => {
            let gap = gap_millis.map(|millis| format!(", the address was without a mailbox for {} s", millis.div_ceil(1000)));
            format!("{}new account created{}", account(migration), gap.unwrap_or_default())
        }
        Event::CreateUndone { migration } => format!("{}new account removed", account(migration)),
        Event::CreateUndoGivenUp { migration, messages } => {
            format!("{}new account kept for the mail that is in it: {messages}", account(migration))
        }
        Event::CopyConfirmed => "copy begun".to_owned(),
        Event::DeltaRequested { migration } => format!("{}another pass", account(migration)),
        Event::RefusedRetried { migration } => format!("{}refused messages are tried again", account(migration)),
        Event::RebuildsSeen { migration } => format!("{}the target gives messages another form: compared by content", account(migration)),
        Event::AlteredAccepted { migration } => format!("{}goes on although the target alters mail", account(migration)),
        Event::Paused => "paused".to_owned(),
        Event::Unpaused => "going on".to_owned(),
        Event::ReportSaved { files } => format!("report saved: {}", files.join(", ")),
        Event::SecretsForgotten => "passwords and keys forgotten".to_owned(),
        Event::SessionFinished => "finished".to_owned(),
        other => return act_event(session, other).or_else(|| mailbox_event(session, other)).or_else(|| dns_event(other)),
    })
}

/// Names that change hands, accounts that go, what belongs to them besides mail.
fn act_event(session: &Session, event: &Event) -> Option<String> {
    let account = |id: &MigrationId| account_of(session, Some(*id));
    Some(match event {
        Event::StrategyChosen { strategy } => format!("order of acts: {}", order_name(*strategy)),
        Event::DomainDetachIntended { domain } => format!("taking {domain} from the destination again"),
        Event::DomainDetached { domain } => format!("{domain} is not at the destination any more"),
        Event::TargetRenameIntended { migration, to, .. } => format!("{}giving the new account the name {to}", account(migration)),
        Event::TargetRenamed { migration, gap_millis, .. } => {
            format!("{}the new account has the address{}", account(migration), gap(*gap_millis))
        }
        Event::TargetRenameUndoIntended { migration, to, .. } => {
            format!("{}giving the new account the name {to} again", account(migration))
        }
        Event::TargetRenameUndone { migration } => format!("{}the new account has its temporary name again", account(migration)),
        Event::TargetPasswordRenewed { migration } => format!("{}the new account got another password", account(migration)),
        Event::RemovalConfirmed { migration } => format!("{}removal of the old account confirmed", account(migration)),
        Event::RemovalIntended { migration, .. } => format!("{}removing the old account", account(migration)),
        Event::SourceRemoved { migration, .. } => format!("{}old account removed", account(migration)),
        Event::ServerMigrationConfirmed { migration } => format!("{}OVHcloud may move it", account(migration)),
        Event::ServerMigrationIntended { migration, seat } => format!("{}OVHcloud moves it into {seat}", account(migration)),
        Event::ServerMigrated { migration, found, .. } => {
            let all: u64 = found.iter().map(|mailbox| u64::from(mailbox.messages)).sum();
            let folders = if found.len() == 1 { "1 folder".to_owned() } else { format!("{} folders", found.len()) };
            format!("{}moved by OVHcloud, {} in {folders}", account(migration), messages(all))
        }
        Event::FeaturesSeen { features, .. } | Event::SharedFeaturesSeen { features, .. } if features.is_empty() => return None,
        Event::FeaturesSeen { migration, features } => format!("{}besides mail: {}", account(migration), kinds(features)),
        Event::SharedFeaturesSeen { service, domain, features } => format!("{domain} at {service}, besides mail: {}", kinds(features)),
        Event::FeatureCarried { feature, left_source } => {
            let moved = if *left_source { ", and not at the old place any more" } else { "" };
            format!("{} made at the destination{moved}", feature_of(session, *feature)?)
        }
        Event::FeatureLeft { feature, reason, said } => {
            let said = said.as_deref().map(|said| format!(": {}", one_line(said))).unwrap_or_default();
            format!("{} left to you ({}{said})", feature_of(session, *feature)?, reason.key().replace('-', " "))
        }
        _ => return None,
    })
}

const fn order_name(order: Strategy) -> &'static str {
    match order {
        Strategy::RenameFirst => "rename first",
        Strategy::CopyFirst => "copy first",
        Strategy::ServerSide => "moved by OVHcloud itself",
        Strategy::Replace => "replace",
    }
}

fn gap(millis: Option<u64>) -> String {
    millis.map(|millis| format!(", which was without a mailbox for {} s", millis.div_ceil(1000))).unwrap_or_default()
}

/// `2 alias, 1 responder`: how many of each kind, in the order of the kinds.
fn kinds(features: &[Feature]) -> String {
    let counted = FeatureKind::ALL.iter().map(|kind| (kind, features.iter().filter(|feature| feature.kind() == *kind).count()));
    let told: Vec<String> =
        counted.filter(|(_, number)| *number > 0).map(|(kind, number)| format!("{number} {}", kind.key().replace('-', " "))).collect();
    told.join(", ")
}

/// `anna@mydomain.ovh: alias info@mydomain.ovh`.
fn feature_of(session: &Session, id: FeatureId) -> Option<String> {
    let known = session.features.get(&id)?;
    let owner = match &known.owner {
        FeatureOwner::Account(address) => address.to_string(),
        FeatureOwner::Domain(domain) => domain.to_string(),
    };
    let name = match &known.feature {
        Feature::Filter { name, .. } | Feature::Other { name, .. } => Some(one_line(name)),
        Feature::Forwarding { to, .. } => Some(to.to_string()),
        Feature::Contact { address, .. } => Some(address.to_string()),
        Feature::GroupMember { member, .. } => Some(member.to_string()),
        Feature::Delegation { account, .. } | Feature::GroupManager { account, .. } | Feature::GroupDelegation { account, .. } => {
            Some(account.to_string())
        }
        other => other.occupies().map(ToString::to_string),
    };
    let name = name.map(|name| format!(" {name}")).unwrap_or_default();
    Some(format!("{owner}: {}{name}", known.feature.kind().key().replace('-', " ")))
}

fn mailbox_event(session: &Session, event: &Event) -> Option<String> {
    let folder = |id: &MigrationId, mailbox: &MailboxId| mailbox_of(session, *id, *mailbox);
    Some(match event {
        Event::BatchSettled { migration, mailbox, found, again, .. } => format!(
            "{}: after the interruption {} found at the target, {again} to be copied again",
            folder(migration, mailbox),
            messages(u64::from(*found))
        ),
        Event::MessageRepaired { migration, mailbox, repairs, .. } if !repairs.is_empty() => {
            let named: Vec<String> = repairs.iter().map(|repair| repair.key().replace('-', " ")).collect();
            format!("{}: a message is sent with a repair: {}", folder(migration, mailbox), named.join(", "))
        }
        Event::MessageRefused { migration, mailbox, reason, saved, bytes, .. } => {
            format!("{}: a message of {bytes} refused, saved as {saved}: {}", folder(migration, mailbox), one_line(reason))
        }
        Event::ValidityChanged { migration, mailbox, recognised, .. } => {
            format!("{}: numbered anew by its server, {} recognised", folder(migration, mailbox), messages(*recognised))
        }
        Event::MailboxCopied { migration, mailbox, messages: number } => {
            format!("{} copied, {}", folder(migration, mailbox), messages(*number))
        }
        Event::MailboxVerified { migration, mailbox, verified, missing: 0, unaccounted: 0, altered: 0, sampled, .. } => {
            let sampled = if *sampled > 0 { format!(", {} by header, flags and date", messages(*sampled)) } else { String::new() };
            format!(
                "{} verified, {} equal{sampled}{}",
                folder(migration, mailbox),
                messages(*verified),
                pass_of(session, *migration, *mailbox)
            )
        }
        Event::VerificationSkipped { migration, mailbox, .. } => {
            format!("{} not verified, as asked{}", folder(migration, mailbox), pass_of(session, *migration, *mailbox))
        }
        Event::FlagsCarried { migration, mailbox, messages: number, .. } if *number > 0 => {
            format!("{}: flags of {} changed at the source since, and carried", folder(migration, mailbox), messages(*number))
        }
        Event::AccountSurveyed { migration, unchanged, vanished, found } => {
            let account = account_of(session, Some(*migration));
            let extra = [(found.len(), "new"), (vanished.len(), "not at the source any more")];
            let extra: Vec<String> = extra.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {n} {what}")).collect();
            format!("{account}nothing changed in {} folders{}", unchanged.len(), extra.concat())
        }
        Event::MailboxVerified { migration, mailbox, missing, unaccounted, altered, .. } => {
            let again = messages(missing + unaccounted);
            let altered = if *altered > 0 { format!(", {altered} not what was copied") } else { String::new() };
            format!("{}: {again} missing or new, to be copied{altered}", folder(migration, mailbox))
        }
        _ => return None,
    })
}

/// What a pass found gone, on either side.
fn pass_of(session: &Session, migration: MigrationId, mailbox: MailboxId) -> String {
    let Some(progress) = session.migration(migration).and_then(|m| m.mailboxes.get(&mailbox)) else { return String::new() };
    let gone = [(progress.disappeared, "not at the source any more"), (progress.removed, "deleted at the destination since")];
    let told: Vec<String> =
        gone.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!(", {} {what}", count(*number))).collect();
    told.concat()
}

fn dns_event(event: &Event) -> Option<String> {
    Some(match event {
        Event::DnsChecked { domain, records } => {
            let good = records.iter().filter(|r| r.verdict == Verdict::Good).count();
            let rest: Vec<String> = records
                .iter()
                .filter(|r| r.verdict != Verdict::Good)
                .map(|r| format!("{} {}", json(&r.purpose).trim_matches('"'), json(&r.verdict).trim_matches('"')))
                .collect();
            let rest = if rest.is_empty() { String::new() } else { format!(", {}", rest.join(", ")) };
            format!("DNS of {domain}: {good} of {} records good{rest}", records.len())
        }
        Event::DnsFixIntended { domain, backup, .. } => format!("DNS of {domain}: zone saved as {backup}, changing it"),
        Event::DnsFixed { domain, purpose } => format!("DNS of {domain}: {} changed", json(purpose).trim_matches('"')),
        _ => return None,
    })
}
