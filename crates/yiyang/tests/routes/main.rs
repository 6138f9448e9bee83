//! What holds for every route, whichever capability it belongs to: tried through the real wiring on both engines.

mod addresses;
mod crawl;
mod families;
mod garbage;
mod guests;
mod html;
mod neighbours;
mod pages;
mod same;
mod store;
mod world;
