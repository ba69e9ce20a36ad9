//! No size of the window breaks a screen.

use super::screens::all;

#[test]
fn every_screen_can_be_drawn_at_every_size() {
    let screens = all();
    for (_, stage) in &screens {
        for width in (1..=130).step_by(5) {
            for height in (1..=45).step_by(4) {
                stage.buffer(width, height);
            }
        }
    }
    for (i, width) in (1..=130).enumerate() {
        for height in 1..=45 {
            let (_, stage) = &screens[(i + usize::from(height)) % screens.len()];
            stage.buffer(width, height);
        }
    }
}

#[test]
fn the_state_of_the_mail_and_the_way_out_are_on_every_screen_that_is_large_enough() {
    for (name, stage) in all() {
        for (width, height) in [(60, 18), (80, 24), (120, 40)] {
            let screen = stage.screen(width, height);
            let is_behind = stage.model.overlay.is_some() || stage.model.toast.is_some();
            let says_state = ["ail is safe", "Safe:", "is with OVHcloud"].iter().any(|words| screen.contains(words)) || is_behind;
            assert!(says_state, "{name} at {width}×{height}:\n{screen}");
            let last = screen.lines().last().unwrap_or_default();
            assert!(["stop", "close", "leave"].iter().any(|word| last.contains(word)), "{name} at {width}×{height}:\n{screen}");
        }
    }
}
