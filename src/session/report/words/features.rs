//! The sentences about what belongs to an account or a domain besides mail: what each thing is, and what is left to be clicked.
//!
//! Clicks name what the guides and the control panel's own source name, and no more: *Email accounts*, the `…` of an account, *Edit*,
//! *Associated domains*. What a menu behind it is called today is not known here, so the aim is said instead.

use crate::domain::{Feature, FeatureOwner, Platform, Right, ServiceId};
use crate::session::LeftReason;

use super::super::facts::{FeatureOutcome, FeatureReport, ToDo};

/// Longer texts are shortened: their whole is in `features.json`.
const LONGEST_TEXT: usize = 80;

/// A setting against spam, by the API's name of it (`/email/exchange/…/account`, `spamAndVirusConfiguration`).
fn spam_setting(name: &str, value: &str) -> String {
    let not = match value {
        "true" => "",
        "false" => "not ",
        _ => return format!("{name} {value}"),
    };
    match name.rsplit('.').next().unwrap_or(name) {
        "checkDKIM" => format!("signatures (DKIM) are {not}checked"),
        "checkSPF" => format!("the senders' servers (SPF) are {not}checked"),
        "deleteSpam" => format!("spam is {not}deleted"),
        "deleteVirus" => format!("mail with viruses is {not}deleted"),
        "putInJunk" => format!("spam is {not}put into the junk folder"),
        "tagSpam" => format!("spam is {not}marked"),
        "tagVirus" => format!("mail with viruses is {not}marked"),
        _ => format!("{name} {value}"),
    }
}

fn short(text: &str) -> String {
    let plain: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.chars().count() <= LONGEST_TEXT { plain } else { plain.chars().take(LONGEST_TEXT - 1).chain(['…']).collect() }
}

const fn right(right: Right) -> &'static str {
    match right {
        Right::FullAccess => "opens it",
        Right::SendAs => "sends as it",
        Right::SendOnBehalf => "sends on its behalf",
    }
}

/// What a thing is.
pub(in crate::session::report) fn feature(feature: &Feature) -> String {
    let hidden = |is_hidden: bool| if is_hidden { ", hidden in the address book" } else { "" };
    match feature {
        Feature::Alias { alias } => format!("Alias {alias}"),
        Feature::Delegation { right: which, account } => format!("Delegation: {account} {}", right(*which)),
        Feature::HiddenFromDirectory => "Hidden in the address book".to_owned(),
        Feature::Forwarding { to, keeps_copy } => {
            format!("Forwarding to {to}{}", if *keeps_copy { ", the account keeps a copy" } else { "" })
        }
        Feature::Redirection { from, to } => format!("Redirection from {from} to {to}"),
        Feature::Responder { content, from, to, .. } => {
            let times = [from.as_ref().map(|from| format!(" from {from}")), to.as_ref().map(|to| format!(" until {to}"))];
            format!("Automatic reply{}: {}", times.into_iter().flatten().collect::<String>(), short(content))
        }
        Feature::Filter { name, is_active, rules, action, parameter, .. } => {
            let rules: Vec<String> = rules.iter().map(|rule| format!("{} {} {}", rule.header, rule.operand, rule.value)).collect();
            let with = parameter.as_ref().map(|with| format!(" {with}")).unwrap_or_default();
            let off = if *is_active { "" } else { ", switched off" };
            let when = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
            format!("Filter {name}{when}: {action}{with}{off}")
        }
        Feature::SpamSettings { settings } => {
            let named: Vec<String> = settings.iter().map(|(name, value)| spam_setting(name, value)).collect();
            format!("Settings against spam: {}", named.join(", "))
        }
        Feature::Contact { address, display_name, is_hidden, .. } => {
            let name = display_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            format!("Contact {address}{name}{}", hidden(*is_hidden))
        }
        Feature::Disclaimer { content, is_outside_only } => {
            let only = if *is_outside_only { " below mail that leaves" } else { "" };
            format!("Footer{only}: {}", short(&without_tags(content)))
        }
        Feature::Group { address, display_name, is_hidden, .. } => {
            let name = display_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            format!("Group {address}{name}{}", hidden(*is_hidden))
        }
        Feature::GroupAlias { group, alias } => format!("Alias {alias} of the group {group}"),
        Feature::GroupMember { group, member, is_contact } => {
            format!("Member of the group {group}: {member}{}", if *is_contact { ", a contact" } else { "" })
        }
        Feature::GroupManager { group, account } => format!("Manager of the group {group}: {account}"),
        Feature::GroupDelegation { group, right: which, account } => format!("Group {group}: {account} {}", right(*which)),
        Feature::MailingList { address, owner, subscribers, moderators } => format!(
            "Mailing list {address} of {owner}, {}, {}",
            super::counted(subscribers.len() as u64, "subscriber", "subscribers"),
            super::counted(moderators.len() as u64, "moderator", "moderators")
        ),
        Feature::Other { kind, name } => format!("{kind} {name}"),
    }
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for letter in html.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    text
}

