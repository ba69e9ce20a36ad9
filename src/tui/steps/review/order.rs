//! The order of acts: those that the platforms allow, why the others are refused, and what the selected one does, one act after the
//! other, with the point of no return as a line.

use crate::session::{Command, Strategy};
use crate::tui::hint::{Hint, moved};
use crate::tui::ink::{Cell, Ink};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, orders};

/// The order of the selected line.
fn shown(selected: usize) -> Strategy {
    Strategy::ALL.get(selected).copied().unwrap_or(Strategy::RenameFirst)
}

/// The line of the order that counts now.
pub(super) fn current(model: &Model) -> usize {
    Strategy::ALL.iter().position(|order| *order == model.session.order()).unwrap_or(0)
}

/// Whether the order of a line can be chosen.
fn may_choose(model: &Model, selected: usize) -> bool {
    let order = shown(selected);
    order != model.session.order() && model.session.possible_orders().allowed.contains(&order)
}

/// What is possible.
pub(super) fn hints(model: &Model, selected: usize) -> Vec<Hint> {
    // The one that leads to most of them; both work.
    let (said, silent) = if selected == 0 { (Action::Down, Action::Up) } else { (Action::Up, Action::Down) };
    let mut hints = vec![Hint::look(said, "key-other-order"), Hint::silent(silent)];
    if may_choose(model, selected) {
        hints.insert(0, Hint::act(Action::Accept, "key-choose-order"));
    }
    hints.extend([Hint::look(Action::Back, "key-back"), Hint::silent(Action::Left), Hint::silent(Action::Order)]);
    hints
}

/// An action.
pub(super) fn act(model: &mut Model, selected: usize, action: Action) -> Vec<Effect> {
    match action {
        Action::Back | Action::Left | Action::Order => model.steps.review.order = None,
        Action::Accept if may_choose(model, selected) => {
            model.steps.review.order = None;
            return vec![Effect::Submit(Command::ChooseStrategy { strategy: shown(selected) })];
        }
        _ => model.steps.review.order = Some(moved(selected, Strategy::ALL.len(), action).unwrap_or(selected)),
    }
    Vec::new()
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>, selected: usize) -> Sheet {
    let theme = ink.theme();
    let possible = model.session.possible_orders();
    let mut sheet = Sheet::new(ink.say("order-title"), Touch::ReadsOnly);
    for (i, order) in Strategy::ALL.into_iter().enumerate() {
        let is_allowed = possible.allowed.contains(&order);
        let (mark, style) = match (is_allowed, order == model.session.order()) {
            (false, _) => (format!(" {} ", ink.glyphs().wrong), theme.quiet),
            (true, true) => (ink.glyphs().radio_on.to_owned(), theme.accent),
            (true, false) => (ink.glyphs().radio_off.to_owned(), theme.plain),
        };
        let merit = ink.say(if is_allowed { orders::merit_key(order) } else { "order-not-here" });
        let name = if ink.width >= 84 { 26 } else { 20 };
        sheet.head([ink.row(
            i == selected,
            &[
                Cell::new(mark, 3).style(style),
                Cell::new(ink.say(orders::name_key(order)), name).style(style),
                Cell::new(merit, ink.width.saturating_sub(name + 7)).style(theme.quiet),
            ],
        )]);
    }
    sheet.head([ink.gap()]);
    let order = shown(selected);
    if possible.allowed.contains(&order) {
        sheet.list(orders::act_lines(ink, order, model.session.mode));
        let sign = if orders::is_irreversible(order) { ink.glyphs().warning } else { ink.glyphs().note };
        let style = if orders::is_irreversible(order) { theme.warning } else { theme.quiet };
        sheet.foot([ink.gap()]).foot(ink.item(sign, style, &ink.say(orders::undo_key(order)), style));
    } else {
        let why = possible
            .refused
            .get(&order)
            .map_or_else(|| ink.say("order-not-guided"), |reason| ink.say(&format!("strategy-refused-{}", reason.key())));
        sheet.list(ink.item(ink.glyphs().wrong, theme.wrong, &why, theme.plain));
    }
    sheet
}
