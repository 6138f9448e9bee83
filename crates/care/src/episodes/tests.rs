//! Tests of episodes: the moves alone, what follows in the store, the pages.

mod following;
mod pages;
mod places;