/// Why it was left.
pub(in crate::session::report) fn left(reason: LeftReason, target: Platform, said: Option<&str>) -> String {
    match reason {
        LeftReason::NotOnTarget => format!("{target} knows nothing like it, or its API does not"),
        LeftReason::OthersStay => "it needs accounts that are not at the new service".to_owned(),
        LeftReason::Refused => format!("the new service refused it{}", said.map(|said| format!(": {said}")).unwrap_or_default()),
        LeftReason::Stays => "it stays where it is and goes on working".to_owned(),
    }
}

/// Where the account or the domain is in the control panel.
pub(in crate::session::report) struct Place<'a> {
    /// Whose it is.
    pub(in crate::session::report) owner: &'a FeatureOwner,
    /// The service where it was.
    pub(in crate::session::report) from: &'a ServiceId,
    /// The service where it is to be; none: a server without a control panel of OVHcloud.
    pub(in crate::session::report) to: Option<&'a ServiceId>,
}

impl Place<'_> {
    fn platform(&self) -> Platform {
        self.to.map_or(Platform::Imap, |service| service.platform)
    }

    fn owner(&self) -> String {
        match self.owner {
            FeatureOwner::Account(address) => address.to_string(),
            FeatureOwner::Domain(domain) => domain.to_string(),
        }
    }

    fn panel(&self) -> String {
        self.to.map_or_else(|| "the new server's own settings".to_owned(), |to| format!("control panel, {} {}", to.platform, to.name))
    }

    fn account(&self, aim: &str) -> String {
        if self.to.is_none() {
            return format!("{}: {aim} for {}", sentence(&self.panel()), self.owner());
        }
        format!("{} → Email accounts → … of {} → {aim}", sentence(&self.panel()), self.owner())
    }

    fn domain(&self, aim: &str) -> String {
        format!("{} → Associated domains → … of {} → {aim}", sentence(&self.panel()), self.owner())
    }

    fn webmail(&self, aim: &str) -> String {
        match self.owner {
            FeatureOwner::Account(address) => format!("Webmail, logged in as {address} → settings → {aim}"),
            FeatureOwner::Domain(domain) => format!("Webmail, logged in as each account of {domain} → {aim}"),
        }
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether the platform is one with an Exchange behind it and the same menus.
const fn has_exchange_menus(platform: Platform) -> bool {
    matches!(platform, Platform::Exchange | Platform::EmailPro | Platform::MxPlan | Platform::MxPlanZimbra)
}

/// What is to be done by hand.
pub(in crate::session::report) fn clicks(feature: &Feature, reason: LeftReason, place: &Place<'_>) -> String {
    if reason == LeftReason::Stays {
        return format!("Nothing to click, as long as {} {} is kept", place.from.platform, place.from.name);
    }
    let platform = place.platform();
    match feature {
        Feature::Alias { alias } if platform == Platform::Imap => place.account(&format!("the alias {alias}")),
        Feature::Alias { alias } => place.account(&format!("add the alias {alias}")),
        Feature::Delegation { right: which, account } if has_exchange_menus(platform) => {
            place.account(&format!("delegation: {account} {}", right(*which)))
        }
        Feature::Delegation { account, .. } => place.webmail(&format!("share the mailbox with {account}, where the webmail offers it")),
        Feature::HiddenFromDirectory => place.account("Edit → hide it in the address book"),
        Feature::Forwarding { to, .. } if platform == Platform::Exchange => place.account(&format!("Edit → forward to {to}")),
        Feature::Forwarding { to, .. } => place.webmail(&format!("a rule that forwards everything to {to}")),
        Feature::Redirection { from, to } if platform == Platform::Zimbra => {
            format!("{}: a redirection from {from} to {to}", sentence(&place.panel()))
        }
        Feature::Redirection { from, to } => format!("{}: the alias {from} of {to}", sentence(&place.panel())),
        Feature::Responder { .. } if platform == Platform::MxPlanLegacy => place.account("the automatic reply"),
        Feature::Responder { .. } => place.webmail("the automatic reply"),
        Feature::Filter { name, .. } => place.webmail(&format!("the rule {name}")),
        Feature::SpamSettings { .. } => place.account("Edit → the settings against spam"),
        Feature::Contact { address, .. } if has_exchange_menus(platform) => {
            format!("{}: the external contact {address}", sentence(&place.panel()))
        }
        Feature::Contact { address, .. } => place.webmail(&format!("contacts → {address}")),
        Feature::Disclaimer { .. } if has_exchange_menus(platform) => place.domain("the signature below every message"),
        Feature::Disclaimer { .. } => place.webmail("settings → the signature, for each person"),
        Feature::Group { .. }
        | Feature::GroupAlias { .. }
        | Feature::GroupMember { .. }
        | Feature::GroupManager { .. }
        | Feature::GroupDelegation { .. } => group(platform, place),
        Feature::MailingList { address, .. } => {
            format!("A mailing list belongs to the MX Plan of its domain: make {address} there again, or as a group of an Exchange")
        }
        Feature::Other { kind, .. } => other(kind, platform, place),
    }
}

fn group(platform: Platform, place: &Place<'_>) -> String {
    if platform == Platform::Exchange {
        return format!("{}: the group, with its members and managers", sentence(&place.panel()));
    }
    "Only Exchange has groups. A mailing list of the domain's MX Plan takes its place, where there is one".to_owned()
}

fn other(kind: &str, platform: Platform, place: &Place<'_>) -> String {
    match kind {
        "delegation" => format!("It was given to a customer account, not to an address: {}", place.account("delegation")),
        _ if platform == Platform::Exchange => format!("{}: make it again", sentence(&place.panel())),
        _ => "Only Exchange has it: keep the old service for it, or do without".to_owned(),
    }
}

// What is always left to the person.

/// How the old account is removed, by the guide of its platform.
pub(in crate::session::report) fn remove_old(from: &ServiceId, address: &str) -> String {
    let act = match from.platform {
        Platform::Exchange | Platform::EmailPro => "Reset this account",
        Platform::MxPlan | Platform::MxPlanZimbra => "Disable account",
        Platform::MxPlanLegacy | Platform::Zimbra | Platform::Imap => "delete it",
    };
    format!("Control panel, {} {} → Email accounts → … of {address} → {act}", from.platform, from.name)
}

pub(in crate::session::report) const fn remove_old_why() -> &'static str {
    "it is kept until you are sure; its mail is deleted with it"
}

