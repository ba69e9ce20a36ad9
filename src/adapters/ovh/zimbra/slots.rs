//! Paid seats of a Zimbra platform: which are free, and how much an account in them holds.

use super::super::client::Client;
use super::wire::{AccountBody, SlotBody, SlotState};
use crate::domain::{ByteSize, Platform, SeatOffer};
use crate::ports::ApiError;
use crate::settings::Platforms;

/// `zimbra.OfferEnum`, complete, smallest first.
pub(in super::super) const OFFERS: &[&str] = &["STARTER", "PRO"];

/// The word of `zimbra.BillingStatusEnum` for a seat that can be used; every other one passes or is over.
pub(in super::super) const PAID: &str = "OK";

/// A seat.
pub(in super::super) struct Slot {
    pub(in super::super) id: String,
    pub(in super::super) offer: String,
    /// Without an account, and its bill is in order.
    pub(in super::super) is_free: bool,
}

/// All seats, smallest offer first.
pub(in super::super) async fn all(client: &Client, platform: &str) -> Result<Vec<Slot>, ApiError> {
    let slots: Vec<SlotBody> = client.pages(&format!("{platform}/slot")).await?;
    let states = slots.into_iter().filter_map(|slot| Some((slot.id, slot.current_state?)));
    let is_free = |state: &SlotState| state.account_id.is_none() && state.billing_status == PAID;
    let mut slots: Vec<Slot> = states.map(|(id, state)| Slot { id, is_free: is_free(&state), offer: state.offer }).collect();
    slots.sort_by_key(|slot| rank(&slot.offer));
    Ok(slots)
}

/// An offer that is not known is taken as the largest.
fn rank(offer: &str) -> usize {
    OFFERS.iter().position(|known| *known == offer).unwrap_or(OFFERS.len())
}

/// Free seats counted by offer, smallest first; an offer of which none is free is there with 0.
pub(in super::super) fn offers(slots: &[Slot], accounts: &[AccountBody]) -> Vec<SeatOffer> {
    let mut offers: Vec<SeatOffer> = Vec::new();
    for slot in slots {
        let free = u32::from(slot.is_free);
        if let Some(known) = offers.iter_mut().find(|offer| offer.name == slot.offer) {
            known.free += free;
        } else {
            offers.push(SeatOffer { name: slot.offer.clone(), free, quota: storage(&slot.offer, accounts) });
        }
    }
    offers
}

/// Storage of an account of an offer: as an account of the same offer shows it, else what guides say of the smallest.
fn storage(offer: &str, accounts: &[AccountBody]) -> Option<ByteSize> {
    let states = accounts.iter().filter_map(|account| account.current_state.as_ref());
    let shown = states.filter(|state| state.offer.as_deref() == Some(offer)).filter_map(super::wire::AccountState::storage).max();
    let usual = || {
        let gigabytes = Platforms::built_in().facts(Platform::Zimbra).storage_gb.filter(|_| OFFERS.first() == Some(&offer));
        gigabytes.map(|gigabytes| ByteSize(u64::from(gigabytes) << 30))
    };
    shown.or_else(usual)
}

/// The smallest free seat in which so much fits; where the size of an offer is not known, it is taken to be enough.
pub(in super::super) fn smallest_for<'a>(slots: &'a [Slot], accounts: &[AccountBody], holds: ByteSize) -> Option<&'a Slot> {
    let mut free = slots.iter().filter(|slot| slot.is_free);
    free.find(|slot| storage(&slot.offer, accounts).is_none_or(|storage| storage >= holds))
}
