//! Stories: keys and news in, screens out. The world of `world` is made by hand; no engine is needed.

mod connect_journeys;
mod journeys;
mod order_journeys;
mod order_screens;
mod order_world;
mod phrases;
mod screens;
mod sizes;
mod stage;
mod svg;
mod world;
