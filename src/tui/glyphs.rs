//! Signs: one set for terminals that know Unicode, one for those that do not. Every sign stands beside a word.

/// The signs of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// Done, good.
    pub done: &'static str,
    /// Here, now.
    pub current: &'static str,
    /// To come.
    pub ahead: &'static str,
    /// Wrong.
    pub wrong: &'static str,
    /// Worth a look.
    pub warning: &'static str,
    /// Waiting.
    pub waiting: &'static str,
    /// Good to know.
    pub note: &'static str,
    /// The selected line.
    pub pointer: &'static str,
    /// From here to there.
    pub arrow: &'static str,
    /// Chosen, of many.
    pub checked: &'static str,
    /// Not chosen, of many.
    pub unchecked: &'static str,
    /// Chosen, of one.
    pub radio_on: &'static str,
    /// Not chosen, of one.
    pub radio_off: &'static str,
    /// A typed secret's character.
    pub mask: &'static str,
    /// Cut here.
    pub ellipsis: &'static str,
    /// Between things of a list on one line.
    pub dot: &'static str,
    /// A line across.
    pub horizontal: &'static str,
    /// A line down.
    pub vertical: &'static str,
    /// Full part of a bar.
    pub bar_full: &'static str,
    /// Empty part of a bar.
    pub bar_empty: &'static str,
    /// Bars of a sparkline, lowest first.
    pub spark: &'static [&'static str],
    /// Frames of the sign of work going on.
    pub spinner: &'static [&'static str],
    /// The key Enter.
    pub enter: &'static str,
    /// The keys up and down.
    pub up_down: &'static str,
    /// The keys left and right.
    pub left_right: &'static str,
    /// Corners of a panel: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// No value.
    pub none: &'static str,
    /// Scroll bar: where we are.
    pub thumb: &'static str,
    /// Last child of a tree.
    pub branch: &'static str,
}

impl Glyphs {
    /// For terminals with Unicode: nearly all.
    pub const UNICODE: Self = Self {
        done: "✔",
        current: "●",
        ahead: "○",
        wrong: "✖",
        warning: "!",
        waiting: "…",
        note: "·",
        pointer: "›",
        arrow: "→",
        checked: "[x]",
        unchecked: "[ ]",
        radio_on: "(•)",
        radio_off: "( )",
        mask: "•",
        ellipsis: "…",
        dot: "·",
        horizontal: "─",
        vertical: "│",
        bar_full: "█",
        bar_empty: "░",
        spark: &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
        enter: "⏎",
        up_down: "↑↓",
        left_right: "←→",
        corners: ["╭", "╮", "╰", "╯"],
        none: "–",
        thumb: "┃",
        branch: "└",
    };

    /// For terminals without.
    pub const ASCII: Self = Self {
        done: "v",
        current: "*",
        ahead: "o",
        wrong: "x",
        warning: "!",
        waiting: "~",
        note: "-",
        pointer: ">",
        arrow: "->",
        checked: "[x]",
        unchecked: "[ ]",
        radio_on: "(*)",
        radio_off: "( )",
        mask: "*",
        ellipsis: "~",
        dot: "|",
        horizontal: "-",
        vertical: "|",
        bar_full: "#",
        bar_empty: ".",
        spark: &["_", ".", "-", "=", "+", "*", "#", "#"],
        spinner: &["|", "/", "-", "\\"],
        enter: "Enter",
        up_down: "Up/Down",
        left_right: "Left/Right",
        corners: ["+", "+", "+", "+"],
        none: "-",
        thumb: "#",
        branch: "`",
    };
}