pub(in crate::session::report) const fn remove_old_what() -> &'static str {
    "Remove the old account, or keep it"
}

pub(in crate::session::report) const fn programs_what() -> &'static str {
    "Set up mail programs and telephones again"
}

pub(in crate::session::report) const fn programs_why() -> &'static str {
    "the servers have other names now, and where a new password was made it is another one"
}

pub(in crate::session::report) fn programs(host: &str, port: u16, user: &str) -> String {
    format!("IMAP server {host}, port {port}, user {user}")
}

// Lines and titles.

/// What belongs to an account or a domain besides mail, in one line.
pub(in crate::session::report) fn feature_line(feature: &FeatureReport) -> String {
    match (feature.state, feature.left_source, &feature.why) {
        (FeatureOutcome::Carried, true, _) => format!("{}: at the new account; it had to leave the old one", feature.what),
        (FeatureOutcome::Carried, false, _) => format!("{}: at the new account", feature.what),
        (FeatureOutcome::Left, _, Some(why)) => format!("{}: left to you, because {why}", feature.what),
        (FeatureOutcome::Left, _, None) => format!("{}: left to you", feature.what),
        (FeatureOutcome::Stays, ..) => format!("{}: stays where it is, and goes on working", feature.what),
        (FeatureOutcome::NotYet, ..) => format!("{}: not made at the new account yet", feature.what),
    }
}

/// One thing that is left to do, in one line.
pub(in crate::session::report) fn to_do_line(to_do: &ToDo) -> String {
    format!("{} ({}). {}.", to_do.what, to_do.why, to_do.clicks)
}

pub(in crate::session::report) const fn features_title() -> &'static str {
    "Besides mail"
}

pub(in crate::session::report) const fn to_do_title() -> &'static str {
    "Left to do"
}

pub(in crate::session::report) fn shared_title(domain: &str, service: &str) -> String {
    format!("Shared in {domain}, {service}")
}
